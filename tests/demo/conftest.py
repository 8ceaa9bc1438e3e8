"""The demo order book, written once for all tests of this folder, and its rows as DuckDB tables."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dagster_project.demo import write_demo_order_book


@pytest.fixture(scope="session")
def order_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as written; tests only read it."""
    return write_demo_order_book(tmp_path_factory.mktemp("landing"))


@pytest.fixture(scope="session")
def tables(order_book: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """`orders` and `order_lines` as text with their delivery; `goods`: product lines as they stand after the last delivery."""
    with duckdb.connect() as connection:
        for feed in ("orders", "order_lines"):
            connection.execute(f"""
                create table {feed} as
                select *, parse_filename(filename, true)::date as delivered
                from read_csv('{order_book}/{feed}/*.csv', all_varchar = true, filename = true)
            """)
        connection.execute("""
            create view current_orders as
            select * from orders qualify delivered = max(delivered) over (partition by order_id);

            create view goods as
            select
                o.order_id,
                o.customer_id,
                o.status,
                left(o.ordered_at, 10)::date as business_day,
                l.product_id,
                l.quantity::integer as quantity,
                l.quantity::integer * l.unit_price::decimal(18, 4) - l.discount_amount::decimal(18, 4) as revenue,
                l.quantity::integer * l.unit_cost::decimal(18, 4) as cost
            from current_orders as o
            inner join order_lines as l on o.order_id = l.order_id and o.delivered = l.delivered
            where l.line_type = 'product' and o.is_test = 'false' and try_cast(l.quantity as integer) is not null
        """)
        yield connection
