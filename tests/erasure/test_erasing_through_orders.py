"""Rows that name no customer: found by the order that they name, or by a key that only another table translates."""

import shutil
from pathlib import Path

import duckdb
import pytest
from market import SHIPMENTS, Market

from dagster_project.erasure.erase import erase
from dagster_project.erasure_journal import customer_hash, erasures_to_repeat, read_journal
from dagster_project.ingestion.contracts import load_source
from dagster_project.ingestion.load import load_deliveries


@pytest.fixture
def market(tmp_path: Path) -> Market:
    """Shipments of two customers, some of them archived, and one that is in the quarantine."""
    market = Market(tmp_path, SHIPMENTS)
    market.deliver("orders", "2026-01-01", "A,KUNDE-1,2,5,MARK@x.org", "B,C2,1,5,b@x.org")
    market.deliver("shipments", "2026-01-01", "s1,A,2,MARK", "s2,B,1,Bob")
    market.load()
    shutil.rmtree(market.folder("shipments"))
    market.deliver("orders", "2026-01-02", "D,KUNDE-1,1,7,MARK@x.org")
    market.deliver("shipments", "2026-01-02", "s3,D,1,MARK", "s3,B,1,Bob", "s4,D,x,MARK", "s5,B,1,Bob")
    market.load()
    return market


def test_shipments_of_an_erased_customers_orders_keep_no_personal_value(market: Market) -> None:
    before = market.totals()
    entry = market.erase("KUNDE-1")
    assert entry.event == "done"
    assert {place: counts["rows"] for place, counts in entry.counts.items()} == {"landing": 4, "lake": 4, "quarantine": 1}
    assert market.traces("KUNDE-1", "MARK") == []
    assert market.totals() == before
    assert market.rows("shipments") == [
        ("2026-01-01", "s1", "A", 2, None),
        ("2026-01-01", "s2", "B", 1, "Bob"),
        ("2026-01-02", "s3", "D", 1, None),
        ("2026-01-02", "s3", "B", 1, "Bob"),
        ("2026-01-02", "s5", "B", 1, "Bob"),
    ]
    assert {one.status for one in market.load()} == {"unchanged"}
    journal = (market.lake / "control" / "erasures.jsonl").read_text()
    assert [one.event for one in read_journal(market.lake)] == ["begun", "learned", "learned", "done"]
    assert "KUNDE-1" not in journal
    assert erasures_to_repeat(market.lake) == []
    # nothing is left to be found a second time
    load_ids = market.load_ids("shipments")
    market.erase("KUNDE-1")
    assert market.load_ids("shipments") == load_ids


def test_a_shipment_that_is_delivered_again_brings_nobody_back(market: Market) -> None:
    """Nothing in the lake says any more whose order it was; the journal knows the order by its hash."""
    market.erase("KUNDE-1")
    market.deliver("shipments", "2026-01-01", "s1,A,3,MARK", "s2,B,1,Bob")
    market.load()
    assert market.traces("KUNDE-1", "MARK") == []
    assert ("2026-01-01", "s1", "A", 3, None) in market.rows("shipments")


def test_a_shipment_that_came_before_its_order_is_found_when_the_order_tells_whose_it_was(market: Market) -> None:
    market.erase("KUNDE-1")
    market.deliver("shipments", "2026-01-03", "s9,Z,1,MARK")
    market.load()
    assert erasures_to_repeat(market.lake) == []
    market.deliver("orders", "2026-01-03", "Z,KUNDE-1,1,1,MARK@x.org")
    market.load()
    hashed = customer_hash(market.lake, "market:KUNDE-1")
    assert erasures_to_repeat(market.lake) == [hashed]
    assert market.erase("KUNDE-1").event == "done"
    assert market.traces("KUNDE-1", "MARK") == []
    assert erasures_to_repeat(market.lake) == []


def test_an_erased_customer_of_adventure_works_is_in_no_table_of_it(test_data: Path, tmp_path: Path) -> None:
    """Sales and answers name a key; the table of customers says whose it is, and without it the key itself is published."""
    source = load_source("adventure_works")
    feeds = [source.feed(name) for name in ("internet_sales", "internet_freight", "customers", "survey_responses", "prospects")]
    source = source.model_copy(update={"feeds": tuple(feeds)})
    landing, lake = tmp_path / "landing", tmp_path / "lake"
    (landing / "adventure_works").mkdir(parents=True)
    for feed in feeds:
        shutil.copy(test_data / "adventure_works" / feed.file_pattern, landing / "adventure_works")
    customers = landing / "adventure_works" / "DimCustomer.parquet"
    without_one = f"select * from read_parquet('{test_data}/adventure_works/DimCustomer.parquet') where CustomerKey <> 16033"
    duckdb.sql(f"copy ({without_one}) to '{customers}' (format parquet)")

    def load() -> None:
        assert {one.status for feed in feeds for one in load_deliveries(source, feed, landing, lake, None)} <= {
            "loaded",
            "unchanged",
        }

    def ask(query: str) -> tuple[object, ...]:
        for feed in feeds:
            query = query.replace(f"<{feed.name}>", f"read_parquet('{lake}/raw/adventure_works/{feed.name}/*/*.parquet')")
        return duckdb.sql(query).fetchall()[0]

    load()
    totals = "select sum(SalesAmount), count(*), count(distinct SalesOrderNumber) from <internet_sales>"
    of_one = "select count(*) from {} join <customers> using (CustomerKey) where CustomerAlternateKey = 'AW00016032'"
    before, (lines,), (answers,) = ask(totals), ask(of_one.format("<internet_sales>")), ask(of_one.format("<survey_responses>"))
    (unlisted,) = ask("select count(*) from <internet_sales> where CustomerKey = 16033")
    assert lines
    assert answers
    assert unlisted
    hashes = [customer_hash(lake, f"adventure_works:{one}") for one in ("AW00016032", "prospect 7", "person 16033")]
    for hashed in hashes:
        assert erase((source,), landing, lake, tmp_path / "warehouse.duckdb", hashed).event == "done"
    load()
    assert ask(totals) == before
    assert ask("select count(*) from <customers> where CustomerAlternateKey = 'AW00016032' or CustomerKey = 16032") == (0,)
    assert ask("select count(*), sum((CustomerKey in (16032, 16033))::int) from <internet_sales>") == (before[1], 0)
    assert ask("select count(*) - count(CustomerKey) from <internet_sales>") == (lines + unlisted,)
    assert ask("select count(*) - count(CustomerKey) from <survey_responses>") == (answers,)
    assert ask("select count(*) from <prospects> where ProspectiveBuyerKey = 7") == (0,)
    for name, key in (("DimCustomer", "CustomerKey = 16032"), ("FactInternetSales", "CustomerKey in (16032, 16033)")):
        file = landing / "adventure_works" / f"{name}.parquet"
        assert duckdb.sql(f"select count(*) from read_parquet('{file}') where {key}").fetchall() == [(0,)]
