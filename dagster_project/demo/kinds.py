"""The kinds of customers of the demo supplier: what each of them buys, and what work it makes.

Belongs here: numbers by kind, from which customers.py draws each customer's own. Not here: the customers.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of customer. Rates are means, from which a customer's own rate is drawn.

    rate_shape: of the gamma distribution of orders_per_year; dropout: beta distribution of the chance to stay away for ever
    after an order; spend: GBP a line; discount: percent, from and to; channels: shares of web, phone, edi, manual; newcomers:
    share that came during the history; expedited, returned: share of orders; cases: per order; visits: per year.
    """

    name: str
    customers: int
    persons: float = 0.0
    orders_per_year: float
    rate_shape: float = 1.5
    dropout: tuple[float, float] = (0.7, 17.0)
    spend: float
    lines: float
    discount: tuple[int, int] = (0, 0)
    channels: tuple[float, float, float, float]
    newcomers: float = 0.3
    expedited: float = 0.04
    returned: float = 0.03
    cases: float = 0.08
    visits: float = 0.0
    terms_days: int = 30


KINDS = (
    Kind(name="key_account", customers=24, orders_per_year=66, rate_shape=8, dropout=(0.2, 90), spend=300, lines=6.0,
         discount=(7, 13), channels=(0.08, 0.04, 0.84, 0.04), newcomers=0.1, expedited=0.03, returned=0.02, cases=0.05,
         visits=11, terms_days=45),
    Kind(name="contract", customers=150, orders_per_year=21, rate_shape=3, dropout=(0.4, 40), spend=150, lines=5.2,
         discount=(3, 8), channels=(0.40, 0.20, 0.28, 0.12), newcomers=0.2, visits=3.5),
    Kind(name="regular", customers=790, persons=0.06, orders_per_year=6.6, spend=100, lines=4.6, discount=(0, 5),
         channels=(0.60, 0.19, 0.06, 0.15), visits=0.5),
    Kind(name="small_business", customers=620, persons=0.1, orders_per_year=4.0, rate_shape=2.0, spend=62, lines=3.4,
         newcomers=0.45, dropout=(0.6, 14.0), channels=(0.74, 0.14, 0.0, 0.12), terms_days=14),
    Kind(name="private", customers=520, persons=1.0, orders_per_year=3.0, rate_shape=2.0, spend=38, lines=2.6,
         dropout=(0.6, 12.0), channels=(0.93, 0.06, 0.0, 0.01), newcomers=0.6, terms_days=0),
    Kind(name="one_time", customers=170, persons=0.6, orders_per_year=0.2, spend=48, lines=2.6,
         channels=(0.80, 0.12, 0.0, 0.08), newcomers=1.0, terms_days=14),
    # they earn a margin and cost more than that: small orders on paper, in a hurry, half of them a case, visited every month
    Kind(name="demanding", customers=110, orders_per_year=17, rate_shape=4, dropout=(0.3, 60), spend=28, lines=3.0,
         discount=(0, 5), channels=(0.10, 0.30, 0.0, 0.60), newcomers=0.15, expedited=0.28, returned=0.14, cases=0.45,
         visits=7, terms_days=60),
    # prices once granted and never looked at again: below cost
    Kind(name="below_cost", customers=36, orders_per_year=12, rate_shape=3, dropout=(0.4, 40), spend=110, lines=4.6,
         discount=(42, 50), channels=(0.25, 0.30, 0.15, 0.30), newcomers=0.1, visits=2),
    Kind(name="fading", customers=50, orders_per_year=16, rate_shape=5, dropout=(0.05, 200), spend=105, lines=4.6,
         discount=(0, 5), channels=(0.55, 0.25, 0.05, 0.15), newcomers=0.0, visits=1),
    Kind(name="growing", customers=60, orders_per_year=14, rate_shape=5, dropout=(0.05, 200), spend=105, lines=4.6,
         discount=(0, 5), channels=(0.70, 0.12, 0.08, 0.10), newcomers=0.2, visits=1),
    Kind(name="returning", customers=30, orders_per_year=12, rate_shape=5, dropout=(0.05, 200), spend=85, lines=4.0,
         channels=(0.70, 0.20, 0.0, 0.10), newcomers=0.0),
    Kind(name="newcomer", customers=120, persons=0.5, orders_per_year=5, spend=28, lines=2.2, dropout=(0.9, 8.0),
         channels=(0.80, 0.12, 0.0, 0.08), newcomers=1.0, terms_days=14),
    # known to the order system, but never with a sale
    Kind(name="only_cancelled", customers=14, persons=0.4, orders_per_year=0.2, spend=60, lines=3.0,
         channels=(0.8, 0.1, 0.0, 0.1), newcomers=0.6),
    Kind(name="prospect", customers=180, persons=0.25, orders_per_year=0, spend=60, lines=3.0,
         channels=(0.8, 0.1, 0.0, 0.1), newcomers=0.6, visits=0.4),
    # heads of groups that buy through their companies only
    Kind(name="holding", customers=16, orders_per_year=0, spend=60, lines=3.0, channels=(0.8, 0.1, 0.0, 0.1), newcomers=0.0),
)  # fmt: skip
NAMES = tuple(kind.name for kind in KINDS)


def number(name: str) -> int:
    """Place of a kind in KINDS."""
    return NAMES.index(name)
