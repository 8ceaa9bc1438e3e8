"""Jobs: what runs together."""

import dagster as dg

DAILY_REFRESH = "daily_refresh"


def build_daily_refresh() -> dg.UnresolvedAssetJobDefinition:
    """Everything, from the deliveries of one day or a range of days to the published file."""
    return dg.define_asset_job(
        DAILY_REFRESH,
        selection=dg.AssetSelection.all(),
        description="Load the deliveries of the chosen days, compute the segments, publish them.",
        executor_def=dg.in_process_executor,
    )
