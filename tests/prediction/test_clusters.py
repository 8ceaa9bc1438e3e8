"""Clusters of customers: the same whatever order they come in, and the same names from one date to the next."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from dagster_project.prediction.cluster_tables import fit_due_dates
from dagster_project.prediction.clusters import ClusterRules, FeatureRule, Fit, fit_clusters

RULES = ClusterRules(
    features=(
        FeatureRule("order_days", 1.0, "frequent", "occasional"),
        FeatureRule("order_value", 1.0, "large_orders", "small_orders"),
        FeatureRule("return_share", 1.0, "many_returns", "few_returns"),
    ),
    count=3,
    least_customers=30,
    outlier_deviations=3,
    name_deviations=0.5,
    match_deviations=1,
    restart_gain_share=0.05,
)
GROUPS = {"frequent": (3.0, 4.0, 0.05), "occasional": (0.2, 4.0, 0.05), "large": (1.5, 8.0, 0.05)}


def market(seed: int = 1, size: int = 40, groups: dict[str, tuple[float, float, float]] = GROUPS) -> pd.DataFrame:
    """So many customers of each group, scattered about its middle."""
    chance = np.random.default_rng(seed)
    middles = np.repeat(list(groups.values()), size, axis=0)
    scattered = middles + chance.normal(0, 0.1, middles.shape)
    keys = pd.DataFrame({"source_code": 1, "customer_key": range(1, len(middles) + 1)})
    return keys.join(pd.DataFrame(scattered, columns=["order_days", "order_value", "return_share"]))


def fitted(customers: pd.DataFrame, before: Fit | None = None, rules: ClusterRules = RULES) -> Fit:
    fit = fit_clusters(customers, rules, before)
    assert fit is not None
    return fit


def assert_same(one: Fit, other: Fit) -> None:
    assert one.names == other.names
    assert one.numbers == other.numbers
    for field in ("means", "deviations", "centres"):
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field))


def test_clusters_are_named_by_what_sets_them_apart_from_everybody() -> None:
    fit = fitted(market())
    assert set(fit.names) == {"frequent_small_orders", "occasional_small_orders", "large_orders"}
    assert fit.customers == 120
    assert fit.silhouette is not None
    assert fit.silhouette > 0.4


def test_neither_row_order_nor_threads_change_anything() -> None:
    """Sums of doubles depend on the order in which they are added up, and threads add up in any order."""
    customers = market(size=700)
    expected = fitted(customers)
    for seed in (1, 2):
        assert_same(fitted(customers.sample(frac=1, random_state=seed)), expected)
    for threads in (1, 2, 4):
        with threadpool_limits(threads):
            assert_same(fitted(customers), expected)


def test_money_in_another_unit_leaves_the_clusters() -> None:
    """order_value is a logarithm: pence instead of pounds add the same to everybody's."""
    customers = market()
    expected = fitted(customers)
    pence = fitted(customers.assign(order_value=customers["order_value"] + np.log(100)))
    assert pence.names == expected.names
    np.testing.assert_allclose(pence.centres, expected.centres, atol=1e-6)


def test_names_and_numbers_stay_while_the_customers_change_a_little() -> None:
    """A month later: others came, everybody buys somewhat more, and the groups are what they were."""
    before = fitted(market())
    after = fitted(market(seed=2, size=60).assign(order_days=lambda table: table["order_days"] * 1.1), before)
    assert dict(zip(after.numbers, after.names, strict=True)) == dict(zip(before.numbers, before.names, strict=True))
    assert not any(after.is_new)


def test_a_group_that_was_not_there_before_gets_a_name_of_its_own_and_the_others_keep_theirs() -> None:
    """One new cluster must not push all others on to their neighbours' names."""
    rules = replace(RULES, count=4)
    groups = GROUPS | {"returning": (1.5, 4.0, 3.0)}
    before = fitted(market(groups=groups), rules=rules)
    after = fitted(market(groups=groups | {"large": (4.5, 9.0, 0.05)}), before, rules)
    new = [name for name, is_new in zip(after.names, after.is_new, strict=True) if is_new]
    assert new == ["large_orders_frequent"]
    assert len(set(after.names) & set(before.names)) == 3


