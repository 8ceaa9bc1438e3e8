"""The demo's feeds in the canonical contract, each row with the day on which an order system without mishaps would deliver it.

Belongs here: column names, how values are written, how soon a feed tells what happened. Not here: mishaps (mishaps.py),
orders and their lines (order_feeds.py), the customers' list (profiles.py).
"""

from typing import TYPE_CHECKING

from dagster_project.demo import calendar, catalogue, exchange, finance, service
from dagster_project.demo.arrays import blank, decimals, flags, ids, money, stream, texts
from dagster_project.demo.places import WAREHOUSES
from dagster_project.demo.returns import REASONS
from dagster_project.demo.shipments import CARRIERS, INVOICE_DAYS, MODES
from dagster_project.demo.table import Table, together

if TYPE_CHECKING:
    from dagster_project.demo.arrays import Ints, Texts
    from dagster_project.demo.company import Company

_WAREHOUSE_IDS = tuple(warehouse.warehouse_id for warehouse in WAREHOUSES)
_CLOSING_DAY = 5
"""Day of the next month on which a month's books are delivered."""
_ENLARGED, _ENLARGED_BY = "WH-EUROPE", 15_000


def delivery_day(day: "Ints") -> "Ints":
    """The day itself; what happened before the first delivery comes with it."""
    import numpy as np

    return np.maximum(day, calendar.HANDOVER)


def products(company: "Company") -> Table:
    """The catalogue, and once more from the day on which new articles are sold."""
    import numpy as np

    articles = company.articles.products
    is_new = np.array([article.product_id in catalogue.NEW_ARTICLES for article in articles])
    autumn = calendar.place(calendar.AUTUMN_CATALOGUE)
    columns = {
        "product_id": texts([article.product_id for article in articles]),
        "product_name": texts([article.name for article in articles]),
        "category": texts([article.category for article in articles]),
        "brand": texts([article.brand for article in articles]),
        "unit_cost": money(company.articles.unit_cost),
        "list_price": money(company.articles.list_price),
        "weight_kg": decimals(company.articles.weight_kg, 3),
        "volume_l": decimals(company.articles.volume_l, 3),
    }
    full = Table(columns, np.full(len(articles), autumn))
    return together(full.take(~is_new, np.full((~is_new).sum(), calendar.HANDOVER)), full)


def warehouses() -> Table:
    """The warehouses, and once more when one of them was enlarged."""
    import numpy as np

    def as_of(day: int, more: int) -> Table:
        columns = {
            "warehouse_id": texts(_WAREHOUSE_IDS),
            "country": texts([warehouse.country for warehouse in WAREHOUSES]),
            "latitude": texts([warehouse.latitude for warehouse in WAREHOUSES]),
            "longitude": texts([warehouse.longitude for warehouse in WAREHOUSES]),
            "capacity_units": texts(
                [warehouse.capacity_units + more * (warehouse.warehouse_id == _ENLARGED) for warehouse in WAREHOUSES]
            ),
        }
        return Table(columns, np.full(len(WAREHOUSES), day))

    return together(as_of(calendar.HANDOVER, 0), as_of(calendar.place(calendar.AUTUMN_CATALOGUE), _ENLARGED_BY))


def shipments(company: "Company") -> Table:
    """A shipment is told when it leaves, again when it has arrived, and again when the carrier's invoice is there."""
    import numpy as np

    rows = company.shipments
    count = len(rows)
    left = delivery_day(rows.shipped)
    invoiced = np.where(np.isnan(rows.freight), calendar.LAST + 1, rows.shipped + INVOICE_DAYS)
    second = stream("shipment moments").integers(0, 3600, count)
    columns = {
        "shipment_id": ids("SH-", 200_001 + rows.number),
        "order_id": company.orders.order_id[rows.order],
        "carrier": np.array(CARRIERS, dtype=object)[rows.mode, rows.carrier],
        "transport_mode": np.array(MODES, dtype=object)[rows.mode],
        "warehouse_id": np.array(_WAREHOUSE_IDS, dtype=object)[company.orders.warehouse[rows.order]],
        "shipped_at": calendar.moment_texts(rows.shipped, 16 * 3600 + second[rows.number % count]),
        "delivered_at": calendar.moment_texts(rows.delivered, 9 * 3600 + second[rows.number % count] * 5),
        "units": texts(rows.units.tolist()),
        "cartons": texts(rows.cartons.tolist()),
        "weight_kg": decimals(rows.weight, 2),
        "stops": texts(rows.stops.tolist()),
        "freight_cost": blank(decimals(np.nan_to_num(rows.freight), 2), np.isnan(rows.freight)),
        "is_damaged": flags(rows.is_damaged),
        "has_document_error": flags(rows.has_document_error),
    }

    def told_on(day: "Ints", of: "Ints") -> Table:
        return Table(columns, left).take(
            of,
            day[of],
            delivered_at=blank(columns["delivered_at"][of], rows.delivered[of] > day[of]),
            freight_cost=blank(columns["freight_cost"][of], invoiced[of] > day[of]),
            # what is broken or wrong shows on arrival
            is_damaged=blank(columns["is_damaged"][of], rows.delivered[of] > day[of]),
            has_document_error=blank(columns["has_document_error"][of], rows.delivered[of] > day[of]),
        )

    arrives_later = np.flatnonzero((rows.delivered > left) & (rows.delivered <= calendar.LAST))
    invoiced_later = np.flatnonzero((invoiced > np.maximum(left, rows.delivered)) & (invoiced <= calendar.LAST))
    return together(told_on(left, np.arange(count)), told_on(rows.delivered, arrives_later), told_on(invoiced, invoiced_later))


