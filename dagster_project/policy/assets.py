"""The policy tables as assets, one per table, loaded together.

Belongs here: how they show in Dagster. Not here: checking and loading (tables.py).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from dagster_project.policy.tables import load_policy, policy_files, policy_tables, policy_version
from dagster_project.settings import Settings


def policy_asset_key(table: str) -> dg.AssetKey:
    """The key that dbt's source `policy` has for a table."""
    return dg.AssetKey(["policy", table])


def build_policy_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """One multi-asset: a policy is valid as a whole or not at all."""
    specs = [
        dg.AssetSpec(
            policy_asset_key(name),
            description=table.description,
            group_name="policy",
            owners=["team:analytics-engineering"],
            kinds={"csv", "parquet"},
            metadata={
                "dagster/column_schema": dg.TableSchema(
                    [dg.TableColumn(column, about.type, about.description) for column, about in table.columns.items()]
                )
            },
        )
        for name, table in policy_tables().items()
    ]

    @dg.multi_asset(specs=specs, name="policy")
    def policy(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        rows = load_policy(settings.policy_dir, settings.lake)
        files = policy_files(settings.policy_dir)
        version = policy_version(settings.policy_dir)
        for name, count in rows.items():
            yield dg.MaterializeResult(
                asset_key=policy_asset_key(name),
                metadata={"dagster/row_count": count, "policy_version": version, "file": files[name].name},
            )

    return [policy]
