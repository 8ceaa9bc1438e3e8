"""What the demo's customers feed says of each customer: a snapshot for each day on which the list is delivered.

Belongs here: attributes of persons and organisations, and how the list changes: new customers, a takeover, prolonged contracts.
Not here: behaviour (customers.py). What is delivered stands in no relation to behaviour beyond what a real list would show.
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from dagster_project.demo import calendar, names, places
from dagster_project.demo.arrays import blank, decimals, ids, pick, stream, texts
from dagster_project.demo.kinds import number
from dagster_project.demo.table import Table

if TYPE_CHECKING:
    from dagster_project.demo.arrays import Bools, Ints, Texts
    from dagster_project.demo.customers import Customers

SNAPSHOTS = (
    calendar.FIRST_DELIVERY,
    *(date(2026, 8, 9) + timedelta(weeks=week) for week in range(8)),
    calendar.LAST_DELIVERY,
)
"""The first delivery, Sundays, the last day."""
TAKEOVER, TAKEN_OVER = date(2026, 9, 6), 6
"""Day from which the list shows that so many companies belong to a group."""
PROLONGED, PROLONGED_CONTRACTS = date(2026, 8, 30), 20

_INCOME = ("under 20k", "20k to 40k", "40k to 60k", "60k to 90k", "90k and over")
_EDUCATION = ("secondary", "vocational", "bachelor", "postgraduate")
_OCCUPATION = ("manual", "clerical", "professional", "management", "self-employed", "retired", "student")
_HOUSEHOLD = ("single", "couple", "family with children", "shared")
_COMMUTE = ("at home", "under 2 km", "2 to 10 km", "over 10 km")
_INDUSTRY = (
    "professional services", "education", "health", "construction", "retail", "manufacturing", "public administration",
    "hospitality", "technology", "logistics",
)  # fmt: skip
_SIZE = ("1-9", "10-49", "50-249", "250-999", "1000+")
_OWNERSHIP = ("private", "family", "public", "cooperative", "state")


def customer_lists(customers: "Customers") -> Table:
    """Every snapshot: who was known by then, as it was then."""
    import numpy as np

    columns, created = _columns(customers)
    parts, days = [], []
    for snapshot in map(calendar.place, SNAPSHOTS):
        known = np.flatnonzero(created <= snapshot)
        parts.append(known)
        days.append(np.full(len(known), snapshot))
    row, delivered = np.concatenate(parts), np.concatenate(days)
    table = {name: values[row] for name, values in columns.items()}
    before = delivered < calendar.place(TAKEOVER)
    table["parent_customer_id"] = blank(table["parent_customer_id"], before & _taken_over(customers)[row])
    old_contract = (delivered < calendar.place(PROLONGED)) & _prolonged(customers)[row]
    table["contract_until"] = np.where(old_contract, "2026-09-30", table["contract_until"])
    return Table(table, delivered)


def _columns(customers: "Customers") -> tuple[dict[str, "Texts"], "Ints"]:
    import numpy as np

    rng = stream("profiles")
    size, person = len(customers), customers.is_person
    country = np.array(places.TOWN_COUNTRY, dtype=object)[customers.town]
    holding = customers.kind == number("holding")
    name = names.names(rng, person, holding, country)
    latitude, longitude = places.coordinates(customers.town, stream("coordinates"))
    second = rng.integers(8 * 3600, 18 * 3600, size)
    has_contract = customers.of("key_account") | customers.of("contract") & (rng.random(size) < 0.7)
    until = calendar.LAST + rng.integers(30, 900, size)
    large = customers.of("key_account", "holding").astype(int) * 2 + customers.of("contract").astype(int)
    managed = customers.of("key_account", "contract", "demanding", "below_cost", "holding")

    def drawn(choices: tuple[str, ...], weights: tuple[float, ...], of: "Bools", unknown: float = 0.06) -> "Texts":
        values = np.array(choices, dtype=object)[pick(rng, weights, size)]
        return blank(values, ~of | (rng.random(size) < unknown))

    size_place = np.minimum(pick(rng, (50, 34, 12, 3, 1), size) + large, len(_SIZE) - 1)
    columns = {
        "customer_id": customers.customer_id,
        "customer_name": name,
        "customer_type": np.where(person, "person", "organisation").astype(object),
        "parent_customer_id": blank(customers.customer_id[customers.parent], customers.parent < 0),
        "industry": drawn(_INDUSTRY, (18, 14, 11, 11, 11, 10, 8, 7, 6, 4), ~person),
        "size_band": blank(np.array(_SIZE, dtype=object)[size_place], person),
        "ownership": drawn(_OWNERSHIP, (52, 26, 8, 6, 8), ~person),
        "birth_year": blank(texts(rng.integers(1946, 2005, size).tolist()), ~person | (rng.random(size) < 0.12)),
        "income_band": drawn(_INCOME, (14, 34, 28, 16, 8), person, 0.2),
        "education": drawn(_EDUCATION, (22, 26, 34, 18), person, 0.15),
        "occupation": drawn(_OCCUPATION, (10, 16, 28, 12, 18, 10, 6), person, 0.15),
        "household_band": drawn(_HOUSEHOLD, (26, 30, 34, 10), person, 0.15),
        "commute_band": drawn(_COMMUTE, (38, 16, 28, 18), person, 0.3),
        "country": country,
        "region": np.array(places.TOWN_REGION, dtype=object)[customers.town],
        "city": np.array(places.TOWN_NAME, dtype=object)[customers.town],
        "postal_code": places.postal_codes(customers.town, rng),
        "latitude": decimals(latitude, 4),
        "longitude": decimals(longitude, 4),
        "created_at": calendar.moment_texts(customers.created, second),
        "contract_until": blank(calendar.date_texts(until), ~has_contract),
        "account_manager": blank(ids("AM-", rng.integers(1, 13, size), 2), ~managed),
        "email": names.emails(customers.customer_id, person, name),
        "phone": names.phones(rng, country),
    }
    return columns, customers.created


def _taken_over(customers: "Customers") -> "Bools":
    import numpy as np

    result = np.zeros(len(customers), dtype=bool)
    result[np.flatnonzero(customers.of("regular") & (customers.parent >= 0))[:TAKEN_OVER]] = True
    return result


def _prolonged(customers: "Customers") -> "Bools":
    import numpy as np

    result = np.zeros(len(customers), dtype=bool)
    result[np.flatnonzero(customers.of("key_account"))[:PROLONGED_CONTRACTS]] = True
    return result
