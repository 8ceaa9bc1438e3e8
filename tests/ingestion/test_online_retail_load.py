"""The real order book: 305 files of UCI Online Retail, counted. Not here: how quick that is (tests/benchmarks)."""

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb

from dagster_project.ingestion.contracts import load_source
from dagster_project.ingestion.ledger import write_control
from dagster_project.ingestion.load import load_deliveries

SOURCE = load_source("online_retail")
FEED = SOURCE.feeds[0]


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def test_every_line_and_every_penny_of_online_retail_arrives(test_data: Path, tmp_path: Path) -> None:
    """The counts are the data set's own, and the sum is what every later reconciliation starts from."""
    loads = load_deliveries(SOURCE, FEED, test_data, tmp_path, None)
    assert len(loads) == 305
    assert {load.status for load in loads} == {"loaded"}
    assert sum(load.rows_accepted for load in loads) == sum(load.rows_read for load in loads) == 541_909
    write_control(tmp_path, ["online_retail"])
    (totals,) = duckdb.sql(
        f"select count(*), sum(rows_read), sum(control_total) from '{tmp_path}/control/deliveries.parquet'"
    ).fetchall()
    assert totals == (305, 541_909, Decimal("9747747.9340"))


def test_loading_nothing_new_is_quick(test_data: Path, tmp_path: Path) -> None:
    """The sensor and the schedule call it every day over all files."""
    first = seconds(lambda: load_deliveries(SOURCE, FEED, test_data, tmp_path, None))
    again = min(seconds(lambda: load_deliveries(SOURCE, FEED, test_data, tmp_path, None)) for _ in range(3))
    assert again < first / 2
