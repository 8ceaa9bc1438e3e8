"""What the cost of serving adds to a refresh of six million order lines, against plain statements that write the same rows.

The order book has TPC-H's size at scale factor 1: 1,500,000 orders over seven years, 6 million lines, one shipment per order.
By itself: `python -m pytest -m benchmark -s tests/benchmarks/test_cost_speed.py`, about three minutes.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from cost_models import COST_MODELS, CostModels
from measure import Comparison, compare

from dagster_project.settings import Settings

ORDERS = 1_500_000
RUNS = 3
FIRST_DAY, DAYS = "2001-01-01", 2_405
POOLS = {"order_entry": 0.55, "picking": 0.4, "packing": 0.4, "delivery_stop": 0.7}

ORDER_BOOK = f"""
    insert into marts.fct_orders by name
    select 1 as source_code, number as order_key, date '{FIRST_DAY}' + cast(hash(number) % {DAYS} as int) as order_date,
        order_date as delivery_date, cast(hash(number, 1) % 150000 as bigint) as customer_key,
        ['web', 'phone', 'edi', 'manual'][1 + cast(hash(number, 2) % 4 as int)] as channel,
        'GBP' as currency, 'sale' as order_kind,
        false as is_test, 'GB' as ship_to_country, 'W' || hash(number, 3) % 5 as warehouse_id, false as is_expedited,
        true as is_sale
    from range(1, {ORDERS} + 1) as orders (number);

    insert into marts.fct_order_lines by name
    select source_code, order_key, delivery_date, line_number, order_date, customer_key, ship_to_country,
        cast(hash(order_key, line_number) % 200000 as bigint) as product_key, 'sale' as line_outcome,
        1 + hash(line_number, order_key) % 50 as quantity, quantity * 12.34 as net_amount,
        0 as discount_amount, 7.5 as unit_cost
    from marts.fct_orders, range(1, 8) as lines (line_number)
    where line_number <= 1 + hash(order_key, 4) % 7;

    insert into intermediate.int_shipments by name
    select source_code, order_key as shipment_key, order_key, 'road' as transport_mode, warehouse_id,
        order_date + cast(2 as int) as shipped_date, 2 as cartons, 1 as stops, 1 + hash(order_key, 5) % 90 as weight_kg,
        case when hash(order_key, 6) % 3 > 0 then 5 + hash(order_key, 7) % 40 end as freight_cost
    from marts.fct_orders;

    insert into intermediate.int_product_versions by name
    select 1 as source_code, number as product_key, date '0001-01-01' as valid_from, 'category ' || number % 25 as category,
        14 as list_price
    from range(200000) as products (number);

    insert into intermediate.int_customers by name
    select 1 as source_code, number as customer_key, 'demo' as source, cast(number as varchar) as source_customer_id
    from range(150000) as customers (number);

    insert into intermediate.int_as_of_dates by name
    select date '{FIRST_DAY}' + {DAYS} as as_of_date, as_of_date - 365 as window_start_date, true as is_newest;

    insert into intermediate.int_customers_as_of by name
    select as_of_date, customers.source_code, customers.customer_key, count(lines.order_key) as window_sale_line_count,
        0 as window_return_line_count, coalesce(sum(net_amount), 0) as net_revenue,
        coalesce(sum(quantity * unit_cost), 0) as known_cost_of_goods, 0 as amount_without_cost, 0 as line_without_cost_count
    from intermediate.int_customers as customers cross join intermediate.int_as_of_dates
        left join marts.fct_order_lines as lines
        on lines.source_code = customers.source_code and lines.customer_key = customers.customer_key
        and lines.order_date > window_start_date and lines.order_date <= as_of_date
    group by all;
