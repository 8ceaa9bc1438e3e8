"""Rows that DuckDB could read and the contract does not take, and what is to be known of every rejected row.

Belongs here: moving rows from `incoming` to `rejected`, the lines and amounts of rejected rows. Not here: reading files
(readers.py), what is done with the quarantine (batch.py).
"""

import csv
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dagster_project.ingestion.conversions import amount_sql, from_text, has_excess_decimals
from dagster_project.ingestion.expressions import quote_literal
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.headers import Layout
from dagster_project.ingestion.lines import lines_of_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from dagster_project.ingestion.readers import DeliveredFile

MISSING_VALUE, DUPLICATE_KEY, WRONG_TYPE = "missing_value", "duplicate_key", "wrong_type"
OUT_OF_RANGE, NUL_BYTE, TOO_MANY_DECIMALS = "out_of_range", "nul_byte", "too_many_decimals"
PERSONAL = "What stands there may be personal and is not repeated here."


def bad_column(place: int) -> str:
    """The column of `incoming` that holds the delivered value where it could not be converted; place: in the contract."""
    return f"_bad_{place}"


def reject_broken_rows(
    connection: "DuckDBPyConnection", feed: Feed, files: Sequence["DeliveredFile"], suspects: Sequence[int]
) -> None:
    """Move rows that break the contract from `incoming` to `rejected`: all but the first good row of a key among them.

    suspects: places of columns with a bad_column. The line is the row's place among those that were not rejected before; it is
    corrected later.
    """
    # each: what is true of a broken row, its column, the reason
    tests = []
    for place in suspects:
        column, bad = feed.columns[place], bad_column(place)
        if column.is_exact:
            tests.append(
                (f"{bad} is not null and {has_excess_decimals(column, bad, feed.csv)}", column.name, TOO_MANY_DECIMALS)
            )
        tests.append((f"{bad} is not null", column.name, WRONG_TYPE))
    tests += [(f"{c.quoted} is null", c.name, MISSING_VALUE) for c in feed.columns if not c.nullable]
    if any(file.has_nul for file in files):
        texts = [column for column in feed.columns if column.type == "VARCHAR"]
        tests += [(f"contains({c.quoted}, chr(0))", c.name, NUL_BYTE) for c in texts]
    tests += [(c.out_of_bounds_sql, c.name, OUT_OF_RANGE) for c in feed.columns if c.out_of_bounds_sql]
    if feed.too_large_sql:
        tests.append((feed.too_large_sql, ", ".join(column.name for column in feed.amount_columns), OUT_OF_RANGE))
    if feed.keys:
        keys = ", ".join(column.quoted for column in feed.keys)
        bad = " or ".join(f"coalesce({test}, false)" for test, _, _ in tests) or "false"
        delivery = _delivery_of(files)
        repeated = f"row_number() over (partition by {delivery}, {keys} order by {bad}, rowid) > 1"
        tests.append((repeated, ", ".join(column.name for column in feed.keys), DUPLICATE_KEY))
    if tests:
        _move(connection, feed, files, suspects, tests)


def _move(
    connection: "DuckDBPyConnection",
    feed: Feed,
    files: Sequence["DeliveredFile"],
    suspects: Sequence[int],
    tests: Sequence[tuple[str, str, str]],
) -> None:
    cases = " ".join(f"when {test} then {number}" for number, (test, _, _) in enumerate(tests))
    connection.execute(f"""
        create or replace temp table broken as
        select *
        from (select rowid as row_id, _file_no, case {cases} end as _test from incoming)
        where _test is not null
    """)
    if connection.execute("select count(*) from broken").fetchall()[0][0] == 0:
        return
    told = ", ".join(
        f"({number}, {quote_literal(name)}, '{reason}', {quote_literal(_message(_told(feed, name), reason))})"
        for number, (_, name, reason) in enumerate(tests)
    )
    values = [
        f"coalesce(cast(incoming.{column.quoted} as varchar), incoming.{bad_column(place)})"
        if place in suspects
        else f"incoming.{column.quoted}"
        for place, column in enumerate(feed.columns)
    ]
    row = ", ".join(f"{column.quoted} := {value}" for column, value in zip(feed.columns, values, strict=True))
    first_lines = ", ".join(str(file.first_row) for file in files)
    unread = f"told.reason in ('{WRONG_TYPE}', '{TOO_MANY_DECIMALS}')"
    message = f"case when {unread} then {_unread_message(feed, suspects)} else told.message end" if suspects else "told.message"
    connection.execute(f"""
        insert into rejected by name
        with files as (
            select
                _file_no,
                ([{first_lines}])[cast(_file_no as bigint) + 1] as first_line,
                count(*) + (select count(*) from rejected where rejected._file_no = incoming._file_no) as lines
            from incoming
            where _file_no in (select _file_no from broken)
            group by _file_no
        ),
        lines as (
            select _file_no, unnest(range(first_line, first_line + lines)) as line
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
            places.place,
            told.column_name,
            told.reason,
            {message} as message,
            to_json(struct_pack({row})) as raw_text,
            amounts._amount as amount
        from broken
        join places using (row_id)
        join (select rowid as row_id, {amount_sql(feed)} as _amount from incoming) as amounts using (row_id)
        join (values {told}) as told (_test, column_name, reason, message) on told._test = broken._test
        left join free_lines on free_lines._file_no = places._file_no and free_lines.place = places.place
        join incoming on incoming.rowid = broken.row_id
    """)
    connection.execute("delete from incoming where rowid in (select row_id from broken)")


