"""Invented names: nobody and no company of the demo exists.

Belongs here: word lists and how a name, an e-mail address and a telephone number are made of them. Addresses lie under
example.com and numbers in the ranges kept for fiction.
"""

from typing import TYPE_CHECKING

from dagster_project.demo.arrays import blank, ids, texts

if TYPE_CHECKING:
    from numpy.random import Generator

    from dagster_project.demo.arrays import Bools, Ints, Texts

_FIRST = (
    "Alma", "Arlo", "Ayla", "Beth", "Bram", "Cara", "Cleo", "Dana", "Dean", "Edie", "Elio", "Emil", "Esme", "Fern", "Finn",
    "Gwen", "Hana", "Hugo", "Iris", "Ivan", "Jade", "Joel", "Juno", "Kai", "Lena", "Leo", "Lyra", "Mara", "Milo", "Nadia",
    "Nico", "Nora", "Olga", "Omar", "Orla", "Otis", "Pia", "Rafi", "Rhea", "Rory", "Ruth", "Saul", "Sena", "Theo", "Tess",
    "Uma", "Vera", "Wade", "Yara", "Zane",
)  # fmt: skip
_LAST = (
    "Abbotsway", "Ambersall", "Ashcombe", "Barrowfell", "Beckridge", "Birchmere", "Brackwell", "Calderby", "Carrowmoor",
    "Copperdale", "Corvane", "Dalebrook", "Dunsmere", "Eastergate", "Elmscott", "Fairlock", "Fennimoor", "Garrowby",
    "Glenhart", "Greywater", "Hallowick", "Harbinfell", "Hexcombe", "Inglemoor", "Kestrelby", "Kirkvane", "Larkmead",
    "Lindenfell", "Lockmere", "Marrowick", "Merrivane", "Netherby", "Oakensall", "Orchardine", "Pellworth", "Penhallam",
    "Quarrington", "Ravensmere", "Redmarsh", "Rowancroft", "Sallowby", "Silverdine", "Stonemoor", "Tarnbrook",
    "Thistlewick", "Underfell", "Vexmoor", "Wetherlam", "Willowdine", "Yarrowby",
)  # fmt: skip
_TRADES = (
    "Accounting", "Architects", "Bakery", "Brokers", "Builders", "Care", "Clinic", "Coaching", "Consulting",
    "Creative", "Dental", "Design", "Engineering", "Estates", "Fabrics", "Foods", "Freight", "Instruments",
    "Insurance", "Joinery", "Laboratories", "Law", "Learning", "Logistics", "Media", "Motors", "Optics", "Print",
    "Recruitment", "Retail", "School", "Software", "Studios", "Surveyors", "Systems", "Textiles", "Tools", "Travel",
    "Veterinary", "Works",
)  # fmt: skip
_FORMS = {
    "GB": ("Ltd", "LLP", "plc", "& Sons", "Trust"), "IE": ("Ltd", "Teoranta"), "FR": ("SARL", "SAS"), "DE": ("GmbH", "KG"),
    "NL": ("BV",), "NO": ("AS",), "US": ("Inc", "LLC"),
}  # fmt: skip


def names(rng: "Generator", persons: "Bools", holdings: "Bools", countries: "Texts") -> "Texts":
    """A name for each customer."""
    drawn = rng.integers(0, 1_000_000, (len(persons), 3)).tolist()
    return texts(
        [
            _name(bool(person), bool(holding), country, *numbers)
            for person, holding, country, numbers in zip(persons, holdings, countries, drawn, strict=True)
        ]
    )


def emails(customer_ids: "Texts", persons: "Bools", customer_names: "Texts") -> "Texts":
    """An address that reaches nobody."""
    return texts(
        [
            f"{name.lower().replace(' ', '.')}.{customer_id[1:]}@example.com"
            if person
            else f"office.{customer_id.lower()}@example.com"
            for customer_id, person, name in zip(customer_ids, persons, customer_names, strict=True)
        ]
    )


def phones(rng: "Generator", countries: "Texts") -> "Texts":
    """A number that is kept for fiction; empty where a country keeps none."""
    import numpy as np

    numbers: Ints = rng.integers(0, 1000, len(countries))
    british, american = ids("+44 1632 960", numbers, 3), ids("+1 202 55501", numbers % 100, 2)
    german = ids("+49 30 23125", numbers, 3)
    known = np.where(countries == "US", american, np.where(countries == "DE", german, british))
    return blank(known, ~np.isin(countries, ["GB", "US", "DE"]))


def _name(person: bool, holding: bool, country: str, first: int, last: int, trade: int) -> str:
    family = _LAST[last % len(_LAST)]
    if person:
        return f"{_FIRST[first % len(_FIRST)]} {family}"
    if holding:
        return f"{family} {_LAST[trade % len(_LAST)]} Group"
    forms = _FORMS[country]
    return f"{family} {_TRADES[trade % len(_TRADES)]} {forms[first % len(forms)]}"
