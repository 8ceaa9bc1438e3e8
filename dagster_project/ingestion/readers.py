"""Delivered files into typed rows and rejected rows, and the DuckDB statements that read CSV.

A batch of files becomes two tables of an in-memory database: `incoming` (the contract's columns and _file_no) and `rejected`
(_file_no, line, place, column_name, reason, message, raw_text, amount). Not here: Parquet and JSON (loose_reader.py), which
files (landing.py), rows that break the contract (rejects.py), what is committed (batch.py, lake.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.ingestion.conversions import from_csv, type_in_csv
from dagster_project.ingestion.expressions import quote_literal, quote_path
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.headers import Layout
from dagster_project.ingestion.loose_reader import read_loosely
from dagster_project.ingestion.rejects import (
    PERSONAL,
    WRONG_TYPE,
    bad_column,
    correct_lines,
    reject_broken_rows,
    value_unread_rows,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Reasons beside those of DuckDB's own reject table.
_REASONS = {
    "CAST": WRONG_TYPE,
    "MISSING COLUMNS": "too_few_columns",
    "TOO MANY COLUMNS": "too_many_columns",
    "UNQUOTED VALUE": "broken_quotes",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
    "INVALID ENCODING": "wrong_encoding",
}
# Reasons for which the reader may have taken several lines for one row.
SWALLOWING_REASONS = ("broken_quotes", "line_too_long")


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """A file to be read. path: in UTF-8, if it is CSV. delivery: number of its delivery in the batch."""

    path: Path
    layout: Layout
    delivery: int
    has_nul: bool = False

    @property
    def first_row(self) -> int:
        """Number of the first row: a header is row 1."""
        return 2 if self.layout.format == "csv" else 1


@dataclass(frozen=True, slots=True)
class DeliveryCount:
    """What was read of one delivery. The totals are None for a feed without one.

    rejected_without_total: rejected rows whose amount cannot be said.
    """

    rows_accepted: int
    rows_rejected: int
    control_total: Decimal | None
    control_total_rejected: Decimal | None
    rejected_without_total: int

    @property
    def rows_read(self) -> int:
        """Every row of the files is either accepted or rejected."""
        return self.rows_accepted + self.rows_rejected


def read_files(connection: "DuckDBPyConnection", feed: Feed, files: Sequence[DeliveredFile]) -> list[DeliveryCount]:
    """Read files into `incoming` and `rejected`; the counts stand in the order of the deliveries' numbers.

    Raises duckdb.Error when a file cannot be read at all.
    """
    suspects = _suspects(feed, files)
    by_layout: dict[Layout, list[int]] = {}
    for number, file in enumerate(files):
        by_layout.setdefault(file.layout, []).append(number)
    _make_tables(connection, feed, suspects, is_empty=len(by_layout) > 1 or files[0].layout.format != "csv")
    scan = -1
    for layout, numbers in by_layout.items():
        if layout.format == "csv":
            scan = _read_csv(connection, feed, layout, files, numbers, suspects, len(by_layout) == 1, scan)
        else:
            for number in numbers:
                read_loosely(connection, feed, layout, files[number].path, number, suspects)
    value_unread_rows(connection, feed, files)
    reject_broken_rows(connection, feed, files, suspects)
    correct_lines(connection, feed, files)
    return _count(connection, feed, files)


def column_list(feed: Feed) -> str:
    """The contract's columns as SQL, in the contract's order."""
    return ", ".join(column.quoted for column in feed.columns)


def empty_rows(feed: Feed) -> str:
    """A select with the contract's columns and types, and no row."""
    columns = ", ".join(f"cast(null as {column.type}) as {column.quoted}" for column in feed.columns)
    return f"select {columns} where false"


def _suspects(feed: Feed, files: Sequence[DeliveredFile]) -> list[int]:
    """Places of the columns whose values DuckDB's CSV reader cannot be trusted to convert."""
    is_csv = any(file.layout.format == "csv" for file in files)
    return [place for place, one in enumerate(feed.columns) if is_csv and type_in_csv(one, feed.csv) != one.type]


def _make_tables(connection: "DuckDBPyConnection", feed: Feed, suspects: Sequence[int], is_empty: bool) -> None:
    connection.execute("""
        create or replace temp table rejected (
            _file_no bigint, line bigint, place bigint, column_name varchar, reason varchar, message varchar, raw_text varchar,
            amount decimal(38, 4)
        )
    """)
    if is_empty:
        bad = "".join(f", null::varchar as {bad_column(place)}" for place in suspects)
        connection.execute(
            f"create or replace temp table incoming as select 0::bigint as _file_no, *{bad} from ({empty_rows(feed)})"
        )


