"""The assets: run by Dagster as it runs them, looked at as the UI looks at them."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_project.ingestion.assets import build_ingestion_assets
from dagster_project.ingestion.partitions import delivery_days
from dagster_project.settings import Settings

ORDERS, LINES = dg.AssetKey(["demo", "orders"]), dg.AssetKey(["demo", "order_lines"])
SOURCES = dg.AssetKey(["control", "sources"])
RANGE = {"dagster/asset_partition_range_start": "2026-09-01", "dagster/asset_partition_range_end": "2026-09-05"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "data" / "landing" / "demo"
    for feed, header, row in (
        ("orders", "order_id,customer_id,ordered_at", "{day}-A,C1,2026-09-01T10:00:00+01:00"),
        ("order_lines", "order_id,line_number,product_id,quantity,unit_price", "{day}-A,1,P1,2,3.5"),
    ):
        (folder / feed).mkdir(parents=True)
        for day in ("2026-09-01", "2026-09-02", "2026-09-04"):
            (folder / feed / f"{day}.csv").write_text(f"{header}\n{row.format(day=day)}\n", encoding="utf-8")
    return Settings(_env_file=None, data_dir=tmp_path / "data", sources=("demo",))


def run(settings: Settings, instance: dg.DagsterInstance, tags: dict[str, str] | None = None) -> dg.ExecuteInProcessResult:
    return dg.materialize(build_ingestion_assets(settings), instance=instance, tags=tags, raise_on_error=True)


def latest(instance: dg.DagsterInstance, key: dg.AssetKey) -> dict[str, object]:
    event = instance.get_latest_materialization_event(key)
    assert event is not None
    materialization = event.asset_materialization
    assert materialization is not None
    return {name: value.value for name, value in materialization.metadata.items()}


def test_a_range_of_days_is_one_run_that_shows_each_day_and_its_rows(settings: Settings) -> None:
    """A click on a range in the UI: the bar of days is filled, and each day tells its own rows."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(settings, instance, RANGE)
        assert instance.get_materialized_partitions(LINES) == {f"2026-09-0{day}" for day in range(1, 6)}
        events = [event for event in result.get_asset_materialization_events() if event.asset_key == LINES]
        rows = {e.partition: e.materialization.metadata.get("dagster/partition_row_count") for e in events}
        assert {day: value and value.value for day, value in rows.items()} == {
            "2026-09-01": 1, "2026-09-02": 1, "2026-09-03": None, "2026-09-04": 1, "2026-09-05": None,
        }  # fmt: skip
        metadata = latest(instance, LINES)
        assert (metadata["dagster/row_count"], metadata["deliveries_loaded"]) == (3, 3)
        assert str(metadata["messages"]).startswith(
            "- 3 deliveries, 2026-09-01 to 2026-09-04: column discount_amount, unit_cost"
        )
        assert latest(instance, dg.AssetKey(["control", "deliveries"]))["dagster/row_count"] == 6
    assert (settings.lake / "control" / "sources.parquet").is_file()


def test_one_day_loads_that_day_only(settings: Settings) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize(build_ingestion_assets(settings), instance=instance, partition_key="2026-09-02")
        assert instance.get_materialized_partitions(ORDERS) == {"2026-09-02"}
        assert latest(instance, ORDERS)["dagster/row_count"] == 1


def test_a_run_without_a_day_takes_all_that_landed_and_marks_those_days(settings: Settings) -> None:
    """The daily refresh after an outage: it need not know which days it missed."""
    with dg.DagsterInstance.ephemeral() as instance:
        run(settings, instance)
        assert instance.get_materialized_partitions(ORDERS) == {"2026-09-01", "2026-09-02", "2026-09-04"}
        again = run(settings, instance)
        assert len([e for e in again.get_asset_materialization_events() if e.asset_key == ORDERS]) == 1


