"""How delivered values become the contract's types, and which ones are not what they seem.

DuckDB's own casts round 1.5 to an INTEGER of 2, take 1,2,3 for 123 where commas group thousands, and make NULL of a TIMESTAMPTZ
that they do not understand: such columns are read as something wider and converted here. Belongs here: expressions over one
column. Not here: statements (readers.py).
"""

import re

from dagster_project.ingestion.contracts import Column, CsvOptions, Feed
from dagster_project.ingestion.expressions import quote_literal

_WHOLE_NUMBERS = ("SMALLINT", "INTEGER", "BIGINT")


def type_in_csv(column: Column, options: CsvOptions) -> str:
    """The type that DuckDB's CSV reader is asked for."""
    if column.type in ("BIGINT", "TIMESTAMPTZ") or (options.thousands_separator and _is_number(column)):
        return "VARCHAR"
    return "DOUBLE" if column.type in _WHOLE_NUMBERS else column.type


def from_csv(column: Column, options: CsvOptions) -> str:
    """The value as read with type_in_csv, converted; NULL where it is not of the column's type."""
    read = type_in_csv(column, options)
    if read == column.type:
        return column.quoted
    if read == "DOUBLE":
        return f"case when {column.quoted} = trunc({column.quoted}) then try_cast({column.quoted} as {column.type}) end"
    return from_text(column, options)


def from_text(column: Column, options: CsvOptions) -> str:
    """A text of a CSV file, converted; NULL where it is not of the column's type."""
    if column.type == "TIMESTAMPTZ" or (column.type == "TIMESTAMP" and options.timestamp_format):
        return _moment(column, options.timestamp_format)
    if column.type == "DATE" and options.date_format:
        return f"cast(try_strptime({column.quoted}, {quote_literal(options.date_format)}) as date)"
    if not _is_number(column):
        return f"try_cast({column.quoted} as {column.type})"
    group, point = options.thousands_separator, options.decimal_separator
    digits = rf"(\d+|\d{{1,3}}({re.escape(group)}\d{{3}})+)" if group else r"\d+"
    rest = r"" if column.type in _WHOLE_NUMBERS else rf"({re.escape(point)}\d*)?([eE][-+]?\d+)?"
    plain = f"replace({column.quoted}, {quote_literal(group)}, '')" if group else column.quoted
    plain = f"replace({plain}, ',', '.')" if point == "," else plain
    shape = quote_literal(rf"\s*[-+]?{digits}{rest}\s*")
    return f"case when regexp_full_match({column.quoted}, {shape}) then try_cast({plain} as {column.type}) end"


def from_any(column: Column) -> str:
    """A value of a Parquet or JSON file, converted; NULL where it is not of the column's type."""
    if column.type in _WHOLE_NUMBERS:
        number = f"try_cast({column.quoted} as double)"
        return f"case when {number} = trunc({number}) then try_cast({column.quoted} as {column.type}) end"
    return f"try_cast({column.quoted} as {column.type})"


def is_broken(column: Column, converted: str) -> str:
    """True for a value that was delivered and could not be converted."""
    return f"({column.quoted} is not null and ({converted}) is null)"


def amount_sql(feed: Feed) -> str:
    """A row's share of the control total; NULL when it cannot be said, or is beyond what the contract allows."""
    if feed.control_total is None:
        return "cast(null as decimal(38, 4))"
    total = f"try(cast({feed.control_total_sql} as decimal(38, 4)))"
    return f"case when not coalesce({feed.too_large_sql}, true) then {total} end"


def _moment(column: Column, layout: str | None) -> str:
    """Without an offset it is in the session's zone, which is the feed's."""
    parsed = f"try_strptime({column.quoted}, {quote_literal(layout)})" if layout else column.quoted
    return f"try_cast({parsed} as {column.type})"


def _is_number(column: Column) -> bool:
    return column.type in _WHOLE_NUMBERS or column.type.startswith(("DECIMAL", "DOUBLE"))
