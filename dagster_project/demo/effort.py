"""What serving the demo's customers really takes: minutes by pool, and what they are worth. The hidden truth of the costs.

Belongs here: work by event, rates, the sum by customer. Not here: what the books say of it (finance.py). The time equations
are the company's own, as its people would measure them with a watch.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.demo import calendar
from dagster_project.demo.customers import CHANNELS
from dagster_project.demo.returns import REASONS

if TYPE_CHECKING:
    from dagster_project.demo.arrays import Floats, Ints
    from dagster_project.demo.order_lines import Lines
    from dagster_project.demo.orders import Orders
    from dagster_project.demo.returns import Returns
    from dagster_project.demo.service import Cases, Visits
    from dagster_project.demo.shipments import Shipments

# pool: GBP a minute at practical capacity before the first pay rise
MINUTE_RATES = {
    "order_entry": 0.95, "picking": 0.85, "packing": 0.80, "expedite": 1.10, "delivery_stop": 1.05, "returns": 0.90,
    "customer_service": 0.95, "sales_visits": 1.60,
}  # fmt: skip
POOLS = tuple(MINUTE_RATES)
PAY_RISE = 1.03
"""Every April."""
CAPITAL_RATE, CARRYING_RATE = 0.08, 0.20
RETURN_FREIGHT = 6.0

# channel: minutes an order, minutes a line
_ENTRY_MINUTES = {"web": (2.0, 0.0), "phone": (10.0, 0.8), "edi": (1.0, 0.0), "manual": (14.0, 1.0)}
_PICKING_LINE, _PACKING_CARTON, _PACKING_SHIPMENT, _STOP, _EXPEDITE, _RETURN, _DAMAGED_RETURN = (
    1.2,
    2.5,
    3.0,
    12.0,
    25.0,
    15.0,
    25.0,
)


@dataclass(frozen=True)
class Work:
    """One row per event: pool (place in POOLS), customer (-1 unknown), day, minutes."""

    pool: "Ints"
    customer: "Ints"
    day: "Ints"
    minutes: "Floats"

    @property
    def cost(self) -> "Floats":
        """What the minutes are worth, at the rates of their day."""
        import numpy as np

        result: Floats = self.minutes * np.array(list(MINUTE_RATES.values()))[self.pool] * pay_level(self.day)
        return result


def pay_level(day: "Ints") -> "Floats":
    """How much higher rates are than on the first day."""
    return PAY_RISE ** (len(calendar.PRICE_RISES) - calendar.rises(day))


def all_work(
    orders: "Orders", lines: "Lines", shipments: "Shipments", returns: "Returns", cases: "Cases", visits: "Visits"
) -> Work:
    """Every minute that an event took; cancelled orders and tests take none."""
    import numpy as np

    sold = np.flatnonzero(orders.is_sale)
    line_count = np.bincount(lines.order[lines.is_product], minlength=len(orders))[sold]
    per_order, per_line = np.array([_ENTRY_MINUTES[channel] for channel in CHANNELS])[orders.channel[sold]].T
    rushed = sold[orders.is_expedited[sold]]
    shipped_for = orders.customer[shipments.order]
    returned_order = lines.order[returns.line]
    damaged = returns.reason == list(REASONS).index("damaged")
    events = {
        "order_entry": (orders.customer[sold], orders.day[sold], per_order + per_line * line_count),
        "picking": (orders.customer[sold], orders.day[sold], _PICKING_LINE * line_count),
        "packing": (shipped_for, shipments.shipped, _PACKING_CARTON * shipments.cartons + _PACKING_SHIPMENT),
        "expedite": (orders.customer[rushed], orders.day[rushed], np.full(len(rushed), _EXPEDITE)),
        "delivery_stop": (shipped_for, shipments.shipped, _STOP * shipments.stops),
        "returns": (
            np.where(returns.has_order, orders.customer[returned_order], -1),
            returns.day,
            np.where(damaged, _DAMAGED_RETURN, _RETURN),
        ),
        "customer_service": (cases.customer, cases.day, cases.true_minutes),
        "sales_visits": (visits.customer, visits.day, visits.minutes),
    }
    columns = [
        (np.full(len(day), POOLS.index(pool)), customer, day, minutes) for pool, (customer, day, minutes) in events.items()
    ]
    return Work(*(np.concatenate(column) for column in zip(*columns, strict=True)))


def freight_share(shipments: "Shipments") -> "Floats":
    """Each row's part of its shipment's freight, by weight."""
    import numpy as np

    return shipments.true_freight * shipments.weight / np.bincount(shipments.number, shipments.weight)[shipments.number]
