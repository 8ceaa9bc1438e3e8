"""Deliveries that have to be loaded, weighed and sorted into batches.

Belongs here: the fingerprint of a file and of a delivery, what is read together. Not here: reading rows (readers.py).
"""

import hashlib
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from dagster_project.ingestion.file_names import COMPRESSED
from dagster_project.ingestion.headers import Layout
from dagster_project.ingestion.lake import LedgerRow

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
    """A delivery that is new or changed, and can be read: one file or several of one day, by name.

    is_accepted: a person says that it is right. is_mended: it is read from copies whose lines end alike.
    """

    delivery_date: date
    parts: tuple["ArrivedFile", ...]
    is_accepted: bool = False
    is_mended: bool = False

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """The different layouts of its files."""
        return tuple(dict.fromkeys(part.layout for part in self.parts))

    @property
    def names(self) -> tuple[str, ...]:
        """The files' names."""
        return tuple(part.path.name for part in self.parts)

    @property
    def bytes(self) -> int:
        """Size of the files, as delivered."""
        return sum(part.state.bytes for part in self.parts)

    @property
    def sha256(self) -> str:
        """Hash of the delivery."""
        return delivery_hash([part.state for part in self.parts])

    @property
    def weight(self) -> int:
        """Bytes that reading it may take, roughly."""
        return sum(part.state.bytes * (_GZIP_FACTOR if part.path.name.endswith(COMPRESSED) else 1) for part in self.parts)

    @property
    def remark(self) -> str:
        """What a reader of the run should know of its files; empty when they are as the contract says."""
        remarks = ["its lines end in different ways and were read alike"] if self.is_mended else []
        for part in self.parts:
            if part.layout.remark:
                remarks.append(part.layout.remark if len(self.parts) == 1 else f"{part.path.name}: {part.layout.remark}")
        return "; ".join(remarks)


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """One file of an arrival."""

    path: Path
    state: FileState
    layout: Layout


def delivery_hash(states: Sequence[FileState]) -> str:
    """One file's own hash; of several files, by name, the hash over theirs."""
    if len(states) == 1:
        return states[0].sha256
    return hashlib.sha256("\n".join(state.sha256 for state in states).encode()).hexdigest()


def is_in_the_lake(paths: Sequence[Path], row: LedgerRow) -> bool:
    """True when the files are those of a committed delivery.

    Only files that were touched since the load are worth hashing; copied or restored ones are the same all the same.
    """
    loaded_at = datetime.fromisoformat(row.loaded_at).replace(tzinfo=UTC).timestamp()
    statuses = [path.stat() for path in paths]
    if (
        tuple(path.name for path in paths) == row.files
        and sum(status.st_size for status in statuses) == row.bytes
        and all(max(status.st_mtime, status.st_ctime) < loaded_at for status in statuses)
    ):
        return True
    return delivery_hash([FileState.of(path) for path in paths]) == row.sha256


def fill_batches(arrivals: Sequence[Arrival], workers: int, in_order: bool = False) -> Iterator[list[Arrival]]:
    """Arrivals of one layout each, small enough for memory, and enough batches that every worker has one.

    A delivery that is heavier than a batch may be, or whose files differ in their layout, has a batch of its own.
    in_order: by date alone.
    """
    rounds = math.ceil(len(arrivals) / (BATCH_FILES * workers))
    most = math.ceil(len(arrivals) / max(1, rounds * workers))
    batch: list[Arrival] = []
    weight = 0
    for arrival in sorted(arrivals, key=lambda one: (() if in_order else one.layouts[0].found, one.delivery_date)):
        is_other = batch and (len(arrival.layouts) > 1 or batch[0].layouts != arrival.layouts)
        is_full = len(batch) == most or weight + arrival.weight > BATCH_BYTES
        if batch and (is_other or is_full):
            yield batch
            batch, weight = [], 0
        batch.append(arrival)
        weight += arrival.weight
    if batch:
        yield batch
