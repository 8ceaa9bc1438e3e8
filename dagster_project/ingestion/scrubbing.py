"""The rule of an erasure that follows from a contract: which rows are about an erased customer, what goes from which column.

Belongs here: the rule for a row, and as SQL for a relation. Not here: writing files (scrubbed_files.py, the room erasure), the
journal of who was erased.

A row about an erased customer loses the customer's id and every personal value, and stays: its amounts belong to the totals.
Where the id is a part of the key the row is about nothing else, and goes. A mention in somebody else's row is emptied. A row
that names no customer, but an order of one, loses its personal values. Which orders and which keys of other numberings lead
to a customer is learned from the rows that are changed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dagster_project.erasure_journal import ErasedCustomers
from dagster_project.ingestion.columns import Column
from dagster_project.ingestion.contracts import Source
from dagster_project.ingestion.expressions import quote_literal
from dagster_project.ingestion.feed import Feed

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Stands where a value must stand; all erased customers share it.
PSEUDONYM = "erased"
# Values that lead to erased customers, by the column that holds them.
Ids = Mapping[str, Collection[str]]


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
        if value is None:
            return None
        owner = self.erased.owner(self.source, _identifier(column, value), column.numbering)
        if owner is None and column.numbering and column.customer_prefix:
            owner = self.erased.owner(self.source, column.customer_prefix + _identifier(column, value), "")
        return owner

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


def _identifier(column: Column, value: object) -> str:
    """An id in the column's own numbering, which is mostly as it is published, from what the file has."""
    prefix = "" if column.numbering else column.customer_prefix
    return prefix + str(value).strip().removesuffix(column.customer_suffix)


def _is_one_of(column: Column, ids: Ids) -> str:
    literals = ", ".join(map(quote_literal, sorted(ids[column.name])))
    return f"coalesce(cast({column.quoted} as varchar) in ({literals}), false)"


def _emptied(column: Column) -> str | None:
    return None if column.nullable else PSEUDONYM


def count_rows_of(
    connection: "DuckDBPyConnection", scrubber: Scrubber, relation: str, present: Collection[str], ids: Ids
) -> int:
    """Rows of a relation that these ids change."""
    rows = connection.execute(f"select count(*) from {relation} where {scrubber.changed(present, ids)}").fetchall()
    return int(rows[0][0])
