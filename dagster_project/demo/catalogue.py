"""What the demo supplier sells: about 120 office articles with list price and unit cost, and its charges.

Belongs here: articles, their prices and costs, delivery charges. Not here: who buys them (customers.py).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """One article. Money in pence; unit_cost is None where the supplier's own system does not know it."""

    product_id: str
    name: str
    list_price: int
    unit_cost: int | None


# family, name, price of the first variant in pence, cost in percent of the price, variants (suffix, name, times the price)
_FAMILIES = (
    ("PAPER-A4", "Copier paper A4", 449, 72, "80G 80 g|100G 100 g x1.4|120G 120 g x1.8|"
     "REC recycled x1.1|BOX box of 5 reams x4.6"),
    ("PAPER-A3", "Copier paper A3", 899, 70, "80G 80 g|100G 100 g x1.4|REC recycled x1.1"),
    ("PEN-BALL", "Ballpoint pens, 50", 795, 55, "BLUE blue|BLACK black|RED red|GREEN green|MIX mixed x1.1"),
    ("PEN-GEL", "Gel pens, 12", 1190, 52, "BLUE blue|BLACK black|RED red|MIX mixed x1.1"),
    ("MARKER", "Whiteboard markers, 10", 990, 50, "BLACK black|MIX mixed|FINE fine x1.1|REFILL refill x0.7"),
    ("HIGHLIGHT", "Highlighters, 6", 449, 48, "YELLOW yellow|MIX mixed|PASTEL pastel x1.3"),
    ("PENCIL", "Pencils, 12", 285, 50, "HB HB|2B 2B|ERASER with eraser x1.2|COLOUR coloured x2.1"),
    ("NOTEBOOK", "Notebook", 349, 45, "A4 A4|A5 A5 x0.8|A6 A6 x0.6|HARD A4 hardback x1.9|GRID A5 grid x0.9"),
    ("STICKY", "Sticky notes, 12 pads", 690, 46, "YELLOW yellow|NEON neon x1.2|LARGE large x1.5|FLAGS page flags x0.7"),
    ("ENVELOPE", "Envelopes, 500", 1450, 62, "DL DL|C5 C5 x1.2|C4 C4 x1.7|WINDOW DL window x1.1|PADDED padded, 100 x1.9"),
    ("BINDER", "Lever arch file", 229, 56, "BLACK black|BLUE blue|RED red|GREEN green|A5 A5 x0.9|BOX box of 10 x9.0"),
    ("FOLDER", "Cut flush folders, 100", 899, 55, "CLEAR clear|MIX mixed x1.1|MANILA manila x1.2"),
    ("POCKET", "Punched pockets, 100", 399, 58, "STD standard|HEAVY heavy x1.8|A3 A3 x2.2"),
    ("DIVIDER", "Dividers", 129, 45, "5 5 parts|10 10 parts x1.5|AZ A to Z x2.4|12M months x1.7"),
    ("STAPLER", "Stapler", 899, 52, "HALF half strip|FULL full strip x1.5|HEAVY heavy duty x4.8|STAPLES staples, 5000 x0.3"),
    ("PUNCH", "Hole punch", 799, 52, "2 2 holes|4 4 holes x2.2|HEAVY heavy duty x5.5"),
    ("SCISSORS", "Scissors", 449, 48, "STD 20 cm|SMALL 15 cm x0.8|LEFT left-handed x1.3"),
    ("TAPE", "Adhesive tape", 199, 50, "CLEAR clear|INVIS invisible x1.5|PACK packing, 6 x4.5|"
     "DOUBLE double-sided x1.8|DISP dispenser x3.2"),
    ("GLUE", "Glue", 149, 46, "STICK stick|STICK5 sticks, 5 x4.3|LIQUID liquid x1.6"),
    ("TONER", "Toner cartridge", 5490, 74, "BLACK black|CYAN cyan x1.2|MAGENTA magenta x1.2|"
     "YELLOW yellow x1.2|XL black XL x1.7"),
    ("INK", "Ink cartridge", 1890, 72, "BLACK black|COLOUR colour x1.2|MULTI multipack x2.9"),
    ("LABEL", "Labels, 100 sheets", 1290, 58, "21 21 a sheet|8 8 a sheet|1 full sheet|ROUND round x1.3"),
    ("LAMINATE", "Laminating pouches, 100", 999, 55, "A4 A4|A5 A5 x0.7|A3 A3 x1.9"),
    ("CHAIR", "Office chair", 11900, 62, "TASK task|MESH mesh x1.4|EXEC executive x2.1|STOOL stool x0.6"),
    ("DESK", "Desk", 18900, 66, "120 120 cm|160 160 cm x1.2|SIT sit-stand x2.2|PEDESTAL pedestal x0.7"),
    ("LAMP", "Desk lamp", 2490, 54, "LED LED|CLAMP clamp x1.2|FLOOR floor x2.4"),
    ("SHREDDER", "Shredder", 6990, 64, "STRIP strip cut|CROSS cross cut x1.5|MICRO micro cut x2.6"),
    ("COFFEE", "Coffee, 1 kg", 1390, 68, "BEANS beans|GROUND ground|DECAF decaf x1.1|FAIR fair trade x1.2"),
    ("TEA", "Tea bags, 440", 1090, 66, "BLACK black|GREEN green x1.2|DECAF decaf x1.2"),
    ("CLEAN", "Cleaning", 349, 58, "SPRAY surface spray|WIPES screen wipes x1.4|TOWEL paper towels, 6 x3.1|"
     "SOAP hand soap x0.8|BAGS refuse bags, 100 x2.2"),
)  # fmt: skip

_COST_UNKNOWN = frozenset({"PAPER-A3-REC", "PEN-GEL-MIX", "CHAIR-STOOL", "LAMP-FLOOR", "TEA-GREEN", "CLEAN-SOAP"})

DELIVERY = "DELIVERY"
HANDLING = "HANDLING"
HANDLING_FEE = 350
FREE_DELIVERY_FROM = 12_000
_DELIVERY_CHARGES = {"GB": 595, "IE": 995, "FR": 1290, "DE": 1290, "NL": 1190, "NO": 2490, "US": 3900}
COUNTRIES = tuple(_DELIVERY_CHARGES)


def products() -> tuple[Product, ...]:
    """Every article, in the order of the catalogue."""
    return tuple(
        _product(family, name, price, cost_percent, variant)
        for family, name, price, cost_percent, variants in _FAMILIES
        for variant in variants.split("|")
    )


def delivery_charge(country: str) -> int:
    """What one delivery to this country is charged at, in pence."""
    return _DELIVERY_CHARGES[country]


def _product(family: str, name: str, first_price: int, cost_percent: int, variant: str) -> Product:
    suffix, _, label = variant.partition(" ")
    label, _, times = label.partition(" x")
    price = round(first_price * float(times or 1))
    product_id = f"{family}-{suffix}"
    cost = None if product_id in _COST_UNKNOWN else round(price * cost_percent / 100)
    return Product(product_id, f"{name}, {label}", price, cost)
