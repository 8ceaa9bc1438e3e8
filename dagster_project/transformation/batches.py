"""A backfill in batches: how many past as-of dates one pass of dbt computes, so that memory does not grow with their number.

Belongs here: dividing what as_of_dates.parquet asks for, and asking for a part of it. Not here: running dbt (assets.py). What a
pass has computed is kept in the warehouse, so a batch that is done stays done when a later one is killed.
"""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

# what a pass leaves behind for the next ones: the kept segments, cut points and clusters, and that it is finished
KEPT_MODELS = ("+customer_segments_as_of", "+rfm_cut_points_as_of", "+int_behaviour_cluster_fits", "+int_refresh_finished")


def backfill_batches(lake: Path, size: int) -> list[list[date]]:
    """The past dates that are asked for, rising, size at a time; one empty batch when there are none."""
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct as_of_date from read_parquet(?) where is_backfill order by as_of_date", [str(_table(lake))]
        ).fetchall()
    dates = [day for (day,) in rows]
    return [dates[first : first + size] for first in range(0, len(dates), size)] or [[]]


def ask_for(lake: Path, dates: Sequence[date]) -> None:
    """Let the next pass compute these past dates, and no other ones, beside the date that is published."""
    import duckdb

    partial = lake / "control" / f".as_of_dates.{os.getpid()}.partial"
    with duckdb.connect() as connection:
        connection.execute(
            "create table as_of_dates as select * from read_parquet(?) where not is_backfill"
            " union all select unnest(cast(? as date[])), true",
            [str(_table(lake)), list(dates)],
        )
        target = str(partial).replace("'", "''")
        connection.execute(f"copy as_of_dates to '{target}' (format parquet)")
    partial.replace(_table(lake))


def _table(lake: Path) -> Path:
    return lake / "control" / "as_of_dates.parquet"
