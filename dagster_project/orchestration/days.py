"""Which delivery days a run takes: from the oldest day on which landing and lake differ to the newest.

Belongs here: comparing landing with the ledger. Not here: loading (ingestion). After an outage one run takes all
the days that it missed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from dagster_project.ingestion.contracts import Source, load_sources
from dagster_project.ingestion.landing import landed_deliveries
from dagster_project.settings import Settings

START_TAG = "dagster/asset_partition_range_start"
END_TAG = "dagster/asset_partition_range_end"


@dataclass(frozen=True)
class DayRange:
    """Delivery days of one run, both ends included."""

    first: date
    last: date

    @property
    def tags(self) -> dict[str, str]:
        """The range as Dagster's tags, so that one run holds all days."""
        return {START_TAG: self.first.isoformat(), END_TAG: self.last.isoformat()}


def pending_days(settings: Settings) -> DayRange | None:
    """The days whose deliveries are new, changed or withdrawn since the lake was loaded; None when there is nothing to do.

    Looks at names, sizes and times of change only; whether a touched file really differs is for the load to say.
    """
    loaded = _loaded(settings.lake)
    days = [
        day
        for source in load_sources(settings.sources)
        for day in _pending(source, settings.landing, loaded)
        if day >= source.first_delivery_date
    ]
    return DayRange(min(days), max(days)) if days else None


def newest_day(settings: Settings) -> DayRange:
    """The newest day of any delivery, landed or loaded; today when there is none. A run of it computes everything again."""
    landed = [
        delivery.delivery_date
        for source in load_sources(settings.sources)
        for feed in source.feeds
        for delivery in landed_deliveries(source, feed, settings.landing)
    ]
    loaded = [day for _, _, day in _loaded(settings.lake)]
    newest = max([*landed, *loaded], default=datetime.now(UTC).date())
    return DayRange(newest, newest)


def _pending(source: Source, landing: Path, loaded: Mapping[tuple[str, str, date], datetime]) -> list[date]:
    days = []
    for feed in source.feeds:
        for delivery in landed_deliveries(source, feed, landing):
            loaded_at = loaded.get((source.name, feed.name, delivery.delivery_date))
            if delivery.is_withdrawn:
                is_pending = loaded_at is not None
            else:
                is_pending = loaded_at is None or any(_changed_at(path) >= loaded_at for path in delivery.files)
            if is_pending:
                days.append(delivery.delivery_date)
    return days


def _changed_at(path: Path) -> datetime:
    status = path.stat()
    # a file moved into landing keeps its old time of change; the time of its arrival is the inode's
    return datetime.fromtimestamp(max(status.st_mtime, status.st_ctime), UTC).replace(tzinfo=None)


def _loaded(lake: Path) -> dict[tuple[str, str, date], datetime]:
    """When each delivery was loaded, by source, feed and day, as the control table of the last run says."""
    import duckdb

    ledger = lake / "control" / "deliveries.parquet"
    if not ledger.exists():
        return {}
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select source, feed, delivery_date, loaded_at from read_parquet(?)", [str(ledger)]
        ).fetchall()
    return {(source, feed, day): loaded_at for source, feed, day, loaded_at in rows}
