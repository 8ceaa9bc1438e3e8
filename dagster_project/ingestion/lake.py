"""Deliveries on disk: where a delivery of a feed lies in the lake, and how it is replaced as one step.

One delivery is one Parquet file whose footer holds its ledger row: data and ledger change together. Belongs here: paths, the
atomic commit, the ledger row, leftovers. Not here: reading delivered files (readers.py), deciding what is loaded (load.py).
"""

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.ingestion.expressions import quote_literal, quote_path
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.readers import empty_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LEDGER_KEY = "ledger"
DELIVERY_FILE = "delivery.parquet"
# A file without rows on a day that nobody delivers: whatever reads the feed's folder finds a file, and the column types.
ANCHOR_DAY = date.min
ANCHOR_FILE = "anchor.parquet"
ANCHOR_KEY = "contract"
REJECTED_ROWS = """
    select
        cast(null as varchar) as load_id, cast(null as varchar) as file, cast(null as bigint) as line,
        cast(null as varchar) as column_name, cast(null as varchar) as reason, cast(null as varchar) as message,
        cast(null as varchar) as raw_text, cast(null as decimal(38, 4)) as amount
    where false
"""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What is known of a committed delivery. bytes: of the delivered files. contract: the contract's fingerprint."""

    source: str
    feed: str
    delivery_date: str
    load_id: str
    files: tuple[str, ...]
    bytes: int
    sha256: str
    contract: str
    schema: Mapping[str, str]
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rejected_by: Mapping[str, int]
    control_total: str | None
    remark: str
    loaded_at: str
    # of a delivery that was read from a database: which read, from which watermark to which (database_read.py)
    extract: Mapping[str, Any] | None = None
    control_total_rejected: str | None = None
    rows_rejected_without_total: int = 0

    def to_json(self) -> str:
        """The row as it stands in a footer."""
        # not asdict: it copies what it finds, value by value
        return json.dumps({one.name: getattr(self, one.name) for one in fields(self)}, sort_keys=True)


