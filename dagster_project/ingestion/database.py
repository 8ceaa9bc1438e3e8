"""A PostgreSQL server: connecting to it, and the statements that ask it.

All statements of one read run in one transaction that sees one moment (repeatable read, read only). Every column is asked for
as text, as the server writes it in ISO and UTC: numerics come as text through ADBC anyway, and infinite days and NaN have no
Arrow value; the types are the contract's, cast where files are cast. Belongs here: SQL for the server, errors that name the
variable and never the password. Not here: the lake (database_read.py).
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from dagster_project.ingestion.columns import Column
from dagster_project.ingestion.database_options import DatabaseOptions
from dagster_project.ingestion.expressions import quote_identifier, quote_literal
from dagster_project.ingestion.feed import Feed

if TYPE_CHECKING:
    from pyarrow import RecordBatchReader

_CONNECT_SECONDS = 10
_FLOATS = ("real", "double precision")
_MOMENTS = ("timestamp without time zone", "timestamp with time zone", "date")
# A day or moment that no calendar has; it is no date of any reader's, so the row is rejected and shows why.
_UNBOUNDED = "unbounded: "


class DatabaseError(Exception):
    """A table that cannot be read. problem: what is wrong, with the variable's name; remedy: what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}. {remedy}.")
        self.problem, self.remedy = problem, remedy


@dataclass(frozen=True, slots=True)
class Table:
    """A feed's table as the server knows it: its columns and their types."""

    feed: Feed
    options: DatabaseOptions
    types: Mapping[str, str]

    @property
    def quoted(self) -> str:
        """The table's name as SQL."""
        return ".".join(quote_identifier(part) for part in self.options.table.split("."))

    @property
    def group_column(self) -> str | None:
        """The group key's name in the table; None: the feed has none."""
        column = self.feed.column(self.options.group_key)
        return None if column is None else in_table(column)

    @property
    def is_dead(self) -> str:
        """True for a row that is marked as deleted."""
        column = self.options.soft_column
        if column is None:
            return "false"
        name = quote_identifier(column)
        return f"({name} is true)" if self.types[column] == "boolean" else f"({name} is not null)"

    def as_text(self, name: str) -> str:
        """A column as text; what is infinite is told in words."""
        quoted = quote_identifier(name)
        column = next((one for one in self.feed.columns if in_table(one) == name), None)
        if self.types[name] in _FLOATS and column is not None and column.type.startswith("DECIMAL"):
            # a binary fraction has no decimals of its own
            rounded = f"round({quoted}::numeric, {column.decimals[1]})::text"
            return f"case when {quoted} in ('NaN', 'Infinity', '-Infinity') then {quoted}::text else {rounded} end"
        if self.types[name] in _MOMENTS:
            return f"case when isfinite({quoted}) then {quoted}::text else '{_UNBOUNDED}' || {quoted}::text end"
        return f"{quoted}::text"

    def columns(self) -> str:
        """The contract's columns that the table has, as text; rows that are marked as deleted carry the marks."""
        marks = self.options.mark_deleted if self.options.soft_column else {}
        parts = []
        for column in self.feed.columns:
            there = in_table(column) in self.types
            if not there and column.name not in marks:
                continue
            value = self.as_text(in_table(column)) if there else "null::text"
            if column.name in marks:
                value = f"case when {self.is_dead} then {quote_literal(marks[column.name])} else {value} end"
            parts.append(f"{value} as {quote_identifier(in_table(column))}")
        return ", ".join(parts)

    @property
    def delivered(self) -> str:
        """Rows that a delivery holds: all but those that are marked as deleted and have no way to be told."""
        return "true" if self.options.mark_deleted else f"not {self.is_dead}"

    def newer_than(self, moment: str | None) -> str:
        """Rows from a watermark on, itself included: a row of the same moment may have been committed later."""
        if moment is None or self.options.watermark is None:
            return "true"
        name, kind = quote_identifier(self.options.watermark), self.types[self.options.watermark]
        start = f"{quote_literal(moment)}::{kind}"
        if kind in _MOMENTS:
            start += f" - interval '{self.options.overlap_minutes} minutes'"
        return f"({name} is null or {name} >= {start})"


