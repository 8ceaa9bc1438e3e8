"""Delivered files before a row is read: are they whole, of a bearable size, and in an encoding that the reader knows?

DuckDB 1.5 loads the half of a broken archive as if it were all, and a file in UTF-16 of the other byte order as nothing at all:
both are found out here. It refuses a file whose lines end in different ways, and loses rows when told not to: such a file is
read from a copy whose lines end alike. Belongs here: bytes. Not here: columns (headers.py), rows (readers.py).
"""

import gzip
import mmap
import re
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.ingestion.expressions import quote_path
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.file_names import COMPRESSED, FileFormat
from dagster_project.ingestion.headers import DeliveryRefusedError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MB = 2**20
_CHUNK = _MB
# Text packs to a fifth or a tenth of its size; what packs to less than this share is made to fill a disk. Small files may.
_MOST_UNPACKING = 200
_ALWAYS_UNPACKED = 64 * _MB
# Bytes that latin-1 leaves to control signs, and windows-1252 gives to the euro sign, dashes and quotes.
_CONTROL_SIGNS = re.compile("[\x80-\x9f]")


@dataclass(frozen=True, slots=True)
class ReadableFile:
    """A file as the reader takes it. path: the delivered one, or its copy in UTF-8. has_nul: a NUL byte stands in it."""

    path: Path
    has_nul: bool


def check_size(feed: Feed, path: Path, file_format: FileFormat, connection: "DuckDBPyConnection") -> None:
    """Raises DeliveryRefusedError when the file unpacks to more than the contract allows, or is a broken archive."""
    limit = feed.largest_file_mb * _MB
    size = path.stat().st_size
    if path.suffix == COMPRESSED:
        allowed = min(limit, max(_ALWAYS_UNPACKED, size * _MOST_UNPACKING))
        unpacked = 0
        for chunk in _unpacked(path):
            unpacked += len(chunk)
            if unpacked > allowed:
                raise _too_large(feed, path, f"{size} bytes unpack to more than {allowed // _MB} MB")
    elif file_format == "parquet":
        rows, columns = connection.execute(f"""
            select num_rows, (select count(*) from parquet_schema({quote_path(path)}))
            from parquet_file_metadata({quote_path(path)})
        """).fetchall()[0]
        # a page of one repeated value takes next to nothing in the file, and a byte for each row at least in memory
        if rows * columns > limit:
            raise _too_large(feed, path, f"{rows} rows of {columns} columns unpack to more than {feed.largest_file_mb} MB")
    elif size > limit:
        raise _too_large(feed, path, f"{size // _MB} MB are more than {feed.largest_file_mb} MB")


def make_readable(feed: Feed, path: Path, loading: Path, mend_line_ends: bool = False) -> ReadableFile:
    """A CSV file in UTF-8, copied into `loading` when the delivered one is in another encoding, or its line ends are mended.

    Raises DeliveryRefusedError when the file is not in the contract's encoding.
    """
    if feed.csv.encoding == "utf-8" and not mend_line_ends:
        return ReadableFile(path, _has_nul(path))
    copy = loading / f"{uuid.uuid4().hex}.csv"
    has_nul = False
    # bytes that are not UTF-8 go through as they are, and are judged row by row
    errors = "surrogateescape" if feed.csv.encoding == "utf-8" else "strict"
    try:
        with copy.open("w", encoding="utf-8", newline="", errors=errors) as written:
            texts = _texts(feed, path, errors)
            for text in _with_one_line_end(texts, feed.csv.quote) if mend_line_ends else texts:
                has_nul = has_nul or "\0" in text
                written.write(text)
    except UnicodeError as error:
        raise DeliveryRefusedError(f"{path.name} is not {feed.csv.encoding}: {error}") from None
    return ReadableFile(copy, has_nul)


def _texts(feed: Feed, path: Path, errors: str) -> Iterator[str]:
    opened = gzip.open if path.suffix == COMPRESSED else open
    with opened(path, "rt", encoding=feed.csv.encoding, newline="", errors=errors) as delivered:
        while text := delivered.read(_CHUNK):
            if feed.csv.encoding == "latin-1" and _CONTROL_SIGNS.search(text):
                raise DeliveryRefusedError(
                    f"{path.name} is not latin-1; `encoding: windows-1252` is what office programs write"
                )
            yield text


def _with_one_line_end(texts: Iterator[str], quote: str) -> Iterator[str]:
    """LF at the end of every line; within quotes a line break is a part of the value and stays.

    A quote that means none makes the copy end its lines as differently as the file did, and so as unreadable.
    """
    is_quoted, held = False, ""
    for text in chain(texts, [""]):
        # the LF of a CR LF may stand in the next piece
        whole = held + text
        held = "\r" if text and whole.endswith("\r") else ""
        pieces = whole.removesuffix(held).split(quote)
        for place, piece in enumerate(pieces):
            is_quoted ^= place > 0
            pieces[place] = piece if is_quoted else piece.replace("\r\n", "\n").replace("\r", "\n")
        yield quote.join(pieces)


def _has_nul(path: Path) -> bool:
    if path.suffix == COMPRESSED:
        return any(b"\0" in chunk for chunk in _unpacked(path))
    if path.stat().st_size == 0:
        return False
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(b"\0") >= 0


def _unpacked(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DeliveryRefusedError(f"{path.name} is a broken archive: {error}") from None


def _too_large(feed: Feed, path: Path, problem: str) -> DeliveryRefusedError:
    return DeliveryRefusedError(f"{path.name} is too large: {problem} (largest_file_mb of feed {feed.name})")
