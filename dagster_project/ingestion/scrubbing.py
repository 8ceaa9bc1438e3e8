"""Taking erased customers out of one delivered file: what goes from which column, and the file written anew.

Belongs here: the rule that follows from a contract, rewriting CSV, JSON and Parquet. Not here: which files (load.py for what
arrives, the room erasure for what is there), the journal of who was erased.

A row about an erased customer loses the customer's id and every personal value, and stays: its amounts belong to the totals.
Where the id is a part of the key the row is about nothing else, and goes. A mention in somebody else's row is emptied. A row
that names no customer, but an order of one, loses its personal values. All other rows stay as they are, byte for byte in CSV
and JSON. Which orders and which keys of other numberings lead to a customer is learned from the rows that are changed.
"""

import csv
import gzip
import json
import os
import shutil
import sys
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from dagster_project.erasure_journal import ErasedCustomers
from dagster_project.ingestion.contracts import Column, Feed, Source
from dagster_project.ingestion.expressions import quote_literal, quote_path

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Stands where a value must stand; all erased customers share it.
PSEUDONYM = "erased"
_SCRUBBED = ".scrubbed"
# Values that lead to erased customers, by the column that holds them.
Ids = Mapping[str, Collection[str]]


class ScrubbingError(RuntimeError):
    """A file in which erased customers cannot be looked for, since it cannot be read; it was left as it is."""


