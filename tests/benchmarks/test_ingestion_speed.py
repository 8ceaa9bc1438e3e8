"""Loading 305 files with all that ingestion promises, against one plain DuckDB statement."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from measure import Comparison, compare
from plain_statement import load_plainly

from dagster_project.ingestion.contracts import load_source
from dagster_project.ingestion.load import load_deliveries

SOURCE = load_source("online_retail")
FEED = SOURCE.feeds[0]
RUNS = 5


def contents(folder: Path) -> tuple[object, ...]:
    (row,) = duckdb.sql(
        "select count(*), sum(Quantity * UnitPrice), count(distinct InvoiceNo), count(distinct delivery_date)"
        f" from read_parquet('{folder}/*/*.parquet', hive_partitioning = true) where delivery_date > date '1900-01-01'"
    ).fetchall()
    return row


@pytest.mark.benchmark
def test_ingestion_against_one_plain_statement(test_data: Path, tmp_path: Path, comparisons: list[Comparison]) -> None:
    """Hashes, header checks, reject tables, ledger and commits to the disk are all in the product's figure."""
    comparisons.append(
        compare(
            "ingestion / one plain statement",
            1.5,
            RUNS,
            product=lambda turn: load_all(test_data, tmp_path / f"lake-{turn}"),
            base=lambda turn: load_plainly(test_data, tmp_path / f"plain-{turn}"),
        )
    )
    for turn in range(1, RUNS + 1):
        ours = contents(tmp_path / f"lake-{turn}" / "raw" / SOURCE.name / FEED.name)
        assert ours == contents(tmp_path / f"plain-{turn}")
        assert (ours[0], ours[1], ours[3]) == (541_909, Decimal("9747747.9340"), 305)


def load_all(landing: Path, lake: Path) -> None:
    loads = load_deliveries(SOURCE, FEED, landing, lake, None)
    assert {load.status for load in loads} == {"loaded"}
