"""The demo orders as they really happened: headers, and what decides how they are served.

Belongs here: one order's moment, channel, status, place of delivery, promise. Not here: its lines (order_lines.py), on
which day it is delivered and what goes wrong on the way (deliveries.py).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.demo import calendar, places
from dagster_project.demo.arrays import ids, pick, stream
from dagster_project.demo.customers import CHANNELS

if TYPE_CHECKING:
    from numpy.random import Generator

    from dagster_project.demo.arrays import Bools, Floats, Ints, Texts
    from dagster_project.demo.customers import Customers
    from dagster_project.demo.purchases import Purchases

COMPLETED, CANCELLED = "completed", "cancelled"
_GUEST_SHARE, _TEST_SHARE, _CANCELLED_SHARE = 0.03, 0.002, 0.025
_EDI, _MANUAL = CHANNELS.index("edi"), CHANNELS.index("manual")


@dataclass(frozen=True)
class Orders:
    """Columns of all orders by moment. customer: -1 for a guest; site: row in the customers' sites, -1 for a guest.

    lead_days: working days promised; requested, promised: days; promotion: place in PROMOTIONS, -1 for none.
    """

    order_id: "Texts"
    customer: "Ints"
    day: "Ints"
    second: "Ints"
    channel: "Ints"
    is_cancelled: "Bools"
    is_test: "Bools"
    is_expedited: "Bools"
    promotion: "Ints"
    site: "Ints"
    town: "Ints"
    country: "Texts"
    currency: "Texts"
    warehouse: "Ints"
    terms_days: "Ints"
    requested: "Ints"
    promised: "Ints"
    spend: "Floats"
    line_count: "Ints"
    discount_percent: "Ints"

    def __len__(self) -> int:
        """How many there are."""
        return len(self.day)

    @property
    def is_sale(self) -> "Bools":
        """Neither cancelled nor a test."""
        return ~self.is_cancelled & ~self.is_test


def draw_orders(customers: "Customers", purchases: "Purchases") -> Orders:
    """Every order of the whole period, numbered in the order of their moments."""
    import numpy as np

    rng = stream("orders")
    guests = round(len(purchases.day) * _GUEST_SHARE / (1 - _GUEST_SHARE))
    customer = np.r_[purchases.customer, np.full(guests, -1)]
    day = np.r_[purchases.day, pick(rng, calendar.demand(home=True), guests)]
    is_guest = customer < 0
    channel = _channels(rng, customers, customer)
    second = _seconds(rng, channel)
    order = np.lexsort((customer, second, day))
    customer, day, channel, second, is_guest = (column[order] for column in (customer, day, channel, second, is_guest))

    def own(column: "Ints | Floats", guest: float) -> "Floats":
        return np.where(is_guest, guest, column[customer])

    count = len(customer)
    site, town = _sites(rng, customers, customer)
    country_number = np.array(places.TOWN_COUNTRY_NUMBER)[town]
    country = np.array(places.COUNTRIES, dtype=object)[country_number]
    offer = calendar.promotions()[day]
    takes_offer = (offer >= 0) & (rng.random(count) < own(customers.promotion_share, 0.35))
    promotion = np.where(takes_offer, offer, -1)
    is_expedited = rng.random(count) < own(customers.expedited_share, 0.02)
    lead = np.array(list(places.LEAD_DAYS.values()))[country_number, is_expedited.astype(int)]
    # agreed routes twice a week: those accounts wait, and their orders travel together
    lead = lead + np.where(_on_route(customers, customer) & ~is_expedited, 3, 0)
    promised = calendar.workday(day, lead)
    nearest = places.nearest_warehouse(*places.coordinates(town, stream("sites")))
    is_cancelled = (rng.random(count) < _CANCELLED_SHARE) | (customers.of("only_cancelled")[customer] & ~is_guest)
    offer_percent = np.array([percent for _, _, _, percent in calendar.PROMOTIONS])[promotion]
    return Orders(
        order_id=ids("SO-", np.arange(100_001, 100_001 + count)),
        customer=customer,
        day=day,
        second=second,
        channel=channel,
        is_cancelled=is_cancelled,
        is_test=~is_cancelled & (rng.random(count) < _TEST_SHARE),
        is_expedited=is_expedited,
        promotion=promotion,
        site=site,
        town=town,
        country=country,
        currency=np.array(list(places.CURRENCIES.values()), dtype=object)[country_number],
        warehouse=np.where(is_guest | (rng.random(count) < 0.03), nearest, customers.warehouse[customer]),
        terms_days=own(customers.terms_days, 0).astype(int),
        requested=np.maximum(promised - rng.choice([0, 0, 0, 0, 1, 2], count), day + 1),
        promised=promised,
        spend=own(customers.spend, 45) * rng.lognormal(0.0, 0.35, count),
        line_count=np.minimum(1 + rng.poisson(own(customers.lines, 2.4) - 1), 28),
        discount_percent=own(customers.discount_percent, 0).astype(int) + np.where(takes_offer, offer_percent, 0),
    )


def is_on_route(customers: "Customers", orders: Orders) -> "Bools":
    """Orders that leave on the next route day, together with others of the account."""
    return _on_route(customers, orders.customer) & ~orders.is_expedited


def _on_route(customers: "Customers", customer: "Ints") -> "Bools":
    return customers.of("key_account", "contract")[customer] & (customer >= 0)


def _channels(rng: "Generator", customers: "Customers", customer: "Ints") -> "Ints":
    """The customer's usual way, sometimes web or phone; those with no EDI never use it."""
    import numpy as np

    usual = customers.channel[customer]
    strays = (rng.random(len(customer)) >= 0.88) & (usual != _MANUAL)
    return np.where(customer < 0, 0, np.where(strays, rng.integers(0, 2, len(customer)), usual))


def _seconds(rng: "Generator", channel: "Ints") -> "Ints":
    """When on the day: in office hours, or at any hour on the web, so that some lie on another day in UTC."""
    import numpy as np

    count = len(channel)
    office = np.clip(rng.normal(12.5, 2.3, count) * 3600, 7 * 3600, 19 * 3600)
    return np.where((channel == 0) & (rng.random(count) < 0.12), rng.integers(0, 24 * 3600, count), office).astype(int)


def _sites(rng: "Generator", customers: "Customers", customer: "Ints") -> tuple["Ints", "Ints"]:
    """Site and town of each order; guests live anywhere, mostly at home."""
    import numpy as np

    home = np.array(places.TOWN_WEIGHT) * np.where(np.array(places.TOWN_COUNTRY) == "GB", 1, 0.3)
    chosen = customers.site_first[customer] + (rng.random(len(customer)) * customers.site_count[customer]).astype(int)
    site = np.where(customer < 0, -1, chosen)
    return site, np.where(customer < 0, pick(rng, home, len(customer)), customers.site_town[site])
