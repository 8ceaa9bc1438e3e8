"""Erased customers in one delivered file: their rows change or go, everything else stays as it was delivered."""

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.erasure_journal import ErasedCustomers, customer_hash
from dagster_project.ingestion.contracts import Source
from dagster_project.ingestion.scrubbed_files import ScrubbingError, scrub_file
from dagster_project.ingestion.scrubbing import Scrubber

COLUMNS = [
    {"name": "order_id", "type": "VARCHAR", "nullable": False, "key": True, "description": "Order."},
    {"name": "customer_id", "type": "VARCHAR", "description": "Customer."},
    {"name": "units", "type": "INTEGER", "description": "Units."},
    {"name": "email", "type": "VARCHAR", "personal": True, "description": "E-mail."},
]


def feed_of(columns: list[dict[str, Any]] = COLUMNS, **feed: Any) -> Source:
    one = {"name": "sales", "description": "Sales.", "kind": "event", "file_pattern": "{date}.csv", "columns": columns, **feed}
    return Source.model_validate(
        {"name": "shop", "code": 9, "description": "A shop.", "first_delivery_date": "2026-01-01", "feeds": [one]}
    )


def scrubber(tmp_path: Path, source: Source, *customers: str) -> Scrubber:
    hashes = frozenset(customer_hash(tmp_path, f"shop:{customer}") for customer in customers)
    salt = (tmp_path / "control" / ".erasures.salt").read_bytes()
    return Scrubber("shop", source.feeds[0], ErasedCustomers(salt, hashes))


def scrubbed(tmp_path: Path, content: bytes, name: str = "2026-01-01.csv", **feed: Any) -> tuple[int, bytes]:
    name = name.replace("csv", feed.get("format", "csv"))
    path = tmp_path / name
    path.write_bytes(content)
    rows = scrub_file(scrubber(tmp_path, feed_of(**feed), "C1"), path)
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == [name]
    return rows, path.read_bytes()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # the id and what is personal go, the amounts stay; other rows keep every byte of their own writing
        (
            b'order_id,customer_id,units,email\nA,C1,2,a@x.org\n"B","C2", 3 ,"b@x.org"\n',
            b'order_id,customer_id,units,email\nA,,2,\n"B","C2", 3 ,"b@x.org"\n',
        ),
        # other line ends, a byte order mark, columns in another order, blanks around the id, an extra column
        (
            b"\xef\xbb\xbfemail,customer_id,note,units,order_id\r\na@x.org, C1 ,n,2,A\r\nb@x.org,C11,n,3,B\r\n",
            b"\xef\xbb\xbfemail,customer_id,note,units,order_id\r\n,,n,2,A\r\nb@x.org,C11,n,3,B\r\n",
        ),
        # a line with too many fields has no columns: it goes when one of its fields is the id
        (
            b"order_id,customer_id,units,email\nA,C1,2,a,x.org\nB,C2,3,b,x.org\n",
            b"order_id,customer_id,units,email\nB,C2,3,b,x.org\n",
        ),
        # a quoted line break, and a row that the contract rejects
        (
            b'order_id,customer_id,units,email\nA,C1,two,"a\nb"\n"X\nY",C2,1,c\n',
            b'order_id,customer_id,units,email\nA,,two,\n"X\nY",C2,1,c\n',
        ),
        # a quote that is never closed swallows the rows behind it
        (
            b'order_id,customer_id,units,email\nA,C2,1,"b@x.org\nB,C1,2,a@x.org\nC,C2,1,c\n',
            b'order_id,customer_id,units,email\nA,C2,1,"b@x.org\nC,C2,1,c\n',
        ),
        # no header, or that of another table: nobody knows what stands where
        (b"A,C1,2,a@x.org\nB,C2,2,b\n", b"B,C2,2,b\n"),
        (b"who,what\nC2,1\nC1,1\n", b"who,what\nC2,1\n"),
        # bytes that are no text
        (
            b"order_id,customer_id,units,email\nA,C1,2,\xff\nB,C2,2,\xff\n",
            b"order_id,customer_id,units,email\nA,,2,\nB,C2,2,\xff\n",
        ),
    ],
)
def test_only_the_rows_of_the_erased_customer_change(tmp_path: Path, before: bytes, after: bytes) -> None:
    rows, found = scrubbed(tmp_path, before)
    assert (rows, found) == (1, after)
    assert scrubbed(tmp_path, after) == (0, after)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_keeps_its_encoding_and_compression(tmp_path: Path, encoding: str) -> None:
    text = "order_id;customer_id;units;email\nA;C1;2;ä@x.org\nB;C2;3;ö@x.org\n"
    rows, found = scrubbed(
        tmp_path, gzip.compress(text.encode(encoding)), "2026-01-01.csv.gz", csv={"delimiter": ";", "encoding": encoding}
    )
    assert (rows, gzip.decompress(found).decode(encoding)) == (1, text.replace("A;C1;2;ä@x.org", "A;;2;"))


