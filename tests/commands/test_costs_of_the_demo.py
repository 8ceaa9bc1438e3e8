"""What the demo's customers cost to serve: every cent of the ledger, every activity, and that a gap in the ledger is named.

Belongs here: what must hold of the shared refresh's published costs. Not here: what the generator knows (test_hidden_truth.py).
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import dagster as dg
import duckdb
import pytest
from conftest import Refreshed

from dagster_project.publication.assets import PUBLICATION
from dagster_project.settings import Settings
from dagster_project.transformation.assets import Events, dbt_target
from dagster_project.transformation.invocation import build
from dagster_project.transformation.project import load_manifest
from dagster_project.transformation.translator import RoomTranslator

POOLS = 9
CLOSED_MONTHS = 23


@pytest.fixture
def published(refreshed: Refreshed) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(refreshed.settings.published / "customer_segments.duckdb"), read_only=True) as connection:
        yield connection


def test_every_pool_of_every_month_reconciles_to_the_cent(published: duckdb.DuckDBPyConnection, refreshed: Refreshed) -> None:
    """The ledger is read here from the accounting's own files: what it says is charged, unassigned, unused or variance."""
    assert published.execute("select distinct difference from cost_reconciliation").fetchall() == [(Decimal("0.00"),)]
    closed = published.execute(
        "select month, pool, round(charged_cost + unassigned_cost + unused_cost + rate_variance, 2) from cost_reconciliation"
        " where rate_basis = 'ledger' order by all"
    ).fetchall()
    files = f"'{refreshed.settings.landing}/demo/cost_ledger/*.csv', filename = true, types = {{'cost': 'decimal(18, 4)'}}"
    ledger = duckdb.sql(
        f"select month, pool, round(arg_max(cost, filename), 2) from read_csv({files}) group by all order by all"
    ).fetchall()
    assert len(ledger) == POOLS * CLOSED_MONTHS
    assert closed == ledger
    unstated = published.execute("select distinct month, rate_basis from cost_reconciliation where is_provisional").fetchall()
    assert unstated == [(date(2026, 9, 1), "last_closed_month")]


def test_every_activity_costs_something_and_comes_to_the_customers(published: duckdb.DuckDBPyConnection) -> None:
    """An activity that nobody pays for would be one that the models lost on the way."""
    costs = dict(published.execute("select activity, sum(cost) from customer_cost_to_serve group by all").fetchall())
    assert costs.keys() == {
        *("order_entry", "picking", "packing", "outbound_freight", "expedite", "delivery_stop", "returns"),
        *("customer_service", "sales_visits", "inventory_holding", "payment_terms"),
    }
    assert min(costs.values()) > 0


def test_large_customers_who_bring_a_loss_are_listed_with_what_makes_it(published: duckdb.DuckDBPyConnection) -> None:
    """Class A by revenue, D by profit: the list that people act on holds each of them, and nobody else."""
    listed = published.execute("select distinct customer_id from loss_making_customers order by all").fetchall()
    expected = published.execute(
        "select customer_id from customer_segments where abc_revenue = 'A' and abc_profit = 'D' order by all"
    ).fetchall()
    assert expected
    assert listed == expected


def test_levers_of_an_unprofitable_customer_stand_by_size(published: duckdb.DuckDBPyConnection) -> None:
    """Nearly everyone below 0 has one; the largest comes first, and nobody who earns is told what to do. Measured: 97 %."""
    misplaced = published.execute(
        "select customer_id from (select *, lag(amount) over (partition by customer_id order by lever_rank) as amount_before"
        " from profit_levers) where amount > amount_before or amount < 0 or net_contribution >= 0"
    ).fetchall()
    assert misplaced == []
    (share,) = published.execute(
        "select avg((customer_id in (select customer_id from profit_levers))::int) from customer_segments"
        " where net_contribution < 0"
    ).fetchall()
    assert share[0] > 0.9


def test_whoever_buys_below_cost_is_a_loss_by_the_goods(published: duckdb.DuckDBPyConnection) -> None:
    """Whose gross margin is below 0 loses by the price: whoever serves them could save nothing that matters."""
    causes = published.execute(
        "select distinct activity from loss_making_customers where cause_rank = 1 and gross_margin < 0"
    ).fetchall()
    assert causes == [("cost_of_goods",)]


def test_the_charts_stand_beside_the_publication(instance: dg.DagsterInstance) -> None:
    """Whoever opens the asset sees the whale curve without a query."""
    event = instance.get_latest_materialization_event(PUBLICATION)
    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    for chart in ("whale_curve", "cost_to_serve", "profit_quadrants", "price_waterfall"):
        assert "](data:image/png;base64," in str(metadata[chart].value), chart


def test_a_month_that_the_ledger_leaves_out_is_an_error_that_names_month_and_pool(deployment: Settings) -> None:
    """Its costs would silently take the policy's rates: accounting has to be told what to send again."""
    with duckdb.connect(str(deployment.warehouse)) as connection:
        connection.execute("delete from intermediate.int_cost_ledger where pool = 'picking' and month = date '2026-03-01'")
        connection.execute("delete from intermediate.int_cost_ledger where month = date '2025-11-01'")
    manifest = load_manifest()
    results = build(dbt_target(deployment), ["--select", "assert_no_closed_month_of_the_ledger_is_missing"])
    with pytest.raises(dg.Failure) as failure:
        Events(deployment, manifest, RoomTranslator(manifest, [])).raise_for_failures(results)
    said = failure.value.description or ""
    assert "Nothing is published" in said
    assert "month 2026-03-01, pool picking" in said
    assert "month 2025-11-01, pool order_entry" in said
