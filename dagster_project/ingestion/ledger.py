"""The control tables: what the lake holds and which sources are on, as Parquet that the transformation reads.

Belongs here: reading the ledger of all deliveries from their footers, the two tables. Not here: writing a footer (batch.py).
"""

import json
import shutil
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.ingestion.batch import memory_database
from dagster_project.ingestion.calendars import complete_through
from dagster_project.ingestion.contract_files import FEEDS_DIR
from dagster_project.ingestion.contracts import Source, known_sources, load_sources
from dagster_project.ingestion.expressions import quote_literal, quote_path
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.lake import LEDGER_KEY, FeedFolder, LedgerRow, commit_file, write_parquet

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# name: (type, what it says)
DELIVERIES_COLUMNS = {
    "source_code": ("SMALLINT", "Short code of the source."),
    "source": ("VARCHAR", "Source that delivered."),
    "feed": ("VARCHAR", "Feed of the source."),
    "delivery_date": ("DATE", "Day of the delivery."),
    "load_id": ("VARCHAR", "Load that committed the delivery; another one when its content was replaced."),
    "files": ("VARCHAR[]", "Names of the delivered files, without folders."),
    "bytes": ("BIGINT", "Size of the delivered files, as delivered."),
    "sha256": ("VARCHAR", "SHA-256 of the delivered files."),
    "rows_read": ("BIGINT", "Rows in the delivered files: accepted and rejected ones."),
    "rows_accepted": ("BIGINT", "Rows in the lake."),
    "rows_rejected": ("BIGINT", "Rows in the quarantine, under the same load_id."),
    "control_total": ("DECIMAL(38,4)", "The contract's control total over the accepted rows; empty where it states none."),
    "control_total_rejected": ("DECIMAL(38,4)", "The control total over the rejected rows whose amount can be said."),
    "rows_rejected_without_total": (
        "BIGINT",
        "Rejected rows whose amount cannot be said; 0 where the contract states no total.",
    ),
    "loaded_at": ("TIMESTAMP", "Moment of the commit, UTC."),
}
SOURCES_COLUMNS = {
    "source_code": ("SMALLINT", "Short code of the source."),
    "source": ("VARCHAR", "Source that has a contract."),
    "feed": ("VARCHAR", "Feed of the source."),
    "is_enabled": ("BOOLEAN", "True when the source is switched on."),
    "is_required": ("BOOLEAN", "True when nothing can be said without the feed."),
    "needed_for": ("VARCHAR", "What is NULL or only estimated while the feed does not come."),
    "return_channel": ("VARCHAR", "How the source tells returns: credit_orders or returns_feed."),
    "complete_through": (
        "DATE",
        "Last day for which the feed lacks no delivery by its calendar; empty while it never delivered or its source is off.",
    ),
}
_IN_THE_FOOTER = {name: kind for name, (kind, _) in DELIVERIES_COLUMNS.items() if name not in ("source_code", "files")}
_LEDGER_SHAPE = json.dumps({**_IN_THE_FOOTER, "files": ["VARCHAR"]})


def write_control(lake: Path, enabled_sources: Sequence[str], feeds_dir: Path = FEEDS_DIR) -> dict[str, int]:
    """Write lake/control/deliveries.parquet and sources.parquet, each in one step; the rows of each by table name.

    deliveries: what the lake holds of the enabled sources. sources: every feed that has a contract. Every known feed gets its
    typed empty files, so that whatever reads the lake finds something to read.
    """
    sources = load_sources(known_sources(feeds_dir), feeds_dir)
    enabled = load_sources(tuple(enabled_sources), feeds_dir)
    loading = lake / "loading" / f"control-{uuid.uuid4().hex}"
    loading.mkdir(parents=True)
    counts: dict[str, int] = {}
    try:
        with memory_database(loading) as connection:

            def write(name: str, select: str) -> None:
                path = write_parquet(connection, select, loading)
                counts[name] = connection.execute(f"select count(*) from read_parquet({quote_path(path)})").fetchall()[0][0]
                commit_file(path, lake / "control" / f"{name}.parquet")

            _ensure_anchors(lake, sources, connection)
            write("deliveries", _deliveries(lake, enabled))
            ledger = quote_path(lake / "control" / "deliveries.parquet")
            rows = connection.execute(f"select source, feed, max(delivery_date) from read_parquet({ledger}) group by all")
            newest = {(source, feed): day for source, feed, day in rows.fetchall()}
            write("sources", _sources(sources, enabled_sources, newest))
            return counts
    finally:
        shutil.rmtree(loading, ignore_errors=True)


