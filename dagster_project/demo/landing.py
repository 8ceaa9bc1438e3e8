"""The demo order book as files in the landing folder: written once, whole, and beside whatever else lies there.

Belongs here: file names, the marker, the move into place. Not here: what the files say (deliveries.py).
"""

import csv
import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypedDict, cast

from dagster_project.demo.customers import draw_customers
from dagster_project.demo.deliveries import LINE_COLUMNS, ORDER_COLUMNS, Row, deliver
from dagster_project.demo.orders import draw_orders

# Raised with every change of what is generated: a folder of an older version is brought up to date.
GENERATOR_VERSION = 1
MARKER = ".generated.json"

_SEED = 20260901


class Marker(TypedDict):
    """What the generator wrote: its version, and each file's SHA-256."""

    version: int
    files: dict[str, str]


def write_demo_order_book(landing_root: Path) -> Path:
    """Make sure that `<landing_root>/demo` holds the order book, and return that folder.

    Nothing happens when the marker names this version, also when somebody took a delivery away. Files that the generator did
    not write, or that were changed since, stay as they are. A killed call leaves the folder as it was.
    """
    folder = landing_root / "demo"
    if _marker(folder)["version"] == GENERATOR_VERSION:
        return folder
    landing_root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=landing_root, prefix=".demo-", ignore_cleanup_errors=True) as parent:
        fresh = Path(parent) / "demo"
        _write(fresh)
        try:
            # succeeds only where there is no folder yet, or an empty one
            fresh.rename(folder)
        except OSError:
            _merge(fresh, folder)
    return folder


def _write(folder: Path) -> None:
    hashes: dict[str, str] = {}
    for feed, day, header, rows in _files():
        path = folder / feed / f"{day.isoformat()}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        hashes[path.relative_to(folder).as_posix()] = _sha256(path)
    marker: Marker = {"version": GENERATOR_VERSION, "files": hashes}
    (folder / MARKER).write_text(json.dumps(marker, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _files() -> Iterator[tuple[str, date, Sequence[str], Sequence[Row]]]:
    import numpy as np

    rng = np.random.default_rng(_SEED)
    for day, delivery in deliver(rng, draw_orders(rng, draw_customers(rng))).items():
        yield "orders", day, ORDER_COLUMNS, delivery.orders
        yield "order_lines", day, LINE_COLUMNS, delivery.lines


def _merge(fresh: Path, folder: Path) -> None:
    """Bring an existing folder up to date, file by file, the marker last; touch only what an earlier version wrote."""
    before, now = _marker(folder)["files"], _marker(fresh)["files"]
    for name in sorted({*before, *now}):
        target = folder / name
        is_ours = name in before and target.is_file() and _sha256(target) == before[name]
        if name not in now:
            if is_ours:
                target.unlink()
        elif is_ours or not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).replace(target)
    (fresh / MARKER).replace(folder / MARKER)


def _marker(folder: Path) -> Marker:
    try:
        return cast(Marker, json.loads((folder / MARKER).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {"version": 0, "files": {}}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
