"""What is in the demo orders: articles, quantities, prices, discounts, charges.

Belongs here: the lines as they really were. Not here: headers (orders.py), what comes back (returns.py). Money is in whole
pence of the order's currency; *_gbp is in pounds at the rate of the day.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.demo import calendar, catalogue
from dagster_project.demo.arrays import counted_up, pick, stream
from dagster_project.demo.customers import CHANNELS
from dagster_project.demo.exchange import price_list_rate, rate_on

if TYPE_CHECKING:
    from numpy.random import Generator

    from dagster_project.demo.arrays import Bools, Floats, Ints
    from dagster_project.demo.catalogue import Catalogue
    from dagster_project.demo.customers import Customers
    from dagster_project.demo.orders import Orders

DELIVERY, HANDLING = -1, -2
"""Articles that are charges."""


@dataclass(frozen=True)
class Lines:
    """Columns of all lines, by order and line number. article: place in the catalogue, or DELIVERY, HANDLING."""

    order: "Ints"
    line_number: "Ints"
    article: "Ints"
    quantity: "Ints"
    unit_price: "Ints"
    discount: "Ints"
    unit_cost: "Ints"
    net_gbp: "Floats"
    cost_gbp: "Floats"

    def __len__(self) -> int:
        """How many there are."""
        return len(self.order)

    @property
    def is_product(self) -> "Bools":
        """Goods, not charges."""
        return self.article >= 0


def draw_lines(customers: "Customers", orders: "Orders", articles: "Catalogue") -> Lines:
    """Every line of every order."""
    import numpy as np

    rng = stream("lines")
    order, article = _articles(rng, customers, orders, articles)
    count = len(order)
    currency, day = orders.currency[order], orders.day[order]
    rises = calendar.rises(day)
    listed = articles.list_price[article] / 1.03**rises
    # cheap articles are bought by the dozen, a desk one at a time
    wanted = orders.spend[order] * rng.lognormal(-0.15, 0.55, count) * 100 / listed
    quantity = np.maximum(1, wanted.round()).astype(int)
    rate = rate_on(currency, day)
    unit_price = (listed * price_list_rate(currency)).round().astype(int)
    discount = (unit_price * quantity * orders.discount_percent[order] / 100).round().astype(int)
    unit_cost = (articles.unit_cost[article] / 1.02**rises / rate).round().astype(int)
    goods = (order, article, quantity, unit_price, discount, unit_cost)
    charges = _charges(orders, np.bincount(order, (unit_price * quantity - discount) * rate, len(orders)))
    order, article, quantity, unit_price, discount, unit_cost = (
        np.concatenate([mine, charge]) for mine, charge in zip(goods, charges, strict=True)
    )
    place = np.lexsort((-np.minimum(article, 0), order))
    order, article, quantity, unit_price, discount, unit_cost = (
        column[place] for column in (order, article, quantity, unit_price, discount, unit_cost)
    )
    rate = rate_on(orders.currency[order], orders.day[order])
    return Lines(
        order=order,
        line_number=counted_up(order),
        article=article,
        quantity=quantity,
        unit_price=unit_price,
        discount=discount,
        unit_cost=unit_cost,
        net_gbp=(unit_price * quantity - discount) / 100 * rate,
        cost_gbp=unit_cost * quantity / 100 * rate,
    )


def printed_owner(customers: "Customers") -> "Ints":
    """The account for which each printed article is kept."""
    import numpy as np

    accounts = np.flatnonzero(customers.of("key_account"))
    return accounts[np.arange(catalogue.PRINTED_ARTICLES) % len(accounts)]


def _articles(rng: "Generator", customers: "Customers", orders: "Orders", articles: "Catalogue") -> tuple["Ints", "Ints"]:
    """Order and article of each line of goods: from the customer's own dozen or from the shelf; none twice in an order."""
    import numpy as np

    order = np.repeat(np.arange(len(orders)), orders.line_count)
    customer = orders.customer[order]
    own = pick(rng, articles.popularity, len(customers) * 12).reshape(-1, 12)
    usual = own[customer, rng.integers(0, 12, len(order))]
    article = np.where((customer >= 0) & (rng.random(len(order)) < 0.65), usual, pick(rng, articles.popularity, len(order)))
    # the accounts come before their second articles: one with two takes either
    accounts = np.flatnonzero(customers.of("key_account"))
    printed = np.searchsorted(accounts, customer) + len(accounts) * rng.integers(0, 2, len(order))
    printed = np.where(printed < catalogue.PRINTED_ARTICLES, printed, printed - len(accounts))
    takes_print = (customer >= 0) & customers.of("key_account")[customer] & (rng.random(len(order)) < 0.12)
    article = np.where(takes_print, articles.first_printed + printed, article)
    _replace_what_is_not_sold_yet(orders, order, article, articles)
    # the first time that an article stands in the order counts
    first = np.unique(order * len(articles.products) + article, return_index=True)[1]
    first.sort()
    return order[first], article[first]


def _replace_what_is_not_sold_yet(orders: "Orders", order: "Ints", article: "Ints", articles: "Catalogue") -> None:
    import numpy as np

    new = np.array([product.product_id in catalogue.NEW_ARTICLES for product in articles.products])
    too_early = new[article] & (orders.day[order] < calendar.place(calendar.AUTUMN_CATALOGUE))
    article[too_early] -= 1


def _charges(orders: "Orders", goods: "Floats") -> tuple["Ints", ...]:
    """Delivery for small orders and those that go abroad, a handling fee for small ones on paper. goods: pence of a pound."""
    import numpy as np

    is_small = goods < catalogue.FREE_DELIVERY_FROM
    delivered = np.flatnonzero(is_small | (orders.country != "GB"))
    handled = np.flatnonzero(is_small & (orders.channel == CHANNELS.index("manual")))
    by_country = np.array([catalogue.DELIVERY_CHARGES[country] for country in orders.country])
    order = np.r_[delivered, handled]
    charge = np.r_[by_country[delivered], np.full(len(handled), catalogue.HANDLING_FEE)]
    price = (charge * price_list_rate(orders.currency[order])).round().astype(int)
    article = np.r_[np.full(len(delivered), DELIVERY), np.full(len(handled), HANDLING)]
    none = np.zeros(len(order), dtype=int)
    return order, article, none + 1, price, none, none
