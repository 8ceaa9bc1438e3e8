"""A small order book in the canonical contract, with everything that makes deliveries disagree with each other.

Belongs here: what each delivery of each feed contains, right and wrong, as CSV. Not here: delivering it, and what must become
of it (test_any_order_of_the_order_book.py).

Orders come again with other lines, customers and currencies; returns come again, name lines, products or only the order, and
take back whole orders; products change their cost, rates come late; customers are created, moved and given parents. Cases come
from customers, and from somebody who never becomes one.
"""

import csv
import io
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

DAYS = tuple(date(2024, 3, 1) + timedelta(days=number) for number in range(6))
_ORDERS_PER_DAY = 12
_CUSTOMERS = ("C1", "C2", "C3", "17", "18", "")
_PRODUCTS = ("P1", "P2", "P3", "99")

Rows = list[dict[str, object]]


@dataclass(frozen=True, order=True)
class Delivery:
    """One file of one feed."""

    feed: str
    day: date
    content: str

    @property
    def place(self) -> tuple[str, date]:
        """Which delivery it is, whatever it contains."""
        return self.feed, self.day


def order_book(seed: int) -> list[Delivery]:
    """Every delivery of every feed; another seed gives another book, the wrong version of the same one for instance."""
    chance = random.Random(seed)
    feeds: Mapping[str, Callable[[random.Random, date], Rows]] = {
        "exchange_rates": _exchange_rates,
        "products": _products,
        "customers": _customers,
        "returns": _returns,
    }
    deliveries = [Delivery(feed, day, _csv(rows(chance, day))) for feed, rows in feeds.items() for day in DAYS]
    for day in DAYS:
        orders, lines = _orders(chance, day)
        deliveries += [Delivery("orders", day, _csv(orders)), Delivery("order_lines", day, _csv(lines))]
    deliveries += [Delivery("service_cases", day, _csv(_cases(random.Random(f"{seed} {day}"), day))) for day in DAYS]
    return sorted(deliveries)


def _orders(chance: random.Random, day: date) -> tuple[Rows, Rows]:
    """New orders of the day, and some of the days before once more, changed."""
    number = DAYS.index(day)
    again = chance.sample(range(number * _ORDERS_PER_DAY), min(4, number * _ORDERS_PER_DAY))
    orders: Rows = []
    lines: Rows = []
    for order in (*again, *range(number * _ORDERS_PER_DAY, (number + 1) * _ORDERS_PER_DAY)):
        orders.append(
            {
                "order_id": f"O{order}" if order % 2 else order,
                "customer_id": chance.choice(_CUSTOMERS),
                "ordered_at": f"{DAYS[order // _ORDERS_PER_DAY]}T12:00:00",
                "currency": chance.choice(("", "GBP", "USD", "EUR")),
                "status": chance.choice(("shipped", "shipped", "shipped", "cancelled", "credit_note")),
                "promised_delivery_date": chance.choice(("", day + timedelta(days=3))),
                "ship_to_country": chance.choice(("", "FR", "DE")),
                "is_test": chance.choice(("", "", "", "true")),
            }
        )
        for line in range(1, chance.randint(1, 3) + 1):
            lines.append(
                {
                    "order_id": orders[-1]["order_id"],
                    "line_number": line,
                    "product_id": chance.choice(_PRODUCTS),
                    "quantity": chance.choice((1, 2, 3, -1)),
                    "unit_price": chance.choice(("9.99", "20.01", "3.333", "0")),
                    "discount_amount": chance.choice(("", "0.5")),
                    "unit_cost": chance.choice(("", "", "2.5")),
                    "line_type": chance.choice(("", "", "", "shipping")),
                }
            )
    return orders, lines


def _returns(chance: random.Random, day: date) -> Rows:
    number = DAYS.index(day)
    returns: Rows = []
    for given in sorted({*range(number * 6, number * 6 + 6), *chance.sample(range(number * 6 + 1), min(2, number * 6 + 1))}):
        order = chance.randrange(_ORDERS_PER_DAY * (number + 1) + 2)
        returns.append(
            {
                "return_id": f"R{given}",
                "order_id": f"O{order}" if order % 2 else order,
                "line_number": chance.choice(("", 1, 2)),
                "product_id": chance.choice(("", *_PRODUCTS)),
                "returned_at": f"{day}T09:00:00",
                "quantity": chance.choice((1, 2, 9)),
                "refund_amount": chance.choice(("", "", "4.2")),
                "reason": "damaged",
            }
        )
    return returns


def _cases(chance: random.Random, day: date) -> Rows:
    return [
        {
            "case_id": f"{day} {customer}",
            "customer_id": customer,
            "opened_at": f"{day}T15:00:00",
            "handling_minutes": chance.choice(("", "7.5", "30")),
        }
        for customer in (chance.choice(("C1", "C2", "17")), "NOBODY")
    ]


def _products(chance: random.Random, day: date) -> Rows:
    """A snapshot; one of the products is missing now and then."""
    return [
        {"product_id": product, "category": "tea", "unit_cost": chance.choice(("", "1.5", "1.75"))}
        for product in _PRODUCTS
        if product == "P1" or chance.random() < 0.8
    ]


def _customers(chance: random.Random, day: date) -> Rows:
    """A snapshot with prospects, who never order."""
    return [
        {
            "customer_id": customer,
            "country": chance.choice(("", "IT", "ES")),
            "parent_customer_id": chance.choice(("", "C1", "C2", "TOP")),
            "created_at": chance.choice(("", f"{DAYS[2]}T10:00:00", f"{DAYS[-1] + timedelta(days=9)}T10:00:00")),
        }
        for customer in ("C1", "C2", "17", "PROSPECT-1", "PROSPECT-2")
        if customer == "C1" or chance.random() < 0.8
    ]


def _exchange_rates(chance: random.Random, day: date) -> Rows:
    """The rates of the day, and those of the day before once more."""
    days = [day, day - timedelta(days=1)]
    return [
        {"currency": currency, "rate_date": rate_day, "rate_to_base": f"{chance.randint(700, 900) / 1000}"}
        for currency in ("USD", "EUR")
        for rate_day in days
    ]


def _csv(rows: Iterable[Mapping[str, object]]) -> str:
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
