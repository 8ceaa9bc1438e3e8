"""How a load looks in the Dagster UI: metadata and check results from plain outcomes.

Belongs here: what a person wants to see. Never here: a value from a rejected row, which may be personal.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import dagster as dg

from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.outcomes import STATUSES, DeliveryLoad
from dagster_project.ingestion.quarantine import OpenRejection

DELIVERIES_ACCEPTED = "deliveries_accepted"
ROWS_ACCEPTED = "rows_accepted"
QUARANTINE_COLUMNS = {
    "feed": ("VARCHAR", "Source and feed."),
    "delivery_date": ("DATE", "Day of the delivery."),
    "file": ("VARCHAR", "Name of the delivered file."),
    "reason": ("VARCHAR", "Why the rows were rejected."),
    "column": ("VARCHAR", "Column that broke the contract; empty where it was the row as a whole."),
    "rows": ("INTEGER", "Rejected rows."),
    "amount": ("VARCHAR", "Money in them by the feed's control total, where their values can be read."),
    "samples": ("VARCHAR", "Up to three of them: line and column, and the value unless it may be personal."),
    "remedy": ("VARCHAR", "What to do."),
}
NO_UNKNOWN_FILES = "no_unknown_files"
# A year of broken files would make a page that nobody reads.
_SHOWN_MESSAGES = 20


def column_schema(feed: Feed) -> dg.TableSchema:
    """The contract as the UI shows it."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type,
                description=column.description,
                constraints=dg.TableColumnConstraints(nullable=column.nullable, other=_other_constraints(feed, column.name)),
                tags={"personal": ""} if column.personal else {},
            )
            for column in feed.columns
        ]
    )


def table_schema(columns: Mapping[str, tuple[str, str]]) -> dg.TableSchema:
    """A table's columns as the UI shows them, from name: (type, description)."""
    return dg.TableSchema([dg.TableColumn(name, kind, description) for name, (kind, description) in columns.items()])


def run_metadata(loads: Sequence[DeliveryLoad]) -> dict[str, dg.MetadataValue]:
    """What a run did with all its deliveries."""
    statuses = Counter(load.status for load in loads)
    return {
        **{f"deliveries_{status}": dg.MetadataValue.int(statuses[status]) for status in STATUSES},
        "rows_rejected": dg.MetadataValue.int(_quarantined(loads).total()),
        "quarantine": _counts_by_reason(_quarantined(loads)),
        "messages": dg.MetadataValue.md(_as_list(_messages(loads)) or "none"),
    }


def delivery_metadata(load: DeliveryLoad | None) -> dict[str, dg.MetadataValue]:
    """What stands behind one day of the partition bar; None: nothing of that day lies in landing."""
    if load is None:
        return {"delivery": dg.MetadataValue.text("no file")}
    return {
        "delivery": dg.MetadataValue.text(load.status),
        "files": dg.MetadataValue.text(", ".join(load.files)),
        "rows_rejected": dg.MetadataValue.int(load.rows_rejected),
        "dagster/partition_row_count": dg.MetadataValue.int(0 if load.is_held_back else load.rows_accepted),
    }


def check_results(loads: Sequence[DeliveryLoad]) -> list[dg.AssetCheckResult]:
    """Were all deliveries taken in, and all rows of those?"""
    refused = [load for load in loads if load.is_held_back]
    quarantined = _quarantined(loads)
    return [
        dg.AssetCheckResult(
            check_name=DELIVERIES_ACCEPTED,
            passed=not refused,
            severity=dg.AssetCheckSeverity.ERROR,
            description=_as_list(load.message for load in refused) or "Every delivery was taken in.",
            metadata={"held_back": len(refused), "deliveries": len(loads)},
        ),
        dg.AssetCheckResult(
            check_name=ROWS_ACCEPTED,
            passed=not quarantined,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"Rows in the quarantine, each with file, line, column and reason: {quarantined.total()}."
            if quarantined
            else "Every row of the deliveries that were taken in was accepted.",
            metadata={"rows_rejected": quarantined.total(), "quarantine": _counts_by_reason(quarantined)},
        ),
    ]


