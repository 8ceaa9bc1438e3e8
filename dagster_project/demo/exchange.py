"""What a pound is worth abroad: daily rates, and the rate at which price lists are printed.

Belongs here: exchange rates. Base currency GBP; a rate is pounds for one unit of the currency.
"""

from functools import cache
from typing import TYPE_CHECKING

from dagster_project.demo.arrays import stream
from dagster_project.demo.calendar import DAYS

if TYPE_CHECKING:
    from dagster_project.demo.arrays import Floats, Ints, Texts

# mean rate, standard deviation of a day's change
_MARKET = {"EUR": (0.852, 0.0016), "USD": (0.772, 0.0024)}


PRICE_LIST_RATES = {"GBP": 1.0, "EUR": 1.19, "USD": 1.32}
"""Units of a currency for a pound, as printed in the price lists."""


@cache
def rates() -> dict[str, "Floats"]:
    """Rates of each day by currency: a walk that is drawn back to its mean. Six decimals, as delivered."""
    import numpy as np

    walks = {}
    for currency, (mean, step) in _MARKET.items():
        steps = stream(f"rates {currency}").normal(0, step, len(DAYS))
        # a level that forgets 1 % of its distance to the mean a day
        memory = 0.99 ** np.arange(len(DAYS))
        level = np.convolve(steps, memory)[: len(DAYS)]
        walks[currency] = (mean * np.exp(level)).round(6)
    return walks


def rate_on(currency: "Texts", day: "Ints") -> "Floats":
    """Pounds for one unit of each currency on each day."""
    import numpy as np

    result = np.ones(len(day))
    for code, walk in rates().items():
        rows = currency == code
        result[rows] = walk[day[rows]]
    return result


def price_list_rate(currency: "Texts") -> "Floats":
    """Units of each currency for a pound, as printed in the price lists."""
    import numpy as np

    return np.select([currency == code for code in PRICE_LIST_RATES], list(PRICE_LIST_RATES.values()))
