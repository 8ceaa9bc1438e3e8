"""What another engine built, as the warehouse's file: so that publication, checks and readers know one kind of warehouse.

Belongs here: copying the tables that are published, and those that say whether they may be. Not here: building (invocation.py),
publishing (publication/). The tables are Parquet in a folder that this machine sees; the copy is one transaction.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ALSO = (("intermediate", "int_refresh_plan"), ("monitoring", "node_results"))


def mirror(tables: Path, warehouse: Path, manifest: Mapping[str, Any]) -> int:
    """Replace the copies in the warehouse's file by what lies in tables/<schema>.db/<table>/*.parquet; how many were copied.

    A table that is not there, since its model failed, loses its copy too, and publication refuses. Descriptions come from the
    manifest.
    """
    import duckdb

    published = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "published"
    }
    copied = 0
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        for schema, table in [*(("published", name) for name in sorted(published)), *_ALSO]:
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"drop table if exists {schema}.{table}")
            files = f"{tables}/{schema}.db/{table}/*.parquet"
            if any(Path(files).parent.glob("*.parquet")):
                connection.execute(f"create table {schema}.{table} as select * from read_parquet({_literal(files)})")
                _describe(connection, f"{schema}.{table}", published.get(table))
                copied += 1
        connection.commit()
    return copied


def _describe(connection: "DuckDBPyConnection", table: str, node: Mapping[str, Any] | None) -> None:
    if node is None:
        return
    connection.execute(f"comment on table {table} is {_literal(node['description'])}")
    for name, column in node["columns"].items():
        connection.execute(f"comment on column {table}.{name} is {_literal(column['description'])}")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
