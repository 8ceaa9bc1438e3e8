"""Contracts built upon one another: `extends`, and a deployment's own folder over the shipped one."""

from datetime import date
from pathlib import Path

import pytest

from dagster_project.ingestion.contract_files import ContractError
from dagster_project.ingestion.contracts import known_sources, load_source, load_sources


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deployment's own folder of contracts."""
    monkeypatch.setenv("SEGMENTATION_FEEDS_DIR", str(tmp_path))
    return tmp_path


def test_an_own_file_changes_what_it_names_and_leaves_the_rest_as_shipped(own: Path) -> None:
    """An export with a semicolon must not need a copy of four hundred lines, which the next version would not reach."""
    (own / "standard.yaml").write_text("""
first_delivery_date: 2024-05-01
feeds:
  - name: orders
    csv: {delimiter: ";", timestamp_format: "%d.%m.%Y %H:%M"}
    columns:
      - {name: ordered_at, description: Zeitpunkt}
""")
    source = load_source("standard")
    orders = source.feed("orders")
    assert (source.code, source.first_delivery_date) == (3, date(2024, 5, 1))
    assert (orders.csv.delimiter, orders.csv.timestamp_format, orders.csv.quote) == (";", "%d.%m.%Y %H:%M", '"')
    ordered_at = next(column for column in orders.columns if column.name == "ordered_at")
    assert (ordered_at.description, ordered_at.type, ordered_at.nullable) == ("Zeitpunkt", "TIMESTAMPTZ", False)
    assert len(source.feeds) == 14
    assert source.feed("order_lines").csv.delimiter == ","


def test_a_new_source_takes_over_the_canonical_contract(own: Path) -> None:
    (own / "shop.yaml").write_text(
        "{name: shop, code: 77, description: A shop., extends: standard, first_delivery_date: 2026-01-01, "
        "return_channel: returns_feed, feeds: [{name: orders, reject_tolerance: 0.5}]}"
    )
    assert "shop" in known_sources()
    shop, standard = load_sources(("shop", "standard"))
    assert (shop.code, shop.return_channel, shop.feed("orders").reject_tolerance) == (77, "returns_feed", 0.5)
    assert shop.feed("order_lines") == standard.feed("order_lines")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "{name: shop, code: 7, description: A., first_delivery_date: 2026-01-01, extends: shop}",
            "extends: 'shop' is no other",
        ),
        ("{name: shop, code: 7, description: A., first_delivery_date: 2026-01-01, extends: nobody}", "extends: 'nobody' is no"),
        ("{name: shop, description: A., first_delivery_date: 2026-01-01, extends: standard}", "code: is missing; add it"),
        ("- a list", "holds no contract"),
    ],
)
def test_a_wrong_extension_is_told_in_a_sentence(own: Path, content: str, said: str) -> None:
    """What a source must say for itself (its code stands in every key) is never taken over."""
    (own / "shop.yaml").write_text(content)
    with pytest.raises(ContractError, match=r"^shop\.yaml") as error:
        load_source("shop")
    assert said in str(error.value)
    assert "Nothing was loaded" in str(error.value)


def test_a_folder_of_contracts_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEGMENTATION_FEEDS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(ContractError, match="nowhere, which is no folder"):
        known_sources()


def test_the_demo_delivers_the_canonical_contract() -> None:
    """What the demo shows is what your own orders will show."""
    demo, standard = load_sources(("demo", "standard"))
    assert [feed.columns for feed in demo.feeds] == [feed.columns for feed in standard.feeds]
    assert all(feed.needed_for for feed in standard.feeds)
