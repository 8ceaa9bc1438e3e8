"""File names of deliveries: which name carries which delivery date.

Belongs here: the pattern's syntax. Not here: looking into folders (landing.py).
"""

import re
from collections.abc import Callable
from datetime import date

_PLACEHOLDER = re.compile(r"\{date(?::([^{}]*))?\}")
_PARTS = {"%Y": r"(?P<year>\d{4})", "%m": r"(?P<month>\d{2})", "%d": r"(?P<day>\d{2})"}

# Suffixes that a feed's files may carry without the pattern saying so.
COMPRESSED = ".gz"


class FileNameError(ValueError):
    """A pattern that does not say which day a file belongs to."""


def compile_file_pattern(pattern: str, fixed_date: date | None) -> Callable[[str], date | None]:
    """A function from a file name to its delivery date, or None when the name is not the feed's.

    fixed_date: the date of a dump whose name has none. Raises FileNameError.
    """
    if "/" in pattern or "\\" in pattern:
        raise FileNameError(f"{pattern!r} holds a folder; name the folder in `folder`")
    placeholders = list(_PLACEHOLDER.finditer(pattern))
    if len(placeholders) > 1:
        raise FileNameError(f"{pattern!r} holds {{date}} twice; write it once")
    if bool(placeholders) == bool(fixed_date):
        raise FileNameError(f"{pattern!r} needs either {{date}} in the name or a `delivery_date`, and not both")
    if not placeholders:
        return lambda name: fixed_date if name in (pattern, pattern + COMPRESSED) else None
    found = placeholders[0]
    before, after = pattern[: found.start()], pattern[found.end() :]
    day = _date_shape(found[1] or "%Y-%m-%d")
    shape = re.compile(f"{re.escape(before)}{day}{re.escape(after)}(?:{re.escape(COMPRESSED)})?")

    def date_of(name: str) -> date | None:
        match = shape.fullmatch(name)
        if match is None:
            return None
        try:
            return date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            return None

    return date_of


def _date_shape(layout: str) -> str:
    if sorted(re.findall(r"%.", layout)) != ["%Y", "%d", "%m"]:
        raise FileNameError(f"{{date:{layout}}} does not name one day; use %Y, %m and %d once each")
    return re.sub(r"%[Ymd]|[^%]+", lambda part: _PARTS.get(part[0]) or re.escape(part[0]), layout)
