"""Segments at a chosen level of the account hierarchy: whose an order is, while the facts keep whom it names."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from dagster_project.ingestion.contracts import load_source
from dagster_project.ingestion.ledger import write_control
from dagster_project.ingestion.load import load_deliveries
from dagster_project.policy.tables import load_policy
from dagster_project.settings import Settings
from dagster_project.transformation.assets import dbt_target
from dagster_project.transformation.control import write_refresh_control
from dagster_project.transformation.invocation import build

# B leaves the group of A on 10 March; C and D name each other in a circle
FILES = {
    "customers/2024-03-01.csv": "customer_id,parent_customer_id\nA,\nB,A\nC,D\nD,C\n",
    "customers/2024-03-10.csv": "customer_id,parent_customer_id\nA,\nB,\nC,D\nD,C\n",
    "orders/2024-03-12.csv": "order_id,customer_id,ordered_at,ship_to_id\n"
    "1,A,2024-03-02T12:00:00,\n"
    "2,B,2024-03-02T12:00:00,north\n"
    "3,B,2024-03-09T12:00:00,south\n"
    "4,B,2024-03-12T12:00:00,north\n"
    "5,C,2024-03-11T12:00:00,\n"
    "6,,2024-03-11T12:00:00,north\n",
    "order_lines/2024-03-12.csv": "order_id,line_number,product_id,quantity,unit_price\n"
    "1,1,P,1,1\n2,1,P,1,10\n3,1,P,1,100\n4,1,P,1,1000\n5,1,P,1,10000\n6,1,P,1,100000\n",
    "receivables/2024-03-12.csv": "customer_id,month,average_balance\nA,2024-03-01,5\nB,2024-03-01,7\n",
}
CUSTOMERS = (
    "select source_customer_id, order_count, order_days, cast(net_revenue as integer) from intermediate.int_customers_as_of"
    " join intermediate.int_customers using (source_code, customer_key) order by 1"
)


def built(folder: Path, level: str) -> Settings:
    """The customers of these files, told apart at a level."""
    settings = Settings(
        sources=("standard",), data_dir=folder, account_level=level, as_of_dates=(date(2024, 3, 12),), _env_file=None
    )
    for name, content in FILES.items():
        path = settings.landing / "standard" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    source = load_source("standard")
    for feed in source.feeds:
        load_deliveries(source, feed, settings.landing, settings.lake, None)
    load_policy(None, settings.lake)
    write_control(settings.lake, settings.sources)
    write_refresh_control(settings)
    ends = ["--select", "+int_customers_as_of", "+customer_accounts", "+int_receivables"]
    results = build(dbt_target(settings), ["--exclude-resource-type", "test", *ends])
    failed = [f"{result.name}: {result.message}" for result in results if result.has_failed]
    assert not failed, failed
    return settings


def rows(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(settings.warehouse), read_only=True, config={"file_search_path": str(settings.lake)}) as connection:
        return connection.execute(query).fetchall()


def test_orders_belong_to_whoever_was_at_the_top_on_their_day(tmp_path: Path) -> None:
    """A sale of before the 10th stays in the group that B has left since: as of a day in the past nothing changes any more."""
    settings = built(tmp_path, "ultimate_parent")
    # both ordered on the 2nd: two orders, one day. D names C: a circle has no top, so each is its own
    assert rows(settings, CUSTOMERS) == [("A", 3, 2, 111), ("B", 1, 1, 1000), ("C", 1, 1, 10000), ("D", 0, 0, 0)]
    owners = rows(
        settings,
        "select order_id, own.source_customer_id, account.source_customer_id from marts.fct_orders as orders"
        " join intermediate.int_customers as own on orders.sold_to_key = own.customer_key"
        " join intermediate.int_customers as account on orders.customer_key = account.customer_key"
        " cross join lateral (select cast(order_key as varchar) as order_id) order by 1",
    )
    assert owners == [("1", "A", "A"), ("2", "B", "A"), ("3", "B", "A"), ("4", "B", "B"), ("5", "C", "C")]
    assert rows(settings, "select cast(sum(average_balance) as integer), count(*) from intermediate.int_receivables") == [
        (12, 1)
    ]
    accounts = "select distinct sold_to_customer_id, customer_id from published.customer_accounts order by 1"
    assert rows(settings, accounts) == [(f"standard:{name}", f"standard:{name}") for name in "ABCD"]


@pytest.mark.long
def test_each_place_of_delivery_is_an_account_of_its_own(tmp_path: Path) -> None:
    """What names no place stays with the customer, and a guest stays a guest wherever the goods go."""
    settings = built(tmp_path, "ship_to")
    found = rows(settings, CUSTOMERS)
    assert [row for row in found if row[1]] == [
        ("A", 1, 1, 1),
        ("B/north", 2, 2, 1010),
        ("B/south", 1, 1, 100),
        ("C", 1, 1, 10000),
    ]
    assert rows(
        settings, "select ship_to_id, customer_id from published.customer_accounts where ship_to_id is not null order by 1"
    ) == [
        ("north", "standard:B/north"),
        ("south", "standard:B/south"),
    ]
