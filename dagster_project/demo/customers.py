"""Who orders at the demo supplier, and on which days: behaviour drawn customer by customer.

Orders come at a rate drawn from a gamma distribution, times the day's demand; after each order a customer may stay away for
ever, with a probability drawn from a beta distribution (the buy-till-you-die picture that the predictions assume).

Belongs here: kinds of customers, their rates, life and taste, the days of their orders. Not here: what is in an order
(orders.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.demo.calendar import DAYS, FIRST_DELIVERY, demand_factor
from dagster_project.demo.catalogue import COUNTRIES

if TYPE_CHECKING:
    from numpy.random import Generator

CHANNELS = ("web", "phone", "edi", "manual")
_COUNTRY_SHARES = (0.80, 0.05, 0.04, 0.05, 0.02, 0.02, 0.02)  # in the order of COUNTRIES


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of customer. orders_per_year: mean of the gamma; dropout: beta; basket: times the usual quantities."""

    name: str
    customers: int
    orders_per_year: float
    rate_shape: float
    dropout: tuple[float, float] | None
    basket: float
    discount_percent: tuple[int, int]
    channel_shares: tuple[float, float, float, float]


KINDS = (
    Kind("regular", 905, 10.5, 1.0, (0.9, 10.0), 1.0, (0, 6), (0.55, 0.18, 0.14, 0.13)),
    Kind("small", 120, 6.0, 1.5, (0.9, 5.0), 0.25, (0, 0), (0.80, 0.10, 0.00, 0.10)),
    Kind("one_time", 125, 1.0, 1.0, None, 0.3, (0, 0), (0.75, 0.15, 0.00, 0.10)),
    Kind("large", 9, 110.0, 6.0, (0.5, 60.0), 6.0, (6, 14), (0.05, 0.05, 0.85, 0.05)),
    # prices once granted and never looked at again: below cost
    Kind("below_cost", 31, 20.0, 2.0, (0.9, 8.0), 1.4, (46, 56), (0.20, 0.30, 0.20, 0.30)),
    # known to the order system, but never with a sale
    Kind("only_cancelled", 12, 1.0, 1.0, None, 0.8, (0, 0), (0.70, 0.20, 0.00, 0.10)),
    Kind("only_credited", 8, 1.0, 1.0, None, 0.8, (0, 0), (0.70, 0.20, 0.00, 0.10)),
)


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer and the days (places in DAYS) of its orders."""

    customer_id: str
    kind: Kind
    country: str
    channel: str
    discount_percent: int
    basket: float
    lines_per_order: float
    promotion_share: float
    order_days: tuple[int, ...]


def draw_customers(rng: "Generator") -> list[Customer]:
    """Every customer of the order book, in the order of their ids; the ids say nothing about the kind."""
    kinds = [kind for kind in KINDS for _ in range(kind.customers)]
    kinds = [kinds[place] for place in rng.permutation(len(kinds))]
    return [
        Customer(
            customer_id=f"C{number:05d}",
            kind=kind,
            country=COUNTRIES[rng.choice(len(COUNTRIES), p=_COUNTRY_SHARES)],
            channel=CHANNELS[rng.choice(len(CHANNELS), p=kind.channel_shares)],
            discount_percent=int(rng.integers(kind.discount_percent[0], kind.discount_percent[1] + 1)),
            basket=kind.basket * float(rng.lognormal(0.0, 0.6)),
            lines_per_order=float(rng.gamma(4.0, 1.1)),
            promotion_share=float(rng.beta(1.0, 4.0)),
            order_days=days,
        )
        for number, (kind, days) in enumerate(zip(kinds, _order_days(rng, kinds), strict=True), start=1)
    ]


def _order_days(rng: "Generator", kinds: Sequence[Kind]) -> list[tuple[int, ...]]:
    """For each customer the days with an order; a day may come twice."""
    import numpy as np

    demand = np.array([demand_factor(day) for day in DAYS])
    days = np.arange(len(DAYS))
    first = np.array([_first_day(rng, kind) for kind in kinds])
    rates = np.array([rng.gamma(kind.rate_shape, kind.orders_per_year / kind.rate_shape) for kind in kinds])
    life = np.array([rng.geometric(max(rng.beta(*kind.dropout), 0.004)) if kind.dropout else 1 for kind in kinds])

    chance = np.minimum(rates[:, None] / 365 * demand[None, :], 0.9)
    orders = (rng.random(chance.shape) < chance) & (days[None, :] > first[:, None])
    orders[np.arange(len(kinds)), first] = True
    orders &= orders.cumsum(axis=1) <= life[:, None]
    # some come back on the same day for what they forgot: two orders, one order day
    again = orders & (rng.random(orders.shape) < 0.03) & (life[:, None] > 1)
    return [
        tuple(np.repeat(days, row.astype(int) + more.astype(int)).tolist()) for row, more in zip(orders, again, strict=True)
    ]


def _first_day(rng: "Generator", kind: Kind) -> int:
    """Place in DAYS of the first order: most buyers were there before the history, the rest came one by one."""
    was_there = kind.dropout is not None and rng.random() < 0.45
    day = int(rng.integers(0, 90 if was_there else len(DAYS)))
    if kind.name == "only_credited":
        # a note refers to a sale before the history, so it comes early in it
        day = int(rng.integers(20, DAYS.index(FIRST_DELIVERY)))
    weekend = DAYS[day].weekday() >= 5
    return day - 2 if weekend and day >= 2 else day
