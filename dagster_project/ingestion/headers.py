"""How the columns of a delivered file meet the contract, found out before a row is read.

DuckDB with given columns reads by position and never looks at the header: a file with two columns swapped would come in as
nonsense. Belongs here: finding the names in a file, comparing them. Not here: reading rows (readers.py).
"""

import codecs
import csv
import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from dagster_project.ingestion.expressions import quote_path
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.file_names import COMPRESSED, FileFormat

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


class DeliveryRefusedError(Exception):
    """A delivery that cannot be taken in; its text says what is wrong, with file and column."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A file's columns in the file's order, and how they differ from the contract's.

    found, extra: names as the file has them. absent: names as the contract has them.
    """

    found: tuple[str, ...]
    absent: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    format: FileFormat = "csv"

    @property
    def remark(self) -> str:
        """What a reader of the run should know; empty when the file is as the contract says."""
        remarks = []
        if self.absent:
            remarks.append(f"column {', '.join(self.absent)} is not in the file and was taken as empty")
        if self.extra:
            shown = ", ".join(name if name.isprintable() else repr(name) for name in self.extra)
            remarks.append(f"column {shown} is not in the contract and was left out")
        return "; ".join(remarks)


def compare(feed: Feed, found: Sequence[str], file_name: str, file_format: FileFormat = "csv") -> Layout:
    """The layout of a file with these column names. Raises DeliveryRefusedError when a required one is missing."""
    known = {column.in_file for column in feed.columns}
    twice = sorted({name for name in found if list(found).count(name) > 1 and name in known})
    if twice:
        raise DeliveryRefusedError(f"{file_name}, line 1: column {', '.join(twice)} stands in the header twice")
    absent = [column for column in feed.columns if column.in_file not in found]
    required = [column.told for column in absent if not column.nullable]
    if required:
        raise DeliveryRefusedError(
            f"{file_name}, line 1: required column {', '.join(required)} is missing; found: {_shown(feed, found)}"
        )
    extra = tuple(name for name in found if name not in known)
    return Layout(found=tuple(found), absent=tuple(column.name for column in absent), extra=extra, format=file_format)


def _shown(feed: Feed, found: Sequence[str]) -> str:
    """The names of a header; of a file without one, which begins with a row, nothing that could be personal."""
    text = "\n".join(found)
    if not any(column.personal for column in feed.columns) or any(column.name in text for column in feed.columns):
        return ", ".join(found) or "no column"
    return f"{len(found)} names, none of them in the contract"


def csv_layout(feed: Feed, path: Path) -> Layout:
    """The layout of a CSV file, from its first line."""
    if path.stat().st_size == 0:
        raise DeliveryRefusedError(f"{path.name} is empty: 0 bytes, not even a header")
    _ask_for_another_encoding(feed, path)
    # utf-8-sig: a byte order mark is not a part of the first column's name
    encoding = "utf-8-sig" if feed.csv.encoding == "utf-8" else feed.csv.encoding
    try:
        with _open_text(path, encoding) as stream:
            reader = csv.reader(stream, delimiter=feed.csv.delimiter, quotechar=feed.csv.quote)
            found = [name.strip() for name in next(reader, [])]
    except (OSError, EOFError, zlib.error, UnicodeError, csv.Error) as error:
        raise DeliveryRefusedError(f"{path.name}, line 1: the header cannot be read as {feed.csv.encoding}: {error}") from None
    if not found:
        raise DeliveryRefusedError(f"{path.name}, line 1: there is no header")
    if any(_UNREADABLE in name for name in found):
        raise DeliveryRefusedError(f"{path.name}, line 1: the header is not {feed.csv.encoding}; found: {_shown(feed, found)}")
    return compare(feed, found, path.name)


def parquet_layout(feed: Feed, path: Path, connection: "DuckDBPyConnection") -> Layout:
    """The layout of a Parquet file, from its footer."""
    if path.stat().st_size == 0:
        raise DeliveryRefusedError(f"{path.name} is empty: 0 bytes")
    rows = connection.execute(f"describe select * from read_parquet({quote_path(path)})").fetchall()
    return compare(feed, [row[0] for row in rows], path.name, "parquet")


def json_layout(feed: Feed, path: Path, connection: "DuckDBPyConnection") -> Layout:
    """The layout of a JSON file (an array, or one object per line): every name that any of its objects has."""
    if path.stat().st_size == 0:
        raise DeliveryRefusedError(f"{path.name} is empty: 0 bytes")
    objects = f"read_json_objects({quote_path(path)}, format = 'auto')"
    rows = connection.execute(f"select distinct unnest(json_keys(json)) from {objects} order by 1").fetchall()
    # no object at all is a delivery of 0 rows, and has no names to compare
    return compare(feed, [row[0] for row in rows] or [column.in_file for column in feed.columns], path.name, "json")


def _ask_for_another_encoding(feed: Feed, path: Path) -> None:
    """A file that begins with UTF-16's mark is that, whatever the contract says."""
    if feed.csv.encoding == "utf-16" or path.suffix == COMPRESSED:
        return
    with path.open("rb") as stream:
        if stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise DeliveryRefusedError(
                f"{path.name} is written in utf-16, and the contract says {feed.csv.encoding} (csv: encoding of the feed)"
            )


def _open_text(path: Path, encoding: str) -> TextIO:
    """errors="replace": bytes beyond the header are read along with it, and are judged row by row later."""
    if path.suffix == COMPRESSED:
        return gzip.open(path, "rt", encoding=encoding, newline="", errors="replace")
    return path.open(encoding=encoding, newline="", errors="replace")
