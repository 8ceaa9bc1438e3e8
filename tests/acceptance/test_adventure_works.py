"""The whole way over a real sales data warehouse: resellers and persons, real costs, discounts, freight, loss-making lines.

Belongs here: what the published file and the warehouse say, against the source's own Parquet files, read here with plain SQL.
Not here: how the files are loaded (tests/ingestion/test_adventure_works_load.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from published_contract import what_is_empty, what_is_told_to_be_unknown

from dagster_project.settings import Settings

SOURCE = "adventure_works"
# the day of the last order; the window is the 365 days that end with it
AS_OF = date(2014, 1, 28)
RESELLERS_WHO_BOUGHT, PERSONS_WHO_BOUGHT = 635, 18_484

_OF_A_LEDGER = ("ledger_cost", "practical_minutes", "unused_cost", "rate_variance")


@pytest.fixture(scope="module")
def dump(test_data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The source's own files, one view each, and all its order lines as `sales`."""
    with duckdb.connect() as connection:
        for file in sorted((test_data / SOURCE).glob("*.parquet")):
            connection.execute(f"create view {file.stem} as select * from '{file}'")
        keys, amounts = "SalesOrderNumber, SalesOrderLineNumber, ProductKey", "SalesAmount, TotalProductCost, Freight"
        columns = f"OrderDate, {keys}, {amounts}, ExtendedAmount, DiscountAmount"
        connection.execute(f"""
            create view sales as
            select 'reseller' as sold_to, ResellerAlternateKey as customer, {columns}
            from FactResellerSales join DimReseller using (ResellerKey)
            union all
            select 'person' as sold_to, CustomerAlternateKey as customer, {columns}
            from FactInternetSales join DimCustomer using (CustomerKey)
        """)
        yield connection


@dataclass(frozen=True)
class Refresh:
    """What one run over the real dump left: the published file, and the warehouse with the lake behind its views."""

    published: duckdb.DuckDBPyConnection
    warehouse: duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def refresh(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refresh]:
    from dagster_project.commands.refresh import run_refresh  # loads Dagster, which the raw files do not need

    data_dir = tmp_path_factory.mktemp(SOURCE)
    settings = Settings(sources=(SOURCE,), landing_dir=test_data, data_dir=data_dir, base_currency="USD", _env_file=None)
    outcome = run_refresh(settings)
    assert outcome.success, outcome
    with (
        duckdb.connect(str(settings.published / "customer_segments.duckdb"), read_only=True) as published,
        duckdb.connect(str(settings.warehouse), read_only=True, config={"file_search_path": str(settings.lake)}) as warehouse,
    ):
        yield Refresh(published, warehouse)


STAGED_LINES = """
    select lines.*, customers.customer_type, customers.source_customer_id
    from staging.stg_adventure_works__order_lines as lines
    join staging.stg_adventure_works__orders as orders using (order_id)
    join staging.stg_adventure_works__customers as customers using (source_customer_id)
"""


def test_the_dump_holds_what_the_world_knows_of_it(dump: duckdb.DuckDBPyConnection) -> None:
    """An oracle that reads the files wrongly must not judge anybody."""
    rows = dump.sql("""
        select
            sold_to, count(*), count(distinct customer), round(sum(SalesAmount), 2), round(sum(TotalProductCost), 2),
            round(sum(Freight), 2)
        from sales group by sold_to order by sold_to
    """).fetchall()
    assert rows == [
        ("person", 60_398, 18_484, Decimal("29358677.22"), Decimal("17277793.58"), Decimal("733969.61")),
        ("reseller", 60_855, 635, Decimal("80450596.98"), Decimal("79980114.38"), Decimal("2011265.92")),
    ]


