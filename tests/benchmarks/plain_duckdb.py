"""Fact and customer table as a good user of DuckDB would write them by hand (python plain_duckdb.py KIND LANDING OUT DAY...).

Belongs here: two ways, RFM and ABC in one query (query), and both tables for all as-of days (tables). Not here: any import but
duckdb, which the process would pay for; policy, versions, quarantine, tests, history, which is what the product adds.
"""

import sys
from pathlib import Path

import duckdb

SOLD = """
    select
        l_orderkey as order_key, l_linenumber as line_number, o_orderdate as order_date, o_custkey as customer_key,
        l_partkey as product_key, l_quantity as quantity,
        cast(l_extendedprice * (1 - l_discount) as decimal(18, 4)) as net_amount,
        cast(l_extendedprice * l_discount as decimal(18, 4)) as discount_amount,
        cast(ps_supplycost as decimal(18, 4)) as unit_cost,
        case when l_returnflag = 'R' then l_receiptdate end as return_date
    from read_parquet('{landing}/lineitem/*.parquet')
    join read_parquet('{landing}/orders/*.parquet') on l_orderkey = o_orderkey
    join (select distinct ps_partkey, ps_suppkey, ps_supplycost from read_parquet('{landing}/partsupp/*.parquet'))
        on l_partkey = ps_partkey and l_suppkey = ps_suppkey
"""

# An order counts until its last line has come back; revenue and cost count on the day of the order, back on that of the return.
CUSTOMER_DAYS = """
    with orders as (
        select customer_key, order_date, order_key, sum(net_amount) as net_amount, sum(quantity * unit_cost) as cost,
            case when count(return_date) = count(*) then max(return_date) end as reversed_date
        from {sold} group by all
    )
    select customer_key, order_date, reversed_date, count(*) as orders, sum(net_amount) as net_amount, sum(cost) as cost
    from orders group by all
    union all
    select customer_key, return_date, null, 0, -sum(net_amount), -sum(quantity * unit_cost)
    from {sold} where return_date is not null group by all
"""

CUSTOMERS = """
    with facts as (
        select as_of_date, days.*, order_date > as_of_date - 365 as in_window,
            orders > 0 and (reversed_date is null or reversed_date > as_of_date) as counts
        from ({days}) as days join (select unnest({dates}) as as_of_date) on order_date <= as_of_date
    ),
    customers as (
        select as_of_date, customer_key,
            min(order_date) filter (counts) as first_order_date, max(order_date) filter (counts) as last_order_date,
            sum(orders) filter (counts) as order_count,
            count(distinct order_date) filter (counts and in_window) as frequency,
            coalesce(sum(net_amount) filter (in_window), 0) as monetary,
            coalesce(sum(cost) filter (in_window), 0) as cost_of_goods
        from facts group by all having last_order_date is not null
    ),
    cuts as (
        select as_of_date,
            quantile_cont(as_of_date - last_order_date, [0.2, 0.4, 0.6, 0.8]) as recency,
            quantile_cont(cast(monetary as double), [0.2, 0.4, 0.6, 0.8]) as monetary
        from customers group by all
    ),
    scores as (
        select customers.*,
            5 - len(list_filter(cuts.recency, lambda cut: cut < as_of_date - last_order_date)) as r_score,
            1 + (frequency > 1)::int + (frequency > 2)::int + (frequency > 4)::int + (frequency > 9)::int as f_score,
            1 + len(list_filter(cuts.monetary, lambda cut: cut < cast(customers.monetary as double))) as m_score
        from customers join cuts using (as_of_date)
    ),
    ranked as (
        select *, floor((f_score + m_score + 1) / 2) as fm_score,
            sum(monetary) filter (monetary > 0) over (partition by as_of_date) as total,
            sum(monetary) filter (monetary > 0) over (partition by as_of_date order by monetary desc) - monetary as before
        from scores
    )
    select * exclude (total, before),
        case when monetary <= 0 then 'D' when before < 0.80 * total then 'A' when before < 0.95 * total then 'B' else 'C' end
            as abc_class,
        case
            when r_score = 5 and fm_score = 1 then if(as_of_date - first_order_date <= 90, 'new', 'promising')
            else {segments}
        end as segment
    from ranked
"""

# (recency, mean of the two others) to segment, as the shipped policy has it
SEGMENTS = {
    "52": "promising", "53": "potential_loyal", "54": "loyal", "55": "champions", "41": "promising", "42": "promising",
    "43": "potential_loyal", "44": "loyal", "45": "champions", "31": "about_to_sleep", "32": "about_to_sleep",
    "33": "needs_attention", "34": "loyal", "35": "loyal", "21": "hibernating", "22": "hibernating", "23": "at_risk",
    "24": "at_risk", "25": "cant_lose", "11": "lost", "12": "hibernating", "13": "at_risk", "14": "cant_lose",
    "15": "cant_lose",
}  # fmt: skip


def customers(sold: str, days: list[str]) -> str:
    """The statement of the customer table over what was sold, for these as-of days."""
    dates = f"[{', '.join(f'date {day!r}' for day in days)}]"
    segments = f"map({list(SEGMENTS)}, {list(SEGMENTS.values())})[r_score || cast(fm_score as int)]"
    return CUSTOMERS.format(days=CUSTOMER_DAYS.format(sold=sold), dates=dates, segments=segments)


def query(landing: Path, target: Path, days: list[str]) -> None:
    """RFM and ABC at the newest day in one query over the files; what comes of it is the one thing that is written."""
    sold = f"({SOLD.format(landing=landing / 'tpch')})"
    duckdb.sql(f"copy ({customers(sold, [max(days)])}) to '{target}/customers.parquet' (format parquet)")


def tables(landing: Path, target: Path, days: list[str]) -> None:
    """Both tables, in a DuckDB file."""
    with duckdb.connect(str(target / "tables.duckdb")) as connection:
        connection.execute(f"create table order_lines as {SOLD.format(landing=landing / 'tpch')}")
        connection.execute(f"create table customers as {customers('order_lines', days)}")


if __name__ == "__main__":
    kind, landing_dir, target_dir, *as_of_days = sys.argv[1:]
    {"query": query, "tables": tables}[kind](Path(landing_dir), Path(target_dir), as_of_days)