def test_where_the_id_is_the_key_the_row_goes_and_a_mention_is_emptied(tmp_path: Path) -> None:
    """Another customer's row must keep that customer's personal data."""
    columns = [
        {"name": "customer_id", "type": "VARCHAR", "nullable": False, "key": True, "description": "Customer."},
        {"name": "parent_customer_id", "type": "VARCHAR", "description": "Parent."},
        {"name": "email", "type": "VARCHAR", "personal": True, "description": "E-mail."},
    ]
    before = b"customer_id,parent_customer_id,email\nC1,,a@x.org\nC2,C1,b@x.org\n"
    after = b"customer_id,parent_customer_id,email\nC2,,b@x.org\n"
    assert scrubbed(tmp_path, before, columns=columns) == (2, after)


def test_a_required_id_becomes_one_pseudonym_and_a_suffix_is_not_a_part_of_it(tmp_path: Path) -> None:
    columns = [
        {"name": "visit", "type": "VARCHAR", "nullable": False, "key": True, "description": "Visit."},
        {
            "name": "Who",
            "type": "VARCHAR",
            "nullable": False,
            "customer": "subject",
            "customer_suffix": ".0",
            "description": "Who.",
        },
    ]
    assert scrubbed(tmp_path, b"visit,Who\n1,C1.0\n2,C10\n", columns=columns) == (1, b"visit,Who\n1,erased\n2,C10\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '[{"order_id": "A", "customer_id": "C1", "units": 2.5, "email": "a"},\n {"order_id": "B", "customer_id": "C2"}]\n',
            [{"order_id": "A", "customer_id": None, "units": "2.5", "email": None}, {"order_id": "B", "customer_id": "C2"}],
        ),
        (
            '{"order_id": "A", "customer_id": "C1", "email": "a"}\n{"order_id": "B", "customer_id": "C2", "units": 1e2}\n',
            [{"order_id": "A", "customer_id": None, "email": None}, {"order_id": "B", "customer_id": "C2", "units": 1e2}],
        ),
    ],
)
def test_json_is_written_anew_object_by_object(tmp_path: Path, before: str, after: list[object]) -> None:
    rows, found = scrubbed(tmp_path, before.encode(), format="json")
    text = found.decode()
    read = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
    assert (rows, read) == (1, after)
    assert before.splitlines()[-1] in text


@pytest.mark.parametrize("which", [["C1", "C2", "C2"], ["C2", "C1", "C2"], ["C2", "C2", "C1"], ["C1"], ["C1", "C1", "C2"]])
@pytest.mark.parametrize("shape", ["array", "lines"])
def test_json_stays_json_whichever_object_goes(tmp_path: Path, which: list[str], shape: str) -> None:
    columns = [{"name": "customer_id", "type": "VARCHAR", "nullable": False, "key": True, "description": "Customer."}]
    objects = [{"customer_id": customer, "place": place} for place, customer in enumerate(which)]
    before = json.dumps(objects, indent=1) if shape == "array" else "".join(f"{json.dumps(one)}\n" for one in objects)
    rows, found = scrubbed(tmp_path, before.encode(), format="json", columns=columns)
    text = found.decode()
    read = json.loads(text) if shape == "array" else [json.loads(line) for line in text.splitlines()]
    kept = [one for one in objects if one["customer_id"] != "C1"]
    assert (rows, read) == (len(objects) - len(kept), kept)


def test_parquet_keeps_its_other_rows_columns_and_types(tmp_path: Path) -> None:
    path = tmp_path / "2026-01-01.parquet"
    rows = "select 'A' as order_id, 1 as customer_id, 2.5::decimal(9,2) as units, 'a' as email union all select 'B', 2, 1, 'b'"
    duckdb.sql(f"copy ({rows}) to '{path}' (format parquet)")
    assert scrub_file(scrubber(tmp_path, feed_of(format="parquet"), "1"), path) == 1
    found = duckdb.sql(f"select *, typeof(customer_id), typeof(units) from read_parquet('{path}') order by order_id").fetchall()
    assert [tuple(map(str, row)) for row in found] == [
        ("A", "None", "2.50", "None", "INTEGER", "DECIMAL(12,2)"),
        ("B", "2", "1.00", "b", "INTEGER", "DECIMAL(12,2)"),
    ]