"""

# What somebody would type who knows the rates by heart: the same joins, the same rows, no policy, no version, no check. First
# the events, column by column as the product writes them; then what is summed from them, and from the prices of the lines, by
# customer, step, rank and segment. Classes, quadrants and levers are the product's alone.
PLAIN_STATEMENTS = """
    create or replace table marts.plain_costs as
    with handled as (
        select source_code, order_key, count(*) as line_count, sum(quantity) as unit_count from marts.fct_order_lines
        where line_outcome in ('sale', 'unidentified') and quantity > 0 group by all
    ),
    orders as (
        select orders.*, handled.line_count from marts.fct_orders as orders join handled using (source_code, order_key)
    ),
    shipped as (
        select orders.* exclude (warehouse_id), shipments.* exclude (source_code, order_key, delivered_date, units, carrier)
        from intermediate.int_shipments as shipments left join marts.fct_orders as orders using (source_code, order_key)
    ),
    events as (
        select source_code, 'order_entry' as activity, 'work' as cost_kind, order_key as event_key, 0::bigint as part_key,
            order_key, customer_key, null::bigint as product_key, order_date as cost_date, warehouse_id,
            1::bigint as driver_units,
            case channel when 'web' then 2 when 'edi' then 1 when 'phone' then 10 + 0.8 * line_count else 14 + line_count end
                ::decimal(18, 4) as minutes, null::decimal(18, 4) as carriage
        from orders
        union all
        select source_code, 'picking', 'work', order_key, 0, order_key, customer_key, null, order_date, warehouse_id,
            line_count, 1.2 * line_count, null
        from orders
        union all
        select source_code, 'packing', 'work', shipment_key, order_key, order_key, customer_key, null, shipped_date,
            warehouse_id, cartons, 2.5 * cartons + 3, null
        from shipped
        union all
        select source_code, 'delivery_stop', 'work', shipment_key, order_key, order_key, customer_key, null, shipped_date,
            warehouse_id, stops, 12 * stops, null
        from shipped
        union all
        select source_code, 'outbound_freight', 'carriage', shipment_key, order_key, order_key, customer_key, null,
            shipped_date, warehouse_id, 1, null, coalesce(freight_cost, case when weight_kg < 30
                then greatest(7.5, 3.5 + 0.3 * weight_kg) else greatest(18, 12 + 0.2 * weight_kg) end)
        from shipped
    )
    select events.* exclude (carriage),
        coalesce(minutes * ledger.cost / ledger.practical_capacity_minutes, carriage)::decimal(18, 8) as cost,
        'actual' as basis
    from events left join intermediate.int_cost_ledger as ledger
        on events.source_code = ledger.source_code and events.activity = ledger.pool
        and date_trunc('month', events.cost_date) = ledger.month;

    create or replace table marts.plain_customers as
    select source_code, customer_key, activity, sum(driver_units) as driver_units, sum(minutes) as minutes, sum(cost) as cost
    from marts.plain_costs, intermediate.int_as_of_dates
    where cost_date > window_start_date and cost_date <= as_of_date
    group by all;

    create or replace table marts.plain_prices as
    select source_code, customer_key, sum(quantity * list_price) as list_amount, sum(net_amount) as net_revenue,
        sum(quantity * fct_order_lines.unit_cost) as cost_of_goods
    from marts.fct_order_lines join intermediate.int_product_versions using (source_code, product_key),
        intermediate.int_as_of_dates
    where order_date > window_start_date and order_date <= as_of_date and line_outcome = 'sale'
    group by all;

    create or replace table marts.plain_contributions as
    select source_code, customer_key, coalesce(list_amount, 0) as list_amount, customers.net_revenue, known_cost_of_goods,
        coalesce(cost_to_serve, 0) as cost_to_serve,
        customers.net_revenue - known_cost_of_goods - coalesce(cost_to_serve, 0) as net_contribution
    from intermediate.int_customers_as_of as customers left join marts.plain_prices using (source_code, customer_key)
        left join (select source_code, customer_key, sum(cost) as cost_to_serve from marts.plain_customers group by all)
        using (source_code, customer_key);

    create or replace table marts.plain_waterfall as
    select source_code, customer_key,
        unnest(['list_price', 'on_invoice_discount', 'invoice_price', 'returns', 'net_revenue', 'off_invoice', 'pocket_price',
            'freight_charged', 'cost_of_goods', 'gross_margin', 'net_contribution']) as step,
        unnest([list_amount, net_revenue - list_amount, net_revenue, 0, net_revenue, 0, net_revenue, 0, -known_cost_of_goods,
            net_revenue - known_cost_of_goods, net_contribution]) as amount
    from marts.plain_contributions
    union all
    select source_code, customer_key, 'cost_to_serve.' || activity, -cost from marts.plain_customers;

    create or replace table marts.plain_curve as
    select source_code, customer_key, net_contribution, row_number() over falling as customer_rank,
        sum(net_contribution) over falling as cumulative_contribution
    from marts.plain_contributions
    window falling as (order by net_contribution desc, source_code, customer_key);

    create or replace table marts.plain_segments as
    with costs as (
        select plain_costs.* from marts.plain_costs, intermediate.int_as_of_dates
        where cost_date > window_start_date and cost_date <= as_of_date
    ),
    categories as (
        select source_code, order_key, category, count(*) / sum(count(*)) over (partition by source_code, order_key) as share
        from marts.fct_order_lines join intermediate.int_product_versions using (source_code, product_key)
        where (source_code, order_key) in (select source_code, order_key from costs)
        group by source_code, order_key, category
    )
    select 'channel' as dimension, channel as segment, activity, sum(cost) as cost
    from costs join marts.fct_orders as orders using (source_code, order_key)
    group by all
    union all
    select 'country', ship_to_country, activity, sum(cost)
    from costs join marts.fct_orders as orders using (source_code, order_key)
    group by all
    union all
    select 'warehouse', warehouse_id, activity, sum(cost) from costs group by all
    union all
    select 'category', category, activity, sum(cost * share)
    from costs join categories using (source_code, order_key)
    group by all
