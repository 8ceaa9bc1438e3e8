"""Delivered files before a row is read: are they whole, of a bearable size, and in an encoding that the reader knows?

DuckDB 1.5 loads the half of a broken archive as if it were all, and a file in UTF-16 of the other byte order as nothing at all:
both are found out here. Belongs here: bytes. Not here: columns (headers.py), rows (readers.py).
"""

import gzip
import mmap
import re
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.ingestion.contracts import Feed
from dagster_project.ingestion.expressions import quote_path
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


def make_readable(feed: Feed, path: Path, loading: Path) -> ReadableFile:
    """A CSV file in UTF-8, copied into `loading` when the delivered one is in another encoding.

    Raises DeliveryRefusedError when the file is not in the contract's encoding.
    """
    if feed.csv.encoding == "utf-8":
        return ReadableFile(path, _has_nul(path))
    copy = loading / f"{uuid.uuid4().hex}.csv"
    has_nul = False
    opened = gzip.open if path.suffix == COMPRESSED else open
    try:
        with (
            opened(path, "rt", encoding=feed.csv.encoding, newline="") as delivered,
            copy.open("w", encoding="utf-8", newline="") as written,
        ):
            while text := delivered.read(_CHUNK):
                if feed.csv.encoding == "latin-1" and _CONTROL_SIGNS.search(text):
                    raise DeliveryRefusedError(
                        f"{path.name} is not latin-1; `encoding: windows-1252` is what office programs write"
                    )
                has_nul = has_nul or "\0" in text
                written.write(text)
    except UnicodeError as error:
        raise DeliveryRefusedError(f"{path.name} is not {feed.csv.encoding}: {error}") from None
    return ReadableFile(copy, has_nul)


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
