"""What the demo's books say: receivables by customer and month, and the cost ledger by pool and month.

Belongs here: balances, capacity plans, ledger costs. Not here: work and its worth (effort.py). The ledger pays for the
people that are there, not for the minutes that customers took: what is left is unused capacity, and one month was too much
for the pickers.
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dagster_project.demo import calendar
from dagster_project.demo.arrays import stream
from dagster_project.demo.effort import MINUTE_RATES, POOLS, pay_level

if TYPE_CHECKING:
    from dagster_project.demo.arrays import Floats, Ints
    from dagster_project.demo.customers import Customers
    from dagster_project.demo.effort import Work
    from dagster_project.demo.order_lines import Lines
    from dagster_project.demo.orders import Orders
    from dagster_project.demo.shipments import Shipments

OPEN_MONTH = calendar.MONTHS.index(date(2026, 9, 1))
"""Place of the month that accounting has not closed."""
OVERLOAD_POOL, OVERLOAD_MONTH = "picking", date(2025, 11, 1)
FREIGHT_POOL = "outbound_freight"
# share of the capacity that a plan expects to be used
_PLANNED_USE = {
    "order_entry": 0.82, "picking": 0.85, "packing": 0.84, "expedite": 0.70, "delivery_stop": 0.87, "returns": 0.72,
    "customer_service": 0.80, "sales_visits": 0.78,
}  # fmt: skip
_STAFF_STEP = 600
"""Minutes a month of the smallest part of a job that is planned."""


@dataclass(frozen=True)
class Receivables:
    """One row per customer and closed month (place in MONTHS); balance in pence."""

    customer: "Ints"
    month: "Ints"
    balance: "Ints"


@dataclass(frozen=True)
class Ledger:
    """One row per closed month and pool; cost in pence; minutes NaN for what is bought in."""

    month: "Ints"
    pool: tuple[str, ...]
    cost: "Ints"
    minutes: "Floats"


def debt_days(customers: "Customers", orders: "Orders", lines: "Lines", first: int, last: int) -> "Floats":
    """Pounds times days that each customer owed from the first to the last day, both included."""
    import numpy as np

    owing = np.flatnonzero(orders.is_sale & (orders.customer >= 0) & (orders.terms_days > 0))
    customer = orders.customer[owing]
    amount = np.bincount(lines.order, lines.net_gbp, len(orders))[owing]
    since = orders.day[owing] + 1
    until = since + orders.terms_days[owing] + customers.late_payment_days[customer]
    days = np.clip(np.minimum(until, last + 1) - np.maximum(since, first), 0, None)
    return np.bincount(customer, amount * days, len(customers))


def receivables(customers: "Customers", orders: "Orders", lines: "Lines") -> Receivables:
    """Average balance of each customer in each closed month, where there is one."""
    import numpy as np

    parts = []
    for month in range(OPEN_MONTH):
        first, last = calendar.place(calendar.MONTHS[month]), calendar.place(calendar.MONTHS[month + 1]) - 1
        balance = (debt_days(customers, orders, lines, first, last) / (last - first + 1) * 100).round().astype(int)
        owing = np.flatnonzero(balance > 0)
        parts.append((owing, np.full(len(owing), month), balance[owing]))
    return Receivables(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def ledger(work: "Work", shipments: "Shipments") -> Ledger:
    """What every pool cost in each closed month, and the minutes for which it was staffed."""
    import numpy as np

    rng = stream("ledger")
    month = calendar.months(work.day)
    used = np.bincount(work.pool * len(calendar.MONTHS) + month, work.minutes, len(POOLS) * len(calendar.MONTHS))
    used = used.reshape(len(POOLS), -1)[:, :OPEN_MONTH]
    capacity = np.stack([_capacity(pool, minutes) for pool, minutes in zip(POOLS, used, strict=True)])
    level = pay_level(np.array([calendar.place(first) for first in calendar.MONTHS[:OPEN_MONTH]]))
    rates = np.array(list(MINUTE_RATES.values()))[:, None] * level
    cost = capacity * rates * rng.normal(1.0, 0.012, capacity.shape)
    first_rows = np.unique(shipments.number, return_index=True)[1]
    invoiced = np.bincount(calendar.months(shipments.shipped[first_rows]), shipments.true_freight[first_rows])[:OPEN_MONTH]
    # surcharges that stand on no shipment's invoice
    freight = invoiced * rng.uniform(1.015, 1.04, OPEN_MONTH)
    months = np.arange(OPEN_MONTH)
    return Ledger(
        month=np.tile(months, len(POOLS) + 1),
        pool=tuple(pool for pool in (*POOLS, FREIGHT_POOL) for _ in months),
        cost=(np.r_[cost.reshape(-1), freight] * 100).round().astype(int),
        minutes=np.r_[capacity.reshape(-1), np.full(OPEN_MONTH, np.nan)],
    )


def _capacity(pool: str, used: "Floats") -> "Floats":
    """Staff is planned by quarter, and helped out where it would not be enough; once nobody could be found."""
    import numpy as np

    quarter = np.arange(len(used)) // 3
    mean = np.bincount(quarter, used)[quarter] / np.bincount(quarter)[quarter]
    planned = np.ceil(mean / _PLANNED_USE[pool] / _STAFF_STEP) * _STAFF_STEP
    capacity: Floats = np.maximum(planned, np.ceil(used * 1.04 / _STAFF_STEP) * _STAFF_STEP)
    if pool == OVERLOAD_POOL:
        month = calendar.MONTHS.index(OVERLOAD_MONTH)
        capacity[month] = np.floor(used[month] * 0.95 / _STAFF_STEP) * _STAFF_STEP
    return capacity
