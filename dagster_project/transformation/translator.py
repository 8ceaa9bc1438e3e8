"""How a dbt node looks in Dagster: its key, group, owner, kinds, and what it depends on.

Belongs here: naming. Not here: running anything. Keys are [schema, name], sources [source, table], so that a feed's asset
and the dbt source that reads it are one node of the graph.
"""

from collections.abc import Collection, Mapping
from itertools import takewhile
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject

OWNER = "team:analytics-engineering"
MODEL_TYPES = ("model", "seed", "snapshot")
_SOURCE_ROOM = "models/staging/"


class RoomTranslator(DagsterDbtTranslator):
    """Groups by room, and leaves out what belongs to a source that is switched off."""

    def __init__(self, manifest: Mapping[str, Any], disabled_sources: Collection[str]) -> None:
        super().__init__()
        self._engine = manifest["metadata"]["adapter_type"]
        self._disabled = {
            unique_id: node["name"]
            for unique_id, node in manifest["nodes"].items()
            if any(node["original_file_path"].startswith(f"{_SOURCE_ROOM}{source}/") for source in disabled_sources)
        }
        self._disabled_keys: frozenset[tuple[str, ...]] = frozenset(("staging", name) for name in self._disabled.values())

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """dbt's own spec, without edges to staging models of sources that are off."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if self._disabled_keys.isdisjoint(tuple(dep.asset_key.path) for dep in spec.deps):
            return spec
        return spec.replace_attributes(deps=[dep for dep in spec.deps if tuple(dep.asset_key.path) not in self._disabled_keys])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The room: the layer, and below marts the area."""
        _, layer, *area = dbt_resource_props["fqn"]
        return str(area[0] if layer == "marts" else layer)

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The description alone: the SQL is one click away in the repository, and would bury it."""
        return str(dbt_resource_props.get("description") or "")

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """One team answers for the models."""
        return [OWNER]

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        """What it is built as, and with what."""
        kind = dbt_resource_props.get("config", {}).get("materialized", "table")
        return {"dagster/kind/dbt": "", f"dagster/kind/{self._engine}": "", f"dagster/kind/{kind}": ""}

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """dbt's own spec, which says what is tested where nobody described it."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None or spec.description:
            return spec
        return spec._replace(description=_what_is_tested(manifest["nodes"][unique_id]))

    def specs(self, manifest: Mapping[str, Any]) -> tuple[list[dg.AssetSpec], list[dg.AssetCheckSpec]]:
        """The models as assets, and their tests as checks; the same that dbt_assets would select with excluded_models.

        dbt_assets would ask dbt's own selection, whose import (networkx) takes as long as everything else here.
        """
        nodes = {unique_id: node for unique_id, node in manifest["nodes"].items() if unique_id not in self._disabled}
        assets = {
            unique_id: self.get_asset_spec(manifest, unique_id, None)
            for unique_id, node in nodes.items()
            if node["resource_type"] in MODEL_TYPES and node["config"]["materialized"] != "ephemeral"
        }
        checks: dict[str, dg.AssetCheckSpec] = {}
        for unique_id, node in nodes.items():
            parents = node["depends_on"]["nodes"] if node["resource_type"] == "test" else []
            if self._disabled.keys().isdisjoint(parents):
                for parent in parents:
                    if parent in assets and (check := self.get_asset_check_spec(assets[parent], manifest, unique_id, None)):
                        checks[check.get_python_identifier()] = check
        return list(assets.values()), list(checks.values())


def _what_is_tested(test: Mapping[str, Any]) -> str | None:
    """Its description, what every row is to hold, or the comment at the head of its file; None where there is none of them."""
    if test.get("description"):
        return str(test["description"])
    metadata = test.get("test_metadata") or {}
    if metadata.get("name") == "grain":
        return f"One row per {', '.join(metadata['kwargs']['columns'])}: a failing row is NULL there or not alone."
    if metadata.get("name") == "holds":
        return f"For every row: {metadata['kwargs']['condition']}."
    lines = takewhile(lambda line: line.startswith("--"), test["raw_code"].splitlines())
    return " ".join(line.removeprefix("--").strip() for line in lines) or None


def excluded_models(disabled_sources: Collection[str]) -> str:
    """dbt's exclusion of everything that belongs to sources that are switched off; empty when all are on."""
    return " ".join(f"fqn:staging.{source}" for source in sorted(disabled_sources))
