"""What the demo supplier sells: about 160 office articles with list price, unit cost, weight and volume, and its charges.

Belongs here: articles, their prices and costs, delivery charges. Not here: who buys them (orders.py). Prices in whole pence, as
they stand since the last price rise.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.demo.arrays import stream

if TYPE_CHECKING:
    from dagster_project.demo.arrays import Floats, Ints

# family, category, brand, name, first variant's price in pence, cost in percent of it, its kg, its litres,
# variants (suffix, name, times the price)
_FAMILIES = (
    ("PAPER-A4", "Paper", "Ashdown", "Copier paper A4", 449, 77, 2.5, 3.2, "80G 80 g|100G 100 g x1.4|120G 120 g x1.8|"
     "REC recycled x1.1|BOX box of 5 reams x4.6"),
    ("PAPER-A3", "Paper", "Ashdown", "Copier paper A3", 899, 75, 5.0, 6.3, "80G 80 g|100G 100 g x1.4|REC recycled x1.1"),
    ("PEN-BALL", "Writing", "Quillon", "Ballpoint pens, 50", 795, 63, 0.4, 1.0, "BLUE blue|BLACK black|RED red|GREEN green|"
     "MIX mixed x1.1"),
    ("PEN-GEL", "Writing", "Quillon", "Gel pens, 12", 1190, 61, 0.2, 0.5, "BLUE blue|BLACK black|RED red|MIX mixed x1.1"),
    ("MARKER", "Writing", "Quillon", "Whiteboard markers, 10", 990, 60, 0.2, 0.6, "BLACK black|MIX mixed|FINE fine x1.1|"
     "REFILL refill x0.7"),
    ("HIGHLIGHT", "Writing", "Brightline", "Highlighters, 6", 449, 58, 0.1, 0.3,
     "YELLOW yellow|MIX mixed|PASTEL pastel x1.3"),
    ("PENCIL", "Writing", "Brightline", "Pencils, 12", 285, 59, 0.1, 0.2,
     "HB HB|2B 2B|ERASER with eraser x1.2|COLOUR coloured x2.1"),
    ("NOTEBOOK", "Paper", "Marlow", "Notebook", 349, 57, 0.4, 0.8, "A4 A4|A5 A5 x0.8|A6 A6 x0.6|HARD A4 hardback x1.9|"
     "GRID A5 grid x0.9"),
    ("STICKY", "Paper", "Brightline", "Sticky notes, 12 pads", 690, 57, 0.6, 0.9,
     "YELLOW yellow|NEON neon x1.2|LARGE large x1.5|"
     "FLAGS page flags x0.7"),
    ("ENVELOPE", "Paper", "Marlow", "Envelopes, 500", 1450, 68, 2.6, 5.5,
     "DL DL|C5 C5 x1.2|C4 C4 x1.7|WINDOW DL window x1.1|"
     "PADDED padded, 100 x1.9"),
    ("BINDER", "Filing", "Castell", "Lever arch file", 229, 63, 0.4, 2.2,
     "BLACK black|BLUE blue|RED red|GREEN green|A5 A5 x0.9|"
     "BOX box of 10 x9.0"),
    ("FOLDER", "Filing", "Castell", "Cut flush folders, 100", 899, 62, 2.0, 3.0,
     "CLEAR clear|MIX mixed x1.1|MANILA manila x1.2"),
    ("POCKET", "Filing", "Castell", "Punched pockets, 100", 399, 64, 0.7, 1.0, "STD standard|HEAVY heavy x1.8|A3 A3 x2.2"),
    ("DIVIDER", "Filing", "Castell", "Dividers", 129, 55, 0.1, 0.2,
     "5 5 parts|10 10 parts x1.5|AZ A to Z x2.4|12M months x1.7"),
    ("STAPLER", "Desk", "Ferrant", "Stapler", 899, 61, 0.3, 0.7,
     "HALF half strip|FULL full strip x1.5|HEAVY heavy duty x4.8|"
     "STAPLES staples, 5000 x0.3"),
    ("PUNCH", "Desk", "Ferrant", "Hole punch", 799, 61, 0.4, 0.9, "2 2 holes|4 4 holes x2.2|HEAVY heavy duty x5.5"),
    ("SCISSORS", "Desk", "Ferrant", "Scissors", 449, 57, 0.1, 0.3, "STD 20 cm|SMALL 15 cm x0.8|LEFT left-handed x1.3"),
    ("TAPE", "Desk", "Ferrant", "Adhesive tape", 199, 59, 0.1, 0.2, "CLEAR clear|INVIS invisible x1.5|PACK packing, 6 x4.5|"
     "DOUBLE double-sided x1.8|DISP dispenser x3.2"),
    ("GLUE", "Desk", "Ferrant", "Glue", 149, 57, 0.1, 0.1, "STICK stick|STICK5 sticks, 5 x4.3|LIQUID liquid x1.6"),
    ("TONER", "Printing", "Inkwell", "Toner cartridge", 5490, 78, 0.9, 4.0,
     "BLACK black|CYAN cyan x1.2|MAGENTA magenta x1.2|"
     "YELLOW yellow x1.2|XL black XL x1.7"),
    ("INK", "Printing", "Inkwell", "Ink cartridge", 1890, 76, 0.1, 0.4,
     "BLACK black|COLOUR colour x1.2|MULTI multipack x2.9"),
    ("LABEL", "Printing", "Marlow", "Labels, 100 sheets", 1290, 65, 1.0, 1.4,
     "21 21 a sheet|8 8 a sheet|1 full sheet|ROUND round x1.3"),
    ("LAMINATE", "Printing", "Marlow", "Laminating pouches, 100", 999, 63, 1.2, 1.6, "A4 A4|A5 A5 x0.7|A3 A3 x1.9"),
    ("CHAIR", "Furniture", "Norrby", "Office chair", 11900, 68, 14.0, 110.0,
     "TASK task|MESH mesh x1.4|EXEC executive x2.1|STOOL stool x0.6"),
    ("DESK", "Furniture", "Norrby", "Desk", 18900, 71, 32.0, 120.0,
     "120 120 cm|160 160 cm x1.2|SIT sit-stand x2.2|PEDESTAL pedestal x0.7"),
    ("LAMP", "Furniture", "Norrby", "Desk lamp", 2490, 63, 1.6, 8.0, "LED LED|CLAMP clamp x1.2|FLOOR floor x2.4"),
    ("SHREDDER", "Machines", "Ferrant", "Shredder", 6990, 70, 7.5, 30.0,
     "STRIP strip cut|CROSS cross cut x1.5|MICRO micro cut x2.6"),
    ("COFFEE", "Catering", "Harbour", "Coffee, 1 kg", 1390, 73, 1.0, 2.5,
     "BEANS beans|GROUND ground|DECAF decaf x1.1|FAIR fair trade x1.2"),
    ("TEA", "Catering", "Harbour", "Tea bags, 440", 1090, 71, 1.1, 4.0, "BLACK black|GREEN green x1.2|DECAF decaf x1.2"),
    ("CLEAN", "Catering", "Clearwell", "Cleaning", 349, 65, 0.8, 1.2, "SPRAY surface spray|WIPES screen wipes x1.4|"
     "TOWEL paper towels, 6 x3.1|SOAP hand soap x0.8|BAGS refuse bags, 100 x2.2"),
)  # fmt: skip
_BEST_SELLING_CATEGORIES = {"Paper": 1.6, "Printing": 1.5, "Filing": 0.9, "Desk": 0.8, "Furniture": 0.5, "Machines": 0.35}

# printed for one account and kept for it: (name, price in pence, cost in percent, kg, litres)
_PRINTED = (
    ("Letterhead, printed, 1,000", 4900, 66, 5.0, 6.4),
    ("Envelopes DL, printed, 1,000", 6900, 67, 5.2, 11.0),
    ("Delivery notes, printed, 2,000", 5400, 68, 9.0, 11.5),
    ("Carrier bags, printed, 500", 8900, 69, 12.0, 30.0),
)
PRINTED_ARTICLES = 40
COST_NOT_IN_ORDERS = frozenset({"PAPER-A3-REC", "PEN-GEL-MIX", "CHAIR-STOOL", "LAMP-FLOOR", "TEA-GREEN", "CLEAN-SOAP"})
"""Articles whose cost the order system does not write on its lines; the product list has it."""
NEW_ARTICLES = frozenset({"COFFEE-FAIR", "NOTEBOOK-GRID", "DESK-PEDESTAL"})
"""Articles that are sold from the autumn catalogue on only."""

DELIVERY, HANDLING = "DELIVERY", "HANDLING"
HANDLING_FEE = 350
FREE_DELIVERY_FROM = 12_000
DELIVERY_CHARGES = {"GB": 595, "IE": 995, "FR": 1290, "DE": 1290, "NL": 1190, "NO": 2490, "US": 3900}


@dataclass(frozen=True, slots=True)
class Product:
    """One article."""

    product_id: str
    name: str
    category: str
    brand: str
    list_price: int
    unit_cost: int
    weight_kg: float
    volume_l: float


@dataclass(frozen=True)
class Catalogue:
    """All articles and their columns. popularity: chance that a line asks for it, before anybody's taste."""

    products: tuple[Product, ...]
    list_price: "Ints"
    unit_cost: "Ints"
    weight_kg: "Floats"
    volume_l: "Floats"
    popularity: "Floats"
    first_printed: int


