"""The demo order book, written once for all tests of this folder, and its rows as DuckDB tables."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.demo import write_demo_order_book
from dagster_project.ingestion.contracts import load_source

FEEDS = tuple(feed.name for feed in load_source("demo").feeds)


@pytest.fixture(scope="session")
def order_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as written; tests only read it."""
    return write_demo_order_book(tmp_path_factory.mktemp("landing"))


@pytest.fixture(scope="session")
def tables(order_book: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every feed as text with its delivery, the hidden `truth`, and how things stand after the last delivery.

    `order_now`, `line_now`, `shipment_now`: the newest version, without rows that no contract accepts. `goods`: product lines
    of orders that are no test, in pounds. `returned`: returned lines in pounds, with the customer of their order.
    """
    with duckdb.connect() as connection:
        for feed in FEEDS:
            connection.execute(f"""
                create table {feed} as
                select *, parse_filename(filename, true)::date as delivered
                from read_csv('{order_book}/{feed}/*.csv', all_varchar = true, filename = true)
            """)
        connection.execute(f"""
            create table truth as select * from read_csv('{order_book.parent}/demo_truth.csv');

            create table order_now as
            select *, left(ordered_at, 10)::date as business_day
            from orders qualify delivered = max(delivered) over (partition by order_id);

            create table line_now as
            select l.* from order_lines as l inner join order_now as o using (order_id, delivered)
            where try_cast(l.quantity as integer) is not null;

            create table shipment_now as
            select * from shipments
            where order_id >= 'SO-1' qualify delivered = max(delivered) over (partition by shipment_id);

            create table rate as
            select currency, rate_date::date as day, rate_to_base::double as rate from exchange_rates
            union all
            select 'GBP', d::date, 1 from generate_series(date '2024-10-01', date '2026-09-30', interval 1 day) as t(d);

            create table goods as
            select
                o.order_id,
                o.customer_id,
                o.status,
                o.channel,
                o.business_day,
                l.line_number,
                l.product_id,
                l.quantity::integer as quantity,
                (l.quantity::integer * l.unit_price::double - l.discount_amount::double) * rate as revenue,
                l.quantity::integer * p.list_price::double as list_amount,
                l.quantity::integer * coalesce(l.unit_cost::double * rate, p.unit_cost::double) as cost
            from order_now as o
            inner join line_now as l using (order_id)
            inner join products as p on l.product_id = p.product_id and p.delivered = '2026-09-01'
            inner join rate on o.currency = rate.currency and o.business_day = rate.day
            where l.line_type = 'product' and o.is_test = 'false';

            create table returned as
            select
                r.*,
                o.customer_id,
                left(r.returned_at, 10)::date as return_day,
                r.refund_amount::double * rate as refund
            from returns as r
            inner join order_now as o using (order_id)
            inner join rate on o.currency = rate.currency and o.business_day = rate.day;
        """)
        yield connection


@pytest.fixture
def one(tables: duckdb.DuckDBPyConnection) -> Callable[[str], tuple[Any, ...]]:
    """The one row of a query."""

    def fetch(sql: str) -> tuple[Any, ...]:
        rows = tables.execute(sql).fetchall()
        assert len(rows) == 1
        return rows[0]

    return fetch
