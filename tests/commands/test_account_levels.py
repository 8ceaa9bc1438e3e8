"""The demo told apart at each level of the account hierarchy: other customers, the same business.

Belongs here: totals over all accounts. Not here: whose an order is (tests/warehouse/test_account_level.py).
"""

from decimal import Decimal
from typing import Literal

import duckdb
import pytest
from conftest import Refreshed

from dagster_project.commands.refresh import run_refresh
from dagster_project.settings import Settings

_CENT = Decimal("0.01")


@pytest.mark.long
@pytest.mark.parametrize("level", ["ultimate_parent", "ship_to"])
def test_every_level_comes_to_the_same_totals(
    refreshed: Refreshed, deployment: Settings, level: Literal["ship_to", "ultimate_parent"]
) -> None:
    """Facts keep their own customer: to put accounts together or apart may move no order and no cost."""
    settings = deployment.model_copy(update={"account_level": level})
    outcome = run_refresh(settings)
    assert outcome.success, outcome.problems
    assert [check for check in outcome.failed_checks if "quarantine" not in check] == []
    with duckdb.connect() as connection:
        for name, data in (("sold_to", refreshed.settings), ("other", settings)):
            connection.execute(f"attach '{data.published / 'customer_segments.duckdb'}' as {name} (read_only)")
        for table in ("sales_reconciliation", "cost_reconciliation"):
            for one, two in (("sold_to", "other"), ("other", "sold_to")):
                assert connection.execute(f"from {one}.{table} except all from {two}.{table}").fetchall() == [], table
        totals = {
            name: connection.execute(
                "select count(*), sum(order_count), sum(net_revenue), sum(gross_margin), sum(cost_to_serve),"
                f" sum(net_contribution) from {name}.customer_segments"
            ).fetchall()[0]
            for name in ("sold_to", "other")
        }
        customers, orders, *amounts = totals["sold_to"]
        accounts, orders_there, *amounts_there = totals["other"]
        assert (accounts < customers) == (level == "ultimate_parent")
        assert orders == orders_there
        for here, there in zip(amounts, amounts_there, strict=True):
            # each customer's amount is rounded once
            assert abs(here - there) <= _CENT / 2 * (customers + accounts)
        accounts_told = connection.execute("select count(distinct customer_id) from other.customer_accounts").fetchall()[0][0]
        assert accounts_told <= accounts