def catalogue() -> Catalogue:
    """Every article, the printed ones last: few sell often, most sell sometimes, the printed ones only to their account."""
    import numpy as np

    stock = tuple(_variant(family, variant) for family in _FAMILIES for variant in family[-1].split("|"))
    articles = stock + tuple(_printed(number) for number in range(PRINTED_ARTICLES))
    weights = 1 / np.arange(3, len(stock) + 3) ** 0.7
    popularity = stream("popularity").permutation(weights)
    popularity *= [_BEST_SELLING_CATEGORIES.get(article.category, 1.0) for article in stock]
    return Catalogue(
        products=articles,
        list_price=np.array([article.list_price for article in articles]),
        unit_cost=np.array([article.unit_cost for article in articles]),
        weight_kg=np.array([article.weight_kg for article in articles]),
        volume_l=np.array([article.volume_l for article in articles]),
        popularity=np.r_[popularity / popularity.sum(), np.zeros(PRINTED_ARTICLES)],
        first_printed=len(stock),
    )


def _variant(family: tuple[str, str, str, str, int, int, float, float, str], variant: str) -> Product:
    code, category, brand, name, first_price, cost_percent, weight_kg, volume_l, _ = family
    suffix, _, label = variant.partition(" ")
    label, _, times = label.partition(" x")
    factor = float(times or 1)
    price = round(first_price * factor)
    # what costs more is heavier too, if not in proportion
    size = factor**0.8
    return Product(
        f"{code}-{suffix}", f"{name}, {label}", category, brand, price, round(price * cost_percent / 100),
        round(weight_kg * size, 3), round(volume_l * size, 3),
    )  # fmt: skip


def _printed(number: int) -> Product:
    name, price, cost_percent, weight_kg, volume_l = _PRINTED[number % len(_PRINTED)]
    cost = round(price * cost_percent / 100)
    return Product(f"PRINT-{number + 1:03d}", name, "Printed stationery", "Own print", price, cost, weight_kg, volume_l)
