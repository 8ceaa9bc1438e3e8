"""Reading one file: headers, types, rejected rows, in every format."""

import gzip
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from shop import COLUMNS, HEADER, Shop

DAY = "2026-01-02"
GOOD = ("A,1,2.5,2026-01-01,a@b.c", "B,2,3.25,2026-01-01,", "C,3,1,,c@d.e")
GOOD_ROWS = [(DAY, "A", 1, "2.5000"), (DAY, "B", 2, "3.2500"), (DAY, "C", 3, "1.0000")]
QUARANTINE = "select line, column_name, reason, raw_text from quarantine order by line"


def test_a_good_file_becomes_typed_rows_and_a_ledger_row(shop: Shop) -> None:
    path = shop.deliver(DAY, *GOOD)
    outcome = shop.load_one()
    assert (outcome.status, outcome.rows_read, outcome.rows_accepted, outcome.message) == ("loaded", 3, 3, "")
    assert shop.rows() == GOOD_ROWS
    (row,) = shop.ledger().values()
    assert (row.files, row.bytes, row.control_total) == ((path.name,), path.stat().st_size, "12.0000")
    types = {name: kind for name, kind, *_ in shop.query("describe raw")}
    assert types["ordered_on"] == types["delivery_date"] == "DATE"


def test_columns_in_another_order_are_read_by_their_names(shop: Shop) -> None:
    """DuckDB with given columns reads by position: units and price swapped would load as nonsense, without an error."""
    shop.deliver(DAY, "2.5,1,A,,2026-01-01", "3.25,2,B,,2026-01-01", "1,3,C,,", header="price,units,order_id,email,ordered_on")
    assert shop.load_one().message == ""
    assert shop.rows() == GOOD_ROWS


def test_an_absent_optional_column_is_empty_and_reported(shop: Shop) -> None:
    shop.deliver(DAY, "A,1,2.5", "B,2,3.25", "C,3,1", header="order_id,units,price")
    outcome = shop.load_one()
    assert "column ordered_on, email is not in the file and was taken as empty" in outcome.message
    assert shop.rows() == GOOD_ROWS
    assert shop.query("select count(ordered_on), count(email) from raw") == [(0, 0)]


def test_an_extra_column_is_left_out_and_reported(shop: Shop) -> None:
    """Also when it differs from a contracted one in its capitals only, which DuckDB would take for the same."""
    shop.deliver(DAY, "x,A,1,2.5,,,y", "x,B,2,3.25,,,y", "x,C,3,1,,,y", header=f"UNITS,{HEADER},colour")
    outcome = shop.load_one()
    assert "column UNITS, colour is not in the contract and was left out" in outcome.message
    assert shop.rows() == GOOD_ROWS


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("order_id,price,units_sold", "order_id, price, units_sold"),
        ("order_id;units;price", "order_id;units;price"),
        # a row in the header's place may hold personal values
        ("A,1,2.5", "3 names, none of them in the contract"),
    ],
)
def test_a_missing_required_column_holds_the_delivery_back(shop: Shop, header: str, found: str) -> None:
    shop.deliver(DAY, *GOOD)
    shop.load_one()
    shop.deliver(DAY, "A,1,2.5", header=header)
    outcome = shop.load_one()
    assert outcome.status == "held_back"
    for words in (f"{DAY}.csv", "units", f"found: {found}", "The lake keeps", "3 rows", "shop.yaml"):
        assert words in outcome.message
    assert shop.rows() == GOOD_ROWS


def test_a_header_with_one_name_twice_is_held_back(shop: Shop) -> None:
    """Which of the two is meant cannot be known."""
    shop.deliver(DAY, "A,1,2.5,9", header="order_id,units,price,units")
    assert "column units stands in the header twice" in shop.load_one().message


