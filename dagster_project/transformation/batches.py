"""Past dates in batches: how many one pass of dbt computes, so that memory does not grow with their number.

Belongs here: dividing what as_of_dates.parquet asks for, what a first refresh lets wait and what other rules make due, and
asking for a part of it. Not here: running dbt (assets.py). What a pass has computed is kept in the warehouse, so a batch that
is done stays done when a later one is killed.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.transformation.control import month_ends

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# what a pass leaves behind for the next ones: the kept segments, cut points and clusters, and that it is finished
KEPT_MODELS = ("+customer_segments_as_of", "+rfm_cut_points_as_of", "+int_behaviour_cluster_fits", "+int_refresh_finished")


# of a backfill, unless the setting says another number
BATCH = 6
_BEFORE_ALL_ORDERS = date(1900, 1, 1)


@dataclass(frozen=True)
class Batch:
    """Past dates of one pass. asked_for: those of a backfill; postponed: those that are due and wait for a later pass."""

    asked_for: tuple[date, ...] = ()
    postponed: tuple[date, ...] = ()


def batches(asked_for: Iterable[date], lake: Path, warehouse: Path, size: int) -> list[Batch]:
    """The past dates of this run, rising, size at a time; one empty batch when there are none.

    asked_for: those of a backfill. Beside them stand the kept dates that other rules make due, and the reviews that a first
    refresh let wait. What else the published history lacks is in no batch: the last pass computes it at once.
    """
    wanted, due = set(asked_for), {*_let_wait(warehouse), *_kept_under_other_rules(lake, warehouse)}
    dates = sorted(wanted | due)
    parts = [dates[first : first + size] for first in range(0, len(dates), size)] or [[]]
    return [
        Batch(
            asked_for=tuple(day for day in part if day in wanted),
            postponed=tuple(day for later in parts[place + 1 :] for day in later if day in due),
        )
        for place, part in enumerate(parts)
    ]


def whole_history(newest: date) -> Batch:
    """Every review up to the newest as-of date waits: that is how a first refresh begins whose history is computed in parts."""
    return Batch(postponed=tuple(month_ends(_BEFORE_ALL_ORDERS, newest)))


def is_first(warehouse: Path) -> bool:
    """Whether no segments of any date are kept."""
    return ("marts", "customer_segments_as_of") not in _tables(warehouse)


def ask_for(lake: Path, batch: Batch) -> None:
    """Let the next pass compute these past dates, and no other ones, beside the date that is published."""
    import duckdb

    partial = lake / "control" / f".as_of_dates.{os.getpid()}.partial"
    with duckdb.connect() as connection:
        connection.execute(
            "create table as_of_dates as select as_of_date, is_backfill, is_postponed from read_parquet(?)"
            " where not is_backfill and not is_postponed"
            " union all select unnest(cast(? as date[])), true, false"
            " union all select unnest(cast(? as date[])), false, true",
            [str(_table(lake)), list(batch.asked_for), list(batch.postponed)],
        )
        target = str(partial).replace("'", "''")
        connection.execute(f"copy as_of_dates to '{target}' (format parquet)")
    partial.replace(_table(lake))


def backfill_dates(lake: Path) -> list[date]:
    """The past dates that as_of_dates.parquet asks for."""
    import duckdb

    with duckdb.connect() as connection:
        return _days(connection, "select distinct as_of_date from read_parquet(?) where is_backfill", str(_table(lake)))


def _kept_under_other_rules(lake: Path, warehouse: Path) -> list[date]:
    """Kept dates beside the published history whose segments were computed by another version of the policy."""
    import duckdb

    if not _tables(warehouse) >= {("marts", "customer_segments_as_of"), ("marts", "history_dates")}:
        return []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return _days(
            connection,
            "select distinct as_of_date from marts.customer_segments_as_of where date_role in ('review', 'backfill')"
            " and policy_version <> (select policy_version from read_parquet(?))"
            " and as_of_date not in (select as_of_date from marts.history_dates)",
            str(lake / "control" / "refresh.parquet"),
        )


def _let_wait(warehouse: Path) -> list[date]:
    """Dates that the newest pass let wait, and that are not kept yet: a run that was killed between two passes goes on."""
    import duckdb

    if not _tables(warehouse) >= {("marts", "customer_segments_as_of"), ("intermediate", "int_due_dates")}:
        return []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return _days(
            connection,
            "select as_of_date from intermediate.int_due_dates where is_postponed"
            " and as_of_date not in (select as_of_date from marts.customer_segments_as_of)",
        )


def _tables(warehouse: Path) -> set[tuple[str, str]]:
    import duckdb

    if not warehouse.exists():
        return set()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return set(connection.execute("select schema_name, table_name from duckdb_tables() where not internal").fetchall())


def _days(connection: "DuckDBPyConnection", query: str, *files: str) -> list[date]:
    return [day for (day,) in connection.execute(query, list(files)).fetchall()]


def _table(lake: Path) -> Path:
    return lake / "control" / "as_of_dates.parquet"
