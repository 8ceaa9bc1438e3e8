"""Millions of order lines: the whole refresh against scripts that make the same fact and customer table of the same files.

Sizes are TPC-H's scale factors (SF in the environment, several by commas); of RUNS interleaved rounds of the refresh, the
scripts and one more day the medians stand; the rest is measured once. The results of all ways are compared: nobody races
against another job. One more refresh is given MEMORY to live with; where SEGMENTATION_MEMORY_LIMIT is set, as a large size on
a small machine needs it, everything lives with that, and it is measured once what the limit and the whole command would repeat.
"""

import json
import math
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from measure import medians
from results import save
from tpch_order_book import SPARK_PYTHON, OrderBook

SCALES = os.environ.get("SF", "0.1,1").split(",")
RUNS = int(os.environ.get("RUNS", "3"))
# settings under which everything runs, where they are not the shipped ones
SET = {name: os.environ[name] for name in ("SEGMENTATION_MEMORY_LIMIT", "SEGMENTATION_THREADS") if name in os.environ}
WITHIN = SET.get("SEGMENTATION_MEMORY_LIMIT")
MEMORY_LIMIT = WITHIN or os.environ.get("MEMORY", "2GB")
BY_HAND = {"query": ("duckdb", "query"), "duckdb": ("duckdb", "tables"), "pandas": ("pandas",), "polars": ("polars",)}


def is_same(ours: object, theirs: object) -> bool:
    """Money that was added up in floats may miss that in decimals by what a million additions lose."""
    if isinstance(ours, int | float) or hasattr(ours, "as_tuple"):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=0.02)  # type: ignore[arg-type]
    return ours == theirs


def assert_same(ours: Sequence[tuple[object, ...]], theirs: Sequence[tuple[object, ...]], way: str) -> None:
    assert len(ours) == len(theirs), way
    for our_row, their_row in zip(ours, theirs, strict=True):
        assert all(map(is_same, our_row, their_row)), f"{way}: {their_row} instead of {our_row}"


@pytest.fixture(params=SCALES, ids=lambda scale: f"SF {scale}")
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OrderBook:
    """SEGMENTATION_BENCH_DIR keeps the order books for the next time."""
    kept = os.environ.get("SEGMENTATION_BENCH_DIR")
    folder = Path(kept) if kept else tmp_path_factory.getbasetemp()
    made = OrderBook(float(request.param), folder / f"order_book_{request.param}")
    made.prepare()
    return made


@pytest.mark.benchmark
@pytest.mark.timeout(4 * 3600)
def test_refresh_against_scripts_by_hand(book: OrderBook) -> None:
    """A full refresh, stage by stage; one more day on top of it; many past dates; and the tables that a script would write."""
    rounds: dict[str, list[dict[str, float]]] = {}

    def note(name: str, figures: dict[str, float]) -> None:
        rounds.setdefault(name, []).append(figures)

    for _ in range(RUNS):
        book.hold_last_day_back()
        book.forget()
        for stage, figures in book.by_stage().items():
            note(stage, figures)
        days = book.as_of_dates()
        for way, command in BY_HAND.items():
            note(way, book.by_hand(days, *command))
        for way in ("duckdb_tables", "pandas", "polars"):
            for ours, theirs in zip(book.result("product"), book.result(way), strict=True):
                assert_same(ours, theirs, way)
        book.take_last_day()
        for stage, figures in book.by_stage().items():
            note(f"one more day: {stage}", figures)
        keep(book, rounds, len(days))
    if not WITHIN:
        book.forget()
        note("within limit", book.by_stage(memory_limit=MEMORY_LIMIT)["all stages"])
        keep(book, rounds, len(days))
        book.forget()
        note("refresh", book.refresh())
        keep(book, rounds, len(days))
        note("same tables", book.by_stage("same_tables")["same tables"])
        assert len(book.as_of_dates()) == len(days)
        keep(book, rounds, len(days))
    if book.scale < 1:  # what a past date, a year of history and another engine cost does not take a large book to tell
        if SPARK_PYTHON.exists():
            note("spark", book.refresh_on_spark())
            assert book.differences_on_spark() == {}
            keep(book, rounds, len(days))
        book.by_stage()  # the same tables were built anew, which the next refresh answers with all of its dates
        for stage, figures in book.backfill().items():
            note(f"backfill: {stage}", figures)
        keep(book, rounds, len(days))
        book.forget()
        for stage, figures in book.by_stage(reviews=1).items():
            note(f"two as-of dates: {stage}", figures)
        for years, name in ((1, "1 year"), (8, "8 years")):
            of_years = OrderBook(book.scale, book.folder / name.replace(" ", "_"), years)
            of_years.prepare()
            note(f"{name}: one more day", of_years.one_more_day())
        keep(book, rounds, len(days))


def keep(book: OrderBook, rounds: dict[str, list[dict[str, float]]], dates: int) -> None:
    """What is known so far, so that an hour of measuring is not lost with its last minute."""
    found = {name: medians(figures) for name, figures in rounds.items()}
    print(json.dumps(found, indent=1))
    save(book, found, dates, MEMORY_LIMIT, SET)