def quarantine_metadata(rejections: Sequence[OpenRejection], held_back: Sequence[DeliveryLoad]) -> dict[str, dg.MetadataValue]:
    """What is open: one record per file, column and reason, with samples; and each delivery that is held back."""
    records = [
        dg.TableRecord(
            {
                "feed": f"{one.source}/{one.feed}",
                "delivery_date": one.delivery_date.isoformat(),
                "file": one.file,
                "reason": one.reason,
                "column": one.column,
                "rows": one.rows,
                "amount": "" if one.amount is None else f"{one.amount} in {one.amount_rows} rows",
                "samples": "; ".join(one.samples),
                "remedy": one.remedy,
            }
        )
        for one in rejections
    ]
    columns = [dg.TableColumn(name, "int" if name == "rows" else "string") for name in QUARANTINE_COLUMNS]
    return {
        "dagster/row_count": dg.MetadataValue.int(len(records)),
        "rows_open": dg.MetadataValue.int(sum(one.rows for one in rejections)),
        "open": dg.MetadataValue.table(records, schema=dg.TableSchema(columns)),
        "deliveries_held_back": dg.MetadataValue.int(len(held_back)),
        "held_back": dg.MetadataValue.md(_as_list(outcome.message for outcome in held_back) or "none"),
    }


def unknown_files_result(source: str, names: Sequence[str]) -> dg.AssetCheckResult:
    """Does every file that lies in a source's landing folder belong to a feed?"""
    told = _as_list(
        f"{name} is no feed's file. It was not read. Correct its name or place, or the contract feeds/{source}.yaml, "
        "or take it away."
        for name in names
    )
    return dg.AssetCheckResult(
        check_name=f"{NO_UNKNOWN_FILES}_{source}",
        passed=not names,
        severity=dg.AssetCheckSeverity.WARN,
        description=told or "Every file belongs to a feed.",
        metadata={"unknown_files": len(names)},
    )


def _quarantined(loads: Sequence[DeliveryLoad]) -> Counter[str]:
    """Rows by column and reason of what stands in the lake; a held-back delivery put nothing into the quarantine."""
    counts: Counter[str] = Counter()
    for load in loads:
        if not load.is_held_back:
            counts.update(load.rejected_by)
    return counts


def _counts_by_reason(counts: Counter[str]) -> dg.TableMetadataValue:
    records = [dg.TableRecord({"reason": reason, "rows": rows}) for reason, rows in sorted(counts.items())]
    schema = dg.TableSchema([dg.TableColumn("reason", "string"), dg.TableColumn("rows", "int")])
    return dg.MetadataValue.table(records, schema=schema)


def _messages(loads: Sequence[DeliveryLoad]) -> Iterator[str]:
    """What was held back or withdrawn, each; then what is the same for many deliveries, once."""
    yield from (load.message for load in loads if load.message and load.status in ("held_back", "withdrawn"))
    days: dict[str, list[str]] = {}
    for load in loads:
        if load.message and load.status in ("loaded", "unchanged"):
            days.setdefault(load.message.partition(": ")[2], []).append(load.delivery_date.isoformat())
    for text, dates in days.items():
        yield f"{dates[0]}: {text}" if len(dates) == 1 else f"{len(dates)} deliveries, {dates[0]} to {dates[-1]}: {text}"


def _as_list(messages: Iterable[str]) -> str:
    texts = list(messages)
    shown = [f"- {text}" for text in texts[:_SHOWN_MESSAGES]]
    if len(texts) > _SHOWN_MESSAGES:
        shown.append(f"- and {len(texts) - _SHOWN_MESSAGES} more")
    return "\n".join(shown)


def _other_constraints(feed: Feed, name: str) -> list[str]:
    return ["key"] if name in {column.name for column in feed.keys} else []
