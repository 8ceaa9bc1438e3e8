"""Who the customers of the demo supplier are and how each of them behaves: every customer has its own rates.

Belongs here: drawing the customers, their sites and who belongs to whom. Not here: kinds (kinds.py), the days on which they
order (purchases.py), what the customers feed says of them (profiles.py).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.demo import calendar, places
from dagster_project.demo.arrays import counted_up, ids, pick, pick_by_row, stream
from dagster_project.demo.kinds import KINDS, number

if TYPE_CHECKING:
    from numpy.random import Generator

    from dagster_project.demo.arrays import Bools, Floats, Ints, Texts

CHANNELS = ("web", "phone", "edi", "manual")


@dataclass(frozen=True)
class Customers:
    """Columns of all customers, in the order of their ids.

    orders_per_year, dropout (chance to stay away after an order), spend (GBP a line), lines, discount_percent, shares and
    rates: the customer's own. start: day from which it may order, its first order where that is after the first day. town,
    warehouse, channel: places in TOWN_*, WAREHOUSES, CHANNELS. parent: place of the customer above it, -1 for none.
    site_first, site_count: its rows in sites.
    """

    customer_id: "Texts"
    kind: "Ints"
    is_person: "Bools"
    orders_per_year: "Floats"
    dropout: "Floats"
    start: "Ints"
    created: "Ints"
    spend: "Floats"
    lines: "Floats"
    discount_percent: "Ints"
    channel: "Ints"
    promotion_share: "Floats"
    expedited_share: "Floats"
    returned_share: "Floats"
    cases_per_order: "Floats"
    visits_per_year: "Floats"
    terms_days: "Ints"
    late_payment_days: "Ints"
    town: "Ints"
    warehouse: "Ints"
    parent: "Ints"
    site_first: "Ints"
    site_count: "Ints"
    site_town: "Ints"

    def __len__(self) -> int:
        """How many there are."""
        return len(self.customer_id)

    def of(self, *kinds: str) -> "Bools":
        """Which customers are of one of these kinds."""
        import numpy as np

        return np.isin(self.kind, [number(kind) for kind in kinds])


def draw_customers() -> Customers:
    """Every customer of the demo; the ids say nothing about the kind."""
    import numpy as np

    rng = stream("customers")
    kind = rng.permutation(np.repeat(np.arange(len(KINDS)), [each.customers for each in KINDS]))
    size = len(kind)
    mean = {
        name: np.array([getattr(each, name) for each in KINDS])[kind]
        for name in ("persons", "orders_per_year", "rate_shape", "dropout", "spend", "lines", "discount", "channels",
                     "newcomers", "expedited", "returned", "cases", "visits", "terms_days")
    }  # fmt: skip
    is_person = rng.random(size) < mean["persons"]
    start = _starts(rng, kind, rng.random(size) < mean["newcomers"])
    town = _towns(rng, kind)
    latitude, longitude = places.coordinates(town, stream("coordinates"))
    nearest = places.nearest_warehouse(latitude, longitude)
    # some are served from elsewhere, because they always were
    warehouse = np.where(rng.random(size) < 0.08, rng.integers(0, len(places.WAREHOUSES), size), nearest)
    site_count = _site_counts(rng, kind)
    friction = rng.gamma(2.5, 1 / 2.5, size)
    terms = mean["terms_days"] + np.where(mean["terms_days"] > 0, rng.choice([0, 0, 0, 15, 30], size), 0)
    return Customers(
        customer_id=ids("C", np.arange(1, size + 1), 5),
        kind=kind,
        is_person=is_person,
        orders_per_year=rng.gamma(mean["rate_shape"], mean["orders_per_year"] / mean["rate_shape"]),
        dropout=np.maximum(rng.beta(mean["dropout"][:, 0], mean["dropout"][:, 1]), 1e-6),
        start=start,
        created=np.where(start > 0, start - rng.integers(0, 21, size), -rng.integers(1, 3200, size)),
        spend=mean["spend"] * rng.lognormal(0.0, 0.45, size),
        lines=1 + rng.gamma(4.0, (mean["lines"] - 1) / 4.0),
        discount_percent=rng.integers(mean["discount"][:, 0], mean["discount"][:, 1] + 1),
        channel=pick_by_row(rng, mean["channels"]),
        promotion_share=rng.beta(1.0, 2.5, size),
        expedited_share=np.clip(mean["expedited"] * friction, 0, 0.8),
        returned_share=np.clip(mean["returned"] * rng.gamma(1.5, 1 / 1.5, size), 0, 0.5),
        cases_per_order=mean["cases"] * friction,
        visits_per_year=mean["visits"] * rng.gamma(4.0, 0.25, size),
        terms_days=terms,
        late_payment_days=np.where(terms > 0, rng.gamma(1.2, 7.0, size), 0).astype(int),
        town=town,
        warehouse=warehouse,
        parent=_parents(rng, kind, is_person),
        site_first=np.cumsum(site_count) - site_count,
        site_count=site_count,
        site_town=_site_towns(rng, town, site_count),
    )


def _starts(rng: "Generator", kind: "Ints", came_later: "Bools") -> "Ints":
    """The first day in the history on which a customer may order: the first one for those who were there before."""
    import numpy as np

    later = rng.integers(1, calendar.LAST - 5, len(kind))
    # who is to be seen growing or new must not have come at any time
    later = np.where(kind == number("newcomer"), rng.integers(calendar.LAST - 85, calendar.LAST - 2, len(kind)), later)
    later = np.where(kind == number("growing"), rng.integers(1, 300, len(kind)), later)
    later = np.where(kind == number("one_time"), rng.integers(calendar.LAST - 380, calendar.LAST - 2, len(kind)), later)
    return np.where(came_later, later, 0)


def _towns(rng: "Generator", kind: "Ints") -> "Ints":
    """Anywhere, or at home; a few prospects where nobody buys."""
    import numpy as np

    anywhere = pick(rng, places.TOWN_WEIGHT, len(kind))
    at_home = pick(rng, np.array(places.TOWN_WEIGHT) * (np.array(places.TOWN_COUNTRY) == "GB"), len(kind))
    town = np.where(np.isin(kind, [number("private"), number("demanding"), number("holding")]), at_home, anywhere)
    town[np.flatnonzero(kind == number("prospect"))[:3]] = places.UNSERVED_TOWN
    return town


def _site_counts(rng: "Generator", kind: "Ints") -> "Ints":
    import numpy as np

    most = np.select([kind == number("key_account"), kind == number("contract"), kind == number("regular")], [6, 4, 2], 1)
    counts = rng.integers(1, most + 1)
    return np.where((kind == number("regular")) & (rng.random(len(kind)) < 0.8), 1, counts)


def _site_towns(rng: "Generator", town: "Ints", counts: "Ints") -> "Ints":
    """The first site is where the customer is; the others lie anywhere in its country."""
    import numpy as np

    owner = np.repeat(np.arange(len(town)), counts)
    country = np.array(places.TOWN_COUNTRY_NUMBER)
    weights = np.array(places.TOWN_WEIGHT) * (country[None, :] == country[town[owner]][:, None])
    return np.where(counted_up(owner) == 1, town[owner], pick_by_row(rng, weights.astype(float)))


def _parents(rng: "Generator", kind: "Ints", is_person: "Bools") -> "Ints":
    """About 60 groups of companies: under a holding, under a company that buys itself, a few under a company of a group."""
    import numpy as np

    ordinary = np.isin(kind, [number(name) for name in ("contract", "regular", "small_business", "demanding")])
    free = rng.permutation(np.flatnonzero(ordinary & ~is_person))
    holdings, keys = np.flatnonzero(kind == number("holding")), np.flatnonzero(kind == number("key_account"))
    buyers, free = free[:14], free[14:]
    sizes = rng.integers(2, 7, len(holdings) + len(keys) + len(buyers))
    heads = np.r_[holdings, keys, buyers]
    parent = np.full(len(kind), -1)
    parent[free[: sizes.sum()]] = np.repeat(heads, sizes)
    # third level: the first company of every holding has two companies of its own
    firsts = free[np.cumsum(sizes) - sizes][: len(holdings)]
    below = free[sizes.sum() : sizes.sum() + 2 * len(firsts)]
    parent[below] = np.repeat(firsts, 2)
    return parent
