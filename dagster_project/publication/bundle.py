"""Building one publication: a finished DuckDB file, the same tables as Parquet, and a manifest.

Belongs here: what a publication consists of. Not here: whether it may be built (audit.py), bringing it before the readers
(swap.py).
"""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.publication.audit import PublicationRefusedError, refuse_unfit_warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DATABASE = "customer_segments.duckdb"
MANIFEST = "manifest.json"
# Readers from DuckDB 1.0 on open this format; a newer one would lock older BI tools out.
_STORAGE_VERSION = "v1.0.0"
_ADDED_COLUMNS = {
    "publication_id": "Identifies this publication; ids sort by the time of publication.",
    "published_at": "When this publication was built, UTC.",
    "content_checksum": "Over the rows of all other tables; of one version of DuckDB equal when their content is equal.",
    "table_rows": "Row count by table, as JSON.",
}


@dataclass(frozen=True)
class PublishedTable:
    """Rows, and a checksum that does not depend on their order. Another version of DuckDB may come to another one."""

    rows: int
    checksum: str


@dataclass(frozen=True)
class Publication:
    """What manifest.json says of one publication."""

    publication_id: str
    as_of_date: str
    published_at: str
    content_checksum: str
    policy_version: str
    code_version: str
    tables: dict[str, PublishedTable]

    def to_json(self) -> str:
        """The manifest's text."""
        return json.dumps(asdict(self), indent=2, sort_keys=True)


def read_manifest(folder: Path) -> Publication:
    """The manifest of a finished publication."""
    content = json.loads((folder / MANIFEST).read_text())
    tables = {name: PublishedTable(**table) for name, table in content.pop("tables").items()}
    return Publication(tables=tables, **content)


def build_bundle(warehouse: Path, folder: Path, memory_limit: str | None = None) -> Publication:
    """Build a publication of the warehouse in `folder`, which must not exist; read it back before calling it finished.

    memory_limit: past which sorting spills into a folder beside it, as in 8GB; four fifths of the machine's unless told.

    Raises PublicationRefusedError when the warehouse is not fit; `folder` is then gone again and nothing else was touched.
    """
    import duckdb

    if not warehouse.exists():
        raise PublicationRefusedError(
            "Nothing was published: there is no warehouse yet. The published file is as it was. Run daily_refresh."
        )
    folder.mkdir(parents=True)
    spill = folder.with_name(f"{folder.name}-spill")
    try:
        limit = {"memory_limit": memory_limit} if memory_limit else {}
        with duckdb.connect(config={"temp_directory": str(spill), **limit}) as connection:
            connection.execute(f"attach '{_quoted(warehouse)}' as warehouse (read_only)")
            refuse_unfit_warehouse(connection, "warehouse")
            database = folder / DATABASE
            connection.execute(f"attach '{_quoted(database)}' as bundle (storage_version '{_STORAGE_VERSION}')")
            publication = _fill(connection, folder)
            connection.execute("detach bundle")
        (folder / MANIFEST).write_text(publication.to_json())
        _read_back(folder, publication)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(spill, ignore_errors=True)
    return publication


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _fill(connection: "DuckDBPyConnection", folder: Path) -> Publication:
    names = [
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'warehouse' and schema_name = 'published'"
            " order by table_name"
        ).fetchall()
    ]
    tables = {}
    for name in names:
        # one order for equal content, so that two publications of the same rows are the same files
        connection.execute(f"create table bundle.main.{name} as select * from warehouse.published.{name} order by all")
        if name != "publication":
            tables[name] = _measure(connection, name)
    publication = _describe_publication(connection, tables)
    _copy_comments(connection)
    for name in names:
        parquet = _quoted(folder / f"{name}.parquet")
        connection.execute(f"copy bundle.main.{name} to '{parquet}' (format parquet, compression zstd)")
    return publication


def _measure(connection: "DuckDBPyConnection", table: str) -> PublishedTable:
    # hashed as values: a text of every row costs as much as all the sorting
    row = connection.execute(f"select count(*), coalesce(sum(hash(rows)), 0) from bundle.main.{table} as rows").fetchone()
    assert row is not None
    return PublishedTable(rows=row[0], checksum=f"{row[1]:x}")


def _describe_publication(connection: "DuckDBPyConnection", tables: dict[str, PublishedTable]) -> Publication:
    """Complete the publication table's one row with what only the publication knows."""
    content = json.dumps({name: asdict(table) for name, table in tables.items()}, sort_keys=True)
    published_at = datetime.now(UTC).replace(tzinfo=None)
    row = connection.execute("select as_of_date, policy_version, code_version from bundle.main.publication").fetchone()
    assert row is not None
    as_of_date, policy_version, code_version = row
    publication = Publication(
        publication_id=f"{published_at:%Y%m%dT%H%M%S%f}",
        as_of_date=as_of_date.isoformat(),
        published_at=published_at.isoformat(timespec="microseconds"),
        content_checksum=hashlib.sha256(content.encode()).hexdigest(),
        policy_version=policy_version,
        code_version=code_version,
        tables=tables,
    )
    connection.execute(
        "create or replace table bundle.main.publication as select cast(? as varchar) as publication_id, *,"
        " cast(? as timestamp) as published_at, cast(? as varchar) as content_checksum, cast(? as varchar) as table_rows"
        " from bundle.main.publication",
        [
            publication.publication_id,
            published_at,
            publication.content_checksum,
            json.dumps({name: table.rows for name, table in tables.items()}),
        ],
    )
    return publication


def _copy_comments(connection: "DuckDBPyConnection") -> None:
    """The contract's descriptions travel with the file."""
    where = "where database_name = 'warehouse' and schema_name = 'published' and comment is not null"
    tables = connection.execute(f"select table_name, comment from duckdb_tables() {where}").fetchall()
    columns = connection.execute(f"select table_name, column_name, comment from duckdb_columns() {where}").fetchall()
    columns += [("publication", column, comment) for column, comment in _ADDED_COLUMNS.items()]
    statements = [f"comment on table bundle.main.{table} is {_literal(comment)}" for table, comment in tables]
    statements += [
        f"comment on column bundle.main.{table}.{column} is {_literal(comment)}" for table, column, comment in columns
    ]
    if statements:
        connection.execute(";".join(statements))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _read_back(folder: Path, publication: Publication) -> None:
    """Open the finished file as a reader would, and count."""
    import duckdb

    with duckdb.connect(str(folder / DATABASE), read_only=True) as reader:
        for name, table in publication.tables.items():
            found = reader.execute(f"select count(*) from {name}").fetchone()
            if found != (table.rows,):
                raise PublicationRefusedError(
                    f"Nothing was published: {name} was written with {table.rows} rows and read back as {found}. "
                    "The published file is as it was. Check the disk, then run again."
                )
