"""The days of the demo order book and how busy each of them is.

Belongs here: the history's first day, the delivery days, weekday, season and promotion. Not here: who orders what.
"""

from datetime import date, timedelta

FIRST_DAY = date(2025, 7, 1)
FIRST_DELIVERY = date(2026, 9, 1)
LAST_DELIVERY = date(2026, 9, 30)
PRICE_RISE = date(2026, 4, 1)
DAYS = tuple(FIRST_DAY + timedelta(days=n) for n in range((LAST_DELIVERY - FIRST_DAY).days + 1))
DELIVERY_DAYS = tuple(day for day in DAYS if day >= FIRST_DELIVERY)

# Monday to Sunday, 1 = an average day
_WEEKDAY = (1.45, 1.40, 1.30, 1.20, 1.05, 0.35, 0.25)
# January to December: budgets reopen, summer is quiet, schools come back, the year's end is bought in November
_MONTH = (1.15, 1.00, 1.05, 0.95, 0.95, 0.90, 0.80, 0.75, 1.30, 1.10, 1.20, 0.85)

# code, first day, last day (month, day), discount in percent
_PROMOTIONS = (
    ("NEWYEAR", (1, 5), (1, 20), 10),
    ("SPRINGTIDY", (4, 13), (4, 26), 10),
    ("SCHOOL", (8, 17), (9, 11), 12),
    ("BLACKFRIDAY", (11, 23), (11, 30), 15),
)


def demand_factor(day: date) -> float:
    """How many times the average day's orders this day brings."""
    return _WEEKDAY[day.weekday()] * _MONTH[day.month - 1]


def promotion(day: date) -> tuple[str, int] | None:
    """Code and discount in percent of the promotion that runs on this day."""
    for code, first, last, percent in _PROMOTIONS:
        if first <= (day.month, day.day) <= last:
            return code, percent
    return None