"""


@pytest.fixture
def order_book(tmp_path: Path) -> Iterator[tuple[CostModels, duckdb.DuckDBPyConnection]]:
    models = CostModels(Settings(sources=("demo",), data_dir=tmp_path, _env_file=None))
    with models.connect() as connection:
        connection.execute(ORDER_BOOK)
        for pool, rate in POOLS.items():
            connection.execute(
                "insert into intermediate.int_cost_ledger by name select 1 as source_code, cast(month as date) as month,"
                " ? as pool, 1000000 * ? as cost, 1000000 as practical_capacity_minutes"
                f" from range(date '{FIRST_DAY}', date '{FIRST_DAY}' + {DAYS} + 62, interval 1 month) as months (month)",
                [pool, rate],
            )
        connection.execute("checkpoint")
        yield models, connection


@pytest.mark.benchmark
@pytest.mark.timeout(1800)
def test_cost_models_against_plain_statements(
    order_book: tuple[CostModels, duckdb.DuckDBPyConnection], comparisons: list[Comparison]
) -> None:
    """All that stands between the facts and the costs by customer, segment and pool is in the product's figure."""
    models, connection = order_book
    comparisons.append(
        compare(
            "cost of serving / plain statements",
            3.0,
            RUNS,
            product=lambda turn: models.compute(connection, COST_MODELS),
            base=lambda turn: connection.execute(PLAIN_STATEMENTS) and None,
        )
    )
    counts = [
        connection.execute(
            f"select activity, count(*), round(sum(cost)) from marts.{table} group by all order by all"
        ).fetchall()
        for table in ("fct_activity_costs", "plain_costs")
    ]
    assert counts[0] == counts[1]
    assert _rows(connection, "customer_activity_costs", "cost") == _rows(connection, "plain_customers", "cost")
    for ours, plain, amount in (
        ("customer_profitability", "plain_contributions", "list_amount"),
        ("customer_profitability", "plain_contributions", "net_contribution"),
        ("customer_price_waterfall", "plain_waterfall", "amount"),
        ("customer_whale_curve", "plain_curve", "customer_rank"),
    ):
        assert _rows(connection, ours, amount) == _rows(connection, plain, amount), ours
    segments = "dimension in ('channel', 'country', 'warehouse', 'category')"
    assert _rows(connection, "cost_to_serve_rollup", "cost", segments) == _rows(connection, "plain_segments", "cost")
    assert connection.execute("select max(abs(difference)) from marts.pool_reconciliation").fetchone() < (0.005,)


def _rows(connection: duckdb.DuckDBPyConnection, table: str, amount: str, condition: str = "true") -> tuple[int, float]:
    """How many rows a table holds, and what they come to."""
    row = connection.execute(f"select count(*), sum({amount}) from marts.{table} where {condition}").fetchone()
    assert row is not None
    return int(row[0]), round(float(row[1]))
