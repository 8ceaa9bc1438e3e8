"""Who was erased and when, without saying who: lake/control/erasures.jsonl, append-only, and the salt of its hashes.

Belongs here: the journal, the hash that stands for a customer. Not here: erasing (erasure), noticing that a delivery brings an
erased customer back (ingestion/scrubbing.py).

The salt is one per deployment and lies beside the journal: it must recognise the customer when the source delivers them again.
Without the salt the hashes say nothing; whoever holds both can test a guess, and so can whoever holds the landing folder.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

_JOURNAL = "erasures.jsonl"
_SALT = ".erasures.salt"
_HASH_LENGTH = 32

Event = Literal["begun", "done", "nothing_found"]


@dataclass(frozen=True)
class Entry:
    """One line of the journal. at: UTC; counts: files and rows by place, on the line that ends an erasure."""

    event: Event
    customer: str
    at: str
    counts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ErasedCustomers:
    """Recognises erased customers by the hashes of their ids."""

    salt: bytes
    hashes: frozenset[str]

    @cached_property
    def _answers(self) -> dict[tuple[str, str], bool]:
        return {}

    def holds(self, source: str, customer_id: str) -> bool:
        """True when this customer of this source was erased."""
        answer = self._answers.get((source, customer_id))
        if answer is None:
            answer = self._answers[source, customer_id] = _hash(self.salt, f"{source}:{customer_id}") in self.hashes
        return answer


def customer_hash(lake: Path, customer: str) -> str:
    """What stands for `<source>:<id>` in journal, history and reports; the first call makes the deployment's salt."""
    return _hash(_salt(lake), customer)


def erased_customers(lake: Path) -> ErasedCustomers | None:
    """All whose erasure was begun; None when there is nobody, which is the usual case and costs one look at a folder."""
    done = [entry for entry in read_journal(lake) if entry.event == "done"]
    hashes = frozenset(entry.customer for entry in (*done, *unfinished_erasures(lake)))
    return ErasedCustomers(_salt(lake), hashes) if hashes else None


def unfinished_erasures(lake: Path) -> list[Entry]:
    """Erasures that were begun and not ended."""
    last = {entry.customer: entry for entry in read_journal(lake)}
    return [entry for entry in last.values() if entry.event == "begun"]


def newest_erasure(lake: Path) -> str | None:
    """When the newest erasure was begun or done, UTC; what was computed before may still hold the customer."""
    return max((entry.at for entry in read_journal(lake) if entry.event == "done"), default=None)


def read_journal(lake: Path) -> Sequence[Entry]:
    """All lines, oldest first; the rest of a line that was being written when the power went is passed over."""
    path = lake / "control" / _JOURNAL
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            entries.append(Entry(**json.loads(line)))
        except ValueError:
            continue
    return entries


def append_entry(lake: Path, event: Event, customer: str, counts: Mapping[str, Any] | None = None) -> Entry:
    """Write one line, to the disk before this returns. customer: the hash."""
    entry = Entry(event, customer, datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds"), counts or {})
    path = lake / "control" / _JOURNAL
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as journal:
        # a line that was cut short must not swallow this one
        journal.write(("" if _ends_a_line(path) else "\n") + json.dumps(asdict(entry), sort_keys=True) + "\n")
        journal.flush()
        os.fsync(journal.fileno())
    return entry


def _ends_a_line(path: Path) -> bool:
    content = path.read_bytes()
    return not content or content.endswith(b"\n")


def _salt(lake: Path) -> bytes:
    path = lake / "control" / _SALT
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}")
        partial.write_bytes(secrets.token_bytes(32))
        partial.chmod(0o600)
        try:
            # of two first calls one salt wins
            os.link(partial, path)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_bytes()


def _hash(salt: bytes, customer: str) -> str:
    return hmac.new(salt, customer.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[:_HASH_LENGTH]
