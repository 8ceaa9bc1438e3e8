"""Loading: from what lies in landing to what stands in the lake, delivery by delivery.

Belongs here: which deliveries are new, changed, withdrawn or refused. Not here: reading and committing them (batch.py), the
files of the lake (lake.py), Dagster (assets.py).
"""

import os
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.erasure_journal import erased_customers
from dagster_project.ingestion.arrivals import (
    BATCH_BYTES,
    Arrival,
    ArrivedFile,
    FileState,
    delivery_hash,
    fill_batches,
)
from dagster_project.ingestion.batch import load_batch, memory_database
from dagster_project.ingestion.contracts import Source
from dagster_project.ingestion.database_load import load_from_database
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.file_names import without_ending
from dagster_project.ingestion.files import check_size
from dagster_project.ingestion.headers import DeliveryRefusedError, Layout, csv_layout, json_layout, parquet_layout
from dagster_project.ingestion.lake import FeedFolder
from dagster_project.ingestion.landing import LandedDelivery, landed_deliveries
from dagster_project.ingestion.outcomes import DeliveryLoad, held_back, in_the_lake, withdrawn, without_values
from dagster_project.ingestion.refusals import RECENT_DELIVERIES, FeedLoad, against_recent
from dagster_project.ingestion.scrubbed_files import ScrubbingError, scrub_file
from dagster_project.ingestion.scrubbing import Scrubber

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST_WORKERS = 8
# An event feed's days differ, and its contract may say by how much; one that lost this share is worth a word in any case.
_TOLD_SHRINKAGE = 0.9


def load_deliveries(
    source: Source,
    feed: Feed,
    landing_root: Path,
    lake: Path,
    days: Collection[date] | None,
    today: date | None = None,
    *,
    shadow: Path | None = None,
    memory_limit: str | None = None,
) -> list[DeliveryLoad]:
    """Bring the lake up to what landing says; one entry per delivery that lies there, by date.

    days: only deliveries of these dates; None: of all. A delivery with the same content and contract is left alone, a changed
    one replaces what was there in one step, a broken one is held back and stops no other. Deliveries that no longer lie in
    landing stay in the lake. A second load of the same feed waits for the first. today: day under which a table of a database
    is delivered when no day is asked for.

    shadow: an empty folder that is written to in the lake's place, for a trial: judged against what the lake holds, while lake
    and landing stay as they are. Without it, an arriving file is first rid of customers who were erased.

    memory_limit: of one delivery that is read, as in 8GB; past it the delivery spills to disk.
    """
    if feed.database is not None:
        return load_from_database(source, feed, lake, days, today or datetime.now(UTC).date(), shadow, memory_limit)
    folder, in_lake = FeedFolder(shadow or lake, source.name, feed.name), FeedFolder(lake, source.name, feed.name)
    # one more than there are processors: while one waits for the disk, the others compute
    workers = min(_MOST_WORKERS, len(os.sched_getaffinity(0)) + 1)
    with folder.exclusively(), memory_database(folder.loading / "spill") as database:
        folder.ensure_anchors(feed, database)
        before = in_lake.read_ledger(database, None if days is None else _with_recent_days(in_lake, days))
        erased = None if shadow else erased_customers(lake)
        scrubber = Scrubber.of(source, feed, erased) if erased else None
        rows_by_day = {day: row.rows_read for day, row in before.items()}
        load = FeedLoad(source, feed, folder, before, rows_by_day, scrubber, memory_limit=memory_limit)
        folder.remove_stale_quarantine(before, days)
        landed = [
            delivery
            for delivery in landed_deliveries(source, feed, landing_root)
            if days is None or delivery.delivery_date in days
        ]
        with ThreadPoolExecutor(workers) as pool:
            looked_at = list(pool.map(lambda delivery: _look_at(load, delivery, database), landed))
        settled = [one for one in looked_at if isinstance(one, DeliveryLoad)]
        for one in settled:
            if one.status == "withdrawn":
                load.rows_by_day.pop(one.delivery_date, None)
        arrived = [one for one in looked_at if isinstance(one, Arrival)]
        outcomes = sorted(settled + _load_arrivals(load, arrived, workers), key=lambda one: one.delivery_date)
        known_days = sorted(load.rows_by_day)
        return [_with_shrinkage(load, one, known_days) for one in outcomes]


def _with_recent_days(folder: FeedFolder, days: Collection[date]) -> set[date]:
    """The days, and those before each that say what is usual."""
    committed = sorted(folder.committed_days())
    recent = (day for wanted in days for day in [one for one in committed if one < wanted][-RECENT_DELIVERIES:])
    return {*days, *recent}


