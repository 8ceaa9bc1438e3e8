"""One batch of deliveries, from delivered text to committed ones, in an in-memory database of its own.

Belongs here: the order of the steps for files that are read together. Not here: which files (load.py), the statements
(readers.py), why a delivery is refused (refusals.py).
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.ingestion.arrivals import Arrival, ArrivedFile
from dagster_project.ingestion.expressions import quote_literal
from dagster_project.ingestion.files import ReadableFile, make_readable
from dagster_project.ingestion.headers import DeliveryRefusedError
from dagster_project.ingestion.lake import LEDGER_KEY, LedgerRow, commit_file, write_parquet
from dagster_project.ingestion.outcomes import DeliveryLoad, in_the_lake, without_values
from dagster_project.ingestion.readers import DeliveredFile, DeliveryCount, column_list, read_files
from dagster_project.ingestion.refusals import (
    FeedLoad,
    Settling,
    hold_back_rejected,
    in_files,
    refuse,
    rejected_by,
    rejected_rows,
    shrinkage,
    swallowed_lines,
    too_few_rows,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What DuckDB says of a file that ends one line in this way and another in that.
_MIXED_LINE_ENDS = "state machine"


@contextmanager
def memory_database(
    spill: Path, threads: int = 1, timezone: str = "UTC", memory_limit: str | None = None
) -> Iterator["DuckDBPyConnection"]:
    """A database of one's own; what does not fit into memory goes to the spill folder.

    timezone: of a moment without an offset, on every machine. memory_limit: four fifths of the machine's unless told.

    Never shared by two readers of CSV: DuckDB 1.5 keeps one list of reject tables per database, and readers that run side by
    side in it find their rejected rows under another reader's file.
    """
    import duckdb

    limit = {"memory_limit": memory_limit} if memory_limit else {}
    with duckdb.connect(config={"threads": threads, "temp_directory": str(spill), **limit}) as connection:
        connection.execute(f"set timezone = {quote_literal(timezone)}")
        yield connection


def load_batch(load: FeedLoad, batch: Sequence[Arrival], threads: int = 1) -> list[DeliveryLoad]:
    """Read and commit a batch; a delivery that cannot be read at all is held back and leaves the others alone.

    One whose lines end in different ways is read from a copy.
    """
    import duckdb

    # what the file itself can cause, a broken reader included; a statement that DuckDB does not understand is a defect and must
    # not look like bad data
    broken = (duckdb.DataError, duckdb.InvalidInputException, duckdb.IOException, duckdb.InternalException)
    unreadable = (*broken, OSError, DeliveryRefusedError)
    with _database(load, threads) as connection:
        try:
            counts = _read(connection, load, batch)
        except unreadable as error:
            if len(batch) == 1 and _MIXED_LINE_ENDS in str(error) and not batch[0].is_mended:
                return load_batch(load, [replace(batch[0], is_mended=True)], threads)
            if len(batch) == 1:
                return [refuse(load, batch[0], _problem(load, batch[0], error, unreadable, threads))]
        else:
            return [_settle(connection, load, *one) for one in zip(batch, _file_numbers(batch), counts, strict=True)]
    return [outcome for arrival in batch for outcome in load_batch(load, [arrival], threads)]


def _database(load: FeedLoad, threads: int) -> AbstractContextManager["DuckDBPyConnection"]:
    return memory_database(load.folder.loading / "spill", threads, load.feed.timezone, load.memory_limit)


def _read(connection: "DuckDBPyConnection", load: FeedLoad, batch: Sequence[Arrival]) -> list[DeliveryCount]:
    readable = [(number, part, _readable(load, part, one.is_mended)) for number, one in enumerate(batch) for part in one.parts]
    files = [DeliveredFile(file.path, part.layout, number, file.has_nul) for number, part, file in readable]
    try:
        return read_files(connection, load.feed, files)
    finally:
        for _, part, file in readable:
            if file.path != part.path:
                file.path.unlink()


def _readable(load: FeedLoad, part: ArrivedFile, mend_line_ends: bool) -> ReadableFile:
    if part.layout.format == "csv":
        return make_readable(load.feed, part.path, load.folder.loading, mend_line_ends)
    # what such a file holds, only its rows can tell
    return ReadableFile(part.path, has_nul=True)


def _file_numbers(batch: Sequence[Arrival]) -> Iterator[range]:
    """Numbers of each delivery's files within the batch."""
    first = 0
    for arrival in batch:
        yield range(first, first + len(arrival.parts))
        first += len(arrival.parts)


