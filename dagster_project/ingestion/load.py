"""Loading: from what lies in landing to what stands in the lake, delivery by delivery.

Belongs here: which deliveries are new, changed, withdrawn or refused. Not here: reading and committing them (batch.py), the
files of the lake (lake.py), Dagster (assets.py).
"""

import os
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.erasure_journal import erased_customers
from dagster_project.ingestion.arrivals import BATCH_BYTES, Arrival, FileState, fill_batches
from dagster_project.ingestion.batch import FeedLoad, load_batch, memory_database
from dagster_project.ingestion.contracts import Feed, Source
from dagster_project.ingestion.database_load import load_from_database
from dagster_project.ingestion.headers import DeliveryRefusedError, Layout, csv_layout, json_layout, parquet_layout
from dagster_project.ingestion.lake import FeedFolder
from dagster_project.ingestion.landing import LandedDelivery, landed_deliveries
from dagster_project.ingestion.outcomes import DeliveryLoad, held_back, in_the_lake, withdrawn
from dagster_project.ingestion.scrubbing import Scrubber, ScrubbingError, scrub_file

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST_WORKERS = 8


def load_deliveries(
    source: Source,
    feed: Feed,
    landing_root: Path,
    lake: Path,
    days: Collection[date] | None,
    today: date | None = None,
    *,
    shadow: Path | None = None,
) -> list[DeliveryLoad]:
    """Bring the lake up to what landing says; one entry per delivery that lies there, by date.

    days: only deliveries of these dates; None: of all. A delivery with the same content and contract is left alone, a changed
    one replaces what was there in one step, a broken one is held back and stops no other. Deliveries that no longer lie in
    landing stay in the lake. A second load of the same feed waits for the first. today: day under which a table of a database
    is delivered when no day is asked for.

    shadow: an empty folder that is written to in the lake's place, for a trial: judged against what the lake holds, while lake
    and landing stay as they are; tables of a database are not tried. Without it, an arriving file is first rid of customers who
    were erased.
    """
    if feed.database is not None:
        return [] if shadow else load_from_database(source, feed, lake, days, today or datetime.now(UTC).date())
    folder = FeedFolder(shadow or lake, source.name, feed.name)
    # one more than there are processors: while one waits for the disk, the others compute
    workers = min(_MOST_WORKERS, len(os.sched_getaffinity(0)) + 1)
    with folder.exclusively(), memory_database(folder.loading / "spill") as database:
        folder.ensure_anchors(feed, database)
        before = FeedFolder(lake, source.name, feed.name).read_ledger(database, days)
        erased = None if shadow else erased_customers(lake)
        load = FeedLoad(source, feed, folder, before, Scrubber(source.name, feed, erased) if erased else None)
        folder.remove_stale_quarantine(load.before, days)
        landed = [
            delivery
            for delivery in landed_deliveries(source, feed, landing_root)
            if days is None or delivery.delivery_date in days
        ]
        with ThreadPoolExecutor(workers) as pool:
            looked_at = list(pool.map(lambda delivery: _look_at(load, delivery, database), landed))
        settled = [one for one in looked_at if isinstance(one, DeliveryLoad)]
        arrived = [one for one in looked_at if isinstance(one, Arrival)]
        return sorted(settled + _load_arrivals(load, arrived, workers), key=lambda one: one.delivery_date)


def _load_arrivals(load: FeedLoad, arrivals: Sequence[Arrival], workers: int) -> list[DeliveryLoad]:
    """Small files side by side, one thread each; then the large ones, one after another with all threads."""
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
    if len(names) > 1:
        problem = f"{' and '.join(names)} claim the same delivery"
        return held_back(load.source, load.feed, day, problem, before, "Leave the right one and take the other away", names)
    path = delivery.files[0]
    try:
        state = FileState.of(path)
        is_known = before is not None and before.sha256 == state.sha256
        if load.scrubber is not None and not is_known and scrub_file(load.scrubber, path):
            state = FileState.of(path)
        if before is not None and (before.sha256, before.contract) == (state.sha256, load.feed.fingerprint):
            load.folder.tidy(day, before.load_id)
            return in_the_lake(before, "unchanged")
        return Arrival(day, path, state, _layout(load.feed, path, database))
    except (DeliveryRefusedError, ScrubbingError, OSError) as error:
        return held_back(load.source, load.feed, day, str(error), before, "", names)


def _layout(feed: Feed, path: Path, database: "DuckDBPyConnection") -> Layout:
    import duckdb

    if feed.format == "csv":
        return csv_layout(feed, path)
    read = parquet_layout if feed.format == "parquet" else json_layout
    try:
        with database.cursor() as cursor:
            return read(feed, path, cursor)
    except duckdb.Error as error:
        raise DeliveryRefusedError(f"{path.name} is not {feed.format}: {' '.join(str(error).split())}") from None
