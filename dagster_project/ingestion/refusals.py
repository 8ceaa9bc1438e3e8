"""Deliveries that were read and are not taken: what is wrong with their rows as a whole, what a person gets to repair them.

Belongs here: too many bad rows, lines that one row swallowed, too few rows; the list of rejected rows. Not here: the frame of
messages (outcomes.py), files that cannot be read at all (files.py, headers.py).
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import TYPE_CHECKING, Any

from dagster_project.ingestion.arrivals import Arrival
from dagster_project.ingestion.contracts import Source
from dagster_project.ingestion.expressions import quote_literal
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.lake import FeedFolder, LedgerRow, commit_file, write_parquet
from dagster_project.ingestion.landing import ACCEPTED
from dagster_project.ingestion.outcomes import DeliveryLoad, held_back, rejected_row
from dagster_project.ingestion.readers import SWALLOWING_REASONS, DeliveryCount
from dagster_project.ingestion.scrubbing import Scrubber

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A held-back delivery can be rejected from its first to its last row; whoever repairs it needs some of them.
_HELD_BACK_ROWS = 1000
_TOLD_ROWS = 3
# Deliveries before this one that say how many rows are usual.
RECENT_DELIVERIES = 7


@dataclass(frozen=True, slots=True)
class FeedLoad:
    """What every batch of one load shares.

    before: the ledger as it was when the load began, of the days that matter. rows_by_day: rows read of every delivery in the
    lake that the load knows of; it grows while the load commits. scrubber: None where nobody was erased.
    extract: the read of a database that the delivery comes from. memory_limit: of the database that a batch is read into.
    """

    source: Source
    feed: Feed
    folder: FeedFolder
    before: Mapping[date, LedgerRow]
    rows_by_day: dict[date, int] = field(default_factory=dict)
    scrubber: Scrubber | None = None
    extract: Mapping[str, Any] | None = None
    memory_limit: str | None = None


@dataclass(frozen=True, slots=True)
class Settling:
    """A delivery that has been read and is about to be committed or held back. numbers: of its files in the batch."""

    connection: "DuckDBPyConnection"
    load: FeedLoad
    arrival: Arrival
    numbers: range
    count: DeliveryCount


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """How many rows a delivery has, and how many the recent ones had. share: of rows that are missing against those."""

    rows: int
    usual_rows: float
    deliveries: int

    @property
    def share(self) -> float:
        """Missing rows, 0 to 1."""
        return 1 - self.rows / self.usual_rows


def in_files(numbers: range) -> str:
    """The condition for rows of one delivery."""
    return f"_file_no between {numbers[0]} and {numbers[-1]}"


def refuse(load: FeedLoad, arrival: Arrival, problem: str, remedy: str = "") -> DeliveryLoad:
    """Hold a delivery back of which nothing is known but that it is wrong."""
    day = arrival.delivery_date
    return held_back(load.source, load.feed, day, problem, load.before.get(day), remedy, arrival.names)


def swallowed_lines(settling: Settling) -> str:
    """What is wrong when the reader took several lines for one bad row: an opened quote hides what comes after it."""
    if not settling.count.rows_rejected:
        return ""
    reasons = ", ".join(map(quote_literal, SWALLOWING_REASONS))
    rows = settling.connection.execute(f"""
        select _file_no, line, len(string_split_regex(raw_text, '\\r\\n|\\n|\\r')) as lines
        from (
            select _file_no, line, rtrim(raw_text, chr(10) || chr(13)) as raw_text
            from rejected
            where {in_files(settling.numbers)} and reason in ({reasons})
        )
        where regexp_matches(raw_text, '[\\r\\n]')
        order by _file_no, line
        limit 1
    """).fetchall()
    if not rows:
        return ""
    number, line, lines = rows[0]
    name = settling.arrival.names[number - settling.numbers[0]]
    return f"{name}, line {line}: {lines} lines hang together as one row; a quote is opened there and not closed"


def shrinkage(load: FeedLoad, day: date, rows: int) -> Shrinkage | None:
    """Not None when a delivery has fewer rows than the contract lets it have against the recent ones."""
    tolerance = load.feed.most_shrinkage
    if tolerance is None:
        return None
    found = against_recent(load.rows_by_day, sorted(load.rows_by_day), day, rows)
    return found if found is not None and found.share > tolerance else None


def against_recent(rows_by_day: Mapping[date, int], days: Sequence[date], day: date, rows: int) -> Shrinkage | None:
    """A delivery beside those of the days before, or the one that it replaces where there are none; None: nothing to compare.

    days: of rows_by_day, sorted.
    """
    place = bisect_left(days, day)
    earlier = days[max(0, place - RECENT_DELIVERIES) : place]
    counts = [rows_by_day[one] for one in earlier or ([day] if day in rows_by_day else [])]
    usual = median(counts) if counts else 0
    return Shrinkage(rows, usual, len(counts)) if usual else None


def too_few_rows(load: FeedLoad, arrival: Arrival, found: Shrinkage) -> DeliveryLoad:
    """Hold a delivery back that has shrunk."""
    names = " and ".join(arrival.names)
    return refuse(
        load,
        arrival,
        f"{names}: {found.rows} rows are {found.share:.1%} fewer than usual ({found.usual_rows:g}, the median of "
        f"{found.deliveries} deliveries before), and {load.feed.most_shrinkage:.1%} may be missing",
        f"If it is right, put an empty file {arrival.names[0]}{ACCEPTED} beside it; if not, have it delivered again, complete"
        if load.feed.database is None
        else f"If it is right, write a larger `shrink_tolerance` for feed {load.feed.name} into the contract; if not, look at "
        "the table and run the load again",
    )


def hold_back_rejected(settling: Settling) -> DeliveryLoad:
    """Hold a delivery back in which too many rows break the contract, and list those."""
    load, arrival, count = settling.load, settling.arrival, settling.count
    day, names = arrival.delivery_date, " and ".join(arrival.names)
    target = load.folder.held_back(day)
    rows = f"{rejected_rows(settling, 'held_back')} limit {_HELD_BACK_ROWS}"
    commit_file(write_parquet(settling.connection, rows, load.folder.loading), target)
    told = settling.connection.execute(f"""
        select _file_no, line, column_name, reason, message
        from rejected
        where {in_files(settling.numbers)}
        order by _file_no, line
        limit {_TOLD_ROWS}
    """).fetchall()
    several = len(arrival.names) > 1
    examples = "; ".join(
        (f"{arrival.names[number - settling.numbers[0]]}, " if several else "") + rejected_row(load.feed, *row)
        for number, *row in told
    )
    more = count.rows_rejected - len(told)
    return held_back(
        load.source,
        load.feed,
        day,
        f"{names}: {count.rows_rejected} of {count.rows_read} rows break the contract, and "
        f"{load.feed.reject_tolerance:.1%} may: {examples}" + (f"; and {more} more" if more else ""),
        load.before.get(day),
        f"The rows are listed in {target.relative_to(load.folder.lake.parent)}; "
        + ("have the file delivered again, corrected, " if load.feed.database is None else "correct them in the table, ")
        + f"or correct the contract feeds/{load.source.name}.yaml",
        arrival.names,
        count.rows_read,
        rejected_by(settling),
    )


def rejected_rows(settling: Settling, load_id: str) -> str:
    """A select of a delivery's rejected rows, as they stand in the quarantine."""
    first, names = settling.numbers[0], ", ".join(map(quote_literal, settling.arrival.names))
    return f"""
        select {quote_literal(load_id)} as load_id, ([{names}])[_file_no - {first} + 1] as file,
            line, column_name, reason, message, raw_text, amount
        from rejected
        where {in_files(settling.numbers)}
        order by _file_no, line
    """


def rejected_by(settling: Settling) -> dict[str, int]:
    """A delivery's rejected rows per column and reason."""
    if not settling.count.rows_rejected:
        return {}
    rows = settling.connection.execute(f"""
        select coalesce(column_name || ': ', '') || reason as reason, count(*)
        from rejected
        where {in_files(settling.numbers)}
        group by all
        order by 1
    """).fetchall()
    return dict(rows)
