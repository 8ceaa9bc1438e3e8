"""Files that no honest system should deliver and every one does some day: each is told in words, and the lake stays right."""

import gzip
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from shop import COLUMNS, HEADER, Shop
from shop_money import money

from dagster_project.ingestion import files

DAY = "2026-01-02"
GOOD = ("A,1,2.5,2026-01-01,a@b.c", "B,2,3.25,2026-01-01,", "C,3,1,,c@d.e")
GOOD_ROWS = [(DAY, "A", 1, "2.5000"), (DAY, "B", 2, "3.2500"), (DAY, "C", 3, "1.0000")]
TEXT = "\n".join((HEADER, *GOOD, ""))
QUARANTINE = "select line, column_name, reason from quarantine order by line"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (f"{DAY}.csv", TEXT.encode("utf-16"), ["is written in utf-16", "the contract says utf-8"]),
        (f"{DAY}.csv", TEXT.encode("utf-16-be"), ["line 1"]),
        (f"{DAY}.csv", bytes(4096), ["line 1"]),
        (f"{DAY}.csv", TEXT.replace("\n", "\r\n", 2).replace("A,", 'A"a,').encode(), ["line ends are mixed", "quotes"]),
        (f"{DAY}.csv", f'{HEADER}\nA,1,1,,\n"B,1,1,,\nC,1,1,,\nD,1,1,,\n'.encode(), ["line 3", "3 lines hang together"]),
        (f"{DAY}.csv.gz", gzip.compress(TEXT.encode() * 5000)[:-200], ["broken archive"]),
        (f"{DAY}.csv.gz", TEXT.encode() * 2, ["broken archive"]),
        (f"{DAY}.csv.gz", gzip.compress(bytes(70 * 2**20)), ["unpack to more than 64 MB", "largest_file_mb"]),
        (f"{DAY}.parquet", b"PAR1" + bytes(100) + b"PAR1", ["is not parquet"]),
        (f"{DAY}.json", b'[{"order_id": "A", "units": 1, ', ["json"]),
    ],
    ids=[
        "utf-16",
        "utf-16-be without mark",
        "NULs",
        "mixed ends and a stray quote",
        "open quote",
        "cut gzip",
        "no gzip",
        "bomb",
        "parquet",
        "json",
    ],
)
def test_a_file_that_cannot_be_read_is_held_back_and_the_old_delivery_stays(
    new_shop: Callable[..., Shop], name: str, content: bytes, words: list[str]
) -> None:
    """A half loaded in silence is worse than none: DuckDB takes the readable half of a cut archive for the whole."""
    shop = new_shop(file_pattern="{date}*")
    good = shop.deliver(DAY, *GOOD)
    shop.load_one()
    good.unlink()
    (shop.folder / name).write_bytes(content)
    outcome = shop.load_one()
    assert outcome.status == "held_back"
    for word in (name, "The lake keeps the delivery", "3 rows", "delivered again", *words):
        assert word in outcome.message, outcome.message
    assert shop.rows() == GOOD_ROWS


