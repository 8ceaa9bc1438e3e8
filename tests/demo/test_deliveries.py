"""When things are delivered: 22 months at once, then 60 days one by one; late, again, corrected."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.demo.order_feeds import REPEATED

One = Callable[[str], tuple[Any, ...]]


@pytest.mark.parametrize("feed", ["orders", "order_lines", "exchange_rates"])
def test_there_is_one_delivery_a_day_after_the_first(order_book: Path, feed: str) -> None:
    days = [date(2026, 8, 1) + timedelta(days=n) for n in range(61)]
    assert sorted(path.name for path in (order_book / feed).iterdir()) == [f"{day}.csv" for day in days]


def test_every_feed_begins_with_the_first_delivery_and_ends_with_the_last_day(order_book: Path) -> None:
    for folder in order_book.iterdir():
        if folder.is_dir():
            names = sorted(path.name for path in folder.iterdir())
            assert names[0] == "2026-08-01.csv"
            assert names[-1] <= "2026-09-30.csv"
    assert sum(1 for _ in order_book.rglob("*.csv")) < 450, "every file costs the pipeline time"


def test_the_first_delivery_brings_twenty_two_months(one: One) -> None:
    first = one("select min(left(ordered_at, 10)), max(left(ordered_at, 10)) from orders where delivered = '2026-08-01'")
    assert first == ("2024-10-01", "2026-08-01")


@pytest.mark.parametrize(
    ("feed", "moment"),
    [
        ("orders", "ordered_at"), ("shipments", "shipped_at"), ("shipments", "delivered_at"), ("returns", "returned_at"),
        ("service_cases", "opened_at"), ("sales_visits", "visited_at"), ("survey_responses", "answered_at"),
        ("inventory", "inventory_date"), ("exchange_rates", "rate_date"), ("customers", "created_at"), ("cost_ledger", "month"),
        ("receivables", "month"),
    ],
)  # fmt: skip
def test_nothing_is_told_before_it_happens(one: One, feed: str, moment: str) -> None:
    assert one(f"select count(*) from {feed} where try_cast(left({moment}, 10) as date) > delivered") == (0,)


def test_some_orders_come_days_late(one: One) -> None:
    (late,) = one("""
        select count(*) from (
            select order_id from orders group by order_id
            having min(delivered) > max(left(ordered_at, 10)::date) and min(delivered) > '2026-08-01'
        )
    """)
    assert 10 <= late <= 60


def test_corrected_orders_come_again_and_say_something_else(tables: duckdb.DuckDBPyConnection, one: One) -> None:
    repeated = ", ".join(f"'{later}'" for later in REPEATED.values())
    tables.execute(f"""
        create or replace temp table versions as
        with content as (
            select
                order_id,
                delivered,
                string_agg(
                    concat_ws(' ', line_number, product_id, quantity, discount_amount), ';' order by line_number::integer
                )
                    as lines
            from order_lines where try_cast(quantity as integer) is not null and order_id is not null group by all
        )
        select o.*, c.lines from orders as o inner join content as c using (order_id, delivered)
        where not (delivered in ({repeated}) and left(ordered_at, 10)::date < delivered)
    """)
    pairs = """
        from versions as a inner join versions as b using (order_id) where a.delivered < b.delivered
    """
    cancelled, promises, lines, unchanged = one(f"""
        select
            count(*) filter (a.status <> b.status),
            count(*) filter (a.promised_delivery_date < b.promised_delivery_date),
            count(*) filter (a.lines <> b.lines),
            count(*) filter (
                a.status = b.status and a.promised_delivery_date = b.promised_delivery_date and a.lines = b.lines
            )
        {pairs}
    """)
    assert min(cancelled, promises, lines) >= 8
    assert unchanged == 0


def test_a_day_is_delivered_a_second_time_unchanged(one: One) -> None:
    for day, later in REPEATED.items():
        (orders, same) = one(f"""
            select
                (select count(*) from orders where delivered = '{day}'),
                count(*)
            from orders as a
            inner join orders as b using (order_id, ordered_at, status, promised_delivery_date, channel)
            where a.delivered = '{day}' and b.delivered = '{later}'
        """)
        assert orders == same > 20


def test_a_shipment_is_told_when_it_leaves_when_it_arrives_and_when_it_is_invoiced(one: One) -> None:
    left, arrived, invoiced = one("""
        select
            count(*) filter (delivered_at is null),
            count(*) filter (delivered_at is not null and freight_cost is null),
            count(*) filter (delivered_at is not null and freight_cost is not null)
        from shipments where shipped_at >= '2026-08-02' and order_id >= 'SO-1'
    """)
    assert min(left, arrived, invoiced) > 500
    assert one("select count(*) from shipment_now where delivered_at is null")[0] > 20, "some are still on their way"


def test_lists_change_from_delivery_to_delivery(one: One) -> None:
    assert one("select min(n), max(n) from (select count(*) as n from products group by delivered)") == (154, 157)
    first, last, moved, prolonged = one("""
        select
            (select count(*) from customers where delivered = '2026-08-01'),
            count(*),
            count(*) filter (a.parent_customer_id is null and b.parent_customer_id is not null),
            count(*) filter (a.contract_until < b.contract_until)
        from customers as a inner join customers as b using (customer_id)
        where a.delivered = '2026-08-01' and b.delivered = '2026-09-30'
    """)
    assert first - 1 == last, "nobody leaves the list, except for the broken row"
    assert moved >= 5
    assert prolonged >= 10
    assert one("select count(*) from customers where delivered = '2026-09-30'")[0] > last


def test_the_books_of_a_month_come_on_the_fifth_and_the_last_month_is_open(tables: duckdb.DuckDBPyConnection) -> None:
    for feed in ("cost_ledger", "receivables"):
        newest = tables.execute(f"select delivered::text, max(month) from {feed} group by all order by all").fetchall()
        assert newest == [("2026-08-01", "2026-06-01"), ("2026-08-05", "2026-07-01"), ("2026-09-05", "2026-08-01")]
