"""Small worlds of orders, shipments, returns, cases, visits, balances and a ledger, drawn by hypothesis.

Belongs here: what a world may hold, unknown customers, products and orders included, and how one world becomes another.
Not here: what must hold of it (test_cost_properties.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

SOURCE_CODE = 1
AS_OF = date(2026, 2, 28)
CLOSED_MONTH = date(2026, 1, 1)
UNKNOWN = 999
POOLS = (
    *("order_entry", "picking", "packing", "outbound_freight", "expedite"),
    *("delivery_stop", "returns", "customer_service", "sales_visits"),
)
CENT = Decimal("0.01")

cents = st.integers(1, 50_000).map(lambda amount: amount * CENT)
days = st.integers(0, 58).map(lambda number: CLOSED_MONTH + timedelta(days=number))
customers = st.sampled_from([1, 2, 3, None])


@dataclass(frozen=True)
class Line:
    quantity: int
    unit_price: Decimal
    discount: Decimal
    unit_cost: Decimal | None
    product: int


@dataclass(frozen=True)
class Order:
    key: int
    day: date
    customer: int | None
    channel: str | None
    is_expedited: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Shipment:
    """weights: kg by order, UNKNOWN for an order that nobody delivered."""

    key: int
    day: date
    weights: dict[int, float | None]
    invoice: Decimal | None


@dataclass(frozen=True)
class World:
    orders: tuple[Order, ...]
    shipments: tuple[Shipment, ...]
    returned: tuple[tuple[int, date, str | None, int], ...]
    """Order, day, reason, units."""
    cases: tuple[tuple[int | None, int | None, date, float | None], ...]
    """Customer, order, day, minutes."""
    visits: tuple[tuple[int, date, float | None], ...]
    balances: tuple[tuple[int, Decimal], ...]
    ledger_costs: tuple[Decimal, ...]
    practical_minutes: int

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of the world, by the table where the models look for them."""
        customer_of = {order.key: order.customer for order in self.orders}
        known = sorted({1, 2, 3})
        return {
            "int_as_of_dates": [{"as_of_date": AS_OF, "window_start_date": AS_OF - timedelta(days=365), "is_newest": True}],
            "int_customers": [
                {"source_code": SOURCE_CODE, "customer_key": key, "source": "demo", "source_customer_id": str(key)}
                for key in known
            ],
            "int_product_versions": [
                {
                    **{"source_code": SOURCE_CODE, "product_key": key, "product_id": str(key), "valid_from": date(1, 1, 1)},
                    **{"category": category, "list_price": price},
                }
                for key, category, price in ((1, "paper", Decimal(20)), (2, "pens", None))
            ],
            "fct_orders": [
                {
                    **{"source_code": SOURCE_CODE, "order_key": order.key, "delivery_date": order.day, "order_date": order.day},
                    **{"customer_key": order.customer, "channel": order.channel, "order_kind": "sale", "is_test": False},
                    **{"is_expedited": order.is_expedited, "is_sale": order.customer is not None, "ship_to_country": "GB"},
                }
                for order in self.orders
            ],
            "fct_order_lines": [_line_row(order, number, line) for order in self.orders for number, line in _numbered(order)],
            "int_shipments": [
                {
                    **{"source_code": SOURCE_CODE, "shipment_key": shipment.key, "order_key": order, "weight_kg": weight},
                    **{"shipped_date": shipment.day, "cartons": 2, "stops": 1, "freight_cost": shipment.invoice},
                }
                for shipment in self.shipments
                for order, weight in shipment.weights.items()
            ],
            "fct_returns": [
                {
                    **{
                        "source_code": SOURCE_CODE,
                        "return_key": key,
                        "delivery_date": day,
                        "order_key": order,
                        "reason": reason,
                    },
                    **{"customer_key": customer_of.get(order), "return_date": day, "quantity": units, "product_key": 1},
                    **{"return_amount": Decimal(-units), "cost_of_goods": Decimal(-units) / 2, "return_outcome": outcome},
                }
                for key, (order, day, reason, units) in enumerate(self.returned, start=1)
                for outcome in [_return_outcome(order, customer_of)]
            ],
            "int_service_cases": [
                {
                    **{"source_code": SOURCE_CODE, "case_id": f"case {number}", "customer_key": customer, "order_key": order},
                    **{"opened_date": day, "reason": "late", "handling_minutes": minutes},
                }
                for number, (customer, order, day, minutes) in enumerate(self.cases)
            ],
            "int_sales_visits": [
                {
                    **{"source_code": SOURCE_CODE, "visit_id": f"visit {number}", "customer_key": customer},
                    **{"visit_date": day, "minutes": minutes},
                }
                for number, (customer, day, minutes) in enumerate(self.visits)
            ],
            "int_receivables": [
                {
                    **{"source_code": SOURCE_CODE, "customer_key": customer, "month": CLOSED_MONTH},
                    "average_balance": balance,
                }
                for customer, balance in dict(self.balances).items()
            ],
            "int_cost_ledger": [
                {
                    **{"source_code": SOURCE_CODE, "month": CLOSED_MONTH, "pool": pool, "cost": cost},
                    "practical_capacity_minutes": None if pool == "outbound_freight" else float(self.practical_minutes),
                }
                for pool, cost in zip(POOLS, self.ledger_costs, strict=True)
            ],
        }

    def driver_counts(self) -> dict[str, int]:
        """What was done, whoever it was done for."""
        return {
            "order_entry": len(self.orders),
            "picking": sum(len(order.lines) for order in self.orders),
            "expedite": sum(order.is_expedited for order in self.orders),
            "packing": sum(2 * len(shipment.weights) for shipment in self.shipments),
            "delivery_stop": sum(len(shipment.weights) for shipment in self.shipments),
            "outbound_freight": sum(len(s.weights) for s in self.shipments) if self.shipments else len(self.orders),
            "returns": len(self.returned),
            "customer_service": len(self.cases),
            "sales_visits": len(self.visits),
        }


