"""The DuckDB statements that turn delivered files into typed rows and rejected rows.

A batch of files with one layout becomes two tables of an in-memory database: `incoming` (the contract's columns and _file_no)
and `rejected` (_file_no, line, column_name, reason, message, raw_text). Belongs here: those statements. Not here: which files
(landing.py), what is committed (load.py, lake.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.ingestion.contracts import Column, Feed
from dagster_project.ingestion.expressions import quote_literal, quote_path
from dagster_project.ingestion.headers import Layout

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Reasons beside those of DuckDB's own reject table.
_REASONS = {
    "CAST": "wrong_type",
    "MISSING COLUMNS": "too_few_columns",
    "TOO MANY COLUMNS": "too_many_columns",
    "UNQUOTED VALUE": "broken_quotes",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
    "INVALID ENCODING": "wrong_encoding",
}
PERSONAL = "What stands there may be personal and is not repeated here."
MISSING_VALUE, DUPLICATE_KEY, WRONG_TYPE = "missing_value", "duplicate_key", "wrong_type"


@dataclass(frozen=True, slots=True)
class FileCount:
    """What was read from one file of a batch."""

    rows_accepted: int
    rows_rejected: int
    control_total: Decimal | None

    @property
    def rows_read(self) -> int:
        """Every row of the file is either accepted or rejected."""
        return self.rows_accepted + self.rows_rejected


def read_files(connection: "DuckDBPyConnection", feed: Feed, layout: Layout, paths: Sequence[Path]) -> list[FileCount]:
    """Read files of one layout into `incoming` and `rejected`; the counts stand in the order of the paths.

    Raises duckdb.Error when a file cannot be read at all.
    """
    if feed.format == "csv":
        _read_csv(connection, feed, layout, paths)
    else:
        _read_loosely(connection, feed, layout, paths)
    _reject_broken_rows(connection, feed, first_line=2 if feed.format == "csv" else 1)
    return _count(connection, feed, len(paths))


def column_list(feed: Feed) -> str:
    """The contract's columns as SQL, in the contract's order."""
    return ", ".join(column.quoted for column in feed.columns)


def empty_rows(feed: Feed) -> str:
    """A select with the contract's columns and types, and no row."""
    columns = ", ".join(f"cast(null as {column.type}) as {column.quoted}" for column in feed.columns)
    return f"select {columns} where false"


def _read_csv(connection: "DuckDBPyConnection", feed: Feed, layout: Layout, paths: Sequence[Path]) -> None:
    columns = {column.name: column for column in feed.columns}
    types = ", ".join(
        f"{quote_literal(name)}: {quote_literal(columns[name].type)}" if name in columns else f"'_extra_{place}': 'VARCHAR'"
        for place, name in enumerate(layout.found)
    )
    options = {
        "columns": f"{{{types}}}",
        "auto_detect": "false",
        "header": "true",
        "delim": quote_literal(feed.csv.delimiter),
        "quote": quote_literal(feed.csv.quote),
        "escape": quote_literal(feed.csv.quote),
        "encoding": quote_literal(feed.csv.encoding),
        "store_rejects": "true",
    }
    if feed.csv.decimal_separator != ".":
        options["decimal_separator"] = quote_literal(feed.csv.decimal_separator)
    if feed.csv.date_format:
        options["dateformat"] = quote_literal(feed.csv.date_format)
    if feed.csv.timestamp_format:
        options["timestampformat"] = quote_literal(feed.csv.timestamp_format)
    files = ", ".join(map(quote_path, paths))
    told = ", ".join(f"{option} = {value}" for option, value in options.items())
    connection.execute(
        f"create or replace temp table incoming as select file_index as _file_no, {_columns_of(feed, layout)}"
        f" from read_csv([{files}], {told})"
    )
    # the message repeats the value, and outlives the row in logs and on screens; in a row with too many or too few fields any
    # value may stand under any name
    personal = ", ".join(quote_literal(column.name) for column in feed.columns if column.personal)
    hidden = f"error_type <> 'CAST' or column_name in ({personal})" if personal else "false"
    reasons = " ".join(f"when {quote_literal(found)} then {quote_literal(name)}" for found, name in _REASONS.items())
    # a row may break in several columns: it is one rejected row, named by the first of them
    connection.execute(f"""
        create or replace temp table rejected as
        select
            file_id as _file_no,
            min(line) as line,
            arg_min(column_name, column_idx) as column_name,
            arg_min(case error_type::varchar {reasons} else lower(error_type::varchar) end, column_idx) as reason,
            case
                when bool_or({hidden}) then {quote_literal(PERSONAL)}
                else string_agg(trim(error_message), '; ' order by column_idx)
            end as message,
            ltrim(any_value(csv_line), chr(10) || chr(13)) as raw_text
        from reject_errors
        group by file_id, line_byte_position
    """)


