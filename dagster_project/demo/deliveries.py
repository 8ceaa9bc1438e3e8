"""Everything that the demo's order system delivers: 14 feeds, one delivery with 22 months of history, then one a day.

Belongs here: the list of feeds. Not here: what each says (feeds.py, order_feeds.py, profiles.py), files (landing.py).
"""

from typing import TYPE_CHECKING

from dagster_project.demo import feeds
from dagster_project.demo.mishaps import with_broken_rows
from dagster_project.demo.order_feeds import order_feeds
from dagster_project.demo.profiles import customer_lists

if TYPE_CHECKING:
    from dagster_project.demo.company import Company
    from dagster_project.demo.table import Table


def deliver(company: "Company") -> "dict[str, Table]":
    """Each feed by name, with the day of delivery of every row."""
    orders, order_lines = order_feeds(company)
    tables = {
        "orders": orders,
        "order_lines": order_lines,
        "customers": customer_lists(company.customers),
        "products": feeds.products(company),
        "shipments": feeds.shipments(company),
        "returns": feeds.returns(company),
        "service_cases": feeds.service_cases(company),
        "sales_visits": feeds.sales_visits(company),
        "survey_responses": feeds.survey_responses(company),
        "receivables": feeds.receivables(company),
        "inventory": feeds.inventory(company),
        "warehouses": feeds.warehouses(),
        "cost_ledger": feeds.cost_ledger(company),
        "exchange_rates": feeds.exchange_rates(),
    }
    return {feed: with_broken_rows(feed, table) for feed, table in tables.items()}
