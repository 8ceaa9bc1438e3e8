"""The whole invented company as it really was: everything that was drawn, before any of it is delivered.

Belongs here: the order in which the parts are drawn. Not here: the parts, and the deliveries (deliveries.py).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.demo import calendar
from dagster_project.demo.catalogue import Catalogue, catalogue
from dagster_project.demo.customers import Customers, draw_customers
from dagster_project.demo.effort import Work, all_work
from dagster_project.demo.order_lines import Lines, draw_lines
from dagster_project.demo.orders import Orders, draw_orders
from dagster_project.demo.purchases import Purchases, draw_purchases
from dagster_project.demo.returns import Returns, draw_returns
from dagster_project.demo.service import Cases, Surveys, Visits, draw_cases, draw_surveys, draw_visits
from dagster_project.demo.shipments import Shipments, draw_shipments
from dagster_project.demo.stock import Stock, draw_stock

if TYPE_CHECKING:
    from dagster_project.demo.arrays import Ints


@dataclass(frozen=True)
class Company:
    """What happened from the first day of the history to the last."""

    articles: Catalogue
    customers: Customers
    purchases: Purchases
    orders: Orders
    lines: Lines
    shipments: Shipments
    returns: Returns
    cases: Cases
    visits: Visits
    surveys: Surveys
    work: Work
    stock: Stock


def draw_company() -> Company:
    """Draw all of it; the same every time."""
    articles = catalogue()
    customers = draw_customers()
    purchases = draw_purchases(customers)
    orders = draw_orders(customers, purchases)
    lines = draw_lines(customers, orders, articles)
    shipments = draw_shipments(customers, orders, lines, articles)
    returns = draw_returns(customers, orders, lines, shipments)
    cases = draw_cases(customers, orders)
    first_order, gone_on = _life(customers, purchases)
    visits = draw_visits(customers, gone_on)
    return Company(
        articles=articles,
        customers=customers,
        purchases=purchases,
        orders=orders,
        lines=lines,
        shipments=shipments,
        returns=returns,
        cases=cases,
        visits=visits,
        surveys=draw_surveys(customers, first_order, gone_on),
        work=all_work(orders, lines, shipments, returns, cases, visits),
        stock=draw_stock(customers, orders, lines, articles),
    )


def _life(customers: Customers, purchases: Purchases) -> tuple["Ints", "Ints"]:
    """The day of each customer's first order, and the day on which it left; past the last day where that never was."""
    import numpy as np

    never = len(calendar.DAYS)
    first, last = np.full(len(customers), never), np.full(len(customers), -1)
    np.minimum.at(first, purchases.customer, purchases.day)
    np.maximum.at(last, purchases.customer, purchases.day)
    return first, np.where(purchases.has_dropped_out, last, never)
