"""A stranger's way: from an export in another shape to segments, following the README only; and a source that is nobody's.

Each runs the README's command in a copy of the project as git has it, as a newcomer would, with nothing but the environment.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

CUSTOMERS, DAYS = 40, 360


def _run(project: Path, **settings: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "dagster_project", "refresh"],
        cwd=project,
        env={**os.environ, **{f"SEGMENTATION_{name.upper()}": value for name, value in settings.items()}},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def _query(data: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(data / "published" / "customer_segments.duckdb"), read_only=True) as reader:
        return reader.execute(query).fetchall()


@pytest.fixture
def project(project_root: Path, tmp_path: Path) -> Path:
    """A copy of the project that a test may add to; what git does not know is left behind."""
    copy = tmp_path / "project"
    for folder in ("dagster_project", "dbt_project"):
        ignored = shutil.ignore_patterns("__pycache__", "target", "logs")
        shutil.copytree(project_root / folder, copy / folder, ignore=ignored)
    return copy


def _german(value: str) -> str:
    """1234.5 as 1.234,50."""
    return f"replace(replace(replace(format('{{:,.2f}}', cast({value} as double)), ',', '_'), '.', ','), '_', '.')"


def test_an_export_in_another_shape_becomes_segments_by_the_readme_alone(project_root: Path, tmp_path: Path) -> None:
    """Semicolons, decimal commas, German dates, Latin-1 and other column names are what a first afternoon meets."""
    readme = (project_root / "README.md").read_text()
    contract = re.search(r"```yaml\n# my_feeds/standard\.yaml\n(.*?)```", readme, flags=re.DOTALL)
    assert contract is not None
    feeds = tmp_path / "my_feeds"
    feeds.mkdir()
    (feeds / "standard.yaml").write_text(contract[1])

    landing = tmp_path / "my_orders" / "standard" / "belege"
    landing.mkdir(parents=True)
    with duckdb.connect() as shop:
        shop.execute(f"""
            create table kopf as
            select
                'B' || n as "Belegnr",
                case when n % 50 = 0 then null else 'Kd-' || (n % {CUSTOMERS}) end as "Kundennr",
                strftime(timestamp '2025-03-06 23:30:00' + to_days(cast((n * 7) % {DAYS} as integer)), '%d.%m.%Y %H:%M')
                    as "Belegdatum",
                case when n % 97 = 0 then 'cancelled' end as "Status",
                'Telefon' as "Bestellweg",
                'Österreich' as "Lieferland",
                'Müller & Söhne' as "Bemerkung"
            from range(1, 601) as orders (n)
        """)
        shop.execute(f"""
            create table pos as
            select
                'B' || n as "Belegnr",
                line as "Pos",
                'Ä-' || (n + line) % 9 as "Artikel",
                {_german("1 + (n % 3) * line")} as "Menge",
                {_german("100.25 * line + (n % 40) * 33")} as "Einzelpreis",
                {_german("line * 1.5")} as "Rabattbetrag"
            from range(1, 601) as orders (n), range(1, 4) as lines (line)
        """)
        for table, name in (("kopf", "KOPF"), ("pos", "POS")):
            text = shop.sql(f"select * from {table}").df().to_csv(sep=";", index=False)
            (landing / f"{name}_20260301.csv").write_text(text, encoding="latin-1")
        # the same total, computed from the shop's own numbers
        expected = shop.execute("""
            select sum((1 + (n % 3) * line) * (100.25 * line + (n % 40) * 33) - line * 1.5)
            from range(1, 601) as orders (n), range(1, 4) as lines (line)
            where n % 50 <> 0 and n % 97 <> 0
        """).fetchall()[0][0]

    data = tmp_path / "my_data"
    text = _run(
        project_root,
        feeds_dir=str(feeds),
        sources="standard",
        landing_dir=str(tmp_path / "my_orders"),
        data_dir=str(data),
        business_timezone="Europe/Berlin",
        base_currency="EUR",
    )
    assert "every line and amount accounted for" in text
    # half past eleven at night in Berlin is still that day, whatever UTC says
    first, last, revenue, customers, countries = _query(
        data,
        "select min(first_order_date), max(last_order_date), sum(net_revenue), count(*), any_value(country)"
        " from customer_segments where is_scored",
    )[0]
    assert (str(first), str(last)) == ("2025-03-06", "2026-02-28")
    assert round(float(str(revenue)), 2) == round(float(expected), 2)
    assert (customers, countries) == (CUSTOMERS, "Österreich")
    missing = _query(data, "select count(*) from feed_coverage where coverage = 'missing' and needed_for <> ''")
    assert missing == [(12,)]


def test_a_source_is_added_with_one_contract_and_its_staging_models(project: Path, tmp_path: Path) -> None:
    """What the README promises to whoever has another export; the source exists in this test only."""
    (project / "dagster_project/ingestion/feeds/kiosk.yaml").write_text("""
name: kiosk
code: 91
description: A kiosk that writes one line per sale.
first_delivery_date: 2026-01-01
feeds:
  - name: sales
    description: One row per sale.
    kind: event
    required: true
    file_pattern: "{date}.csv"
    control_total: pieces * price
    columns:
      - {name: receipt, type: VARCHAR, nullable: false, key: true, description: Number of the receipt.}
      - {name: card, type: VARCHAR, description: Loyalty card.}
      - {name: sold_on, type: DATE, nullable: false, description: Day.}
      - {name: pieces, type: INTEGER, nullable: false, description: Pieces.}
      - {name: price, type: "DECIMAL(18,4)", nullable: false, description: Price of one.}
""")
    staging = project / "dbt_project/models/staging/kiosk"
    staging.mkdir()
    (staging / "_kiosk__sources.yml").write_text("""
sources:
  - name: kiosk
    description: A kiosk.
    config:
      meta:
        formatter: oldstyle
        external_location: "read_parquet('raw/kiosk/%(name)s/*/*.parquet', hive_partitioning = true, union_by_name = true,
          hive_types = {'delivery_date': DATE})"
    tables:
      - name: sales
        description: One row per sale.
""")
    (staging / "stg_kiosk__orders.sql").write_text("""
select
    delivery_date,
    receipt as order_id,
    card as source_customer_id,
    sold_on as order_date,
    'sale' as order_kind,
    false as is_test,
    {{ absent_columns('orders', ['order_id', 'source_customer_id', 'order_date', 'order_kind', 'is_test']) }}
from {{ source('kiosk', 'sales') }}
""")
    (staging / "stg_kiosk__order_lines.sql").write_text("""
select
    delivery_date,
    receipt as order_id,
    1 as line_number,
    'snack' as product_id,
    'product' as line_type,
    cast(pieces as decimal(18, 3)) as quantity,
    price as unit_price,
    cast(0 as decimal(18, 4)) as discount_amount,
    cast(null as decimal(18, 4)) as unit_cost
from {{ source('kiosk', 'sales') }}
""")
    landing = tmp_path / "landing" / "kiosk"
    landing.mkdir(parents=True)
    rows = "".join(f"{n},K{n % 7},2026-01-{n % 20 + 1:02},{n % 4 + 1},2.50\n" for n in range(100))
    (landing / "2026-01-21.csv").write_text("receipt,card,sold_on,pieces,price\n" + rows)
    _run(project, sources="kiosk", landing_dir=str(tmp_path / "landing"), data_dir=str(tmp_path / "data"))
    assert _query(tmp_path / "data", "select count(*), sum(net_revenue) from customer_segments where source = 'kiosk'") == [
        (7, sum((n % 4 + 1) * 2.5 for n in range(100)))
    ]
