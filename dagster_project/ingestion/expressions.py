"""The small language of control totals, and how a name becomes SQL.

Belongs here: quoting, the closed grammar of a contract's expressions. Not here: statements that read files (readers.py).
"""

import re
from collections.abc import Sequence

_FUNCTIONS = frozenset({"coalesce", "abs", "round", "nullif"})
_TOKEN = re.compile(r'\s*(?:(?P<name>"[^"]+"|[A-Za-z_]\w*)|(?P<number>\d+(?:\.\d+)?)|(?P<sign>[-+*/(),]))')


class ExpressionError(ValueError):
    """An expression that is not made of columns, numbers, + - * / and the known functions."""


def quote_identifier(name: str) -> str:
    """A name as a SQL identifier, whatever characters stand in it."""
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quote_path(path: object, pattern: str = "") -> str:
    """A path as a SQL literal that DuckDB takes as it is, also where it holds *, ? or [. pattern: a glob below it."""
    return quote_literal(re.sub(r"([*?\[])", r"[\1]", str(path)) + pattern)


def to_sql(expression: str, columns: Sequence[str], cast_to: str | None = None) -> str:
    """The expression with every column name quoted, and cast if a type is given.

    Raises ExpressionError at the first word that is not allowed.
    """
    words, place = [], 0
    text = expression.strip()
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None or (token["sign"] in ("-", "/") and text[token.end() : token.end() + 1] in ("-", "*")):
            raise ExpressionError(f"{text[place:].strip()!r} is not understood; use columns, numbers, + - * / and brackets")
        words.append(_word(token, columns, cast_to))
        place = token.end()
    return " ".join(words)


def _word(token: re.Match[str], columns: Sequence[str], cast_to: str | None) -> str:
    name = token["name"]
    if name is None:
        return token["number"] or token["sign"]
    if name.strip('"') in columns:
        quoted = quote_identifier(name.strip('"'))
        return f"cast({quoted} as {cast_to})" if cast_to else quoted
    if name.lower() in _FUNCTIONS:
        return name.lower()
    known = ", ".join((*columns, *sorted(_FUNCTIONS)))
    raise ExpressionError(f"{name!r} is neither a column nor a known function; known are {known}")