def in_table(column: Column) -> str:
    """The column's name in the table: the contract's `header` where it states one."""
    return column.in_file


class Snapshot:
    """One moment of a server, as one transaction sees it."""

    def __init__(self, connection: Any, place: "_Place", until_the_end: ExitStack) -> None:
        self._connection, self._place, self._until_the_end = connection, place, until_the_end

    def table(self, feed: Feed, options: DatabaseOptions) -> Table:
        """The feed's table. Raises DatabaseError when it is not there or lacks a column that reading needs."""
        name = quote_literal(".".join(quote_identifier(part) for part in options.table.split(".")))
        rows = self.rows(f"""
            select attname::text, format_type(atttypid, null) from pg_attribute
            where attrelid = to_regclass({name}) and attnum > 0 and not attisdropped
        """)
        types = dict(rows)
        if not types:
            raise self._place.error(
                f"there is no table {options.table}", f"Correct `table` of feed {feed.name} in the contract, or create it"
            )
        found = Table(feed, options, types)
        needed = {"watermark": options.watermark, "group_key": found.group_column, "deletions": options.soft_column}
        needed |= {f"key {column.name}": in_table(column) for column in feed.keys}
        missing = [f"{what} {column!r}" for what, column in needed.items() if column and column not in types]
        if missing:
            raise self._place.error(
                f"table {options.table} has no column for {', '.join(missing)}; it has {', '.join(types)}",
                f"Correct the contract of feed {feed.name}, or add the column to the table",
            )
        return found

    def state(self, table: Table) -> dict[str, Any]:
        """What tells whether anything changed: rows, a sum of hashes, the newest watermark that is not in the future, types."""
        options = table.options
        seen = [*map(in_table, table.feed.keys), options.watermark, options.soft_column]
        if table.feed.kind == "snapshot":
            seen += [in_table(column) for column in table.feed.columns if in_table(column) in table.types]
        row = ", ".join(f"{quote_identifier(name)}::text" for name in dict.fromkeys(seen) if name)
        newest = "null::text"
        if options.watermark is not None:
            name, kind = quote_identifier(options.watermark), table.types[options.watermark]
            newest = f"max({name})::text"
            if kind in _MOMENTS:
                finite = f"max({name}) filter (where isfinite({name}))"
                newest = f"(case when {finite} > now()::{kind} then now()::{kind} else {finite} end)::text"
        ((rows, digest, moment),) = self.rows(
            f"select count(*), coalesce(sum(hashtextextended(row({row})::text, 0)::numeric), 0)::text, {newest}"
            f" from {table.quoted}"
        )
        types = {column.name: table.types.get(in_table(column)) for column in table.feed.columns}
        return {"rows": rows, "digest": digest, "newest": moment, "types": types}

    def keys(self, table: Table, names: Collection[str]) -> "RecordBatchReader":
        """The named columns of every row that is not marked as deleted."""
        columns = ", ".join(f"{table.as_text(name)} as {quote_identifier(name)}" for name in names)
        return self._reader(f"select {columns} from {table.quoted} where not {table.is_dead}")

    def changed_rows(
        self, table: Table, group: Sequence[Table], since: Mapping[str, str | None], gone: Sequence[str]
    ) -> "RecordBatchReader":
        """All rows of whatever changed in any table of the group, or stands in `gone`. since: watermark by feed; none: all."""
        where = table.newer_than(since.get(table.feed.name))
        key = table.group_column
        if key is not None and since:
            keys = [(one, one.group_column or "") for one in group]
            kinds = {one.types[name] for one, name in keys}
            kind = kinds.pop() if len(kinds) == 1 else "text"
            found = [
                f"select {quote_identifier(name)}::{kind} from {one.quoted} where {one.newer_than(since.get(one.feed.name))}"
                for one, name in keys
            ]
            if gone:
                found.append(f"select unnest(array[{', '.join(map(quote_literal, gone))}]::text[])::{kind}")
            where = f"{quote_identifier(key)}::{kind} in ({' union all '.join(found)})"
        return self._reader(f"select {table.columns()} from {table.quoted} where {where} and {table.delivered}")

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def _reader(self, statement: str) -> "RecordBatchReader":
        cursor = self._until_the_end.enter_context(self._connection.cursor())
        cursor.execute(statement)
        return cursor.fetch_record_batch()


