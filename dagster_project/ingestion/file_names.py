"""File names of deliveries: which name carries which delivery date, and which format.

Belongs here: the pattern's syntax, endings, names that are not a delivery yet. Not here: looking into folders (landing.py).
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Literal

FileFormat = Literal["csv", "parquet", "json"]

# Suffix that a feed's CSV and JSON files may carry without the pattern saying so.
COMPRESSED = ".gz"
_FORMATS: dict[str, FileFormat] = {
    ".csv": "csv",
    ".parquet": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}
# What transfer tools call a file that is still being written.
_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")

_PLACEHOLDER = re.compile(r"\{date(?::([^{}]*))?\}")
_PARTS = {"%Y": r"(?P<year>\d{4})", "%m": r"(?P<month>\d{2})", "%d": r"(?P<day>\d{2})"}


class FileNameError(ValueError):
    """A pattern that does not say which day a file belongs to."""


def format_of(name: str) -> FileFormat | None:
    """What the ending of a file's name says, whether compressed or not; None when it says nothing."""
    return next((kind for ending, kind in _FORMATS.items() if name.removesuffix(COMPRESSED).endswith(ending)), None)


def without_ending(name: str) -> str:
    """The name without what tells its format and compression: two files that share it say the same thing twice."""
    bare = name.removesuffix(COMPRESSED)
    return next((bare.removesuffix(ending) for ending in _FORMATS if bare.endswith(ending)), bare)


def is_unfinished(name: str) -> bool:
    """True for a name that says that it is no delivery yet: hidden, or as transfer tools name what they are writing."""
    return name.startswith(".") or name.endswith(_UNFINISHED)


def compile_file_pattern(pattern: str, fixed_date: date | None) -> Callable[[str], date | None]:
    """A function from a file name to its delivery date, or None when the name is not the feed's.

    `*` stands for any text; a pattern that ends with it takes every known ending. fixed_date: the date of a dump whose name
    has none. Raises FileNameError.
    """
    if "/" in pattern or "\\" in pattern:
        raise FileNameError(f"{pattern!r} holds a folder; name the folder in `folder`")
    placeholders = list(_PLACEHOLDER.finditer(pattern))
    if len(placeholders) > 1:
        raise FileNameError(f"{pattern!r} holds {{date}} twice; write it once")
    if bool(placeholders) == bool(fixed_date):
        raise FileNameError(f"{pattern!r} needs either {{date}} in the name or a `delivery_date`, and not both")
    ending = f"(?:{re.escape(COMPRESSED)})?"
    if pattern.endswith("*"):
        ending = f"(?:{'|'.join(map(re.escape, _FORMATS))}){ending}"
    if not placeholders:
        fixed = re.compile(_any_text(pattern) + ending)
        return lambda name: fixed_date if fixed.fullmatch(name) and not is_unfinished(name) else None
    found = placeholders[0]
    before, after = pattern[: found.start()], pattern[found.end() :]
    day = _date_shape(found[1] or "%Y-%m-%d")
    # no digit after the date: 2026010112 is not the first of January
    shape = re.compile(f"{_any_text(before)}{day}(?!\\d){_any_text(after)}{ending}")

    def date_of(name: str) -> date | None:
        match = shape.fullmatch(name)
        if match is None or is_unfinished(name):
            return None
        try:
            return date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            return None

    return date_of


def _any_text(part: str) -> str:
    return ".*?".join(map(re.escape, part.split("*")))


def _date_shape(layout: str) -> str:
    if sorted(re.findall(r"%.", layout)) != ["%Y", "%d", "%m"]:
        raise FileNameError(f"{{date:{layout}}} does not name one day; use %Y, %m and %d once each")
    return re.sub(r"%[Ymd]|[^%]+", lambda part: _PARTS.get(part[0]) or re.escape(part[0]), layout)
