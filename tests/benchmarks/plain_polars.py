"""The fact and the customer table as a good user of polars would write them (python plain_polars.py LANDING OUT DAY...).

Belongs here: floats, lazy frames that prune columns, one pass per as-of day. Not here: what the product adds.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from plain_duckdb import SEGMENTS

WINDOW = timedelta(days=365)


def read(landing: Path, table: str) -> pl.LazyFrame:
    """A table with its decimals as floats."""
    return pl.scan_parquet(landing / "tpch" / table / "*.parquet").with_columns(pl.selectors.decimal().cast(pl.Float64))


def order_lines(landing: Path) -> pl.LazyFrame:
    """One row per line that was sold."""
    costs = read(landing, "partsupp").select("ps_partkey", "ps_suppkey", "ps_supplycost").unique()
    lines = read(landing, "lineitem").join(read(landing, "orders"), left_on="l_orderkey", right_on="o_orderkey")
    return lines.join(costs, left_on=["l_partkey", "l_suppkey"], right_on=["ps_partkey", "ps_suppkey"]).select(
        order_key="l_orderkey",
        line_number="l_linenumber",
        order_date="o_orderdate",
        customer_key="o_custkey",
        product_key="l_partkey",
        quantity="l_quantity",
        net_amount=pl.col("l_extendedprice") * (1 - pl.col("l_discount")),
        discount_amount=pl.col("l_extendedprice") * pl.col("l_discount"),
        unit_cost="ps_supplycost",
        return_date=pl.when(pl.col("l_returnflag") == "R").then("l_receiptdate"),
    )


def movements(lines: pl.LazyFrame) -> pl.DataFrame:
    """One row per order, and one per customer and day of a return."""
    lines = lines.with_columns(cost=pl.col("quantity") * pl.col("unit_cost"))
    orders = lines.group_by("customer_key", "order_date", "order_key").agg(
        pl.col("net_amount", "cost").sum(),
        is_order=pl.lit(True),
        reversed_date=pl.when(pl.col("return_date").null_count() == 0).then(pl.col("return_date").max()),
    )
    returned = (
        lines.filter(pl.col("return_date").is_not_null())
        .group_by("customer_key", order_date="return_date")
        .agg(-pl.col("net_amount", "cost").sum(), is_order=pl.lit(False))
    )
    return pl.concat([orders, returned], how="diagonal").collect()


def customers(moves: pl.DataFrame, day: date) -> pl.DataFrame:
    """One row per customer who had bought by that day."""
    in_window = pl.col("order_date") > day - WINDOW
    counts = pl.col("is_order") & (pl.col("reversed_date").is_null() | (pl.col("reversed_date") > day))
    found = (
        moves.lazy()
        .filter(pl.col("order_date") <= day)
        .group_by("customer_key")
        .agg(
            first_order_date=pl.col("order_date").filter(counts).min(),
            last_order_date=pl.col("order_date").filter(counts).max(),
            order_count=counts.sum(),
            frequency=pl.col("order_date").filter(counts & in_window).n_unique(),
            monetary=pl.col("net_amount").filter(in_window).sum(),
            cost_of_goods=pl.col("cost").filter(in_window).sum(),
        )
        .filter(pl.col("last_order_date").is_not_null())
        .with_columns(as_of_date=pl.lit(day), recency=(pl.lit(day) - pl.col("last_order_date")).dt.total_days())
        .collect()
    )
    cuts = [0.2, 0.4, 0.6, 0.8]
    recency, monetary = ([found[name].quantile(cut, "linear") for cut in cuts] for name in ("recency", "monetary"))
    above = lambda name, limits: pl.sum_horizontal(pl.col(name) > limit for limit in limits).cast(pl.Int64)  # noqa: E731
    worth = pl.col("monetary").clip(lower_bound=0)
    return (
        found.lazy()
        .with_columns(
            r_score=5 - above("recency", recency),
            f_score=1 + above("frequency", [1, 2, 4, 9]),
            m_score=1 + above("monetary", monetary),
        )
        .with_columns(place=pl.format("{}{}", "r_score", (pl.col("f_score") + pl.col("m_score") + 1) // 2))
        .sort("monetary", descending=True)
        .with_columns(before=worth.cum_sum() - worth, total=worth.sum())
        .with_columns(
            segment=pl.when(pl.col("place") != "51")
            .then(pl.col("place").replace_strict({**SEGMENTS, "51": None}))
            .when((pl.lit(day) - pl.col("first_order_date")).dt.total_days() <= 90)
            .then(pl.lit("new"))
            .otherwise(pl.lit("promising")),
            abc_class=pl.when(pl.col("monetary") <= 0)
            .then(pl.lit("D"))
            .when(pl.col("before") < 0.80 * pl.col("total"))
            .then(pl.lit("A"))
            .when(pl.col("before") < 0.95 * pl.col("total"))
            .then(pl.lit("B"))
            .otherwise(pl.lit("C")),
        )
        .drop("place", "before", "total", "recency")
        .collect()
    )


if __name__ == "__main__":
    landing_dir, target, *as_of_days = sys.argv[1:]
    fact = order_lines(Path(landing_dir)).collect()
    fact.write_parquet(Path(target) / "order_lines.parquet")
    moved = movements(fact.lazy())
    del fact
    pl.concat([customers(moved, date.fromisoformat(day)) for day in as_of_days]).write_parquet(
        Path(target) / "customers.parquet"
    )
