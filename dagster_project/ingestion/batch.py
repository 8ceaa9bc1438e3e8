"""One batch of files, from delivered text to committed deliveries, in an in-memory database of its own.

Belongs here: the order of the steps for files that are read together. Not here: which files (load.py), the statements
(readers.py).
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.ingestion.arrivals import Arrival
from dagster_project.ingestion.contracts import Feed, Source
from dagster_project.ingestion.expressions import quote_literal
from dagster_project.ingestion.lake import LEDGER_KEY, FeedFolder, LedgerRow, commit_file, write_parquet
from dagster_project.ingestion.outcomes import DeliveryLoad, held_back, in_the_lake, rejected_row, without_values
from dagster_project.ingestion.readers import FileCount, column_list, read_files
from dagster_project.ingestion.scrubbing import Scrubber

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A held-back file can be rejected from its first to its last row; whoever repairs it needs some of them.
_HELD_BACK_ROWS = 1000
_TOLD_ROWS = 3


@dataclass(frozen=True, slots=True)
class FeedLoad:
    """What every batch of one load shares. before: the ledger as it was when the load began; scrubber: None where nobody was
    erased.

    extract: the read of a database that the delivery comes from.
    """

    source: Source
    feed: Feed
    folder: FeedFolder
    before: Mapping[date, LedgerRow]
    scrubber: Scrubber | None = None
    extract: Mapping[str, Any] | None = None


@contextmanager
def memory_database(spill: Path, threads: int = 1) -> Iterator["DuckDBPyConnection"]:
    """A database of one's own; what does not fit into memory goes to the spill folder.

    Never shared by two readers of CSV: DuckDB 1.5 keeps one list of reject tables per database, and readers that run side by
    side in it find their rejected rows under another reader's file.
    """
    import duckdb

    with duckdb.connect(config={"threads": threads, "temp_directory": str(spill)}) as connection:
        # a moment without an offset is UTC, on every machine
        connection.execute("set timezone = 'UTC'")
        yield connection


def load_batch(load: FeedLoad, batch: Sequence[Arrival], threads: int = 1) -> list[DeliveryLoad]:
    """Read and commit a batch; a file that cannot be read at all is held back and leaves the others alone."""
    import duckdb

    # what the file itself can cause; a statement that DuckDB does not understand is a defect and must not look like bad data
    unreadable = (duckdb.DataError, duckdb.InvalidInputException, duckdb.IOException)
    with memory_database(load.folder.loading / "spill", threads) as connection:
        try:
            counts = read_files(connection, load.feed, batch[0].layout, [arrival.path for arrival in batch])
        except unreadable as error:
            if len(batch) == 1:
                return [_refuse(load, batch[0], f"{batch[0].path.name} cannot be read: {without_values(str(error))}")]
        else:
            pairs = enumerate(zip(batch, counts, strict=True))
            return [_settle(connection, load, arrival, number, count) for number, (arrival, count) in pairs]
    return [outcome for arrival in batch for outcome in load_batch(load, [arrival], threads)]


def _settle(connection: "DuckDBPyConnection", load: FeedLoad, arrival: Arrival, number: int, count: FileCount) -> DeliveryLoad:
    """Commit one file's rows, or hold them back.

    The quarantine first: a delivery that stands in the lake has all its rejected rows, whenever the process ends.
    """
    if not arrival.state.is_still(arrival.path):
        remedy = "Run the load again when the file is complete"
        return _refuse(load, arrival, f"{arrival.path.name} was changed while it was being read", remedy)
    if count.rows_rejected > load.feed.reject_tolerance * count.rows_read:
        return _hold_back(connection, load, arrival, number, count)
    row = _ledger_row(load, arrival, count, _rejected_by(connection, number, count))
    day, folder = arrival.delivery_date, load.folder
    if count.rows_rejected:
        rejected = _rejected_rows(arrival, number, row.load_id)
        commit_file(write_parquet(connection, rejected, folder.loading), folder.quarantine(day, row.load_id))
    accepted = f"select {column_list(load.feed)} from incoming where _file_no = {number}"
    delivery = write_parquet(connection, accepted, folder.loading, {LEDGER_KEY: row.to_json()})
    commit_file(delivery, folder.delivery(day))
    folder.tidy(day, row.load_id)
    return in_the_lake(row, "loaded")


def _ledger_row(load: FeedLoad, arrival: Arrival, count: FileCount, rejected_by: Mapping[str, int]) -> LedgerRow:
    return LedgerRow(
        source=load.source.name,
        feed=load.feed.name,
        delivery_date=arrival.delivery_date.isoformat(),
        load_id=uuid.uuid4().hex,
        files=(arrival.path.name,),
        bytes=arrival.state.bytes,
        sha256=arrival.state.sha256,
        contract=load.feed.fingerprint,
        schema={column.name: column.type for column in load.feed.columns},
        rows_read=count.rows_read,
        rows_accepted=count.rows_accepted,
        rows_rejected=count.rows_rejected,
        rejected_by=rejected_by,
        control_total=None if count.control_total is None else str(count.control_total),
        remark=arrival.layout.remark,
        loaded_at=datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds"),
        extract=load.extract,
    )


def _hold_back(
    connection: "DuckDBPyConnection", load: FeedLoad, arrival: Arrival, number: int, count: FileCount
) -> DeliveryLoad:
    day, name = arrival.delivery_date, arrival.path.name
    target = load.folder.held_back(day)
    rows = f"{_rejected_rows(arrival, number, 'held_back')} limit {_HELD_BACK_ROWS}"
    commit_file(write_parquet(connection, rows, load.folder.loading), target)
    told = connection.execute(f"""
        select line, column_name, reason, message from rejected where _file_no = {number} order by line limit {_TOLD_ROWS}
    """).fetchall()
    examples = "; ".join(rejected_row(load.feed, *row) for row in told)
    more = count.rows_rejected - len(told)
    return held_back(
        load.source,
        load.feed,
        day,
        f"{name}: {count.rows_rejected} of {count.rows_read} rows break the contract, and "
        f"{load.feed.reject_tolerance:.1%} may: {examples}" + (f"; and {more} more" if more else ""),
        load.before.get(day),
        f"The rows are listed in {target.relative_to(load.folder.lake.parent)}; have the file delivered again, corrected, "
        f"or correct the contract feeds/{load.source.name}.yaml",
        (name,),
        count.rows_read,
        _rejected_by(connection, number, count),
    )


def _refuse(load: FeedLoad, arrival: Arrival, problem: str, remedy: str = "") -> DeliveryLoad:
    day = arrival.delivery_date
    return held_back(load.source, load.feed, day, problem, load.before.get(day), remedy, (arrival.path.name,))


def _rejected_rows(arrival: Arrival, number: int, load_id: str) -> str:
    return f"""
        select {quote_literal(load_id)} as load_id, {quote_literal(arrival.path.name)} as file,
            line, column_name, reason, message, raw_text
        from rejected
        where _file_no = {number}
        order by line
    """


def _rejected_by(connection: "DuckDBPyConnection", number: int, count: FileCount) -> dict[str, int]:
    if not count.rows_rejected:
        return {}
    rows = connection.execute(f"""
        select coalesce(column_name || ': ', '') || reason as reason, count(*)
        from rejected
        where _file_no = {number}
        group by all
        order by 1
    """).fetchall()
    return dict(rows)
