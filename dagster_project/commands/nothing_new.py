"""Is there anything to do? Answered from files alone, before Dagster, dbt or the warehouse is opened.

Belongs here: what a finished refresh leaves behind to compare with, and the comparison. Not here: which days wait
(orchestration/days.py). Whatever is in doubt is new: a refresh too many costs a minute, one too few a morning.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from dagster_project.ingestion.contracts import load_sources
from dagster_project.orchestration.days import pending_days
from dagster_project.policy.tables import policy_version
from dagster_project.settings import Settings
from dagster_project.transformation.project import code_version

_NOTE = "refreshed.sha256"


def note_refresh(settings: Settings) -> None:
    """Remember what the refresh that has just ended was made of."""
    note = settings.data_dir / _NOTE
    fresh = note.with_suffix(".new")
    fresh.write_text(_state(settings), encoding="utf-8")
    fresh.replace(note)


def is_nothing_new(settings: Settings) -> bool:
    """True when no delivery waits and lake, rules, code, settings and published file are those of the last refresh.

    Raises ContractError or PolicyError, as a refresh would.
    """
    note = settings.data_dir / _NOTE
    if not note.is_file() or pending_days(settings) is not None:
        return False
    return note.read_text(encoding="utf-8") == _state(settings)


def _state(settings: Settings) -> str:
    """Hash of all that decides what is published, and of what is published."""
    digest = hashlib.sha256()
    for part in _parts(settings):
        digest.update(f"{part}\n".encode())
    return digest.hexdigest()


def _parts(settings: Settings) -> Iterator[object]:
    yield code_version()
    yield policy_version(settings.policy_dir)
    yield from (settings.as_of_dates, settings.business_timezone, settings.base_currency)
    yield from (source.model_dump_json() for source in load_sources(settings.sources))
    folders = [settings.lake / "raw" / source for source in settings.sources]
    files = [file for folder in folders for file in folder.rglob("*.parquet")]
    # each delivery is one file that is replaced as a whole, so its moment and size tell whether it is another one
    yield from (_stamp(file, settings.data_dir) for file in sorted(files))
    yield _stamp(settings.lake / "control" / "erasures.jsonl", settings.data_dir)
    yield _stamp(settings.published / "customer_segments.duckdb", settings.data_dir)


def _stamp(file: Path, root: Path) -> str:
    try:
        found = file.stat()
    except FileNotFoundError:
        return f"{file.relative_to(root)} is absent"
    return f"{file.relative_to(root)} {found.st_size} {found.st_mtime_ns}"
