"""Pictures of what is published: whale curve, cost to serve, profit quadrants, price waterfall, as images in markdown.

Belongs here: what is drawn and how. Not here: figures (the models compute them), where a picture is shown (assets.py). A
picture holds sums and points without a name: no customer can be told from it.
"""

import base64
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# An image goes into the event log with every publication: few points, no more pixels than the side panel shows.
_POINTS = 400
_WIDTH, _HEIGHT = 520, 260
Rows = list[dict[str, Any]]


def charts(database: Path) -> dict[str, str]:
    """Markdown image by name, of every chart that the published file has rows for."""
    import duckdb

    with duckdb.connect(str(database), read_only=True) as reader:
        known = {name for (name,) in reader.execute("select table_name from duckdb_tables()").fetchall()}
        drawn = {}
        for name, (tables, draw) in _CHARTS.items():
            chart = draw(reader) if tables <= known else None
            if chart is not None:
                drawn[name] = _image(name, chart)
        return drawn


def _rows(reader: "DuckDBPyConnection", query: str) -> Rows:
    found = reader.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _image(name: str, chart: Any) -> str:
    content = BytesIO()
    chart.properties(width=_WIDTH, height=_HEIGHT).save(content, format="png")
    return f"![{name.replace('_', ' ')}](data:image/png;base64,{base64.b64encode(content.getvalue()).decode()})"


def _data(rows: Rows) -> Any:
    import altair as alt

    return alt.InlineData(values=rows)


def whale_curve(reader: "DuckDBPyConnection") -> Any:
    """What all customers up to each one bring together, as a share of the whole."""
    rows = _rows(
        reader,
        f"""
        select customer_share, cumulative_share from whale_curve
        where cumulative_share is not null and (
            customer_rank = 1
            or customer_rank % (select 1 + count(*) // {_POINTS} from whale_curve) = 0
            or customer_rank in (select customers_at_peak from whale_curve_peak)
            or customer_rank = (select max(customer_rank) from whale_curve)
        )
        order by customer_share
        """,
    )
    if not rows:
        return None
    import altair as alt

    curve = alt.Chart(_data(rows)).mark_line()
    whole = alt.Chart(_data([{"whole": 1}])).mark_rule(strokeDash=[4, 4]).encode(y="whole:Q")
    return alt.layer(
        curve.encode(
            x=alt.X("customer_share:Q", title="customers, largest contribution first", axis=alt.Axis(format="%")),
            y=alt.Y("cumulative_share:Q", title="contribution up to here", axis=alt.Axis(format="%")),
        ),
        whole,
    )


def cost_to_serve(reader: "DuckDBPyConnection") -> Any:
    """Cost of each profit class by activity."""
    rows = _rows(
        reader,
        "select segment, activity, cast(cost as double) as cost from cost_to_serve_summary where dimension = 'abc_profit'"
        " order by segment, activity",
    )
    if not rows:
        return None
    import altair as alt

    return (
        alt.Chart(_data(rows))
        .mark_bar()
        .encode(
            x=alt.X("cost:Q", title="cost to serve in the window"),
            y=alt.Y("segment:N", title="class by profit"),
            color=alt.Color("activity:N"),
        )
    )


def profit_quadrants(reader: "DuckDBPyConnection") -> Any:
    """Price realisation against cost to serve; of many customers some, chosen by a hash."""
    rows = _rows(
        reader,
        f"""
        with prices as (
            select customer_id, max(case when step = 'list_price' then amount end) as list_amount,
                max(case when step = 'pocket_price' then amount end) as pocket_amount
            from price_waterfall where step in ('list_price', 'pocket_price') group by customer_id
        )
        select profit_quadrant, cast(pocket_amount / list_amount as double) as price,
            cast(cost_to_serve / net_revenue as double) as cost
        from customer_segments inner join prices using (customer_id)
        where profit_quadrant is not null and list_amount > 0 and net_revenue > 0
        order by hash(customer_id), customer_id limit {_POINTS}
        """,
    )
    if not rows:
        return None
    import altair as alt

    return (
        alt.Chart(_data(rows))
        .mark_point(size=12, opacity=0.6)
        .encode(
            x=alt.X("cost:Q", title="cost to serve / net revenue", scale=alt.Scale(type="symlog", constant=0.1)),
            y=alt.Y("price:Q", title="pocket price / list price", scale=alt.Scale(zero=False)),
            color=alt.Color("profit_quadrant:N", title="quadrant"),
        )
    )


def price_waterfall(reader: "DuckDBPyConnection") -> Any:
    """From the list price to what is left, over all customers whose contribution is known."""
    rows = _rows(
        reader,
        """
        with steps as (
            select step, step_number, is_subtotal, sum(cast(amount as double)) as amount from price_waterfall
            where customer_id not in (select customer_id from price_waterfall where amount is null)
            group by step, step_number, is_subtotal
        )
        select step, amount, row_number() over (order by step_number, step) as place,
            case when is_subtotal then 0 else before - amount end as low,
            case when is_subtotal then amount else before end as high,
            case when is_subtotal then 'subtotal' when amount < 0 then 'less' else 'more' end as kind
        from (
            select *, sum(case when is_subtotal then 0 else amount end) over (order by step_number, step) as before from steps
        )
        order by place
        """,
    )
    if not rows:
        return None
    import altair as alt

    return (
        alt.Chart(_data(rows))
        .mark_bar()
        .encode(
            x=alt.X("low:Q", title="amount in the window"),
            x2="high:Q",
            y=alt.Y("step:N", sort=alt.EncodingSortField("place"), title=None),
            color=alt.Color("kind:N", title=None),
        )
    )


_Draw = Callable[["DuckDBPyConnection"], Any]
_CHARTS: dict[str, tuple[set[str], _Draw]] = {
    "whale_curve": ({"whale_curve", "whale_curve_peak"}, whale_curve),
    "cost_to_serve": ({"cost_to_serve_summary"}, cost_to_serve),
    "profit_quadrants": ({"customer_segments", "price_waterfall"}, profit_quadrants),
    "price_waterfall": ({"price_waterfall"}, price_waterfall),
}
