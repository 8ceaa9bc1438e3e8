"""Ten thousand deliveries of one feed, 27 years of days: what knowing them all costs, and what one more costs."""

import gzip
import shutil
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import duckdb
import pytest
from results import save_deliveries
from tpch import generate

from dagster_project.ingestion.contracts import load_source
from dagster_project.ingestion.load import load_deliveries
from dagster_project.orchestration.days import pending_days
from dagster_project.settings import Settings

DELIVERIES = 10_000
FIRST_DAY = date(2000, 1, 1)
SOURCE = load_source("standard")
SCANNED = (
    "select count(order_id) from read_parquet('{folder}/*/*.parquet', hive_partitioning = true, union_by_name = true,"
    " hive_types = {{'delivery_date': DATE}})"
)


def seconds(action: Callable[[], object]) -> dict[str, float]:
    """Of processors and of the clock."""
    used, clock = getrusage(RUSAGE_SELF), time.perf_counter()
    action()
    wall, now = time.perf_counter() - clock, getrusage(RUSAGE_SELF)
    return {"cpu": round(now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime, 2), "wall": round(wall, 2)}


@pytest.mark.benchmark
@pytest.mark.timeout(1800)
def test_ten_thousand_deliveries_and_one_huge_file(tmp_path: Path) -> None:
    """The huge file is TPC-H's order lines at scale factor 1 as the text that an export would be, plain and packed."""
    settings = Settings(sources=(SOURCE.name,), data_dir=tmp_path, _env_file=None)
    orders, lines = SOURCE.feed("orders"), SOURCE.feed("order_lines")
    landed = settings.landing / SOURCE.name
    (landed / "orders").mkdir(parents=True)
    (landed / "order_lines").mkdir()

    def deliver(number: int) -> date:
        day = FIRST_DAY + timedelta(days=number)
        row = f"{number},{number % 100},{day}T10:00:00Z"
        (landed / "orders" / f"{day}.csv").write_text(f"order_id,customer_id,ordered_at\n{row}\n", encoding="utf-8")
        return day

    def load(days: set[date] | None) -> None:
        assert len(load_deliveries(SOURCE, orders, settings.landing, settings.lake, days)) == (
            len(days) if days else DELIVERIES
        )

    def scan(limit: str) -> None:
        folder = settings.lake / "raw" / SOURCE.name / "orders"
        duckdb.sql(SCANNED.format(folder=folder) + limit).fetchall()

    for number in range(DELIVERIES):
        deliver(number)
    found = {"load 10,000 deliveries of one order": seconds(lambda: load(None))}
    found["look at all of them again, nothing is new"] = seconds(lambda: load(None))
    found["know that nothing waits"] = seconds(lambda: pending_days(settings))
    day = deliver(DELIVERIES)
    found["load one more"] = seconds(lambda: load({day}))
    found["read all of them in a model"] = seconds(lambda: scan(""))
    found["read one of them in a model"] = seconds(lambda: scan(f" where delivery_date in (date '{day}')"))
    tables = generate(1, tmp_path / "tables")
    huge = landed / "order_lines" / f"{day}.csv"
    duckdb.sql(f"""
        copy (
            select l_orderkey as order_id, l_linenumber as line_number, l_partkey as product_id, l_quantity as quantity,
                l_extendedprice / l_quantity as unit_price, l_discount as discount_amount
            from '{tables / "lineitem.parquet"}'
        ) to '{huge}' (format csv, header)
    """)
    for name in ("load one file of 6,001,215 lines", "the same, packed with gzip"):
        found[name] = seconds(lambda: load_deliveries(SOURCE, lines, settings.landing, settings.lake, None))
        (loaded,) = duckdb.sql(f"select count(*) from '{settings.lake}/raw/standard/order_lines/*/delivery.parquet'").fetchall()
        assert loaded == (6_001_215,)
        if huge.is_file():
            with huge.open("rb") as plain, gzip.open(f"{huge}.gz", "wb", compresslevel=1) as packed:
                shutil.copyfileobj(plain, packed)
            huge.unlink()
    save_deliveries(found)
