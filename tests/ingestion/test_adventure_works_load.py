"""The real dump of a sales data warehouse, loaded: rows, control totals, and what is left behind.

Not here: what the models make of it (tests/acceptance/test_adventure_works.py).
"""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from dagster_project.ingestion.contracts import load_source
from dagster_project.ingestion.ledger import write_control
from dagster_project.ingestion.load import load_deliveries
from dagster_project.ingestion.outcomes import DeliveryLoad

SOURCE = load_source("adventure_works")
ROWS = {
    "reseller_sales": 60_855,
    "reseller_freight": 60_855,
    "internet_sales": 60_398,
    "internet_freight": 60_398,
    "resellers": 701,
    "customers": 18_484,
    "prospects": 2_059,
    "geographies": 655,
    "products": 606,
    "product_subcategories": 37,
    "product_categories": 4,
    "promotions": 16,
    "survey_responses": 2_727,
    "order_reasons": 64_515,
    "sales_reasons": 10,
    "inventory": 776_286,
}
# rounded nowhere: what the files' own columns add up to
CONTROL_TOTALS = {
    "reseller_sales": Decimal("80450596.9823"),
    "reseller_freight": Decimal("2011265.9158"),
    "internet_sales": Decimal("29358677.2207"),
    "internet_freight": Decimal("733969.6091"),
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lake")


@pytest.fixture(scope="module")
def loads(test_data: Path, lake: Path) -> dict[str, DeliveryLoad]:
    """The one delivery of every feed."""
    found = {}
    for feed in SOURCE.feeds:
        (found[feed.name],) = load_deliveries(SOURCE, feed, test_data, lake, None)
    write_control(lake, [SOURCE.name])
    return found


def test_every_row_of_the_dump_arrives(loads: dict[str, DeliveryLoad]) -> None:
    """A dump has no date in its names: the contract dates it, and nothing of it may be refused."""
    assert {name: load.rows_accepted for name, load in loads.items()} == ROWS
    assert {load.rows_rejected for load in loads.values()} == {0}
    assert {load.delivery_date for load in loads.values()} == {SOURCE.first_delivery_date}


def test_sales_and_freight_are_counted_while_they_are_loaded(loads: dict[str, DeliveryLoad], lake: Path) -> None:
    """Two amounts of one file are two feeds, each with the control total that the reconciliation starts from."""
    assert loads["reseller_sales"].files == loads["reseller_freight"].files
    deliveries = duckdb.sql(
        f"select feed, control_total from '{lake}/control/deliveries.parquet' where control_total is not null"
    )
    assert dict(deliveries.fetchall()) == CONTROL_TOTALS


@pytest.mark.usefixtures("loads")
def test_photos_names_and_addresses_stay_in_the_files(lake: Path) -> None:
    """Megabytes of pictures and people's names, addresses and telephone numbers: no model reads them, so the lake has none."""
    for feed in SOURCE.feeds:
        rows = duckdb.sql(f"describe from '{lake}/raw/{SOURCE.name}/{feed.name}/*/delivery.parquet'").fetchall()
        assert {row[0] for row in rows} - {"delivery_date"} == {column.name for column in feed.columns}, feed.name
        names = {row[0].lower() for row in rows}
        assert not names & {"firstname", "lastname", "emailaddress", "phone", "addressline1", "resellername"}, feed.name
        assert "BLOB" not in {row[1] for row in rows}, feed.name
