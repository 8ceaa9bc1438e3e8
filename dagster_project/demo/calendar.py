"""The days of the demo order book and how busy each of them is; moments as its order system writes them.

A day is a whole number, its place in DAYS (0 = the first day of the history). Belongs here: the delivery days, weekday, season,
promotion, price rises, local time. Not here: who orders what.
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dagster_project.demo.arrays import Floats, Ints, Texts

FIRST_DAY = date(2024, 10, 1)
FIRST_DELIVERY = date(2026, 8, 1)
LAST_DELIVERY = date(2026, 9, 30)
DAYS = tuple(FIRST_DAY + timedelta(days=n) for n in range((LAST_DELIVERY - FIRST_DAY).days + 1))
LAST = len(DAYS) - 1
HANDOVER = DAYS.index(FIRST_DELIVERY)
"""Place of the first delivery: what is older comes with it."""
MONTHS = tuple(day for day in DAYS if day.day == 1)
"""First days of the months."""
AUTUMN_CATALOGUE = date(2026, 9, 1)
"""Day from which the new articles are sold."""
PRICE_RISES = (date(2025, 4, 1), date(2026, 4, 1))
"""Days from which list prices are 3 % and costs 2 % higher than before."""

# Monday to Sunday, 1 = an average day
_OFFICE_WEEK = (1.45, 1.40, 1.30, 1.20, 1.05, 0.35, 0.25)
_HOME_WEEK = (0.95, 0.85, 0.85, 0.90, 0.95, 1.20, 1.30)
# January to December: budgets reopen, summer is quiet, schools come back, the year's end is bought in November
_OFFICE_YEAR = (1.12, 1.00, 1.06, 0.96, 0.96, 0.92, 0.82, 0.78, 1.26, 1.10, 1.18, 0.84)
_HOME_YEAR = (1.05, 0.85, 0.90, 0.90, 0.90, 0.85, 0.85, 1.15, 1.20, 0.95, 1.25, 1.15)
_CLOSED = {(12, 25), (12, 26), (1, 1)}

# code, first day, last day (month, day), discount in percent
PROMOTIONS = (
    ("NEWYEAR", (1, 5), (1, 20), 10),
    ("SPRINGTIDY", (4, 13), (4, 26), 10),
    ("SCHOOL", (8, 17), (9, 11), 12),
    ("BLACKFRIDAY", (11, 23), (11, 30), 15),
)


def place(day: date) -> int:
    """The day as a whole number; days outside the order book have one too."""
    return (day - FIRST_DAY).days


def demand(home: bool = False) -> "Floats":
    """How many times the average day's orders each day brings, from offices or from homes."""
    import numpy as np

    week, year = (_HOME_WEEK, _HOME_YEAR) if home else (_OFFICE_WEEK, _OFFICE_YEAR)
    closed = 0.3 if home else 0.05
    return np.array(
        [week[day.weekday()] * year[day.month - 1] * (closed if (day.month, day.day) in _CLOSED else 1) for day in DAYS]
    )


def promotions() -> "Ints":
    """For each day the place in PROMOTIONS of the one that runs, -1 where none does."""
    import numpy as np

    running = np.full(len(DAYS), -1)
    for number, (_, first, last, _) in enumerate(PROMOTIONS):
        running[[first <= (day.month, day.day) <= last for day in DAYS]] = number
    return running


def rises(days: "Ints") -> "Ints":
    """How many price rises still lie ahead of each day."""
    import numpy as np

    result: Ints = np.sum([days < place(rise) for rise in PRICE_RISES], axis=0)
    return result


def months(days: "Ints") -> "Ints":
    """For each day the place in MONTHS of its month."""
    import numpy as np

    return np.searchsorted([place(month) for month in MONTHS], days, side="right") - 1


def workday(days: "Ints", later: "Ints | int" = 0) -> "Ints":
    """The day itself or the next working day after it, and so many working days later."""
    import numpy as np

    return np.busday_offset(dates(days), later, roll="forward").astype(int) - _epoch()


def dates(days: "Ints") -> "NDArray":  # type: ignore[type-arg]
    """Whole numbers as dates."""
    import numpy as np

    return (np.asarray(days) + _epoch()).astype("datetime64[D]")


def date_texts(days: "Ints") -> "Texts":
    """Days as YYYY-MM-DD."""
    import numpy as np

    return np.datetime_as_string(dates(days)).astype(object)


def moment_texts(days: "Ints", seconds: "Ints") -> "Texts":
    """Local moments in London, with their offset from UTC."""
    import numpy as np

    text = np.datetime_as_string(dates(days).astype("datetime64[s]") + np.asarray(seconds))
    summer = np.zeros(len(text), dtype=bool)
    for year in range(FIRST_DAY.year, LAST_DELIVERY.year + 1):
        first, last = (place(_last_sunday(year, month)) for month in (3, 10))
        # a night of change belongs to one side or the other, so that no moment slips into the day before
        summer |= (days > first) & (days < last) | (days == first) & (seconds >= 7200) | (days == last) & (seconds < 3600)
    result: Texts = text.astype(object) + np.where(summer, "+01:00", "+00:00").astype(object)
    return result


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _epoch() -> int:
    return FIRST_DAY.toordinal() - date(1970, 1, 1).toordinal()
