"""How the demo orders reach the landing folder: one delivery a day, and what goes wrong on the way.

Belongs here: which delivery an order is in, late and corrected orders, broken rows. Not here: files (landing.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from dagster_project.demo.calendar import DELIVERY_DAYS, FIRST_DELIVERY, LAST_DELIVERY
from dagster_project.demo.orders import CANCELLED, COMPLETED, Line, Order

if TYPE_CHECKING:
    from numpy.random import Generator

ORDER_COLUMNS = (
    "order_id", "customer_id", "ordered_at", "channel", "currency", "status", "ship_to_country", "promotion_code", "is_test",
)  # fmt: skip
LINE_COLUMNS = (
    "order_id", "line_number", "product_id", "quantity", "unit_price", "discount_amount", "unit_cost", "line_type",
)  # fmt: skip

_LATE_SHARE = 0.03
_CORRECTED_SHARE = 0.06
# orders as old as this may still be corrected once the daily deliveries have begun
_CORRECTED_FROM = FIRST_DELIVERY - timedelta(days=12)
# Busy days whose line file carries a line with words where a number belongs, and one that lost its order's number: each well
# under 1 % of its delivery, which a contract should put aside without holding the delivery back.
_WORDY_QUANTITIES = {date(2026, 9, 7): "two boxes", date(2026, 9, 16): "ten", date(2026, 9, 21): "n/a"}
_NAMELESS_LINES = (date(2026, 9, 10), date(2026, 9, 24))

Row = tuple[str, ...]


@dataclass(slots=True)
class Delivery:
    """The rows of one day's two files."""

    orders: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)


def deliver(rng: "Generator", orders: Sequence[Order]) -> Mapping[date, Delivery]:
    """Put every order into its delivery; some come late, some are sent again with other lines."""
    batches: dict[date, list[Order]] = {day: [] for day in DELIVERY_DAYS}
    for order in orders:
        on_time = max(order.ordered_at.date(), FIRST_DELIVERY)
        is_late = on_time > FIRST_DELIVERY and rng.random() < _LATE_SHARE
        day = min(on_time + timedelta(days=int(rng.integers(1, 5))), LAST_DELIVERY) if is_late else on_time
        batches[day].append(order)
        can_change = order.status == COMPLETED and order.ordered_at.date() >= _CORRECTED_FROM and day < LAST_DELIVERY
        if can_change and rng.random() < _CORRECTED_SHARE:
            again = min(day + timedelta(days=int(rng.integers(1, 7))), LAST_DELIVERY)
            batches[again].append(_corrected(rng, order))
    deliveries = {day: _as_rows(batch) for day, batch in batches.items()}
    _break_some_rows(deliveries)
    return deliveries


def _corrected(rng: "Generator", order: Order) -> Order:
    """The same order as it stood later: cancelled, a line dropped, or a line's quantity changed."""
    kind = rng.random()
    if kind < 0.2:
        return replace(order, status=CANCELLED)
    place = int(rng.integers(len(order.lines)))
    line = order.lines[place]
    if kind < 0.5 and len(order.lines) > 1:
        return replace(order, lines=order.lines[:place] + order.lines[place + 1 :])
    quantity = line.quantity + int(rng.integers(1, 4))
    changed = replace(line, quantity=quantity, discount=round(line.discount * quantity / line.quantity))
    return replace(order, lines=(*order.lines[:place], changed, *order.lines[place + 1 :]))


def _as_rows(orders: Sequence[Order]) -> Delivery:
    ordered = sorted(orders, key=lambda order: (order.ordered_at, order.order_id))
    return Delivery(
        orders=[_order_row(order) for order in ordered],
        lines=[_line_row(order.order_id, line) for order in ordered for line in order.lines],
    )


def _order_row(order: Order) -> Row:
    return (
        order.order_id,
        order.customer_id or "",
        order.ordered_at.isoformat(),
        order.channel,
        "GBP",
        order.status,
        order.country,
        order.promotion_code or "",
        "true" if order.is_test else "false",
    )


def _line_row(order_id: str, line: Line) -> Row:
    return (
        order_id,
        str(line.line_number),
        line.product_id,
        str(line.quantity),
        _money(line.unit_price),
        _money(line.discount),
        "" if line.unit_cost is None else _money(line.unit_cost),
        line.line_type,
    )


def _money(pence: int) -> str:
    return f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02d}"


def _break_some_rows(deliveries: Mapping[date, Delivery]) -> None:
    """Add rows that no contract accepts. They are extra rows, so that every total of the good ones stays as it is."""
    for day, words in _WORDY_QUANTITIES.items():
        lines = deliveries[day].lines
        order_id = lines[-1][0]
        lines.append((order_id, "99", "PENCIL-HB", words, "2.85", "0.00", "1.43", "product"))
    for day in _NAMELESS_LINES:
        deliveries[day].lines.append(("", *deliveries[day].lines[-1][1:]))
