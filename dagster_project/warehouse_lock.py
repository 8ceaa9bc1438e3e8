"""The lock on a data directory: one process at a time writes the warehouse or publishes from it.

Belongs here: taking, naming and giving back the lock. Dagster's pool keeps its own runs apart; this lock also keeps out a
second instance and a command started by hand. The operating system frees it when its holder dies, so nothing is left to clean.
"""

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

_LOCK_FILE = ".warehouse.lock"
_POLL_SECONDS = 0.25
_log = logging.getLogger(__name__)


class WarehouseLockedError(RuntimeError):
    """Another process held the lock for longer than this one would wait."""


def lock_holder(data_dir: Path) -> str:
    """Who took the lock last, as a person reads it; says so when that is not known."""
    try:
        holder = json.loads((data_dir / _LOCK_FILE).read_text())
        return f"process {holder['pid']} ({holder['what']}, since {holder['since']})"
    except (OSError, ValueError, KeyError):
        return "another process"


@contextmanager
def warehouse_lock(data_dir: Path, what: str, timeout_seconds: float) -> Iterator[None]:
    """Hold the data directory's lock for the length of the block.

    what: the work, in words, for whoever has to wait. Raises WarehouseLockedError, naming the holder, when the lock is not free
    within timeout_seconds; nothing was changed then.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + timeout_seconds
    descriptor = os.open(data_dir / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        waited = False
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise WarehouseLockedError(
                        f"{data_dir.name}: the warehouse is in use by {lock_holder(data_dir)}; waited {timeout_seconds:g} s "
                        f"to {what}. Nothing was changed. Let that run finish and run again, or stop it."
                    ) from None
                if not waited:
                    _log.warning("Waiting to %s: the warehouse is in use by %s.", what, lock_holder(data_dir))
                    waited = True
                time.sleep(_POLL_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "what": what, "since": _now()}).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
