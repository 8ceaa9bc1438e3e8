"""What is in the demo orders: articles, quantities, prices, charges, credit notes.

Belongs here: one order's header and lines as they happened. Not here: on which day they are delivered, and what goes wrong
on the way (deliveries.py). Money is in whole pence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dagster_project.demo.calendar import DAYS, PRICE_RISE, promotion
from dagster_project.demo.catalogue import (
    COUNTRIES,
    DELIVERY,
    FREE_DELIVERY_FROM,
    HANDLING,
    HANDLING_FEE,
    Product,
    delivery_charge,
    products,
)
from dagster_project.demo.customers import CHANNELS, Customer

if TYPE_CHECKING:
    from numpy.random import Generator

COMPLETED, CANCELLED, CREDIT_NOTE = "completed", "cancelled", "credit_note"

_ZONE = ZoneInfo("Europe/London")
_GUEST_SHARE = 0.04
_TEST_SHARE = 0.002
_CANCELLED_SHARE = 0.03
_CREDITED_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Line:
    """One order line; the amount is unit_price x quantity - discount, negative on a credit note."""

    line_number: int
    product_id: str
    quantity: int
    unit_price: int
    discount: int
    unit_cost: int | None
    line_type: str = "product"


@dataclass(frozen=True, slots=True)
class Order:
    """One order as the order system knows it on some day."""

    order_id: str
    customer_id: str | None
    ordered_at: datetime
    channel: str
    status: str
    country: str
    promotion_code: str | None
    is_test: bool
    lines: tuple[Line, ...]


class Shelf:
    """The articles with the chance that a line asks for each: few sell often, most sell sometimes."""

    def __init__(self, rng: "Generator") -> None:
        """Draw each article's popularity."""
        import numpy as np

        self.articles = products()
        weights = 1 / np.arange(3, len(self.articles) + 3) ** 0.7
        self._chances = rng.permutation(weights / weights.sum())

    def pick(self, rng: "Generator", count: int) -> list[Product]:
        """Draw the articles of one order; none comes twice."""
        places = rng.choice(len(self.articles), size=min(count, 30), replace=False, p=self._chances)
        return [self.articles[place] for place in places]


def draw_orders(rng: "Generator", customers: Sequence[Customer]) -> list[Order]:
    """Every order and credit note of the whole period, numbered in the order of their time."""
    shelf = Shelf(rng)
    sales = [order for customer in customers for order in _customer_orders(rng, shelf, customer)]
    sales += _guest_orders(rng, shelf, round(len(sales) * _GUEST_SHARE / (1 - _GUEST_SHARE)))
    notes = [note for sale in sales if (note := _credit_note(rng, sale)) is not None]
    return _numbered(sales + notes)


def _customer_orders(rng: "Generator", shelf: Shelf, customer: Customer) -> Iterator[Order]:
    for place in customer.order_days:
        usual_channel = rng.random() < 0.85
        order = _sale(
            rng,
            shelf,
            day=DAYS[place],
            customer_id=customer.customer_id,
            country=customer.country,
            channel=customer.channel if usual_channel else CHANNELS[rng.integers(2)],
            basket=customer.basket,
            line_count=1 + int(rng.poisson(customer.lines_per_order)),
            discount_percent=customer.discount_percent,
            promotion_share=customer.promotion_share,
        )
        if customer.kind.name == "only_credited":
            yield _credited(order, order.lines, order.ordered_at)
        elif customer.kind.name == "only_cancelled" or rng.random() < _CANCELLED_SHARE:
            yield replace(order, status=CANCELLED)
        elif rng.random() < _TEST_SHARE:
            yield replace(order, is_test=True)
        else:
            yield order


def _guest_orders(rng: "Generator", shelf: Shelf, count: int) -> Iterator[Order]:
    for _ in range(count):
        yield _sale(
            rng,
            shelf,
            day=DAYS[rng.integers(len(DAYS))],
            customer_id=None,
            country=COUNTRIES[0] if rng.random() < 0.9 else COUNTRIES[rng.integers(len(COUNTRIES))],
            channel="web",
            basket=0.5,
            line_count=1 + int(rng.poisson(1.5)),
            discount_percent=0,
            promotion_share=0.3,
        )


