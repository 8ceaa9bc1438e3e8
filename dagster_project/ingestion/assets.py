"""The ingestion room as Dagster assets: one per feed of every enabled source, and the control tables.

Belongs here: keys, partitions, checks, what is called. Not here: how a delivery is loaded (load.py), how it is shown
(report.py).
"""

import warnings
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import dagster as dg

from dagster_project.ingestion.contracts import Source, load_sources
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.landing import landing_folder, unknown_files
from dagster_project.ingestion.ledger import DELIVERIES_COLUMNS, SOURCES_COLUMNS, count_rows, write_control
from dagster_project.ingestion.load import load_deliveries
from dagster_project.ingestion.object_store import bring_in
from dagster_project.ingestion.outcomes import DeliveryLoad
from dagster_project.ingestion.partitions import delivery_days
from dagster_project.ingestion.quarantine import open_held_back, open_rejections
from dagster_project.ingestion.report import (
    DELIVERIES_ACCEPTED,
    NO_UNKNOWN_FILES,
    QUARANTINE_COLUMNS,
    ROWS_ACCEPTED,
    check_results,
    column_schema,
    delivery_metadata,
    quarantine_metadata,
    run_metadata,
    table_schema,
    unknown_files_result,
)
from dagster_project.settings import Settings

GROUP = "ingestion"
CONTROL_GROUP = "control"
OWNERS = ("team:data-engineering",)
DELIVERIES_KEY = dg.AssetKey(["control", "deliveries"])
SOURCES_KEY = dg.AssetKey(["control", "sources"])
QUARANTINE_KEY = dg.AssetKey(["ingestion", "quarantine"])
# made in the room erasure, which comes later on the way; deliveries are loaded after an erasure
ERASURES_KEY = dg.AssetKey(["control", "erasures"])


def build_ingestion_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Assets of the enabled sources' feeds, and of the control tables that depend on them."""
    sources = load_sources(settings.sources)
    days = delivery_days(settings)
    with warnings.catch_warnings():
        # one run for a range of days is what makes a backfill quick; the parameter has been called beta for years
        warnings.simplefilter("ignore", dg.BetaWarning)
        feeds = [_feed_asset(source, feed, days, settings) for source in sources for feed in source.feeds]
    keys = [asset.key for asset in feeds]
    return [*feeds, _control_asset(keys, sources, settings), _quarantine_asset(keys, settings)]


