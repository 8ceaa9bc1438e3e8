"""Which days can be computed: those for which every required feed of every enabled source has delivered.

Belongs here: the newest complete day as the control tables say it, and what is said of a later one, or where there is none. Not
here: the day that is published (int_as_of_dates). The models know the same day as int_newest_complete_day; it is asked for here
before they run.
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
            select case when bool_and(newest is not null) then min(newest) end
            from (
                select max(deliveries.delivery_date) as newest
                from read_parquet(?) as feeds
                left join read_parquet(?) as deliveries using (source_code, feed)
                where feeds.is_enabled and feeds.is_required
                group by feeds.source_code, feeds.feed
            )
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


def refuse_incomplete_days(as_of_dates: Sequence[date], newest: date | None) -> None:
    """Raise ValueError, naming the newest day that can be computed, where a date lies after it."""
    if newest is None:
        if as_of_dates:
            raise ValueError(
                "No day can be computed: a required feed has delivered nothing yet. Nothing was computed. Refresh first."
            )
        return
    late = sorted(day for day in as_of_dates if day > newest)
    if late:
        named = ", ".join(day.isoformat() for day in late[:3]) + (f" and {len(late) - 3} more" if len(late) > 3 else "")
        raise ValueError(
            f"{named}: not every required feed has delivered as far. The newest day that can be computed is {newest}. Nothing "
            "was computed. Ask for dates up to that day, or deliver and refresh first."
        )
