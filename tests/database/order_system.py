"""An order system on PostgreSQL, its contract, and the lake that is loaded from it. Not here: expectations."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml
from conftest import Cluster

from dagster_project.ingestion.contracts import Source, load_source
from dagster_project.ingestion.lake import FeedFolder, LedgerRow
from dagster_project.ingestion.load import load_deliveries
from dagster_project.ingestion.outcomes import DeliveryLoad

DSN = "SEGMENTATION_ORDERS_DSN"
TABLES = """
    drop schema if exists shop cascade;
    create schema shop;
    create table shop.orders (
        order_id text primary key, customer_id text, ordered_at timestamptz not null, status text,
        requested_delivery_date date, is_test boolean, ship_to_region text, updated_at timestamptz not null default now());
    create table shop.order_lines (
        order_id text, line_number int, product_id text, quantity numeric, unit_price numeric(18,4), discount_amount numeric,
        updated_at timestamptz not null default now(), primary key (order_id, line_number));
    create table shop.customers (customer_id text primary key, email text, country text);
"""


def table(name: str, **options: Any) -> dict[str, Any]:
    return {"format": "postgresql", "database": {"dsn_variable": DSN, "table": f"shop.{name}", **options}}


def contract() -> dict[str, Any]:
    """What a person would write: the canonical contract, and where its feeds come from."""
    group = {"watermark": "updated_at", "group_key": "order_id", "deletions": "compare"}
    return {
        "name": "erp",
        "code": 99,
        "description": "An order system.",
        "first_delivery_date": date(2026, 1, 1),
        "extends": "standard",
        "feeds": [
            {"name": "orders", "reject_tolerance": 0.5, **table("orders", **group, mark_deleted={"status": "cancelled"})},
            {"name": "order_lines", "reject_tolerance": 0.5, **table("order_lines", **group)},
            {"name": "customers", **table("customers")},
        ],
    }


@dataclass
class OrderSystem:
    """The server, the contract's folder and the lake."""

    cluster: Cluster
    feeds_dir: Path
    lake: Path
    source: Source

    def agree(self, document: dict[str, Any]) -> None:
        """Put another contract in place."""
        (self.feeds_dir / "erp.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
        self.source = load_source("erp", self.feeds_dir)

    def load_feed(self, name: str, day: str) -> DeliveryLoad | None:
        wanted = date.fromisoformat(day)
        outcomes = load_deliveries(self.source, self.source.feed(name), self.lake / "landing", self.lake, [wanted])
        assert all(one.rows_read == one.rows_accepted + one.rows_rejected for one in outcomes)
        return next(iter(outcomes), None)

    def load(self, day: str) -> list[str]:
        """Load all three feeds as a run does; what became of each."""
        outcomes = [self.load_feed(name, day) for name in ("orders", "order_lines", "customers")]
        print(*(one.message for one in outcomes if one), sep="\n")
        return [one.status if one else "nothing" for one in outcomes]

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask about the lake, read as the transformation reads it; newest_*: what counts, as the transformation decides it."""
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            for area in ("raw", "quarantine"):
                for feed in ("orders", "order_lines", "customers"):
                    connection.execute(
                        f"create view {area}_{feed} as select * from read_parquet('{self.lake}/{area}/erp/{feed}/*/*.parquet', "
                        "hive_partitioning = true, union_by_name = true, hive_types = {'delivery_date': DATE})"
                    )
            connection.execute("""
                create view newest as select order_id, max(delivery_date) as delivery_date from (
                    select order_id, delivery_date from raw_orders union all
                    select order_id, delivery_date from raw_order_lines) group by all;
                create view newest_orders as select * from raw_orders semi join newest using (order_id, delivery_date);
                create view newest_lines as select * from raw_order_lines semi join newest using (order_id, delivery_date);
            """)
            return connection.execute(statement).fetchall()

    def ledger(self, feed: str) -> dict[date, LedgerRow]:
        with duckdb.connect() as connection:
            return FeedFolder(self.lake, "erp", feed).read_ledger(connection)

    def assert_lake_is_the_tables(self) -> None:
        """Every live order with its lines and nothing else, to the last digit; deleted ones are cancelled and without lines."""
        lines = "order_id, line_number, product_id, quantity, unit_price, discount_amount"
        texts = "order_id, line_number::int, product_id, quantity::numeric(18,3)::text, unit_price::text, discount_amount::text"
        found = self.query(f"""
            select order_id, line_number, product_id, quantity::varchar, unit_price::varchar,
                (discount_amount::decimal(18,2))::varchar from (select {lines} from newest_lines) order by order_id, line_number
        """)
        told = self.cluster.query(
            f"select {texts.replace('discount_amount::text', 'discount_amount::numeric(18,2)::text')}"
            ' from shop.order_lines order by order_id collate "C", line_number'
        )
        assert found == told
        heads = "order_id, customer_id, {moment}, status, requested_delivery_date::{text}, is_test, ship_to_region"
        live = {
            row[0]: row
            for row in self.cluster.query(
                "select "
                + heads.format(moment="(extract(epoch from ordered_at) * 1000000)::bigint", text="text")
                + " from shop.orders"
            )
        }
        lake = {
            row[0]: row
            for row in self.query(
                "select " + heads.format(moment="epoch_us(ordered_at)", text="varchar") + " from newest_orders"
            )
        }
        assert {key: row for key, row in lake.items() if key in live} == live
        assert {row[3] for key, row in lake.items() if key not in live} <= {"cancelled"}
