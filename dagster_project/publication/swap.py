"""Bringing a finished publication before the readers, as one step, and going back to an older one.

Belongs here: the published folder. `customer_segments.duckdb` and `manifest.json` are the newest publication; `versions/<id>/`
holds the last N complete ones. Not here: what a publication consists of (bundle.py).

The live file is never opened for writing: a finished copy takes its name with os.replace, so a reader sees the old file or the
new one, whole. A reader that is open keeps the old file until it closes.
"""

import os
import shutil
from pathlib import Path

from dagster_project.publication.bundle import DATABASE, MANIFEST, Publication, build_bundle, read_manifest

_VERSIONS = "versions"
_BUILDING = ".building-"


def publish(
    warehouse: Path, published: Path, kept: int, forget_before: str | None = None, memory_limit: str | None = None
) -> Publication:
    """Build, audit and swap in a publication; keep the last `kept` versions, and none that is older than forget_before (UTC).

    Raises PublicationRefusedError when the warehouse may not be published; the live file stays as it is. A run that is killed
    leaves the old file or the new one, and folders that the next call clears away. The caller holds the warehouse's lock.

    memory_limit: see build_bundle.
    """
    versions = published / _VERSIONS
    versions.mkdir(parents=True, exist_ok=True)
    for leftover in versions.glob(f"{_BUILDING}*"):
        shutil.rmtree(leftover)
    building = versions / f"{_BUILDING}{os.getpid()}"
    publication = build_bundle(warehouse, building, memory_limit)
    version = versions / publication.publication_id
    building.rename(version)
    _swap_in(version, published)
    for place, old in enumerate(published_versions(published)):
        if place >= kept or (forget_before is not None and old.published_at < forget_before):
            shutil.rmtree(versions / old.publication_id)
    return publication


def published_versions(published: Path) -> list[Publication]:
    """The kept publications, newest first."""
    manifests = (published / _VERSIONS).glob(f"*/{MANIFEST}")
    folders = [manifest.parent for manifest in manifests if not manifest.parent.name.startswith(_BUILDING)]
    return sorted((read_manifest(folder) for folder in folders), key=lambda one: one.publication_id, reverse=True)


def roll_back(published: Path, publication_id: str) -> Publication:
    """Make a kept publication the live one again. Raises LookupError, naming what is kept, when it is not among them."""
    kept = [one.publication_id for one in published_versions(published)]
    if publication_id not in kept:
        raise LookupError(
            f"No kept publication is called {publication_id!r}. The published file is as it was. "
            f"Kept: {', '.join(kept) or 'none'}."
        )
    version = published / _VERSIONS / publication_id
    _swap_in(version, published)
    return read_manifest(version)


def _swap_in(version: Path, published: Path) -> None:
    live = published / DATABASE
    # a .wal beside the file would be replayed into the new data by whoever opens it
    live.with_name(f"{DATABASE}.wal").unlink(missing_ok=True)
    for name in (DATABASE, MANIFEST):
        partial = published / f".{name}.partial"
        shutil.copyfile(version / name, partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(published / name)
