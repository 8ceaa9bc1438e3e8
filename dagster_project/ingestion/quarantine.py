"""What is open in the quarantine: rejected rows of the deliveries that stand in the lake, and deliveries that are held back.

Belongs here: counting, sampling and pricing them. Never here: a value of a personal column, or the text of a row. Not here:
showing it (report.py, commands). Both are read from what lies there now, so that a corrected delivery closes what it corrects.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.ingestion.contracts import Feed, Source
from dagster_project.ingestion.expressions import quote_literal, quote_path
from dagster_project.ingestion.headers import DeliveryRefusedError, csv_layout
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
        connection.execute(f"create view rejected as select * from read_parquet([{listed}], hive_partitioning = false)")
        amounts = _amounts(connection, feed, landing_folder(source, feed, landing))
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
                remedy=f"Correct these lines in {landing_folder(source, feed, landing) / file}, or have the source deliver the "
                "file again; the next load replaces the delivery.",
            )
        )
    return sorted(rejections, key=lambda one: (one.delivery_date, one.file, one.column, one.reason))


def open_held_back(source: Source, feed: Feed, landing: Path, lake: Path) -> list[DeliveryLoad]:
    """Deliveries that lie in landing and are refused as they are, each with its message: only those that the lake does not hold
    are read again.
    """
    return [trial.outcome for trial in try_deliveries(source, feed, landing, lake) if trial.outcome.is_held_back]


def _amounts(
    connection: "DuckDBPyConnection", feed: Feed, folder: Path
) -> Mapping[tuple[str, str, str, str], tuple[Decimal | None, int]]:
    """The control total by group, where the rows can be read: a broken value makes its row's amount unknown."""
    import pyarrow as pa

    if feed.control_total is None:
        return {}
    texts = connection.execute(
        "select load_id, file, reason, coalesce(column_name, ''), raw_text from rejected where raw_text is not null"
    ).fetchall()
    headers: dict[str, Sequence[str]] = {}
    rows = [(*key, _as_json(feed, headers, folder, key[1], text)) for *key, text in texts]
    if not rows:
        return {}
    names = ("load_id", "file", "reason", "column_name", "row")
    columns = {name: pa.array(values, pa.string()) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    connection.register("texts", pa.table(columns))
    casts = ", ".join(f"try_cast({_text(feed, c.name, c.type)} as {c.type}) as {c.quoted}" for c in feed.columns)
    groups = connection.execute(f"""
        with typed as (
            select load_id as _l, file as _f, reason as _r, column_name as _c, {casts}
            from texts
            where row is not null
        ),
        priced as (select _l, _f, _r, _c, cast({feed.control_total_sql} as decimal(38, 4)) as _amount from typed)
        select _l, _f, _r, _c, sum(_amount), count(_amount) from priced group by all
    """).fetchall()
    return {(load_id, file, reason, column): (amount, rows) for load_id, file, reason, column, amount, rows in groups}


def _text(feed: Feed, name: str, kind: str) -> str:
    path = "$." + json.dumps(name)
    text = f"nullif(json_extract_string(row, {quote_literal(path)}), '')"
    is_number = kind.startswith("DECIMAL") or kind == "DOUBLE"
    return f"replace({text}, ',', '.')" if is_number and feed.csv.decimal_separator == "," else text


def _as_json(feed: Feed, headers: dict[str, Sequence[str]], folder: Path, file: str, text: str) -> str | None:
    """The row by column name; None when the file that gives the names is gone, or the row has other columns."""
    if feed.format != "csv" or text.startswith("{"):
        return text
    if file not in headers:
        try:
            headers[file] = csv_layout(feed, folder / file).found
        except (DeliveryRefusedError, OSError):
            headers[file] = ()
    names = headers[file]
    values = next(csv.reader(StringIO(text), delimiter=feed.csv.delimiter, quotechar=feed.csv.quote), [])
    return json.dumps(dict(zip(names, values, strict=True))) if len(names) == len(values) else None
