"""One erasure from its first to its last step.

Belongs here: the order of the steps, what is counted. Not here: rewriting a file (lake.py, ingestion/scrubbing.py), computing
and publishing again (the assets downstream).

Every step can be repeated, and finds nothing the second time: an erasure that is killed is finished by starting it again.
"""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dagster_project.erasure.lake import scrub_deliveries, scrub_rejected_rows
from dagster_project.erasure_journal import Entry, append_entry, erased_customers, unfinished_erasures
from dagster_project.ingestion.batch import memory_database
from dagster_project.ingestion.contracts import Source
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.lake import FeedFolder
from dagster_project.ingestion.landing import landed_deliveries
from dagster_project.ingestion.load import load_deliveries
from dagster_project.ingestion.scrubbed_files import ScrubbingError, scrub_file
from dagster_project.ingestion.scrubbing import Scrubber

PLACES = ("landing", "lake", "quarantine")


class ErasureUnfinishedError(RuntimeError):
    """Some files could not be searched; what could be erased is."""


@dataclass
class _Counts:
    files: dict[str, int]
    rows: dict[str, int]
    unreadable: list[str]

    def add(self, place: str, files: int, rows: int) -> None:
        self.files[place] += files
        self.rows[place] += rows

    def to_json(self) -> dict[str, dict[str, int]]:
        return {place: {"files": self.files[place], "rows": self.rows[place]} for place in PLACES}


def erase(sources: tuple[Source, ...], landing: Path, lake: Path, warehouse: Path, customer: str) -> Entry:
    """Take a customer out of landing, lake and quarantine, and put the warehouse away; the journal's last line of it.

    customer: the hash. The caller holds the warehouse's lock, so that nobody computes or publishes meanwhile. A customer of
    whom there is no row leaves the warehouse as it is. Raises ErasureUnfinishedError when a file could not be searched.
    """
    resumes = any(entry.customer == customer for entry in unfinished_erasures(lake))
    append_entry(lake, "begun", customer)
    counts = _Counts(dict.fromkeys(PLACES, 0), dict.fromkeys(PLACES, 0), [])
    erased = erased_customers(lake)
    assert erased is not None
    unreadable: list[str] = []
    for source in sources:
        days: dict[str, set[date]] = {feed.name: set() for feed in source.feeds}
        known = -1
        # what a row teaches of a customer may lead to rows of a feed that was searched before
        while known < len(erased.also):
            known = len(erased.also)
            counts.unreadable.clear()
            for feed in source.feeds:
                days[feed.name] |= _erase_from_feed(Scrubber.of(source, feed, erased), source, landing, lake, counts)
        unreadable += counts.unreadable
        for feed in source.feeds:
            if days[feed.name] or resumes:
                # the lake takes the rewritten files in as it takes any corrected delivery, so that both agree again; which ones
                # an erasure had rewritten before it was cut short, nobody remembers
                load_deliveries(source, feed, landing, lake, None if resumes else days[feed.name])
    if unreadable:
        raise ErasureUnfinishedError(
            "The erasure is not finished. " + " ".join(unreadable) + " Everything else is erased; then start it again."
        )
    if not (resumes or any(counts.rows.values())):
        return append_entry(lake, "nothing_found", customer, counts.to_json())
    _put_away(warehouse)
    return append_entry(lake, "done", customer, counts.to_json())


def _erase_from_feed(scrubber: Scrubber, source: Source, landing: Path, lake: Path, counts: _Counts) -> set[date]:
    """Days whose files in landing were rewritten."""
    feed = scrubber.feed
    if not scrubber.is_needed:
        return set()
    days = _erase_from_landing(scrubber, source, feed, landing, counts)
    folder = FeedFolder(lake, source.name, feed.name)
    with folder.exclusively(), memory_database(folder.loading / "spill") as connection:
        counts.add("lake", *scrub_deliveries(scrubber, folder, connection))
        counts.add("quarantine", *scrub_rejected_rows(scrubber, folder, connection))
    return days


def _erase_from_landing(scrubber: Scrubber, source: Source, feed: Feed, landing: Path, counts: _Counts) -> set[date]:
    days = set()
    for delivery in landed_deliveries(source, feed, landing):
        for path in delivery.files:
            try:
                rows = scrub_file(scrubber, path)
            except ScrubbingError as error:
                counts.unreadable.append(f"{source.name}/{feed.name}: {error}")
                continue
            if rows:
                counts.add("landing", 1, rows)
                days.add(delivery.delivery_date)
    return days


def _put_away(warehouse: Path) -> None:
    """A row that is deleted from a database leaves its bytes in the file; the refresh that follows makes a new file."""
    for path in (warehouse, warehouse.with_name(f"{warehouse.name}.wal")):
        path.unlink(missing_ok=True)
    shutil.rmtree(warehouse.with_name(f"{warehouse.name}.tmp"), ignore_errors=True)
