"""Kaplan's office-products case through the whole way: deliveries in, cost to serve and contribution out, to the dollar.

The case is told by customers A and B, whose sales hardly differ and of whom one brings 5,170 and the other loses 2,520.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from dakota import DAY, Case, write_deliveries, write_policy
from pipeline import build_models, refresh

from dagster_project.settings import Settings
from dagster_project.transformation.assets import dbt_target
from dagster_project.transformation.invocation import build


@pytest.fixture(scope="module")
def case(test_data: Path) -> Case:
    return Case(test_data / "cost_to_serve")


@pytest.fixture(scope="module")
def deployment(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One refresh over the case's deliveries, published."""
    data_dir = tmp_path_factory.mktemp("dakota")
    settings = Settings(sources=("standard",), data_dir=data_dir, policy_dir=data_dir / "policy", _env_file=None)
    write_policy(data_dir / "policy")
    write_deliveries(case, settings.landing)
    refresh(settings)
    return settings


@pytest.fixture(scope="module")
def published(deployment: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(deployment.published / "customer_segments.duckdb"), read_only=True) as connection:
        yield connection


def costs_of(published: duckdb.DuckDBPyConnection, customer: str) -> dict[str, Decimal]:
    rows = published.execute(
        "select activity, cost from customer_cost_to_serve where customer_id = ? and cost <> 0", [f"standard:{customer}"]
    ).fetchall()
    return dict(rows)


@pytest.mark.parametrize(("customer", "column"), [("A", "customer_a"), ("B", "customer_b")])
def test_a_customer_costs_by_activity_what_the_case_says(
    published: duckdb.DuckDBPyConnection, case: Case, customer: str, column: str
) -> None:
    """The rates are 52 a carton, 6 a freight carton, 220 a desktop delivery, 10, 4 and 5 for orders and lines."""
    expected = {name: int(row[f"{column}_cost"]) for name, row in case.activities.items()}
    entry = expected["process_manual_order"] + expected["enter_line_item"] + expected["process_edi_order"]
    costs = {
        "order_entry": entry,
        "packing": expected["process_cartons"],
        "outbound_freight": expected["ship_cartons_freight"],
        "delivery_stop": expected["desktop_delivery"],
        "payment_terms": case.figures[column]["interest"],
    }
    assert costs_of(published, customer) == {name: Decimal(cost) for name, cost in costs.items() if cost}


@pytest.mark.parametrize(("customer", "column"), [("A", "customer_a"), ("B", "customer_b")])
def test_what_is_left_of_a_customer_is_what_the_case_says(
    published: duckdb.DuckDBPyConnection, case: Case, customer: str, column: str
) -> None:
    """Interest on receivables is part of what a customer costs to serve."""
    row = published.execute(
        "select net_revenue, gross_margin, cost_to_serve, net_contribution from customer_segments where customer_id = ?",
        [f"standard:{customer}"],
    ).fetchone()
    figures = case.figures[column]
    assert row == (figures["sales"], figures["gross_margin"], figures["cost_to_serve"], figures["contribution"])
    assert figures["contribution"] == {"A": 5_170, "B": -2_520}[customer]


def test_the_rates_of_the_case_come_out_of_its_pools(deployment: Settings) -> None:
    """A rate is the whole pool over the drivers of the year: 4 per minute stands for 10, 4 and 5."""
    with duckdb.connect(str(deployment.warehouse), read_only=True) as connection:
        rates = dict(connection.execute("select pool, cost_per_minute from intermediate.int_pool_rates").fetchall())
        freight = connection.execute(
            "select distinct carriage_factor from intermediate.int_pool_rates where pool = 'outbound_freight'"
        ).fetchall()
    assert (rates["packing"], rates["delivery_stop"]) == (52, 220)
    assert [rates["order_entry"] * minutes for minutes in (Decimal("2.5"), 1, Decimal("1.25"))] == [10, 4, 5]
    assert freight == [(6,)]


def test_all_of_the_pools_is_charged_and_nothing_more(published: duckdb.DuckDBPyConnection, case: Case) -> None:
    """5,850,000 in, 5,850,000 charged, under full absorption; interest lies outside the ledger."""
    rows = published.sql("""
        select sum(ledger_cost), sum(charged_cost), sum(unassigned_cost), sum(unused_cost), sum(rate_variance),
            max(abs(difference))
        from cost_reconciliation
    """).fetchall()
    assert rows == [(case.figures["pool_total"], case.figures["pool_total"], 0, 0, 0, 0)]


def test_every_step_down_to_the_contribution_stands_in_the_waterfall(published: duckdb.DuckDBPyConnection, case: Case) -> None:
    """Whoever adds up the steps of customer B arrives at the loss."""
    rows = published.sql(
        "select step, amount from price_waterfall where customer_id = 'standard:B' and not is_subtotal and amount <> 0"
    ).fetchall()
    assert dict(rows)["list_price"] == case.figures["customer_b"]["sales"]
    assert sum(amount for _, amount in rows) == -2_520


def test_the_loss_maker_is_named_with_what_could_be_done(published: duckdb.DuckDBPyConnection) -> None:
    """A list of losses without a lever is a complaint."""
    levers = published.sql("select customer_id, lever from profit_levers where lever_rank = 1").fetchall()
    assert [customer for customer, _ in levers] == ["standard:B"]


@pytest.mark.parametrize(
    "damage",
    [
        "delete from marts.fct_activity_costs where activity = 'packing' and customer_key = "
        "(select customer_key from intermediate.int_customers where source_customer_id = 'A')",
        "insert into marts.fct_activity_costs select * from marts.fct_activity_costs where activity = 'delivery_stop' limit 1",
        "update marts.fct_activity_costs set cost = cost + 0.01 where event_key = "
        "(select max(event_key) from marts.fct_activity_costs where activity = 'packing')",
    ],
    ids=["lost", "charged twice", "a cent too much"],
)
def test_costs_that_are_lost_or_charged_twice_fail_the_reconciliation(deployment: Settings, damage: str) -> None:
    """A check that cannot fail is none: the parts of the reconciliation are summed each from its own rows."""
    damaged = deployment.model_copy()
    with duckdb.connect(str(damaged.warehouse)) as connection:
        connection.execute("create or replace table marts.kept as from marts.fct_activity_costs")
        connection.execute(damage)
    try:
        results = build(dbt_target(damaged), ["--select", "pool_reconciliation"])
        outcomes = {result.name: result.status for result in results}
        assert outcomes["every_cent_of_a_pool_is_charged_or_shown"] == "fail", outcomes
    finally:
        with duckdb.connect(str(damaged.warehouse)) as connection:
            connection.execute("create or replace table marts.fct_activity_costs as from marts.kept")
            connection.execute("drop table marts.kept")
    build_models(deployment, "--select", "pool_reconciliation")
    assert all(not result.has_failed for result in build(dbt_target(deployment), ["--select", "pool_reconciliation"]))


def test_the_month_of_the_case_is_its_as_of_date(published: duckdb.DuckDBPyConnection) -> None:
    """Twelve months of receivables lie in the window of 365 days."""
    assert published.sql("select cast(as_of_date as varchar) from publication").fetchall() == [(DAY,)]
