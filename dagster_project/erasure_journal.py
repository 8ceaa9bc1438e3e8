"""Who was erased and when, without saying who: lake/control/erasures.jsonl, append-only, and the salt of its hashes.

Belongs here: the journal, the hashes that stand for a customer and for what else leads to them: orders, keys of another
numbering. Not here: erasing (erasure), noticing that a delivery brings an erased customer back (ingestion/scrubbing.py).

The salt is one per deployment and lies beside the journal: it must recognise the customer when the source delivers them again.
Without the salt the hashes say nothing; whoever holds both can test a guess, and so can whoever holds the landing folder.
"""

import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

_JOURNAL = "erasures.jsonl"
_SALT = ".erasures.salt"
_HASH_LENGTH = 32

Event = Literal["begun", "learned", "done", "nothing_found"]


@dataclass(frozen=True)
class Entry:
    """One line of the journal. at: UTC; counts: files and rows by place, on the line that ends an erasure.

    also: hashes of what leads to the customer too, on a line that says what was learned.
    """

    event: Event
    customer: str
    at: str
    counts: Mapping[str, Any] = field(default_factory=dict)
    also: Sequence[str] = ()


@dataclass(frozen=True)
class ErasedCustomers:
    """Recognises erased customers by the hashes of their ids, of their orders and of their keys in other numberings.

    also: hashes of the latter, with the customer's. lake: where what is learned is written down.
    """

    salt: bytes
    hashes: frozenset[str]
    also: dict[str, str] = field(default_factory=dict)
    lake: Path | None = None
    _learned: list[tuple[str, str]] = field(default_factory=list)
    _known: dict[tuple[str, str, str], str] = field(default_factory=dict)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def owner(self, source: str, identifier: str, numbering: str = "") -> str | None:
        """The hash of the erased customer to whom this id leads; None: to none. numbering: empty for the published ids."""
        hashed = self._hash(source, identifier, numbering)
        return hashed if hashed in self.hashes else self.also.get(hashed)

    def holds(self, source: str, identifier: str, numbering: str = "") -> bool:
        """True when this id leads to an erased customer."""
        return self.owner(source, identifier, numbering) is not None

    def learn(self, customer: str, source: str, identifier: str, numbering: str) -> None:
        """An id of the same row as the customer's leads to the customer as well."""
        if not self.holds(source, identifier, numbering):
            hashed = self._hash(source, identifier, numbering)
            self.also[hashed] = customer
            self._learned.append((customer, hashed))

    def write_down(self) -> None:
        """To the disk with what was learned, before the rows that said it are changed."""
        with self._writing:
            learned, self._learned[:] = list(self._learned), []
            by_customer: dict[str, list[str]] = {}
            for customer, hashed in learned:
                by_customer.setdefault(customer, []).append(hashed)
            for customer, hashes in by_customer.items():
                if self.lake is not None:
                    append_entry(self.lake, "learned", customer, also=hashes)

    def _hash(self, source: str, identifier: str, numbering: str) -> str:
        key = (source, numbering, identifier)
        if key not in self._known:
            # no id can be taken for one of another numbering
            text = f"{source}\0{numbering}\0{identifier}" if numbering else f"{source}:{identifier}"
            self._known[key] = _hash(self.salt, text)
        return self._known[key]


def customer_hash(lake: Path, customer: str) -> str:
    """What stands for `<source>:<id>` in journal, history and reports; the first call makes the deployment's salt."""
    return _hash(_salt(lake), customer)


def erased_customers(lake: Path) -> ErasedCustomers | None:
    """All whose erasure was begun; None when there is nobody, which is the usual case and costs one look at a folder."""
    journal = read_journal(lake)
    done = [entry for entry in journal if entry.event == "done"]
    hashes = frozenset(entry.customer for entry in (*done, *unfinished_erasures(lake)))
    also = {hashed: entry.customer for entry in journal if entry.customer in hashes for hashed in entry.also}
    return ErasedCustomers(_salt(lake), hashes, also, lake) if hashes else None


def unfinished_erasures(lake: Path) -> list[Entry]:
    """Erasures that were begun and not ended."""
    last = {entry.customer: entry for entry in read_journal(lake) if entry.event != "learned"}
    return [entry for entry in last.values() if entry.event == "begun"]


def erasures_to_repeat(lake: Path) -> list[str]:
    """Hashes of erased customers of whom a delivery has since told another id: rows under that id may lie there already."""
    last = {entry.customer: entry for entry in read_journal(lake)}
    return [customer for customer, entry in last.items() if entry.event == "learned"]


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


def append_entry(
    lake: Path, event: Event, customer: str, counts: Mapping[str, Any] | None = None, also: Sequence[str] = ()
) -> Entry:
    """Write one line, to the disk before this returns. customer: the hash."""
    at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    entry = Entry(event, customer, at, counts or {}, also)
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
