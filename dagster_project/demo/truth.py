"""What the generator knows of each demo customer and the pipeline must find out; written beside the landing folder.

`kind` is the population from which the customer was drawn (kinds.py). `is_lost`: the purchase process has let it drop out,
so no order will ever come again; seen from outside it is only silent, and one that left last week cannot be told from one
that pauses. `usual_gap_days` is 365 by its true rate. Money covers the 365 days up to the last one, in pounds at each day's
rate, of the orders as they finally stood: net_revenue (goods less returns), gross_margin, cost_to_serve (true minutes at
true rates, freight as it really was, write-downs, capital) and contribution = gross_margin + delivery charged -
cost_to_serve. `cost_class`: `loss_maker` below minus 5 % of net revenue, `earner` above plus 5 %, else `marginal`; empty
without revenue. `is_hidden_loss_maker`: a loss maker whose gross margin is positive, so that only its cost to serve gives
it away.

Belongs here: the truth by customer. Not here: how it came about.
"""

from typing import TYPE_CHECKING

from dagster_project.demo import calendar
from dagster_project.demo.arrays import blank, decimals, flags, texts
from dagster_project.demo.effort import CAPITAL_RATE, CARRYING_RATE, RETURN_FREIGHT, freight_share
from dagster_project.demo.finance import debt_days
from dagster_project.demo.kinds import NAMES
from dagster_project.demo.stock import held_value

if TYPE_CHECKING:
    from dagster_project.demo.arrays import Floats, Texts
    from dagster_project.demo.company import Company

WINDOW_DAYS = 365
CLASS_LIMIT = 0.05


def truth(company: "Company") -> dict[str, "Texts"]:
    """One row per customer: behaviour first, then money."""
    import numpy as np

    customers, orders = company.customers, company.orders
    bought = orders.is_sale & (orders.customer >= 0)
    owner, day = orders.customer[bought], orders.day[bought]
    first, last = np.full(len(customers), len(calendar.DAYS)), np.full(len(customers), -1)
    np.minimum.at(first, owner, day)
    np.maximum.at(last, owner, day)
    order_days = np.bincount(np.unique(owner * len(calendar.DAYS) + day) // len(calendar.DAYS), minlength=len(customers))
    never = last < 0
    return {
        "customer_id": customers.customer_id,
        "kind": texts([NAMES[kind] for kind in customers.kind.tolist()]),
        "is_lost": flags(company.purchases.has_dropped_out & ~never),
        "first_order_date": blank(calendar.date_texts(np.minimum(first, calendar.LAST)), never),
        "last_order_date": blank(calendar.date_texts(np.maximum(last, 0)), never),
        "order_days": texts(order_days.tolist()),
        "usual_gap_days": blank(decimals(365 / np.maximum(customers.orders_per_year, 0.01), 1), never),
        "silence_days": blank(texts((calendar.LAST - last).tolist()), never),
        **_money(company),
    }


def _money(company: "Company") -> dict[str, "Texts"]:
    import numpy as np

    revenue, margin, charged, cost = _amounts(company)
    contribution = margin + charged - cost
    share = contribution / np.where(revenue > 0, revenue, 1)
    kinds = np.select([share < -CLASS_LIMIT, share > CLASS_LIMIT], ["loss_maker", "earner"], "marginal").astype(object)
    return {
        "net_revenue": decimals(revenue, 2),
        "gross_margin": decimals(margin, 2),
        "cost_to_serve": decimals(cost, 2),
        "contribution": decimals(contribution, 2),
        "cost_class": blank(kinds, revenue <= 0),
        "is_loss_maker": flags((revenue > 0) & (share < -CLASS_LIMIT)),
        "is_hidden_loss_maker": flags((revenue > 0) & (share < -CLASS_LIMIT) & (margin > 0)),
    }


def _amounts(company: "Company") -> tuple["Floats", "Floats", "Floats", "Floats"]:
    """Net revenue, gross margin, delivery charged and cost to serve of each customer in the window."""
    import numpy as np

    customers, orders, lines, returns = company.customers, company.orders, company.lines, company.returns
    shipments, work = company.shipments, company.work
    start = calendar.LAST - WINDOW_DAYS + 1

    def by_customer(customer: "Floats", values: "Floats", rows: "Floats") -> "Floats":
        rows = rows & (customer >= 0)
        return np.bincount(customer[rows], values[rows], len(customers))

    buyer, sold = orders.customer[lines.order], orders.is_sale[lines.order] & (orders.day[lines.order] >= start)
    goods = sold & lines.is_product
    sender = np.where(returns.has_order, buyer[returns.line], -1)
    returned = returns.day >= start
    part = returns.refund_gbp / np.maximum(lines.net_gbp[returns.line], 0.01)
    refunds = by_customer(sender, returns.refund_gbp, returned)
    taken_back = by_customer(sender, lines.cost_gbp[returns.line] * part, returned)
    revenue = by_customer(buyer, lines.net_gbp, goods) - refunds
    cost_of_goods = by_customer(buyer, lines.cost_gbp, goods) - taken_back
    shipped_for = orders.customer[shipments.order]
    cost = (
        by_customer(work.customer, work.cost, work.day >= start)
        + by_customer(shipped_for, freight_share(shipments), shipments.shipped >= start)
        + by_customer(sender, returns.write_down_gbp + RETURN_FREIGHT, returned)
        + debt_days(customers, orders, lines, start, calendar.LAST) * CAPITAL_RATE / 365
        + held_value(company.stock, customers, start) * CARRYING_RATE
    )
    return revenue, revenue - cost_of_goods, by_customer(buyer, lines.net_gbp, sold & ~lines.is_product), cost
