"""One read of the tables that belong together, from a server into files that are loaded like delivered ones.

Feeds of one source and one server that share a `group_key` are read together, in one transaction: downstream the newest
delivery of an order replaces the whole order, so whoever changed in any of the tables - a line was corrected, inserted or
deleted - is read again in all of them. A deleted order is delivered once more as the lake last knew it, with the marks of
`mark_deleted`.
Belongs here: what has to be read since when, what vanished, the files of a read. Not here: the server (database.py), committing
(database_load.py).
"""

import json
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.ingestion.contracts import Source
from dagster_project.ingestion.database import Snapshot, Table, in_table, snapshot
from dagster_project.ingestion.database_options import DatabaseOptions
from dagster_project.ingestion.expressions import quote_identifier, quote_literal, quote_path
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.lake import LedgerRow
from dagster_project.ingestion.readers import empty_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MANIFEST = "extract.json"
Ledgers = Mapping[str, Mapping[date, LedgerRow]]


def options_of(feed: Feed) -> DatabaseOptions:
    """The database block of a feed that has one."""
    if feed.database is None:
        raise TypeError(f"feed {feed.name} is not read from a database")
    return feed.database


@dataclass(frozen=True, slots=True)
class Unit:
    """Feeds that are read together. written: folder below which a read leaves its files, the lake or a trial's shadow."""

    source: Source
    feeds: tuple[Feed, ...]
    lake: Path
    written: Path

    @classmethod
    def of(cls, source: Source, feed: Feed, lake: Path, shadow: Path | None = None) -> "Unit":
        """The unit that a feed belongs to: itself alone unless it has a group key."""
        mine, written = options_of(feed), shadow or lake
        if mine.group_key is None:
            return cls(source, (feed,), lake, written)
        shared = (mine.dsn_variable, mine.group_key)
        others = [one for one in source.feeds if one.database is not None]
        together = [one for one in others if (options_of(one).dsn_variable, options_of(one).group_key) == shared]
        return cls(source, tuple(together), lake, written)

    @property
    def name(self) -> str:
        """The first of its feeds speaks for it."""
        return self.feeds[0].name

    @property
    def folder(self) -> Path:
        """Where a read's files wait until each feed has loaded its own."""
        return self.written / "extracts" / self.source.name / self.name

    def waiting(self, feed: Feed, day: date) -> tuple[Path, dict[str, Any]] | None:
        """The feed's file of a finished read for that day, and what is known of the read."""
        manifest = self.folder / _MANIFEST
        if not manifest.exists():
            return None
        known = json.loads(manifest.read_text(encoding="utf-8"))
        path = self._file(feed)
        return (path, known) if path.exists() and known["day"] == day.isoformat() else None

    def _file(self, feed: Feed) -> Path:
        return self.folder / feed.name / f"{options_of(feed).table}.parquet"


def has_changed(unit: Unit, ledgers: Ledgers) -> bool:
    """True when the tables are not what the newest deliveries were read from. Raises DatabaseError."""
    with snapshot(options_of(unit.feeds[0])) as server:
        tables = [server.table(feed, options_of(feed)) for feed in unit.feeds]
        return _newest_states(unit, ledgers) != {table.feed.name: server.state(table) for table in tables}


def read(unit: Unit, day: date, ledgers: Ledgers, database: "DuckDBPyConnection") -> bool:
    """Read what changed since the delivery before that day; False when the tables are what they were. Raises DatabaseError.

    The files stand in place only when all of them are whole.
    """
    shutil.rmtree(unit.folder, ignore_errors=True)
    with snapshot(options_of(unit.feeds[0])) as server:
        tables = [server.table(feed, options_of(feed)) for feed in unit.feeds]
        states = {table.feed.name: server.state(table) for table in tables}
        if states == _newest_states(unit, ledgers):
            return False
        base = _base(unit, day, ledgers)
        since = {} if base is None else {name: state["newest"] for name, state in base["states"].items()}
        gone = _find_vanished(unit, day, server, tables, database)
        for table in tables:
            path = unit._file(table.feed)
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = server.changed_rows(table, tables, since, gone)
            _write(database, table, rows, path)
    known = {
        "id": uuid.uuid4().hex,
        "day": day.isoformat(),
        "read_at": datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds"),
        "states": states,
        "watermark_from": since,
        "watermark_to": {name: state["newest"] for name, state in states.items()},
    }
    partial = unit.folder / f"{_MANIFEST}.partial"
    partial.write_text(json.dumps(known), encoding="utf-8")
    partial.replace(unit.folder / _MANIFEST)
    return True


def _newest_states(unit: Unit, ledgers: Ledgers) -> Mapping[str, Any] | None:
    """What the tables were when the newest deliveries were read; None when these are of several reads or another contract."""
    newest = [ledgers[feed.name].get(max(ledgers[feed.name], default=date.min)) for feed in unit.feeds]
    rows = [row for row in newest if row is not None and row.extract is not None]
    if len(rows) < len(unit.feeds) or len({row.extract["id"] for row in rows if row.extract}) > 1:
        return None
    if any(row.contract != feed.fingerprint for row, feed in zip(rows, unit.feeds, strict=True)):
        return None
    states: Mapping[str, Any] | None = rows[0].extract["states"] if rows[0].extract else None
    return states


