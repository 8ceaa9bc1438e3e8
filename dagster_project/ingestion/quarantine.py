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
from dagster_project.ingestion.database_read import Unit
from dagster_project.ingestion.expressions import quote_identifier, quote_literal, quote_path
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
            f" where {_still_stands(source, feed, lake, days)}"
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


def _still_stands(source: Source, feed: Feed, lake: Path, days: Mapping[str, date]) -> str:
    """True, in SQL, for a rejected row that no later delivery has put another in the place of.

    A file is corrected in its own place. A row of a table is read again under a later day, with all that is read with it.
    """
    if feed.database is None:
        return "true"
    if feed.kind == "snapshot":
        return f"load_id = {quote_literal(max(days, key=lambda load_id: days[load_id]))}"
    together = Unit.of(source, feed, lake).feeds
    names = [feed.database.group_key] if feed.database.group_key else [column.name for column in feed.keys]
    given = ", ".join(f"cast({quote_identifier(name)} as varchar)" for name in names)
    told = ", ".join(f"json_extract_string(raw_text, {quote_literal(f'$.{quote_identifier(name)}')})" for name in names)
    later = " union all ".join(
        f"select concat_ws(chr(31), {given}) as key, delivery_date from read_parquet("
        f"{quote_path(lake / 'raw' / source.name / one.name, '/*/*.parquet')}, hive_partitioning = true, "
        "hive_types = {'delivery_date': DATE})"
        for one in together
    )
    when = " ".join(f"when {quote_literal(load_id)} then date '{day}'" for load_id, day in days.items())
    return f"""not exists (
        select 1 from ({later}) as later
        where later.key = concat_ws(chr(31), {told}) and later.delivery_date > case load_id {when} end
    )"""


def _amounts(connection: "DuckDBPyConnection") -> Mapping[tuple[str, str, str, str], tuple[Decimal | None, int]]:
    """The control total by group, as the load could say it; of how many rows it could."""
    groups = connection.execute("""
        select load_id, file, reason, coalesce(column_name, ''), sum(amount), count(amount) from rejected group by all
    """).fetchall()
    return {(load_id, file, reason, column): (amount, rows) for load_id, file, reason, column, amount, rows in groups}