def test_sales_cost_discount_and_freight_tie_to_the_files_to_the_last_digit(
    dump: duckdb.DuckDBPyConnection, refresh: Refresh
) -> None:
    """The discount is what lies between price and sale: the file's own column, rounded apart, misses it by 3.8 cents."""
    expected = dump.sql("""
        select
            if(sold_to = 'person', 'web', 'manual') as channel, sum(SalesAmount), sum(TotalProductCost),
            sum(ExtendedAmount - SalesAmount), sum(Freight)
        from sales group by all order by all
    """).fetchall()
    found = refresh.warehouse.sql("""
        select
            orders.channel,
            sum(lines.net_amount) filter (lines.line_outcome = 'sale'),
            sum(lines.quantity * lines.unit_cost) filter (lines.line_outcome = 'sale'),
            sum(lines.discount_amount),
            sum(lines.net_amount) filter (lines.line_outcome = 'shipping')
        from marts.fct_order_lines as lines
        join marts.fct_orders as orders using (source_code, order_key)
        group by all order by all
    """).fetchall()
    assert found == expected
    cent = Decimal("0.01")
    assert [(channel, sold.quantize(cent), cost.quantize(cent)) for channel, sold, cost, *_ in found] == [
        ("manual", Decimal("80450596.98"), Decimal("79980114.38")),
        ("web", Decimal("29358677.22"), Decimal("17277793.58")),
    ]
    (misses,) = dump.sql("""
        select count(*) filter (missed <> 0), max(abs(missed)), sum(missed)
        from (select cast(DiscountAmount as decimal(18, 4)) - (ExtendedAmount - SalesAmount) as missed from sales)
    """).fetchall()
    assert misses == (378, Decimal("0.0001"), Decimal("0.0378"))


def test_every_line_and_its_freight_tie_to_the_files(dump: duckdb.DuckDBPyConnection, refresh: Refresh) -> None:
    """Totals tie with two lines swapped, too."""
    expected = dump.sql("""
        select SalesOrderNumber, SalesOrderLineNumber, ProductAlternateKey, customer, SalesAmount, TotalProductCost, Freight
        from sales join DimProduct using (ProductKey)
        order by SalesOrderNumber, SalesOrderLineNumber
    """).fetchall()
    found = refresh.warehouse.sql(f"""
        with lines as ({STAGED_LINES})
        select
            sold.order_id, sold.line_number, sold.product_id, sold.source_customer_id,
            sold.quantity * sold.unit_price - sold.discount_amount, sold.quantity * sold.unit_cost, freight.unit_price
        from lines as sold
        join lines as freight on freight.order_id = sold.order_id and freight.line_number = sold.line_number + 1000
        where sold.line_type = 'product' and freight.line_type = 'shipping'
        order by sold.order_id, sold.line_number
    """).fetchall()
    assert len(found) == 121_253
    assert found == expected


def test_every_line_and_every_cent_is_accounted_for(refresh: Refresh) -> None:
    """Sales of all time, freight beside them, nothing lost and nothing left unidentified."""
    found = refresh.published.sql("select * from sales_reconciliation")
    (row,) = found.fetchall()
    values = dict(zip(found.columns, row, strict=True))
    assert (values["lines_read"], values["lines_sale"], values["lines_excluded"]) == (242_506, 121_253, 121_253)
    assert values["amount_sale"] == Decimal("80450596.9823") + Decimal("29358677.2207")
    assert values["amount_excluded"] == Decimal("2011265.9158") + Decimal("733969.6091")
    assert (values["lines_difference"], values["amount_difference"]) == (0, 0)
    assert refresh.published.sql("select distinct reason from sales_exclusions where line_count > 0").fetchall() == [
        ("shipping",)
    ]


def test_resellers_and_persons_who_bought_are_scored(dump: duckdb.DuckDBPyConnection, refresh: Refresh) -> None:
    """635 of 701 resellers and every person; each under the number that the business knows them by."""
    scored = {
        row[0] for row in refresh.published.sql("select source_customer_id from customer_segments where is_scored").fetchall()
    }
    bought = {row[0] for row in dump.sql("select distinct customer from sales").fetchall()}
    assert len(bought) == RESELLERS_WHO_BOUGHT + PERSONS_WHO_BOUGHT
    assert scored == bought


def test_prospects_are_published_without_scores(refresh: Refresh) -> None:
    """2,059 persons who asked and 66 resellers who never ordered: known, but no bad customers."""
    rows = refresh.published.sql("""
        select source_customer_id like 'prospect %', count(*), count(rfm_code), sum(net_revenue), max(order_count)
        from customer_segments where not is_scored group by all order by all
    """).fetchall()
    assert [row[:4] for row in rows] == [(False, 66, 0, 0), (True, 2_059, 0, 0)]
    assert {row[4] for row in rows} <= {0, None}