def _problem(load: FeedLoad, arrival: Arrival, error: Exception, unreadable: tuple[type[Exception], ...], threads: int) -> str:
    """What is wrong, with the file's name; of several files, each is read alone until the culprit is found."""
    if isinstance(error, DeliveryRefusedError):
        return str(error)
    for part in arrival.parts if len(arrival.parts) > 1 else ():
        alone = replace(arrival, parts=(part,))
        with _database(load, threads) as connection:
            try:
                _read(connection, load, [alone])
            except unreadable as its_error:
                return _problem(load, alone, its_error, unreadable, threads)
    # the first line: those that follow quote the row, which may hold personal data
    reason = without_values(str(error).strip().split("\n")[0])
    if _MIXED_LINE_ENDS in reason:
        reason = "its line ends are mixed (LF, CR LF, CR) and its quotes are broken"
    return f"{' and '.join(arrival.names)} cannot be read: {reason}"


def _settle(
    connection: "DuckDBPyConnection", load: FeedLoad, arrival: Arrival, numbers: range, count: DeliveryCount
) -> DeliveryLoad:
    """Commit one delivery's rows, or hold them back.

    The quarantine first: a delivery that stands in the lake has all its rejected rows, whenever the process ends.
    """
    for part in arrival.parts:
        if not part.state.is_still(part.path):
            remedy = "Run the load again when the file is complete"
            return refuse(load, arrival, f"{part.path.name} was changed while it was being read", remedy)
    settling = Settling(connection, load, arrival, numbers, count)
    if problem := swallowed_lines(settling):
        return refuse(load, arrival, problem)
    if count.rows_rejected > load.feed.reject_tolerance * count.rows_read:
        return hold_back_rejected(settling)
    if not arrival.is_accepted and (found := shrinkage(load, arrival.delivery_date, count.rows_read)) is not None:
        return too_few_rows(load, arrival, found)
    row = _ledger_row(load, arrival, count, rejected_by(settling))
    day, folder = arrival.delivery_date, load.folder
    if count.rows_rejected:
        rejected = rejected_rows(settling, row.load_id)
        commit_file(write_parquet(connection, rejected, folder.loading), folder.quarantine(day, row.load_id))
    accepted = f"select {column_list(load.feed)} from incoming where {in_files(numbers)}"
    delivery = write_parquet(connection, accepted, folder.loading, {LEDGER_KEY: row.to_json()})
    commit_file(delivery, folder.delivery(day))
    folder.tidy(day, row.load_id)
    load.rows_by_day[day] = count.rows_read
    return in_the_lake(row, "loaded")


def _ledger_row(load: FeedLoad, arrival: Arrival, count: DeliveryCount, reasons: Mapping[str, int]) -> LedgerRow:
    return LedgerRow(
        source=load.source.name,
        feed=load.feed.name,
        delivery_date=arrival.delivery_date.isoformat(),
        load_id=uuid.uuid4().hex,
        files=arrival.names,
        bytes=arrival.bytes,
        sha256=arrival.sha256,
        contract=load.feed.fingerprint,
        schema={column.name: column.type for column in load.feed.columns},
        rows_read=count.rows_read,
        rows_accepted=count.rows_accepted,
        rows_rejected=count.rows_rejected,
        rejected_by=reasons,
        control_total=None if count.control_total is None else str(count.control_total),
        control_total_rejected=None if count.control_total_rejected is None else str(count.control_total_rejected),
        rows_rejected_without_total=count.rejected_without_total,
        remark=arrival.remark,
        loaded_at=datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds"),
        extract=load.extract,
    )
