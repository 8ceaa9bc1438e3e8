"""What customers of the demo ask, say and are asked: service cases, sales visits, surveys.

Belongs here: contacts between people. Not here: orders, or what a minute costs (effort.py).
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dagster_project.demo import calendar
from dagster_project.demo.arrays import pick, pick_by_row, stream

if TYPE_CHECKING:
    from dagster_project.demo.arrays import Floats, Ints
    from dagster_project.demo.customers import Customers
    from dagster_project.demo.orders import Orders

# reason: how often, minutes in the middle
CASE_REASONS = {
    "delivery": (0.34, 11), "invoice": (0.22, 13), "complaint": (0.14, 27), "product_advice": (0.16, 15),
    "return_request": (0.09, 12), "other": (0.05, 9),
}  # fmt: skip
CASE_CHANNELS = ("phone", "email", "chat")
_MINUTES_UNKNOWN_SHARE = 0.03
_DEMANDING_FACTOR = 1.5

PREFERENCES = ("price", "speed", "service", "sustainability", "range")
REASONS = ("quality", "manufacturer", "review")
QUESTIONS = (*PREFERENCES, "recommend", "share_of_wallet", "sales_reason")
"""Answered from 1 to 5, from 0 to 10, with the per cent of such goods that are bought here, and with a place in REASONS."""
SURVEYS = (date(2025, 3, 3), date(2025, 10, 6), date(2026, 3, 2), date(2026, 8, 17), date(2026, 9, 14))
"""First days of the surveys; answers come within nine days."""
_INVITED_SHARE = 0.16
_INDIFFERENT_SHARE = 0.03


@dataclass(frozen=True)
class Cases:
    """Columns of all service cases, by day. order: -1 where it is about none; minutes: NaN where nobody wrote them down."""

    customer: "Ints"
    day: "Ints"
    second: "Ints"
    order: "Ints"
    reason: "Ints"
    channel: "Ints"
    minutes: "Floats"
    true_minutes: "Floats"


@dataclass(frozen=True)
class Visits:
    """Columns of all sales visits, by day; minutes with travel."""

    customer: "Ints"
    day: "Ints"
    second: "Ints"
    minutes: "Ints"


@dataclass(frozen=True)
class Surveys:
    """One row per answer, by day. response: number of the filled-in survey; question: place in QUESTIONS; -1: `no answer`."""

    response: "Ints"
    customer: "Ints"
    day: "Ints"
    question: "Ints"
    answer: "Ints"


def draw_cases(customers: "Customers", orders: "Orders") -> Cases:
    """Cases after orders, at each customer's own rate; some are about no order in particular."""
    import numpy as np

    rng = stream("cases")
    known = np.flatnonzero((orders.customer >= 0) & ~orders.is_test)
    counts = rng.poisson(customers.cases_per_order[orders.customer[known]])
    order = np.repeat(known, counts)
    day = orders.day[order] + rng.integers(0, 12, len(order))
    kept = day <= calendar.LAST
    order, day = order[kept], day[kept]
    customer = orders.customer[order]
    reason = pick(rng, [often for often, _ in CASE_REASONS.values()], len(order))
    usual = np.array([minutes for _, minutes in CASE_REASONS.values()])[reason]
    minutes = usual * rng.lognormal(0.0, 0.5, len(order)) * np.where(customers.of("demanding")[customer], _DEMANDING_FACTOR, 1)
    minutes = np.maximum(minutes, 2).round(1)
    # a case of the same day comes after the order
    second = np.where(day == orders.day[order], np.maximum(orders.second[order] + 600, 9 * 3600), 0)
    second = np.where(second == 0, rng.integers(8 * 3600, 18 * 3600, len(order)), np.minimum(second, 23 * 3600 + 3599))
    about = np.where(rng.random(len(order)) < 0.85, order, -1)
    place = np.lexsort((order, second, day))
    unknown = rng.random(len(order)) < _MINUTES_UNKNOWN_SHARE
    columns = (
        customer, day, second, about, reason, rng.integers(0, len(CASE_CHANNELS), len(order)),
        np.where(unknown, np.nan, minutes), minutes,
    )  # fmt: skip
    return Cases(*(column[place] for column in columns))