@dataclass(frozen=True)
class Scrubber:
    """The rule of one feed: which rows are about erased customers, and what becomes of them.

    wanted: numberings that some feed of the source is searched by; what nobody asks for is not learned.
    """

    source: str
    feed: Feed
    erased: ErasedCustomers
    wanted: frozenset[str] = frozenset()

    @classmethod
    def of(cls, source: Source, feed: Feed, erased: ErasedCustomers) -> "Scrubber":
        """The rule of a feed beside the other feeds of its source."""
        rules = [cls(source.name, one, erased) for one in source.feeds]
        wanted = {column.numbering for rule in rules if rule.is_needed for column in rule.identifiers}
        return cls(source.name, feed, erased, frozenset(wanted))

    @property
    def subjects(self) -> list[Column]:
        """Columns that say whom the row is about."""
        return [column for column in self.feed.columns if column.customer_role == "subject"]

    @property
    def mentions(self) -> list[Column]:
        """Columns that name another customer."""
        return [column for column in self.feed.columns if column.customer_role == "mention"]

    @property
    def orders(self) -> list[Column]:
        """Columns that say whom the row is about by an order of theirs; none where a column says it itself."""
        return [] if self.subjects else [column for column in self.feed.columns if column.customer_role == "order"]

    @property
    def identifiers(self) -> list[Column]:
        """Columns by which an erased customer is found."""
        return [*self.subjects, *self.mentions, *self.orders]

    @property
    def teachers(self) -> list[Column]:
        """Columns whose values lead to the customer whom the row is about."""
        numbered = [column for column in self.subjects if column.numbering in self.wanted]
        ordered = [column for column in self.feed.columns if column.customer_role == "order" and column.key]
        return numbered + [column for column in ordered if self.subjects and column.numbering in self.wanted]

    @property
    def is_needed(self) -> bool:
        """False for a feed in which nothing leads to a customer, or nothing would have to go."""
        is_personal = any(column.personal for column in self.feed.columns)
        return bool(self.subjects or self.mentions or (self.orders and is_personal))

    @property
    def drops_rows(self) -> bool:
        """True when a row is about its customer and nothing else."""
        return any(column.key for column in self.subjects)

    @property
    def as_delivered(self) -> "Scrubber":
        """The same rule in the names that the delivered file has."""
        columns = tuple(
            column.model_copy(update={"name": column.in_file, "customer": column.customer_role}) for column in self.feed.columns
        )
        return replace(self, feed=self.feed.model_copy(update={"columns": columns}))

    def owner(self, column: Column, value: object) -> str | None:
        """The erased customer, as a hash, to whom the value leads, as the file has it."""
        return None if value is None else self.erased.owner(self.source, _identifier(column, value), column.numbering)

    def is_erased(self, column: Column, value: object) -> bool:
        """True when the value, as the file has it, leads to an erased customer."""
        return self.owner(column, value) is not None

    def holds_token(self, tokens: Iterable[str]) -> bool:
        """True when one of these pieces of a broken line is the id of an erased customer."""
        pieces = {token.strip().strip(self.feed.csv.quote) for token in tokens}
        return any(self.is_erased(column, piece) for piece in pieces if piece for column in self.identifiers)

    def replacements(self, row: Mapping[str, object]) -> dict[str, str | None] | None:
        """New values by column of a row about, or with, an erased customer; empty: nothing to do; None: the row goes."""
        new: dict[str, str | None] = {
            column.name: _emptied(column) for column in self.mentions if self.is_erased(column, row.get(column.name))
        }
        owners = [self.owner(column, row.get(column.name)) for column in (*self.subjects, *self.orders)]
        customer = next((owner for owner in owners if owner is not None), None)
        if customer is not None:
            for column in self.teachers:
                self._learn(customer, column, row.get(column.name))
            if self.drops_rows:
                return None
            personal = [c for c in self.feed.columns if c.personal]
            new |= {c.name: _emptied(c) for c in personal if row.get(c.name) not in (None, "", _emptied(c))}
            new |= {c.name: _emptied(c) for c in self.subjects}
        return new

    def _learn(self, customer: str, column: Column, value: object) -> None:
        if value not in (None, "", _emptied(column)):
            self.erased.learn(customer, self.source, _identifier(column, value), column.numbering)

    def learn_from(self, connection: "DuckDBPyConnection", relation: str, present: Collection[str], ids: Ids) -> None:
        """What else leads to these customers, from their rows of a relation."""
        known = [column for column in self.subjects if ids.get(column.name)]
        for teacher in self.teachers:
            for subject in known:
                if teacher.name in present and teacher.name != subject.name:
                    pairs = connection.execute(
                        f"select distinct cast({subject.quoted} as varchar), cast({teacher.quoted} as varchar) from {relation}"
                        f" where {_is_one_of(subject, ids)}"
                    ).fetchall()
                    for value, taught in pairs:
                        self._learn(self.owner(subject, value) or "", teacher, taught)

    def hit(self, columns: Iterable[Column], ids: Ids) -> str:
        """True, in SQL, for rows in which one of these columns holds one of its ids."""
        return f"({' or '.join(_is_one_of(column, ids) for column in columns if column.name in ids) or 'false'})"

    def changed(self, present: Collection[str], ids: Ids) -> str:
        """True, in SQL, for rows that are changed or go: one of an order only while something personal stands there."""
        personal = [column for column in self.feed.columns if column.personal and column.name in present]
        filled = " or ".join(
            f"coalesce(cast({c.quoted} as varchar) not in ('', {quote_literal(_emptied(c) or '')}), false)" for c in personal
        )
        return (
            f"({self.hit([*self.subjects, *self.mentions], ids)} or ({self.hit(self.orders, ids)} and ({filled or 'false'})))"
        )

    def scrubbed_select(self, relation: str, present: Collection[str], ids: Ids) -> str:
        """The rows of a relation without these ids (as the relation has them); present: its columns."""
        subject = self.hit([*self.subjects, *self.orders], ids)
        touched = [c for c in self.feed.columns if c.is_erasable and c.name in present]
        values = []
        for column in touched:
            test = self.hit([column], ids) if column.customer_role == "mention" else subject
            if (empty := _emptied(column)) is None:
                values.append(f"case when not {test} then {column.quoted} end as {column.quoted}")
            else:
                kept = f"cast({column.quoted} as varchar)"
                values.append(f"case when {test} then {quote_literal(empty)} else {kept} end as {column.quoted}")
        rows = f"select * replace ({', '.join(values)}) from {relation}"
        return f"{rows} where not {subject}" if self.drops_rows else rows

    def ids_in(self, connection: "DuckDBPyConnection", relation: str, present: Collection[str]) -> Ids:
        """What leads to erased customers in a relation, as it has it, by column; empty: nothing has to be changed."""
        found: dict[str, set[str]] = {}
        for column in self.identifiers:
            if column.name in present:
                values = connection.execute(f"select distinct cast({column.quoted} as varchar) from {relation}").fetchall()
                ids = {value for (value,) in values if self.is_erased(column, value)}
                if ids:
                    found[column.name] = ids
        return found if found and count_rows_of(connection, self, relation, present, found) else {}


