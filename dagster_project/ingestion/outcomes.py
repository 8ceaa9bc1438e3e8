"""What became of a delivery, and how a person is told.

Belongs here: the result of a load and its messages: what is wrong, what was left untouched, what to do. Not here: finding out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from dagster_project.ingestion.contracts import Source
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.lake import LedgerRow

Status = Literal["loaded", "unchanged", "held_back", "withdrawn"]
STATUSES: tuple[Status, ...] = ("loaded", "unchanged", "held_back", "withdrawn")


@dataclass(frozen=True, slots=True)
class DeliveryLoad:
    """What became of one delivery; rows_read = rows_accepted + rows_rejected, always.

    rejected_by: rejected rows per "<column>: <reason>", without any value. bytes: of the delivered files.
    """

    source: str
    feed: str
    delivery_date: date
    status: Status
    message: str = ""
    files: tuple[str, ...] = ()
    bytes: int = 0
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rejected_by: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_held_back(self) -> bool:
        """True when the delivery was refused and the lake kept what it had."""
        return self.status == "held_back"


def in_the_lake(row: LedgerRow, status: Literal["loaded", "unchanged"]) -> DeliveryLoad:
    """A delivery that stands in the lake, just committed or as it was."""
    return DeliveryLoad(
        source=row.source,
        feed=row.feed,
        delivery_date=date.fromisoformat(row.delivery_date),
        status=status,
        message=f"{row.source}/{row.feed} {row.delivery_date}: {row.remark}." if row.remark else "",
        files=row.files,
        bytes=row.bytes,
        rows_read=row.rows_read,
        rows_accepted=row.rows_accepted,
        rows_rejected=row.rows_rejected,
        rejected_by=row.rejected_by,
    )


def withdrawn(source: Source, feed: Feed, day: date, was_there: bool) -> DeliveryLoad:
    """A delivery that a marker in landing takes out of the lake."""
    done = "was taken out of the lake" if was_there else "is not in the lake"
    text = f"{source.name}/{feed.name} {day}: marked as withdrawn, it {done}. Remove the marker to have it back."
    return DeliveryLoad(source.name, feed.name, day, "withdrawn", text)


def held_back(
    source: Source,
    feed: Feed,
    day: date,
    problem: str,
    before: LedgerRow | None,
    remedy: str = "",
    files: tuple[str, ...] = (),
    rows_read: int = 0,
    rejected_by: Mapping[str, int] | None = None,
) -> DeliveryLoad:
    """A delivery that was refused. problem: with file, line and column. before: what the lake holds and keeps."""
    untouched = (
        "Nothing of this delivery is in the lake"
        if before is None
        else f"The lake keeps the delivery as loaded at {before.loaded_at} UTC ({before.rows_accepted} rows)"
    )
    what_to_do = remedy or f"Have the file delivered again, corrected, or correct the contract feeds/{source.name}.yaml"
    reasons = rejected_by or {}
    rejected = sum(reasons.values())
    return DeliveryLoad(
        source=source.name,
        feed=feed.name,
        delivery_date=day,
        status="held_back",
        message=f"{source.name}/{feed.name} {day}: {problem}. {untouched}. {what_to_do}.",
        files=files,
        rows_read=rows_read,
        rows_accepted=rows_read - rejected,
        rows_rejected=rejected,
        rejected_by=reasons,
    )


def without_values(error: str) -> str:
    """What DuckDB says of a file, without the line and the values that it repeats: they may be personal."""
    first = re.sub(r"Original Line:[^\n]*", "", error.split("\n\n")[0])
    return " ".join(re.sub(r'string "[^"]*"', "a value", first).split()).rstrip(".")


def rejected_row(feed: Feed, line: int | None, column_name: str | None, reason: str, message: str) -> str:
    """One rejected row in words; the value is told unless the column is personal."""
    column = feed.column(column_name)
    told = column_name if column is None else column.told
    place = f"line {line}" + (f", column {told}" if told else "")
    if reason in ("wrong_type", "too_many_decimals") and column is not None:
        value = message.partition('Could not convert string "')[2].partition('" to ')[0]
        value = value or message.partition('Could not convert "')[2].partition('" to ')[0]
        shown = repr(value) if value and not column.personal else "its value"
        if reason == "wrong_type":
            return f"{place}: {shown} is not {column.type}"
        return f"{place}: {shown} has more decimals than {column.type}; `round_decimals: true` of the column would round it"
    return f"{place}: {reason.replace('_', ' ')}"
