"""What the doctor looks at on the machine: Python and its packages, variables, disk.

Belongs here: what is not data. Not here: what lies in the data directory (doctor_data.py).
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dagster_project.commands.findings import Finding
from dagster_project.settings import PROJECT_ROOT, Settings

_OLDEST_PYTHON = (3, 11)
_LOCK = PROJECT_ROOT / "requirements.lock"
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
# A variable that is set for tests, or by the product for dbt, is no typing error.
_OTHER_VARIABLES = {"TEST_DATA", "WAREHOUSE", "LAKE", "KNOWN_SOURCES", "STAGING_MODELS"}
_SHOWN = 5
_LITTLE_DISK, _NO_DISK = 5 * 2**30, 2**29


def python() -> Iterator[Finding]:
    """Its version, and whether the packages are those of the lock."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST_PYTHON:
        yield Finding("problem", "python", f"{found} is too old", "Install Python 3.11, then make setup")
        return
    locked = dict(_LOCKED.findall(_LOCK.read_text(encoding="utf-8"))) if _LOCK.exists() else {}
    other = [
        f"{name} {there} instead of {wanted}"
        for name, wanted in locked.items()
        if (there := _version(name)) != wanted and there
    ]
    if other:
        shown = ", ".join(other[:_SHOWN]) + (f" and {len(other) - _SHOWN} more" if len(other) > _SHOWN else "")
        yield Finding("warning", "python", f"{found}, but not the locked packages: {shown}", "Run make setup")
    else:
        yield Finding("ok", "python", f"{found}, packages as locked")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def variables() -> Iterator[Finding]:
    """A variable that no setting reads is a typing error that nobody notices."""
    known = {f"SEGMENTATION_{name.upper()}" for name in (*Settings.model_fields, *_OTHER_VARIABLES)}
    env_file = PROJECT_ROOT / ".env"
    written = (
        re.findall(r"^\s*(?:export\s+)?(SEGMENTATION_\w+)\s*=", env_file.read_text(), re.MULTILINE) if env_file.exists() else []
    )
    for name in sorted({*os.environ, *written}):
        if name.startswith("SEGMENTATION_") and name not in known:
            yield Finding("warning", "settings", f"{name} is set, and no setting has that name", "Correct its name or unset it")


def disk(settings: Settings) -> Iterator[Finding]:
    """A full refresh writes a second warehouse and a second publication before it gives back the first."""
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    needed = 2 * sum(_size(path) for path in (settings.warehouse, settings.published))
    told = f"{free / 2**30:,.1f} GB free in {folder}"
    if not os.access(folder, os.W_OK):
        yield Finding(
            "problem", "disk", f"{folder} cannot be written", "Give this user the right to, or set SEGMENTATION_DATA_DIR"
        )
    elif free < max(_NO_DISK, needed):
        yield Finding("problem", "disk", f"{told}; a full refresh needs {max(_NO_DISK, needed) / 2**30:,.1f} GB", "Make room")
    elif free < _LITTLE_DISK:
        yield Finding("warning", "disk", told, "Make room before the lake grows")
    else:
        yield Finding("ok", "disk", told)


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) if path.is_dir() else 0
