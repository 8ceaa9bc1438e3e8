"""Small worlds of customers and what they order, drawn by hypothesis, as files of the canonical contract.

Belongs here: what a world may hold, how one becomes another, how it is cut into files. Not here: what must hold of it
(test_metamorphic.py).
"""

import csv
import io
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

AS_OF = date(2026, 2, 28)
FIRST_DAY = date(2024, 11, 1)
CUSTOMERS = ("ada", "bob", "17", "eve", "max")
PROSPECT = "nobody yet"
PRODUCTS = {"paper": "office", "pens": "office", "tea": "kitchen"}
CENT = Decimal("0.01")

Row = Mapping[str, object]


@dataclass(frozen=True)
class Line:
    """quantity: negative in a credit note."""

    product: str
    quantity: int
    price: Decimal
    discount: Decimal
    cost: Decimal


@dataclass(frozen=True)
class Order:
    """customer: None for a guest; status: shipped, cancelled or credit_note."""

    key: str
    day: date
    customer: str | None
    status: str
    channel: str
    promotion: str | None
    lines: tuple[Line, ...]

    @property
    def amount(self) -> Decimal:
        """What the order adds to net revenue: cancelled ones nothing, credit notes take away."""
        if self.status == "cancelled":
            return Decimal(0)
        return sum((line.quantity * line.price - line.discount for line in self.lines), Decimal(0))


@dataclass(frozen=True)
class CustomerWorld:
    """Orders in the order of their keys; as_of: the day of judgement."""

    orders: tuple[Order, ...]
    as_of: date = AS_OF

    def net_revenue(self, customer: str | None) -> Decimal:
        """Sales less returns of the 365 days that end with the as-of date."""
        start = self.as_of - timedelta(days=365)
        return sum((o.amount for o in self.orders if o.customer == customer and start < o.day <= self.as_of), Decimal(0))

    def files(self, delivered: Callable[[Order], date] | None = None, seed: int | None = None) -> dict[str, str]:
        """Files by path. delivered: the day on which each order comes, the as-of date unless told. seed: shuffle the rows, and
        cut each delivery into two files.
        """
        come: dict[date, list[Order]] = {self.as_of: []}
        for order in self.orders:
            come.setdefault(delivered(order) if delivered else self.as_of, []).append(order)
        files: dict[str, str] = {}
        for day, orders in come.items():
            headers = [_header(order) for order in orders]
            lines = [_line(order, number, line) for order in orders for number, line in enumerate(order.lines, start=1)]
            files |= _delivery("orders", day, headers, _HEADER, seed) | _delivery("order_lines", day, lines, _LINE, seed)
        created = self.as_of - timedelta(days=700)
        customers = [{"customer_id": name, "country": "IE", "created_at": created} for name in (*CUSTOMERS, PROSPECT)]
        products = [{"product_id": name, "category": category} for name, category in PRODUCTS.items()]
        files |= _delivery("customers", self.as_of, customers, tuple(customers[0]), seed)
        return files | _delivery("products", self.as_of, products, tuple(products[0]), seed)


_HEADER = ("order_id", "customer_id", "ordered_at", "status", "channel", "promotion_code", "ship_to_country")
_LINE = ("order_id", "line_number", "product_id", "quantity", "unit_price", "discount_amount", "unit_cost")


def _header(order: Order) -> Row:
    values = (
        order.key,
        order.customer or "",
        f"{order.day}T12:00:00",
        order.status,
        order.channel,
        order.promotion or "",
        "IE",
    )
    return dict(zip(_HEADER, values, strict=True))


def _line(order: Order, number: int, line: Line) -> Row:
    values = (order.key, number, line.product, line.quantity, line.price, line.discount, line.cost)
    return dict(zip(_LINE, values, strict=True))


def _delivery(feed: str, day: date, rows: Sequence[Row], columns: Iterable[str], seed: int | None) -> dict[str, str]:
    if seed is None:
        return {f"{feed}/{day}.csv": _csv(rows, columns)}
    mixed = random.Random(seed).sample(rows, len(rows))
    middle = len(mixed) // 2
    parts = {"b": mixed[:middle], "a": mixed[middle:]} if middle else {"": mixed}
    return {f"{feed}/{day}{part}.csv": _csv(some, columns) for part, some in parts.items()}


def _csv(rows: Iterable[Row], columns: Iterable[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


cents = st.integers(100, 50_000).map(lambda amount: amount * CENT)
lines = st.builds(
    Line,
    product=st.sampled_from(sorted(PRODUCTS)),
    quantity=st.integers(1, 9),
    price=cents,
    discount=st.integers(0, 50).map(lambda amount: amount * CENT),
    cost=cents.map(lambda amount: amount / 2),
)


@st.composite
def customer_worlds(draw: Callable[..., Any]) -> CustomerWorld:
    """Eight to thirty orders of sixteen months by five customers and guests; some are cancelled or credit notes."""
    orders = []
    for number in range(draw(st.integers(8, 30))):
        status = draw(st.sampled_from(["shipped"] * 6 + ["cancelled", "credit_note"]))
        bought = draw(st.lists(lines, min_size=1, max_size=3))
        if status == "credit_note":
            bought = [replace(line, quantity=-line.quantity, discount=-line.discount) for line in bought]
        orders.append(
            Order(
                key=f"O{number}",
                day=FIRST_DAY + timedelta(days=draw(st.integers(0, (AS_OF - FIRST_DAY).days))),
                customer=draw(st.sampled_from([*CUSTOMERS, *CUSTOMERS, None])),
                status=status,
                channel=draw(st.sampled_from(["web", "phone"])),
                promotion=draw(st.sampled_from([None, None, "spring"])),
                lines=tuple(bought),
            )
        )
    return CustomerWorld(tuple(orders))


def with_money_times(world: CustomerWorld, factor: int) -> CustomerWorld:
    """The same sales in another unit."""

    def scaled(line: Line) -> Line:
        return replace(line, price=line.price * factor, discount=line.discount * factor, cost=line.cost * factor)

    return replace(world, orders=tuple(replace(o, lines=tuple(scaled(line) for line in o.lines)) for o in world.orders))


def with_days_later(world: CustomerWorld, days: int) -> CustomerWorld:
    """The same sales so many days later, judged so many days later."""
    later = timedelta(days=days)
    return CustomerWorld(tuple(replace(o, day=o.day + later) for o in world.orders), world.as_of + later)


def with_customers_merged(world: CustomerWorld, one: str, other: str) -> CustomerWorld:
    """The other is found to be the one."""
    return replace(world, orders=tuple(replace(o, customer=one) if o.customer == other else o for o in world.orders))


def with_a_second_order_on_the_same_day(world: CustomerWorld) -> CustomerWorld:
    """Every shipped order comes once more on its day, under another number."""
    again = tuple(replace(o, key=f"{o.key} again") for o in world.orders if o.status == "shipped")
    return replace(world, orders=(*world.orders, *again))
