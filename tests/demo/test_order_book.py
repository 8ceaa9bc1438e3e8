"""What is in the order book: its size, its totals, its traps, and every segment that it is there to show."""

from typing import Any

import duckdb
import pytest

# R down, FM across (design's reference map); `new` needs a first order within 90 days, else the cell reads `promising`
SEGMENTS = {
    5: ("new", "promising", "potential_loyal", "loyal", "champions"),
    4: ("promising", "promising", "potential_loyal", "loyal", "champions"),
    3: ("about_to_sleep", "about_to_sleep", "needs_attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    1: ("lost", "hibernating", "at_risk", "cant_lose", "cant_lose"),
}
AS_OF = "date '2026-09-30'"


def one(tables: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = tables.execute(sql).fetchone()
    assert row is not None
    return row


def test_the_size_is_what_the_demo_promises(tables: duckdb.DuckDBPyConnection) -> None:
    orders, customers = one(tables, "select count(distinct order_id), count(distinct customer_id) from orders")
    lines, products = one(tables, "select count(*), count(distinct product_id) from order_lines where line_type = 'product'")
    assert 6_000 < orders < 10_000
    assert 1_100 < customers < 1_300
    assert 35_000 < lines < 45_000
    assert 110 <= products <= 125


def test_the_first_delivery_brings_fourteen_months_and_the_others_a_day(tables: duckdb.DuckDBPyConnection) -> None:
    first, last = one(
        tables, "select min(left(ordered_at, 10)), max(left(ordered_at, 10)) from orders where delivered = '2026-09-01'"
    )
    assert (first, last) == ("2025-07-01", "2026-09-01")
    early, empty_days = one(
        tables,
        """
        select
            count(*) filter (left(ordered_at, 10)::date > delivered),
            30 - count(distinct delivered)
        from orders
        """,
    )
    assert (early, empty_days) == (0, 0)


def test_some_orders_come_late_and_some_again_with_other_lines(tables: duckdb.DuckDBPyConnection) -> None:
    late, again = one(
        tables,
        """
        with deliveries as (
            select order_id, left(ordered_at, 10)::date as ordered, min(delivered) as came, count(*) as times
            from orders group by all
        )
        select
            count(*) filter (came > ordered and came > '2026-09-01'),
            count(*) filter (times = 2)
        from deliveries
        """,
    )
    assert late >= 10
    assert again >= 10
    (unchanged,) = one(
        tables,
        """
        with versions as (
            select
                o.order_id,
                o.delivered,
                o.status,
                string_agg(concat_ws(' ', l.product_id, l.quantity, l.discount_amount), ';' order by l.line_number) as lines
            from orders as o
            inner join order_lines as l using (order_id, delivered)
            where try_cast(l.quantity as integer) is not null
            group by all
        )
        select count(*) from versions as a inner join versions as b using (order_id)
        where a.delivered < b.delivered and a.lines = b.lines and a.status = b.status
        """,
    )
    assert unchanged == 0


def test_every_line_has_its_order_in_the_same_delivery(tables: duckdb.DuckDBPyConnection) -> None:
    (orphans,) = one(
        tables,
        "select count(*) from order_lines as l anti join orders using (order_id, delivered) where l.order_id is not null",
    )
    (childless,) = one(tables, "select count(*) from orders anti join order_lines using (order_id, delivered)")
    assert (orphans, childless) == (0, 0)


def test_broken_rows_stay_under_one_percent_of_their_delivery(tables: duckdb.DuckDBPyConnection) -> None:
    """More would make the contract hold the whole delivery back, and the demo would end with an error."""
    broken = tables.execute("""
        select count(*) filter (order_id is null or try_cast(quantity as integer) is null) as rows, rows / count(*) as share
        from order_lines group by delivered having rows > 0
    """).fetchall()
    assert sum(rows for rows, _ in broken) == 5
    assert max(share for _, share in broken) < 0.01


def test_guests_tests_and_statuses_occur(tables: duckdb.DuckDBPyConnection) -> None:
    guests, tests = one(tables, "select avg((customer_id is null)::int), count(*) filter (is_test = 'true') from orders")
    assert guests == pytest.approx(0.04, abs=0.005)
    assert tests >= 5
    statuses = dict(tables.execute("select status, count(*) from orders group by all").fetchall())
    assert set(statuses) == {"completed", "cancelled", "credit_note"}
    assert min(statuses.values()) > 100
    channels = tables.execute("select distinct channel from orders").fetchall()
    assert {name for (name,) in channels} == {"edi", "manual", "phone", "web"}
    types = tables.execute("select distinct line_type from order_lines").fetchall()
    assert {name for (name,) in types} == {"product", "shipping", "fee"}


def test_some_customers_never_had_a_sale(tables: duckdb.DuckDBPyConnection) -> None:
    """Prospects: only a cancelled order, or only a credit note for a sale before the history."""
    kinds = tables.execute("""
        select statuses, count(*) from (
            select list(distinct status order by status) as statuses
            from goods where customer_id is not null group by customer_id
        ) where not list_contains(statuses, 'completed') group by all
    """).fetchall()
    found = {tuple(statuses): customers for statuses, customers in kinds}
    assert found[("cancelled",)] >= 5
    assert found[("credit_note",)] >= 5


def test_credit_notes_take_back_a_small_share_of_the_sales(tables: duckdb.DuckDBPyConnection) -> None:
    """Negative pieces at the original price."""
    positive, sold, credited = one(
        tables,
        """
        select
            count(*) filter (status = 'credit_note' and quantity >= 0),
            sum(revenue) filter (status = 'completed'),
            -sum(revenue) filter (status = 'credit_note')
        from goods
        """,
    )
    assert positive == 0
    assert 0.005 < credited / sold < 0.10


def test_few_accounts_carry_much_and_some_lose_money(tables: duckdb.DuckDBPyConnection) -> None:
    top_share, losing, unknown_cost = one(
        tables,
        """
        with customers as (
            select customer_id, sum(revenue) as revenue, sum(revenue - cost) as margin
            from goods where customer_id is not null and status != 'cancelled' group by all
        ),
        ranked as (select *, percent_rank() over (order by revenue desc) as place from customers)
        select
            sum(revenue) filter (place <= 0.2) / sum(revenue),
            count(*) filter (margin < 0 and revenue > 0),
            (select avg((cost is null)::int) from goods)
        from ranked
        """,
    )
    assert 0.6 < top_share < 0.9
    assert losing >= 15
    assert 0.01 < unknown_cost < 0.10


def test_every_segment_of_the_map_occurs(tables: duckdb.DuckDBPyConnection) -> None:
    """The demo is what a newcomer sees first: an empty segment would look like a defect."""
    cells = tables.execute(f"""
        with customers as (
            select
                {AS_OF} - max(business_day) filter (status = 'completed') as recency,
                count(distinct business_day) filter (status = 'completed' and business_day > {AS_OF} - 365) as frequency,
                coalesce(sum(revenue) filter (status != 'cancelled' and business_day > {AS_OF} - 365), 0) as monetary,
                {AS_OF} - min(business_day) filter (status = 'completed') <= 90 as is_new
            from goods where customer_id is not null group by customer_id having recency is not null
        ),
        cuts as (
            select
                quantile_cont(recency, [0.2, 0.4, 0.6, 0.8]) as recency_cuts,
                quantile_cont(monetary, [0.2, 0.4, 0.6, 0.8]) as monetary_cuts
            from customers
        ),
        scored as (
            select
                is_new,
                5 - len(list_filter(recency_cuts, lambda cut: cut < recency)) as r,
                1 + len(list_filter(monetary_cuts, lambda cut: cut < monetary)) as m,
                1 + len(list_filter([1, 2, 4, 9], lambda cut: cut < frequency)) as f
            from customers cross join cuts
        )
        select r, (f + m + 1) // 2 as fm, is_new, count(*) from scored group by all
    """).fetchall()
    customers: dict[str, int] = {}
    for r, fm, is_new, count in cells:
        name = SEGMENTS[r][fm - 1]
        name = "promising" if name == "new" and not is_new else name
        customers[name] = customers.get(name, 0) + count
    assert set(customers) == {name for row in SEGMENTS.values() for name in row}
    assert min(customers.values()) >= 3
