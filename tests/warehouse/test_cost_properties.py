"""What holds of costs and prices whatever was ordered, shipped, returned or asked: tried on worlds that hypothesis makes up.

Each property runs the models' own SQL (cost_models.py) over the rows of a world (order_worlds.py).
"""

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from cost_models import CostModels
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from order_worlds import World, with_a_line_split, with_customers_merged, worlds

from dagster_project.settings import Settings

HALF_A_CENT = Decimal("0.005")
ROUNDED = Decimal("0.0002")
# half a unit of the fourth decimal for each of the eleven activities and the cost of goods
LINES_ROUNDED = Decimal("0.0006")
few = settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
many = settings(few, max_examples=60)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> CostModels:
    return CostModels(Settings(sources=("demo",), data_dir=tmp_path_factory.mktemp("costs"), _env_file=None))


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def costs_by_activity(connection: duckdb.DuckDBPyConnection, condition: str = "true") -> Mapping[str, Decimal]:
    return dict(
        rows(connection, f"select activity, sum(cost) from marts.fct_activity_costs where {condition} group by activity")
    )


def assert_identities(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    """What must hold of every world."""
    broken_pools = rows(connection, f"from marts.pool_reconciliation where abs(difference) >= {HALF_A_CENT}")
    assert broken_pools == []
    off_ledger = rows(
        connection,
        "from marts.pool_reconciliation where not is_provisional and abs(ledger_cost - charged_cost - unassigned_cost"
        f" - unused_cost - rate_variance) >= {HALF_A_CENT}",
    )
    assert off_ledger == []
    twice = rows(
        connection,
        "select 1 from marts.fct_activity_costs group by source_code, activity, cost_kind, event_key, part_key"
        " having count(*) > 1",
    )
    assert twice == []
    counted = dict(rows(connection, "select activity, sum(driver_units) from marts.fct_activity_costs group by activity"))
    for activity, expected in world.driver_counts().items():
        assert counted.get(activity, 0) == expected, activity
    assert rows(connection, "from marts.fct_activity_costs where cost is null") == []
    not_tied = rows(
        connection,
        "with sums as (select dimension, activity, sum(cost) as cost from marts.cost_to_serve_rollup group by all)"
        " select sums.dimension, activity, sums.cost, total.cost from sums join (from sums where dimension = 'total') as total"
        f" using (activity) where abs(sums.cost - total.cost) >= {HALF_A_CENT}",
    )
    assert not_tied == []
    steps_lost = rows(
        connection,
        "select customer_key from marts.customer_price_waterfall group by customer_key"
        " having count(amount) = count(*) and sum(case when not is_subtotal then amount else 0 end)"
        " <> max(case when step = 'net_contribution' then amount end)",
    )
    assert steps_lost == []
    assert_lines_and_orders_add_up(connection)


def assert_lines_and_orders_add_up(connection: duckdb.DuckDBPyConnection) -> None:
    """Line by line every step, and lines to their orders, activities and customers."""
    lines_off = rows(
        connection,
        "select customers.customer_key from marts.customer_profitability as customers left join (select customer_key,"
        " sum(net_revenue) as revenue, sum(freight_charged) as freight, sum(cost_to_serve) as cost,"
        " case when count(*) = count(net_contribution) then sum(net_contribution) end as left_over"
        " from marts.order_line_profitability group by customer_key) as lines using (customer_key)"
        " where coalesce(lines.revenue, 0) <> net_revenue or coalesce(lines.freight, 0) <> freight_charged"
        f" or abs(coalesce(lines.cost, 0) - cost_to_serve) > {LINES_ROUNDED}"
        f" or abs(lines.left_over - net_contribution) > {LINES_ROUNDED}",
    )
    assert lines_off == []
    parts_off = rows(
        connection,
        "select order_key, activity from (select order_key, activity, cost from marts.order_line_costs"
        " union all select order_key, activity, -cost from marts.fct_activity_costs where customer_key is not null)"
        " group by order_key, activity having sum(cost) <> 0",
    )
    assert parts_off == []
    steps_off = rows(
        connection,
        "from intermediate.int_line_prices where list_amount + discount_amount <> invoice_amount"
        " or invoice_amount + return_amount <> net_revenue or net_revenue + off_invoice_amount <> pocket_amount"
        " or pocket_amount + freight_charged - cost_of_goods <> gross_margin",
    )
    assert steps_off == []
    orders_off = rows(
        connection,
        "select order_key from (select order_key, net_revenue, pocket_amount, freight_charged"
        " from marts.order_line_profitability union all"
        " select order_key, -net_revenue, -pocket_amount, -freight_charged from intermediate.int_line_prices,"
        " intermediate.int_as_of_dates where is_newest and price_date <= as_of_date and price_date > window_start_date)"
        " group by order_key having sum(net_revenue) <> 0 or sum(pocket_amount) <> 0 or sum(freight_charged) <> 0",
    )
    assert orders_off == []


@few
@given(world=worlds())
def test_every_cent_and_every_driver_is_charged_once_or_shown(models: CostModels, world: World) -> None:
    """Unknown customers, products and orders included: their work is shown as unassigned, never dropped."""
    with models.over(world.tables()) as connection:
        assert_identities(connection, world)
        freight = rows(
            connection,
            "select source.invoice, parts.cost from (select shipment_key, max(freight_cost) as invoice"
            " from intermediate.int_shipments group by shipment_key) as source"
            " join (select shipment_key, sum(cost) as cost from intermediate.int_freight_costs group by shipment_key) as parts"
            " using (shipment_key) where source.invoice is not null",
        )
        assert all(invoice == cost for invoice, cost in freight)


@pytest.mark.long
@many
@given(world=worlds())
def test_every_cent_and_every_driver_of_many_worlds_is_charged_once_or_shown(models: CostModels, world: World) -> None:
    with models.over(world.tables()) as connection:
        assert_identities(connection, world)


@few
@given(world=worlds())
def test_splitting_a_line_moves_no_money_and_one_line_of_work(models: CostModels, world: World) -> None:
    """Whoever writes ten units as one and nine has the same revenue, margin and freight, and one line more to pick."""
    split = with_a_line_split(world)
    money = (
        "select customer_key, sum(net_revenue), sum(off_invoice_amount), sum(cost_of_goods) from intermediate.int_line_prices"
    )
    with models.over(world.tables()) as connection:
        before = sorted(rows(connection, f"{money} group by customer_key"))
        carriage = costs_by_activity(connection, "cost_kind <> 'work'")
    with models.over(split.tables()) as connection:
        assert_identities(connection, split)
        assert sorted(rows(connection, f"{money} group by customer_key")) == before
        assert costs_by_activity(connection, "cost_kind <> 'work'") == carriage
    assert split.driver_counts()["picking"] == world.driver_counts()["picking"] + 1


@few
@given(world=worlds(), seed=st.integers(0, 1_000))
def test_the_order_of_rows_changes_nothing(models: CostModels, world: World, seed: int) -> None:
    """An invoice that is split by weight must not give the odd cent to whoever came last in the file."""
    everything = (
        "select * from marts.fct_activity_costs order by all",
        "select * from marts.pool_reconciliation order by all",
        "select * from marts.customer_price_waterfall order by all",
    )
    with models.over(world.tables()) as connection:
        expected = [rows(connection, query) for query in everything]
    shuffled = random.Random(seed)
    mixed = {table: shuffled.sample(content, len(content)) for table, content in world.tables().items()}
    with models.over(mixed) as connection:
        assert [rows(connection, query) for query in everything] == expected


@few
@given(world=worlds())
def test_two_customers_who_are_one_cost_what_they_cost_together(models: CostModels, world: World) -> None:
    """A merge adds facts up; it neither saves nor costs anything."""
    merged = with_customers_merged(world)
    with models.over(world.tables()) as connection:
        expected = costs_by_activity(connection, "customer_key in (1, 2)")
        others = costs_by_activity(connection, "customer_key = 3")
    with models.over(merged.tables()) as connection:
        assert_identities(connection, merged)
        found = costs_by_activity(connection, "customer_key = 1")
        assert costs_by_activity(connection, "customer_key = 3") == others
    assert found.keys() == expected.keys()
    for activity, cost in found.items():
        # two balances may each be rounded at the eighth decimal
        assert abs(cost - expected[activity]) < Decimal("0.0000001"), activity


@few
@given(world=worlds(), factor=st.sampled_from([2, 10, 1_000]))
def test_money_in_another_unit_scales_every_amount_that_comes_from_money(models: CostModels, world: World, factor: int) -> None:
    """Pounds written as pence leave minutes alone and multiply prices, invoices, ledger and balances."""
    columns = {
        "net_amount",
        "discount_amount",
        "unit_cost",
        "freight_cost",
        "cost",
        "average_balance",
        "list_price",
        "return_amount",
    }
    scaled = {
        table: [
            {name: value * factor if name in columns and value is not None else value for name, value in row.items()}
            for row in content
        ]
        for table, content in world.tables().items()
    }
    ledger = "basis = 'actual' or cost_kind = 'capital'"
    prices = (
        "select order_key, line_number, line_outcome, list_amount, net_revenue from intermediate.int_line_prices order by all"
    )
    with models.over(world.tables()) as connection:
        costs = costs_by_activity(connection, ledger)
        amounts = rows(connection, prices)
    with models.over(scaled) as connection:
        assert_identities(connection, world)
        for activity, cost in costs_by_activity(connection, ledger).items():
            assert abs(cost - factor * costs[activity]) <= ROUNDED * factor, activity
        assert rows(connection, prices) == [(*key, listed * factor, net * factor) for *key, listed, net in amounts]


@pytest.mark.parametrize(
    ("model", "piece", "instead"),
    [
        ("fct_activity_costs", "select * from carriage", "select * from carriage union all select * from carriage"),
        ("fct_activity_costs", "from deliveries", "from (from deliveries where order_key <> 1) as deliveries"),
        ("int_freight_costs", "when part_number = part_count then 1", "when part_number = part_count then 0.9"),
    ],
    ids=["charged twice", "not every part", "a tenth of the invoice"],
)
@pytest.mark.parametrize("is_stated", [True, False], ids=["with a ledger", "without one"])
def test_a_model_that_is_broken_shows_in_the_reconciliation(
    models: CostModels, model: str, piece: str, instead: str, is_stated: bool
) -> None:
    """The ledger's side is counted from the deliveries and not from the costs, so what goes wrong between them shows."""
    order = {"source_code": 1, "order_key": 1, "order_date": "2026-01-05", "customer_key": 1, "order_kind": "sale"}
    world: dict[str, list[dict[str, Any]]] = {
        "fct_orders": [order],
        "int_shipments": [
            {"source_code": 1, "shipment_key": 1, "order_key": key, "shipped_date": "2026-01-05", "weight_kg": 5.0}
            | {"freight_cost": Decimal(100)}
            for key in (1, 2)
        ],
        "int_cost_ledger": [{"source_code": 1, "month": "2026-01-01", "pool": "outbound_freight", "cost": Decimal(100)}],
    }
    if not is_stated:
        world["int_cost_ledger"] = []
    difference = "select difference from marts.pool_reconciliation"
    with models.over(world) as connection:
        assert rows(connection, difference) == [(0,)]
    with models.over(world, **{model: (piece, instead)}) as connection:
        assert rows(connection, difference) != [(0,)]
