"""The demo's orders and order lines in the canonical contract, and what goes wrong on their way: late, again, corrected.

Belongs here: versions of an order and the day on which each is delivered. A corrected order stands in the company as it was
at last; its first version is made here. Not here: orders as they really were (orders.py), rows that nobody can read
(mishaps.py).
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dagster_project.demo import calendar, catalogue
from dagster_project.demo.arrays import blank, flags, ids, money, stream, texts
from dagster_project.demo.customers import CHANNELS
from dagster_project.demo.feeds import delivery_day
from dagster_project.demo.orders import CANCELLED, COMPLETED
from dagster_project.demo.places import TOWN_REGION, WAREHOUSES, postal_codes
from dagster_project.demo.table import Table, together

if TYPE_CHECKING:
    from dagster_project.demo.arrays import Bools, Ints
    from dagster_project.demo.company import Company

REPEATED = {date(2026, 8, 18): date(2026, 8, 19), date(2026, 9, 14): date(2026, 9, 17)}
"""Days whose orders are delivered once more, unchanged, with those of a later day."""
_LATE_SHARE, _CORRECTED_SHARE = 0.012, 0.03
_LONGEST_DELAY = 5
_PROMISE_MOVED_BY = 4


@dataclass(frozen=True)
class _Fates:
    """By order: days of the first and of the last version, the same where there is one only, and what the correction did."""

    first: "Ints"
    last: "Ints"
    was_cancelled: "Bools"
    had_other_quantity: "Bools"
    missed_a_line: "Bools"
    got_later_promise: "Bools"

    @property
    def is_corrected(self) -> "Bools":
        return self.last > self.first


def order_feeds(company: "Company") -> tuple[Table, Table]:
    """Headers and lines; all lines of an order come in the delivery of its header."""
    import numpy as np

    fates = _fates(company)
    headers, lines = _headers(company, fates), _lines(company, fates)
    corrected = np.flatnonzero(fates.is_corrected)
    first_headers = headers.take(
        corrected,
        fates.first[corrected],
        status=np.where(fates.was_cancelled[corrected], COMPLETED, headers.columns["status"][corrected]),
        promised_delivery_date=calendar.date_texts(company.orders.promised[corrected]),
    )
    all_headers, all_lines = together(headers, first_headers), together(lines, _first_lines(company, fates, lines))
    return _with_repeats(all_headers), _with_repeats(all_lines)


def _fates(company: "Company") -> _Fates:
    import numpy as np

    rng = stream("fates")
    orders, lines = company.orders, company.lines
    count = len(orders)
    recent = (orders.day > calendar.HANDOVER) & (orders.day <= calendar.LAST - _LONGEST_DELAY)
    usual = recent & ~np.isin(orders.day, [calendar.place(day) for day in REPEATED])
    luck = rng.random(count)
    delay = rng.integers(1, _LONGEST_DELAY + 1, count)
    late = usual & (luck < _LATE_SHARE)
    corrected = usual & ~late & (luck < _LATE_SHARE + _CORRECTED_SHARE)
    first = np.where(late, orders.day + delay, orders.day)
    how = rng.integers(0, 3, count)
    many = np.bincount(lines.order, minlength=count) > 1
    # a correction to `cancelled` is known by its outcome
    was_cancelled = usual & ~late & orders.is_cancelled & (rng.random(count) < 0.5)
    other = corrected & ~orders.is_cancelled
    return _Fates(
        first=delivery_day(first),
        last=delivery_day(np.where(other | was_cancelled, orders.day + delay, first)),
        was_cancelled=was_cancelled,
        had_other_quantity=other & ((how == 0) | (how == 1) & ~many),
        missed_a_line=other & (how == 1) & many,
        got_later_promise=other & (how == 2),
    )


def _headers(company: "Company", fates: _Fates) -> Table:
    import numpy as np

    orders, customers = company.orders, company.customers
    is_guest = orders.customer < 0
    site_number = orders.site - customers.site_first[orders.customer] + 1
    has_sites = ~is_guest & (customers.site_count[orders.customer] > 1)
    site = customers.customer_id[orders.customer] + ids("-S", site_number)
    codes = texts([code for code, *_ in calendar.PROMOTIONS])
    # an address has one postal code: by site, and for guests by order
    by_site = postal_codes(customers.site_town, stream("site codes"))
    postal_code = np.where(is_guest, postal_codes(orders.town, stream("guest codes")), by_site[orders.site])
    promised = orders.promised + np.where(fates.got_later_promise, _PROMISE_MOVED_BY, 0)
    columns = {
        "order_id": orders.order_id,
        "customer_id": blank(customers.customer_id[orders.customer], is_guest),
        "ship_to_id": blank(site, ~has_sites),
        "ordered_at": calendar.moment_texts(orders.day, orders.second),
        "channel": texts(CHANNELS)[orders.channel],
        "currency": orders.currency,
        "status": np.where(orders.is_cancelled, CANCELLED, COMPLETED).astype(object),
        "requested_delivery_date": calendar.date_texts(orders.requested),
        "promised_delivery_date": calendar.date_texts(promised),
        "ship_to_country": orders.country,
        "ship_to_region": texts(TOWN_REGION)[orders.town],
        "ship_to_postal_code": postal_code,
        "warehouse_id": texts([warehouse.warehouse_id for warehouse in WAREHOUSES])[orders.warehouse],
        "payment_terms_days": texts(orders.terms_days.tolist()),
        "promotion_code": blank(codes[orders.promotion], orders.promotion < 0),
        "is_expedited": flags(orders.is_expedited),
        "is_test": flags(orders.is_test),
    }
    return Table(columns, fates.last)


def _lines(company: "Company", fates: _Fates) -> Table:
    import numpy as np

    lines = company.lines
    # charges have negative places, so that they stand at the end of the lists
    article_ids = [article.product_id for article in company.articles.products]
    unknown = np.array([name in catalogue.COST_NOT_IN_ORDERS for name in article_ids] + [True, True])
    columns = {
        "order_id": company.orders.order_id[lines.order],
        "line_number": texts(lines.line_number.tolist()),
        "product_id": texts([*article_ids, catalogue.HANDLING, catalogue.DELIVERY])[lines.article],
        "quantity": texts(lines.quantity.tolist()),
        "unit_price": money(lines.unit_price),
        "discount_amount": money(lines.discount),
        "unit_cost": blank(money(lines.unit_cost), unknown[lines.article]),
        "line_type": np.array(["fee", "shipping", "product"], dtype=object)[np.minimum(lines.article, 0) + 2],
    }
    return Table(columns, fates.last[lines.order])


def _first_lines(company: "Company", fates: _Fates, table: Table) -> Table:
    """Lines of orders that were corrected later, as they were delivered first."""
    import numpy as np

    lines = company.lines
    is_last = np.r_[lines.order[1:] != lines.order[:-1], True]
    rows = np.flatnonzero(fates.is_corrected[lines.order] & ~(fates.missed_a_line[lines.order] & is_last))
    order, quantity = lines.order[rows], lines.quantity[rows]
    other = fates.had_other_quantity[order] & (lines.line_number[rows] == 1)
    was = np.where(other, quantity + 2, quantity)
    discount = np.where(other, (lines.discount[rows] / quantity * was).round().astype(int), lines.discount[rows])
    return table.take(rows, fates.first[order], quantity=texts(was.tolist()), discount_amount=money(discount))


def _with_repeats(table: Table) -> Table:
    import numpy as np

    again = []
    for day, later in REPEATED.items():
        rows = np.flatnonzero(table.delivered == calendar.place(day))
        again.append(table.take(rows, np.full(len(rows), calendar.place(later))))
    return together(table, *again)