def test_every_customers_revenue_and_margin_are_those_of_the_files(dump: duckdb.DuckDBPyConnection, refresh: Refresh) -> None:
    """19,119 customers, their last 365 days: revenue net of discount, without freight and tax; the margin at the cost stated
    on each line, with the freight that was charged.
    """
    expected = dump.execute(
        """
            select
                customer,
                count(distinct SalesOrderNumber),
                round(coalesce(sum(SalesAmount) filter (OrderDate > window_start), 0), 2),
                round(coalesce(sum(SalesAmount + Freight - TotalProductCost) filter (OrderDate > window_start), 0), 2),
                if(count(*) filter (OrderDate > window_start) > 0, 'actual', null)
            from sales, (select cast($as_of as date) - 365 as window_start)
            group by customer order by customer
        """,
        {"as_of": AS_OF},
    ).fetchall()
    found = refresh.published.sql("""
        select source_customer_id, order_count, net_revenue, gross_margin, cost_basis
        from customer_segments where is_scored order by source_customer_id
    """).fetchall()
    assert found == expected


def test_resellers_who_bring_a_loss_stand_in_class_d(dump: duckdb.DuckDBPyConnection, refresh: Refresh) -> None:
    """Below cost even with the freight that they paid, before anybody served them: no cost to serve can put them elsewhere."""
    lossmaking = {
        row[0]
        for row in dump.execute(
            """
                select customer from sales
                where sold_to = 'reseller' and OrderDate > cast($as_of as date) - 365
                group by customer having sum(SalesAmount + Freight - TotalProductCost) < 0
            """,
            {"as_of": AS_OF},
        ).fetchall()
    }
    classes = dict(refresh.published.sql("select source_customer_id, abc_profit from customer_segments").fetchall())
    assert len(lossmaking) == 245
    assert {classes[reseller] for reseller in lossmaking} == {"D"}


def test_stock_ties_to_the_file(dump: duckdb.DuckDBPyConnection, refresh: Refresh) -> None:
    """504 products, whose versions have stocks of their own."""
    (expected,) = dump.execute(
        """
            select count(distinct ProductAlternateKey), sum(UnitsBalance), sum(UnitsBalance * UnitCost)
            from FactProductInventory join DimProduct using (ProductKey)
            where MovementDate = $as_of
        """,
        {"as_of": AS_OF},
    ).fetchall()
    (found,) = refresh.warehouse.execute(
        """
            select count(product_id), sum(units), sum(inventory_value)
            from staging.stg_adventure_works__inventory
            where inventory_date = $as_of
        """,
        {"as_of": AS_OF},
    ).fetchall()
    assert found == expected
    assert found[0] == 504


def test_every_product_customer_and_answer_is_staged_once(refresh: Refresh) -> None:
    """606 versions are 504 products; 701 resellers, 18,484 persons and 2,059 prospects are customers."""
    counts = {
        entity: refresh.warehouse.sql(f"select count(*) from staging.stg_adventure_works__{entity}").fetchall()[0][0]
        for entity in ("products", "customers", "orders", "shipments", "survey_responses")
    }
    assert counts == {
        "products": 504,
        "customers": 701 + 18_484 + 2_059,
        "orders": 3_796 + 27_659,
        "shipments": 3_796 + 27_659,
        "survey_responses": 2_727 + 27_647,
    }


def test_what_the_source_does_not_tell_is_empty_and_said_to_be(refresh: Refresh) -> None:
    """It knows its customers well and tells no hierarchy, coordinates, contracts or deliveries."""
    unknown = what_is_told_to_be_unknown(refresh.published)
    empty = what_is_empty(refresh.published)
    overrides = {f"customer_profile.override_{column}" for column in ("reason", "owner_role", "expires_on")}
    of_customers = {name for name in empty if name.startswith(("customer_segments.", "customer_profile."))}
    assert of_customers - overrides == set(unknown)
    known = (
        "age_band",
        "income_band",
        "occupation",
        "commute_band",
        "household_band",
        "industry",
        "size_band",
        "preference_segment",
    )
    assert not {f"customer_profile.{column}" for column in known} & empty
    assert unknown["customer_segments.parent_customer_id"] == "not_told by customers"
    assert {name for name in empty if "." not in name} == {"customer_changes", "restatement_journal"}
    # it says what left and never what arrived
    shares = ("on_time_share", "in_full_share", "otif_share", "perfect_order_share", "order_cycle_time_days")
    assert {f"customer_profile.{column}" for column in ("on_time_share", "in_full_share")} <= set(unknown)
    assert {name for name in empty if "." in name} - of_customers == {
        *(f"demand_centres.{column}" for column in ("latitude", "longitude", "mean_distance_km")),
        *(f"service_attainment.{column}" for column in shares),
        # work at the policy's rates, and no ledger to hold it against
        *(f"cost_reconciliation.{column}" for column in _OF_A_LEDGER),
        "customer_accounts.ship_to_id",
    }
