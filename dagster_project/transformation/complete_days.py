"""Which days can be computed: from the first order on, as far as every required feed of every enabled source has delivered.

Belongs here: the newest complete day as the control tables say it, the first order that is published, and what is said of a day
outside, or where there is none. Not here: the day that is published (int_as_of_dates). Both are asked for before models run,
which know the same as int_newest_complete_day and assert_no_date_is_before_the_first_order.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path


def newest_complete_day(lake: Path) -> date | None:
    """None while a required feed never delivered, or where the lake has not been loaded."""
    import duckdb

    deliveries, sources = lake / "control" / "deliveries.parquet", lake / "control" / "sources.parquet"
    if not (deliveries.exists() and sources.exists()):
        return None
    with duckdb.connect() as connection:
        answer = connection.execute(
            """
            with feeds as (
                -- a table that an earlier version wrote does not say it
                select null::date as complete_through where false
                union all by name
                select * from read_parquet(?) where is_enabled and is_required
            )
            select case when bool_and(complete_through is not null) then least(min(complete_through), (
                select max(delivery_date) from read_parquet(?) semi join feeds using (source_code, feed)
            )) end
            from feeds
            """,
            [str(sources), str(deliveries)],
        ).fetchone()
    return answer[0] if answer else None


def feeds_awaited(lake: Path) -> list[str]:
    """Required feeds of enabled sources, as source/feed, that never delivered: no day is complete without them."""
    import duckdb

    deliveries, sources = lake / "control" / "deliveries.parquet", lake / "control" / "sources.parquet"
    if not (deliveries.exists() and sources.exists()):
        return []
    with duckdb.connect() as connection:
        rows = connection.execute(
            """
            select feeds.source || '/' || feeds.feed
            from read_parquet(?) as feeds
            anti join read_parquet(?) as deliveries using (source_code, feed)
            where feeds.is_enabled and feeds.is_required
            order by all
            """,
            [str(sources), str(deliveries)],
        ).fetchall()
    return [feed for (feed,) in rows]


def first_order_day(live: Path) -> date | None:
    """The first sale that is published. live: the published file; None where there is none, or nothing was ever sold."""
    import duckdb

    if not live.exists():
        return None
    with duckdb.connect(str(live), read_only=True) as connection:
        answer = connection.execute("select min(first_order_date) from customer_segments").fetchone()
    return answer[0] if answer else None


def refuse_days_that_cannot_be_computed(as_of_dates: Sequence[date], newest: date | None, first: date | None) -> None:
    """Raise ValueError where a date lies after the newest complete day or before the first order, naming that day.

    newest: None while nothing is complete. first: None where it is not known; then the models say it.
    """
    if newest is None:
        if as_of_dates:
            raise ValueError(
                "No day can be computed: a required feed has delivered nothing yet. Nothing was computed. Refresh first."
            )
        return
    late = sorted(day for day in as_of_dates if day > newest)
    if late:
        raise ValueError(
            f"{_named(late)}: not every required feed has delivered as far. The newest day that can be computed is {newest}. "
            "Nothing was computed. Ask for dates up to that day, or deliver and refresh first."
        )
    early = sorted(day for day in as_of_dates if first and day < first)
    if early:
        raise ValueError(
            f"{_named(early)}: nobody had ordered anything. The first day that can be computed is {first}. Nothing was "
            "computed. Ask for dates from that day on, or deliver older orders and refresh first."
        )


def _named(days: Sequence[date]) -> str:
    return ", ".join(day.isoformat() for day in days[:3]) + (f" and {len(days) - 3} more" if len(days) > 3 else "")
