"""Every file keeps the contract: its columns, its types, its keys; a handful of rows does not, on purpose."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.demo.mishaps import BROKEN_ROWS
from dagster_project.ingestion.contracts import load_source
from tests.demo.conftest import FEEDS

SOURCE = load_source("demo")


@pytest.mark.parametrize("feed", FEEDS)
def test_each_file_has_the_columns_of_the_contract(order_book: Path, feed: str) -> None:
    expected = ",".join(column.name for column in SOURCE.feed(feed).columns)
    headers = {path.read_text(encoding="utf-8").partition("\n")[0] for path in (order_book / feed).iterdir()}
    assert {",".join(sorted(header.split(","))) for header in headers} == {",".join(sorted(expected.split(",")))}


def test_every_feed_of_the_contract_is_delivered_and_nothing_else(order_book: Path) -> None:
    assert {path.name for path in order_book.iterdir() if path.is_dir()} == set(FEEDS)
    assert len(FEEDS) == 14


@pytest.mark.parametrize("feed", FEEDS)
def test_only_the_broken_rows_break_the_contract(tables: duckdb.DuckDBPyConnection, feed: str) -> None:
    """More than 1 % would make the contract hold the whole delivery back, and the demo would end with an error."""
    columns = SOURCE.feed(feed).columns
    broken = " or ".join(
        f"({column.quoted} is null)"
        if not column.nullable and column.type == "VARCHAR"
        else f"(try_cast({column.quoted} as {column.type}) is null and ({column.quoted} is not null or {not column.nullable}))"
        for column in columns
    )
    rows = tables.execute(f"""
        select delivered, count(*) filter ({broken}) as bad, bad / count(*) as share
        from {feed} group by delivered having bad > 0
    """).fetchall()
    expected = [day for day, _ in BROKEN_ROWS.get(feed, ())]
    assert sorted(day for day, bad, _ in rows for _ in range(bad)) == sorted(expected)
    assert all(share < 0.01 for _, _, share in rows)


@pytest.mark.parametrize("feed", FEEDS)
def test_keys_are_unique_within_a_delivery(tables: duckdb.DuckDBPyConnection, feed: str) -> None:
    keys = ", ".join(column.quoted for column in SOURCE.feed(feed).keys)
    doubles = tables.execute(f"select {keys} from {feed} group by delivered, {keys} having count(*) > 1").fetchall()
    assert doubles == []


@pytest.mark.parametrize("feed", FEEDS)
def test_no_column_is_empty_throughout(tables: duckdb.DuckDBPyConnection, feed: str) -> None:
    """Whatever the contract offers, the demo shows."""
    columns = [column.name for column in SOURCE.feed(feed).columns]
    counts = tables.execute(f"select {', '.join(f'count({name})' for name in columns)} from {feed}").fetchone()
    assert counts is not None
    assert [name for name, count in zip(columns, counts, strict=True) if count == 0] == []


def test_personal_data_is_recognisably_invented(tables: duckdb.DuckDBPyConnection) -> None:
    strange = tables.execute("""
        select email, phone from customers
        where not email like '%@example.com' or not regexp_matches(phone, '^(\\+44 1632 960|\\+1 202 55501|\\+49 30 23125)')
    """).fetchall()
    assert strange == []
