"""The publication as an asset: runs when every blocking check of the warehouse passed.

Belongs here: when to publish and what to show. Not here: how (swap.py).
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from dagster_project.erasure_journal import newest_erasure
from dagster_project.publication.bundle import DATABASE, Publication
from dagster_project.publication.charts import charts
from dagster_project.publication.swap import publish, published_versions
from dagster_project.settings import Settings
from dagster_project.warehouse_lock import warehouse_lock

PUBLICATION = dg.AssetKey(["publication", "customer_segments"])
_OWNER = "team:analytics-engineering"


def build_publication_assets(settings: Settings, published_tables: Sequence[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """The published file, downstream of the models that it is made of."""

    @dg.asset(
        key=PUBLICATION,
        deps=published_tables,
        group_name="publication",
        owners=[_OWNER],
        kinds={"duckdb", "parquet"},
        pool="warehouse",
        check_specs=[
            dg.AssetCheckSpec(
                "reads_back",
                asset=PUBLICATION,
                description="The live file opens read-only and says that it is the publication that was just built.",
            )
        ],
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)),
    )
    def customer_segments(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """The file that BI tools and the CRM read: published/customer_segments.duckdb, and its Parquet twin.

        Swapped in as one step after all blocking checks passed, so that a reader is never locked out and never sees half of it.
        """
        with warehouse_lock(settings.data_dir, "publish", settings.lock_timeout_seconds):
            # what was published before a customer was erased still holds them
            forget_before = newest_erasure(settings.lake)
            publication = publish(
                settings.warehouse, settings.published, settings.kept_publications, forget_before, settings.memory_limit
            )
        return dg.MaterializeResult(
            metadata=_metadata(settings, publication), check_results=[_reads_back(settings, publication)]
        )

    return [customer_segments]


def _metadata(settings: Settings, publication: Publication) -> dict[str, Any]:
    rows = "\n".join(f"| {name} | {table.rows:,} |" for name, table in publication.tables.items())
    return {
        "dagster/row_count": publication.tables["customer_segments"].rows,
        "dagster/column_schema": _column_schema(settings),
        "as_of_date": dg.MetadataValue.text(publication.as_of_date),
        "publication_id": dg.MetadataValue.text(publication.publication_id),
        "content_checksum": dg.MetadataValue.text(publication.content_checksum),
        "policy_version": dg.MetadataValue.text(publication.policy_version),
        "file": dg.MetadataValue.path(str(settings.published / DATABASE)),
        "kept_versions": len(published_versions(settings.published)),
        "tables": dg.MetadataValue.md(f"| table | rows |\n|---|---:|\n{rows}"),
        **{name: dg.MetadataValue.md(image) for name, image in charts(settings.published / DATABASE).items()},
    }


def _column_schema(settings: Settings) -> dg.TableSchema:
    """The contract of the main table, as the file itself carries it."""
    import duckdb

    with duckdb.connect(str(settings.published / DATABASE), read_only=True) as reader:
        columns = reader.execute(
            "select column_name, data_type, comment from duckdb_columns()"
            " where table_name = 'customer_segments' order by column_index"
        ).fetchall()
    return dg.TableSchema([dg.TableColumn(name, data_type, comment) for name, data_type, comment in columns])


def _reads_back(settings: Settings, publication: Publication) -> dg.AssetCheckResult:
    import duckdb

    with duckdb.connect(str(settings.published / DATABASE), read_only=True) as reader:
        found = reader.execute("select publication_id from publication").fetchall()
    return dg.AssetCheckResult(
        check_name="reads_back", passed=found == [(publication.publication_id,)], metadata={"found": str(found)}
    )
