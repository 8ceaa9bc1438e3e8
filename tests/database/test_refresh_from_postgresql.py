"""From the tables of an order system to published segments, as a deployment does it that has no file at all."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import Cluster
from order_system import DSN, TABLES, table

from dagster_project.commands.refresh import RefreshOutcome, run_refresh
from dagster_project.orchestration.days import DayRange
from dagster_project.settings import Settings

pytestmark = pytest.mark.system

ROWS = (
    """insert into shop.orders (order_id, customer_id, ordered_at, status) values
       ('A', 'c1', now() - interval '30 days', 'open'), ('B', 'c2', now() - interval '20 days', 'open'),
       ('C', null, now() - interval '10 days', 'open'), ('D', 'c1', now() - interval '5 days', 'open')""",
    """insert into shop.order_lines (order_id, line_number, product_id, quantity, unit_price, discount_amount) values
       ('A', 1, 'p1', 2, 10.50, 1.00), ('A', 2, 'p2', 1, 5, null), ('B', 1, 'p1', 4, 2.25, null),
       ('C', 1, 'p3', 1, 50, null), ('D', 1, 'p1', 3, 100, null), ('D', 2, 'p2', 8, 5, null)""",
)
CHANGES = (
    "update shop.order_lines set quantity = 5, updated_at = now() where order_id = 'A' and line_number = 1",
    "delete from shop.order_lines where order_id = 'D' and line_number = 2",
    "delete from shop.order_lines where order_id = 'B'",
    "delete from shop.orders where order_id = 'B'",
    "insert into shop.orders (order_id, customer_id, ordered_at) values ('E', 'c3', now() - interval '1 days')",
    "insert into shop.order_lines (order_id, line_number, product_id, quantity, unit_price) values ('E', 1, 'p1', 7, 1)",
)


def published(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(settings.published / "customer_segments.duckdb"), read_only=True) as reader:
        return reader.execute(query).fetchall()


def scored(settings: Settings) -> dict[object, tuple[object, ...]]:
    """Orders and net revenue of every customer who has a segment."""
    query = "select source_customer_id, order_count, net_revenue from customer_segments where is_scored and rfm_segment <> ''"
    return {customer: figures for customer, *figures in published(settings, query)}  # type: ignore[misc]


def well(outcome: RefreshOutcome) -> None:
    assert outcome.success, (outcome.problems, outcome.failed_checks)


def test_orders_in_a_database_become_segments_and_changed_and_deleted_rows_change_them(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A corrected line, a deleted line, a deleted order and a new one, between the run of yesterday and that of today."""
    cluster.execute(*(part for part in TABLES.split(";") if part.strip()), *ROWS)
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    group = {"watermark": "updated_at", "group_key": "order_id", "deletions": "compare"}
    own = {
        "feeds": [
            {"name": "orders", **table("orders", **group, mark_deleted={"status": "cancelled"})},
            {"name": "order_lines", **table("order_lines", **group)},
        ]
    }
    (feeds / "standard.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    monkeypatch.setenv("SEGMENTATION_FEEDS_DIR", str(feeds))
    monkeypatch.setenv(DSN, cluster.dsn())
    settings = Settings(sources=("standard",), data_dir=tmp_path / "data", business_timezone="UTC", _env_file=None)
    today = settings.today()
    yesterday = today - timedelta(days=1)

    well(run_refresh(settings, DayRange(yesterday, yesterday)))
    assert scored(settings) == {"c1": [2, Decimal("365.00")], "c2": [1, Decimal("9.00")]}

    cluster.execute(*CHANGES)
    well(run_refresh(settings, DayRange(today, today)))
    assert scored(settings) == {"c1": [2, Decimal("356.50")], "c3": [1, Decimal("7.00")]}
    # the guest's order is in no segment, and in the books
    reconciliation = "select lines_sale, amount_sale, amount_unidentified, lines_difference, amount_difference"
    assert published(settings, f"{reconciliation} from sales_reconciliation where source = 'standard'") == [
        (4, Decimal("363.50"), Decimal(50), 0, 0)
    ]
