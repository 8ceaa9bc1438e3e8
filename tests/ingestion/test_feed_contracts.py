"""Contracts: what the shipped ones say, and what somebody who gets one wrong is told."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from shop import shop_source

from dagster_project.ingestion.contract_files import ContractError
from dagster_project.ingestion.contracts import known_sources, load_source, load_sources
from dagster_project.ingestion.readers import empty_rows

DOCUMENT: dict[str, Any] = {
    "name": "shop",
    "code": 9,
    "description": "A shop.",
    "first_delivery_date": date(2026, 1, 1),
    "feeds": [
        {
            "name": "sales",
            "description": "Sales.",
            "kind": "event",
            "file_pattern": "{date}.csv",
            "columns": [{"name": "units", "type": "INTEGER", "description": "Units."}],
        }
    ],
}


def write(folder: Path, change: dict[str, Any] | None = None, feed: dict[str, Any] | None = None, name: str = "shop") -> Path:
    document = {**DOCUMENT, **(change or {})}
    document["feeds"] = [{**DOCUMENT["feeds"][0], **(feed or {})}]
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", known_sources())
def test_every_shipped_contract_loads_and_its_types_are_sql(name: str) -> None:
    """A contract that only fails at six in the morning, on the first file, is found here."""
    with duckdb.connect() as connection:
        for feed in load_source(name).feeds:
            described = connection.execute(f"describe {empty_rows(feed)}").fetchall()
            types = [column.type.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE") for column in feed.columns]
            assert [row[1] for row in described] == types
            connection.execute(f"select sum({feed.control_total_sql}) from ({empty_rows(feed)})")


def test_the_shipped_sources_are_known_and_have_their_codes() -> None:
    """Codes stand inside keys of published tables: a changed one would rename every customer."""
    codes = {source.name: source.code for source in load_sources(known_sources())}
    assert codes["demo"] == 1
    assert codes["online_retail"] == 2
    assert codes["adventure_works"] == 4
    assert codes["tpch"] == 5


def test_the_real_files_have_the_columns_of_their_contract(test_data: Path) -> None:
    """The contract was written from these files; it must stay true to them."""
    header = (test_data / "online_retail" / "2010-12-01.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.split(",") == [column.name for column in load_source("online_retail").feeds[0].columns]


def column(**keys: Any) -> dict[str, Any]:
    return {"columns": [{"name": "a", "type": "DATE", "description": "x", **keys}]}


@pytest.mark.parametrize(
    ("change", "feed", "words"),
    [
        ({"code": 0}, {}, ["code: 0"]),
        ({"colour": "red"}, {}, ["colour", "is not a key of a contract"]),
        ({"description": ""}, {}, ["description"]),
        ({}, column(type="MONEY"), ["feeds.sales.columns.a.type", "'MONEY'", "DECIMAL(p,s)"]),
        ({}, {"columns": [{"name": "a", "type": "DATE"}]}, ["feeds.sales.columns.a.description", "add it"]),
        ({}, column(name="delivery_date"), ["reserved", "rename it"]),
        ({}, {"columns": [{"name": n, "type": "DATE", "description": "x"} for n in ("a", "A")]}, ["stands there twice"]),
        ({}, column(key=True), ["nullable: false"]),
        ({}, {"file_pattern": "sales.csv"}, ["delivery_date"]),
        ({}, {"file_pattern": "{date:%Y-%m}.csv"}, ["%Y, %m and %d"]),
        ({}, {"folder": "../other"}, ["leads out of"]),
        ({}, {"control_total": "units * prize"}, ["'prize'", "units"]),
        ({}, {"control_total": "units); drop table x --"}, ["not understood"]),
        ({}, {"reject_tolerance": 2}, ["reject_tolerance: 2"]),
        ({}, {"kind": "stream"}, ["kind", "'event' or 'snapshot'"]),
    ],
)
def test_an_error_names_the_file_the_key_and_the_remedy(
    tmp_path: Path, change: dict[str, Any], feed: dict[str, Any], words: list[str]
) -> None:
    """Whoever writes a contract reads this message and nothing else."""
    with pytest.raises(ContractError) as caught:
        load_source("shop", write(tmp_path, change, feed))
    message = str(caught.value)
    assert all(word in message for word in ["shop.yaml", "Nothing was loaded", *words]), message


def test_an_unknown_source_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    """A typing error in SEGMENTATION_SOURCES."""
    with pytest.raises(ContractError, match=r"'shoop'.*Known sources: shop"):
        load_source("shoop", write(tmp_path))


def test_a_contract_under_another_name_is_refused(tmp_path: Path) -> None:
    """A copied file whose name was not changed inside would load one source's files as another's."""
    with pytest.raises(ContractError, match=r"market\.yaml: name: 'shop'.*Write `market`"):
        load_source("market", write(tmp_path, name="market"))


def test_two_sources_with_one_code_are_refused(tmp_path: Path) -> None:
    """Their customers would become one another's."""
    write(tmp_path)
    write(tmp_path, {"name": "market"}, name="market")
    with pytest.raises(ContractError, match=r"code: 9 belongs to market\.yaml"):
        load_sources(("market", "shop"), tmp_path)


@pytest.mark.parametrize("text", ["a: [", "- 1", ""])
def test_a_file_that_is_no_contract_at_all_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "shop.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=r"shop\.yaml"):
        load_source("shop", tmp_path)


def test_a_description_does_not_change_the_fingerprint_and_a_type_does() -> None:
    """A better wording must not load ten years of files again; another type must."""
    other_words = shop_source(description="Other words.", calendar=["monday"], reject_tolerance=0.1).feeds[0]
    other_type = shop_source(columns=[{"name": "units", "type": "BIGINT", "description": "x"}], control_total=None).feeds[0]
    assert other_words.fingerprint == shop_source().feeds[0].fingerprint
    assert other_type.fingerprint != shop_source().feeds[0].fingerprint


def test_a_name_with_quotes_stays_a_name() -> None:
    """Contract texts reach SQL: none of them may become a statement."""
    name = 'x" from y; drop table z; --'
    feed = shop_source(columns=[{"name": name, "type": "INTEGER", "description": "x"}], control_total=None).feeds[0]
    with duckdb.connect() as connection:
        assert connection.execute(f"describe {empty_rows(feed)}").fetchall()[0][0] == name
