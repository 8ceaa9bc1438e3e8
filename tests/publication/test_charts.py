"""Charts of the published file: drawn where there are rows, small, and without a name in them."""

import base64
from pathlib import Path

import duckdb

from dagster_project.publication.charts import charts

_PUBLISHED = """
create table customer_segments as
    select 'shop:' || i as customer_id, 100.0 + i as net_revenue, 5.0 * i as cost_to_serve,
        case when i % 2 = 0 then 'passive' else 'aggressive' end as profit_quadrant
    from range(1000) as numbers (i);
create table price_waterfall as
    select customer_id, step, step_number, is_subtotal, amount
    from customer_segments, (values
        ('list_price', 1, false, 120.0), ('on_invoice_discount', 2, false, -20.0), ('pocket_price', 7, true, 100.0),
        ('net_contribution', 99, true, 100.0)
    ) as steps (step, step_number, is_subtotal, amount);
create table whale_curve as
    select 1 + i as customer_rank, (1 + i) / 1000 as customer_share,
        (1 + i) * 2.0 / (1 + (1 + i) / 1000) / 1000 as cumulative_share
    from range(1000) as numbers (i);
create table whale_curve_peak as select 700 as customers_at_peak;
create table cost_to_serve_summary as
    select 'abc_profit' as dimension, segment, activity, 12.5 as cost
    from (values ('A'), ('D')) as segments (segment), (values ('picking'), ('returns')) as activities (activity);
"""


def _published(folder: Path, statements: str) -> Path:
    path = folder / "customer_segments.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(statements)
    return path


def test_every_chart_is_a_small_picture(tmp_path: Path) -> None:
    """They are kept with every publication: a megabyte each would fill the event log."""
    drawn = charts(_published(tmp_path, _PUBLISHED))
    assert drawn.keys() == {"whale_curve", "cost_to_serve", "profit_quadrants", "price_waterfall"}
    for name, image in drawn.items():
        picture = base64.b64decode(image.split("base64,", 1)[1].removesuffix(")"))
        assert picture.startswith(b"\x89PNG"), name
        assert len(picture) < 80_000, name


def test_what_has_no_rows_is_not_drawn(tmp_path: Path) -> None:
    """A source without costs of goods has no whale curve; the publication must not fail for want of a picture."""
    empty = "".join(
        f"delete from {name};" for name in ("whale_curve", "cost_to_serve_summary", "customer_segments", "price_waterfall")
    )
    assert charts(_published(tmp_path, _PUBLISHED + empty)) == {}
