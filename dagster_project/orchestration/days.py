"""Which delivery days a run takes: from the oldest day on which landing and lake differ to the newest; a table differs today.

Belongs here: comparing landing and databases with the ledger. Not here: loading (ingestion). After an outage one run takes all
the days that it missed.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dagster_project.ingestion.arrivals import is_in_the_lake
from dagster_project.ingestion.contracts import Source, load_sources
from dagster_project.ingestion.database import DatabaseError
from dagster_project.ingestion.database_load import is_database_pending
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.lake import FeedFolder, LedgerRow
from dagster_project.ingestion.landing import LandedDelivery, landed_deliveries
from dagster_project.ingestion.object_store import bring_in_everything
from dagster_project.settings import Settings

_log = logging.getLogger(__name__)

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

    What waits in an object store comes into landing first. Raises ObjectStoreError.
    """
    bring_in_everything(settings)
    days = [
        day
        for source in load_sources(settings.sources)
        for feed in source.feeds
        for day in (
            _pending_today(source, feed, settings)
            if feed.database is not None
            else _pending(source, feed, settings.landing, _ledger(settings.lake, source, feed))
        )
        if day >= source.first_delivery_date
    ]
    return DayRange(min(days), max(days)) if days else None


def newest_day(settings: Settings) -> DayRange:
    """The newest day of any delivery, landed or loaded. A run of it computes everything again.

    Without any it is today, or the last day of a source that has ended.
    """
    # loads Dagster, which whoever only asks what waits does not need
    from dagster_project.ingestion.partitions import last_delivery_day

    days = [
        day
        for source in load_sources(settings.sources)
        for feed in source.feeds
        for day in (
            *(delivery.delivery_date for delivery in landed_deliveries(source, feed, settings.landing)),
            *_ledger(settings.lake, source, feed),
        )
    ]
    today = settings.today()
    newest = max(days, default=min(today, last_delivery_day(settings) or today))
    return DayRange(newest, newest)


def _ledger(lake: Path, source: Source, feed: Feed) -> Mapping[date, LedgerRow]:
    import duckdb

    with duckdb.connect() as connection:
        return FeedFolder(lake, source.name, feed.name).read_ledger(connection)


def _pending(source: Source, feed: Feed, landing: Path, ledger: Mapping[date, LedgerRow]) -> list[date]:
    days = []
    for delivery in landed_deliveries(source, feed, landing):
        row = ledger.get(delivery.delivery_date)
        if delivery.is_withdrawn:
            is_pending = row is not None
        else:
            is_pending = row is None or row.contract != feed.fingerprint or not _is_known(delivery, row)
        if is_pending:
            days.append(delivery.delivery_date)
    return days


def _pending_today(source: Source, feed: Feed, settings: Settings) -> list[date]:
    """A table that changed is delivered today. A server that does not answer waits: the load itself tells it in full."""
    try:
        is_pending = is_database_pending(source, feed, settings.lake)
    except DatabaseError as error:
        _log.warning("%s/%s: nobody knows whether rows wait: %s", source.name, feed.name, error)
        return []
    return [settings.today()] if is_pending else []


def _is_known(delivery: LandedDelivery, row: LedgerRow) -> bool:
    """False also for a file that vanished, or a link to nothing: the load says what is wrong with it."""
    try:
        return is_in_the_lake(delivery.files, row)
    except OSError:
        return False
