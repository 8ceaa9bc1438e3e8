"""The dbt models as Dagster assets, their tests as asset checks.

Belongs here: which models a run builds, and how dbt's results become events. Not here: running dbt (invocation.py), names
(translator.py). A failed test of error severity fails the step, and so holds back everything downstream.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt.asset_utils import get_asset_check_key_for_test, get_subset_selection_for_context

from dagster_project.ingestion.contracts import known_sources
from dagster_project.settings import Settings
from dagster_project.transformation.batches import (
    BATCH,
    KEPT_MODELS,
    Batch,
    ask_for,
    backfill_dates,
    batches,
    is_first,
    whole_history,
)
from dagster_project.transformation.column_lineage import LineageCache, Relation
from dagster_project.transformation.complete_days import feeds_awaited, newest_complete_day
from dagster_project.transformation.invocation import DbtTarget, NodeResult, build
from dagster_project.transformation.mirror import mirror
from dagster_project.transformation.named_rows import named_rows, shows_rows
from dagster_project.transformation.project import DBT_PROJECT, load_manifest, parsed_project, staging_models
from dagster_project.transformation.tables import TableFacts, location_columns, table_facts
from dagster_project.transformation.translator import MODEL_TYPES, RoomTranslator, excluded_models
from dagster_project.warehouse_lock import warehouse_lock

WAREHOUSE_POOL = "warehouse"


def build_transformation_assets(settings: Settings) -> dg.AssetsDefinition:
    """All models of the enabled sources as one multi-asset, subsettable by click."""
    manifest = load_manifest(settings.engine)
    disabled = [source for source in known_sources() if source not in settings.sources]
    translator = RoomTranslator(manifest, disabled)
    exclude = excluded_models(disabled)
    specs, check_specs = translator.specs(manifest)

    @dg.multi_asset(
        name="transformation",
        specs=specs,
        check_specs=check_specs,
        can_subset=True,
        allow_arbitrary_check_specs=True,
        pool=WAREHOUSE_POOL,
    )
    def transformation(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        if not context.is_subset and (awaited := feeds_awaited(settings.lake)):
            raise dg.Failure(
                f"Nothing was computed: a required feed has not delivered yet ({', '.join(awaited)}), so that no day is "
                "complete. Warehouse and published file are as they were. Deliver it and run again.",
                allow_retries=False,
            )
        selection, indirect = get_subset_selection_for_context(
            context, manifest, "fqn:*", exclude or None, None, translator, None
        )
        # `buildable`: a test of several models waits until all of them are there. A backfill by click builds them in several
        # runs, and dbt's default would run the test in the first.
        arguments = [*selection, "--indirect-selection", indirect or "buildable"]
        with warehouse_lock(settings.data_dir, "build the warehouse", settings.lock_timeout_seconds):
            results = build_in_batches(settings, arguments, exclude, all_dates_at_once=context.is_subset)
            events = Events(settings, manifest, translator)
            yield from events.of(results, context.selected_asset_check_keys)
        events.raise_for_failures(results)

    return transformation


def build_in_batches(settings: Settings, arguments: Sequence[str], exclude: str, all_dates_at_once: bool) -> list[NodeResult]:
    """Results of the last pass, which builds everything; those before it compute past dates and keep them.

    A pass that fails is the last one. all_dates_at_once: a part of the models keeps nothing for a next pass.
    """
    if not all_dates_at_once:
        kept = ["--select", *KEPT_MODELS, *(["--exclude", exclude] if exclude else []), "--indirect-selection", "buildable"]
        for batch, is_last in _passes(settings):
            ask_for(settings.lake, batch)
            if is_last:
                break
            results = build_models(settings, kept)
            if any(result.has_failed for result in results):
                return results
    return build_models(settings, arguments)


def _passes(settings: Settings) -> Iterator[tuple[Batch, bool]]:
    """What each pass is asked for, and whether it is the last; what the first of them has found out tells what follows."""
    asked_for = backfill_dates(settings.lake)
    complete = newest_complete_day(settings.lake)
    in_parts = settings.as_of_batch is not None and settings.engine == "duckdb" and is_first(settings.warehouse)
    if in_parts and complete is not None:
        yield whole_history(max([complete, *settings.as_of_dates])), False
    *before, last = batches(asked_for, settings.lake, settings.warehouse, settings.as_of_batch or BATCH)
    yield from ((batch, False) for batch in before)
    yield last, True


def build_models(settings: Settings, arguments: Sequence[str]) -> list[NodeResult]:
    """Every node's result. What another engine than DuckDB built comes into the warehouse's file, as far as it is published."""
    if settings.engine == "duckdb":
        return build(dbt_target(settings), arguments)
    # no file: nothing was built yet, or an erasure took it away and nothing that was built before may stay
    full = [] if settings.warehouse.exists() else ["--full-refresh"]
    results = build(dbt_target(settings), [*arguments, *full])
    mirror(settings.spark_tables / "tables", settings.warehouse, load_manifest(settings.engine))
    return results


def dbt_target(settings: Settings) -> DbtTarget:
    """Where dbt builds for these settings."""
    metastore = {"SEGMENTATION_SPARK_METASTORE": settings.spark_metastore} if settings.spark_metastore else {}
    return DbtTarget(
        project_dir=DBT_PROJECT,
        parsed_dir=parsed_project(settings.engine),
        artifacts_dir=settings.dbt_target,
        environment={
            "SEGMENTATION_WAREHOUSE": str(settings.warehouse),
            "SEGMENTATION_LAKE": str(settings.lake),
            "SEGMENTATION_STAGING_MODELS": staging_models(),
            "SEGMENTATION_BUSINESS_TIMEZONE": settings.business_timezone,
            "SEGMENTATION_THREADS": str(settings.threads),
            "SEGMENTATION_MEMORY_LIMIT": settings.model_memory,
            "SEGMENTATION_SPARK_MASTER": settings.spark_master,
            "SEGMENTATION_SPARK_WAREHOUSE": str(settings.spark_tables),
            **metastore,
        },
        engine=settings.engine,
    )


class Events:
    """dbt's results as Dagster's: a materialization for a model, a check result for a test."""

    def __init__(self, settings: Settings, manifest: Mapping[str, Any], translator: RoomTranslator) -> None:
        self._settings = settings
        self._manifest = manifest
        self._translator = translator

    def of(
        self, results: list[NodeResult], selected_checks: set[dg.AssetCheckKey]
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        """Events of one invocation, models first; a failed model has none."""
        built = [result for result in results if result.resource_type in MODEL_TYPES and not result.has_failed]
        nodes = {result.unique_id: self._manifest["nodes"][result.unique_id] for result in results}
        names = {(nodes[result.unique_id]["schema"], nodes[result.unique_id]["name"]) for result in built}
        facts = table_facts(self._settings.warehouse, self._settings.lake, names)
        lineage = LineageCache(parsed_project(self._settings.engine) / "column_lineage.json")
        relations = self._relations(facts)
        for result in built:
            node = nodes[result.unique_id]
            metadata = self._table_metadata(facts.get((node["schema"], node["name"])), node)
            columns = lineage.lineage(result.compiled_code, relations) if relations else {}
            metadata["dagster/column_lineage"] = self._column_lineage(columns)
            # the same to read: the open-source UI shows a table where it has no view of column lineage
            metadata["columns_from"] = dg.MetadataValue.md(_origins_table(columns))
            metadata["seconds"] = round(result.seconds, 3)
            yield dg.MaterializeResult(asset_key=self._asset_key(result.unique_id), metadata=metadata)
        lineage.save()
        for result in results:
            check = get_asset_check_key_for_test(self._manifest, self._translator, result.unique_id, None)
            if check in selected_checks:
                yield self._check_result(check, result)

    def raise_for_failures(self, results: list[NodeResult]) -> None:
        """Fail the step, naming what failed, so that nothing is published from it."""
        failed = [result for result in results if result.has_failed]
        if not failed:
            return
        causes = [result for result in failed if result.status != "skipped"] or failed
        lines = [
            f"{result.name}: {result.status} ({' '.join(result.message.split())}){self._rows_of(result)}" for result in causes
        ]
        raise dg.Failure(
            f"{len(causes)} of {len(results)} models and tests failed, {len(failed) - len(causes)} were skipped. Nothing is "
            "published; what is published stays as it is. Mend the cause and run again.\n" + "\n".join(lines),
            allow_retries=False,
        )

    def _rows_of(self, result: NodeResult) -> str:
        """What a failed test found, where it may be told; empty where not."""
        if result.status != "fail" or not shows_rows(self._manifest["nodes"][result.unique_id]):
            return ""
        if self._settings.engine != "duckdb":  # its SQL is another engine's, and so are the tables
            return ""
        return f": {named_rows(self._settings.warehouse, self._settings.lake, result.compiled_code)}"

    def _asset_key(self, unique_id: str) -> dg.AssetKey:
        return self._translator.get_asset_spec(self._manifest, unique_id, None).key

    def _relations(self, facts: Mapping[tuple[str, str], TableFacts]) -> dict[str, Relation]:
        """Everything that compiled SQL may read, by asset key; nothing of an engine whose tables DuckDB does not know."""
        relations: dict[str, Relation] = {}
        if self._settings.engine != "duckdb":
            return relations
        for node in self._manifest["nodes"].values():
            known = facts.get((node["schema"], node["name"]))
            if node["resource_type"] in MODEL_TYPES and known:
                relations[self._asset_key(node["unique_id"]).to_user_string()] = Relation(node["relation_name"], known.columns)
        locations = {
            self._asset_key(source["unique_id"]).to_user_string(): source["relation_name"]
            for source in self._manifest["sources"].values()
        }
        for key, columns in location_columns(self._settings.lake, locations).items():
            relations[key] = Relation(locations[key], columns)
        return relations

    def _table_metadata(self, facts: TableFacts | None, node: Mapping[str, Any]) -> dict[str, Any]:
        if facts is None:
            return {}
        described = {name.lower(): column.get("description") for name, column in node["columns"].items()}
        columns = [
            dg.TableColumn(name, data_type, described.get(name.lower()) or None) for name, data_type in facts.columns.items()
        ]
        return {"dagster/row_count": facts.row_count, "dagster/column_schema": dg.TableSchema(columns)}

    def _column_lineage(self, columns: Mapping[str, list[tuple[str, str]]]) -> dg.TableColumnLineage:
        return dg.TableColumnLineage(
            {
                column: [dg.TableColumnDep(dg.AssetKey.from_user_string(key), name) for key, name in origins]
                for column, origins in columns.items()
                if origins
            }
        )

    def _check_result(self, check: dg.AssetCheckKey, result: NodeResult) -> dg.AssetCheckResult:
        node = self._manifest["nodes"][result.unique_id]
        warns = node["config"].get("severity", "error").lower() == "warn" or result.status == "warn"
        return dg.AssetCheckResult(
            asset_key=check.asset_key,
            check_name=check.name,
            passed=result.status == "pass",
            severity=dg.AssetCheckSeverity.WARN if warns else dg.AssetCheckSeverity.ERROR,
            metadata={"status": result.status, "rows": result.failures or 0},
        )


def published_asset_keys(transformation: dg.AssetsDefinition) -> list[dg.AssetKey]:
    """The models of the published schema: what a publication is made of."""
    return sorted(key for key in transformation.keys if key.path[0] == "published")


def _origins_table(columns: Mapping[str, list[tuple[str, str]]]) -> str:
    rows = [f"| {column} | {', '.join(f'{key}.{name}' for key, name in origins)} |" for column, origins in columns.items()]
    return "\n".join(["| column | made of |", "|---|---|", *rows])
