"""Jobs: what runs together."""

from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

DAILY_REFRESH = "daily_refresh"
BACKFILL_AS_OF = "backfill_as_of"
ERASE_CUSTOMER = "erase_customer"
INGESTION = "ingestion"


def build_daily_refresh() -> "UnresolvedAssetJobDefinition":
    """Everything, from the deliveries of one day or a range of days to the published file."""
    return dg.define_asset_job(
        DAILY_REFRESH,
        selection=dg.AssetSelection.all(),
        description="Load the deliveries of the chosen days, compute the segments, publish them.",
        executor_def=dg.in_process_executor,
    )


def build_backfill_as_of() -> "UnresolvedAssetJobDefinition":
    """Everything after the lake: past as-of dates from the deliveries that are there, then the published file."""
    return dg.define_asset_job(
        BACKFILL_AS_OF,
        selection=dg.AssetSelection.all() - dg.AssetSelection.groups(INGESTION),
        description=(
            "Compute and keep the segments of past dates, all in one run, from what the lake holds. Configure refresh_control "
            "with dates, or with month_ends_from and month_ends_to."
        ),
        executor_def=dg.in_process_executor,
    )


def build_erase_customer() -> "UnresolvedAssetJobDefinition":
    """The daily refresh, begun by taking a customer out of everything that it is computed from."""
    return dg.define_asset_job(
        ERASE_CUSTOMER,
        selection=dg.AssetSelection.all(),
        description=(
            "Erase a customer from landing, lake, quarantine, warehouse and publications; the anonymous totals stay. Any "
            "delivery day will do. Config: ops: control__erasures: config: customer: <source>:<id>."
        ),
        executor_def=dg.in_process_executor,
    )


def erase_config(customer: str) -> dict[str, object]:
    """The run config that names the customer, by id or hash."""
    return {"ops": {"control__erasures": {"config": {"customer": customer}}}}