def _message(name: str, reason: str) -> str:
    return {
        MISSING_VALUE: f"The required value of column {name} is missing.",
        DUPLICATE_KEY: f"The key ({name}) stands earlier in the same delivery.",
        OUT_OF_RANGE: f"The value of {name} is beyond what the contract allows.",
        NUL_BYTE: f"A NUL byte stands in column {name}.",
    }.get(reason, "")


def _told(feed: Feed, name: str) -> str:
    column = feed.column(name)
    return name if column is None else column.told


def _unread_message(feed: Feed, suspects: Sequence[int]) -> str:
    """The value that is told is that of the column that is named."""
    cases = []
    for place in suspects:
        column = feed.columns[place]
        value = f"'Could not convert string \"' || incoming.{bad_column(place)} || '\" to {column.type}'"
        told = quote_literal(PERSONAL) if column.personal else value
        cases.append(f"when told.column_name = {quote_literal(column.name)} then {told}")
    return f"case {' '.join(cases)} end"


def _delivery_of(files: Sequence["DeliveredFile"]) -> str:
    """A key is unique within a delivery, over all its files."""
    deliveries = [file.delivery for file in files]
    if deliveries == list(range(len(files))):
        return "_file_no"
    return f"([{', '.join(map(str, deliveries))}])[cast(_file_no as bigint) + 1]"


def correct_lines(connection: "DuckDBPyConnection", feed: Feed, files: Sequence["DeliveredFile"]) -> None:
    """Put the line on which a rejected row begins in the place of its number, for CSV files."""
    rows: dict[int, list[tuple[int, int | None, int | None]]] = {}
    for number, *row in connection.execute("select _file_no, rowid, line, place from rejected").fetchall():
        if files[number].layout.format == "csv":
            rows.setdefault(number, []).append(tuple(row))
    ids: list[int] = []
    lines: list[int] = []
    for number, rejected in rows.items():
        numbers = [line for _, line, place in rejected if line is not None and place is None]
        places = [place for _, _, place in rejected if place is not None]
        found = lines_of_rows(files[number].path, feed.csv, len(files[number].layout.found), numbers, places)
        for row_id, row_number, place in rejected:
            line = found.by_number.get(row_number or 0) if place is None else found.by_place.get(place)
            if line is not None and line != row_number:
                ids.append(row_id)
                lines.append(line)
    if ids:
        connection.execute(
            """
            update rejected
            set line = moved.line
            from (select unnest($1::bigint[]) as row_id, unnest($2::bigint[]) as line) as moved
            where rejected.rowid = moved.row_id
            """,
            [ids, lines],
        )


def value_unread_rows(connection: "DuckDBPyConnection", feed: Feed, files: Sequence["DeliveredFile"]) -> None:
    """The amounts of CSV rows that DuckDB itself rejected, from their text, as far as their values can be understood."""
    if feed.control_total is None:
        return
    csv_files = [number for number, file in enumerate(files) if file.layout.format == "csv"]
    rows = connection.execute(
        "select rowid, _file_no, raw_text from rejected where raw_text is not null and list_contains($1::bigint[], _file_no)",
        [csv_files],
    ).fetchall()
    if not rows:
        return
    columns = feed.amount_columns
    ids: list[int] = []
    values: list[list[str | None]] = [[] for _ in columns]
    for row_id, number, text in rows:
        fields = _fields(feed, files[number].layout, text)
        if fields is not None:
            ids.append(row_id)
            for column, value in zip(values, fields, strict=True):
                column.append(value)
    texts = ", ".join(f"unnest(${place + 2}::varchar[]) as {column.quoted}" for place, column in enumerate(columns))
    typed = ", ".join(f"{from_text(column, feed.csv)} as {column.quoted}" for column in columns)
    connection.execute(
        f"""
        update rejected
        set amount = valued.amount
        from (
            select row_id, {amount_sql(feed)} as amount
            from (select row_id, {typed} from (select unnest($1::bigint[]) as row_id, {texts}))
        ) as valued
        where rejected.rowid = valued.row_id
        """,
        [ids, *values],
    )


def _fields(feed: Feed, layout: Layout, text: str) -> list[str | None] | None:
    """The fields of the control total in one row's text; None when the row has not the columns of its file."""
    try:
        fields = next(csv.reader([text], delimiter=feed.csv.delimiter, quotechar=feed.csv.quote, strict=True), [])
    except csv.Error:
        return None
    if len(fields) != len(layout.found):
        return None
    by_header = dict(zip(layout.found, fields, strict=True))
    found = [by_header.get(column.in_file) for column in feed.amount_columns]
    return [None if value is None or value in feed.csv.null_values else value for value in found]