def test_checks_tell_of_held_back_deliveries_and_quarantined_rows(settings: Settings) -> None:
    """Held back is an error, a quarantined row a warning; neither stops the run, and no value is shown."""
    lines = settings.landing / "demo" / "order_lines"
    (lines / "2026-09-02.csv").write_bytes(b"")
    header = "order_id,line_number,product_id,quantity,unit_price\n"
    good = "".join(f"A,{number},P1,1,1\n" for number in range(200))
    (lines / "2026-09-01.csv").write_text(f"{header}{good}A,300,P1,secret,1\n", encoding="utf-8")
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(settings, instance, RANGE)
        assert result.success
        checks = {(check.asset_key, check.check_name): check for check in result.get_asset_check_evaluations()}
        accepted, rows = checks[LINES, "deliveries_accepted"], checks[LINES, "rows_accepted"]
        assert (accepted.passed, accepted.severity) == (False, dg.AssetCheckSeverity.ERROR)
        assert "2026-09-02.csv is empty: 0 bytes" in str(accepted.description)
        assert (rows.passed, rows.severity) == (False, dg.AssetCheckSeverity.WARN)
        metadata = latest(instance, LINES)
        assert [record.data for record in metadata["quarantine"].records] == [{"reason": "quantity: wrong_type", "rows": 1}]  # type: ignore[attr-defined]
        assert "secret" not in str(metadata)
        assert checks[ORDERS, "deliveries_accepted"].passed
        assert checks[ORDERS, "rows_accepted"].passed


def test_a_held_back_delivery_leaves_what_was_loaded_and_an_unknown_file_is_named(settings: Settings) -> None:
    """What the transformation reads after a bad night is what it read before, and the cause has a name."""
    lines = settings.landing / "demo" / "order_lines"

    def rows() -> list[tuple[object, ...]]:
        files = f"{settings.lake}/raw/demo/order_lines/*/*.parquet"
        control = duckdb.sql(f"select load_id, rows_read, control_total from '{settings.lake}/control/deliveries.parquet'")
        return duckdb.sql(f"from read_parquet('{files}') order by all").fetchall() + control.order("all").fetchall()

    with dg.DagsterInstance.ephemeral() as instance:
        checks = {check.check_name: check for check in run(settings, instance, RANGE).get_asset_check_evaluations()}
        assert checks["no_unknown_files_demo"].passed
        before = rows()
        (lines / "2026-09-02.csv").write_text("order_id,line_number\nX,1\n", encoding="utf-8")
        (lines / "2026-09-04.csv.gz").write_bytes((lines / "2026-09-04.csv").read_bytes())
        (lines / "order lines of Friday.csv").touch()
        result = run(settings, instance, RANGE)
        assert result.success
        checks = {c.check_name: c for c in result.get_asset_check_evaluations() if c.asset_key in (LINES, SOURCES)}
        assert not checks["deliveries_accepted"].passed
        assert not checks["no_unknown_files_demo"].passed
        assert "order_lines/order lines of Friday.csv is no feed's file" in str(checks["no_unknown_files_demo"].description)
        assert rows() == before


def test_every_asset_says_what_it_is(settings: Settings) -> None:
    """Issue: every asset has a description, kind, owner, column schema."""
    for asset in build_ingestion_assets(settings):
        for spec in asset.specs:
            assert spec.description
            assert spec.kinds
            assert list(spec.owners) == ["team:data-engineering"]
            assert spec.group_name == ("control" if spec.key.path[0] == "control" else "ingestion")
            assert all(column.description for column in spec.metadata["dagster/column_schema"].columns)
    orders = build_ingestion_assets(settings)[0]
    schema = orders.metadata_by_key[ORDERS]["dagster/column_schema"]
    assert [column.name for column in schema.columns][:2] == ["order_id", "customer_id"]


def test_only_enabled_sources_have_assets_and_days_begin_with_their_first_delivery(settings: Settings) -> None:
    real = settings.model_copy(update={"sources": ("online_retail",)})
    keys = {key for asset in build_ingestion_assets(real) for key in asset.keys}
    assert dg.AssetKey(["online_retail", "invoice_lines"]) in keys
    assert ORDERS not in keys
    assert delivery_days(real).get_first_partition_key() == "2010-12-01"
    assert delivery_days(settings).get_first_partition_key() == "2026-08-01"


def test_importing_the_code_location_loads_nothing_heavy() -> None:
    """The code location is imported by several processes, again and again; DuckDB comes with the first statement."""
    code = (
        "import sys, dagster_project.ingestion.assets as a; from dagster_project.settings import Settings;"
        "a.build_ingestion_assets(Settings(_env_file=None)); import dagster_project.definitions;"
        "heavy = ('duckdb', 'pandas', 'pyarrow', 'numpy', 'scipy', 'sqlalchemy', 'altair', 'adbc_driver_manager');"
        "print([name for name in heavy if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
