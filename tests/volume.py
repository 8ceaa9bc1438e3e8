"""How much a refresh reads: files and rows, counted by DuckDB itself while a model's statement runs again.

Belongs here: running a model's compiled statement and reading what DuckDB counted. Not here: limits (the tests that ask).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.settings import Settings


@dataclass(frozen=True)
class Scan:
    """One scan in a statement. of: a pattern of files in the lake, or a table; files: read for it, of the lake only."""

    of: str
    files: int
    rows: int


def compiled_models(settings: Settings) -> dict[str, str]:
    """The statements of the last refresh by model, with the literal dates that it asked for."""
    folder = settings.dbt_target / "compiled" / "segmentation" / "models"
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*.sql"))}


@contextmanager
def reading(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse with the lake behind its views, one thread, so that what is counted does not depend on who was faster."""
    options = {"file_search_path": str(settings.lake), "threads": "1"}
    with duckdb.connect(str(settings.warehouse), read_only=True, config=options) as connection:
        yield connection


def scans(settings: Settings, model: str, scratch: Path) -> list[Scan]:
    """What the statement of one model reads when it runs on the warehouse as it is now."""
    counted = scratch / f"{model}.json"
    with reading(settings) as connection:
        connection.execute("pragma enable_profiling = 'json'")
        connection.execute(f"pragma profiling_output = '{counted}'")
        connection.execute(compiled_models(settings)[model]).fetchall()
    return list(_scans(json.loads(counted.read_text(encoding="utf-8"))))


def _scans(operator: dict[str, Any]) -> Iterator[Scan]:
    told = operator.get("extra_info") or {}
    if operator.get("operator_type") == "TABLE_SCAN" and ("Filename(s)" in told or "Table" in told):
        of = told.get("Filename(s)") or told["Table"]
        yield Scan(of, int(told.get("Total Files Read", 0)), operator["operator_rows_scanned"])
    for child in operator["children"]:
        yield from _scans(child)
