"""Fits of clusters as rows of a table: which dates are fitted by which policy, one row per date, cluster and measure.

Belongs here: from rows to fits and back. Not here: finding clusters (clusters.py), reading tables (the dbt model
int_behaviour_clusters_found, which calls this).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dagster_project.prediction.clusters import ClusterRules, FeatureRule, Fit, fit_clusters

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Rows = Sequence[Mapping[str, Any]]


def fit_schema() -> "pa.Schema":
    """Columns of the table."""
    import pyarrow as pa

    types = {
        "fit_date": pa.date32(),
        "policy_version": pa.string(),
        "cluster_number": pa.int32(),
        "behaviour_cluster": pa.string(),
        "is_new_cluster": pa.bool_(),
        "sampled_customers": pa.int64(),
        "silhouette": pa.float64(),
        "feature": pa.string(),
        "weight": pa.float64(),
        "word_high": pa.string(),
        "word_low": pa.string(),
        "mean_value": pa.float64(),
        "deviation": pa.float64(),
        "centre": pa.float64(),
    }
    return pa.schema(list(types.items()))


def fit_due_dates(
    due: Sequence[date], customers: "pd.DataFrame", feature_rules: Rows, numbers: Rows, kept: Rows, policy_version: str
) -> "pa.Table":
    """Rows of the dates that are due; each date's clusters are named after those of the newest date before it.

    customers: as_of_date, keys, a column per measure; feature_rules, numbers: the policy's rows with valid_from and valid_to;
    kept: rows of the dates that stand. A date with too few customers has no row.
    """
    import pyarrow as pa

    rows: list[dict[str, Any]] = []
    before = _newest_fit([row for row in kept if row["fit_date"] < min(due)]) if due else None
    for day in sorted(due):
        of_the_day = customers[customers["as_of_date"].dt.date == day]
        fit = fit_clusters(of_the_day, _rules(_valid(feature_rules, day), _valid(numbers, day)), before)
        if fit is not None:
            rows += _rows(day, policy_version, fit)
            before = fit
    return pa.Table.from_pylist(rows, schema=fit_schema())


def _valid(policy: Rows, day: date) -> Rows:
    return [row for row in policy if row["valid_from"] <= day and (row["valid_to"] is None or row["valid_to"] > day)]


def _rules(feature_rules: Rows, numbers: Rows) -> ClusterRules:
    value = {row["name"].removeprefix("cluster_"): float(row["value"]) for row in numbers}
    return ClusterRules(
        features=tuple(_feature_rule(row) for row in sorted(feature_rules, key=lambda row: str(row["feature"]))),
        count=int(value["count"]),
        least_customers=int(value["least_customers"]),
        outlier_deviations=value["outlier_deviations"],
        name_deviations=value["name_deviations"],
        match_deviations=value["match_deviations"],
        restart_gain_share=value["restart_gain_share"],
    )


def _feature_rule(row: Mapping[str, Any]) -> FeatureRule:
    return FeatureRule(row["feature"], float(row["weight"]), row["word_high"], row["word_low"])


def _rows(day: date, policy_version: str, fit: Fit) -> list[dict[str, Any]]:
    return [
        {
            **{"fit_date": day, "policy_version": policy_version, "cluster_number": number, "behaviour_cluster": name},
            **{"is_new_cluster": is_new, "sampled_customers": fit.customers, "silhouette": fit.silhouette},
            **{"feature": rule.feature, "weight": rule.weight, "word_high": rule.word_high, "word_low": rule.word_low},
            **{"mean_value": float(mean), "deviation": float(deviation), "centre": float(value)},
        }
        for number, name, is_new, centre in zip(fit.numbers, fit.names, fit.is_new, fit.centres, strict=True)
        for rule, mean, deviation, value in zip(fit.rules, fit.means, fit.deviations, centre, strict=True)
    ]


def _newest_fit(kept: Rows) -> Fit | None:
    """The newest fit among rows, as it was when they were written; None without rows."""
    import numpy as np

    if not kept:
        return None
    newest = max(row["fit_date"] for row in kept)
    rows = sorted((row for row in kept if row["fit_date"] == newest), key=lambda row: (row["cluster_number"], row["feature"]))
    clusters = [list(group) for _, group in groupby(rows, key=lambda row: row["cluster_number"])]
    first = clusters[0]
    return Fit(
        rules=tuple(_feature_rule(row) for row in first),
        means=np.array([row["mean_value"] for row in first]),
        deviations=np.array([row["deviation"] for row in first]),
        centres=np.array([[row["centre"] for row in cluster] for cluster in clusters]),
        numbers=tuple(cluster[0]["cluster_number"] for cluster in clusters),
        names=tuple(cluster[0]["behaviour_cluster"] for cluster in clusters),
        is_new=tuple(cluster[0]["is_new_cluster"] for cluster in clusters),
        customers=first[0]["sampled_customers"],
        silhouette=first[0]["silhouette"],
    )