def scrub_file(scrubber: Scrubber, path: Path) -> int:
    """Take erased customers out of a delivered file; the rows that changed or went. The file is replaced in one step.

    Raises ScrubbingError when the file cannot be read or written; it is as it was then.
    """
    import duckdb

    if not scrubber.is_needed or path.stat().st_size == 0:
        return 0
    temporary = path.with_name(f".{path.name}{_SCRUBBED}")
    kind = scrubber.feed.format_of(path.name)
    scrub = {"csv": _scrub_csv, "json": _scrub_json, "parquet": _scrub_parquet}[kind]
    scrubber = scrubber.as_delivered
    try:
        before = path.stat()
        rows = scrub(scrubber, path, temporary)
        if not rows:
            return 0
        after = path.stat()
        if (before.st_ino, before.st_size, before.st_mtime_ns) != (after.st_ino, after.st_size, after.st_mtime_ns):
            raise OSError("it was changed while it was being read; run again when it is complete")
        scrubber.erased.write_down()
        shutil.copymode(path, temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, EOFError, zlib.error, ValueError, csv.Error, duckdb.Error) as error:
        # what the error says may repeat what stands in the file
        reason = str(error) if isinstance(error, OSError) and not isinstance(error, duckdb.Error) else type(error).__name__
        raise ScrubbingError(
            f"{path.name} cannot be searched for customers who were erased: {reason}. It was left as it is. "
            "Have it delivered again, or take it away."
        ) from None
    finally:
        temporary.unlink(missing_ok=True)
    return rows


def _identifier(column: Column, value: object) -> str:
    """An id as it is published, from what the file has."""
    return column.customer_prefix + str(value).strip().removesuffix(column.customer_suffix)


def _is_one_of(column: Column, ids: Ids) -> str:
    literals = ", ".join(map(quote_literal, sorted(ids[column.name])))
    return f"coalesce(cast({column.quoted} as varchar) in ({literals}), false)"


def _emptied(column: Column) -> str | None:
    return None if column.nullable else PSEUDONYM


def _open(path: Path, mode: str, encoding: str, named: Path) -> IO[str]:
    """named: whose suffix says whether it is compressed."""
    # bytes that are not text go through as they are: what is wrong with them, the load says
    errors = "surrogateescape" if encoding == "utf-8" else "strict"
    if named.suffix == ".gz":
        return cast(IO[str], gzip.open(path, f"{mode}t", encoding=encoding, errors=errors, newline=""))
    return path.open(mode, encoding=encoding, errors=errors, newline="")


class _Lines:
    """The lines that a CSV reader takes, kept until the record that they make up is settled."""

    def __init__(self, stream: Iterable[str]) -> None:
        self._stream = iter(stream)
        self._taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._stream)
        self._taken.append(line)
        return line

    def take(self) -> list[str]:
        taken, self._taken = self._taken, []
        return taken


def _scrub_csv(scrubber: Scrubber, path: Path, temporary: Path) -> int:
    options = scrubber.feed.csv
    csv.field_size_limit(sys.maxsize)
    changed = 0
    with _open(path, "r", options.encoding, path) as stream, _open(temporary, "w", options.encoding, path) as target:
        lines = _Lines(stream)
        reader = csv.reader(lines, delimiter=options.delimiter, quotechar=options.quote)
        header = [name.removeprefix("\ufeff").strip() for name in next(reader, [])]
        # without a required column it is no header of this feed, and may be somebody's row
        is_header = all(column.nullable or column.name in header for column in scrubber.feed.columns)
        for values in chain([header], reader):
            raw = lines.take()
            if values is header and is_header:
                kept = raw
            elif not is_header or len(values) != len(header):
                kept = [line for line in raw if not scrubber.holds_token(line.rstrip("\r\n").split(options.delimiter))]
            else:
                row = dict(zip(header, values, strict=True))
                new = scrubber.replacements(row)
                if new is None:
                    kept = []
                elif new:
                    kept = [_written(scrubber, {**row, **new}.values(), raw[-1])]
                else:
                    kept = raw if len(raw) == 1 else _without_whole_rows(scrubber, header, raw)
            changed += kept != raw
            target.writelines(kept)
    return changed