def test_a_file_that_cannot_be_read_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "2026-01-01.csv.gz"
    path.write_bytes(gzip.compress(b"order_id,customer_id,units,email\nA,C1,2,secret@x.org\n" * 100)[:-20])
    before = path.read_bytes()
    with pytest.raises(ScrubbingError, match=r"2026-01-01\.csv\.gz cannot be searched"):
        scrub_file(scrubber(tmp_path, feed_of(), "C1"), path)
    assert path.read_bytes() == before


def test_a_personal_column_that_could_not_be_emptied_is_refused_in_the_contract() -> None:
    columns = [*COLUMNS, {"name": "born", "type": "DATE", "nullable": False, "personal": True, "description": "Birthday."}]
    with pytest.raises(ValueError, match="born could not be erased; make it nullable or VARCHAR"):
        feed_of(columns)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_customer_goes_from_a_file_that_calls_the_columns_otherwise(tmp_path: Path, kind: str) -> None:
    """An export in another language holds the same people."""
    columns = [
        {"name": "order_id", "header": "Auftrag", "type": "VARCHAR", "description": "Order."},
        {"name": "customer_id", "header": "Kunde", "type": "VARCHAR", "description": "Who."},
        {"name": "email", "header": "Post", "type": "VARCHAR", "personal": True, "description": "Mail."},
    ]
    before = "Auftrag,Kunde,Post\nA,C1,c@x.org\nB,C2,d@x.org\n"
    after = "Auftrag,Kunde,Post\nA,,\nB,C2,d@x.org\n"
    if kind == "json":
        before, after = '{"Auftrag": "A", "Kunde": "C1", "Post": "c"}', '{"Auftrag": "A", "Kunde": null, "Post": null}'
    rows, found = scrubbed(tmp_path, before.encode(), format=kind, columns=columns)
    assert (rows, found.decode()) == (1, after)


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_a_row_that_names_an_order_of_an_erased_customer_loses_what_is_personal(tmp_path: Path, kind: str) -> None:
    """The order's number stays: it leads to an order that is nobody's any more."""
    shipments = [
        {"name": "shipment", "type": "VARCHAR", "nullable": False, "key": True, "description": "Shipment."},
        {"name": "order_id", "type": "VARCHAR", "nullable": False, "description": "Order."},
        {"name": "door", "type": "VARCHAR", "nullable": False, "personal": True, "description": "Name on the door."},
        {"name": "phone", "type": "VARCHAR", "personal": True, "description": "Telephone."},
    ]
    source = feed_of(shipments, format=kind)
    erased = scrubber(tmp_path, source, "C1").erased
    (customer,) = erased.hashes
    erased.learn(customer, "shop", "A", "order")
    rule = Scrubber.of(source, source.feeds[0], erased)
    path = tmp_path / f"2026-01-01.{kind}"
    rows = "(values ('s1', 'A', 'Ann', '1'), ('s2', 'B', 'Bob', '2'), ('s3', 'A', 'Ann', null))"
    duckdb.sql(f"copy (from {rows} as rows (shipment, order_id, door, phone)) to '{path}' (format {kind})")
    assert scrub_file(rule, path) == 2
    assert duckdb.sql(f"select shipment, order_id, door, phone::varchar from '{path}' order by all").fetchall() == [
        ("s1", "A", "erased", None), ("s2", "B", "Bob", "2"), ("s3", "A", "erased", None),
    ]  # fmt: skip
    before = path.read_bytes()
    assert scrub_file(rule, path) == 0
    assert path.read_bytes() == before


def test_an_order_is_not_a_customers_only_because_they_had_a_case_about_it(tmp_path: Path) -> None:
    """Somebody else's order, named in a case that the erased customer opened, stays theirs."""
    case = {"name": "case_id", "type": "VARCHAR", "nullable": False, "key": True, "description": "Case."}
    cases = [case, {**COLUMNS[0], "key": False, "nullable": True}, COLUMNS[1]]
    shipments = [case, COLUMNS[0], {"name": "door", "type": "VARCHAR", "personal": True, "description": "Door."}]
    source = feed_of(cases)
    other = source.feeds[0].model_copy(update={"name": "shipments", "columns": feed_of(shipments).feeds[0].columns})
    source = source.model_copy(update={"feeds": (*source.feeds, other)})
    erased = scrubber(tmp_path, source, "C1").erased
    path = tmp_path / "2026-01-01.csv"
    path.write_text("case_id,order_id,customer_id\n1,A,C1\n", encoding="utf-8")
    assert scrub_file(Scrubber.of(source, source.feeds[0], erased), path) == 1
    assert not erased.also
