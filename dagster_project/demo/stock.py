"""What lies in the demo's warehouses at month ends: general stock, and printed articles that are kept for one account.

Belongs here: counts and their value. Not here: articles (catalogue.py), who owns what is printed (order_lines.py).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.demo import calendar, catalogue
from dagster_project.demo.arrays import stream
from dagster_project.demo.order_lines import printed_owner
from dagster_project.demo.places import WAREHOUSES

if TYPE_CHECKING:
    from dagster_project.demo.arrays import Floats, Ints
    from dagster_project.demo.catalogue import Catalogue
    from dagster_project.demo.customers import Customers
    from dagster_project.demo.order_lines import Lines
    from dagster_project.demo.orders import Orders


@dataclass(frozen=True)
class Stock:
    """One row per count: warehouse, article, day, customer (-1: general stock), units, value in pence."""

    warehouse: "Ints"
    article: "Ints"
    day: "Ints"
    customer: "Ints"
    units: "Ints"
    value: "Ints"


def draw_stock(customers: "Customers", orders: "Orders", lines: "Lines", articles: "Catalogue") -> Stock:
    """Counts of every month end: some weeks of what usually leaves the warehouse."""
    import numpy as np

    rng = stream("stock")
    days = np.array([calendar.place(month) - 1 for month in calendar.MONTHS[1:]] + [calendar.LAST])
    count = len(articles.products)
    goods = lines.is_product & orders.is_sale[lines.order]
    place = orders.warehouse[lines.order[goods]] * count + lines.article[goods]
    monthly = np.bincount(place, lines.quantity[goods], len(WAREHOUSES) * count) / len(calendar.MONTHS)
    general = np.flatnonzero(np.tile(np.arange(count) < articles.first_printed, len(WAREHOUSES)))
    owners = printed_owner(customers)
    printed = articles.first_printed + np.arange(len(owners))
    warehouse = np.r_[general // count, customers.warehouse[owners]]
    article = np.r_[general % count, printed]
    customer = np.r_[np.full(len(general), -1), owners]
    needed = np.r_[monthly[general], monthly.reshape(-1, count).sum(axis=0)[printed]]
    cover = np.where(customer < 0, rng.uniform(0.8, 2.2, len(article)), rng.uniform(2.0, 5.0, len(article)))
    units = (needed * cover * rng.lognormal(0, 0.25, (len(days), len(article)))).round().astype(int) + np.where(
        customer < 0, 3, 12
    )
    rows, columns = (index.reshape(-1) for index in np.indices(units.shape))
    new = np.array([product.product_id in catalogue.NEW_ARTICLES for product in articles.products])
    listed = ~new[article[columns]] | (days[rows] >= calendar.place(calendar.AUTUMN_CATALOGUE) - 1)
    # nothing is printed for an account before it is one
    listed &= (customer[columns] < 0) | (days[rows] >= customers.created[customer[columns]])
    rows, columns = rows[listed], columns[listed]
    counted, of = units[rows, columns], article[columns]
    return Stock(warehouse[columns], of, days[rows], customer[columns], counted, counted * articles.unit_cost[of])


def held_value(stock: Stock, customers: "Customers", first: int) -> "Floats":
    """Average pounds of stock that were kept for each customer, over the counts since the first day."""
    import numpy as np

    kept = (stock.customer >= 0) & (stock.day >= first)
    counts = len(np.unique(stock.day[stock.day >= first]))
    return np.bincount(stock.customer[kept], stock.value[kept], len(customers)) / 100 / counts
