"""What the demo customers send back: the returns feed, the one way in which this company tells returns.

Belongs here: lines that come back, their day, reason and refund. Not here: orders; nothing of them changes when goods return.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.demo import calendar
from dagster_project.demo.arrays import counted_up, pick, stream

if TYPE_CHECKING:
    from dagster_project.demo.arrays import Bools, Floats, Ints
    from dagster_project.demo.customers import Customers
    from dagster_project.demo.order_lines import Lines
    from dagster_project.demo.orders import Orders
    from dagster_project.demo.shipments import Shipments

# reason: how often, part of the cost that is written down
REASONS = {
    "changed_mind": (0.34, 0.15), "wrong_item": (0.20, 0.10), "not_as_described": (0.14, 0.20),
    "damaged": (0.16, 0.80), "defective": (0.10, 0.60), "late": (0.06, 0.10),
}  # fmt: skip
_WHOLE_ORDER_SHARE = 0.22
_GUEST_SHARE = 0.03
_WITHOUT_LINE, _OF_UNKNOWN_ORDER = 6, 3


@dataclass(frozen=True)
class Returns:
    """Columns of all returned lines, by day. line: row in the lines; refund in pence of the order's currency.

    has_line: false where the row names the order and the article only; has_order: false where it names an unknown order.
    """

    line: "Ints"
    day: "Ints"
    quantity: "Ints"
    refund: "Ints"
    reason: "Ints"
    has_line: "Bools"
    has_order: "Bools"
    refund_gbp: "Floats"
    write_down_gbp: "Floats"

    def __len__(self) -> int:
        """How many rows."""
        return len(self.line)


def draw_returns(customers: "Customers", orders: "Orders", lines: "Lines", shipments: "Shipments") -> Returns:
    """Some orders come back, some days after they arrived: all of them, or part of one or two lines."""
    import numpy as np

    rng = stream("returns")
    share = np.where(orders.customer < 0, _GUEST_SHARE, customers.returned_share[orders.customer])
    arrived = np.full(len(orders), calendar.LAST + 1)
    np.minimum.at(arrived, shipments.order, shipments.delivered)
    day = calendar.workday(arrived + rng.integers(3, 29, len(orders)))
    comes_back = (rng.random(len(orders)) < share) & (arrived <= calendar.LAST) & (day <= calendar.LAST)
    # what was never delivered in full cannot come back in full
    in_full = np.bincount(shipments.order, shipments.units, len(orders)) >= np.bincount(
        lines.order, np.where(lines.is_product, lines.quantity, 0), len(orders)
    )
    whole = (rng.random(len(orders)) < _WHOLE_ORDER_SHARE) & in_full
    line = np.flatnonzero(lines.is_product & comes_back[lines.order])
    order = lines.order[line]
    luck = rng.random(len(line))
    # of an order that comes back in part: its unluckiest line, sometimes a second one
    rank = _rank_within(order, luck)
    kept = whole[order] | (rank == 0) | (rank == 1) & (luck < 0.15)
    line, order = line[kept], order[kept]
    # without a line number nobody can say that it was all of it
    quantity = np.where(
        whole[order], lines.quantity[line], 1 + (rng.random(len(line)) * lines.quantity[line] * 0.9).astype(int)
    )
    place = np.lexsort((line, day[order]))
    line, order, quantity = line[place], order[place], np.minimum(quantity, lines.quantity[line])[place]
    part = quantity / lines.quantity[line]
    net = lines.unit_price[line] * lines.quantity[line] - lines.discount[line]
    reason = pick(rng, [often for often, _ in REASONS.values()], len(orders))[order]
    has_line, has_order = np.ones(len(line), dtype=bool), np.ones(len(line), dtype=bool)
    partial = np.flatnonzero(~whole[order])
    odd = rng.choice(partial, _WITHOUT_LINE + _OF_UNKNOWN_ORDER, replace=False)
    has_line[odd[:_WITHOUT_LINE]] = False
    has_order[odd[_WITHOUT_LINE:]] = False
    write_down = np.array([share for _, share in REASONS.values()])[reason]
    return Returns(
        line=line,
        day=day[order],
        quantity=quantity,
        refund=np.floor(net * part).astype(int),
        reason=reason,
        has_line=has_line,
        has_order=has_order,
        refund_gbp=lines.net_gbp[line] * part,
        write_down_gbp=lines.cost_gbp[line] * part * write_down,
    )


def _rank_within(groups: "Ints", values: "Floats") -> "Ints":
    """0 for the smallest value of each group."""
    import numpy as np

    place = np.lexsort((values, groups))
    rank = np.empty(len(groups), dtype=int)
    rank[place] = counted_up(groups[place]) - 1
    return rank
