"""When the customers of the demo supplier order: the buy-till-you-die picture that predictions assume, customer by customer.

Orders come at the customer's rate, times the day's demand; after each order the customer may stay away for ever. Belongs here:
days of orders, who has dropped out. Not here: what is ordered (orders.py).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.demo import calendar
from dagster_project.demo.arrays import counted_up, stream

if TYPE_CHECKING:
    from numpy.random import Generator

    from dagster_project.demo.arrays import Bools, Floats, Ints
    from dagster_project.demo.customers import Customers

# kinds whose rate changes: days before the end at which it does
FADING_SINCE, GROWING_SINCE = 230, 190
RETURNED_SINCE, AWAY_SINCE = 35, 330


@dataclass(frozen=True)
class Purchases:
    """One row per order: customer and day, by customer and day. has_dropped_out: by customer, it will never order again."""

    customer: "Ints"
    day: "Ints"
    has_dropped_out: "Bools"


def draw_purchases(customers: "Customers") -> Purchases:
    """Every day on which a customer orders; a day may come twice."""
    import numpy as np

    rng = stream("purchases")
    customer, day = _wishes(rng, customers)
    kept = _keeps_buying(rng, customers, customer, day)
    customer, day = customer[kept], day[kept]
    customer, day = _with_first_orders(rng, customers, customer, day)
    # the order after which the customer stays away
    last = rng.geometric(customers.dropout)
    last = np.where(customers.of("one_time", "only_cancelled"), 1, last)
    number = counted_up(customer)
    alive = number <= last[customer]
    counts = np.bincount(customer, minlength=len(customers))
    return Purchases(customer[alive], day[alive], (counts > 0) & (counts >= last))


def _wishes(rng: "Generator", customers: "Customers") -> tuple["Ints", "Ints"]:
    """Orders as they would come if nobody ever stayed away."""
    import numpy as np

    busy = np.array([np.r_[0.0, calendar.demand(home).cumsum()] for home in (False, True)])
    home = customers.is_person.astype(int)
    before = busy[home, customers.start]
    ahead = busy[home, -1] - before
    average = busy[home, -1] / len(calendar.DAYS)
    counts = rng.poisson(customers.orders_per_year / 365 * ahead / average)
    customer = np.repeat(np.arange(len(customers)), counts)
    reached = before[customer] + rng.random(len(customer)) * ahead[customer]
    day = np.empty(len(customer), dtype=int)
    for profile in (0, 1):
        rows = home[customer] == profile
        day[rows] = np.searchsorted(busy[profile], reached[rows], side="right") - 1
    order = np.lexsort((day, customer))
    return customer[order], np.minimum(day, calendar.LAST)[order]


def _keeps_buying(rng: "Generator", customers: "Customers", customer: "Ints", day: "Ints") -> "Bools":
    """Which wishes become orders: customers who fade, grow or were away buy less at their time."""
    import numpy as np

    left = calendar.LAST - day
    share: Floats = np.ones(len(customer))
    share[customers.of("fading")[customer] & (left < FADING_SINCE)] = 0.12
    share[customers.of("growing")[customer] & (left >= GROWING_SINCE)] = 0.35
    share[customers.of("returning")[customer] & (left < AWAY_SINCE)] = 0.0
    share[customers.of("newcomer")[customer] & (day == customers.start[customer])] = 0.0
    return rng.random(len(customer)) < share


def _with_first_orders(rng: "Generator", customers: "Customers", customer: "Ints", day: "Ints") -> tuple["Ints", "Ints"]:
    """Who came during the history came with an order; who bought nothing since gets one; who was away is back."""
    import numpy as np

    buys = ~customers.of("prospect", "holding")
    bought = np.bincount(customer, minlength=len(customers)) > 0
    came = np.flatnonzero(buys & (customers.start > 0))
    silent = np.flatnonzero(buys & (customers.start == 0) & ~bought)
    back = np.flatnonzero(customers.of("returning"))
    customer = np.r_[customer, came, silent, back]
    day = np.r_[
        day,
        customers.start[came],
        calendar.LAST - rng.integers(60, 420, len(silent)),
        calendar.LAST - rng.integers(2, RETURNED_SINCE, len(back)),
    ]
    order = np.lexsort((day, customer))
    return customer[order], day[order]
