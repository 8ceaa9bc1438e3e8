"""Where the demo supplier's customers and warehouses stand: real towns, invented addresses.

Belongs here: towns with region, coordinates and postal code, warehouses, currencies and lead times by country. Not here: who
lives there (customers.py).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.demo.arrays import texts

if TYPE_CHECKING:
    from numpy.random import Generator

    from dagster_project.demo.arrays import Floats, Ints, Texts


@dataclass(frozen=True, slots=True)
class Warehouse:
    """One warehouse. delay_share: share of its shipments that leave days too late."""

    warehouse_id: str
    country: str
    latitude: float
    longitude: float
    capacity_units: int
    delay_share: float


WAREHOUSES = (
    Warehouse("WH-MIDLANDS", "GB", 52.2577, -1.1622, 90_000, 0.04),
    Warehouse("WH-NORTH", "GB", 53.7010, -1.4210, 45_000, 0.09),
    Warehouse("WH-EUROPE", "NL", 51.3704, 6.1724, 30_000, 0.06),
)
CURRENCIES = {"GB": "GBP", "IE": "EUR", "FR": "EUR", "DE": "EUR", "NL": "EUR", "NO": "GBP", "US": "USD"}
"""Currency in which customers of a country order."""
LEAD_DAYS = {"GB": (3, 1), "IE": (4, 2), "FR": (5, 2), "DE": (5, 2), "NL": (4, 2), "NO": (7, 4), "US": (10, 5)}
"""Working days from order to promised delivery: ordinary, expedited."""
TRANSIT_DAYS = {"GB": 1, "IE": 2, "FR": 3, "DE": 3, "NL": 2, "NO": 4, "US": 6}
COUNTRIES = tuple(LEAD_DAYS)

# country, town, region, latitude, longitude, postal code (# = digit, @ = letter), customers that it has beside the others
_TOWNS = (
    ("GB", "London", "Greater London", 51.5072, -0.1276, "EC#@ #@@", 15),
    ("GB", "Croydon", "Greater London", 51.3762, -0.0982, "CR# #@@", 3),
    ("GB", "Birmingham", "West Midlands", 52.4862, -1.8904, "B## #@@", 7),
    ("GB", "Coventry", "West Midlands", 52.4068, -1.5197, "CV# #@@", 3),
    ("GB", "Manchester", "North West", 53.4808, -2.2426, "M## #@@", 7),
    ("GB", "Liverpool", "North West", 53.4084, -2.9916, "L## #@@", 4),
    ("GB", "Leeds", "Yorkshire and the Humber", 53.8008, -1.5491, "LS## #@@", 5),
    ("GB", "Sheffield", "Yorkshire and the Humber", 53.3811, -1.4701, "S## #@@", 4),
    ("GB", "Newcastle upon Tyne", "North East", 54.9783, -1.6178, "NE# #@@", 3),
    ("GB", "Bristol", "South West", 51.4545, -2.5879, "BS# #@@", 4),
    ("GB", "Exeter", "South West", 50.7184, -3.5339, "EX# #@@", 2),
    ("GB", "Southampton", "South East", 50.9097, -1.4044, "SO## #@@", 3),
    ("GB", "Reading", "South East", 51.4543, -0.9781, "RG# #@@", 4),
    ("GB", "Brighton", "South East", 50.8225, -0.1372, "BN# #@@", 2),
    ("GB", "Cambridge", "East of England", 52.2053, 0.1218, "CB# #@@", 3),
    ("GB", "Norwich", "East of England", 52.6309, 1.2974, "NR# #@@", 2),
    ("GB", "Nottingham", "East Midlands", 52.9548, -1.1581, "NG# #@@", 3),
    ("GB", "Leicester", "East Midlands", 52.6369, -1.1398, "LE# #@@", 3),
    ("GB", "Cardiff", "Wales", 51.4816, -3.1791, "CF## #@@", 3),
    ("GB", "Edinburgh", "Scotland", 55.9533, -3.1883, "EH# #@@", 3),
    ("GB", "Glasgow", "Scotland", 55.8642, -4.2518, "G## #@@", 4),
    ("GB", "Aberdeen", "Scotland", 57.1497, -2.0943, "AB## #@@", 1),
    ("GB", "Belfast", "Northern Ireland", 54.5973, -5.9301, "BT# #@@", 2),
    ("IE", "Dublin", "Leinster", 53.3498, -6.2603, "D## @#@#", 3),
    ("IE", "Cork", "Munster", 51.8985, -8.4756, "T## @#@#", 1),
    ("FR", "Paris", "Île-de-France", 48.8566, 2.3522, "750##", 2),
    ("FR", "Lyon", "Auvergne-Rhône-Alpes", 45.7640, 4.8357, "690##", 1),
    ("FR", "Lille", "Hauts-de-France", 50.6292, 3.0573, "590##", 1),
    ("DE", "Hamburg", "Hamburg", 53.5511, 9.9937, "20###", 1),
    ("DE", "Köln", "Nordrhein-Westfalen", 50.9375, 6.9603, "50###", 2),
    ("DE", "München", "Bayern", 48.1351, 11.5820, "80###", 1),
    ("DE", "Berlin", "Berlin", 52.5200, 13.4050, "10###", 1),
    ("NL", "Rotterdam", "Zuid-Holland", 51.9244, 4.4777, "30## @@", 1),
    ("NL", "Amsterdam", "Noord-Holland", 52.3676, 4.9041, "10## @@", 1),
    ("NO", "Oslo", "Oslo", 59.9139, 10.7522, "0###", 1),
    ("NO", "Bergen", "Vestland", 60.3913, 5.3221, "50##", 1),
    ("US", "Boston", "Massachusetts", 42.3601, -71.0589, "021##", 1),
    ("US", "New York", "New York", 40.7128, -74.0060, "100##", 1),
    # nobody buys here: only who was written down at a fair
    ("DE", "Dresden", "Sachsen", 51.0504, 13.7373, "01###", 0),
)
TOWN_COUNTRY = tuple(town[0] for town in _TOWNS)
TOWN_NAME = tuple(town[1] for town in _TOWNS)
TOWN_REGION = tuple(town[2] for town in _TOWNS)
TOWN_WEIGHT = tuple(town[6] for town in _TOWNS)
UNSERVED_TOWN = TOWN_NAME.index("Dresden")
TOWN_COUNTRY_NUMBER = tuple(COUNTRIES.index(country) for country in TOWN_COUNTRY)


def coordinates(towns: "Ints", rng: "Generator") -> tuple["Floats", "Floats"]:
    """A place in or around each town."""
    import numpy as np

    latitude = np.array([town[3] for town in _TOWNS])[towns] + rng.normal(0, 0.035, len(towns))
    longitude = np.array([town[4] for town in _TOWNS])[towns] + rng.normal(0, 0.05, len(towns))
    return latitude.round(4), longitude.round(4)


def postal_codes(towns: "Ints", rng: "Generator") -> "Texts":
    """A code of the country's form in each town."""
    digits, letters = rng.integers(1, 10, (len(towns), 8)).tolist(), rng.integers(0, 20, (len(towns), 8)).tolist()
    return texts([_postal_code(_TOWNS[town][5], *drawn) for town, *drawn in zip(towns.tolist(), digits, letters, strict=True)])


def nearest_warehouse(latitude: "Floats", longitude: "Floats") -> "Ints":
    """Place in WAREHOUSES of the nearest one, on a flat map: close enough to choose."""
    import numpy as np

    apart = [
        (latitude - warehouse.latitude) ** 2 + ((longitude - warehouse.longitude) * np.cos(np.radians(latitude))) ** 2
        for warehouse in WAREHOUSES
    ]
    result: Ints = np.argmin(apart, axis=0)
    return result


def _postal_code(form: str, digits: list[int], letters: list[int]) -> str:
    drawn = zip(form, digits, letters, strict=False)
    return "".join(
        str(digit) if sign == "#" else "ABDEFGHJLNPQRSTUWXYZ"[letter] if sign == "@" else sign for sign, digit, letter in drawn
    )