def _without_whole_rows(scrubber: Scrubber, header: list[str], raw: list[str]) -> list[str]:
    """A quote that is never closed swallows whole rows: each of the lines is looked at by itself."""
    kept = []
    for line in raw:
        values = line.rstrip("\r\n").split(scrubber.feed.csv.delimiter)
        if len(values) != len(header) or scrubber.replacements(dict(zip(header, values, strict=True))) == {}:
            kept.append(line)
    return kept


def _written(scrubber: Scrubber, values: Iterable[str | None], last_line: str) -> str:
    ending = last_line[len(last_line.rstrip("\r\n")) :]
    text = StringIO()
    csv.writer(text, delimiter=scrubber.feed.csv.delimiter, quotechar=scrubber.feed.csv.quote, lineterminator=ending).writerow(
        "" if value is None else value for value in values
    )
    return text.getvalue()


def _scrub_json(scrubber: Scrubber, path: Path, temporary: Path) -> int:
    with _open(path, "r", "utf-8", path) as stream:
        text = stream.read()
    # numbers stay the text that they are: the reader casts text
    decoder = json.JSONDecoder(parse_float=str)
    start = _skip(text, 0, " \t\r\n\ufeff")
    is_array = text.startswith("[", start)
    place = start + 1 if is_array else start
    pieces, changed, copied = [text[:place]], 0, place
    while (place := _skip(text, place, " \t\r\n,")) < len(text) and text[place] != "]":
        row, end = decoder.raw_decode(text, place)
        new = scrubber.replacements(row) if isinstance(row, dict) else {}
        if new != {}:
            changed += 1
            if new is None:
                pieces.append(text[copied:place].rstrip(", \t\r\n") if is_array else text[copied:place])
                end = _skip(text, end, "\r\n") if not is_array else end
            else:
                erased = {name: new.get(name, value) for name, value in row.items()}
                pieces.extend((text[copied:place], json.dumps(erased, ensure_ascii=False)))
            copied = end
        place = end
    pieces.append(text[copied:])
    if changed:
        result = "".join(pieces)
        if is_array:
            # the first of an array may be the one that went
            opening = start + 1
            rest = _skip(result, opening, " \t\r\n,")
            result = result[:opening] + result[rest:] if "," in result[opening:rest] else result
        with _open(temporary, "w", "utf-8", path) as target:
            target.write(result)
    return changed


def _skip(text: str, place: int, characters: str) -> int:
    while place < len(text) and text[place] in characters:
        place += 1
    return place


def _scrub_parquet(scrubber: Scrubber, path: Path, temporary: Path) -> int:
    import duckdb

    relation = f"read_parquet({quote_path(path)})"
    with duckdb.connect() as connection:
        present = [row[0] for row in connection.execute(f"describe select * from {relation}").fetchall()]
        ids = scrubber.ids_in(connection, relation, present)
        if not ids:
            return 0
        scrubber.learn_from(connection, relation, present, ids)
        rows = count_rows_of(connection, scrubber, relation, present, ids)
        select = scrubber.scrubbed_select(relation, present, ids)
        connection.execute(f"copy ({select}) to {quote_literal(str(temporary))} (format parquet)")
    return rows


def count_rows_of(
    connection: "DuckDBPyConnection", scrubber: Scrubber, relation: str, present: Collection[str], ids: Ids
) -> int:
    """Rows of a relation that these ids change."""
    rows = connection.execute(f"select count(*) from {relation} where {scrubber.changed(present, ids)}").fetchall()
    return int(rows[0][0])