def test_a_file_of_0_bytes_is_held_back(shop: Shop) -> None:
    """An empty file is a broken transfer, not a day without business."""
    shop.deliver(DAY, *GOOD)
    shop.load_one()
    (shop.folder / f"{DAY}.csv").write_bytes(b"")
    outcome = shop.load_one()
    assert outcome.status == "held_back"
    assert f"{DAY}.csv is empty: 0 bytes" in outcome.message
    assert shop.rows() == GOOD_ROWS


def test_a_file_with_only_a_header_is_a_delivery_without_rows(shop: Shop) -> None:
    """A day on which nothing was sold is a fact, and its ledger row says that it was delivered."""
    shop.deliver(DAY)
    outcome = shop.load_one()
    assert (outcome.status, outcome.rows_read) == ("loaded", 0)
    assert shop.ledger()[date(2026, 1, 2)].control_total == "0"


def test_a_wrong_type_in_one_row_puts_that_row_aside(shop: Shop) -> None:
    shop.deliver(DAY, GOOD[0], "X,two boxes,1,,", *GOOD[1:])
    outcome = shop.load_one()
    assert (outcome.status, outcome.rows_read, outcome.rows_accepted) == ("loaded", 4, 3)
    assert outcome.rejected_by == {"units: wrong_type": 1}
    assert shop.rows() == GOOD_ROWS
    assert shop.query(QUARANTINE) == [(3, "units", "wrong_type", "X,two boxes,1,,")]
    (row,) = shop.ledger().values()
    assert shop.query("select load_id, file, delivery_date from quarantine") == [(row.load_id, f"{DAY}.csv", date(2026, 1, 2))]


def test_a_wrong_type_in_most_rows_holds_the_delivery_back(shop: Shop) -> None:
    """A shifted column makes every row wrong: the delivery is a mistake, not a set of bad rows."""
    shop.deliver(DAY, *GOOD)
    shop.load_one()
    shop.deliver(DAY, "A,x,1,,", "B,y,1,,", "C,3,z,,", "D,4,1,,")
    outcome = shop.load_one()
    assert (outcome.status, outcome.rows_read, outcome.rows_rejected) == ("held_back", 4, 3)
    for words in ("3 of 4 rows", "50.0%", "line 2, column units: 'x' is not INTEGER", "held_back", "The lake keeps"):
        assert words in outcome.message
    assert shop.rows() == GOOD_ROWS
    assert shop.query(QUARANTINE) == []
    held_back = shop.lake / "held_back" / "shop" / "sales" / f"delivery_date={DAY}" / "rejected.parquet"
    assert duckdb.sql(f"select count(*) from '{held_back}'").fetchall() == [(3,)]
    shop.deliver(DAY, *GOOD)
    assert shop.load_one().status == "unchanged"
    assert not held_back.exists()


def test_a_row_that_breaks_in_two_columns_is_one_rejected_row(shop: Shop) -> None:
    """Read = accepted + rejected counts rows, not errors."""
    shop.deliver(DAY, *GOOD, "X,two,free,yesterday,")
    outcome = shop.load_one()
    assert outcome.rejected_by == {"units: wrong_type": 1}
    ((messages,),) = shop.query("select message from quarantine")
    assert all(word in messages for word in ("two", "yesterday"))


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",1,2.5,,", "order_id", "missing_value"),
        ("X,,2.5,,", "units", "missing_value"),
        ("X,1,2.5,", "email", "too_few_columns"),
        ("X,1,2.5,,,much", None, "too_many_columns"),
        ("A,7,2.5,,", "order_id", "duplicate_key"),
    ],
)
def test_every_kind_of_broken_row_is_put_aside_with_its_line(shop: Shop, row: str, column: str | None, reason: str) -> None:
    shop.deliver(DAY, *GOOD, row, "D,4,1,,")
    assert shop.load_one().rows_accepted == 4
    ((line, found, why, raw),) = shop.query(QUARANTINE)
    assert (line, why) == (5, reason)
    assert found == column or reason == "too_many_columns"
    assert row.split(",")[1] in raw


