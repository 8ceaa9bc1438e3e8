"""Taking erased customers out of a feed's committed deliveries, its quarantine and its held-back rows.

Belongs here: rewriting those files in one step each. Not here: the files in landing (ingestion/scrubbed_files.py).
"""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.ingestion.expressions import quote_path
from dagster_project.ingestion.lake import LEDGER_KEY, FeedFolder, LedgerRow, commit_file, write_parquet
from dagster_project.ingestion.scrubbing import Scrubber, count_rows_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def scrub_deliveries(scrubber: Scrubber, folder: FeedFolder, connection: "DuckDBPyConnection") -> tuple[int, int]:
    """Files and rows of committed deliveries that held an erased customer. The caller holds the feed's lock.

    A rewritten delivery is a new load of the same delivered file: the transformation takes it in again, ingestion does not.
    """
    files = rows = 0
    if not scrubber.is_needed:
        return files, rows
    for day, row in sorted(folder.read_ledger(connection).items()):
        relation = f"read_parquet({quote_path(folder.delivery(day))}, hive_partitioning = false)"
        present = [name for name, *_ in connection.execute(f"describe select * from {relation}").fetchall()]
        ids = scrubber.ids_in(connection, relation, present)
        if ids:
            files += 1
            scrubber.learn_from(connection, relation, present, ids)
            scrubber.erased.write_down()
            rows += count_rows_of(connection, scrubber, relation, present, ids)
            select = scrubber.scrubbed_select(relation, present, ids)
            _replace_delivery(scrubber, folder, connection, day, row, select)
    return files, rows


def _replace_delivery(
    scrubber: Scrubber, folder: FeedFolder, connection: "DuckDBPyConnection", day: date, row: LedgerRow, select: str
) -> None:
    """The quarantine under the new load's id first, as every load does it."""
    total = scrubber.feed.control_total_sql if row.control_total is not None else "null"
    ((accepted, control_total),) = connection.execute(
        f"select count(*), cast(sum({total}) as decimal(38, 4)) from ({select})"
    ).fetchall()
    new = replace(
        row,
        load_id=uuid.uuid4().hex,
        rows_accepted=accepted,
        rows_read=accepted + row.rows_rejected,
        control_total=None if row.control_total is None else str(control_total or 0),
    )
    before = folder.quarantine(day, row.load_id)
    if before.exists():
        rejected = f"select * replace ('{new.load_id}' as load_id) from {_rows_of(before)}"
        commit_file(write_parquet(connection, rejected, folder.loading), folder.quarantine(day, new.load_id))
    commit_file(write_parquet(connection, select, folder.loading, {LEDGER_KEY: new.to_json()}), folder.delivery(day))
    folder.tidy(day, new.load_id)


def scrub_rejected_rows(scrubber: Scrubber, folder: FeedFolder, connection: "DuckDBPyConnection") -> tuple[int, int]:
    """Files and rows of the quarantine and of what was held back that held an erased customer.

    The row stays, with its line and reason, since read is accepted and rejected; what it said goes.
    """
    import pyarrow as pa

    files = rows = 0
    if not scrubber.is_needed:
        return files, rows
    for path in _rejected_files(folder):
        texts = connection.execute(f"select distinct raw_text from {_rows_of(path)} where raw_text is not null").fetchall()
        hit = [text for (text,) in texts if _is_about_erased(scrubber, text)]
        if hit:
            files += 1
            scrubber.erased.write_down()
            connection.register("hit", pa.table({"raw_text": pa.array(hit, pa.string())}))
            where = "raw_text in (select raw_text from hit)"
            rows += connection.execute(f"select count(*) from {_rows_of(path)} where {where}").fetchall()[0][0]
            emptied = ", ".join(f"case when {where} then null else {name} end as {name}" for name in ("message", "raw_text"))
            commit_file(write_parquet(connection, f"select * replace ({emptied}) from {_rows_of(path)}", folder.loading), path)
            connection.unregister("hit")
    return files, rows


def _rejected_files(folder: FeedFolder) -> Iterator[Path]:
    for area in ("quarantine", "held_back"):
        yield from sorted((folder.lake / area / folder.source / folder.feed).glob("*/*.parquet"))


def _rows_of(path: Path) -> str:
    return f"read_parquet({quote_path(path)}, hive_partitioning = false)"


def _is_about_erased(scrubber: Scrubber, raw_text: str) -> bool:
    try:
        row = json.loads(raw_text)
    except ValueError:
        row = None
    if isinstance(row, dict):
        return scrubber.replacements(row) != {}
    # a broken line has no columns: any of its pieces counts
    return scrubber.holds_token(re.split(f"[{re.escape(scrubber.feed.csv.delimiter)}\r\n]", raw_text))
