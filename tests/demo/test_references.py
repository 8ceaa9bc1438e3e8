"""One feed speaks of what the others tell: orders, lines, customers, articles, warehouses."""

from collections.abc import Callable
from typing import Any

import pytest

One = Callable[[str], tuple[Any, ...]]


def test_every_line_has_its_order_in_the_same_delivery(one: One) -> None:
    assert one("""
        select
            (select count(*) from order_lines as l anti join orders using (order_id, delivered) where l.order_id is not null),
            (select count(*) from orders anti join order_lines using (order_id, delivered))
    """) == (0, 0)


@pytest.mark.parametrize(
    ("feed", "column"),
    [
        ("orders", "customer_id"), ("service_cases", "customer_id"), ("sales_visits", "customer_id"),
        ("receivables", "customer_id"),
        ("survey_responses", "customer_id"), ("inventory", "customer_id"), ("customers", "parent_customer_id"),
    ],
)  # fmt: skip
def test_every_customer_stands_in_the_last_list(one: One, feed: str, column: str) -> None:
    assert one(f"""
        select count(*) from {feed} as f
        anti join (select customer_id as known from customers where delivered = '2026-09-30') on f.{column} = known
        where f.{column} is not null
    """) == (0,)


@pytest.mark.parametrize(
    ("feed", "day"),
    [
        ("orders", "ordered_at"), ("service_cases", "opened_at"), ("sales_visits", "visited_at"),
        ("survey_responses", "answered_at"), ("inventory", "inventory_date"),
        # a balance is that of the whole month
        ("receivables", "last_day(month::date)"),
    ],
)  # fmt: skip
def test_nothing_is_told_of_a_customer_before_it_was_one(one: One, feed: str, day: str) -> None:
    """As of a day on which it is not known yet, work and goods of its would belong to nobody."""
    assert one(f"""
        select count(*) from {feed} as f
        inner join (select customer_id, min(created_at) as created_at from customers group by all) using (customer_id)
        where left(({day})::varchar, 10) < left(created_at, 10)
    """) == (0,)


def test_articles_and_warehouses_are_known(one: One) -> None:
    assert one("""
        select
            (select count(*) from line_now anti join products using (product_id) where line_type = 'product'),
            (select count(*) from inventory anti join products using (product_id)),
            (select count(*) from orders anti join warehouses using (warehouse_id)),
            (select count(*) from shipments anti join warehouses using (warehouse_id))
    """) == (0, 0, 0, 0)


def test_only_sales_are_shipped_and_never_more_than_was_ordered(one: One) -> None:
    not_sales, too_much, short, before = one("""
        with shipped as (
            select order_id, sum(units::integer) as units, min(left(shipped_at, 10)::date) as first_day
            from shipment_now group by order_id
        ),
        ordered as (
            select order_id, sum(quantity::integer) as units from line_now where line_type = 'product' group by order_id
        )
        select
            count(*) filter (o.status = 'cancelled' or o.is_test = 'true' or o.order_id is null),
            count(*) filter (s.units > ordered.units),
            avg((s.units < ordered.units)::integer),
            count(*) filter (s.first_day < o.business_day)
        from shipped as s left join order_now as o using (order_id) left join ordered using (order_id)
    """)
    assert (not_sales, too_much, before) == (0, 0, 0)
    assert 0.005 < short < 0.04


def test_orders_share_shipments_and_their_one_invoice(one: One) -> None:
    shared, invoices = one("""
        with shipment as (
            select shipment_id, count(*) as orders, count(distinct freight_cost) as invoices
            from shipment_now group by shipment_id
        )
        select count(*) filter (orders > 1), max(invoices) from shipment
    """)
    assert shared > 200
    assert invoices == 1
    (estimated,) = one("select avg((freight_cost is null)::integer) from shipment_now")
    assert 0.03 < estimated < 0.15


def test_returns_take_back_what_was_sold_and_arrived(one: One) -> None:
    too_much, too_dear, too_early = one("""
        select
            count(*) filter (r.quantity::integer > l.quantity::integer or r.product_id <> l.product_id),
            count(*) filter (
                r.refund_amount::double > l.quantity::integer * l.unit_price::double - l.discount_amount::double + 0.001
            ),
            count(*) filter (r.return_day <= left(s.delivered_at, 10)::date)
        from returned as r
        inner join line_now as l using (order_id, line_number)
        inner join (
            select order_id, min(delivered_at) as delivered_at from shipment_now group by order_id
        ) as s using (order_id)
    """)
    assert (too_much, too_dear, too_early) == (0, 0, 0)


def test_some_orders_come_back_completely_and_a_few_returns_name_no_line(one: One) -> None:
    (complete,) = one("""
        with back as (
            select order_id, sum(quantity::integer) as units from returned where line_number is not null group by all
        ),
        sold as (select order_id, sum(quantity) as units from goods group by all)
        select count(*) from back inner join sold using (order_id, units)
    """)
    assert complete > 100
    without_line, unknown_order, lines_unknown = one("""
        select
            count(*) filter (r.line_number is null),
            count(*) filter (o.order_id is null),
            count(*) filter (o.order_id is not null and r.line_number is not null and l.order_id is null)
        from returns as r
        left join order_now as o using (order_id)
        left join line_now as l using (order_id, line_number)
    """)
    assert (without_line, unknown_order, lines_unknown) == (6, 3, 0)


def test_returns_are_told_in_one_way_only(one: One) -> None:
    """A credit note beside the returns feed would take the same money back twice."""
    assert one("""
        select
            (select count(*) from orders where status not in ('completed', 'cancelled')),
            (select count(*) from order_lines where try_cast(quantity as integer) <= 0)
    """) == (0, 0)


def test_groups_of_companies_have_no_circles_and_three_levels(one: One) -> None:
    groups, deepest = one("""
        with recursive list as (select customer_id, parent_customer_id from customers where delivered = '2026-09-30'),
        up(customer_id, ancestor, level) as (
            select customer_id, parent_customer_id, 1 from list where parent_customer_id is not null
            union all
            select up.customer_id, list.parent_customer_id, level + 1
            from up inner join list on up.ancestor = list.customer_id
            where list.parent_customer_id is not null and level < 9
        )
        select count(distinct ancestor), max(level) from up
    """)
    assert groups > 45
    assert deepest == 2
