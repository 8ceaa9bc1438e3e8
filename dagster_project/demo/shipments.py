"""How the demo orders were delivered: shipments with weight, mode, carrier, freight, and what went wrong with them.

Belongs here: what left when and arrived when. Not here: orders, or what a minute of packing costs (effort.py). A row is an
order in a shipment; freight is the invoice of the whole shipment, in pounds.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.demo import calendar, places
from dagster_project.demo.arrays import pick, stream
from dagster_project.demo.orders import is_on_route

if TYPE_CHECKING:
    from numpy.random import Generator

    from dagster_project.demo.arrays import Bools, Floats, Ints
    from dagster_project.demo.catalogue import Catalogue
    from dagster_project.demo.customers import Customers
    from dagster_project.demo.order_lines import Lines
    from dagster_project.demo.orders import Orders

MODES = ("parcel", "van", "pallet", "express")
CARRIERS = (("Swiftline", "Parcelway"), ("Own fleet", "Own fleet"), ("Northhaul", "Paxfreight"), ("Jetrider", "Swiftline"))
"""Carriers of each mode, the usual one first."""
# zone: a shipment, a kilogram and the least charge for up to 30 kg, up to 250 kg and more
_TARIFFS = {
    "domestic": ((4.2, 0.36, 8.5), (14.0, 0.24, 21.0), (40.0, 0.12, 70.0)),
    "near": ((6.0, 0.52, 12.5), (21.0, 0.34, 31.0), (62.0, 0.18, 105.0)),
    "europe": ((10.5, 0.90, 20.0), (34.0, 0.55, 50.0), (100.0, 0.31, 175.0)),
    "world": ((18.0, 2.50, 36.0), (68.0, 1.80, 120.0), (200.0, 1.00, 440.0)),
}
_ZONES = {"GB": "domestic", "IE": "near", "US": "world"}
_EXPRESS_FACTOR = 1.9
_NOT_INVOICED_SHARE = 0.06
INVOICE_DAYS = 9
"""Days from a shipment to its carrier's invoice."""
_SHORT_SHARE, _SPLIT_SHARE = 0.018, 0.022


@dataclass(frozen=True)
class Shipments:
    """Columns of all rows, by shipment. number: of the shipment; freight: NaN while the carrier has sent no invoice.

    true_freight: what the shipment really costs, invoiced or not; weight, cartons, units: of this order in it.
    """

    number: "Ints"
    order: "Ints"
    mode: "Ints"
    carrier: "Ints"
    shipped: "Ints"
    delivered: "Ints"
    units: "Ints"
    cartons: "Ints"
    weight: "Floats"
    stops: "Ints"
    true_freight: "Floats"
    freight: "Floats"
    is_damaged: "Bools"
    has_document_error: "Bools"

    def __len__(self) -> int:
        """How many rows."""
        return len(self.number)


