"""The landing folder: which file is which delivery."""

from collections.abc import Callable
from datetime import date

import pytest
from shop import Shop

from dagster_project.ingestion.file_names import compile_file_pattern
from dagster_project.ingestion.landing import landed_deliveries


@pytest.mark.parametrize(
    ("pattern", "name", "day"),
    [
        ("{date}.csv", "2026-01-02.csv", date(2026, 1, 2)),
        ("{date}.csv", "2026-01-02.csv.gz", date(2026, 1, 2)),
        ("{date}.csv", "2026-02-30.csv", None),
        ("{date}.csv", "2026-01-02.csv.part", None),
        ("{date}.csv", "x2026-01-02.csv", None),
        ("orders_{date:%Y%m%d}.csv", "orders_20260102.csv", date(2026, 1, 2)),
        ("{date:%d.%m.%Y}-(all).json", "02.01.2026-(all).json", date(2026, 1, 2)),
    ],
)
def test_a_file_name_carries_its_delivery_date(pattern: str, name: str, day: date | None) -> None:
    assert compile_file_pattern(pattern, None)(name) == day


def test_a_dump_without_a_date_is_dated_by_the_contract(new_shop: Callable[..., Shop]) -> None:
    """Design: a dump without a date in its name is one delivery, dated in the YAML."""
    shop = new_shop(file_pattern="all.csv", delivery_date=date(2026, 1, 31))
    (shop.folder / "all.csv").write_text("order_id,units,price,ordered_on,email\nA,1,2.5,,\n", encoding="utf-8")
    assert [one.delivery_date for one in shop.load()] == [date(2026, 1, 31)]
    assert shop.rows() == [("2026-01-31", "A", 1, "2.5000")]


def test_other_files_and_folders_are_passed_over(shop: Shop) -> None:
    """Order systems leave checksums, half files and archives beside what they deliver."""
    shop.deliver("2026-01-02")
    (shop.folder / "2026-01-03.csv").mkdir()
    (shop.folder / "2026-01-04.csv.tmp").write_text("x", encoding="utf-8")
    (shop.folder / ".generated.json").write_text("{}", encoding="utf-8")
    assert [one.delivery_date.day for one in landed_deliveries(shop.source, shop.feed, shop.landing)] == [2]


def test_a_landing_folder_that_is_not_there_holds_nothing(shop: Shop) -> None:
    """A source that has not begun to deliver is no error; the lake is readable, typed and empty."""
    assert shop.load() == []
    assert shop.rows() == []


def test_one_delivery_in_two_files_is_held_back(shop: Shop) -> None:
    """A file and its compressed twin may differ; nobody here can know which is right."""
    shop.deliver("2026-01-02", "A,1,2.5,,")
    (shop.folder / "2026-01-02.csv.gz").write_bytes(b"")
    outcome = shop.load_one()
    assert outcome.status == "held_back"
    assert "2026-01-02.csv and 2026-01-02.csv.gz claim the same delivery" in outcome.message
