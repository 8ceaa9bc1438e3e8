"""Rows of the demo that no contract accepts: a handful, far below what would hold a delivery back.

They are extra rows, so that every total of the good ones stays as it is. Belongs here: which, where and why. Not here:
orders that come late or again (order_feeds.py), which are sound.
"""

from datetime import date

from dagster_project.demo import calendar
from dagster_project.demo.table import Table, one_row, together

# feed: day of the delivery, what the row says instead of what it should
BROKEN_ROWS: dict[str, tuple[tuple[date, dict[str, str]], ...]] = {
    "order_lines": (
        (date(2026, 9, 7), {"line_number": "99", "quantity": "two boxes"}),
        (date(2026, 9, 10), {"order_id": ""}),
        (date(2026, 9, 16), {"line_number": "99", "quantity": "ten"}),
        (date(2026, 9, 21), {"line_number": "99", "quantity": "n/a"}),
        (date(2026, 9, 24), {"order_id": ""}),
    ),
    "shipments": (
        (calendar.FIRST_DELIVERY, {"order_id": "SO-000001", "freight_cost": "to follow"}),
        (calendar.FIRST_DELIVERY, {"order_id": "SO-000002", "units": "several"}),
    ),
    "service_cases": (
        (calendar.FIRST_DELIVERY, {"case_id": "CS-000001", "handling_minutes": "half an hour"}),
        (calendar.FIRST_DELIVERY, {"case_id": "CS-000002", "customer_id": ""}),
    ),
    "customers": ((calendar.FIRST_DELIVERY, {"customer_id": "C99999", "latitude": "north"}),),
}


def with_broken_rows(feed: str, table: Table) -> Table:
    """The feed's rows and, behind those of their delivery, the broken ones."""
    import numpy as np

    broken = []
    for day, words in BROKEN_ROWS.get(feed, ()):
        place = calendar.place(day)
        last = int(np.flatnonzero(table.delivered == place)[-1])
        broken.append(one_row(table, last, place, **words))
    return together(table, *broken) if broken else table
