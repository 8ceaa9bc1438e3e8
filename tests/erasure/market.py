"""Two feeds that name customers, with a landing folder and a lake: delivering, loading, erasing, and looking for traces.

Not here: expectations.
"""

import gzip
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.erasure.erase import erase
from dagster_project.erasure_journal import Entry, customer_hash
from dagster_project.ingestion.contracts import Source
from dagster_project.ingestion.lake import FeedFolder
from dagster_project.ingestion.ledger import read_feed_ledger
from dagster_project.ingestion.load import load_deliveries
from dagster_project.ingestion.outcomes import DeliveryLoad

_HEADERS = {
    "orders": "order_id,customer_id,units,price,email",
    "customers": "customer_id,parent_customer_id,name",
    "shipments": "shipment_id,order_id,cartons,door",
}
_FEED: dict[str, Any] = {"description": "A feed.", "file_pattern": "{date}.csv", "reject_tolerance": 0.6}
_SOURCE = {
    "name": "market",
    "code": 9,
    "description": "A market.",
    "first_delivery_date": "2026-01-01",
    "feeds": [
        {
            **_FEED,
            "name": "orders",
            "kind": "event",
            "required": True,
            "folder": "orders",
            "control_total": "units * price",
            "columns": [
                {"name": "order_id", "type": "VARCHAR", "nullable": False, "key": True, "description": "Order."},
                {"name": "customer_id", "type": "VARCHAR", "description": "Customer."},
                {"name": "units", "type": "INTEGER", "nullable": False, "description": "Units."},
                {"name": "price", "type": "DECIMAL(18,4)", "nullable": False, "description": "Price."},
                {"name": "email", "type": "VARCHAR", "personal": True, "description": "E-mail."},
            ],
        },
        {
            **_FEED,
            "name": "customers",
            "kind": "snapshot",
            "folder": "customers",
            "columns": [
                {"name": "customer_id", "type": "VARCHAR", "nullable": False, "key": True, "description": "Customer."},
                {"name": "parent_customer_id", "type": "VARCHAR", "description": "Parent."},
                {"name": "name", "type": "VARCHAR", "personal": True, "description": "Name."},
            ],
        },
    ],
}
# Names no customer, and where its rows lead to is somebody's door.
SHIPMENTS = {
    **_FEED,
    "name": "shipments",
    "kind": "event",
    "folder": "shipments",
    "columns": [
        {"name": "shipment_id", "type": "VARCHAR", "nullable": False, "key": True, "description": "Shipment."},
        {"name": "order_id", "type": "VARCHAR", "nullable": False, "key": True, "description": "Order."},
        {"name": "cartons", "type": "INTEGER", "description": "Cartons."},
        {"name": "door", "type": "VARCHAR", "personal": True, "description": "Name on the door."},
    ],
}


class Market:
    """A source, where it delivers and where that goes. first: feeds that come before its own."""

    def __init__(self, root: Path, *first: dict[str, Any]) -> None:
        self.root = root
        self.landing = root / "landing"
        self.lake = root / "lake"
        self.source = Source.model_validate({**_SOURCE, "feeds": [*first, *_SOURCE["feeds"]]})

    def folder(self, feed: str) -> Path:
        return self.landing / "market" / feed

    def deliver(self, feed: str, day: str, *rows: str) -> None:
        """Put one day's file into landing."""
        self.folder(feed).mkdir(parents=True, exist_ok=True)
        text = "".join(f"{line}\n" for line in (_HEADERS[feed], *rows))
        (self.folder(feed) / f"{day}.csv").write_text(text, encoding="utf-8")

    def load(self) -> list[DeliveryLoad]:
        """Bring the lake up to what landing says."""
        return [one for feed in self.source.feeds for one in load_deliveries(self.source, feed, self.landing, self.lake, None)]

    def erase(self, customer: str) -> Entry:
        """Erase a customer as the asset does."""
        hashed = customer_hash(self.lake, f"market:{customer}")
        return erase((self.source,), self.landing, self.lake, self.root / "warehouse.duckdb", hashed)

    def rows(self, feed: str) -> list[tuple[Any, ...]]:
        """What the lake holds of a feed, without prices."""
        columns = "order_id, customer_id, units, email" if feed == "orders" else _HEADERS[feed]
        files = f"{self.lake}/raw/market/{feed}/*/*.parquet"
        return duckdb.sql(f"""
            select cast(delivery_date as varchar), {columns}
            from read_parquet('{files}', hive_partitioning = true, hive_types = {{'delivery_date': DATE}})
            order by 1, 2
        """).fetchall()

    def totals(self) -> tuple[Any, ...]:
        """Rows, units and money of the lake, and the ledger's own sums."""
        files = f"{self.lake}/raw/market/orders/*/*.parquet"
        sums = duckdb.sql(f"select count(*), sum(units), sum(units * price) from read_parquet('{files}')").fetchall()
        ledger = read_feed_ledger(FeedFolder(self.lake, "market", "orders")).values()
        told = sum(row.rows_read for row in ledger), sum(row.rows_rejected for row in ledger)
        quarantined = duckdb.sql(
            f"select count(*) from read_parquet('{self.lake}/quarantine/market/orders/*/*.parquet')"
        ).fetchall()
        return (*sums[0], *told, *quarantined[0], sum(float(row.control_total or 0) for row in ledger))

    def load_ids(self, feed: str) -> dict[date, str]:
        """Load by delivery date."""
        return {day: row.load_id for day, row in read_feed_ledger(FeedFolder(self.lake, "market", feed)).items()}

    def files(self) -> dict[str, bytes]:
        """Every file of landing and lake."""
        return {
            str(path): path.read_bytes()
            for folder in (self.landing, self.lake)
            for path in folder.rglob("*")
            if path.is_file() and path.suffix != ".lock"
        }

    def traces(self, *words: str) -> list[str]:
        """Files of landing and lake in which one of these words stands, compressed or not."""
        found = []
        for name, content in self.files().items():
            if name.endswith(".parquet"):
                text = str(duckdb.sql(f"select * from read_parquet('{name}', hive_partitioning = false)").fetchall()).encode()
                text += content
            else:
                text = gzip.decompress(content) if name.endswith(".gz") and not name.endswith("06.csv.gz") else content
            found += [name for word in words if word.encode() in text]
        return found
