"""Loading a feed that is a table of a database: one read becomes one delivery, of the day that is asked for.

A read holds what changed since the delivery of the day before, so a day that runs again replaces its own delivery and loses
nothing. Belongs here: which day, taking a read's files into the lake, whether anything waits. Not here: reading
(database_read.py), the statements (database.py).
"""

import fcntl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.erasure_journal import erased_customers
from dagster_project.ingestion.arrivals import Arrival, ArrivedFile, FileState
from dagster_project.ingestion.batch import load_batch, memory_database
from dagster_project.ingestion.contracts import Source
from dagster_project.ingestion.database import DatabaseError
from dagster_project.ingestion.database_read import Ledgers, Unit, has_changed, read
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.headers import DeliveryRefusedError, parquet_layout
from dagster_project.ingestion.lake import FeedFolder
from dagster_project.ingestion.outcomes import DeliveryLoad, held_back, in_the_lake
from dagster_project.ingestion.refusals import FeedLoad
from dagster_project.ingestion.scrubbed_files import ScrubbingError, scrub_file
from dagster_project.ingestion.scrubbing import Scrubber

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def load_from_database(
    source: Source,
    feed: Feed,
    lake: Path,
    days: Collection[date] | None,
    today: date,
    shadow: Path | None = None,
    memory_limit: str | None = None,
) -> list[DeliveryLoad]:
    """Bring the lake up to what the table says, as the delivery of the newest day that is asked for; None: of today.

    A table cannot be read as of the past: where the lake holds a later delivery, nothing is read. A server that does not answer
    holds the delivery back and stops no other feed.

    shadow, memory_limit: see load_deliveries; a trial reads at a moment of its own.
    """
    unit, folder = Unit.of(source, feed, lake, shadow), FeedFolder(shadow or lake, source.name, feed.name)
    day = max(days) if days else today
    with _exclusively(unit), folder.exclusively(), memory_database(folder.loading / "spill") as database:
        folder.ensure_anchors(feed, database)
        ledgers = _ledgers(unit, database)
        before = ledgers[feed.name]
        folder.remove_stale_quarantine(before)
        kept = [in_the_lake(row, "unchanged") for loaded, row in before.items() if days is None or loaded in days]
        if any(loaded > day for ledger in ledgers.values() for loaded in ledger):
            return sorted(kept, key=lambda one: one.delivery_date)
        erased = erased_customers(lake)
        scrubber = Scrubber.of(source, feed, erased) if erased else None
        # days of an event feed hold what changed, and may differ as they like
        rows = {loaded: row.rows_read for loaded, row in before.items()} if feed.kind == "snapshot" else {}
        load = FeedLoad(source, feed, folder, before, rows, scrubber, memory_limit=memory_limit)
        loaded = _load_day(load, unit, day, ledgers, database)
        if loaded is not None:
            kept = [*(one for one in kept if one.delivery_date != day), loaded]
        return sorted(kept, key=lambda one: one.delivery_date)


def is_database_pending(source: Source, feed: Feed, lake: Path) -> bool:
    """True when the table is not what the lake's newest delivery was read from. Raises DatabaseError.

    Of feeds that are read together only the first is asked about.
    """
    unit = Unit.of(source, feed, lake)
    if unit.name != feed.name:
        return False
    with memory_database(lake / "loading") as database:
        ledgers = _ledgers(unit, database)
    return has_changed(unit, ledgers)


def _load_day(load: FeedLoad, unit: Unit, day: date, ledgers: Ledgers, database: "DuckDBPyConnection") -> DeliveryLoad | None:
    """None: the table is what it was."""
    before = load.before.get(day)
    try:
        waiting = unit.waiting(load.feed, day)
        if waiting is None and read(unit, day, ledgers, database):
            waiting = unit.waiting(load.feed, day)
        if waiting is None:
            return None
    except DatabaseError as error:
        return held_back(load.source, load.feed, day, error.problem, before, error.remedy)
    path, extract = waiting
    try:
        if load.scrubber is not None:
            # the server may know them still: what it gives is treated like a delivered file
            scrub_file(load.scrubber, path)
        arrival = Arrival(day, (ArrivedFile(path, FileState.of(path), parquet_layout(load.feed, path, database)),))
        (outcome,) = load_batch(replace(load, extract=extract), [arrival], threads=2)
    except (DeliveryRefusedError, ScrubbingError) as error:
        outcome = held_back(load.source, load.feed, day, str(error), before, "", (path.name,))
    path.unlink()
    if outcome.status == "loaded":
        _withdraw_other_types(load, day)
    return outcome


def _withdraw_other_types(load: FeedLoad, day: date) -> None:
    """After the contract's types changed everything was read again: older reads would break whoever reads the folder."""
    types = {column.name: column.type for column in load.feed.columns}
    for loaded, row in load.before.items():
        if loaded < day and row.extract is not None and row.schema != types:
            load.folder.withdraw(loaded)
            load.folder.tidy(loaded, None)


def _ledgers(unit: Unit, database: "DuckDBPyConnection") -> Ledgers:
    return {feed.name: FeedFolder(unit.lake, unit.source.name, feed.name).read_ledger(database) for feed in unit.feeds}


@contextmanager
def _exclusively(unit: Unit) -> Iterator[None]:
    """One load of the unit at a time, across processes."""
    folder = unit.written / "loading" / unit.source.name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{unit.name}.read.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