@dataclass(frozen=True, slots=True)
class FeedFolder:
    """Where one feed lies in the lake."""

    lake: Path
    source: str
    feed: str

    def delivery(self, day: date) -> Path:
        """The file of a delivery, whether it is there or not."""
        return self._day(self.lake / "raw", day) / DELIVERY_FILE

    def quarantine(self, day: date, load_id: str) -> Path:
        """Rejected rows of a committed load."""
        return self._day(self.lake / "quarantine", day) / f"{load_id}.parquet"

    def held_back(self, day: date) -> Path:
        """Rejected rows of a delivery that was not committed, for the person who repairs it."""
        return self._day(self.lake / "held_back", day) / "rejected.parquet"

    @property
    def loading(self) -> Path:
        """Files that are being written; anything here while nobody loads is a leftover."""
        return self.lake / "loading" / self.source / self.feed

    def _day(self, area: Path, day: date) -> Path:
        # one path made, not four: every delivery asks several times
        return Path(f"{area}/{self.source}/{self.feed}/delivery_date={day.isoformat()}")

    def committed_days(self) -> set[date]:
        """Days of which the lake holds a delivery."""
        return {day for day, folder in _days(self.lake / "raw" / self.source / self.feed) if (folder / DELIVERY_FILE).exists()}

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """One load of a feed at a time, across processes; a second one waits. The lock ends with the process that holds it."""
        self.loading.parent.mkdir(parents=True, exist_ok=True)
        with (self.loading.parent / f"{self.feed}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _remove_tree(self.loading)
            self.loading.mkdir(parents=True, exist_ok=True)
            try:
                yield
            finally:
                _remove_tree(self.loading)

    def remove_stale_quarantine(self, ledger: Mapping[date, LedgerRow], days: Collection[date] | None = None) -> None:
        """Take away quarantine files that belong to no committed load: of a killed load, a replaced or withdrawn delivery."""
        for day, folder in _days(self.lake / "quarantine" / self.source / self.feed):
            if day == ANCHOR_DAY or (days is not None and day not in days):
                continue
            self._keep_quarantine_of(folder, ledger[day].load_id if day in ledger else None)

    def withdraw(self, day: date) -> bool:
        """Take a delivery out of the lake; False when none was there."""
        path = self.delivery(day)
        was_there = path.exists()
        path.unlink(missing_ok=True)
        _remove_if_empty(path.parent)
        return was_there

    def tidy(self, day: date, load_id: str | None) -> None:
        """After a delivery is settled: keep the quarantine of this load only, and forget what was held back before."""
        self._keep_quarantine_of(self._day(self.lake / "quarantine", day), load_id)
        held_back = self.held_back(day)
        if held_back.exists():
            held_back.unlink()
            _remove_if_empty(held_back.parent)

    def _keep_quarantine_of(self, folder: Path, load_id: str | None) -> None:
        if not folder.is_dir():
            return
        for path in folder.iterdir():
            if path.stem != load_id:
                path.unlink(missing_ok=True)
        _remove_if_empty(folder)

    def has_anchors(self, feed: Feed, connection: "DuckDBPyConnection") -> bool:
        """True when the raw and the quarantine folder hold a typed file without rows, as the contract is now."""
        if not (self._raw_anchor.exists() and self._quarantine_anchor.exists()):
            return False
        return _footer_values(connection, [self._raw_anchor], ANCHOR_KEY) == [feed.fingerprint]

    def ensure_anchors(self, feed: Feed, connection: "DuckDBPyConnection") -> None:
        """Write the typed files without rows where they are missing, or are of another contract."""
        if not self.has_anchors(feed, connection):
            anchor = write_parquet(connection, empty_rows(feed), self.loading, {ANCHOR_KEY: feed.fingerprint})
            commit_file(anchor, self._raw_anchor)
            commit_file(write_parquet(connection, REJECTED_ROWS, self.loading), self._quarantine_anchor)

    @property
    def _raw_anchor(self) -> Path:
        return self._day(self.lake / "raw", ANCHOR_DAY) / ANCHOR_FILE

    @property
    def _quarantine_anchor(self) -> Path:
        return self._day(self.lake / "quarantine", ANCHOR_DAY) / ANCHOR_FILE

    def read_ledger(self, connection: "DuckDBPyConnection", days: Collection[date] | None = None) -> dict[date, LedgerRow]:
        """Ledger rows of committed deliveries, from their footers; days: only of these."""
        wanted = self.committed_days() if days is None else days
        paths = [path for day in wanted if (path := self.delivery(day)).exists()]
        rows = [_ledger_row(json.loads(text)) for text in _footer_values(connection, paths, LEDGER_KEY)]
        return {date.fromisoformat(row.delivery_date): row for row in rows}


def write_parquet(
    connection: "DuckDBPyConnection", select: str, loading: Path, footer: Mapping[str, str] | None = None
) -> Path:
    """Write a select's rows aside, into a folder of the lake's own file system; commit_file puts the file in its place."""
    path = loading / f"{uuid.uuid4().hex}.parquet"
    metadata = ", ".join(f"{key}: {quote_literal(value)}" for key, value in (footer or {}).items())
    told = f", kv_metadata {{{metadata}}}" if metadata else ""
    connection.execute(f"copy ({select}) to {quote_literal(str(path))} (format parquet{told})")
    return path


def commit_file(temporary: Path, target: Path) -> None:
    """Put a finished file in its place in one step: data first to the disk, then the name.

    The folder is not flushed: after a power cut the old name may be back, and the old file is whole with its own ledger row.
    """
    descriptor = os.open(temporary, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(temporary, target)  # noqa: PTH105 - the one atomic step, by its own name


def _footer_values(connection: "DuckDBPyConnection", paths: Collection[Path], key: str) -> list[str]:
    if not paths:
        return []
    files = ", ".join(map(quote_path, paths))
    rows = connection.execute(
        f"select decode(value) from parquet_kv_metadata([{files}]) where decode(key) = {quote_literal(key)}"
    ).fetchall()
    return [row[0] for row in rows]


def _ledger_row(values: dict[str, Any]) -> LedgerRow:
    return LedgerRow(**{**values, "files": tuple(values["files"])})


def _days(folder: Path) -> Iterator[tuple[date, Path]]:
    for path in folder.glob("delivery_date=*"):
        yield date.fromisoformat(path.name.removeprefix("delivery_date=")), path


def _remove_tree(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
