"""Files that have to be loaded, weighed and sorted into batches.

Belongs here: the fingerprint of a file, its layout, what is read together. Not here: reading rows (readers.py).
"""

import hashlib
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dagster_project.ingestion.headers import Layout

# A batch is read into memory as a whole, in a database of its own. Each such database costs 10 ms: few files a batch are slow.
BATCH_FILES = 128
BATCH_BYTES = 48 * 2**20
_GZIP_FACTOR = 8


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it was when its hash was taken."""

    sha256: str
    bytes: int
    _stamp: tuple[int, int, int]

    @classmethod
    def of(cls, path: Path) -> "FileState":
        """Hash a file; the stamp is taken first, so that a change while hashing shows afterwards."""
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return cls(digest, status.st_size, (status.st_ino, status.st_size, status.st_mtime_ns))

    def is_still(self, path: Path) -> bool:
        """False when the file was replaced, written to or taken away since."""
        try:
            status = path.stat()
        except FileNotFoundError:
            return False
        return (status.st_ino, status.st_size, status.st_mtime_ns) == self._stamp


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that is new or changed, and can be read."""

    delivery_date: date
    path: Path
    state: FileState
    layout: Layout

    @property
    def weight(self) -> int:
        """Bytes that reading it may take, roughly."""
        return self.state.bytes * (_GZIP_FACTOR if self.path.suffix == ".gz" else 1)


def fill_batches(arrivals: Sequence[Arrival], workers: int) -> Iterator[list[Arrival]]:
    """Arrivals of one layout each, small enough for memory, and enough batches that every worker has one.

    A file that is heavier than a batch may be has a batch of its own.
    """
    rounds = math.ceil(len(arrivals) / (BATCH_FILES * workers))
    files = math.ceil(len(arrivals) / max(1, rounds * workers))
    batch: list[Arrival] = []
    for arrival in sorted(arrivals, key=lambda arrival: (arrival.layout.found, arrival.delivery_date)):
        is_other = batch and batch[0].layout != arrival.layout
        is_full = len(batch) == files or sum(one.weight for one in batch) + arrival.weight > BATCH_BYTES
        if batch and (is_other or is_full):
            yield batch
            batch = []
        batch.append(arrival)
    if batch:
        yield batch