def test_a_name_that_no_longer_holds_is_given_up() -> None:
    """Drifting by small steps a cluster could otherwise end up as the opposite of what it is called."""
    before = fitted(market())
    belied = replace(before, names=tuple(name.replace("frequent", "occasional") for name in before.names))
    after = fitted(market(), belied)
    assert "frequent_small_orders" in [name for name, is_new in zip(after.names, after.is_new, strict=True) if is_new]


def test_what_nobody_delivers_separates_nobody() -> None:
    """Without a promotion or a brand in any order there is nothing to measure; of single customers the mean stands in."""
    customers = market().assign(return_share=np.nan)
    customers.loc[::7, "order_value"] = None
    fit = fitted(customers)
    assert [rule.feature for rule in fit.rules] == ["order_days", "order_value"]
    assert fitted(market().assign(return_share=0.0)).rules == fit.rules


@pytest.mark.parametrize("customers", [market().head(20), pd.concat([market().head(1)] * 40)], ids=["too few", "all alike"])
def test_where_there_are_no_groups_there_are_no_clusters(customers: pd.DataFrame) -> None:
    assert fit_clusters(customers, RULES, None) is None


def test_two_clusters_of_the_same_words_are_told_apart_by_one_more() -> None:
    groups = {"a": (3.0, 4.0, 0.0), "b": (3.0, 4.0, 2.0), "c": (-9.0, 4.0, 1.0), "d": (-9.0, 4.2, 1.0)}
    fit = fitted(market(groups=groups), rules=replace(RULES, count=4, name_deviations=0.1))
    assert len(set(fit.names)) == 4


def _policy(rules: ClusterRules) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    always = {"valid_from": date(2000, 1, 1), "valid_to": None}
    features = [vars(rule) | always for rule in rules.features]
    numbers = [
        {"name": f"cluster_{name}", "value": value} | always for name, value in vars(rules).items() if name != "features"
    ]
    return features, numbers


def test_going_on_from_the_dates_that_stand_gives_what_all_dates_at_once_give() -> None:
    """A refresh that fits the newest quarter only must not name it otherwise than a rebuild would."""
    days = [date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30)]
    customers = pd.concat(
        market(seed=number, size=40 + number).assign(as_of_date=pd.Timestamp(day)) for number, day in enumerate(days)
    )
    features, numbers = _policy(RULES)
    together = fit_due_dates(days, customers, features, numbers, [], "p")
    first = fit_due_dates(days[:2], customers, features, numbers, [], "p")
    rest = fit_due_dates(days[2:], customers, features, numbers, first.to_pylist(), "p")
    assert first.to_pylist() + rest.to_pylist() == together.to_pylist()
    assert together.num_rows == 3 * 3 * 3


def test_the_policy_of_each_date_holds_for_it() -> None:
    """Another number of clusters from a day on starts a new set on that day, and leaves the days before."""
    days = [date(2024, 3, 31), date(2024, 6, 30)]
    customers = pd.concat(market().assign(as_of_date=pd.Timestamp(day)) for day in days)
    features, numbers = _policy(RULES)
    change = date(2024, 5, 1)
    numbers = [row if row["name"] != "cluster_count" else row | {"valid_to": change} for row in numbers]
    numbers.append({"name": "cluster_count", "value": 2, "valid_from": change, "valid_to": None})
    rows = fit_due_dates(days, customers, features, numbers, [], "p").to_pylist()
    counts = {day: len({row["cluster_number"] for row in rows if row["fit_date"] == day}) for day in days}
    assert counts == {days[0]: 3, days[1]: 2}
    assert fit_due_dates([], customers, features, numbers, [], "p").num_rows == 0
