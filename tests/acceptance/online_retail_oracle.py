"""What the written rules make of the 305 day files of UCI Online Retail, computed a second time in pandas.

Belongs here: the rules of the domain reference and of the source, read from the raw files and the policy tables, and nothing
taken from the pipeline. Not here: what was published, and the comparison (test_online_retail.py).

Money is held in integers of a millionth: a price has up to three decimals and a margin two, so every figure is exact and is
rounded once, when it is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

SOURCE = "online_retail"
UNIT = 1_000_000
MICROS_PER_CENT = UNIT // 100
SHIPPING = ("POST", "DOT", "C2")
FEES = ("BANK CHARGES", "AMAZONFEE", "CRUK")
ADJUSTMENTS = ("M", "m", "D", "B", "S")


@dataclass(frozen=True, repr=False)
class Oracle:
    """Everything the acceptance tests compare with."""

    as_of: date
    lines: pd.DataFrame
    """One row per line of the files, with day, amount, line type and outcome."""
    customers: pd.DataFrame
    """One row per known customer, indexed by source_customer_id; amounts in millionths."""
    cut_points: dict[str, list[float]]
    """Ascending cut points per RFM measure: recency in days, frequency in order days, monetary in millionths."""
    activities: pd.DataFrame
    """One row per customer and activity that occurred in the window: driver_units, cost in millionths."""
    outcomes: pd.DataFrame
    """Lines and amount per outcome (sale, return, unidentified, or the reason for leaving the line out)."""


def micros(value: object) -> int:
    """A decimal written in a policy table as an exact number of millionths."""
    scaled = Decimal(str(value)) * UNIT
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{value} has more decimals than a millionth holds")
    return int(scaled)


def cents(amounts: pd.Series) -> pd.Series:
    """Millionths to whole cents, half away from zero; what is missing stays missing."""
    known = amounts.dropna().astype("int64")
    whole = np.sign(known) * ((known.abs() + MICROS_PER_CENT // 2) // MICROS_PER_CENT)
    return whole.reindex(amounts.index).astype("Int64")


def read_policy(folder: Path, table: str, as_of: date, key: Sequence[str]) -> pd.DataFrame:
    """The rows of a policy table that are valid on a day, as text: per key the newest that has begun."""
    rows = pd.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False)
    begun = rows[rows["valid_from"] <= as_of.isoformat()].sort_values("valid_from", kind="stable")
    return begun.drop_duplicates(list(key), keep="last").reset_index(drop=True)


def read_lines(folder: Path) -> pd.DataFrame:
    """Every line of every day file, with names of our own and an outcome."""
    raw = pd.concat(
        (pd.read_csv(path, dtype=str, keep_default_na=False) for path in sorted(folder.glob("*.csv"))), ignore_index=True
    )
    price = (pd.to_numeric(raw["UnitPrice"]) * UNIT).round().astype("int64")
    quantity = raw["Quantity"].astype("int64")
    lines = pd.DataFrame(
        {
            "invoice": raw["InvoiceNo"],
            "product": raw["StockCode"],
            "customer": raw["CustomerID"].str.removesuffix(".0"),
            "country": raw["Country"],
            "day": pd.to_datetime(raw["InvoiceDate"].str[:10], format="%Y-%m-%d"),
            "quantity": quantity,
            "price": price,
            "amount": quantity * price,
        }
    )
    lines["line_type"] = np.select(
        [
            lines["product"].isin(SHIPPING),
            lines["product"].isin(FEES),
            lines["product"].isin(ADJUSTMENTS) | lines["product"].str.startswith("gift_"),
        ],
        ["shipping", "fee", "adjustment"],
        "product",
    )
    lines["outcome"] = _outcome(lines)
    return lines


def _outcome(lines: pd.DataFrame) -> np.ndarray:
    """Sale, return, unidentified (either of them without a customer), else the first reason that keeps the line out."""
    is_product = lines["line_type"].eq("product")
    has_customer = lines["customer"].ne("")
    cancelled = lines["invoice"].str.startswith("C")
    reversed_or_adjusted = lines["invoice"].str.startswith(("C", "A"))
    sells = is_product & lines["quantity"].gt(0) & lines["price"].gt(0) & ~reversed_or_adjusted
    returns = is_product & lines["quantity"].lt(0) & lines["price"].gt(0) & cancelled
    return np.select(
        [sells & has_customer, returns & has_customer, sells | returns, ~is_product, lines["price"].le(0)],
        ["sale", "return", "unidentified", lines["line_type"], "price_not_positive"],
        "sign_and_invoice_disagree",
    )


def compute(data: Path, policy: Path) -> Oracle:
    """The whole oracle, as of the newest delivery in the folder of real data sets."""
    folder = data / SOURCE
    as_of = max(date.fromisoformat(path.stem) for path in folder.glob("*.csv"))
    lines = read_lines(folder)
    known = lines[lines["customer"].ne("") & lines["day"].le(pd.Timestamp(as_of))]
    parameters = read_policy(policy, "parameters", as_of, ["name"]).set_index("name")["value"]
    window_start = pd.Timestamp(as_of) - pd.Timedelta(days=int(parameters["analysis_window_days"]))
    in_window = known[known["day"].gt(window_start)]

    customers = _customers(known, in_window, as_of)
    scored = customers[customers["is_scored"]]
    cut_points = _cut_points(scored, policy, as_of)
    _score(customers, cut_points, read_policy(policy, "rfm_segment_map", as_of, ["r_score", "fm_score"]))

    activities = _activities(in_window, policy, as_of)
    margins = read_policy(policy, "assumed_margins", as_of, ["source"]).set_index("source")["gross_margin_share"]
    cost_share = UNIT - micros(margins[SOURCE])
    cost_of_goods = customers["net_revenue"] * (cost_share // 100) // (UNIT // 100)
    if ((customers["net_revenue"] * (cost_share // 100)) % (UNIT // 100)).any():
        raise ValueError("a millionth is too coarse for this margin")
    postage = in_window[in_window["outcome"].eq("shipping")].groupby("customer")["amount"].sum()
    customers["freight_charged"] = postage.reindex(customers.index, fill_value=0).astype("int64")
    customers["gross_margin"] = customers["net_revenue"] + customers["freight_charged"] - cost_of_goods
    customers["cost_to_serve"] = (
        activities.groupby("customer")["cost"].sum().reindex(customers.index, fill_value=0).astype("int64")
    )
    customers["net_contribution"] = customers["gross_margin"] - customers["cost_to_serve"]
    classes = read_policy(policy, "abc_classes", as_of, ["abc_class"])
    customers["abc_revenue"] = abc_class(customers["net_revenue"], classes)
    customers["abc_profit"] = abc_class(customers["net_contribution"], classes)

    outcomes = lines.groupby("outcome")["amount"].agg(lines="count", amount="sum")
    return Oracle(as_of, lines, customers, cut_points, activities, outcomes)


def _customers(known: pd.DataFrame, in_window: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """What is counted and summed per customer; a prospect has no order, so no recency, frequency or monetary value."""
    newest_last = known.sort_values(["customer", "day", "country"])
    sales = known[known["outcome"].eq("sale")].groupby("customer")
    window_sales = in_window[in_window["outcome"].eq("sale")].groupby("customer")
    window_net = in_window[in_window["outcome"].isin(["sale", "return"])].groupby("customer")

    customers = newest_last.groupby("customer").agg(country=("country", "last"))
    customers.index.name = "source_customer_id"
    everyone = customers.index
    customers["first_order_date"] = sales["day"].min().reindex(everyone)
    customers["last_order_date"] = sales["day"].max().reindex(everyone)
    customers["is_scored"] = customers["first_order_date"].notna()
    customers["tenure_days"] = (pd.Timestamp(as_of) - customers["first_order_date"]).dt.days.astype("Int64")
    customers["order_count"] = sales["invoice"].nunique().reindex(everyone, fill_value=0).astype("Int64")
    customers["order_days"] = sales["day"].nunique().reindex(everyone, fill_value=0).astype("Int64")
    customers["recency_days"] = (pd.Timestamp(as_of) - customers["last_order_date"]).dt.days.astype("Int64")
    frequency = window_sales["day"].nunique().reindex(everyone, fill_value=0).astype("Int64")
    customers["net_revenue"] = window_net["amount"].sum().reindex(everyone, fill_value=0).astype("int64")
    customers["frequency"] = frequency.where(customers["is_scored"])
    customers["monetary"] = customers["net_revenue"].astype("Int64").where(customers["is_scored"])
    return customers


def _cut_points(scored: pd.DataFrame, policy: Path, as_of: date) -> dict[str, list[float]]:
    """Quantiles of type 7 over all scored customers, or the values that the policy fixes."""
    methods = read_policy(policy, "rfm_measures", as_of, ["measure"]).set_index("measure")["method"]
    fixed = read_policy(policy, "rfm_fixed_points", as_of, ["measure", "cut_number"])
    points = read_policy(policy, "rfm_quantile_points", as_of, ["cut_number"])["probability"].astype(float)
    columns = {"recency": "recency_days", "frequency": "frequency", "monetary": "monetary"}
    cut_points = {}
    for measure, column in columns.items():
        if methods[measure] == "quantile":
            cuts = np.quantile(scored[column].to_numpy(dtype=float), points, method="linear").tolist()
        elif methods[measure] == "fixed":
            cuts = fixed.loc[fixed["measure"].eq(measure), "cut_value"].astype(float).tolist()
        else:
            raise ValueError(f"the oracle knows no method {methods[measure]} for {measure}")
        cut_points[measure] = sorted(cuts)
    return cut_points


def _cuts_below(values: pd.Series, cuts: list[float]) -> pd.Series:
    """How many cut points lie strictly below each value."""
    return pd.Series(np.searchsorted(cuts, values.to_numpy(dtype=float), side="left"), index=values.index)


def _score(customers: pd.DataFrame, cut_points: dict[str, list[float]], segment_map: pd.DataFrame) -> None:
    """Add the scores, the code and the segment of the scored customers."""
    scored = customers[customers["is_scored"]]
    r = 5 - _cuts_below(scored["recency_days"], cut_points["recency"])
    f = 1 + _cuts_below(scored["frequency"], cut_points["frequency"])
    m = 1 + _cuts_below(scored["monetary"], cut_points["monetary"])
    fm = (f + m + 1) // 2  # half up

    cells = segment_map.astype({"r_score": int, "fm_score": int}).set_index(["r_score", "fm_score"])
    cell = cells.reindex(pd.MultiIndex.from_arrays([r, fm]))
    limit = pd.to_numeric(cell["first_order_within_days"]).to_numpy()
    too_old = ~np.isnan(limit) & (scored["tenure_days"].to_numpy(dtype=float) > limit)
    segment = pd.Series(np.where(too_old, cell["otherwise_segment"], cell["segment"]), index=scored.index)

    for name, score in (("r_score", r), ("f_score", f), ("m_score", m)):
        customers[name] = score.reindex(customers.index).astype("Int64")
    customers["rfm_code"] = (r.astype(str) + f.astype(str) + m.astype(str)).reindex(customers.index)
    customers["rfm_segment"] = segment.reindex(customers.index)


def _activities(in_window: pd.DataFrame, policy: Path, as_of: date) -> pd.DataFrame:
    """Driver units and cost per customer and activity in the window; an activity that did not occur has no row.

    The source has no channel, reason, shipment or ledger: base times, the policy's own rates, one delivery per order.
    """
    sale_lines = in_window[in_window["outcome"].eq("sale")]
    return_lines = in_window[in_window["outcome"].eq("return")]
    orders = sale_lines.drop_duplicates("invoice")
    units = {"orders": orders, "lines": sale_lines, "return_lines": return_lines}

    parts = []
    equations = read_policy(policy, "time_equations", as_of, ["activity", "driver", "attribute_value"])
    pools = read_policy(policy, "activity_pools", as_of, ["activity"]).set_index("activity")["pool"]
    rates = read_policy(policy, "capacity_cost_rates", as_of, ["pool"]).set_index("pool")["cost_per_minute"]
    base_times = equations[equations["attribute_value"].eq("*")]
    for term in base_times[base_times["activity"].isin(["order_entry", "picking", "returns"])].itertuples():
        counts = units[str(term.driver)].groupby("customer").size()
        per_unit = micros(Decimal(str(term.minutes_per_unit)) * Decimal(str(rates[pools[term.activity]])))
        parts.append(pd.DataFrame({"activity": term.activity, "driver_units": counts, "cost": counts * per_unit}))

    zones = read_policy(policy, "delivery_zones", as_of, ["country"]).set_index("country")["zone"]
    tariffs = read_policy(policy, "delivery_tariffs", as_of, ["zone"]).set_index("zone")["cost_per_order"].map(micros)
    tariff = orders["country"].map(zones).fillna(zones["*"]).map(tariffs)
    deliveries = orders.assign(cost=tariff).groupby("customer")["cost"].agg(driver_units="count", cost="sum")
    parts.append(deliveries.assign(activity="outbound_freight"))
    return pd.concat(parts).reset_index()[["customer", "activity", "driver_units", "cost"]]


def abc_class(values: pd.Series, classes: pd.DataFrame) -> pd.Series:
    """The class in which a customer's share of the positive total begins; equals share one class; nothing positive is D."""
    positive = values[values > 0]
    per_value = positive.groupby(positive).sum().sort_index(ascending=False)
    before = per_value.cumsum() - per_value
    total = int(positive.sum())
    label = pd.Series("", index=before.index, dtype=object)
    for row in classes.sort_values("share_from").itertuples():
        # share_from <= before / total, in whole numbers
        label[before * 100 >= int(Decimal(str(row.share_from)) * 100) * total] = row.abc_class
    return values.map(label).where(values > 0, "D")
