"""The whole way over TPC-H's order book: as large as anybody wants it, so its smallest size has to be right first.

Belongs here: what the published file and the warehouse say, against the generator's own files, read here with plain SQL.
Not here: how fast it is (tests/benchmarks).
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from pipeline import refresh
from tpch import LAST_DAY, SOURCE, TABLES, deliver, generate

from dagster_project.settings import Settings

pytestmark = pytest.mark.long
SCALE = 0.01


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(SCALE, tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def source(tables: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The generator's own files, one view each, and all order lines as `sales`, with dates as they were delivered."""
    with duckdb.connect() as connection:
        for table in TABLES:
            connection.execute(f"create view {table} as select * from '{tables / table}.parquet'")
        connection.execute("""
            create view sales as
            select
                lineitem.*, cast(o_custkey as varchar) as customer, l_extendedprice * (1 - l_discount) as net_amount,
                cast(o_orderdate + interval 20 year as date) as order_date, l_quantity * ps_supplycost as cost
            from lineitem
            join orders on l_orderkey = o_orderkey
            join partsupp on l_partkey = ps_partkey and l_suppkey = ps_suppkey
        """)
        yield connection


@pytest.fixture(scope="module")
def warehouse(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """After a refresh without the last day, and one of that day alone; the published file is attached as `bundle`."""
    data_dir = tmp_path_factory.mktemp(SOURCE)
    settings = Settings(sources=(SOURCE,), data_dir=data_dir, _env_file=None)
    days = deliver(tables, settings.landing, daily=1)
    held = {path: path.read_bytes() for path in (settings.landing / SOURCE).rglob(f"{days[-1]}.parquet")}
    for path in held:
        path.unlink()
    refresh(settings)
    for path, content in held.items():
        path.write_bytes(content)
    published = refresh(settings)
    with duckdb.connect(str(settings.warehouse), read_only=True, config={"file_search_path": str(settings.lake)}) as connection:
        connection.execute(f"attach '{published}' as bundle (read_only)")
        yield connection


def test_units_money_and_cost_tie_to_the_generators_files(
    source: duckdb.DuckDBPyConnection, warehouse: duckdb.DuckDBPyConnection
) -> None:
    """Line by line, to the last digit, also those of the day that came on its own."""
    expected = source.sql(
        "select l_orderkey, l_linenumber, l_quantity, net_amount, cost, customer from sales order by l_orderkey, l_linenumber"
    ).fetchall()
    found = warehouse.sql("""
        select order_key, line_number, quantity, net_amount, quantity * unit_cost, cast(customer_key as varchar)
        from marts.fct_order_lines where line_outcome = 'sale' order by order_key, line_number
    """).fetchall()
    assert len(found) == 60_175
    assert found == expected


def test_every_line_and_return_is_accounted_for(
    source: duckdb.DuckDBPyConnection, warehouse: duckdb.DuckDBPyConnection
) -> None:
    (returned,) = source.sql("select count(*), sum(net_amount) from sales where l_returnflag = 'R'").fetchall()
    found = warehouse.sql("select * from bundle.sales_reconciliation")
    values = dict(zip(found.columns, found.fetchall()[0], strict=True))
    assert (values["lines_read"], values["lines_sale"], values["lines_difference"]) == (60_175, 60_175, 0)
    assert (values["amount_difference"], values["returns_difference"]) == (0, 0)
    (sold,) = source.sql("select sum(net_amount) from sales").fetchall()
    assert values["amount_sale"] == sold[0]
    assert (values["returns_counted"], -values["amount_returns_counted"]) == returned


def test_every_customers_revenue_is_that_of_the_last_year(
    source: duckdb.DuckDBPyConnection, warehouse: duckdb.DuckDBPyConnection
) -> None:
    """1,000 of 1,500 customers ever bought. What came back did so years before the window; an order of which every line came
    back counts no longer.
    """
    expected = source.execute(
        """
            select
                customer, count(distinct l_orderkey), max(order_date),
                round(coalesce(sum(net_amount) filter (order_date > cast($last as date) - 365), 0), 2)
            from sales
            where l_orderkey in (select l_orderkey from sales where l_returnflag <> 'R')
            group by customer order by customer
        """,
        {"last": LAST_DAY},
    ).fetchall()
    found = warehouse.sql("""
        select source_customer_id, order_count, last_order_date, net_revenue
        from bundle.customer_segments where is_scored order by source_customer_id
    """).fetchall()
    assert found == expected
    assert warehouse.sql("select count(*), count(country) from bundle.customer_segments").fetchall() == [(1_500, 1_500)]


def test_service_is_judged_by_the_last_line_of_an_order(
    source: duckdb.DuckDBPyConnection, warehouse: duckdb.DuckDBPyConnection
) -> None:
    """Orders of the window that have arrived or are overdue on the last day, each with its latest promise and receipt."""
    expected = source.execute(
        """
            with orders as (
                select
                    l_orderkey,
                    max(l_commitdate) + interval 20 year as promised,
                    max(l_receiptdate) + interval 20 year as received
                from sales where order_date > cast($last as date) - 365 group by l_orderkey
            )
            select count(*), count(*) filter (received <= promised)
            from orders where received <= $last or promised < $last
        """,
        {"last": LAST_DAY},
    ).fetchall()
    found = warehouse.execute(
        """
            select count(is_on_time), count(*) filter (is_on_time)
            from intermediate.int_order_fulfilment_as_of where as_of_date = $last
        """,
        {"last": LAST_DAY},
    ).fetchall()
    assert found == expected
    assert Decimal(found[0][1]) / found[0][0] > Decimal("0.1")