def returns(company: "Company") -> Table:
    """Returned lines on the day of the return; a few name no line, a few an order that nobody knows."""
    import numpy as np

    rows, lines = company.returns, company.lines
    order = company.orders.order_id[lines.order[rows.line]]
    article = texts([article.product_id for article in company.articles.products])[lines.article[rows.line]]
    columns = {
        "return_id": ids("RT-", 30_001 + np.arange(len(rows))),
        "order_id": np.where(rows.has_order, order, texts([f"X{number}" for number in order])),
        "line_number": blank(texts(lines.line_number[rows.line].tolist()), ~rows.has_line),
        "product_id": article,
        "returned_at": calendar.moment_texts(rows.day, 10 * 3600 + rows.line % 25_000),
        "quantity": texts(rows.quantity.tolist()),
        "refund_amount": money(rows.refund),
        "reason": np.array(tuple(REASONS), dtype=object)[rows.reason],
    }
    return Table(columns, delivery_day(rows.day))


def service_cases(company: "Company") -> Table:
    """Cases on the day on which they were opened."""
    import numpy as np

    rows = company.cases
    unknown = np.isnan(rows.minutes)
    columns = {
        "case_id": ids("CS-", 70_001 + np.arange(len(rows.day))),
        "customer_id": company.customers.customer_id[rows.customer],
        "opened_at": calendar.moment_texts(rows.day, rows.second),
        "channel": np.array(service.CASE_CHANNELS, dtype=object)[rows.channel],
        "reason": np.array(tuple(service.CASE_REASONS), dtype=object)[rows.reason],
        "handling_minutes": blank(decimals(np.nan_to_num(rows.minutes), 1), unknown),
        "order_id": blank(company.orders.order_id[rows.order], rows.order < 0),
    }
    return Table(columns, delivery_day(rows.day))


def sales_visits(company: "Company") -> Table:
    """The week's visits, as the sales people report them on Monday."""
    import numpy as np

    rows = company.visits
    columns = {
        "visit_id": ids("VS-", 10_001 + np.arange(len(rows.day))),
        "customer_id": company.customers.customer_id[rows.customer],
        "visited_at": calendar.moment_texts(rows.day, rows.second),
        "minutes": texts(rows.minutes.tolist()),
    }
    return Table(columns, delivery_day(_monday(rows.day)))


def survey_responses(company: "Company") -> Table:
    """The week's answers, on Monday."""
    rows = company.surveys
    columns = {
        "response_id": ids("SV-", 5_001 + rows.response),
        "customer_id": company.customers.customer_id[rows.customer],
        "answered_at": calendar.moment_texts(rows.day, 9 * 3600 + rows.response * 37 % 30_000),
        "question": texts(service.QUESTIONS)[rows.question],
        "answer": _answers(rows.question, rows.answer),
    }
    return Table(columns, delivery_day(_monday(rows.day)))


def _answers(question: "Ints", answer: "Ints") -> "Texts":
    """Numbers as they are; reasons, and who skipped a question, are told in words."""
    told = texts(["no answer" if value < 0 else str(value) for value in answer.tolist()])
    reasons = question == service.QUESTIONS.index("sales_reason")
    told[reasons] = texts(service.REASONS)[answer[reasons]]
    return told


def receivables(company: "Company") -> Table:
    """Balances of a month, with its books."""
    rows = finance.receivables(company.customers, company.orders, company.lines)
    columns = {
        "customer_id": company.customers.customer_id[rows.customer],
        "month": texts([month.isoformat() for month in calendar.MONTHS])[rows.month],
        "average_balance": money(rows.balance),
    }
    return Table(columns, _closing(rows.month))


def cost_ledger(company: "Company") -> Table:
    """Costs of a month, when it is closed."""
    import numpy as np

    rows = finance.ledger(company.work, company.shipments)
    columns = {
        "month": texts([month.isoformat() for month in calendar.MONTHS])[rows.month],
        "pool": texts(rows.pool),
        "cost": money(rows.cost),
        "practical_capacity_minutes": blank(decimals(np.nan_to_num(rows.minutes), 0), np.isnan(rows.minutes)),
    }
    return Table(columns, _closing(rows.month))


def inventory(company: "Company") -> Table:
    """Counts of a month end, on that day."""
    rows = company.stock
    columns = {
        "warehouse_id": texts(_WAREHOUSE_IDS)[rows.warehouse],
        "product_id": texts([article.product_id for article in company.articles.products])[rows.article],
        "inventory_date": calendar.date_texts(rows.day),
        "units": texts(rows.units.tolist()),
        "customer_id": blank(company.customers.customer_id[rows.customer], rows.customer < 0),
        "value": money(rows.value),
    }
    return Table(columns, delivery_day(rows.day))


def exchange_rates() -> Table:
    """Every day's rates, on that day."""
    import numpy as np

    walks = exchange.rates()
    day = np.tile(np.arange(len(calendar.DAYS)), len(walks))
    columns = {
        "currency": texts([currency for currency in walks for _ in calendar.DAYS]),
        "rate_date": calendar.date_texts(day),
        "rate_to_base": decimals(np.concatenate(list(walks.values())), 6),
    }
    return Table(columns, delivery_day(day))


def _monday(day: "Ints") -> "Ints":
    """The Monday after, or the last day."""
    import numpy as np

    result: Ints = np.minimum(day + 7 - (day + calendar.FIRST_DAY.weekday()) % 7, calendar.LAST)
    return result


def _closing(month: "Ints") -> "Ints":
    import numpy as np

    days = np.array([calendar.place(first) + _CLOSING_DAY - 1 for first in calendar.MONTHS[1:]])
    return delivery_day(days[month])