def _read_csv(
    connection: "DuckDBPyConnection",
    feed: Feed,
    layout: Layout,
    files: Sequence[DeliveredFile],
    numbers: Sequence[int],
    suspects: Sequence[int],
    is_first: bool,
    after_scan: int,
) -> int:
    """after_scan: DuckDB's number of the last statement that read CSV in this database; that of this one is given back."""
    columns = {column.in_file: column for column in feed.columns}
    types = ", ".join(
        f"{quote_literal(columns[name].name)}: {quote_literal(type_in_csv(columns[name], feed.csv))}"
        if name in columns
        else f"'_extra_{place}': 'VARCHAR'"
        for place, name in enumerate(layout.found)
    )
    paths = ", ".join(quote_path(files[number].path) for number in numbers)
    options = {"columns": f"{{{types}}}", **_csv_options(feed)}
    told = ", ".join(f"{option} = {value}" for option, value in options.items())
    is_counted_through = list(numbers) == list(range(len(numbers)))
    file_no = "file_index" if is_counted_through else f"([{', '.join(map(str, numbers))}])[cast(file_index as bigint) + 1]"
    doubtful = [place for place in suspects if feed.columns[place].name not in layout.absent]
    # apart from what follows, so that each value is converted once
    converted = "".join(f", {from_csv(feed.columns[place], feed.csv)} as _value_{place}" for place in doubtful)
    values = ", ".join(_csv_value(feed, layout, place, doubtful) for place in range(len(feed.columns)))
    bad = "".join(f", {_bad_value(feed, place, doubtful)} as {bad_column(place)}" for place in suspects)
    # DuckDB 1.5 breaks off with an internal error at a byte that is no UTF-8 when a column before it is not read
    connection.execute(f"set disabled_optimizers = '{'unused_columns' if layout.extra else ''}'")
    connection.execute(
        f"{'create or replace temp table incoming as' if is_first else 'insert into incoming'}"
        f" select _file_no, {values}{bad} from (select {file_no} as _file_no, *{converted} from read_csv([{paths}], {told}))"
    )
    reasons = " ".join(f"when {quote_literal(found)} then {quote_literal(name)}" for found, name in _REASONS.items())
    # the message repeats the value, and outlives the row in logs and on screens; in a row with too many or too few fields any
    # value may stand under any name
    personal = ", ".join(quote_literal(column.name) for column in feed.columns if column.personal)
    hidden = f"error_type <> 'CAST' or column_name in ({personal})" if personal else "false"
    rejected_file = file_no.replace("file_index", "file_id")
    # a row may break in several columns: it is one rejected row, named by the first of them
    connection.execute(f"""
        insert into rejected by name
        select
            {rejected_file} as _file_no,
            min(line) as line,
            arg_min(column_name, coalesce(column_idx, 0)) as column_name,
            arg_min(case error_type::varchar {reasons} else lower(error_type::varchar) end, coalesce(column_idx, 0)) as reason,
            case
                when bool_or({hidden}) then {quote_literal(PERSONAL)}
                else string_agg(replace(trim(error_message), 'to ''DOUBLE''', 'to a number'), '; ' order by column_idx)
            end as message,
            ltrim(any_value(csv_line), chr(10) || chr(13)) as raw_text
        from reject_errors
        where scan_id > {after_scan}
        group by file_id, line_byte_position
    """)
    last = connection.execute("select coalesce(max(scan_id), -1) from reject_scans").fetchall()[0][0]
    return max(after_scan, int(last))


def _csv_options(feed: Feed) -> dict[str, str]:
    options = {
        "auto_detect": "false",
        "header": "true",
        "delim": quote_literal(feed.csv.delimiter),
        "quote": quote_literal(feed.csv.quote),
        "escape": quote_literal(feed.csv.quote),
        "encoding": "'utf-8'",
        "store_rejects": "true",
    }
    if feed.csv.null_values != ("",):
        options["nullstr"] = f"[{', '.join(map(quote_literal, feed.csv.null_values))}]"
    if feed.csv.decimal_separator != ".":
        options["decimal_separator"] = quote_literal(feed.csv.decimal_separator)
    if feed.csv.date_format:
        options["dateformat"] = quote_literal(feed.csv.date_format)
    if feed.csv.timestamp_format:
        options["timestampformat"] = quote_literal(feed.csv.timestamp_format)
    return options


def _csv_value(feed: Feed, layout: Layout, place: int, doubtful: Sequence[int]) -> str:
    column = feed.columns[place]
    if column.name in layout.absent:
        return f"cast(null as {column.type}) as {column.quoted}"
    return f"_value_{place} as {column.quoted}" if place in doubtful else column.quoted


def _bad_value(feed: Feed, place: int, doubtful: Sequence[int]) -> str:
    """What was delivered and could not be converted."""
    if place not in doubtful:
        return "cast(null as varchar)"
    return f"case when _value_{place} is null then cast({feed.columns[place].quoted} as varchar) end"


def _count(connection: "DuckDBPyConnection", feed: Feed, files: Sequence[DeliveredFile]) -> list[DeliveryCount]:
    total = (
        "cast(null as decimal(38, 4))"
        if feed.control_total is None
        else f"cast(sum({feed.control_total_sql}) as decimal(38, 4))"
    )
    accepted = connection.execute(f"select _file_no, count(*), {total} from incoming group by _file_no").fetchall()
    rejected = connection.execute(
        "select _file_no, count(*), coalesce(sum(amount), 0), count(*) - count(amount) from rejected group by _file_no"
    ).fetchall()
    rows, totals, refused, refused_totals, unknown = ([Decimal(0)] * (files[-1].delivery + 1) for _ in range(5))
    for number, count, amount in accepted:
        rows[files[number].delivery] += count
        totals[files[number].delivery] += amount or 0
    for number, count, amount, without in rejected:
        refused[files[number].delivery] += count
        refused_totals[files[number].delivery] += amount
        unknown[files[number].delivery] += without
    has_total = feed.control_total is not None
    return [
        DeliveryCount(
            rows_accepted=int(rows[delivery]),
            rows_rejected=int(refused[delivery]),
            control_total=totals[delivery] if has_total else None,
            control_total_rejected=refused_totals[delivery] if has_total else None,
            rejected_without_total=int(unknown[delivery]) if has_total else 0,
        )
        for delivery in range(files[-1].delivery + 1)
    ]