def test_a_cut_parquet_file_is_held_back(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(file_pattern="{date}*")
    path = shop.folder / f"{DAY}.parquet"
    duckdb.sql(f"copy (select 'A' as order_id, 1 as units, 2.5 as price from range(9999)) to '{path}' (format parquet)")
    path.write_bytes(path.read_bytes()[:-30])
    assert f"{DAY}.parquet is not parquet" in shop.load_one().message


def test_a_parquet_file_of_few_bytes_and_too_many_rows_is_not_unpacked(new_shop: Callable[..., Shop]) -> None:
    """One value repeated a million times takes a few bytes in the file."""
    shop = new_shop(file_pattern="{date}*", largest_file_mb=1)
    path = shop.folder / f"{DAY}.parquet"
    duckdb.sql(f"copy (select 'A' as order_id, 1 as units, 2.5 as price from range(900000)) to '{path}' (format parquet)")
    assert "900000 rows of" in shop.load_one().message


@pytest.mark.parametrize(
    ("row", "reason", "accepted", "rejected", "unknown"),
    [
        ("X,1.5,2,,", "wrong_type", "12.0000", "0", 1),
        ("X,99999999999,1,,", "wrong_type", "12.0000", "0", 1),
        ("X,1,99999999999999999,,", "wrong_type", "12.0000", "0", 1),
        ("X,2000000000,99999999999999,,", "out_of_range", "12.0000", "0", 1),
        ("X,2,1.5,1900-01-01,", "out_of_range", "12.0000", "3.0000", 0),
        ("X,2,1.5,2199-12-31,", "out_of_range", "12.0000", "3.0000", 0),
        ("X,2,1.5,31.12.2025,", "wrong_type", "12.0000", "3.0000", 0),
        ("A,-2,1.5,,", "duplicate_key", "12.0000", "-3.0000", 0),
        (",2,1.5,,", "missing_value", "12.0000", "3.0000", 0),
        ("X,2,,,", "missing_value", "12.0000", "0", 1),
        ('X,2,1.5,,"a"b', "broken_quotes", "12.0000", "0", 1),
        ("X,2,1.5,,,much", "too_many_columns", "12.0000", "0", 1),
        ("X\0,2,1.5,,", "nul_byte", "12.0000", "3.0000", 0),
        (f"{'x' * 10_000_000},2,1.5,,", "line_too_long", "12.0000", "0", 1),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_row_is_put_aside_with_its_money(
    shop: Shop, row: str, reason: str, accepted: str, rejected: str, unknown: int
) -> None:
    """Read = accepted + rejected in rows and in money; a row whose amount nobody can say is counted."""
    shop.deliver(DAY, *GOOD, row)
    outcome = shop.load_one()
    assert (outcome.status, outcome.rows_read, outcome.rows_rejected) == ("loaded", 4, 1)
    assert shop.rows() == GOOD_ROWS
    assert [(line, why) for line, _, why in shop.query(QUARANTINE)] == [(5, reason)]
    assert money(shop, DAY) == (Decimal(accepted), Decimal(rejected), unknown)


def test_negative_and_large_values_and_strange_names_are_taken_as_they_are(shop: Shop) -> None:
    """Returns are negative, and an identifier may hold anything."""
    rows = ["-2147483648,0.0001,,", '2147483647,400,2026-01-01,"x ""y"" z"']
    shop.deliver(DAY, f'"a;\'""\N{PILE OF POO}, b",{rows[0]}', f"'; drop table raw; --,{rows[1]}")
    assert shop.load_one().rows_accepted == 2
    assert {row[1] for row in shop.rows()} == {"a;'\"\N{PILE OF POO}, b", "'; drop table raw; --"}


def test_the_line_of_a_rejected_row_is_the_one_that_an_editor_shows(new_shop: Callable[..., Shop]) -> None:
    """DuckDB counts rows: a line break inside quotes puts all that follows off."""
    shop = new_shop(reject_tolerance=0.9)
    shop.deliver(DAY, '"A\nnew",1,1,,', "", "B,x,1,,", '"C\n\nold",y,1,,', ",1,1,,", "D,1,1,,", "D,2,1,,", "E,1,z,,")
    shop.load_one()
    assert shop.query(QUARANTINE) == [
        (5, "units", "wrong_type"), (6, "units", "wrong_type"), (9, "order_id", "missing_value"),
        (11, "order_id", "duplicate_key"), (12, "price", "wrong_type"),
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_every_way_to_end_a_line_is_read(shop: Shop, end: str) -> None:
    (shop.folder / f"{DAY}.csv").write_bytes(end.join((HEADER, *GOOD, "X,x,1,,", "")).encode())
    assert shop.load_one().rows_accepted == 3
    assert shop.rows() == GOOD_ROWS
    assert shop.query(QUARANTINE) == [(5, "units", "wrong_type")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
@pytest.mark.parametrize("ends", ["\r\n \n", "\n \r\n", "\r \n", "\n \r", "\r\n \r", "\r \r\n \n"])
def test_a_file_whose_lines_end_in_different_ways_is_read_whole(
    new_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch, ends: str, encoding: str
) -> None:
    """Two systems wrote it, or somebody's editor. A line break within quotes stays what it is."""
    monkeypatch.setattr(files, "_CHUNK", 7)
    options = {"delimiter": ",", "encoding": encoding.removesuffix("-sig")}
    shop = new_shop(columns=COLUMNS[:4], csv=options)
    lines = [HEADER.removesuffix(",email"), "A,1,2.5,", '"B\r\nb\rb\nb",2,3.25,', '"C ""c""",3,1,', "D,x,1,", "E,5,1,"]
    chosen = ends.split(" ")
    text = "".join(line + chosen[min(place, len(chosen) - 1)] for place, line in enumerate(lines))
    (shop.folder / f"{DAY}.csv").write_bytes(text.encode(encoding))
    assert shop.load_one().rows_read == 5
    assert [row[1] for row in shop.rows()] == ["A", "B\r\nb\rb\nb", 'C "c"', "E"]
    assert shop.query(QUARANTINE) == [(8, "units", "wrong_type")]
    assert money(shop, DAY)[0] == Decimal("17.0000")


def test_a_delivery_whose_lines_end_in_different_ways_is_told(shop: Shop) -> None:
    (shop.folder / f"{DAY}.csv").write_bytes(TEXT.replace("\n", "\r\n", 2).encode())
    assert "its lines end in different ways and were read alike" in shop.load_one().message
    assert shop.rows() == GOOD_ROWS


def test_a_link_out_of_the_landing_folder_is_refused(shop: Shop, tmp_path: Path) -> None:
    """A delivered link must not make the pipeline read what the deliverer may not; one within landing is like any file."""
    (tmp_path / "secret.csv").write_text(TEXT, encoding="utf-8")
    (shop.folder / f"{DAY}.csv").symlink_to(Path("..") / ".." / ".." / "secret.csv")
    (shop.folder / "2026-01-03.csv").symlink_to(tmp_path / "nowhere")
    (shop.landing / "archive.csv").write_text(TEXT, encoding="utf-8")
    (shop.folder / "2026-01-04.csv").symlink_to(shop.landing / "archive.csv")
    outcomes = shop.load()
    assert [one.status for one in outcomes] == ["held_back", "held_back", "loaded"]
    assert all("is a link that leads out of the landing folder, or to nothing" in one.message for one in outcomes[:2])


def test_a_file_that_was_written_to_a_moment_ago_is_left_for_the_next_run(new_shop: Callable[..., Shop]) -> None:
    """Tools that write under the final name: half a file must not be a delivery."""
    shop = new_shop(settle_seconds=60)
    path = shop.deliver(DAY, *GOOD)
    outcome = shop.load_one()
    assert outcome.status == "held_back"
    assert "may not be complete" in outcome.message
    os.utime(path, (0, path.stat().st_mtime - 3600))
    assert shop.load_one().status == "loaded"


def days(count: int) -> list[str]:
    return [f"2026-01-{day:02d}" for day in range(1, count + 1)]


def rows(count: int) -> list[str]:
    return [f"{number},1,1,," for number in range(count)]


@pytest.mark.parametrize("in_one_load", [True, False])
def test_a_snapshot_that_lost_most_of_its_rows_is_held_back_until_a_person_accepts_it(
    new_shop: Callable[..., Shop], in_one_load: bool
) -> None:
    """The whole list of customers came without nine tenths of them; loaded at once or day by day, the end is the same."""
    shop = new_shop(kind="snapshot")
    for place, day in enumerate(days(5)):
        shop.deliver(day, *rows(5 if place == 3 else 50 + place))
        if not in_one_load:
            shop.load([day])
    if in_one_load:
        shop.load()
    assert len(shop.ledger()) == 4
    shrunk = shop.load(["2026-01-04"])[0]
    for word in ("2026-01-04.csv: 5 rows are 90.2% fewer", "51, the median of 3", "50.0% may", "2026-01-04.csv.accepted"):
        assert word in shrunk.message
    (shop.folder / "2026-01-04.csv.accepted").touch()
    assert shop.load(["2026-01-04"])[0].status == "loaded"
    # an old word does not stand for a new file
    later = shop.deliver("2026-01-04", *rows(4))
    os.utime(later, (later.stat().st_atime, later.stat().st_mtime + 60))
    assert shop.load(["2026-01-04"])[0].status == "held_back"


def test_an_event_feed_that_shrank_is_taken_and_told_unless_its_contract_says_otherwise(new_shop: Callable[..., Shop]) -> None:
    """A quiet day is no mistake; a tenth of a usual day is worth a look."""
    for shop, status in ((new_shop(), "loaded"), (new_shop(shrink_tolerance=0.8), "held_back")):
        for day in days(3):
            shop.deliver(day, *rows(3 if day == days(3)[-1] else 60))
        shop.load(days(2))
        outcome = shop.load([days(3)[-1]])[0]
        assert outcome.status == status
        assert "3 rows are 95.0% fewer than usual (60" in outcome.message


def test_read_is_accepted_and_rejected_money_in_other_formats_too(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(file_pattern="{date}*", reject_tolerance=0.9)
    (shop.folder / f"{DAY}.json").write_text(
        '{"order_id": "A", "units": 2, "price": 1.5}\n{"order_id": "A", "units": 1, "price": 7}\n'
        '{"order_id": "B", "units": 1.5, "price": 1}\n{"order_id": "C", "units": 2, "price": 2, "ordered_on": "never"}\n',
        encoding="utf-8",
    )
    outcome = shop.load_one()
    assert outcome.rejected_by == {"order_id: duplicate_key": 1, "units: wrong_type": 1, "ordered_on: wrong_type": 1}
    assert money(shop, DAY) == (Decimal(3), Decimal(11), 1)


def test_a_nul_byte_is_put_aside_in_other_formats_too(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(file_pattern="{date}*")
    (shop.folder / f"{DAY}.json").write_text(
        '[{"order_id": "A\\u0000", "units": 1, "price": 1}, {"order_id": "B", "units": 1, "price": 1}]'
    )
    path = shop.folder / "2026-01-03.parquet"
    rows = "(values ('A' || chr(0), 1, 1.5), ('B', 1, 1.5)) as rows (order_id, units, price)"
    duckdb.sql(f"copy (from {rows}) to '{path}' (format parquet)")
    assert [one.rejected_by for one in shop.load()] == [{"order_id: nul_byte": 1}] * 2


def test_a_contract_may_have_columns_named_as_the_quarantine_has_its_own(new_shop: Callable[..., Shop]) -> None:
    """Returns have a reason, and lines have a line."""
    names = ("line", "reason", "message", "raw_text", "amount", "column_name", "file", "place")
    columns: list[dict[str, Any]] = [COLUMNS[0], *({"name": n, "type": "INTEGER", "description": "x"} for n in names)]
    shop = new_shop(columns=columns, control_total="amount", file_pattern="{date}*", reject_tolerance=0.9)
    header = ",".join(("order_id", *names))
    shop.deliver(DAY, "A,1,2,3,4,5,6,7,8", "A,1,2,3,4,5,6,7,8", "B,x,2,3,4,5,6,7,8", "C,1,2,3,4,5,6,7,8", header=header)
    values = ", ".join(f'"{name}": "{place}"' for place, name in enumerate(names))
    (shop.folder / "2026-01-03.json").write_text(
        f'[{{"order_id": "A", {values}}}, {{"order_id": "A", {values}}}, {{"order_id": "B", "line": "x", "amount": 5}}]',
        encoding="utf-8",
    )
    assert [(one.rows_accepted, one.rows_rejected) for one in shop.load()] == [(2, 2), (1, 2)]
    assert money(shop, DAY) == (Decimal(10), Decimal(10), 0)
    assert money(shop, "2026-01-03") == (Decimal(4), Decimal(9), 0)


def test_limits_of_a_column_are_the_contracts(new_shop: Callable[..., Shop]) -> None:
    columns = [{**COLUMNS[0]}, {**COLUMNS[1], "min": 1, "max": 10}, COLUMNS[2], {**COLUMNS[3], "max": date(9999, 12, 31)}]
    shop = new_shop(columns=columns)
    shop.deliver(DAY, "A,1,1,9999-12-31", "B,10,1,", "C,0,1,", "D,11,1,", header="order_id,units,price,ordered_on")
    assert shop.load_one().rejected_by == {"units: out_of_range": 2}