def _numbered(order: Order) -> list[tuple[int, Line]]:
    return list(enumerate(order.lines, start=1))


def _line_row(order: Order, number: int, line: Line) -> dict[str, Any]:
    return {
        **{"source_code": SOURCE_CODE, "order_key": order.key, "delivery_date": order.day, "line_number": number},
        **{"order_date": order.day, "customer_key": order.customer, "ship_to_country": "GB", "product_key": line.product},
        **{"line_outcome": "unidentified" if order.customer is None else "sale", "quantity": line.quantity},
        **{"net_amount": line.quantity * line.unit_price - line.discount, "discount_amount": line.discount},
        "unit_cost": line.unit_cost,
    }


def _return_outcome(order: int, customer_of: dict[int, int | None]) -> str:
    if order not in customer_of:
        return "order_unknown"
    return "unidentified" if customer_of[order] is None else "return"


lines = st.builds(
    Line,
    quantity=st.integers(2, 9),
    unit_price=cents,
    discount=st.integers(0, 5).map(lambda amount: amount * CENT),
    unit_cost=st.none() | cents,
    product=st.sampled_from([1, 2, UNKNOWN]),
)


@st.composite
def worlds(draw: Callable[..., Any]) -> World:
    """A world of at most six orders; a third of everything lacks something."""
    orders = tuple(
        Order(
            key=number,
            day=draw(days),
            customer=draw(customers),
            channel=draw(st.sampled_from(["web", "phone", "edi", "manual", "pigeon", None])),
            is_expedited=draw(st.booleans()),
            lines=tuple(draw(st.lists(lines, min_size=1, max_size=3))),
        )
        for number in range(1, draw(st.integers(1, 6)) + 1)
    )
    keys = st.sampled_from([*(order.key for order in orders), UNKNOWN])
    weights = st.dictionaries(keys, st.none() | st.integers(0, 400).map(float), min_size=1, max_size=4)
    shipments = tuple(
        Shipment(key=number, day=draw(days), weights=draw(weights), invoice=draw(st.none() | cents))
        for number in range(1, draw(st.integers(0, 4)) + 1)
    )
    reasons = st.sampled_from(["damaged", "unheard of", None])
    minutes = st.none() | st.integers(1, 240).map(float)
    return World(
        orders=orders,
        shipments=shipments,
        returned=tuple(draw(st.lists(st.tuples(keys, days, reasons, st.integers(1, 3)), max_size=3))),
        cases=tuple(draw(st.lists(st.tuples(customers, st.none() | keys, days, minutes), max_size=3))),
        visits=tuple(draw(st.lists(st.tuples(st.sampled_from([1, 2, 3]), days, minutes), max_size=3))),
        balances=tuple(draw(st.lists(st.tuples(st.sampled_from([1, 2, 3]), cents), max_size=3))),
        ledger_costs=tuple(draw(st.lists(cents, min_size=len(POOLS), max_size=len(POOLS)))),
        practical_minutes=draw(st.integers(1, 5_000)),
    )


def with_a_line_split(world: World) -> World:
    """The first line of the first order as two lines that come to the same units, money and cost."""
    order = world.orders[0]
    line = order.lines[0]
    halves = (replace(line, quantity=1, discount=Decimal(0)), replace(line, quantity=line.quantity - 1))
    return replace(world, orders=(replace(order, lines=(*halves, *order.lines[1:])), *world.orders[1:]))


def with_customers_merged(world: World) -> World:
    """Customer 2 is found to be customer 1."""

    def merged(customer: int | None) -> int | None:
        return 1 if customer == 2 else customer

    balances: dict[int, Decimal] = {}
    for customer, balance in dict(world.balances).items():
        balances[merged(customer) or 0] = balances.get(merged(customer) or 0, Decimal(0)) + balance
    return replace(
        world,
        orders=tuple(replace(order, customer=merged(order.customer)) for order in world.orders),
        cases=tuple((merged(customer), *rest) for customer, *rest in world.cases),
        visits=tuple((merged(customer) or 0, *rest) for customer, *rest in world.visits),
        balances=tuple(balances.items()),
    )