def _feed_asset(source: Source, feed: Feed, days: dg.PartitionsDefinition[str], settings: Settings) -> dg.AssetsDefinition:
    key = dg.AssetKey([source.name, feed.name])
    landing, lake = settings.landing, settings.lake

    @dg.asset(
        key=key,
        deps=[ERASURES_KEY],
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name=GROUP,
        kinds={feed.format, "duckdb", "parquet"} if feed.format != "parquet" else {"duckdb", "parquet"},
        owners=OWNERS,
        description=f"{feed.description}\n\n{source.description}",
        metadata={
            "dagster/column_schema": column_schema(feed),
            "landing": dg.MetadataValue.path(landing_folder(source, feed, landing)),
            "lake": dg.MetadataValue.path(lake / "raw" / source.name / feed.name),
        },
        check_specs=[
            dg.AssetCheckSpec(DELIVERIES_ACCEPTED, asset=key, description="No delivery was held back."),
            dg.AssetCheckSpec(ROWS_ACCEPTED, asset=key, description="No row went to the quarantine."),
        ],
    )
    def load_feed(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        asked_for = context.partition_keys if context.has_partition_key or context.has_partition_key_range else None
        days = None if asked_for is None else _dates(asked_for)
        if settings.landing_url is not None:
            bring_in(settings.landing_url, source, feed, landing)
        loads = load_deliveries(source, feed, landing, lake, days, settings.today(), memory_limit=settings.memory_limit)
        _tell_each_day(context, key, asked_for, loads)
        return dg.MaterializeResult(
            metadata={"dagster/row_count": count_rows(lake, source.name, feed.name), **run_metadata(loads)},
            check_results=check_results(loads),
        )

    return load_feed


def _control_asset(feeds: Sequence[dg.AssetKey], enabled: Sequence[Source], settings: Settings) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="control",
        group_name=CONTROL_GROUP,
        specs=[
            dg.AssetSpec(
                DELIVERIES_KEY,
                deps=feeds,
                kinds={"duckdb", "parquet"},
                owners=OWNERS,
                description="One row per delivery that the lake holds of an enabled source, read from the files' footers.",
                metadata={"dagster/column_schema": table_schema(DELIVERIES_COLUMNS)},
            ),
            dg.AssetSpec(
                SOURCES_KEY,
                deps=feeds,
                kinds={"duckdb", "parquet"},
                owners=OWNERS,
                description="One row per feed that has a contract, and whether its source is on.",
                metadata={"dagster/column_schema": table_schema(SOURCES_COLUMNS)},
            ),
        ],
        check_specs=[
            dg.AssetCheckSpec(
                f"{NO_UNKNOWN_FILES}_{source.name}",
                asset=SOURCES_KEY,
                description=f"Every file in the landing folder of {source.name} belongs to a feed.",
            )
            for source in enabled
        ],
    )
    # Dagster looks for the bare class in the annotation
    def write_control_tables() -> tuple[dg.MaterializeResult, dg.MaterializeResult]:  # type: ignore[type-arg]
        counts = write_control(settings.lake, settings.sources)
        return (
            dg.MaterializeResult(DELIVERIES_KEY, metadata=_table(settings.lake, "deliveries", counts)),
            dg.MaterializeResult(
                SOURCES_KEY,
                metadata=_table(settings.lake, "sources", counts),
                check_results=[
                    unknown_files_result(source.name, unknown_files(source, settings.landing)) for source in enabled
                ],
            ),
        )

    return write_control_tables


def _quarantine_asset(feeds: Sequence[dg.AssetKey], settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=QUARANTINE_KEY,
        deps=feeds,
        group_name=GROUP,
        kinds={"duckdb", "parquet"},
        owners=OWNERS,
        metadata={"dagster/column_schema": table_schema(QUARANTINE_COLUMNS)},
    )
    def quarantine() -> dg.MaterializeResult:  # type: ignore[type-arg]
        """One row per file, column and reason of the rejected rows that nobody has corrected yet, and the deliveries held back.

        A corrected delivery in the place of the old one closes what it corrects.
        """
        each = [(source, feed) for source in load_sources(settings.sources) for feed in source.feeds]
        rejections = [one for pair in each for one in open_rejections(*pair, settings.landing, settings.lake)]
        held_back = [one for pair in each for one in open_held_back(*pair, settings.landing, settings.lake, settings.today())]
        return dg.MaterializeResult(metadata=quarantine_metadata(rejections, held_back))

    return quarantine


def _tell_each_day(
    context: dg.AssetExecutionContext, key: dg.AssetKey, asked_for: Sequence[str] | None, loads: Sequence[DeliveryLoad]
) -> None:
    """Each day's own figures. A run without a partition takes all that landed; its days are marked as done one by one."""
    by_day = {load.delivery_date.isoformat(): load for load in loads}
    if asked_for is not None:
        for day in asked_for:
            context.add_asset_metadata(delivery_metadata(by_day.get(day)), asset_key=key, partition_key=day)
        return
    done = context.instance.get_materialized_partitions(key)
    for day, load in by_day.items():
        if not load.is_held_back and (load.status != "unchanged" or day not in done):
            context.log_event(dg.AssetMaterialization(key, partition=day, metadata=delivery_metadata(load)))


def _dates(partition_keys: Sequence[str]) -> set[date]:
    return {date.fromisoformat(key) for key in partition_keys}


def _table(lake: Path, name: str, counts: dict[str, int]) -> dict[str, dg.MetadataValue]:
    return {
        "dagster/row_count": dg.MetadataValue.int(counts[name]),
        "path": dg.MetadataValue.path(lake / "control" / f"{name}.parquet"),
    }
