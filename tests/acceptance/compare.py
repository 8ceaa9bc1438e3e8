"""Whether two published files say the same, whatever the order of their rows and the time at which they were written.

Belongs here: reading a published file as content. Not here: what the content should be.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

# journals say what happened in this deployment; the other tables say what is
JOURNALS = ("restatement_journal", "customer_changes")
WALL_CLOCK_COLUMNS = {"publication_id", "published_at", "refresh_id"}
# counts the rows of the journals too; what the other tables hold is compared table by table
COUNTING_COLUMNS = {"table_rows"}


@dataclass(frozen=True)
class TableContent:
    """A table's rows as one digest over its columns, types and sorted rows."""

    digest: str
    rows: int


def published_content(path: Path) -> dict[str, TableContent]:
    """Every table of a published file; two files with the same content give equal answers."""
    with closing(_open(path)) as connection:
        return {table: _content(connection, "a", table, _columns(connection, "a", table)) for table in _tables(connection, "a")}


def describe_difference(path_a: Path, path_b: Path, limit: int = 5) -> str:
    """Per table that differs: which columns, how many rows, and the first `limit` rows that only one of the files has."""
    report: list[str] = []
    with closing(_open(path_a, path_b)) as connection:
        tables_a, tables_b = _tables(connection, "a"), _tables(connection, "b")
        report += [f"{table}: only in {path_a}" for table in tables_a if table not in tables_b]
        report += [f"{table}: only in {path_b}" for table in tables_b if table not in tables_a]
        for table in (table for table in tables_a if table in tables_b):
            columns = _columns(connection, "a", table)
            columns_b = _columns(connection, "b", table)
            if columns != columns_b:
                report.append(f"{table}: columns differ: {columns} / {columns_b}")
                continue
            for path, here, there in ((path_a, "a", "b"), (path_b, "b", "a")):
                rows = connection.execute(
                    f"{_rows(here, table, columns)} except all {_rows(there, table, columns)} order by 1"
                ).fetchall()
                if rows:
                    report.append(f"{table}: {len(rows)} rows only in {path}; columns {list(columns)}")
                    report += [f"  {row}" for (row,) in rows[:limit]]
    return "\n".join(report)


def _open(*paths: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name, path in zip("ab", paths, strict=False):
        connection.execute(f"attach '{str(path).replace(chr(39), chr(39) * 2)}' as {name} (read_only)")
    return connection


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    found = connection.execute(
        "select table_name from information_schema.tables where table_catalog = ? and table_schema = 'main'"
        f" and table_name not in {JOURNALS} order by 1",
        [database],
    ).fetchall()
    return [name for (name,) in found]


def _columns(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> dict[str, str]:
    """Name and type of every column that is content; a checksum covers the wall-clock columns too, so it is none."""
    found = connection.execute(
        "select column_name, data_type from information_schema.columns "
        "where table_catalog = ? and table_schema = 'main' and table_name = ? order by ordinal_position",
        [database, table],
    ).fetchall()
    if table != "publication":
        return dict(found)
    passed_over = WALL_CLOCK_COLUMNS | COUNTING_COLUMNS
    return {name: kind for name, kind in found if name not in passed_over and "checksum" not in name}


def _rows(database: str, table: str, columns: dict[str, str]) -> str:
    """A select that gives each row as one unambiguous text."""
    cells = ", ".join(f'cast("{name}" as varchar)' for name in columns)
    return f'select cast(to_json([{cells}]) as varchar) as row_text from {database}.main."{table}"'


def _content(connection: duckdb.DuckDBPyConnection, database: str, table: str, columns: dict[str, str]) -> TableContent:
    answer = connection.execute(
        "select sha256(concat_ws(chr(10), ?, string_agg(row_text, chr(10) order by row_text))), count(*) "
        f"from ({_rows(database, table, columns)})",
        [str(list(columns.items()))],
    ).fetchone()
    assert answer is not None
    return TableContent(digest=str(answer[0]), rows=int(answer[1]))
