"""The rows by which a failed test names what is wrong, such as the month that a ledger leaves out.

Belongs here: which tests may show rows, and how a row reads. Not here: what becomes of a failure (assets.py). A test shows rows
only where its `meta` says `names_rows: true`: others return customers, who must not stand in logs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

_SHOWN = 10


def shows_rows(node: Mapping[str, Any]) -> bool:
    """True for a test whose rows name things of the business, and no person."""
    return bool(node["config"].get("meta", {}).get("names_rows"))


def named_rows(warehouse: Path, lake: Path, test_sql: str) -> str:
    """The first rows that the test returns, in their order as text: `pool picking, month 2026-03-01; ...`."""
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True, config={"file_search_path": str(lake)}) as connection:
        found = connection.execute(f"select * from ({test_sql}) order by all limit {_SHOWN + 1}")
        names = [column[0] for column in found.description or []]
        rows = found.fetchall()
    written = [", ".join(f"{name} {value}" for name, value in zip(names, row, strict=True)) for row in rows[:_SHOWN]]
    return "; ".join(written) + ("; and more" if len(rows) > _SHOWN else "")
