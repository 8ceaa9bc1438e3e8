"""The dbt project on disk: where it lies, what it is worth parsing again for, its manifest.

Belongs here: the fingerprint of the project's files and the manifest parsed from them. Not here: running models
(invocation.py), Dagster (assets.py).
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagster_project.settings import PROJECT_ROOT

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
_PARSED = DBT_PROJECT / "target"
_KEPT_PARSES = 3
_SUFFIXES = {".sql", ".py", ".yml", ".md"}


@cache
def project_fingerprint() -> str:
    """SHA-256 over all that decides what the project parses to and computes: its files and dbt's version."""
    digest = hashlib.sha256()
    for package in ("dbt-core", "dbt-duckdb"):
        digest.update(version(package).encode())
    for path in sorted(_project_files()):
        digest.update(str(path.relative_to(PROJECT_ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def staging_models() -> str:
    """Names of the staging models of sources, separated by commas, for the macro that unites sources."""
    found = (path.stem for path in (DBT_PROJECT / "models" / "staging").glob("*/stg_*__*.sql"))
    return ",".join(sorted(name for name in found if not name.startswith(("stg_control__", "stg_policy__"))))


def _project_files() -> list[Path]:
    folders = [DBT_PROJECT / name for name in ("models", "macros", "tests")]
    # what the models in Python call decides what they compute
    folders.append(PROJECT_ROOT / "dagster_project" / "prediction")
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in _SUFFIXES]
    return [*files, DBT_PROJECT / "dbt_project.yml", DBT_PROJECT / "profiles.yml"]


def parsed_project(engine: str = "duckdb") -> Path:
    """Folder with manifest.json and partial_parse.msgpack of the project as it stands; parses only when a file changed.

    engine: each has its own, since dbt writes the names of an engine's tables into them.

    Raises DbtError with dbt's own message when the project does not parse; the manifests of before stay.
    """
    parsed = _parsed_folder(engine)
    if (parsed / "manifest.json").is_file():
        return parsed
    from dagster_project.transformation.invocation import parse

    _PARSED.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".parsing-", dir=_PARSED))
    try:
        parse(DBT_PROJECT, fresh, engine)
        try:
            fresh.rename(parsed)
        except OSError:
            if not (parsed / "manifest.json").is_file():
                raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    _forget_old_parses()
    return parsed


def _parsed_folder(engine: str) -> Path:
    return _PARSED / (project_fingerprint()[:16] if engine == "duckdb" else f"{project_fingerprint()[:16]}-{engine}")


def _forget_old_parses() -> None:
    parses = [path for path in _PARSED.iterdir() if (path / "manifest.json").is_file() and not path.name.startswith(".")]
    for old in sorted(parses, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT_PARSES:]:
        shutil.rmtree(old, ignore_errors=True)


def load_manifest(engine: str = "duckdb") -> Mapping[str, Any]:
    """The manifest as plain data, for Dagster."""
    manifest: Mapping[str, Any] = json.loads((parsed_project(engine) / "manifest.json").read_bytes())
    return manifest


def code_version() -> str:
    """What code computed a row: the package's version and the dbt project's fingerprint."""
    return f"{version('customer-segmentation')}+{project_fingerprint()[:12]}"


def is_parsed(engine: str = "duckdb") -> bool:
    """True when the project has been parsed as it stands."""
    return (_parsed_folder(engine) / "manifest.json").is_file()
