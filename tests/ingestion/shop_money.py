"""Money of a delivery: what its ledger row says was accepted and rejected. Not here: expectations."""

from datetime import date
from decimal import Decimal

from shop import Shop


def money(shop: Shop, day: str) -> tuple[Decimal, Decimal, int]:
    """Accepted, rejected, and rejected rows without a computable amount."""
    row = shop.ledger()[date.fromisoformat(day)]
    assert row.control_total is not None
    assert row.control_total_rejected is not None
    return Decimal(row.control_total), Decimal(row.control_total_rejected), row.rows_rejected_without_total