def _read_loosely(connection: "DuckDBPyConnection", feed: Feed, layout: Layout, paths: Sequence[Path]) -> None:
    """Parquet and JSON: read as the file has it, then cast; a reader that ignores errors would make silent NULLs of them."""
    present = [column for column in feed.columns if column.name not in layout.absent]
    connection.execute(f"create or replace temp table incoming as select 0::bigint as _file_no, * from ({empty_rows(feed)})")
    connection.execute("""
        create or replace temp table rejected
        (_file_no bigint, line bigint, column_name varchar, reason varchar, message varchar, raw_text varchar)
    """)
    broken = [(f"({c.quoted} is not null and try_cast({c.quoted} as {c.type}) is null)", c) for c in present]
    any_broken = " or ".join(test for test, _ in broken) or "false"
    casts = ", ".join(
        f"cast(null as {c.type})" if c.name in layout.absent else f"try_cast({c.quoted} as {c.type})" for c in feed.columns
    )
    names = " ".join(f"when {test} then {quote_literal(c.name)}" for test, c in broken)
    texts = " ".join(
        f"when {test} then " + (quote_literal(PERSONAL) if c.personal else _loose_message(c)) for test, c in broken
    )
    row = ", ".join(f"{c.quoted} := {c.quoted}" for c in present)
    for number, path in enumerate(paths):
        connection.execute(f"create or replace temp view delivered as {_delivered_rows(feed, present, path)}")
        connection.execute(f"insert into incoming select {number}, {casts} from delivered where not ({any_broken})")
        connection.execute(f"""
            insert into rejected
            select {number}, _line, case {names} end, '{WRONG_TYPE}', case {texts} end, to_json(struct_pack({row}))
            from delivered
            where {any_broken}
        """)


def _loose_message(column: Column) -> str:
    return f"'Could not convert \"' || cast({column.quoted} as varchar) || '\" to {column.type}'"


def _delivered_rows(feed: Feed, present: Sequence[object], path: Path) -> str:
    columns = [column for column in feed.columns if column in present]
    names = ", ".join(column.quoted for column in columns)
    if feed.format in ("parquet", "postgresql"):
        return f"select file_row_number + 1 as _line, {names} from read_parquet({quote_path(path)}, file_row_number = true)"
    types = ", ".join(f"{quote_literal(column.name)}: 'VARCHAR'" for column in columns)
    rows = f"read_json({quote_path(path)}, format = 'auto', columns = {{{types}}})"
    return f"select row_number() over () as _line, {names} from {rows}"


def _columns_of(feed: Feed, layout: Layout) -> str:
    return ", ".join(
        f"cast(null as {column.type}) as {column.quoted}" if column.name in layout.absent else column.quoted
        for column in feed.columns
    )


def _reject_broken_rows(connection: "DuckDBPyConnection", feed: Feed, first_line: int) -> None:
    """Move rows without a required value, and all but the first row of a key, from `incoming` to `rejected`.

    The line of such a row is its place among the lines that were not rejected before (empty lines do not count).
    """
    required = [column for column in feed.columns if not column.nullable]
    tests = [(f"{column.quoted} is null", column.name, MISSING_VALUE) for column in required]
    if feed.keys:
        keys = ", ".join(column.quoted for column in feed.keys)
        repeated = f"row_number() over (partition by _file_no, {keys} order by rowid) > 1"
        tests.append((repeated, ", ".join(column.name for column in feed.keys), DUPLICATE_KEY))
    if not tests:
        return
    names = " ".join(f"when {test} then {quote_literal(name)}" for test, name, _ in tests)
    reasons = " ".join(f"when {test} then '{reason}'" for test, _, reason in tests)
    connection.execute(f"""
        create or replace temp table broken as
        select *
        from (
            select rowid as row_id, _file_no, case {names} end as _column, case {reasons} end as _reason
            from incoming
        )
        where _column is not null
    """)
    if connection.execute("select count(*) from broken").fetchall()[0][0] == 0:
        return
    row = ", ".join(f"{column.quoted} := incoming.{column.quoted}" for column in feed.columns)
    connection.execute(f"""
        insert into rejected by name
        with files as (
            select _file_no, count(*) + (select count(*) from rejected where rejected._file_no = incoming._file_no) as lines
            from incoming
            where _file_no in (select _file_no from broken)
            group by _file_no
        ),
        lines as (
            select _file_no, unnest(range({first_line}, {first_line} + lines)) as line
            from files
        ),
        free_lines as (
            select _file_no, line, row_number() over (partition by _file_no order by line) as place
            from lines
            anti join rejected using (_file_no, line)
        ),
        places as (
            select rowid as row_id, _file_no, row_number() over (partition by _file_no order by rowid) as place
            from incoming
            where _file_no in (select _file_no from files)
        )
        select
            broken._file_no,
            free_lines.line,
            broken._column as column_name,
            broken._reason as reason,
            case broken._reason
                when '{MISSING_VALUE}' then 'The required value of column "' || broken._column || '" is missing.'
                else 'The key (' || broken._column || ') stands earlier in the same delivery.'
            end as message,
            to_json(struct_pack({row})) as raw_text
        from broken
        join places using (row_id)
        left join free_lines on free_lines._file_no = places._file_no and free_lines.place = places.place
        join incoming on incoming.rowid = broken.row_id
    """)
    connection.execute("delete from incoming where rowid in (select row_id from broken)")


def _count(connection: "DuckDBPyConnection", feed: Feed, files: int) -> list[FileCount]:
    accepted = {
        number: (rows, total)
        for number, rows, total in connection.execute(
            f"select _file_no, count(*), cast(sum({feed.control_total_sql}) as decimal(38,4)) from incoming group by _file_no"
        ).fetchall()
    }
    rejected = dict(connection.execute("select _file_no, count(*) from rejected group by _file_no").fetchall())
    no_rows = (0, Decimal(0) if feed.control_total else None)
    return [
        FileCount(rows, rejected.get(number, 0), total)
        for number in range(files)
        for rows, total in [accepted.get(number, no_rows)]
    ]