def _load_arrivals(load: FeedLoad, arrivals: Sequence[Arrival], workers: int) -> list[DeliveryLoad]:
    """Small deliveries side by side, one thread each; then the large ones, one after another with all threads.

    Where a delivery is measured by the ones before it, one after another, by date.
    """
    if load.feed.most_shrinkage is not None:
        batches = fill_batches(arrivals, workers=1, in_order=True)
        return [outcome for batch in batches for outcome in load_batch(load, batch, threads=workers)]
    small = [arrival for arrival in arrivals if arrival.weight <= BATCH_BYTES]
    large = [arrival for arrival in arrivals if arrival.weight > BATCH_BYTES]
    with ThreadPoolExecutor(workers) as pool:
        outcomes = list(pool.map(lambda batch: load_batch(load, batch), fill_batches(small, workers)))
    outcomes += [load_batch(load, [arrival], threads=workers) for arrival in large]
    return [outcome for batch in outcomes for outcome in batch]


def _look_at(load: FeedLoad, delivery: LandedDelivery, database: "DuckDBPyConnection") -> DeliveryLoad | Arrival:
    """Decide what can be decided without reading a row."""
    day = delivery.delivery_date
    before = load.before.get(day)
    if delivery.is_withdrawn:
        load.folder.withdraw(day)
        load.folder.tidy(day, None)
        return withdrawn(load.source, load.feed, day, before is not None)
    names = tuple(path.name for path in delivery.files)
    problem, remedy = _problem_of_names(delivery)
    if problem:
        return held_back(load.source, load.feed, day, problem, before, remedy, names)
    try:
        states = [FileState.of(path) for path in delivery.files]
        is_known = before is not None and before.sha256 == delivery_hash(states)
        if load.scrubber is not None and not is_known:
            for path in delivery.files:
                scrub_file(load.scrubber, path)
            states = [FileState.of(path) for path in delivery.files]
        if before is not None and (before.sha256, before.contract) == (delivery_hash(states), load.feed.fingerprint):
            load.folder.tidy(day, before.load_id)
            return in_the_lake(before, "unchanged")
        young = _still_being_written(load.feed, delivery)
        if young:
            remedy = "Nothing need be done: a later run takes it"
            return held_back(load.source, load.feed, day, young, before, remedy, names)
        parts = [
            ArrivedFile(path, state, _layout(load.feed, path, database))
            for path, state in zip(delivery.files, states, strict=True)
        ]
        return Arrival(day, tuple(parts), delivery.is_accepted)
    except (DeliveryRefusedError, ScrubbingError) as error:
        return held_back(load.source, load.feed, day, str(error), before, "", names)
    except OSError as error:
        problem = f"{Path(str(error.filename or names[0])).name} cannot be opened: {error.strerror or error}"
        return held_back(load.source, load.feed, day, problem, before, "Look at its rights and at the disk", names)


def _problem_of_names(delivery: LandedDelivery) -> tuple[str, str]:
    """What is wrong with the names of a delivery's files, and what to do; empty when they are right."""
    if delivery.links_out:
        name = delivery.links_out[0].name
        return f"{name} is a link that leads out of the landing folder, or to nothing", "Put the file itself there"
    stems: dict[str, str] = {}
    for path in delivery.files:
        twin = stems.setdefault(without_ending(path.name), path.name)
        if twin != path.name:
            return f"{twin} and {path.name} claim the same delivery", "Leave the right one and take the other away"
    return "", ""


def _still_being_written(feed: Feed, delivery: LandedDelivery) -> str:
    """A sentence about a file that was written to a moment ago; empty when all of them rest."""
    if feed.settle_seconds:
        for path in delivery.files:
            age = time.time() - path.stat().st_mtime
            if age < feed.settle_seconds:
                return f"{path.name} was written to {max(0, age):.0f} seconds ago and may not be complete"
    return ""


def _layout(feed: Feed, path: Path, database: "DuckDBPyConnection") -> Layout:
    import duckdb

    kind = feed.format_of(path.name)
    try:
        with database.cursor() as cursor:
            if path.stat().st_size > 0:
                check_size(feed, path, kind, cursor)
            if kind == "csv":
                return csv_layout(feed, path)
            return (parquet_layout if kind == "parquet" else json_layout)(feed, path, cursor)
    except duckdb.Error as error:
        raise DeliveryRefusedError(f"{path.name} is not {kind}: {without_values(str(error).strip().splitlines()[0])}") from None


def _with_shrinkage(load: FeedLoad, outcome: DeliveryLoad, known_days: Sequence[date]) -> DeliveryLoad:
    """Say that a delivery that was taken has next to no rows against the ones before it."""
    if outcome.status != "loaded" or load.feed.most_shrinkage is not None:
        return outcome
    found = against_recent(load.rows_by_day, known_days, outcome.delivery_date, outcome.rows_read)
    if found is None or found.share < _TOLD_SHRINKAGE:
        return outcome
    told = (
        f"{outcome.source}/{outcome.feed} {outcome.delivery_date}: {found.rows} rows are {found.share:.1%} fewer than usual "
        f"({found.usual_rows:g}). They were taken in; look whether the delivery is complete."
    )
    return replace(outcome, message=f"{outcome.message} {told}".strip())