def draw_visits(customers: "Customers", gone_on: "Ints") -> Visits:
    """Visits at each customer's own rate on working days, until half a year after its last order if it has gone."""
    import numpy as np

    rng = stream("visits")
    counts = rng.poisson(customers.visits_per_year / 365 * (len(calendar.DAYS) - customers.start))
    customer = np.repeat(np.arange(len(customers)), counts)
    ahead = len(calendar.DAYS) - customers.start[customer]
    day = calendar.workday(customers.start[customer] + (rng.random(len(customer)) * ahead).astype(int))
    kept = (day <= calendar.LAST) & (day < gone_on[customer] + 180)
    customer, day = customer[kept], day[kept]
    minutes = np.clip(rng.normal(95, 30, len(day)), 30, 260).astype(int) // 5 * 5
    second = rng.integers(9 * 4, 17 * 4, len(day)) * 900
    place = np.lexsort((customer, second, day))
    return Visits(customer[place], day[place], second[place], minutes[place])


def preferences(customers: "Customers") -> "Ints":
    """What matters most to each customer: place in PREFERENCES."""
    import numpy as np

    rng = stream("preferences")
    weights = np.where(
        customers.of("below_cost", "small_business")[:, None], [0.5, 0.15, 0.1, 0.1, 0.15], [0.25, 0.25, 0.2, 0.12, 0.18]
    )
    return pick_by_row(rng, weights)


def draw_surveys(customers: "Customers", first_order: "Ints", gone_on: "Ints") -> Surveys:
    """Each survey asks a part of the customers who then buy; what they prefer gets 4 or 5, the rest mostly less.

    A few prefer nothing: whatever they are asked about gets 3 at most. Most of these say why they buy here at all.
    """
    import numpy as np

    rng = stream("surveys")
    preferred = preferences(customers)
    people, days = [], []
    for opening in SURVEYS:
        start = calendar.place(opening)
        active = (first_order < start) & (gone_on > start - 120)
        asked = np.flatnonzero(active & (rng.random(len(customers)) < _INVITED_SHARE))
        people.append(asked)
        days.append(start + rng.integers(0, 10, len(asked)))
    customer, day = np.concatenate(people), np.concatenate(days)
    place = np.lexsort((customer, day))
    customer, day = customer[place], day[place]
    count = len(customer)
    answers = rng.choice([1, 2, 2, 3, 3, 3, 4], (count, len(PREFERENCES) + 1))
    answers[np.arange(count), preferred[customer]] = rng.choice([4, 5, 5], count)
    is_indifferent = stream("indifference").random(len(customers)) < _INDIFFERENT_SHARE
    answers[is_indifferent[customer]] = np.minimum(answers[is_indifferent[customer]], 3)
    pleased = np.where(customers.of("key_account", "growing", "contract")[customer], 8.6, 7.4)
    pleased -= np.where(customers.of("demanding", "fading")[customer], 2.5, 0)
    answers[:, -1] = np.clip(rng.normal(pleased, 1.7).round(), 0, 10)
    answers[rng.random(answers.shape) < 0.004] = -1
    one_in_four = np.arange(len(customers)) % (len(REASONS) + 1)
    reason = np.where(is_indifferent & (one_in_four < len(REASONS)), one_in_four, -1)
    answers = np.column_stack([answers, _wallet_shares(customers)[customer], reason[customer]]).reshape(-1)
    questions = np.tile(np.arange(len(QUESTIONS)), count)
    repeated = np.repeat(np.arange(count), len(QUESTIONS))
    # nobody is asked for a reason in vain
    told = (questions != QUESTIONS.index("sales_reason")) | (answers >= 0)
    repeated, questions, answers = repeated[told], questions[told], answers[told]
    return Surveys(repeated, customer[repeated], day[repeated], questions, answers)


def _wallet_shares(customers: "Customers") -> "Ints":
    """Per cent of such goods that each customer says to buy here, in fives; three in ten do not know."""
    import numpy as np

    rng = stream("wallets")
    loyal = customers.of("key_account", "growing", "contract")
    shares = 5 * np.clip(rng.normal(np.where(loyal, 14, 8), 3.5).round(), 1, 20).astype(int)
    shares[rng.random(len(customers)) < 0.3] = -1
    return shares
