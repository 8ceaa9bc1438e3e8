"""The fact and the customer table as a good user of pandas would write them (python plain_pandas.py LANDING OUT DAY...).

Belongs here: floats, only the columns that are needed, no row loops, one pass per as-of day. Not here: what the product adds.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from plain_duckdb import SEGMENTS

WINDOW = np.timedelta64(365, "D")


def read(landing: Path, table: str, columns: list[str]) -> pd.DataFrame:
    """These columns of a table, decimals as floats."""
    frame = pd.concat(
        [
            pd.read_parquet(file, columns=columns, dtype_backend="pyarrow")
            for file in sorted((landing / "tpch" / table).iterdir())
        ]
    )
    kinds = {}
    for name, kind in frame.dtypes.items():
        if "decimal" in str(kind):
            kinds[name] = "float64"
        elif "date" in str(kind):
            kinds[name] = "datetime64[s]"
        elif "int" in str(kind):
            kinds[name] = "int64"
    return frame.astype(kinds)


def order_lines(landing: Path) -> pd.DataFrame:
    """One row per line that was sold."""
    amounts = ["l_quantity", "l_extendedprice", "l_discount"]
    keys = ["l_orderkey", "l_linenumber", "l_partkey", "l_suppkey"]
    lines = read(landing, "lineitem", [*keys, *amounts, "l_returnflag", "l_receiptdate"])
    orders = read(landing, "orders", ["o_orderkey", "o_custkey", "o_orderdate"])
    costs = read(landing, "partsupp", ["ps_partkey", "ps_suppkey", "ps_supplycost"]).drop_duplicates()
    lines = lines.merge(orders, left_on="l_orderkey", right_on="o_orderkey")
    lines = lines.merge(costs, left_on=["l_partkey", "l_suppkey"], right_on=["ps_partkey", "ps_suppkey"])
    return pd.DataFrame(
        {
            "order_key": lines["l_orderkey"],
            "line_number": lines["l_linenumber"],
            "order_date": lines["o_orderdate"],
            "customer_key": lines["o_custkey"],
            "product_key": lines["l_partkey"],
            "quantity": lines["l_quantity"],
            "net_amount": lines["l_extendedprice"] * (1 - lines["l_discount"]),
            "discount_amount": lines["l_extendedprice"] * lines["l_discount"],
            "unit_cost": lines["ps_supplycost"],
            "return_date": lines["l_receiptdate"].where(lines["l_returnflag"] == "R"),
        }
    )


def movements(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per order, and one per customer and day of a return."""
    lines = lines.assign(cost=lines["quantity"] * lines["unit_cost"], kept=lines["return_date"].isna())
    orders = lines.groupby(["customer_key", "order_date", "order_key"], as_index=False).agg(
        net_amount=("net_amount", "sum"), cost=("cost", "sum"), kept=("kept", "any"), reversed_date=("return_date", "max")
    )
    orders["reversed_date"] = orders["reversed_date"].where(~orders["kept"])
    returned = lines[~lines["kept"]].groupby(["customer_key", "return_date"], as_index=False)[["net_amount", "cost"]].sum()
    returned = returned.rename(columns={"return_date": "order_date"})
    returned[["net_amount", "cost"]] *= -1
    return pd.concat([orders.drop(columns="kept").assign(is_order=True), returned.assign(is_order=False)], ignore_index=True)


def customers(moves: pd.DataFrame, day: np.datetime64) -> pd.DataFrame:
    """One row per customer who had bought by that day."""
    known = moves[moves["order_date"] <= day]
    counted = known[known["is_order"] & ~(known["reversed_date"] <= day)]
    window = known[known["order_date"] > day - WINDOW]
    bought = counted[counted["order_date"] > day - WINDOW].drop_duplicates(["customer_key", "order_date"])
    found = counted.groupby("customer_key").agg(
        first_order_date=("order_date", "min"), last_order_date=("order_date", "max"), order_count=("order_key", "size")
    )
    found["frequency"] = bought.groupby("customer_key").size()
    found[["monetary", "cost_of_goods"]] = window.groupby("customer_key")[["net_amount", "cost"]].sum()
    found = found.fillna({"frequency": 0, "monetary": 0, "cost_of_goods": 0})
    recency = (day - found["last_order_date"]).dt.days
    cuts = [0.2, 0.4, 0.6, 0.8]
    found["r_score"] = 5 - np.searchsorted(recency.quantile(cuts).to_numpy(), recency, side="left")
    found["f_score"] = 1 + np.searchsorted([1, 2, 4, 9], found["frequency"], side="left")
    found["m_score"] = 1 + np.searchsorted(found["monetary"].quantile(cuts).to_numpy(), found["monetary"], side="left")
    mean = (found["f_score"] + found["m_score"] + 1) // 2
    found["segment"] = (found["r_score"].astype(str) + mean.astype(str)).map(SEGMENTS)
    is_young = (day - found["first_order_date"]).dt.days <= 90
    found["segment"] = found["segment"].where(found["segment"].notna(), is_young.map({True: "new", False: "promising"}))
    by_value = found["monetary"].where(found["monetary"] > 0).sort_values(ascending=False)
    before = by_value.cumsum() - by_value
    place = np.searchsorted(np.array([0.80, 0.95]) * by_value.sum(), before, side="right")
    found["abc_class"] = pd.Series(np.array(["A", "B", "C"])[place], index=by_value.index).where(by_value.notna(), "D")
    return found.reset_index().assign(as_of_date=day)


if __name__ == "__main__":
    landing_dir, target, *as_of_days = sys.argv[1:]
    fact = order_lines(Path(landing_dir))
    fact.to_parquet(Path(target) / "order_lines.parquet", index=False)
    moved = movements(fact)
    del fact
    pd.concat([customers(moved, np.datetime64(day, "s")) for day in as_of_days]).to_parquet(
        Path(target) / "customers.parquet", index=False
    )
