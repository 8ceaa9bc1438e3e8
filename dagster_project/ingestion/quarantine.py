"""What is open in the quarantine: rejected rows of the deliveries that stand in the lake, and deliveries that are held back.

Belongs here: counting, sampling and pricing them. Never here: a value of a personal column, or the text of a row. Not here:
showing it (report.py, commands). Both are read from what lies there now, so that a corrected delivery closes what it corrects.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.ingestion.contracts import Source
from dagster_project.ingestion.expressions import quote_path
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.lake import FeedFolder
from dagster_project.ingestion.landing import landing_folder
from dagster_project.ingestion.ledger import read_feed_ledger
from dagster_project.ingestion.outcomes import DeliveryLoad, rejected_row
from dagster_project.ingestion.trial import try_deliveries

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SAMPLES = 3


@dataclass(frozen=True)
class OpenRejection:
    """Rows of one file that were rejected for one reason.

    amount: by the contract's control total, of those rows whose values can be read (amount_rows); None where it states none.
    """

    source: str
    feed: str
    delivery_date: date
    file: str
    reason: str
    column: str
    rows: int
    samples: tuple[str, ...]
    amount: Decimal | None = None
    amount_rows: int = 0
    remedy: str = ""


def open_rejections(source: Source, feed: Feed, landing: Path, lake: Path) -> list[OpenRejection]:
    """What stands in the quarantine of a feed's committed deliveries, by date, file, column and reason."""
    import duckdb

    folder = FeedFolder(lake, source.name, feed.name)
    ledger = read_feed_ledger(folder)
    files = [folder.quarantine(day, row.load_id) for day, row in ledger.items() if row.rows_rejected]
    files = [file for file in files if file.exists()]
    if not files:
        return []
    days = {row.load_id: day for day, row in ledger.items()}
    with duckdb.connect() as connection:
        listed = ", ".join(map(quote_path, files))
        connection.execute(
            f"create view rejected as select * from read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"
        )
        amounts = _amounts(connection)
        groups = connection.execute(f"""
            select
                load_id, file, reason, coalesce(column_name, '') as column_name, count(*),
                list({{'line': line, 'message': message}} order by line)[:{_SAMPLES}]
            from rejected
            group by all
            order by load_id, file, reason, column_name
        """).fetchall()
    rejections = []
    for load_id, file, reason, column, rows, told in groups:
        amount, amount_rows = amounts.get((load_id, file, reason, column), (None, 0))
        rejections.append(
            OpenRejection(
                source=source.name,
                feed=feed.name,
                delivery_date=days[load_id],
                file=file,
                reason=reason,
                column=column,
                rows=rows,
                samples=tuple(rejected_row(feed, one["line"], column or None, reason, one["message"] or "") for one in told),
                amount=amount,
                amount_rows=amount_rows,
                remedy=_remedy(source, feed, landing, file),
            )
        )
    return sorted(rejections, key=lambda one: (one.delivery_date, one.file, one.column, one.reason))


def open_held_back(source: Source, feed: Feed, landing: Path, lake: Path, today: date | None = None) -> list[DeliveryLoad]:
    """Deliveries that lie in landing and are refused as they are, each with its message: only those that the lake does not hold
    are read again. today: day under which a table of a database would be delivered.
    """
    trials = try_deliveries(source, feed, landing, lake, today=today)
    return [trial.outcome for trial in trials if trial.outcome.is_held_back]


def _remedy(source: Source, feed: Feed, landing: Path, file: str) -> str:
    if feed.database is not None:
        return f"Correct these rows in table {feed.database.table} of the database; the next load reads what changed."
    return (
        f"Correct these lines in {landing_folder(source, feed, landing) / file}, or have the source deliver the file again; "
        "the next load replaces the delivery."
    )


def _amounts(connection: "DuckDBPyConnection") -> Mapping[tuple[str, str, str, str], tuple[Decimal | None, int]]:
    """The control total by group, as the load could say it; of how many rows it could."""
    groups = connection.execute("""
        select load_id, file, reason, coalesce(column_name, ''), sum(amount), count(amount) from rejected group by all
    """).fetchall()
    return {(load_id, file, reason, column): (amount, rows) for load_id, file, reason, column, amount, rows in groups}
