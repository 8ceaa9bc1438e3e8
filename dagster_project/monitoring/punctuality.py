"""Which required feeds are late: the newest delivery against the feed's calendar.

Belongs here: the age of the data. Not here: the age of the publication, which a freshness policy on the asset watches: a
backfill of an old day makes that look fresh, and leaves this as it is.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dagster_project.ingestion.calendars import expected_before
from dagster_project.ingestion.contracts import load_sources


@dataclass(frozen=True)
class FeedAge:
    """A feed's newest delivery (None: none yet) against the newest that its calendar expects (None: none is due)."""

    feed: str
    newest: date | None
    expected: date | None

    @property
    def is_late(self) -> bool:
        """True when a delivery is due that is not there."""
        return self.expected is not None and (self.newest is None or self.newest < self.expected)


def feed_ages(sources: tuple[str, ...], lake: Path, today: date) -> list[FeedAge]:
    """Every required feed of these sources; today: in the business zone. A delivery of a day is due when the day is over."""
    newest = _newest_deliveries(lake)
    return [
        FeedAge(f"{source.name}.{feed.name}", newest.get((source.name, feed.name)), expected_before(feed, today))
        for source in load_sources(sources)
        for feed in source.feeds
        if feed.required
    ]


def _newest_deliveries(lake: Path) -> dict[tuple[str, str], date]:
    import duckdb

    ledger = lake / "control" / "deliveries.parquet"
    if not ledger.exists():
        return {}
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select source, feed, max(delivery_date) from read_parquet(?) group by all", [str(ledger)]
        ).fetchall()
    return {(source, feed): newest for source, feed, newest in rows}
