"""Who is in the order book: every segment, stage and quadrant occurs, and the hidden truth says who is who."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from dagster_project.demo.kinds import NAMES

One = Callable[[str], tuple[Any, ...]]

# R down, FM across (domain's reference map); `new` needs a first order within 90 days, else the cell reads `promising`
SEGMENTS = {
    5: ("new", "promising", "potential_loyal", "loyal", "champions"),
    4: ("promising", "promising", "potential_loyal", "loyal", "champions"),
    3: ("about_to_sleep", "about_to_sleep", "needs_attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    1: ("lost", "hibernating", "at_risk", "cant_lose", "cant_lose"),
}
AS_OF = "date '2026-09-30'"


@pytest.fixture(scope="module")
def customers(tables: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """`customer`: recency, frequency, monetary and own gap; `scored`: its scores."""
    tables.execute(f"""
        create or replace temp table order_day as
        select customer_id, business_day, sum(revenue) as revenue
        from goods where customer_id is not null and status = 'completed' group by all;

        create or replace temp table gap as
        select *, business_day - lag(business_day) over (partition by customer_id order by business_day) as days from order_day;

        create or replace temp table customer as
        with refunds as (
            select customer_id, sum(refund) as refund from returned where return_day > {AS_OF} - 365 group by all
        ),
        population as (select median(days) as median_gap, quantile_cont(days, 0.8) as long_gap from gap)
        select
            customer_id,
            {AS_OF} - max(business_day) as recency,
            {AS_OF} - min(business_day) as tenure,
            count(*) as order_days,
            count(*) filter (business_day > {AS_OF} - 365) as frequency,
            coalesce(sum(revenue) filter (business_day > {AS_OF} - 365), 0) - coalesce(any_value(refund), 0) as monetary,
            coalesce(sum(revenue) filter (business_day > {AS_OF} - 180), 0) as recent,
            coalesce(sum(revenue) filter (business_day > {AS_OF} - 360 and business_day <= {AS_OF} - 180), 0) as earlier,
            max_by(days, business_day) as last_gap,
            if(
                count(days) = 0,
                any_value(long_gap),
                (count(days) * median(days) + 3 * any_value(median_gap)) / (count(days) + 3)
            ) as own_gap
        from gap left join refunds using (customer_id) cross join population group by customer_id
    """)
    return tables


def test_every_segment_of_the_map_occurs(customers: duckdb.DuckDBPyConnection) -> None:
    """The demo is what a newcomer sees first: an empty segment would look like a defect."""
    cells = customers.execute("""
        with cuts as (
            select
                quantile_cont(recency, [0.2, 0.4, 0.6, 0.8]) as recency_cuts,
                quantile_cont(monetary, [0.2, 0.4, 0.6, 0.8]) as monetary_cuts
            from customer
        ),
        scored as (
            select
                tenure <= 90 as is_new,
                5 - len(list_filter(recency_cuts, lambda cut: cut < recency)) as r,
                1 + len(list_filter(monetary_cuts, lambda cut: cut < monetary)) as m,
                1 + len(list_filter([1, 2, 4, 9], lambda cut: cut < frequency)) as f
            from customer cross join cuts
        )
        select r, (f + m + 1) // 2 as fm, is_new, f, m, count(*) from scored group by all
    """).fetchall()
    counts: dict[str, int] = {}
    scores: dict[tuple[str, int], int] = {}
    for r, fm, is_new, f, m, count in cells:
        name = SEGMENTS[r][fm - 1]
        name = "promising" if name == "new" and not is_new else name
        counts[name] = counts.get(name, 0) + count
        for key in (("r", r), ("f", f), ("m", m)):
            scores[key] = scores.get(key, 0) + count
    assert set(counts) == {name for row in SEGMENTS.values() for name in row}
    assert min(counts.values()) >= 5, sorted(counts.items(), key=str)
    # past this share the product warns that a score tells customers apart badly
    assert len(scores) == 15
    assert max(scores.values()) < 0.40 * sum(counts.values())


def test_every_stage_of_life_occurs(customers: duckdb.DuckDBPyConnection) -> None:
    stages = dict(
        customers.execute("""
            select
                case
                    when tenure <= 90 and order_days < 3 then 'new'
                    when recency > 4 * own_gap then 'churned'
                    when recency > 2 * own_gap then 'at_risk'
                    when last_gap > 4 * own_gap then 'reactivated'
                    when order_days >= 6 and tenure >= 365 and recent >= 0.8 * earlier then 'loyal'
                    when recent > 1.2 * earlier then 'growing'
                    else 'retained'
                end as stage,
                count(*)
            from customer group by all
        """).fetchall()
    )
    assert set(stages) == {"new", "churned", "at_risk", "reactivated", "loyal", "growing", "retained"}
    assert min(stages.values()) >= 20
    prospects = customers.execute("""
        select count(*) from customers anti join customer using (customer_id) where delivered = '2026-09-30'
    """).fetchall()
    assert prospects[0][0] > 150


def test_every_quadrant_of_price_and_cost_occurs(one: One, customers: duckdb.DuckDBPyConnection) -> None:
    fewest, quadrants = one(f"""
        with realised as (
            select customer_id, sum(revenue) / sum(list_amount) as realisation
            from goods where status = 'completed' and business_day > {AS_OF} - 365 group by all
        ),
        placed as (
            select
                realisation >= median(realisation) over () as is_dear,
                cost_to_serve / net_revenue >= median(cost_to_serve / net_revenue) over () as is_costly
            from truth inner join realised using (customer_id) where net_revenue > 0
        ),
        counts as (select is_dear, is_costly, count(*) as n from placed group by all)
        select min(n), count(*) from counts
    """)
    assert quadrants == 4
    assert fewest > 100


def test_every_kind_is_there(one: One, tables: duckdb.DuckDBPyConnection) -> None:
    kinds = dict(tables.execute("select kind, count(*) from truth group by all").fetchall())
    assert set(kinds) == set(NAMES)
    assert 2_800 <= sum(kinds.values()) <= 3_200
    assert one("select count(distinct customer_id), count(*) from truth")[0] == sum(kinds.values())


def test_the_truth_tells_what_the_deliveries_tell(one: One, customers: duckdb.DuckDBPyConnection) -> None:
    """Days to the day, money to a pound in a thousand: the pipeline can be measured against it."""
    days_differ, revenue_differs, compared = one("""
        select
            count(*) filter (t.silence_days <> c.recency or t.order_days <> c.order_days),
            count(*) filter (abs(t.net_revenue - c.monetary) > 0.1 + 0.001 * abs(c.monetary)),
            count(*)
        from truth as t inner join customer as c using (customer_id)
    """)
    assert days_differ == 0
    # returns that name no order are nobody's in the truth as well; a refund is cut to whole pence
    assert revenue_differs == 0
    assert compared > 2_500
    assert one("select count(*) from truth where order_days > 0") == (compared,)


def test_who_is_lost_has_been_silent_for_long(one: One) -> None:
    """Most of them: one that dropped out last week cannot be told from one that pauses."""
    lost, silent_if_lost, silent_if_not = one("""
        select
            count(*) filter (is_lost),
            avg((silence_days > 2 * usual_gap_days)::integer) filter (is_lost and kind not in ('one_time', 'newcomer')),
            avg((silence_days > 2 * usual_gap_days)::integer) filter (not is_lost and kind not in ('returning', 'fading'))
        from truth where order_days > 0
    """)
    assert lost > 500
    assert silent_if_lost > 0.6
    assert silent_if_not < 0.2


def test_fading_customers_buy_less_and_growing_ones_more(one: One, customers: duckdb.DuckDBPyConnection) -> None:
    fading, growing = one("""
        select
            sum(recent) filter (kind = 'fading') / sum(earlier) filter (kind = 'fading'),
            sum(recent) filter (kind = 'growing') / sum(earlier) filter (kind = 'growing')
        from customer inner join truth using (customer_id)
    """)
    assert fading < 0.5
    assert growing > 1.8


def test_a_clear_group_earns_a_margin_and_costs_more_than_that(one: One) -> None:
    hidden, demanding, open_, earners = one("""
        select
            count(*) filter (is_hidden_loss_maker),
            avg(is_hidden_loss_maker::integer) filter (kind = 'demanding' and net_revenue > 0),
            avg((is_loss_maker and gross_margin < 0)::integer) filter (kind = 'below_cost' and net_revenue > 0),
            avg((cost_class = 'earner')::integer) filter (kind in ('key_account', 'contract') and net_revenue > 0)
        from truth
    """)
    assert hidden > 200
    assert demanding > 0.9
    assert open_ > 0.8
    assert earners > 0.75


def test_what_makes_a_loss_is_visible_in_behaviour(one: One) -> None:
    """Small orders on paper, in a hurry, sent back, asked about."""
    odd = one("""
        with orders_of as (
            select
                kind = 'demanding' as is_demanding,
                avg((o.channel in ('manual', 'phone'))::integer) as on_paper,
                avg((o.is_expedited = 'true')::integer) as expedited,
                avg(o.payment_terms_days::integer) as terms,
                count(distinct s.order_id) / count(*) as cases
            from order_now as o inner join truth using (customer_id) left join service_cases as s using (order_id)
            group by all
        )
        select
            a.on_paper > 2 * b.on_paper, a.expedited > 3 * b.expedited, a.terms > 1.5 * b.terms, a.cases > 2 * b.cases
        from orders_of as a cross join orders_of as b where a.is_demanding and not b.is_demanding
    """)
    assert odd == (True, True, True, True)
