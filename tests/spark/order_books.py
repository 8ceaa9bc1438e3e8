"""Order books in two parts, what is there at first and what one more day brings, as they come to lie below landing.

Belongs here: which files of which source come when. Not here: generating them, what is made of them.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tpch import deliver, generate

from dagster_project.demo import write_demo_order_book

# the demo's history and three of its days; then the next, and one of before the last review, which comes late
_DEMO_DAYS, _DEMO_NEXT_DAY = ("2026-08-01", "2026-09-13", "2026-09-14", "2026-09-15"), ("2026-09-16", "2026-08-20")
# the last quarter of the real order book, its busiest: 79 of 305 days, 209,000 of 541,909 lines
_RETAIL_FROM = date(2011, 9, 9)
_TPCH_SCALE = 0.1
# no delivery is late, so that no review of the past is made anew
_ON_TIME = frozenset({"restatement_journal"})


@dataclass(frozen=True)
class OrderBook:
    """Files by the place below landing where they are delivered. customers: at least so many are segmented. silent: published
    tables of which it says nothing, neither at first nor a day later.
    """

    source: str
    first: dict[Path, Path]
    next_day: dict[Path, Path]
    customers: int
    silent: frozenset[str]


def demo(folder: Path, _test_data: Path | None) -> OrderBook:
    """All fourteen feeds of the canonical contract."""
    whole = write_demo_order_book(folder)
    files = {file: file.stem for file in whole.glob("*/*.csv")}

    def of(*days: str) -> dict[Path, Path]:
        # a late order wants the rate of a day whose orders are not here
        return {
            Path("demo", file.parent.name, file.name): file
            for file, day in files.items()
            if day in days or (file.parent.name == "exchange_rates" and day <= max(days))
        }

    # the marker says that the demo is there, so that nothing is delivered beside what lands here
    markers = {Path("demo", marker.name): marker for marker in whole.glob(".*")}
    return OrderBook("demo", {**of(*_DEMO_DAYS), **markers}, of(*_DEMO_NEXT_DAY), customers=2_800, silent=frozenset())


def online_retail(_folder: Path, test_data: Path) -> OrderBook:
    """Real orders: one feed, guests, cancellations, stock write-offs."""
    files = [file for file in sorted((test_data / "online_retail").glob("*.csv")) if file.stem >= str(_RETAIL_FROM)]
    places = {Path("online_retail", file.name): file for file in files}
    *first, last = places
    silent = _ON_TIME | {"service_attainment"}
    first_files = {place: places[place] for place in first}
    return OrderBook("online_retail", first_files, {last: places[last]}, customers=2_900, silent=silent)


def tpch(folder: Path, _test_data: Path | None) -> OrderBook:
    """Large numbers of orders, parts and suppliers."""
    landing = folder / "landing"
    *_, last = deliver(generate(_TPCH_SCALE, folder / "tables"), landing, daily=1)
    files = {file.relative_to(landing): file for file in landing.rglob("*.parquet")}
    later = {place: file for place, file in files.items() if file.stem == str(last)}
    first_files = {place: file for place, file in files.items() if place not in later}
    silent = _ON_TIME | {"loss_making_customers", "sales_exclusions"}
    return OrderBook("tpch", first_files, later, customers=14_900, silent=silent)
