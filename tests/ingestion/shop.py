"""A small feed with a landing folder and a lake: delivering files to it, and looking into the lake with DuckDB.

Not here: expectations.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.ingestion.contracts import Source
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.lake import FeedFolder, LedgerRow
from dagster_project.ingestion.load import load_deliveries
from dagster_project.ingestion.outcomes import DeliveryLoad

COLUMNS = [
    {"name": "order_id", "type": "VARCHAR", "nullable": False, "key": True, "description": "Order."},
    {"name": "units", "type": "INTEGER", "nullable": False, "description": "Units."},
    {"name": "price", "type": "DECIMAL(18,4)", "nullable": False, "description": "Price of one unit."},
    {"name": "ordered_on", "type": "DATE", "description": "Day of the order."},
    {"name": "email", "type": "VARCHAR", "personal": True, "description": "Who ordered."},
]
HEADER = "order_id,units,price,ordered_on,email"


def shop_source(**feed: Any) -> Source:
    """The contract of the tests; keyword arguments replace keys of its only feed."""
    sales = {
        "name": "sales",
        "description": "Sales.",
        "kind": "event",
        "required": True,
        "folder": "sales",
        "file_pattern": "{date}.csv",
        "reject_tolerance": 0.5,
        "control_total": "units * price",
        "columns": COLUMNS,
        **feed,
    }
    shop = {"name": "shop", "code": 9, "description": "A shop.", "first_delivery_date": date(2026, 1, 1), "feeds": [sales]}
    return Source.model_validate(shop)


@dataclass
class Shop:
    """One feed with its landing folder and its lake."""

    landing: Path
    lake: Path
    source: Source = field(default_factory=shop_source)

    @property
    def feed(self) -> Feed:
        return self.source.feeds[0]

    @property
    def folder(self) -> Path:
        path = self.landing / "shop" / "sales"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def deliver(self, day: str, *rows: str, header: str = HEADER) -> Path:
        """Put one day's file into landing."""
        path = self.folder / f"{day}.csv"
        path.write_text("".join(f"{line}\n" for line in (header, *rows)), encoding="utf-8")
        return path

    def load(self, days: Collection[str] | None = None) -> list[DeliveryLoad]:
        """Load, and hold every outcome to the rule that no row is lost."""
        wanted = None if days is None else [date.fromisoformat(day) for day in days]
        outcomes = load_deliveries(self.source, self.feed, self.landing, self.lake, wanted)
        assert all(one.rows_read == one.rows_accepted + one.rows_rejected for one in outcomes)
        return outcomes

    def load_one(self) -> DeliveryLoad:
        """Load, where exactly one delivery lies in landing."""
        (outcome,) = self.load()
        return outcome

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask about `raw` and `quarantine`, read as the transformation reads them."""
        with duckdb.connect() as connection:
            for area in ("raw", "quarantine"):
                files = f"{self.lake}/{area}/shop/sales/*/*.parquet"
                connection.execute(
                    f"create view {area} as select * from read_parquet('{files}', hive_partitioning = true, "
                    "union_by_name = true, hive_types = {'delivery_date': DATE})"
                )
            return connection.execute(sql).fetchall()

    def rows(self) -> list[tuple[Any, ...]]:
        """Every row of the lake, sorted."""
        return self.query(
            "select cast(delivery_date as varchar), order_id, units, cast(price as varchar) from raw order by all"
        )

    def ledger(self) -> dict[date, LedgerRow]:
        """The ledger, from the footers."""
        with duckdb.connect() as connection:
            return FeedFolder(self.lake, "shop", "sales").read_ledger(connection)

    def files(self) -> dict[str, bytes]:
        """Every file below raw and quarantine, with its content."""
        return {
            str(path.relative_to(self.lake)): path.read_bytes()
            for area in ("raw", "quarantine", "loading")
            for path in (self.lake / area).rglob("*")
            if path.is_file() and path.suffix != ".lock"
        }
