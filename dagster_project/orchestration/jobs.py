"""Jobs: what runs together."""

from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

DAILY_REFRESH = "daily_refresh"


def build_daily_refresh() -> "UnresolvedAssetJobDefinition":
    """Everything, from the deliveries of one day or a range of days to the published file."""
    return dg.define_asset_job(
        DAILY_REFRESH,
        selection=dg.AssetSelection.all(),
        description="Load the deliveries of the chosen days, compute the segments, publish them.",
        executor_def=dg.in_process_executor,
    )
