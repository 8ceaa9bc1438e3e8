"""Files that chance has bent: whatever arrives, rows are accepted, put aside or held back, and none is lost or invented.

Belongs here: mutations of a valid file and what must hold for all of them. Not here: single cases (test_hostile_files.py).
"""

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shop import HEADER, Shop

from dagster_project.ingestion.outcomes import STATUSES

DAY = "2026-01-02"
OLD = ("OLD,7,1.25,2025-12-01,old@shop.org",)
ROWS = tuple(
    f'{number},{number % 7 - 2},{number}.25,2026-01-{number % 28 + 1:02d},"name {number}, of many"' for number in range(30)
)
VALID = "".join(f"{line}\n" for line in (HEADER, *ROWS)).encode()
_PIECES = [
    b",",
    b";",
    b'"',
    b"\n",
    b"\r",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\\",
    b"'",
    b"\t",
    b"-",
    b"9" * 40,
    b"1e400",
    b"NaN",
]

flips = st.tuples(st.just("flip"), st.integers(0, len(VALID) - 1), st.integers(0, 255))
cuts = st.tuples(st.just("cut"), st.integers(0, len(VALID)), st.just(0))
inserts = st.tuples(st.just("insert"), st.integers(0, len(VALID)), st.integers(0, len(_PIECES) - 1))
shuffles = st.tuples(st.just("lines"), st.integers(0, 30), st.integers(0, 30))
doubles = st.tuples(st.just("double"), st.integers(0, 30), st.just(0))
swaps = st.tuples(st.just("columns"), st.integers(0, 4), st.integers(0, 4))
encodings = st.tuples(st.just("encode"), st.integers(0, 3), st.just(0))
mutations = st.lists(st.one_of(flips, cuts, inserts, shuffles, doubles, swaps, encodings), min_size=1, max_size=4)


def mutate(content: bytes, kind: str, first: int, second: int) -> bytes:
    lines = content.splitlines(keepends=True)
    if kind == "flip" and first < len(content):
        return content[:first] + bytes([second]) + content[first + 1 :]
    if kind == "cut":
        return content[:first]
    if kind == "insert":
        return content[:first] + _PIECES[second] + content[first:]
    if kind == "lines" and max(first, second) < len(lines):
        lines[first], lines[second] = lines[second], lines[first]
        return b"".join(lines)
    if kind == "double" and first < len(lines):
        return b"".join((*lines, lines[first]))
    if kind == "columns":
        rows = [line.split(b",") for line in content.splitlines()]
        for row in rows:
            if max(first, second) < len(row):
                row[first], row[second] = row[second], row[first]
        return b"\n".join(map(b",".join, rows))
    if kind == "encode":
        text = content.decode("utf-8", errors="replace")
        return text.encode(("utf-16", "utf-16-be", "utf-8-sig", "cp500")[first], errors="replace")
    return content


def decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None


def rows_of_python(content: bytes) -> list[tuple[str, Decimal | None, Decimal | None]]:
    """Order, units and price of every row as Python's csv module reads the file, by the names in its header."""
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig", errors="replace"), newline=""))
    reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
    return [
        (row["order_id"], decimal(row["units"] or ""), decimal(row["price"] or ""))
        for row in reader
        if None not in row.values()
    ]


@contextmanager
def shop_with_an_old_delivery(compressed: bool = False) -> Iterator[Shop]:
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder) / "landing", Path(folder) / "lake")
        shop.deliver(DAY, *OLD)
        shop.load_one()
        yield shop


def check(changes: list[tuple[str, int, int]]) -> None:
    content = VALID
    for change in changes:
        content = mutate(content, *change)
    with shop_with_an_old_delivery() as shop:
        old = shop.rows()
        (shop.folder / f"{DAY}.csv").write_bytes(content)
        outcome = shop.load_one()  # holds read = accepted + rejected
        assert outcome.status in STATUSES
        if outcome.is_held_back:
            assert "The lake keeps the delivery" in outcome.message
            assert f"{DAY}.csv" in outcome.message
            assert shop.rows() == old
            return
        (row,) = shop.ledger().values()
        accepted = [(order, units, Decimal(price)) for _, order, units, price in shop.rows()]
        ((quarantined,),) = shop.query("select count(*) from quarantine")
        assert (row.rows_accepted, row.rows_rejected) == (len(accepted), quarantined)
        assert Decimal(row.control_total or 0) == sum(Decimal(units) * price for _, units, price in accepted)
        # what was accepted stands so in the file, and what was not touched was accepted
        expected = rows_of_python(content)
        for order, units, price in accepted:
            assert any((order, units, price) == (one, number, amount) for one, number, amount in expected), (
                order,
                units,
                price,
            )


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(mutations)
def test_no_bent_file_stops_a_load_or_bends_the_lake(changes: list[tuple[str, int, int]]) -> None:
    check(changes)


@pytest.mark.long
@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutations)
def test_no_bent_file_of_thousands_stops_a_load_or_bends_the_lake(changes: list[tuple[str, int, int]]) -> None:
    check(changes)
