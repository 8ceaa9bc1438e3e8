"""Clusters of customers by behaviour: where their centres lie, what they are called, which one is which of the time before.

Belongs here: k-means on a frame of measures, the names, the matching. Not here: which dates are fitted and how a fit lies in a
table (cluster_tables.py), which cluster a customer belongs to (dbt: the nearest centre).

The same customers give the same centres whatever order the rows have and however many threads there are: rows are sorted by
key, one thread adds up, the start is seeded.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Array = np.ndarray[Any, np.dtype[np.float64]]

KEYS = ["source_code", "customer_key"]
_SEED = 0
_STARTS = 10
# beyond the twelfth digit sums depend on the machine
_DIGITS = 9
_SILHOUETTE_CUSTOMERS = 2_000
_WORDS_IN_A_NAME = 2


@dataclass(frozen=True)
class FeatureRule:
    """How much a measure counts, and what a cluster far above or below the mean of all customers is called."""

    feature: str
    weight: float
    word_high: str
    word_low: str


@dataclass(frozen=True)
class ClusterRules:
    """The policy of one date. Deviations: standard deviations of all customers; restart_gain_share: how much nearer, squared,
    customers must lie to other centres before the clusters of before are given up.
    """

    features: tuple[FeatureRule, ...]
    count: int
    least_customers: int
    outlier_deviations: float
    name_deviations: float
    match_deviations: float
    restart_gain_share: float


@dataclass(frozen=True)
class Fit:
    """Clusters of one date. means, deviations: by measure; centres: by cluster and measure, in deviations from the mean."""

    rules: tuple[FeatureRule, ...]
    means: "Array"
    deviations: "Array"
    centres: "Array"
    numbers: tuple[int, ...]
    names: tuple[str, ...]
    is_new: tuple[bool, ...]
    customers: int
    silhouette: float | None


def fit_clusters(customers: "pd.DataFrame", rules: ClusterRules, before: Fit | None) -> Fit | None:
    """Clusters of these customers (keys, and a column per measure; NULL where unknown), named after those of before.

    None where there are fewer customers than the rules ask for, or fewer different ones than clusters.
    """
    import numpy as np

    if len(customers) < max(rules.least_customers, rules.count):
        return None
    table = customers.sort_values(KEYS, kind="stable")
    known = [rule for rule in rules.features if table[rule.feature].notna().any()]
    values = table[[rule.feature for rule in known]].to_numpy(dtype=np.float64, na_value=np.nan)
    means, deviations = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    told_apart = deviations > 10**-_DIGITS
    used = tuple(rule for rule, differs in zip(known, told_apart, strict=True) if differs)
    if not used:
        return None
    means, deviations = means[told_apart].round(_DIGITS), deviations[told_apart].round(_DIGITS)
    # what is not known of a customer lies at the mean, and an outlier counts no further than the limit
    scaled = np.nan_to_num((values[:, told_apart] - means) / deviations)
    scaled = scaled.clip(-rules.outlier_deviations, rules.outlier_deviations).round(_DIGITS)
    if len(np.unique(scaled, axis=0)) < rules.count:
        return None
    fit = Fit(used, means, deviations, np.empty((0, len(used))), (), (), (), len(table), None)
    centres, silhouette = _centres(scaled, np.array([rule.weight for rule in used]), rules, _continued(fit, rules, before))
    fit = replace(fit, centres=centres, silhouette=silhouette)
    return _named(fit, rules, before)


def _continued(fit: Fit, rules: ClusterRules, before: Fit | None) -> "Array | None":
    """The centres of before in the deviations of now, as long as there are as many, of the same measures."""
    measures = [rule.feature for rule in fit.rules]
    if before is None or [rule.feature for rule in before.rules] != measures or len(before.centres) != rules.count:
        return None
    continued: Array = (before.means + before.centres * before.deviations - fit.means) / fit.deviations
    return continued


def _centres(scaled: "Array", weights: "Array", rules: ClusterRules, continued: "Array | None") -> tuple["Array", float | None]:
    """Centres, the largest cluster first, and how well the clusters are kept apart (-1 to 1).

    There is more than one good answer, so the one of before goes on unless another is clearly better: clusters that jump from
    one answer to another and back have no names.
    """
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score
    from threadpoolctl import threadpool_limits

    stretched = scaled * np.sqrt(weights)
    with threadpool_limits(1):
        means = KMeans(rules.count, n_init=_STARTS, random_state=_SEED, algorithm="lloyd").fit(stretched)
        if continued is not None:
            start = continued * np.sqrt(weights)
            going_on = KMeans(rules.count, init=start, n_init=1, random_state=_SEED, algorithm="lloyd").fit(stretched)
            if going_on.inertia_ * (1 - rules.restart_gain_share) <= means.inertia_:
                means = going_on
        some = slice(None, None, -(-len(stretched) // _SILHOUETTE_CUSTOMERS))
        labels = means.labels_[some]
        told_apart = 1 < len(np.unique(labels)) < len(labels)
        silhouette = round(float(silhouette_score(stretched[some], labels)), _DIGITS) if told_apart else None
    centres = (means.cluster_centers_ / np.sqrt(weights)).round(_DIGITS)
    sizes = np.bincount(means.labels_, minlength=rules.count)
    order = sorted(range(rules.count), key=lambda number: (-sizes[number], tuple(centres[number])))
    return centres[order], silhouette


def _named(fit: Fit, rules: ClusterRules, before: Fit | None) -> Fit:
    kept = _matches(fit, before, rules.match_deviations) if before else {}
    numbers = {place: before.numbers[old] for place, old in kept.items()} if before else {}
    names = {place: before.names[old] for place, old in kept.items()} if before else {}
    free = (number for number in range(1, 10 * len(fit.centres)) if number not in set(numbers.values()))
    for place in range(len(fit.centres)):
        if place not in kept:
            numbers[place] = next(free)
            names[place] = _new_name(fit, place, rules.name_deviations, set(names.values()))
    places = sorted(range(len(fit.centres)), key=lambda place: numbers[place])
    return replace(
        fit,
        centres=fit.centres[places],
        numbers=tuple(numbers[place] for place in places),
        names=tuple(names[place] for place in places),
        is_new=tuple(place not in kept for place in places),
    )


def _matches(fit: Fit, before: Fit, limit: float) -> dict[int, int]:
    """The cluster of before that each cluster is: together as near as can be, each within the limit and true to its name."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    shared = [
        (here, there)
        for here, rule in enumerate(fit.rules)
        for there, other in enumerate(before.rules)
        if rule.feature == other.feature
    ]
    if not shared:
        return {}
    here, there = (list(places) for places in zip(*shared, strict=True))
    # both in the deviations of before
    moved = (fit.means[here] + fit.centres[:, here] * fit.deviations[here] - before.means[there]) / before.deviations[there]
    distances = np.linalg.norm(moved[:, None, :] - before.centres[None, :, there], axis=2).round(_DIGITS)
    belied = [[_belies(fit, place, name) for name in before.names] for place in range(len(fit.centres))]
    # what lies past the limit is no match, however far: otherwise one new cluster would push all others on to their neighbours
    costs = np.where(belied, limit, distances.clip(max=limit))
    rows, columns = linear_sum_assignment(costs)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True) if costs[row, column] < limit}


def _belies(fit: Fit, place: int, name: str) -> bool:
    """True where a name says of a measure the opposite of where the centre lies."""
    opposites = (
        rule.word_low if value > 0 else rule.word_high
        for rule, value in zip(fit.rules, fit.centres[place], strict=True)
        if value != 0
    )
    return any(f"_{word}_" in f"_{name}_" for word in opposites)


def _new_name(fit: Fit, place: int, least: float, taken: set[str]) -> str:
    """Words of the measures in which the cluster differs most from everybody; as many more as make it the only one."""
    centre = fit.centres[place]
    strongest = sorted(range(len(fit.rules)), key=lambda number: (-abs(centre[number]), number))
    words = [fit.rules[number].word_high if centre[number] > 0 else fit.rules[number].word_low for number in strongest]
    telling = sum(abs(centre[number]) >= least for number in strongest[:_WORDS_IN_A_NAME])
    names = ["_".join(words[:count]) or "average" for count in (telling, *range(max(telling, 1) + 1, len(words) + 1))]
    numbered = (f"{names[0]}_{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (*names, *numbered) if name not in taken)
