"""How published results follow from what is delivered: another way of delivering the same changes nothing, a known change of
the facts changes what it must and nothing else.

Each property goes the whole way, from files to published tables (compiled_pipeline.py), over worlds that hypothesis makes up
(customer_worlds.py). Costs against their ledger: test_cost_properties.py.
"""

import csv
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from compiled_pipeline import CompiledPipeline
from customer_worlds import (
    AS_OF,
    CUSTOMERS,
    FIRST_DAY,
    CustomerWorld,
    customer_worlds,
    with_a_second_order_on_the_same_day,
    with_customers_merged,
    with_days_later,
    with_money_times,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.policy.tables import policy_files

# What is said of deliveries, of the file, and of what was before.
_ABOUT_THE_RUN = {"feed_coverage", "publication", "restatement_journal", "customer_changes"}
# Calendar months shift with the days, unless by 28 years, when weekdays and leap years come back.
_BY_MONTH = {"xyz_class", "behaviour_cluster"}
_DAYS_OF_28_YEARS = 10_227
_MONEY_OF_THE_POLICY = {
    "capacity_cost_rates": ["cost_per_minute"],
    "delivery_tariffs": ["cost_per_order"],
    "freight_tariffs": ["cost_per_shipment", "cost_per_kg", "minimum_charge"],
    "profit_levers": ["limit_value"],
    "return_costs": ["freight_in_cost"],
    "service_tiers": ["cost_per_order"],
}
_FACTOR = 4
CENT = Decimal("0.01")

Table = tuple[tuple[str, ...], list[tuple[object, ...]]]
Published = dict[str, Table]

once = settings(max_examples=1, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
often = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> CompiledPipeline:
    return CompiledPipeline(tmp_path_factory.mktemp("pipeline"))


@pytest.fixture(scope="module")
def dearer_policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped policy with all its amounts of money times the factor."""
    folder = tmp_path_factory.mktemp("policy")
    for table, amounts in _MONEY_OF_THE_POLICY.items():
        with policy_files(None)[table].open(encoding="utf-8", newline="") as shipped:
            rows = list(csv.DictReader(shipped))
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as own:
            writer = csv.DictWriter(own, list(rows[0]))
            writer.writeheader()
            for row in rows:
                is_money = table != "profit_levers" or row["lever"] == "minimum_order_value"
                dearer = {name: str(Decimal(row[name]) * _FACTOR) for name in amounts if is_money and row[name]}
                writer.writerow(row | dearer)
    return folder


def published(connection: duckdb.DuckDBPyConnection) -> Published:
    """Every published table that says something of customers: column names, and rows in a fixed order."""
    names = connection.execute("select table_name from duckdb_tables() where schema_name = 'published' order by 1").fetchall()
    tables = {}
    for (name,) in names:
        if name not in _ABOUT_THE_RUN:
            found = connection.execute(f"select columns(name -> name <> 'as_of_date') from published.{name} order by all")
            tables[name] = (tuple(column[0] for column in found.description), found.fetchall())
    return tables


def by_customer(tables: Published, columns: Sequence[str]) -> dict[object, tuple[object, ...]]:
    """Some columns of customer_segments, by the customer's identifier in the source."""
    names, rows = tables["customer_segments"]
    key, places = names.index("source_customer_id"), [names.index(column) for column in columns]
    return {row[key]: tuple(row[place] for place in places) for row in rows}


def total(values: Iterable[object]) -> Decimal:
    return sum((Decimal(str(value or 0)) for value in values), Decimal(0))


class Case:
    """One world, gone the whole way once, and the ways in which it is changed."""

    def __init__(self, pipeline: CompiledPipeline, world: CustomerWorld, seed: int, dearer_policy: Path) -> None:
        self._pipeline, self.world, self._seed, self._dearer_policy = pipeline, world, seed, dearer_policy
        self.base = self._of(world)

    def _of(self, world: CustomerWorld, files: dict[str, str] | None = None, policy_dir: Path | None = None) -> Published:
        with self._pipeline.over(files or world.files(), world.as_of, policy_dir) as connection:
            return published(connection)

    def every_amount_is_that_of_the_orders(self) -> None:
        """Each customer's net revenue to the cent, and whatever is divided adds up to it again."""
        expected = {name: self.world.net_revenue(name) for name in CUSTOMERS}
        found = by_customer(self.base, ["net_revenue"])
        assert {name: found[name][0] for name in CUSTOMERS} == expected
        revenue = total(expected.values())
        names, rows = self.base["segment_summary"]
        dimension, amount, customers = (names.index(name) for name in ("dimension", "net_revenue", "customers"))
        for one in {row[dimension] for row in rows}:
            assert abs(total(row[amount] for row in rows if row[dimension] == one) - revenue) <= CENT * len(rows), one
            assert total(row[customers] for row in rows if row[dimension] == one) == len(CUSTOMERS) + 1, one
        for table in ("sales_reconciliation", "cost_reconciliation"):
            names, rows = self.base[table]
            differences = [place for place, name in enumerate(names) if name.endswith("difference")]
            assert differences
            assert [row for row in rows if any(abs(row[place] or 0) >= CENT / 2 for place in differences)] == []

    def delivered_otherwise_it_is_the_same(self) -> None:
        """Orders come early or late, in many deliveries of two files each, their rows in any order."""
        chance = random.Random(self._seed)
        span = (AS_OF - FIRST_DAY).days
        days = {order.key: FIRST_DAY + timedelta(days=chance.randrange(0, span, 60)) for order in self.world.orders}
        files = self.world.files(lambda order: days[order.key], self._seed)
        other = self._of(self.world, files)
        for table, content in self.base.items():
            assert other[table] == content, table

    def money_in_another_unit_leaves_every_segment(self) -> None:
        """Prices, costs and the policy's rates four times as high: the same names, scores and counts, four times the money."""
        other = self._of(with_money_times(self.world, _FACTOR), policy_dir=self._dearer_policy)
        for table, (names, rows) in self.base.items():
            assert other[table][0] == names
            # whichever row has a number says what the column holds: a customer who never bought has none
            told = [place for place in range(len(names)) if not any(isinstance(row[place], float | Decimal) for row in rows)]
            kept = [[tuple(row[place] for place in told) for row in some] for some in (rows, other[table][1])]
            assert Counter(kept[0]) == Counter(kept[1]), table
        money = ["net_revenue", "gross_margin", "cost_to_serve", "net_contribution", "monetary"]
        here, there = by_customer(self.base, money), by_customer(other, money)
        for customer, amounts in here.items():
            for name, amount, times in zip(money, amounts, there[customer], strict=True):
                assert (amount is None) == (times is None), (customer, name)
                assert amount is None or abs(times - amount * _FACTOR) <= CENT * _FACTOR, (customer, name)

    def later_by_days_it_is_the_same(self, days: int) -> None:
        """The clock is nowhere: only what lies between the orders and the as-of date counts."""
        other = self._of(with_days_later(self.world, days))
        shift = timedelta(days=days)
        tables = self.base if days == _DAYS_OF_28_YEARS else ["customer_segments", "customer_cost_to_serve", "price_waterfall"]
        for table in tables:
            names, rows = self.base[table]
            leave = set() if days == _DAYS_OF_28_YEARS else _BY_MONTH
            # of fixed cut points it is the day of the policy, which does not move
            leave |= {"valid_from"} if table == "score_cut_points" else set()
            places = [place for place, name in enumerate(names) if name not in leave]
            later = [
                tuple(row[place] + shift if isinstance(row[place], date) else row[place] for place in places) for row in rows
            ]
            found = [tuple(row[place] for place in places) for row in other[table][1]]
            assert Counter(later) == Counter(found), table

    def two_customers_who_are_one_have_what_they_had_together(self) -> None:
        """A merge adds facts up, and is nothing to anybody else."""
        one, two = CUSTOMERS[:2]
        other = self._of(with_customers_merged(self.world, one, two))
        added = ["order_count", "net_revenue", "gross_margin", "cost_to_serve"]
        here, there = by_customer(self.base, added), by_customer(other, added)
        for customer in set(here) - {one, two}:
            assert there[customer] == here[customer], customer
        for name, merged, parts in zip(added, there[one], zip(here[one], here[two], strict=True), strict=True):
            assert abs(total([merged]) - total(parts)) <= 2 * CENT, name
        days = by_customer(self.base, ["recency_days", "first_order_date", "last_order_date"])
        merged_days = by_customer(other, ["recency_days", "first_order_date", "last_order_date"])[one]
        for place, choose in enumerate((min, min, max)):
            known = [days[customer][place] for customer in (one, two) if days[customer][place] is not None]
            assert merged_days[place] == (choose(known) if known else None)
        start = self.world.as_of - timedelta(days=365)
        sales = [order for order in self.world.orders if order.customer in (one, two) and order.status == "shipped"]
        if sales:
            assert by_customer(other, ["frequency"])[one] == (len({order.day for order in sales if order.day > start}),)
        assert by_customer(other, ["is_scored"])[two] == (False,)

    def a_second_order_on_the_same_day_is_no_second_day(self) -> None:
        """Frequency counts days: whoever splits an order into two is no better customer for it."""
        other = self._of(with_a_second_order_on_the_same_day(self.world))
        kept = ["recency_days", "frequency", "order_days", "tenure_days", "r_score", "f_score", "is_scored"]
        assert by_customer(other, kept) == by_customer(self.base, kept)
        counts, before = by_customer(other, ["order_count"]), by_customer(self.base, ["order_count"])
        assert counts == {customer: (2 * count[0],) for customer, count in before.items()}

    def all_properties(self, days: int) -> None:
        self.every_amount_is_that_of_the_orders()
        self.delivered_otherwise_it_is_the_same()
        self.money_in_another_unit_leaves_every_segment()
        self.later_by_days_it_is_the_same(days)
        self.two_customers_who_are_one_have_what_they_had_together()
        self.a_second_order_on_the_same_day_is_no_second_day()


days_later = st.sampled_from([_DAYS_OF_28_YEARS, 1, 45, 400])


@once
@given(world=customer_worlds(), seed=st.integers(0, 1_000), days=days_later)
def test_results_follow_the_facts_and_nothing_else(
    pipeline: CompiledPipeline, dearer_policy: Path, world: CustomerWorld, seed: int, days: int
) -> None:
    """One world, seven ways: amounts, delivery, unit of money, calendar, merged customers, split orders."""
    Case(pipeline, world, seed, dearer_policy).all_properties(days)


@pytest.mark.long
@often
@given(world=customer_worlds(), seed=st.integers(0, 1_000), days=days_later)
def test_results_of_many_worlds_follow_the_facts_and_nothing_else(
    pipeline: CompiledPipeline, dearer_policy: Path, world: CustomerWorld, seed: int, days: int
) -> None:
    Case(pipeline, world, seed, dearer_policy).all_properties(days)
