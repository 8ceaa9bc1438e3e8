"""What the warehouse holds after a build: rows and columns of each model, as the UI shows them.

Belongs here: reading the warehouse's catalogue, read-only. Not here: building (invocation.py).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TableFacts:
    """Row count (None: not counted), and type by column name in table order."""

    row_count: int | None
    columns: Mapping[str, str]


def table_facts(warehouse: Path, lake: Path, counted: Collection[tuple[str, str]]) -> dict[tuple[str, str], TableFacts]:
    """Facts of every relation (schema, name) of the warehouse; rows only of those to be counted, in one query."""
    import duckdb

    if not warehouse.exists():
        return {}
    with duckdb.connect(str(warehouse), read_only=True, config={"file_search_path": str(lake)}) as connection:
        columns: dict[tuple[str, str], dict[str, str]] = {}
        for schema, table, column, data_type in connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns()"
            " where not internal order by schema_name, table_name, column_index"
        ).fetchall():
            columns.setdefault((schema, table), {})[column] = data_type
        there = sorted(name for name in counted if name in columns)
        rows: dict[tuple[str, str], int] = {}
        if there:
            each = (f"select '{schema}', '{table}', count(*) from \"{schema}\".\"{table}\"" for schema, table in there)
            rows = {(schema, table): count for schema, table, count in connection.execute(" union all ".join(each)).fetchall()}
        return {name: TableFacts(rows.get(name), types) for name, types in columns.items()}


def location_columns(lake: Path, locations: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Columns with type of each external location that can be read, by its name; locations: how SQL writes them."""
    import duckdb

    columns = {}
    with duckdb.connect(config={"file_search_path": str(lake)}) as connection:
        for name, location in locations.items():
            try:
                rows = connection.execute(f"describe select * from {location}").fetchall()
            except duckdb.IOException:
                continue  # a source that is switched off and never delivered
            columns[name] = {row[0]: row[1] for row in rows}
    return columns
