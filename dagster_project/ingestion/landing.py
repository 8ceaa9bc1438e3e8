"""The landing folder: which deliveries of a feed lie there, which were withdrawn or accepted, and what nobody knows.

Belongs here: names, markers, links. Not here: what stands in the files (files.py, headers.py, readers.py).
"""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dagster_project.ingestion.contracts import Source
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.file_names import compile_file_pattern, is_unfinished

# `<file name>.withdrawn`, empty, beside the file or in its place: takes the day's delivery out of the lake.
WITHDRAWN = ".withdrawn"
# `<file name>.accepted`, empty, beside the file and not older than it: the delivery is right although it has so few rows.
ACCEPTED = ".accepted"


@dataclass(frozen=True, slots=True)
class LandedDelivery:
    """What landing says about one delivery date.

    files: by name. links_out: those of them that are links out of the landing folder, or to nothing.
    """

    delivery_date: date
    files: tuple[Path, ...]
    is_withdrawn: bool
    is_accepted: bool = False
    links_out: tuple[Path, ...] = ()


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
    accepted: dict[date, list[Path]] = {}
    withdrawn: set[date] = set()
    links_out: set[Path] = set()
    for entry in os.scandir(folder) if folder.is_dir() else ():
        day = date_of(entry.name.removesuffix(WITHDRAWN).removesuffix(ACCEPTED))
        if day is None or entry.is_dir():
            continue
        path = Path(entry.path)
        if entry.name.endswith(WITHDRAWN):
            withdrawn.add(day)
        elif entry.name.endswith(ACCEPTED):
            accepted.setdefault(day, []).append(path)
        else:
            files.setdefault(day, []).append(path)
            if entry.is_symlink() and not _stays_inside(path, landing_root):
                links_out.add(path)
    return [
        LandedDelivery(
            day,
            tuple(sorted(files.get(day, ()))),
            day in withdrawn,
            day in accepted and _is_newer(accepted[day], set(files.get(day, ())) - links_out),
            tuple(sorted(links_out.intersection(files.get(day, ())))),
        )
        for day in sorted(files.keys() | withdrawn)
    ]


def unknown_files(source: Source, landing_root: Path) -> list[str]:
    """Files below the source's landing folder that are no feed's, by their paths in it: misnamed, misplaced or superfluous.

    Hidden files, and those that a transfer tool is writing, are nobody's business yet.
    """
    root = landing_root / source.name
    feeds = [
        (landing_folder(source, feed, landing_root).resolve(), compile_file_pattern(feed.file_pattern, feed.delivery_date))
        for feed in source.feeds
    ]
    unknown = []
    # links to folders are not followed: they could lead in a circle
    for parent, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        folder = Path(parent).resolve()
        patterns = [date_of for place, date_of in feeds if place == folder]
        unknown += [
            str((Path(parent) / name).relative_to(root))
            for name in names
            if not is_unfinished(name)
            and not any(date_of(name.removesuffix(WITHDRAWN).removesuffix(ACCEPTED)) for date_of in patterns)
        ]
    return sorted(unknown)


def _stays_inside(path: Path, landing_root: Path) -> bool:
    """The feed's own folder may be a link that was set on purpose; a file in it may not lead elsewhere."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return False
    return any(target.is_relative_to(folder.resolve()) for folder in (landing_root, path.parent))


def _is_newer(markers: list[Path], files: set[Path]) -> bool:
    newest = max((path.stat().st_mtime_ns for path in files), default=0)
    return any(marker.stat().st_mtime_ns >= newest for marker in markers)