def test_lines_are_right_when_rows_are_rejected_for_different_reasons(shop: Shop) -> None:
    """A missing text and a repeated key are found later than a wrong type; each must still name its own line."""
    shop.deliver(DAY, "A,1,1,,", "B,x,1,,", ",3,1,,", "C,4,1,,", "A,5,1,,", "D,6,y,,", "E,7,1,,", "F,8,1,,")
    shop.load_one()
    assert [(line, reason) for line, _, reason, _ in shop.query(QUARANTINE)] == [
        (3, "wrong_type"), (4, "missing_value"), (6, "duplicate_key"), (7, "wrong_type"),
    ]  # fmt: skip


def test_no_value_of_a_personal_column_is_told(new_shop: Callable[..., Shop]) -> None:
    """Messages go to logs, e-mails and the UI; the quarantine stays in the lake."""
    columns = [*COLUMNS[:4], {**COLUMNS[4], "type": "INTEGER"}]
    shop = new_shop(columns=columns, reject_tolerance=0)
    shop.deliver(DAY, "A,1,1,,ann@home.org")
    message = shop.load_one().message
    assert "line 2, column email: its value is not INTEGER" in message
    assert "ann@home.org" not in message


def test_quoted_line_breaks_and_commas_stay_inside_their_field(shop: Shop) -> None:
    shop.deliver(DAY, '"A\nnew, line",1,2.5,,', '"say ""B""",2,1,,')
    assert shop.load_one().rows_accepted == 2
    assert {row[1] for row in shop.rows()} == {"A\nnew, line", 'say "B"'}


