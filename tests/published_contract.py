"""What a published file leaves empty, and whether it says why: walked over every table and column of the contract.

Belongs here: reading a published file. Not here: which source may leave what empty (the tests of that source).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def what_is_empty(reader: "duckdb.DuckDBPyConnection") -> set[str]:
    """Tables without a row, and table.column where no row has a value."""
    tables = reader.execute(
        "select table_name, list(column_name) from information_schema.columns where table_schema = 'main' group by table_name"
    ).fetchall()
    empty = set()
    for table, columns in tables:
        counts = reader.execute(
            f"select count(*), {', '.join(f'count({chr(34)}{column}{chr(34)})' for column in columns)} from {table}"
        ).fetchone()
        assert counts is not None
        if counts[0] == 0:
            empty.add(table)
        else:
            empty |= {f"{table}.{column}" for column, count in zip(columns, counts[1:], strict=True) if count == 0}
    return empty


def what_is_told_to_be_unknown(reader: "duckdb.DuckDBPyConnection") -> dict[str, str]:
    """table.column to the reason, of all that column_coverage says to be known of nobody."""
    rows = reader.execute(
        "select table_name || '.' || column_name, coverage || ' by ' || told_by from column_coverage where known_customers = 0"
    ).fetchall()
    return dict(rows)