def draw_shipments(customers: "Customers", orders: "Orders", lines: "Lines", articles: "Catalogue") -> Shipments:
    """Every order that had left by the last day; a few leave in two parts, a few never in full."""
    import numpy as np

    rng = stream("shipments")
    order, share, shipped = _parts(rng, customers, orders)
    left = shipped <= calendar.LAST
    order, share, shipped = order[left], share[left], shipped[left]
    goods = lines.is_product

    def per_order(values: "Ints | Floats") -> "Floats":
        return np.bincount(lines.order[goods], values[goods], len(orders))[order]

    ordered = per_order(lines.quantity)
    units = np.maximum(1, np.ceil(ordered * np.abs(share))).astype(int)
    # the second part is the rest
    units = np.where(share < 0, ordered - np.maximum(1, np.ceil(ordered * (1 + share))), units).astype(int)
    some = units > 0
    order, shipped, units, part = order[some], shipped[some], units[some], (units / ordered)[some]
    weight = (per_order(lines.quantity * articles.weight_kg[lines.article]) * part).round(2) + 0.2
    volume = per_order(lines.quantity * articles.volume_l[lines.article]) * part
    cartons = np.ceil(np.maximum(weight / 14, volume / 45)).astype(int)
    number = _together(orders, order, shipped)
    place = np.lexsort((order, number))
    number, order, shipped, units, weight, cartons = (
        column[place] for column in (number, order, shipped, units, weight, cartons)
    )
    first = np.unique(number, return_index=True)[1]
    country = orders.country[order]
    total = np.bincount(number, weight)[number]
    is_express = orders.is_expedited[order]
    mode = np.select([is_express, total < 30, (total < 250) & (country == "GB")], [3, 0, 1], 2)
    true_freight = (_tariff(country, total, is_express) * rng.lognormal(0.02, 0.13, len(first))[number]).round(2)
    transit = np.array([places.TRANSIT_DAYS[code] for code in country])
    transit = np.where(is_express, (transit + 1) // 2, transit) + (rng.random(len(first)) < 0.06)[number] * 1
    return Shipments(
        number=number,
        order=order,
        mode=mode,
        carrier=(rng.random(len(first)) < 0.3).astype(int)[number],
        shipped=shipped,
        delivered=calendar.workday(shipped, transit),
        units=units,
        cartons=np.maximum(cartons, 1),
        weight=weight,
        stops=1 + (rng.random(len(number)) < np.where(customers.is_person[orders.customer[order]], 0.15, 0.04)),
        true_freight=true_freight,
        freight=_invoiced(rng, number, shipped, true_freight),
        is_damaged=(rng.random(len(first)) < 0.011)[number],
        has_document_error=rng.random(len(number)) < np.where(np.isin(country, ["NO", "US"]), 0.05, 0.012),
    )


def _parts(rng: "Generator", customers: "Customers", orders: "Orders") -> tuple["Ints", "Floats", "Ints"]:
    """Order, share of its units (below zero: the rest of them) and day of leaving."""
    import numpy as np

    order = np.flatnonzero(orders.is_sale)
    count = len(order)
    handling = np.where(orders.second[order] < 15 * 3600, rng.choice([0, 1, 1, 1], count), 1)
    handling = np.where(orders.is_expedited[order], 0, handling)
    late = np.array([warehouse.delay_share for warehouse in places.WAREHOUSES])[orders.warehouse[order]]
    delay = np.where(rng.random(count) < late, rng.integers(2, 7, count), 0)
    shipped = calendar.workday(orders.day[order], handling)
    shipped = np.where(is_on_route(customers, orders)[order], _next_route_day(shipped), shipped)
    shipped = calendar.workday(shipped, delay)
    fate = pick(rng, [1 - _SHORT_SHARE - _SPLIT_SHARE, _SHORT_SHARE, _SPLIT_SHARE], count)
    share = np.where(fate == 0, 1.0, 0.7)
    rest = fate == 2
    later = calendar.workday(shipped[rest], rng.integers(3, 9, rest.sum()))
    return np.r_[order, order[rest]], np.r_[share, np.full(rest.sum(), -0.3)], np.r_[shipped, later]


def _next_route_day(day: "Ints") -> "Ints":
    """Wednesday or Friday, whichever comes first."""
    import numpy as np

    weekday = (day + calendar.FIRST_DAY.weekday()) % 7
    result: Ints = day + np.array([2, 1, 0, 1, 0, 4, 3])[weekday]
    return result


def _together(orders: "Orders", order: "Ints", shipped: "Ints") -> "Ints":
    """What goes from one warehouse to one site on one day is one shipment; numbers by day."""
    import numpy as np

    site = orders.site[order]
    # guests have no site: each of their orders goes alone
    address = np.where(site < 0, 1_000_000 + order, site)
    key = np.stack([shipped, orders.is_expedited[order], orders.warehouse[order], address], axis=1)
    return np.unique(key, axis=0, return_inverse=True)[1].reshape(-1)


def _tariff(country: "Floats", weight: "Floats", is_express: "Bools") -> "Floats":
    import numpy as np

    band = np.digitize(weight, [30, 250])
    zones = {code: _TARIFFS[_ZONES.get(code, "europe")] for code in places.COUNTRIES}
    fixed, per_kg, least = np.array([zones[code] for code in country])[np.arange(len(weight)), band].T
    result: Floats = np.maximum(least, fixed + per_kg * weight) * np.where(is_express, _EXPRESS_FACTOR, 1)
    return result


def _invoiced(rng: "Generator", number: "Ints", shipped: "Ints", freight: "Floats") -> "Floats":
    """The carrier's invoice comes days after the shipment; some never come."""
    import numpy as np

    never = (rng.random(number.max() + 1) < _NOT_INVOICED_SHARE)[number]
    return np.where(never | (shipped > calendar.LAST - INVOICE_DAYS), np.nan, freight)