def test_a_compressed_file_a_byte_order_mark_and_windows_line_ends_are_read(shop: Shop) -> None:
    """What office programs and transfer tools make of a CSV file."""
    (shop.folder / f"{DAY}.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + "\r\n".join((HEADER, *GOOD)).encode()))
    assert shop.load_one().message == ""
    assert shop.rows() == GOOD_ROWS


def test_the_options_of_a_feed_are_obeyed(new_shop: Callable[..., Shop]) -> None:
    """A German accounting system: semicolons, decimal commas, latin-1, its own dates."""
    csv = {"delimiter": ";", "quote": "'", "encoding": "latin-1", "decimal_separator": ",", "date_format": "%d.%m.%Y"}
    shop = new_shop(csv=csv)
    text = "order_id;units;price;ordered_on;email\n'Ä;1';1;2,5;31.12.2025;\n"
    (shop.folder / f"{DAY}.csv").write_bytes(text.encode("latin-1"))
    assert shop.load_one().message == ""
    assert shop.rows() == [(DAY, "Ä;1", 1, "2.5000")]
    assert shop.query("select ordered_on from raw") == [(date(2025, 12, 31),)]


def test_a_wrong_encoding_is_named(shop: Shop) -> None:
    """One umlaut in the wrong encoding is one row, not a load that ends."""
    (shop.folder / f"{DAY}.csv").write_bytes(f"{HEADER}\nA,1,1,,\n".encode() + "Ä,1,1,,\n".encode("latin-1"))
    assert shop.load_one().rejected_by == {"order_id: wrong_encoding": 1}


@pytest.mark.parametrize("place", range(6))
def test_a_wrong_encoding_beside_a_column_that_is_not_read_stops_nothing(shop: Shop, place: int) -> None:
    """DuckDB broke off with an internal error when a column before the broken one was not read; chance found it."""
    for day in (DAY, "2026-01-03"):
        lines = [HEADER, "A,1,2.5,,a", "B,1,2.5,,b\udcff" if day == DAY else "B,1,2.5,,b", "C,1,1,,c"]
        rows = [
            [*fields[:place], "\0x" if fields[0] == "order_id" else "x", *fields[place:]]
            for fields in (line.split(",") for line in lines)
        ]
        content = "".join(f"{','.join(row)}\n" for row in rows).encode("utf-8", "surrogateescape")
        (shop.folder / f"{day}.csv").write_bytes(content)
    first, second = shop.load()
    assert (first.rows_accepted, first.rejected_by) == (2, {"email: wrong_encoding": 1})
    assert second.rows_accepted == 3
    assert r"column '\x00x' is not in the contract" in first.message


def test_a_broken_archive_is_held_back(shop: Shop) -> None:
    shop.deliver("2026-01-03", *GOOD)
    (shop.folder / f"{DAY}.csv.gz").write_bytes(gzip.compress("\n".join((HEADER, *GOOD * 500)).encode())[:-20])
    broken, good = shop.load()
    assert (broken.status, good.status) == ("held_back", "loaded")
    assert f"{DAY}.csv.gz" in broken.message


def test_strange_characters_in_paths_are_no_pattern(tmp_path: Path) -> None:
    """DuckDB reads [1] and * in a path as a pattern; a folder may be called so."""
    shop = Shop(tmp_path / "land[1]'s*", tmp_path / "lake[a-z]?")
    shop.deliver(DAY, *GOOD)
    assert shop.load_one().rows_accepted == 3
    assert [row.rows_accepted for row in shop.ledger().values()] == [3]
    assert shop.load_one().status == "unchanged"


def _write(shop: Shop, kind: str, rows: list[dict[str, Any]]) -> None:
    path = shop.folder / f"{DAY}.{kind}"
    if kind == "json":
        path.write_text(json.dumps(rows), encoding="utf-8")
        return
    names = list(rows[0])
    values = ", ".join("(" + ", ".join("null" if row[n] is None else f"'{row[n]}'" for n in names) + ")" for row in rows)
    duckdb.sql(f"copy (select * from (values {values}) as t ({', '.join(names)})) to '{path}' (format parquet)")


@pytest.mark.parametrize("kind", ["parquet", "json"])
def test_parquet_and_json_are_cast_and_never_lose_a_value_in_silence(new_shop: Callable[..., Shop], kind: str) -> None:
    """A reader told to ignore errors makes NULLs of them; here each is a rejected row with its reason."""
    shop = new_shop(format=kind, file_pattern=f"{{date}}.{kind}")
    rows = [
        {"order_id": "A", "units": "1", "price": "2.5"},
        {"order_id": "X", "units": "two", "price": "1"},
        {"order_id": None, "units": "3", "price": "1"},
        {"order_id": "B", "units": "2", "price": "3.25"},
        {"order_id": "C", "units": "3", "price": "1"},
    ]
    _write(shop, kind, rows)
    outcome = shop.load_one()
    assert (outcome.status, outcome.rows_read) == ("loaded", 5)
    assert outcome.rejected_by == {"units: wrong_type": 1, "order_id: missing_value": 1}
    assert shop.rows() == GOOD_ROWS
    assert [line for line, *_ in shop.query(QUARANTINE)] == [2, 3]


@pytest.mark.parametrize("kind", ["parquet", "json"])
def test_a_required_column_that_parquet_or_json_lack_holds_the_delivery_back(new_shop: Callable[..., Shop], kind: str) -> None:
    shop = new_shop(format=kind, file_pattern=f"{{date}}.{kind}")
    _write(shop, kind, [{"order_id": "A", "units": 1}])
    assert "required column price is missing; found: order_id, units" in shop.load_one().message
    (shop.folder / f"{DAY}.{kind}").write_bytes(b"no such thing")
    assert shop.load_one().status == "held_back"


def test_a_moment_without_an_offset_is_utc(new_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise one file would mean different moments on a laptop and on a server."""
    monkeypatch.setenv("TZ", "America/New_York")
    column = {"name": "at", "type": "TIMESTAMPTZ", "description": "x"}
    shop = new_shop(columns=[column], control_total=None)
    shop.deliver(DAY, "2026-07-01T12:00:00+02:00", "2026-07-01 10:00:00", header="at")
    shop.load_one()
    assert shop.query('select distinct epoch("at")::bigint from raw') == [(1782900000,)]
