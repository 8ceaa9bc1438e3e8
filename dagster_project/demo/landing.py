"""The demo order book as files in the landing folder: written once, whole, and beside whatever else lies there.

Belongs here: file names, the marker, the move into place, the file of the hidden truth beside the demo's folder. Not here:
what the files say (deliveries.py, truth.py).
"""

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypedDict, cast

from dagster_project.demo.calendar import DAYS
from dagster_project.demo.company import draw_company
from dagster_project.demo.deliveries import deliver
from dagster_project.demo.truth import truth

# Raised with every change of what is generated: a folder of an older version is brought up to date.
GENERATOR_VERSION = 2
MARKER = ".generated.json"
TRUTH = "demo_truth.csv"


class Marker(TypedDict):
    """What the generator wrote: its version, and each file's SHA-256."""

    version: int
    files: dict[str, str]


def write_demo_order_book(landing_root: Path) -> Path:
    """Make sure that `<landing_root>/demo` holds the order book, and return that folder; the truth lies beside it.

    Nothing happens when the marker names this version, also when somebody took a delivery away. Files that the generator did
    not write, or that were changed since, stay as they are. A killed call leaves the folder as it was.
    """
    folder = landing_root / "demo"
    if _marker(folder)["version"] == GENERATOR_VERSION:
        return folder
    landing_root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=landing_root, prefix=".demo-", ignore_cleanup_errors=True) as parent:
        fresh, hidden = Path(parent) / "demo", Path(parent) / TRUTH
        _write(fresh, hidden)
        # first, so that a folder of this version never stands beside the truth of another
        hidden.replace(landing_root / TRUTH)
        try:
            # succeeds only where there is no folder yet, or an empty one
            fresh.rename(folder)
        except OSError:
            _merge(fresh, folder)
    return folder


def _write(folder: Path, hidden: Path) -> None:
    hashes: dict[str, str] = {}
    company = draw_company()
    for feed, table in deliver(company).items():
        (folder / feed).mkdir(parents=True)
        for day, rows in table.deliveries():
            path = folder / feed / f"{DAYS[day].isoformat()}.csv"
            hashes[path.relative_to(folder).as_posix()] = _write_csv(path, tuple(table.columns), rows)
    columns = truth(company)
    _write_csv(hidden, tuple(columns), zip(*columns.values(), strict=True))
    marker: Marker = {"version": GENERATOR_VERSION, "files": hashes}
    (folder / MARKER).write_text(json.dumps(marker, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write the file and return its SHA-256."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    content = text.getvalue().encode()
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


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
