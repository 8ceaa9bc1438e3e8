"""Deliveries that lie in an object store: copied into the landing folder before anybody looks there.

Belongs here: what is new or changed in the store, and copying it. Not here: what landing says (landing.py), the address
(settings). Everything after this knows one landing folder, wherever the files come from.
"""

import json
import os
import posixpath
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.ingestion.contracts import Source, load_sources
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.file_names import is_unfinished
from dagster_project.ingestion.landing import landing_folder
from dagster_project.settings import Settings

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

# What was copied, in the feed's landing folder: size and time of change by name. What was archived since is not copied again.
_RECORD = ".object_store.json"
_STREAMS = 16


class ObjectStoreError(RuntimeError):
    """The store does not answer, or does not let us read."""


def bring_in(url: str, source: Source, feed: Feed, landing_root: Path) -> int:
    """Copy the objects of a feed's folder that are new or changed into landing; how many.

    url: as `s3://bucket/prefix`, below which lies what would lie in landing. An object that vanished withdraws nothing, as in
    landing. Raises ObjectStoreError; what was copied before stays, whole file by whole file.
    """
    if feed.database is not None:
        return 0
    from pyarrow import fs

    folder = landing_folder(source, feed, landing_root)
    known = _read_record(folder)
    copied: dict[str, list[int]] = {}
    try:
        store, base = fs.FileSystem.from_uri(url)
        place = posixpath.normpath(posixpath.join(base, source.name, feed.folder))
        listed = store.get_file_info(fs.FileSelector(place, allow_not_found=True))
        container = base if base.startswith("/") else base.split("/", 1)[0]
        if not listed and store.get_file_info(container).type == fs.FileType.NotFound:
            # a feed may have no folder yet, but not the store no bucket
            raise FileNotFoundError(f"there is no {container}")
        found = {
            info.base_name: [info.size, info.mtime_ns]
            for info in listed
            if info.type == fs.FileType.File and not is_unfinished(info.base_name)
        }
        new = {name: stamp for name, stamp in found.items() if known.get(name) != stamp}
        if not new:
            return 0
        folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(_STREAMS) as pool:
            for name, is_whole in pool.map(lambda name: (name, _copy(store, place, folder, name, *new[name])), sorted(new)):
                if is_whole:
                    copied[name] = new[name]
    except (OSError, ValueError) as error:
        raise ObjectStoreError(
            f"{source.name}/{feed.name}: the deliveries below {url} could not be read: {error}. Nothing of the feed was "
            f"loaded; {len(copied)} files were copied to landing. Check the address and the environment's credentials, and "
            "run again."
        ) from error
    finally:
        if copied:
            _write_record(folder, {**known, **copied})
    return len(copied)


def bring_in_everything(settings: Settings) -> int:
    """The same for every feed of the enabled sources; 0 where landing is filled by somebody else."""
    if settings.landing_url is None:
        return 0
    return sum(
        bring_in(settings.landing_url, source, feed, settings.landing)
        for source in load_sources(settings.sources)
        for feed in source.feeds
    )


def _copy(store: "FileSystem", place: str, folder: Path, name: str, size: int, changed_ns: int | None) -> bool:
    """False for an object that changed between the list and the copy: the next look takes it."""
    partial = folder / f".{name}.{os.getpid()}.partial"
    try:
        with store.open_input_stream(f"{place}/{name}", compression=None) as source, partial.open("wb") as target:
            shutil.copyfileobj(source, target, 2**20)
        if partial.stat().st_size != size:
            return False
        if changed_ns is not None:
            os.utime(partial, ns=(changed_ns, changed_ns))
        partial.replace(folder / name)
    finally:
        partial.unlink(missing_ok=True)
    return True


def _read_record(folder: Path) -> Mapping[str, list[int]]:
    try:
        record: Mapping[str, list[int]] = json.loads((folder / _RECORD).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return record


def _write_record(folder: Path, record: Mapping[str, list[int]]) -> None:
    partial = folder / f"{_RECORD}.{os.getpid()}.partial"
    partial.write_text(json.dumps(record, indent=0, sort_keys=True))
    partial.replace(folder / _RECORD)
