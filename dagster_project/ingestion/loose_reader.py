"""Parquet and JSON: read as the file has it, then cast; a reader that ignores errors would make silent NULLs of them.

Belongs here: the statements for files whose values have types of their own. Not here: CSV, and what becomes of the rows
(readers.py).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.ingestion.columns import Column
from dagster_project.ingestion.conversions import amount_sql, from_any, has_excess_decimals, is_broken
from dagster_project.ingestion.expressions import quote_identifier, quote_literal, quote_path
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.headers import Layout
from dagster_project.ingestion.rejects import PERSONAL, TOO_MANY_DECIMALS, WRONG_TYPE, bad_column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def read_loosely(
    connection: "DuckDBPyConnection", feed: Feed, layout: Layout, path: Path, number: int, suspects: Sequence[int]
) -> None:
    """Put the rows of one file into `incoming`, and those with a value of another type into `rejected`."""
    present = [column for column in feed.columns if column.name not in layout.absent]
    connection.execute(f"create or replace temp view delivered as {_delivered_rows(layout, present, path)}")
    kinds = {name: kind for name, kind, *_ in connection.execute("describe delivered").fetchall()}
    broken = [(is_broken(column, from_any(column, kinds[column.name])), column) for column in present]
    any_broken = " or ".join(test for test, _ in broken) or "false"
    converted = [
        f"cast(null as {column.type}) as {column.quoted}"
        if column.name in layout.absent
        else f"{from_any(column, kinds[column.name])} as {column.quoted}"
        for column in feed.columns
    ]
    casts = ", ".join(converted)
    bad = "".join(f", cast(null as varchar) as {bad_column(place)}" for place in suspects)
    names = " ".join(f"when {test} then {quote_literal(c.name)}" for test, c in broken)
    texts = " ".join(
        f"when {test} then " + (quote_literal(PERSONAL) if c.personal else _loose_message(c)) for test, c in broken
    )
    reasons = " ".join(f"when {test} then {_loose_reason(c)}" for test, c in broken)
    row = ", ".join(f"{c.quoted} := {c.quoted}" for c in present)
    connection.execute(f"insert into incoming select {number}, {casts}{bad} from delivered where not ({any_broken})")
    connection.execute(f"""
        insert into rejected by name
        with broken as (
            select
                _line, case {names} end as _column, case {reasons} end as _reason, case {texts} end as _message,
                to_json(struct_pack({row})) as _raw, {casts}
            from delivered
            where {any_broken}
        )
        select
            {number} as _file_no, _line as line, _column as column_name, _reason as reason, _message as message,
            _raw as raw_text, {amount_sql(feed)} as amount
        from broken
    """)


def _loose_message(column: Column) -> str:
    return f"'Could not convert \"' || cast({column.quoted} as varchar) || '\" to {column.type}'"


def _loose_reason(column: Column) -> str:
    excess = has_excess_decimals(column, f"cast({column.quoted} as varchar)")
    return f"case when {excess} then '{TOO_MANY_DECIMALS}' else '{WRONG_TYPE}' end"


def _delivered_rows(layout: Layout, present: Sequence[Column], path: Path) -> str:
    """The file's columns under the contract's names."""
    in_file = ", ".join(f"{quote_identifier(c.in_file)} as {c.quoted}" for c in present)
    if layout.format == "parquet":
        return f"select file_row_number + 1 as _line, {in_file} from read_parquet({quote_path(path)}, file_row_number = true)"
    types = ", ".join(f"{quote_literal(column.in_file)}: 'VARCHAR'" for column in present)
    rows = f"read_json({quote_path(path)}, format = 'auto', columns = {{{types}}})"
    return f"select row_number() over () as _line, {in_file} from {rows}"
