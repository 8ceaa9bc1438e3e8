"""How delivered values become the contract's types, and which ones are not what they seem.

DuckDB's own casts round 1.5 to an INTEGER of 2 and 1.559 to a DECIMAL(18,2) of 1.56, take 1,2,3 for 123 where commas group
thousands, and make NULL of a TIMESTAMPTZ that they do not understand: such columns are read as something wider and converted
here. A number that a file holds as a binary fraction (DOUBLE, FLOAT) has no decimals of its own, and is rounded to the
contract's. Belongs here: expressions over one column. Not here: statements (readers.py).
"""

import re

from dagster_project.ingestion.columns import Column
from dagster_project.ingestion.csv_options import CsvOptions
from dagster_project.ingestion.expressions import quote_literal
from dagster_project.ingestion.feed import Feed

_WHOLE_NUMBERS = ("SMALLINT", "INTEGER", "BIGINT")
_EXPONENT = "[eE][-+]?[0-9]+"


def type_in_csv(column: Column, options: CsvOptions) -> str:
    """The type that DuckDB's CSV reader is asked for."""
    is_split = options.thousands_separator is not None and _is_number(column)
    if column.type in ("BIGINT", "TIMESTAMPTZ") or column.is_exact or is_split:
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
    return _exactly(column, column.quoted, options) if column.is_exact else _rounded(column, column.quoted, options)


def from_any(column: Column, kind: str) -> str:
    """A value of a Parquet or JSON file, converted; NULL where it is not of the column's type. kind: its type in the file."""
    cast = f"try_cast({column.quoted} as {column.type})"
    if column.type in _WHOLE_NUMBERS:
        number = f"try_cast({column.quoted} as double)"
        return f"case when {number} = trunc({number}) then {cast} end"
    if column.is_exact and kind.startswith("DECIMAL"):
        return f"case when {column.quoted} = {cast} then {cast} end"
    if column.is_exact and kind == "VARCHAR":
        return _exactly(column, column.quoted, CsvOptions())
    return cast


def has_excess_decimals(column: Column, text: str, options: CsvOptions | None = None) -> str:
    """True for a text that cannot be converted only because it would have to be rounded."""
    return f"({_rounded(column, text, options or CsvOptions())}) is not null" if column.is_exact else "false"


def is_broken(column: Column, converted: str) -> str:
    """True for a value that was delivered and could not be converted."""
    return f"({column.quoted} is not null and ({converted}) is null)"


def amount_sql(feed: Feed) -> str:
    """A row's share of the control total; NULL when it cannot be said, or is beyond what the contract allows."""
    if feed.control_total is None:
        return "cast(null as decimal(38, 4))"
    total = f"try(cast({feed.control_total_sql} as decimal(38, 4)))"
    return f"case when not coalesce({feed.too_large_sql}, true) then {total} end"


def _exactly(column: Column, text: str, options: CsvOptions) -> str:
    """A decimal number of which no digit is lost; zeros behind the last decimal are no loss."""
    precision, scale = column.decimals
    point = re.escape(options.decimal_separator)
    plain = _plain(text, options)
    cast = f"try_cast({plain} as {column.type})"
    written_out = _shape(rf"{_digits(options)}({point}[0-9]{{0,{scale}}}0*)?")
    # as many decimals as fit behind the column's own digits; what is smaller still becomes 0, and only 0 may
    finer = f"try_cast({plain} as decimal(38,{38 - precision + scale}))"
    is_zero = f"regexp_full_match({text}, {_shape(f'[0{point}]*{_EXPONENT}')})"
    with_exponent = _shape(rf"{_digits(options)}({point}[0-9]*)?{_EXPONENT}")
    return (
        f"case when regexp_full_match({text}, {written_out}) then {cast}"
        f" when regexp_full_match({text}, {with_exponent}) and {finer} = {cast} and ({cast} <> 0 or {is_zero}) then {cast} end"
    )


def _rounded(column: Column, text: str, options: CsvOptions) -> str:
    """A number, whatever its decimals."""
    point = re.escape(options.decimal_separator)
    rest = "" if column.type in _WHOLE_NUMBERS else rf"({point}[0-9]*)?({_EXPONENT})?"
    return (
        f"case when regexp_full_match({text}, {_shape(_digits(options) + rest)}) "
        f"then try_cast({_plain(text, options)} as {column.type}) end"
    )


def _shape(number: str) -> str:
    return quote_literal(rf"\s*[-+]?{number}\s*")


def _digits(options: CsvOptions) -> str:
    """What stands before the point; nothing may: .5 is a number, and what is none DuckDB does not cast."""
    group = options.thousands_separator
    return rf"([0-9]+|[0-9]{{1,3}}({re.escape(group)}[0-9]{{3}})+)?" if group else "[0-9]*"


def _plain(text: str, options: CsvOptions) -> str:
    """A number as SQL writes it."""
    plain = f"replace({text}, {quote_literal(options.thousands_separator)}, '')" if options.thousands_separator else text
    return f"replace({plain}, ',', '.')" if options.decimal_separator == "," else plain


def _moment(column: Column, layout: str | None) -> str:
    """Without an offset it is in the session's zone, which is the feed's."""
    parsed = f"try_strptime({column.quoted}, {quote_literal(layout)})" if layout else column.quoted
    return f"try_cast({parsed} as {column.type})"


def _is_number(column: Column) -> bool:
    return column.type in _WHOLE_NUMBERS or column.type.startswith(("DECIMAL", "DOUBLE"))
