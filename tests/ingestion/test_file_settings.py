"""How a stranger's export is written: names, numbers, dates, zones and encodings are settings of the feed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from shop import COLUMNS, Shop

DAY = "2026-01-02"
GERMAN = [
    {**COLUMNS[0], "header": "Auftrag Nr."},
    {**COLUMNS[1], "header": "Menge"},
    {**COLUMNS[2], "header": "Preis €"},
    {**COLUMNS[3], "header": "Datum"},
    {"name": "ordered_at", "header": "Zeit", "type": "TIMESTAMPTZ", "description": "Moment."},
]
GERMAN_CSV = {
    "delimiter": ";",
    "encoding": "windows-1252",
    "decimal_separator": ",",
    "thousands_separator": ".",
    "date_format": "%d.%m.%Y",
    "timestamp_format": "%d.%m.%Y %H:%M",
    "null_values": ["", "-", "k.A."],
}
GERMAN_HEADER = "Auftrag Nr.;Menge;Preis €;Datum;Zeit"


@pytest.fixture
def german(new_shop: Callable[..., Shop]) -> Shop:
    return new_shop(columns=GERMAN, csv=GERMAN_CSV, timezone="Europe/Berlin")


def deliver(shop: Shop, *rows: str, header: str = GERMAN_HEADER, encoding: str = "windows-1252") -> None:
    (shop.folder / f"{DAY}.csv").write_bytes("\r\n".join((header, *rows, "")).encode(encoding))


def test_an_export_in_another_language_becomes_the_contracts_columns(german: Shop) -> None:
    """Other names, decimal commas, grouped thousands, dd.mm.yyyy, local time, markers for nothing."""
    deliver(german, "Ä1;1.200;1.234,50;31.12.2025;01.07.2026 12:00", "Ö2;2;0,5;-;01.01.2026 12:00", "ß3;3;1;k.A.;")
    assert german.load_one().message == ""
    assert german.rows() == [(DAY, "Ä1", 1200, "1234.5000"), (DAY, "Ö2", 2, "0.5000"), (DAY, "ß3", 3, "1.0000")]
    moments = "select ordered_on, epoch(ordered_at)::bigint from raw order by units desc"
    assert german.query(moments) == [(date(2025, 12, 31), 1782900000), (None, None), (None, 1767265200)]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("X;1;1.5;;", "price"),
        ("X;1.50;1;;", "units"),
        ("X;1,2,3;1;;", "units"),
        ("X;1;1;2025-12-31;", "ordered_on"),
        ("X;1;1;;2025-12-31T10:00", "ordered_at"),
        ("X;1;1;;32.12.2025 10:00", "ordered_at"),
    ],
)
def test_a_value_in_another_writing_is_rejected_and_not_bent(german: Shop, row: str, column: str) -> None:
    """1.5 is not 15, and a moment that is not understood is not nothing."""
    deliver(german, "A;1;1;;", row)
    assert german.load_one().rejected_by == {f"{column}: wrong_type": 1}


def test_money_of_rejected_rows_is_read_in_the_files_writing(german: Shop) -> None:
    deliver(german, "A;1;1;;", 'X;2;"1.000,50";never;')
    german.load_one()
    (row,) = german.ledger().values()
    assert (row.control_total_rejected, row.rows_rejected_without_total) == ("2001.0000", 0)


def test_messages_name_a_column_as_the_contract_and_as_the_file_does(german: Shop) -> None:
    """Whoever repairs the export knows the one name, whoever wrote the contract the other."""
    deliver(german, "A;1", header="Auftrag Nr.;Menge")
    assert 'required column price ("Preis €" in the file) is missing' in german.load_one().message
    deliver(german, "A;x;1;;")
    assert "line 2, column units (\"Menge\" in the file): 'x' is not INTEGER" in german.load_one().message
    deliver(german, "A;1;1;;", ";1;1;;")
    german.load_one()
    assert german.query("select column_name, message from quarantine") == [
        ("order_id", 'The required value of column order_id ("Auftrag Nr." in the file) is missing.')
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "windows-1252", "utf-8"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_encoding_and_delimiter_is_read(new_shop: Callable[..., Shop], encoding: str, delimiter: str) -> None:
    shop = new_shop(csv={"encoding": encoding, "delimiter": delimiter})
    rows = [["order_id", "units", "price"], ["Ä 1", "2", "2.5"], ["é\u00a02", "x", "1"]]
    (shop.folder / f"{DAY}.csv").write_bytes("\n".join(map(delimiter.join, rows)).encode(encoding))
    shop.load_one()
    assert shop.rows() == [(DAY, "Ä 1", 2, "2.5000")]
    assert shop.query("select line, raw_text from quarantine") == [(3, delimiter.join(rows[2]))]


@pytest.mark.parametrize("mark", [b"\xfe\xff", b"\xff\xfe"])
def test_utf_16_is_read_in_both_byte_orders(new_shop: Callable[..., Shop], mark: bytes) -> None:
    """DuckDB 1.5 finds no row in the one of them, and says nothing."""
    shop = new_shop(csv={"encoding": "utf-16"})
    order = "utf-16-be" if mark == b"\xfe\xff" else "utf-16-le"
    (shop.folder / f"{DAY}.csv").write_bytes(mark + "order_id,units,price\nA,1,2.5\n".encode(order))
    assert shop.load_one().rows_accepted == 1


@pytest.mark.parametrize(("encoding", "words"), [("latin-1", "windows-1252"), ("utf-16", "is not utf-16")])
def test_a_file_that_is_not_in_the_encoding_of_its_contract_is_held_back(
    new_shop: Callable[..., Shop], encoding: str, words: str
) -> None:
    """The euro sign of an office program is a control sign in latin-1."""
    shop = new_shop(csv={"encoding": encoding})
    content = "order_id,units,price\n€,1,2.5\n".encode("windows-1252" if encoding == "latin-1" else encoding)
    (shop.folder / f"{DAY}.csv").write_bytes(content if encoding == "latin-1" else content[:-1])
    assert words in shop.load_one().message


def test_a_setting_that_cannot_be_meant_is_refused(new_shop: Callable[..., Shop]) -> None:
    wrong: list[dict[str, Any]] = [
        {"timezone": "Mars/Olympus"},
        {"csv": {"date_format": "dd.mm.yyyy"}},
        {"csv": {"decimal_separator": ",", "thousands_separator": ","}},
        {"csv": {"delimiter": '"'}},
        {"columns": [{**COLUMNS[0], "min": 1}]},
        {"columns": [{**COLUMNS[1], "min": 5, "max": 1}]},
        {"columns": [COLUMNS[0], {**COLUMNS[1], "header": "order_id"}]},
    ]
    for feed in wrong:
        with pytest.raises(ValueError, match=r"no time zone|codes|one sign|cannot be|no value|two columns"):
            new_shop(control_total=None, **feed)