def _sale(
    rng: "Generator",
    shelf: Shelf,
    *,
    day: date,
    customer_id: str | None,
    country: str,
    channel: str,
    basket: float,
    line_count: int,
    discount_percent: int,
    promotion_share: float,
) -> Order:
    on_offer = promotion(day)
    takes_offer = on_offer is not None and rng.random() < promotion_share
    code, extra_percent = on_offer if on_offer is not None and takes_offer else (None, 0)
    lines = [
        _product_line(rng, number, article, day, basket, discount_percent + extra_percent)
        for number, article in enumerate(shelf.pick(rng, line_count), start=1)
    ]
    lines += _charges(len(lines), sum(line.unit_price * line.quantity - line.discount for line in lines), channel, country)
    return Order("", customer_id, _moment(rng, day, channel), channel, COMPLETED, country, code, False, tuple(lines))


def _product_line(rng: "Generator", number: int, article: Product, day: date, basket: float, percent: int) -> Line:
    # cheap articles are bought by the dozen, a desk one at a time
    usual = basket * 30 / max(article.list_price / 100, 3)
    quantity = max(1, round(usual * float(rng.lognormal(0.0, 0.7))))
    risen = day >= PRICE_RISE
    price = round(article.list_price * 1.04) if risen else article.list_price
    cost = None if article.unit_cost is None else round(article.unit_cost * 1.03) if risen else article.unit_cost
    return Line(number, article.product_id, quantity, price, round(price * quantity * percent / 100), cost)


def _charges(last_number: int, goods: int, channel: str, country: str) -> list[Line]:
    """Delivery for small orders and those that go abroad, a handling fee for small orders on paper."""
    charges: list[Line] = []
    if goods < FREE_DELIVERY_FROM or country != "GB":
        charges.append(Line(last_number + 1, DELIVERY, 1, delivery_charge(country), 0, None, "shipping"))
    if channel == "manual" and goods < FREE_DELIVERY_FROM:
        charges.append(Line(last_number + len(charges) + 1, HANDLING, 1, HANDLING_FEE, 0, None, "fee"))
    return charges


def _moment(rng: "Generator", day: date, channel: str) -> datetime:
    """When on this day: in office hours, or at any hour on the web, so that some lie on another day in UTC."""
    if channel == "web" and rng.random() < 0.12:
        second = int(rng.integers(24 * 3600))
    else:
        second = min(max(int(rng.normal(12.5, 2.3) * 3600), 7 * 3600), 19 * 3600)
    return datetime.combine(day, time(second // 3600, second // 60 % 60, second % 60), _ZONE)


def _credit_note(rng: "Generator", sale: Order) -> Order | None:
    """Sometimes goods come back, some days later: all of them, or a part of one or two lines."""
    if sale.status != COMPLETED or sale.is_test or rng.random() >= _CREDITED_SHARE:
        return None
    noted_at = datetime.combine(
        sale.ordered_at.date() + timedelta(days=int(rng.integers(3, 31))), time(10, int(rng.integers(60))), _ZONE
    )
    if noted_at.date() > DAYS[-1]:
        return None
    goods = [line for line in sale.lines if line.line_type == "product"]
    if rng.random() < 0.3:
        return _credited(sale, goods, noted_at)
    some = [goods[place] for place in sorted(rng.permutation(len(goods))[:2])]
    return _credited(sale, [_part(line, int(rng.integers(1, line.quantity + 1))) for line in some], noted_at)


def _part(line: Line, quantity: int) -> Line:
    """The same line for fewer pieces, with its share of the discount."""
    return replace(line, quantity=quantity, discount=line.discount * quantity // line.quantity)


def _credited(sale: Order, lines: Sequence[Line], noted_at: datetime) -> Order:
    goods = [line for line in lines if line.line_type == "product"]
    back = tuple(
        replace(line, line_number=number, quantity=-line.quantity, discount=-line.discount)
        for number, line in enumerate(goods, start=1)
    )
    return replace(sale, ordered_at=noted_at, status=CREDIT_NOTE, promotion_code=None, lines=back)


def _numbered(orders: Sequence[Order]) -> list[Order]:
    """Orders and credit notes by time, each with the next number of its own series."""
    last = {"SO": 100_000, "CN": 50_000}
    numbered = []
    for order in sorted(orders, key=lambda order: (order.ordered_at, order.customer_id or "")):
        series = "CN" if order.status == CREDIT_NOTE else "SO"
        last[series] += 1
        numbered.append(replace(order, order_id=f"{series}-{last[series]}"))
    return numbered