@contextmanager
def snapshot(options: DatabaseOptions) -> Iterator[Snapshot]:
    """One moment of the server that the variable names. Raises DatabaseError for whatever the server or its network causes."""
    place = _Place.of(options)
    # not at the top: the code location must not pay for it
    import duckdb
    from adbc_driver_manager import dbapi as adbc
    from adbc_driver_postgresql import dbapi
    from pyarrow import ArrowException

    try:
        connection = dbapi.connect(place.with_timeout)
    except adbc.Error as error:
        raise place.error(
            f"no connection to {place.told}: {place.clean(error)}",
            f"See that the server runs and {place.variable} holds the right address, user and password, and run the load again",
        ) from None
    try:
        with connection, ExitStack() as until_the_end:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
                for setting in ("timezone = 'UTC'", "datestyle = 'ISO'", "standard_conforming_strings = on"):
                    cursor.execute(f"set local {setting}")
            yield Snapshot(connection, place, until_the_end)
    except (adbc.Error, ArrowException, duckdb.Error, OSError) as error:
        text = place.clean(error)
        remedy = "Run the load again; if the message stays, the server's log tells more"
        if "permission denied" in text:
            remedy = "Grant the user of that variable SELECT on the table and USAGE on its schema"
        raise place.error(f"reading {options.table} from {place.told} failed: {text}", remedy) from None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a variable leads, and what of it may be told."""

    variable: str
    address: str
    told: str

    @classmethod
    def of(cls, options: DatabaseOptions) -> "_Place":
        variable = options.dsn_variable
        address = os.environ.get(variable, "").strip()
        if not address:
            raise DatabaseError(
                f"the environment variable {variable} is not set", f"Set {variable}, as in postgresql://user:password@host/name"
            )
        told = _host(address)
        if told is None:
            raise DatabaseError(
                f"{variable} holds no address of a PostgreSQL server",
                "Write it as in postgresql://user:password@host:5432/name",
            )
        return cls(variable, address, told)

    @property
    def with_timeout(self) -> str:
        """The address with a limit on connecting: the library's own is none."""
        if "connect_timeout" in self.address:
            return self.address
        if "://" not in self.address:
            return f"{self.address} connect_timeout={_CONNECT_SECONDS}"
        return f"{self.address}{'&' if '?' in self.address else '?'}connect_timeout={_CONNECT_SECONDS}"

    def error(self, problem: str, remedy: str) -> DatabaseError:
        return DatabaseError(f"{self.variable}: {problem}", remedy)

    def clean(self, error: BaseException) -> str:
        """The server's words in one line, without the address and whatever secret stands in it."""
        text = " ".join(str(error).split()).rstrip(".")
        for secret in sorted(_secrets(self.address), key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


def _host(address: str) -> str | None:
    """Host, port and database; None when the address is not understood, and then nothing of it is told."""
    if "://" in address:
        try:
            parts = urlsplit(address)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return None
        return f"{parts.hostname or 'localhost'}{port}{parts.path}" if parts.scheme in ("postgresql", "postgres") else None
    words = dict(re.findall(r"(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|\S+)", address))
    if not words:
        return None
    port = f":{words['port']}" if "port" in words else ""
    return f"{words.get('host', 'localhost')}{port}/{words.get('dbname', '')}"


def _secrets(address: str) -> set[str]:
    found = {address}
    if "://" in address:
        written = urlsplit(address).netloc.rpartition("@")[0].partition(":")[2]
        found |= {written, unquote(written)}
    found |= {word.strip("'") for word in re.findall(r"password\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]+)", address)}
    return found - {""}