def _base(unit: Unit, day: date, ledgers: Ledgers) -> Mapping[str, Any] | None:
    """The newest read before that day of which every feed holds its delivery; None: everything has to be read."""
    names = {feed.name for feed in unit.feeds}
    common: dict[str, tuple[date, Mapping[str, Any]]] | None = None
    for feed in unit.feeds:
        mine = {
            row.extract["id"]: (loaded, row.extract)
            for loaded, row in ledgers[feed.name].items()
            if loaded < day and row.extract and row.contract == feed.fingerprint and set(row.extract["states"]) == names
        }
        common = mine if common is None else {key: value for key, value in common.items() if key in mine}
    return max(common.values(), key=lambda one: one[0])[1] if common else None


def _find_vanished(
    unit: Unit, day: date, server: Snapshot, tables: Sequence[Table], database: "DuckDBPyConnection"
) -> list[str]:
    """Compare the keys of the tables with the lake's newest state; the group keys of rows that are gone.

    Leaves a table tombstones_<feed> for each feed that tells a deletion by marks: the rows as the lake last knew them.
    """
    compared = [table for table in tables if table.feed.kind == "event" and table.options.deletions == "compare"]
    if not compared:
        return []
    newest = " union all ".join(
        f"select {_group(table)} as _group, delivery_date from {_raw(unit, table)} where delivery_date < date '{day}'"
        for table in tables
    )
    database.execute(f"""
        create or replace temp table newest as
        select _group, max(delivery_date) as delivery_date from ({newest}) group by _group
    """)
    for table in compared:
        keys = {in_table(column): column for column in table.feed.keys}
        database.register("_keys", server.keys(table, list(keys)))
        typed = ", ".join(f"try_cast({quote_identifier(name)} as {key.type}) as {key.quoted}" for name, key in keys.items())
        database.execute(f"create or replace temp table live as select {typed} from _keys")
        database.unregister("_keys")
        database.execute(f"""
            create or replace temp table vanished_{table.feed.name} as
            select known.*
            from (select *, {_group(table)} as _group from {_raw(unit, table)}) as known
            join newest using (_group, delivery_date)
            anti join live using ({", ".join(key.quoted for key in table.feed.keys)})
        """)
    for table in compared:
        if not table.options.mark_deleted:
            continue
        marked = " and ".join(
            f"{quote_identifier(name)} is not distinct from try_cast({quote_literal(mark)} as {_type(table.feed, name)})"
            for name, mark in table.options.mark_deleted.items()
        )
        # one that is marked already is told again only while rows of other tables stand beside it
        others = " union all ".join(
            ["select null where false", *(f"select _group from vanished_{o.feed.name}" for o in compared if o is not table)]
        )
        columns = ", ".join(
            f"{quote_literal(table.options.mark_deleted[column.name])} as {quote_identifier(in_table(column))}"
            if column.name in table.options.mark_deleted
            else f"cast({column.quoted} as varchar) as {quote_identifier(in_table(column))}"
            for column in table.feed.columns
        )
        database.execute(f"""
            create or replace temp table tombstones_{table.feed.name} as
            select {columns} from vanished_{table.feed.name}
            where not ({marked}) or _group in (select cast(_group as varchar) from ({others}) as others (_group))
        """)
    groups = " union ".join(f"select _group from vanished_{table.feed.name}" for table in compared)
    return [row[0] for row in database.execute(f"select _group from ({groups}) order by 1").fetchall()]


def _write(database: "DuckDBPyConnection", table: Table, rows: Any, path: Path) -> None:
    """The rows as the server gave them, then the deleted ones."""
    database.register("_rows", rows)
    select = "select * from _rows"
    told = f"tombstones_{table.feed.name}"
    if table.options.deletions == "compare" and table.options.mark_deleted:
        select += f" union all by name select * from {told}"
    database.execute(f"copy ({select}) to {quote_literal(str(path))} (format parquet)")
    database.unregister("_rows")


def _raw(unit: Unit, table: Table) -> str:
    folder = unit.lake / "raw" / unit.source.name / table.feed.name
    if not any(folder.glob("*/*.parquet")):
        return f"(select *, cast(null as date) as delivery_date from ({empty_rows(table.feed)}))"
    files = quote_path(folder, "/*/*.parquet")
    return f"read_parquet([{files}], hive_partitioning = true, union_by_name = true, hive_types = {{'delivery_date': DATE}})"


def _group(table: Table) -> str:
    """What is replaced as a whole, as text: the group key, or the row's own key."""
    if table.options.group_key is not None:
        return f"cast({quote_identifier(table.options.group_key)} as varchar)"
    return f"cast(row({', '.join(key.quoted for key in table.feed.keys)}) as varchar)"


def _type(feed: Feed, name: str) -> str:
    return next(column.type for column in feed.columns if column.name == name)
