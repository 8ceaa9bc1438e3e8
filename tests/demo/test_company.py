"""Would a person believe this company? Size, margins, seasons, people, books."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

One = Callable[[str], tuple[Any, ...]]
YEAR = "business_day between date '2025-10-01' and date '2026-09-30'"


def test_the_size_is_what_the_demo_promises(one: One) -> None:
    orders, lines, products = one("""
        select
            (select count(distinct order_id) from orders),
            (select count(*) from line_now),
            (select count(distinct product_id) from products)
    """)
    assert 25_000 < orders < 35_000
    assert 100_000 < lines < 150_000
    assert 120 <= products <= 200


def test_a_year_brings_millions_and_a_trader_s_margin(one: One) -> None:
    revenue, margin, typical_order = one(f"""
        with per_order as (
            select order_id, sum(revenue) as revenue, sum(revenue - cost) as margin
            from goods where status = 'completed' and {YEAR} group by order_id
        )
        select sum(revenue), sum(margin) / sum(revenue), median(revenue) from per_order
    """)
    assert 6e6 < revenue < 15e6
    assert 0.25 < margin < 0.35
    assert 80 < typical_order < 500


def test_serving_takes_a_fifth_and_little_is_left(one: One) -> None:
    cost, left, loss = one("""
        select
            sum(cost_to_serve) / sum(net_revenue),
            sum(contribution) / sum(net_revenue),
            -sum(contribution) filter (contribution < 0) / sum(contribution) filter (contribution > 0)
        from truth
    """)
    assert 0.15 < cost < 0.25
    assert 0.03 < left < 0.15
    assert loss > 0.25, "the losers visibly eat what the earners bring"


def test_few_accounts_carry_much(one: One) -> None:
    (share,) = one("""
        with ranked as (
            select net_revenue, percent_rank() over (order by net_revenue desc) as place from truth where net_revenue > 0
        )
        select sum(net_revenue) filter (place <= 0.2) / sum(net_revenue) from ranked
    """)
    assert 0.6 < share < 0.9


def test_offices_order_on_working_days_and_homes_at_weekends(one: One) -> None:
    offices, homes = one("""
        select
            avg((isodow(business_day) > 5)::integer) filter (customer_type = 'organisation'),
            avg((isodow(business_day) > 5)::integer) filter (customer_type = 'person')
        from order_now inner join customers as c using (customer_id) where c.delivered = '2026-09-30'
    """)
    assert offices < 0.12
    assert 0.28 < homes < 0.45


def test_the_year_has_seasons(tables: duckdb.DuckDBPyConnection) -> None:
    """Offices only, and two years of it, so that the growing number of customers does not hide the season."""
    per_day = dict(
        tables.execute("""
            select month(business_day), count(*) / count(distinct business_day)
            from order_now where business_day < '2026-10-01' group by all
        """).fetchall()
    )
    assert per_day[9] > 1.25 * per_day[8]
    assert per_day[11] > 1.1 * per_day[10] * 0.95
    assert per_day[12] < per_day[11]


def test_promotions_run_at_their_time_and_cost_a_discount(one: One) -> None:
    codes, outside, share = one("""
        select
            count(distinct promotion_code),
            count(*) filter (promotion_code = 'BLACKFRIDAY' and not (month(business_day) = 11 and day(business_day) >= 23)),
            avg((promotion_code is not null)::integer) filter (business_day between '2025-11-23' and '2025-11-30')
        from order_now
    """)
    assert (codes, outside) == (4, 0)
    assert 0.15 < share < 0.5


def test_guests_tests_statuses_and_channels_occur(tables: duckdb.DuckDBPyConnection, one: One) -> None:
    guests, tests, expedited = one("""
        select avg((customer_id is null)::integer), count(*) filter (is_test = 'true'), avg((is_expedited = 'true')::integer)
        from order_now
    """)
    assert guests == pytest.approx(0.03, abs=0.005)
    assert tests >= 20
    assert 0.03 < expedited < 0.12
    statuses = dict(tables.execute("select status, count(*) from order_now group by all").fetchall())
    assert set(statuses) == {"completed", "cancelled"}
    assert statuses["cancelled"] > 300
    shares = dict(tables.execute("select channel, count(*) / sum(count(*)) over () from order_now group by all").fetchall())
    assert set(shares) == {"edi", "manual", "phone", "web"}
    assert min(shares.values()) > 0.05
    types = tables.execute("select distinct line_type from order_lines").fetchall()
    assert {name for (name,) in types} == {"product", "shipping", "fee"}


def test_money_of_three_currencies_has_a_rate_on_every_day(tables: duckdb.DuckDBPyConnection, one: One) -> None:
    currencies = dict(tables.execute("select currency, count(*) from order_now group by all").fetchall())
    assert set(currencies) == {"GBP", "EUR", "USD"}
    assert min(currencies.values()) > 200
    assert one(
        "select count(*) from order_now anti join rate on rate.currency = order_now.currency and day = business_day"
    ) == (0,)
    assert one("select max(abs(rate / 0.85 - 1)) < 0.08 from rate where currency = 'EUR'") == (True,)


def test_deliveries_are_mostly_good(one: One) -> None:
    on_time, damaged, wrong_papers, modes = one("""
        with per_order as (
            select
                order_id,
                max(left(delivered_at, 10)) as arrived,
                bool_or(is_damaged = 'true') as damaged,
                bool_or(has_document_error = 'true') as wrong,
                any_value(transport_mode) as mode
            from shipment_now where delivered_at is not null group by order_id
        ),
        promise as (select order_id, arg_min(promised_delivery_date, delivered) as promised from orders group by order_id)
        select
            avg((arrived <= promised)::integer), avg(damaged::integer), avg(wrong::integer), count(distinct mode)
        from per_order inner join promise using (order_id)
    """)
    assert 0.85 < on_time < 0.97
    assert 0.005 < damaged < 0.03
    assert 0.005 < wrong_papers < 0.04
    assert modes == 4


def test_freight_grows_with_weight_and_way(tables: duckdb.DuckDBPyConnection) -> None:
    per_kg = dict(
        tables.execute("""
            with shipment as (
                select shipment_id, any_value(ship_to_country) as country, sum(weight_kg::double) as weight,
                    any_value(freight_cost::double) as freight
                from shipment_now inner join order_now using (order_id) where transport_mode <> 'express' group by all
            )
            select country, sum(freight) / sum(weight) from shipment where freight is not null group by all
        """).fetchall()
    )
    assert per_kg["GB"] < per_kg["IE"] < per_kg["DE"] < per_kg["US"]


def test_people_and_firms_have_their_own_attributes(one: One) -> None:
    persons, mixed_up, abroad, far_away = one("""
        select
            avg((customer_type = 'person')::integer),
            count(*) filter (
                (customer_type = 'person' and coalesce(industry, size_band, ownership) is not null)
                or (customer_type = 'organisation'
                    and coalesce(birth_year, income_band, education, occupation, household_band, commute_band) is not null)
            ),
            avg((country <> 'GB')::integer),
            count(*) filter (
                country = 'GB' and not (latitude::double between 49.9 and 59 and longitude::double between -8 and 2)
            )
        from customers where delivered = '2026-09-30'
    """)
    assert 0.2 < persons < 0.4
    assert (mixed_up, far_away) == (0, 0)
    assert 0.1 < abroad < 0.3


def test_surveys_tell_what_each_customer_prefers(one: One) -> None:
    questions, outside, words, clear = one("""
        with answers as (
            select *, try_cast(answer as integer) as score from survey_responses
        ),
        best as (
            select response_id, count(*) filter (score >= 4) as high, count(*) filter (score = 5) as highest
            from answers where question not in ('recommend', 'share_of_wallet', 'sales_reason') group by all
        )
        select
            count(distinct question),
            count(*) filter (
                score not between 0 and case question when 'recommend' then 10 when 'share_of_wallet' then 100 else 5 end
            ),
            count(*) filter (score is null and question not in ('share_of_wallet', 'sales_reason')),
            (select avg((high > 0)::integer) from best)
        from answers
    """)
    assert (questions, outside) == (8, 0)
    assert 5 < words < 100
    assert clear > 0.95


def test_the_books_leave_capacity_unused_and_overload_pickers_once(tables: duckdb.DuckDBPyConnection, one: One) -> None:
    """September is open; every other month has every pool."""
    months, pools, without_minutes = one("""
        select count(distinct month), count(distinct pool),
            count(*) filter (practical_capacity_minutes is null)
        from cost_ledger
    """)
    assert (months, pools, without_minutes) == (23, 9, 23)
    assert one("select count(*), max(month) from cost_ledger") == (23 * 9, "2026-08-01")
    picking = dict(
        tables.execute("""
            with used as (
                select strftime(date_trunc('month', business_day), '%Y-%m-%d') as month, count(*) * 1.2 as minutes
                from goods where status = 'completed' group by all
            )
            select month, minutes / practical_capacity_minutes::double
            from cost_ledger inner join used using (month) where pool = 'picking'
        """).fetchall()
    )
    assert [month for month, use in picking.items() if use > 1] == ["2025-11-01"]
    assert 0.6 < sum(picking.values()) / len(picking) < 0.95


def test_freight_in_the_books_is_more_than_the_invoices(one: One) -> None:
    dearer, far = one("""
        with invoiced as (
            select strftime(date_trunc('month', shipped), '%Y-%m-%d') as month, sum(freight) as freight from (
                select shipment_id, any_value(left(shipped_at, 10)::date) as shipped, any_value(freight_cost::double) as freight
                from shipment_now group by shipment_id
            ) group by all
        )
        select bool_and(cost::double > freight), max(cost::double / freight) from cost_ledger inner join invoiced using (month)
        where pool = 'outbound_freight'
    """)
    assert dearer
    assert far < 1.25


def test_stock_is_general_or_kept_for_one_account(one: One) -> None:
    kept, general, mixed, dates = one("""
        select
            count(distinct customer_id),
            count(distinct product_id) filter (customer_id is null),
            count(*) filter ((customer_id is not null) <> (product_id like 'PRINT-%')),
            count(distinct inventory_date)
        from inventory
    """)
    assert kept == 24
    assert 110 <= general <= 125
    assert (mixed, dates) == (0, 24)


def test_receivables_are_weeks_of_revenue(one: One) -> None:
    (days,) = one("""
        select sum(average_balance::double) * 31
            / (select sum(revenue) from goods where date_trunc('month', business_day) = '2026-07-01')
        from receivables where month = '2026-07-01'
    """)
    assert 25 < days < 60
