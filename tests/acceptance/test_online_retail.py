"""The whole way over the 305 real day files: what is published, against the known figures and against the oracle.

Belongs here: statements about the published file that a reader could check by hand from the raw files. Not here: how the
figures are computed a second time (online_retail_oracle.py), and runs that are disturbed or repeated.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from online_retail_oracle import MICROS_PER_CENT, SOURCE, UNIT, Oracle, cents, compute
from published_contract import what_is_empty, what_is_told_to_be_unknown

from dagster_project.settings import Settings

MONEY = ("net_revenue", "gross_margin", "cost_to_serve", "net_contribution")
CUSTOMER_COLUMNS = (
    "as_of_date",
    "customer_id",
    "source",
    "country",
    "is_scored",
    "first_order_date",
    "last_order_date",
    "tenure_days",
    "order_count",
    "order_days",
    "recency_days",
    "frequency",
    "monetary",
    "r_score",
    "f_score",
    "m_score",
    "rfm_code",
    "rfm_segment",
    *MONEY,
    "abc_revenue",
    "abc_profit",
)
HALF_A_CENT = Decimal("0.005")
DIMENSIONS = ("rfm_segment", "abc_revenue", "abc_profit")
# the oracle knows these; the summary has further ones
SUMMARY = f"(select * from segment_summary where dimension in {DIMENSIONS})"


@pytest.fixture(scope="module")
def oracle(test_data: Path, project_root: Path) -> Oracle:
    return compute(test_data, project_root / "dagster_project" / "policy" / "tables")


@pytest.fixture(scope="module")
def published(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file of one run over all real deliveries, opened as a BI tool would."""
    from dagster_project.commands.refresh import run_refresh  # loads Dagster, which the raw files do not need

    data_dir = tmp_path_factory.mktemp("online_retail")
    outcome = run_refresh(Settings(sources=(SOURCE,), landing_dir=test_data, data_dir=data_dir, _env_file=None))
    assert outcome.success, outcome
    with duckdb.connect(str(data_dir / "published" / "customer_segments.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def reconciliation(published: duckdb.DuckDBPyConnection) -> dict[str, object]:
    """The one row of sales_reconciliation."""
    found = published.sql("select * from sales_reconciliation")
    rows = found.fetchall()
    assert len(rows) == 1
    return dict(zip(found.columns, rows[0], strict=True))


def as_money(amount: int) -> Decimal:
    return Decimal(int(amount)) / UNIT


def as_text(column: pd.Series) -> pd.Series:
    """Whole numbers, days, truths and names in the one form in which both sides are compared; NULL is a text of its own."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.strftime("%Y-%m-%d")
    elif pd.api.types.is_bool_dtype(column):
        column = column.map({True: "true", False: "false"})
    return column.astype(object).map(lambda value: "NULL" if pd.isna(value) else str(value))


def published_text(
    connection: duckdb.DuckDBPyConnection, table: str, key: list[str], names: list[str], money: tuple[str, ...]
) -> pd.DataFrame:
    """Columns of a published table as text, money in whole cents, indexed by the key."""
    columns = [
        f"cast(cast(round({name}, 2) * 100 as bigint) as varchar) as {name}"
        if name in money
        else f"cast({name} as varchar) as {name}"
        for name in names
    ]
    frame = connection.sql(f"select {', '.join([*key, *columns])} from {table}").df().set_index(key)
    return frame.apply(as_text)


def differences(expected: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Every cell in which the two disagree; a row that one side lacks disagrees in all its cells."""
    assert expected.index.is_unique
    assert found.index.is_unique, f"published twice: {found.index[found.index.duplicated()].tolist()[:5]}"
    everyone = expected.index.union(found.index)
    expected = expected.reindex(everyone, fill_value="no row")
    found = found.reindex(index=everyone, columns=expected.columns, fill_value="no row")
    rows, columns = np.nonzero(expected.to_numpy(dtype=object) != found.to_numpy(dtype=object))
    return pd.DataFrame(
        {
            "key": everyone[rows],
            "column": expected.columns[columns],
            "oracle": expected.to_numpy()[rows, columns],
            "published": found.to_numpy()[rows, columns],
        }
    )


def assert_same(expected: pd.DataFrame, found: pd.DataFrame) -> None:
    assert len(expected), "nothing to compare"
    found_differences = differences(expected, found)
    if len(found_differences):
        pytest.fail(
            f"{len(found_differences)} cells differ, by column {found_differences['column'].value_counts().to_dict()}\n"
            f"{found_differences.head(40).to_string(index=False)}",
            pytrace=False,
        )


def test_the_raw_files_hold_what_the_world_knows_of_them(oracle: Oracle) -> None:
    """These figures stand in the literature: an oracle that reads the files wrongly must not judge anybody."""
    lines = oracle.lines
    known = lines["customer"].ne("")
    cancelled = lines["invoice"].str.startswith("C")
    with_fees = lines[known & lines["quantity"].gt(0) & lines["price"].gt(0) & ~cancelled]
    assert {
        "lines": len(lines),
        "invoices": lines["invoice"].nunique(),
        "customers": lines.loc[known, "customer"].nunique(),
        "lines without a customer": int((~known).sum()),
        "cancellation lines": int(cancelled.sum()),
        "customers with a sale line, fees in": with_fees["customer"].nunique(),
        "their sum": as_money(with_fees["amount"].sum()),
        "sum of all lines": as_money(lines["amount"].sum()),
    } == {
        "lines": 541_909,
        "invoices": 25_900,
        "customers": 4_372,
        "lines without a customer": 135_080,
        "cancellation lines": 9_288,
        "customers with a sale line, fees in": 4_338,
        "their sum": Decimal("8911407.904"),
        "sum of all lines": Decimal("9747747.934"),
    }


def test_every_line_and_every_penny_of_the_files_is_accounted_for(reconciliation: dict[str, object]) -> None:
    """A line that is lost on the way would be missed by nobody who looks at the segments alone."""
    lines = {
        name.removeprefix("lines_"): int(str(value)) for name, value in reconciliation.items() if name.startswith("lines_")
    }
    amounts = {
        name.removeprefix("amount_"): Decimal(str(value))
        for name, value in reconciliation.items()
        if name.startswith("amount_")
    }
    read, accepted = lines.pop("read"), amounts.pop("accepted")
    assert (read, accepted) == (541_909, Decimal("9747747.934"))
    assert (lines.pop("difference"), amounts.pop("difference")) == (0, 0)
    assert (sum(lines.values()), sum(amounts.values())) == (read, accepted)
    assert (lines["quarantined"], lines["superseded"], lines["after_as_of"]) == (0, 0, 0)


def test_lines_and_amounts_fall_to_the_same_outcomes_as_in_the_oracle(
    reconciliation: dict[str, object], published: duckdb.DuckDBPyConnection, oracle: Oracle
) -> None:
    """A total can tie while returns stand among the sales, or guests among the lines left out."""
    expected = {str(name): (int(row["lines"]), as_money(row["amount"])) for name, row in oracle.outcomes.iterrows()}
    found = {
        str(reason): (int(count), Decimal(amount))
        for reason, count, amount in published.sql("select reason, line_count, net_amount from sales_exclusions").fetchall()
    }
    for outcome in ("sale", "return", "unidentified"):
        found[outcome] = (int(str(reconciliation[f"lines_{outcome}"])), Decimal(str(reconciliation[f"amount_{outcome}"])))
    assert found == expected


def test_guests_are_one_figure_in_both_tables_that_show_them(
    reconciliation: dict[str, object], published: duckdb.DuckDBPyConnection
) -> None:
    """Two tables that report the unidentified sales must not tell two stories."""
    rows = published.sql("select line_count, net_amount from sales_exclusions where reason = 'unidentified'").fetchall()
    assert rows == [(reconciliation["lines_unidentified"], reconciliation["amount_unidentified"])]


def test_every_known_customer_is_published_and_those_who_bought_are_scored(published: duckdb.DuckDBPyConnection) -> None:
    """4,338 have a sale line when postage counts; four of them bought nothing else, and stay as prospects."""
    counts = published.sql("""
        select count(*), count(distinct customer_id), count(*) filter (is_scored), count(rfm_code), count(monetary)
        from customer_segments
    """).fetchone()
    assert counts == (4_372, 4_372, 4_334, 4_334, 4_334)


def test_every_customer_agrees_with_the_oracle_in_every_column(published: duckdb.DuckDBPyConnection, oracle: Oracle) -> None:
    """Two independent computations from the same written rules; one wrong line shows here by customer and column."""
    expected = oracle.customers.assign(
        as_of_date=oracle.as_of.isoformat(), source=SOURCE, customer_id=SOURCE + ":" + oracle.customers.index
    )
    for name in (*MONEY, "monetary"):
        expected[name] = cents(expected[name])
    found = published_text(published, "customer_segments", ["source_customer_id"], list(CUSTOMER_COLUMNS), (*MONEY, "monetary"))
    assert_same(expected[list(CUSTOMER_COLUMNS)].apply(as_text), found)


def test_no_cost_of_goods_passes_as_actual(published: duckdb.DuckDBPyConnection, oracle: Oracle) -> None:
    """This source has no cost: whoever reads a margin must see that it is assumed."""
    bases = published.sql("select cost_basis, count(*) from customer_segments group by all").fetchall()
    assert {basis for basis, _ in bases} <= {"assumed", None}, bases
    window_customers = oracle.activities["customer"].nunique()
    assert dict(bases)["assumed"] >= window_customers


def test_the_segment_summary_is_the_sum_over_the_oracles_customers(
    published: duckdb.DuckDBPyConnection, oracle: Oracle
) -> None:
    """Sums of customers tie with the lines to the cent: rounding each customer first would drift with their number."""
    members = pd.concat(
        oracle.customers.assign(dimension=dimension, segment=oracle.customers[dimension].fillna("none"))
        for dimension in DIMENSIONS
    )
    expected = members.groupby(["dimension", "segment"]).agg(
        customers=("is_scored", "size"), **{name: (name, "sum") for name in MONEY}
    )
    for name in MONEY:
        expected[name] = cents(expected[name])
    found = published_text(published, SUMMARY, ["dimension", "segment"], ["customers", *MONEY], MONEY)
    assert_same(expected.apply(as_text), found)


def test_every_dimension_of_the_segment_summary_adds_up_to_the_published_customers(
    published: duckdb.DuckDBPyConnection,
) -> None:
    """Each customer's amount is rounded to the cent, so a sum over customers may differ by half a cent each, never more."""
    sums = ", ".join(f"sum({name})" for name in ("customers", *MONEY))
    by_dimension = published.sql(f"select dimension, {sums} from {SUMMARY} group by all order by all").fetchall()
    total = published.sql(f"select count(*), {', '.join(f'sum({name})' for name in MONEY)} from customer_segments").fetchone()
    assert total is not None
    assert [row[:2] for row in by_dimension] == [(dimension, total[0]) for dimension in sorted(DIMENSIONS)]
    for dimension, customers, *amounts in by_dimension:
        for name, amount, customers_amount in zip(MONEY, amounts, total[1:], strict=True):
            assert abs(amount - customers_amount) <= HALF_A_CENT * int(customers), (dimension, name)


def test_shares_in_the_segment_summary_are_shares_of_the_whole(published: duckdb.DuckDBPyConnection, oracle: Oracle) -> None:
    """A share over the wrong base is between 0 and 1 too."""
    customers, revenue = len(oracle.customers), int(oracle.customers["net_revenue"].sum())
    rows = published.sql(f"select dimension, segment, customer_share, net_revenue_share from {SUMMARY}").fetchall()
    for dimension, segment, customer_share, revenue_share in rows:
        members = oracle.customers[oracle.customers[dimension].fillna("none").eq(segment)]
        assert customer_share == pytest.approx(len(members) / customers, abs=1e-12), (dimension, segment)
        assert revenue_share == pytest.approx(int(members["net_revenue"].sum()) / revenue, abs=1e-8), (dimension, segment)


def test_the_cost_to_serve_agrees_with_the_oracle_for_every_customer_and_activity(
    published: duckdb.DuckDBPyConnection, oracle: Oracle
) -> None:
    """Two activities that are wrong by the same amount would cancel out in the customer's total."""
    activities = oracle.activities
    expected = activities.assign(customer_id=SOURCE + ":" + activities["customer"], cost=cents(activities["cost"]))
    expected = expected.set_index(["customer_id", "activity"])[["driver_units", "cost"]]
    found = published_text(
        published, "customer_cost_to_serve", ["customer_id", "activity"], ["driver_units", "cost"], ("cost",)
    )
    assert_same(expected.apply(as_text), found)


def test_the_cost_to_serve_of_all_customers_is_the_sum_of_its_activities(
    published: duckdb.DuckDBPyConnection, oracle: Oracle
) -> None:
    """Whoever adds up either table must arrive at the same cost."""
    rows = published.sql("""
        select (select sum(cost) from customer_cost_to_serve), (select sum(cost_to_serve) from customer_segments)
    """).fetchall()
    expected = as_money(oracle.activities["cost"].sum())
    assert oracle.activities["cost"].mod(MICROS_PER_CENT).eq(0).all(), "the shipped rates cost whole cents per event"
    assert rows == [(expected, expected)]


def test_postage_is_freight_charged_to_the_customer_and_no_net_revenue(
    published: duckdb.DuckDBPyConnection, oracle: Oracle
) -> None:
    """POST, DOT and C2 are a step of their own in the waterfall: who pays for carriage is a term of trade, not a sale."""
    charged = oracle.customers["freight_charged"]
    expected = {f"{SOURCE}:{customer}": as_money(amount) for customer, amount in charged.items() if amount}
    rows = published.sql(
        "select customer_id, amount from price_waterfall where step = 'freight_charged' and amount <> 0"
    ).fetchall()
    assert dict(rows) == expected
    assert len(expected) > 100


def test_every_step_of_the_waterfall_leads_to_the_contribution_of_the_oracle(
    published: duckdb.DuckDBPyConnection, oracle: Oracle
) -> None:
    """Whoever adds up the steps of all customers must arrive at what is left of them."""
    rows = published.sql("""
        select (select sum(amount) from price_waterfall where not is_subtotal),
            (select sum(amount) from price_waterfall where step = 'net_contribution')
    """).fetchall()
    total = as_money(oracle.customers["net_contribution"].sum())
    ((steps, contribution),) = rows
    assert steps == contribution
    # a margin of 35 % has a fifth decimal on some customers
    assert abs(contribution - total) <= Decimal("0.00005") * len(oracle.customers)


def test_what_an_order_book_alone_does_not_tell_is_empty_and_said_to_be(published: duckdb.DuckDBPyConnection) -> None:
    """No customers, products, shipments or surveys: every NULL column of the customers has its reason beside it."""
    unknown = what_is_told_to_be_unknown(published)
    overrides = {f"customer_profile.override_{column}" for column in ("reason", "owner_role", "expires_on")}
    # no shipments, nobody below zero at the assumed margin, nothing published before
    tables = {"service_attainment", "loss_making_customers", "customer_changes", "restatement_journal"}
    empty = what_is_empty(published)
    assert {name for name in empty if "." not in name} == tables
    of_customers = {name for name in empty if name.startswith(("customer_segments.", "customer_profile."))}
    assert of_customers - overrides == set(unknown)
    told_by = {
        reason for name, reason in unknown.items() if name.endswith((".industry", ".preference_segment", ".on_time_share"))
    }
    assert told_by == {"not_delivered by customers", "not_delivered by survey_responses", "not_delivered by shipments"}
    assert {name for name in empty if "." in name} - of_customers == {
        *(f"demand_centres.{column}" for column in ("latitude", "longitude", "mean_distance_km")),
        "customer_accounts.ship_to_id",
        *(f"customer_segment_history.{column}" for column in ("demographic_segment", "preference_segment", "market_cluster")),
        # work at the policy's rates, and no ledger to hold it against
        *(f"cost_reconciliation.{column}" for column in ("ledger_cost", "practical_minutes", "unused_cost", "rate_variance")),
    }
