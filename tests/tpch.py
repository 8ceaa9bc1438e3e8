"""TPC-H's order book, of any size, laid into landing as the order system of the source `tpch` delivers it.

Belongs here: generating the tables, the days on which they are delivered. Not here: what the pipeline makes of them
(tests/acceptance/test_tpch.py), how fast (tests/benchmarks).
"""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb

SOURCE = "tpch"
TABLES = ("lineitem", "orders", "partsupp", "customer", "part", "supplier", "nation", "region")
# The benchmark's order book ends in 1998, before the first day of the shipped policy; its leap years come again 20 years later.
YEARS_LATER = 20
LAST_DAY = date(2018, 8, 2)

# more than there are orders at any scale that is measured with copies of a year
_KEYS_APART = 100_000_000
_DATES = {"lineitem": ("l_shipdate", "l_commitdate", "l_receiptdate"), "orders": ("o_orderdate",)}


def generate(scale: float, folder: Path) -> Path:
    """The eight tables at this scale factor as Parquet files below folder, one each; nothing happens where they lie already."""
    if not (folder / "region.parquet").is_file():
        generator = str(Path(sys.executable).with_name("tpchgen-cli"))
        subprocess.run([generator, "parquet", "-s", f"{scale:g}", "-o", str(folder)], check=True, capture_output=True)
    return folder


def deliver(
    tables: Path, landing: Path, daily: int = 0, years_later: int = YEARS_LATER, years: int | None = None
) -> list[date]:
    """Lay the tables into landing: all but the last `daily` days as one delivery, then one delivery a day; the delivery dates.

    A delivery holds its orders with their lines, the supply costs that the lines name and the lines that came back. The lists
    of customers, parts and so on come with the first. years: so many copies of the last year, one before the other, with
    orders of their own, instead of all years.
    """
    last = date(LAST_DAY.year - YEARS_LATER + years_later, LAST_DAY.month, LAST_DAY.day)
    first = last - timedelta(days=daily)
    with duckdb.connect() as connection:
        for table in TABLES:
            later = [f"cast({name} + interval {years_later} year as date) as {name}" for name in _DATES.get(table, ())]
            replaced = f" replace ({', '.join(later)})" if later else ""
            connection.execute(f"create view {table} as select *{replaced} from '{tables / table}.parquet'")
        if years is not None:
            _repeat_last_year(connection, last, years)
        for table in ("customer", "part", "supplier", "nation", "region"):
            _write(connection, f"select * from {table}", landing, table, first)
        for day in (first + timedelta(days=number) for number in range(daily + 1)):
            when = f"o_orderdate <= date '{day}'" if day == first else f"o_orderdate = date '{day}'"
            ordered = "" if daily == 0 else f" where l_orderkey in (select o_orderkey from orders where {when})"
            named = " where (ps_partkey, ps_suppkey) in (select (l_partkey, l_suppkey) from lineitem" + ordered + ")"
            _write(connection, f"select * from orders where {when}", landing, "orders", day)
            _write(connection, f"select * from lineitem{ordered}", landing, "lineitem", day)
            _write(connection, f"select * from partsupp{named if ordered else ''}", landing, "partsupp", day)
            came_back = f"from (from lineitem{ordered}) where l_returnflag = 'R'"
            if connection.execute(f"select exists({came_back})").fetchall()[0][0]:
                _write(connection, came_back, landing, "returns", day)
    return [first + timedelta(days=number) for number in range(daily + 1)]


def _repeat_last_year(connection: duckdb.DuckDBPyConnection, last: date, years: int) -> None:
    """Orders and lines become those of the last year, and of as many years before it as asked for, with other order numbers."""
    year = f"select o_orderkey from orders where o_orderdate > date '{last}' - interval 1 year"
    for table, key in (("orders", "o_orderkey"), ("lineitem", "l_orderkey")):
        earlier = ", ".join(f"cast({name} - interval (age) year as date) as {name}" for name in _DATES[table])
        connection.execute(
            f"create table repeated_{table} as select * exclude (age) replace ({key} + age * {_KEYS_APART} as {key}, {earlier})"
            f" from {table}, range({years}) as ages (age) where {key} in ({year})"
        )
    for table in ("orders", "lineitem"):
        connection.execute(f"create or replace view {table} as from repeated_{table}")


def _write(connection: duckdb.DuckDBPyConnection, rows: str, landing: Path, feed: str, day: date) -> None:
    folder = landing / SOURCE / feed
    folder.mkdir(parents=True, exist_ok=True)
    connection.execute(f"copy ({rows}) to '{folder / day.isoformat()}.parquet' (format parquet)")