def _ensure_anchors(lake: Path, sources: Sequence[Source], connection: "DuckDBPyConnection") -> None:
    for source in sources:
        for feed in source.feeds:
            folder = FeedFolder(lake, source.name, feed.name)
            if not folder.has_anchors(feed, connection):
                with folder.exclusively():
                    folder.ensure_anchors(feed, connection)


def _deliveries(lake: Path, enabled: Sequence[Source]) -> str:
    """All committed deliveries, in one statement over the footers; the anchors have no ledger row and so never appear."""
    folders = [lake / "raw" / source.name / feed.name for source in enabled for feed in source.feeds]
    globs = ", ".join(quote_path(folder, "/*/*.parquet") for folder in folders)
    fields = ", ".join(
        # footers of an earlier version do not say it
        f"coalesce(row.{name}, 0) as {name}" if name == "rows_rejected_without_total" else f"row.{name} as {name}"
        for name in DELIVERIES_COLUMNS
        if name != "source_code"
    )
    return f"""
        with footers as (
            select from_json(decode(value), {quote_literal(_LEDGER_SHAPE)}) as row
            from parquet_kv_metadata([{globs}])
            where decode(key) = {quote_literal(LEDGER_KEY)}
        ),
        codes as ({_codes(enabled)})
        select cast(codes.source_code as smallint) as source_code, {fields}
        from footers
        join codes on codes.source = row.source
        order by source_code, feed, delivery_date
    """


def _sources(sources: Sequence[Source], enabled: Collection[str], newest: Mapping[tuple[str, str], date]) -> str:
    def through(source: Source, feed: Feed) -> str:
        day = newest.get((source.name, feed.name))
        return quote_literal(complete_through(feed, day).isoformat()) if day else "null"

    rows = ", ".join(
        f"({source.code}, {quote_literal(source.name)}, {quote_literal(feed.name)}, {source.name in enabled}, {feed.required},"
        f" {quote_literal(feed.needed_for)}, {quote_literal(source.return_channel)}, {through(source, feed)})"
        for source in sources
        for feed in source.feeds
    )
    return f"""
        select
            cast(code as smallint) as source_code, source, feed, is_enabled, is_required, needed_for, return_channel,
            cast(through as date) as complete_through
        from (values {rows}) as feeds (code, source, feed, is_enabled, is_required, needed_for, return_channel, through)
        order by source_code, feed
    """


def _codes(sources: Sequence[Source]) -> str:
    rows = ", ".join(f"({source.code}, {quote_literal(source.name)})" for source in sources)
    return f"select * from (values {rows}) as codes (source_code, source)"


def read_feed_ledger(folder: FeedFolder) -> dict[date, LedgerRow]:
    """The ledger rows of one feed by delivery date, without touching the lake."""
    import duckdb

    with duckdb.connect() as connection:
        return folder.read_ledger(connection)


def count_rows(lake: Path, source: str, feed: str) -> int:
    """Rows that the lake holds of a feed, from the footers."""
    folder = quote_path(lake / "raw" / source / feed, "/*/*.parquet")
    with memory_database(lake / "loading") as connection:
        rows = connection.execute(f"select coalesce(sum(num_rows), 0)::bigint from parquet_file_metadata({folder})").fetchall()
    return int(rows[0][0])
