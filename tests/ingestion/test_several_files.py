"""Several files of one day: one delivery, in any mix of formats."""

import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from shop import HEADER, Shop

from dagster_project.ingestion.file_names import compile_file_pattern
from dagster_project.ingestion.landing import unknown_files

DAY = "2026-01-02"


@pytest.fixture
def shop(new_shop: Callable[..., Shop]) -> Shop:
    return new_shop(file_pattern="{date}*", reject_tolerance=0.6)


def write(shop: Shop, name: str, *rows: str, header: str = HEADER) -> Path:
    path = shop.folder / name
    content = "".join(f"{line}\n" for line in (header, *rows)).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def test_all_files_of_a_day_are_one_delivery(shop: Shop) -> None:
    """One Parquet file, one ledger row; the files differ in format and columns."""
    paths = [
        write(shop, f"{DAY}-evening.csv.gz", "C,3,1,,"),
        write(shop, f"{DAY}.csv", "A,1,2.5,,", "B,x,1,,"),
        write(shop, f"{DAY}_2.csv", "1,D,4", header="price,order_id,units"),
    ]
    (shop.folder / f"{DAY}_3.json").write_text(json.dumps([{"order_id": "E", "units": 5, "price": 1}]), encoding="utf-8")
    outcome = shop.load_one()
    assert (outcome.status, outcome.rows_read, outcome.rows_accepted) == ("loaded", 5, 4)
    assert [row[1] for row in shop.rows()] == ["A", "C", "D", "E"]
    (row,) = shop.ledger().values()
    assert row.files == (f"{DAY}-evening.csv.gz", f"{DAY}.csv", f"{DAY}_2.csv", f"{DAY}_3.json")
    assert row.bytes == sum(path.stat().st_size for path in shop.folder.iterdir())
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(shop.folder.iterdir())]
    assert row.sha256 == hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    assert f"{DAY}_2.csv: column ordered_on, email is not in the file" in row.remark
    assert len(list((shop.lake / "raw").rglob("delivery.parquet"))) == 1
    assert shop.load_one().status == "unchanged"
    paths[2].unlink()
    assert shop.load_one().status == "loaded"
    assert [row[1] for row in shop.rows()] == ["A", "C", "E"]


def test_a_key_may_stand_in_one_file_of_a_day_only(shop: Shop) -> None:
    write(shop, f"{DAY}.csv", "A,1,1,,", "B,1,1,,")
    write(shop, f"{DAY}_2.csv", "C,1,1,,", "A,9,1,,")
    write(shop, "2026-01-03.csv", "A,5,1,,")
    first, second = shop.load()
    assert (first.rows_rejected, second.rows_rejected) == (1, 0)
    assert shop.query("select file, line, reason from quarantine") == [(f"{DAY}_2.csv", 3, "duplicate_key")]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        (f"{DAY}_2.csv", b"", f"{DAY}_2.csv is empty"),
        (f"{DAY}_2.csv", b"nothing\n1\n", f"{DAY}_2.csv, line 1: required column"),
        (
            f"{DAY}_2.csv",
            f'{HEADER}\r\nA"a,1,1,,a\r\nB,1,1,,b\n'.encode(),
            f"{DAY}_2.csv cannot be read: its line ends are mixed",
        ),
    ],
)
def test_one_unreadable_file_holds_the_whole_day_back_and_is_named(shop: Shop, name: str, content: bytes, word: str) -> None:
    """Half a day is not a day."""
    write(shop, f"{DAY}.csv", "A,1,1,,")
    write(shop, "2026-01-03.csv", "Z,1,1,,")
    (shop.folder / name).write_bytes(content)
    held, other = shop.load()
    assert (held.status, other.status) == ("held_back", "loaded")
    assert word in held.message
    assert [row[1] for row in shop.rows()] == ["Z"]


def test_too_many_bad_rows_in_all_files_hold_the_day_back_and_each_is_named(shop: Shop) -> None:
    write(shop, f"{DAY}.csv", "A,x,1,,", "B,1,1,,")
    write(shop, f"{DAY}_2.csv", "C,x,1,,", "D,x,1,,")
    message = shop.load_one().message
    assert f"{DAY}.csv and {DAY}_2.csv: 3 of 4 rows" in message
    assert f"{DAY}.csv, line 2, column units" in message
    assert f"{DAY}_2.csv, line 3, column units" in message


def test_a_withdrawn_day_is_withdrawn_with_all_its_files(shop: Shop) -> None:
    write(shop, f"{DAY}.csv", "A,1,1,,")
    write(shop, f"{DAY}_2.csv", "B,1,1,,")
    shop.load_one()
    (shop.folder / f"{DAY}.csv.withdrawn").touch()
    assert shop.load_one().status == "withdrawn"
    assert shop.rows() == []


@pytest.mark.parametrize(
    ("name", "day"),
    [
        (f"{DAY}.csv", date(2026, 1, 2)),
        (f"{DAY}_2.json.gz", date(2026, 1, 2)),
        (f"{DAY}-evening.parquet", date(2026, 1, 2)),
        (f"{DAY}", None),
        (f"{DAY}.xlsx", None),
        (f"{DAY}_2.csv.part", None),
        (f"{DAY}.csv.filepart", None),
        (f".{DAY}.csv", None),
        (f"{DAY}7.csv", None),
    ],
)
def test_an_open_pattern_takes_every_known_ending_and_nothing_that_is_being_written(name: str, day: date | None) -> None:
    assert compile_file_pattern("{date}*", None)(name) == day


def test_unknown_files_are_named_and_unfinished_ones_are_not(shop: Shop) -> None:
    """A misnamed file that nobody reads is a day without business that nobody notices."""
    for name in (f"{DAY}.csv", f"{DAY}.csv.withdrawn", f"{DAY}.csv.accepted", f"{DAY}.csv.part", ".hidden", "02.01.2026.csv"):
        (shop.folder / name).touch()
    (shop.folder / "archive").mkdir()
    (shop.folder / "archive" / f"{DAY}.csv").touch()
    (shop.landing / "shop" / "orders.xlsx").touch()
    assert unknown_files(shop.source, shop.landing) == ["orders.xlsx", "sales/02.01.2026.csv", f"sales/archive/{DAY}.csv"]
