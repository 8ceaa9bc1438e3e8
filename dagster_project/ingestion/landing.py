"""The landing folder: which deliveries of a feed lie there, and which were withdrawn.

Belongs here: names and markers. Not here: what stands in the files (headers.py, readers.py).
"""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dagster_project.ingestion.contracts import Feed, Source
from dagster_project.ingestion.file_names import compile_file_pattern

# `<file name>.withdrawn`, empty, beside the file or in its place.
WITHDRAWN = ".withdrawn"


@dataclass(frozen=True, slots=True)
class LandedDelivery:
    """What landing says about one delivery date: its files (more than one is a mistake), or that it was withdrawn."""

    delivery_date: date
    files: tuple[Path, ...]
    is_withdrawn: bool


def landing_folder(source: Source, feed: Feed, landing_root: Path) -> Path:
    """Where the files of a feed are delivered."""
    return landing_root / source.name / feed.folder


def landed_deliveries(source: Source, feed: Feed, landing_root: Path) -> list[LandedDelivery]:
    """Deliveries of a feed by date. Files that are not the feed's are passed over; a missing folder holds nothing,
    and a table of a database is delivered nowhere.

    A delivery that is not listed was never there, or was archived: neither says anything about the lake.
    """
    if feed.database is not None:
        return []
    folder = landing_folder(source, feed, landing_root)
    date_of = compile_file_pattern(feed.file_pattern, feed.delivery_date)
    files: dict[date, list[Path]] = {}
    withdrawn: set[date] = set()
    for entry in os.scandir(folder) if folder.is_dir() else ():
        day = date_of(entry.name.removesuffix(WITHDRAWN))
        if day is None or entry.is_dir():
            continue
        if entry.name.endswith(WITHDRAWN):
            withdrawn.add(day)
        else:
            files.setdefault(day, []).append(Path(entry.path))
    return [
        LandedDelivery(day, tuple(sorted(files.get(day, ()))), day in withdrawn) for day in sorted(files.keys() | withdrawn)
    ]
