"""The whole refresh, against its two unavoidable parts: dbt's own build, and one plain statement that loads the files."""

import shutil
import sys
from pathlib import Path

import duckdb
import pytest
from measure import Comparison, compare, run_process
from plain_statement import __file__ as plain_statement

from dagster_project.ingestion.contracts import known_sources, load_sources
from dagster_project.ingestion.ledger import write_control
from dagster_project.ingestion.load import load_deliveries
from dagster_project.policy.tables import load_policy
from dagster_project.settings import Settings
from dagster_project.transformation.assets import dbt_target
from dagster_project.transformation.control import write_refresh_control
from dagster_project.transformation.project import parsed_project
from dagster_project.transformation.translator import excluded_models

RUNS = 3


@pytest.fixture
def prepared(test_data: Path, tmp_path: Path) -> Settings:
    """A deployment whose lake is loaded, for dbt alone to build from."""
    settings = Settings(sources=("online_retail",), landing_dir=test_data, data_dir=tmp_path / "dbt_alone", _env_file=None)
    for source in load_sources(settings.sources):
        for feed in source.feeds:
            load_deliveries(source, feed, settings.landing, settings.lake, None)
    load_policy(settings.policy_dir, settings.lake)
    write_control(settings.lake, settings.sources)
    write_refresh_control(settings)
    return settings


def rows_by_table(warehouse: Path, lake: Path) -> dict[str, int]:
    """Every model's rows, and the money that the customers carry in pennies; equal on both sides, or one of them did less."""
    with duckdb.connect(str(warehouse), read_only=True, config={"file_search_path": str(lake)}) as connection:
        names = connection.execute(
            "select schema_name || '.' || name from ("
            " select schema_name, table_name as name from duckdb_tables() where not internal"
            " union all select schema_name, view_name from duckdb_views() where not internal"
            ") where schema_name <> 'test_failures' order by 1"
        ).fetchall()
        rows = {name: connection.execute(f"select count(*) from {name}").fetchall()[0][0] for (name,) in names}
        ((rows["revenue in pennies"],),) = connection.execute(
            "select cast(sum(net_revenue) * 100 as bigint) from published.customer_segments"
        ).fetchall()
        ((rows["tests that passed"],),) = connection.execute(
            "select count(*) from monitoring.node_results where status = 'pass' and resource_type = 'test'"
        ).fetchall()
        return rows


@pytest.mark.benchmark
@pytest.mark.timeout(1800)
def test_refresh_against_dbt_and_one_plain_statement(
    deployment: Settings,
    deployment_environment: dict[str, str],
    prepared: Settings,
    tmp_path: Path,
    comparisons: list[Comparison],
) -> None:
    """Both sides start from nothing but the files, a warm disk and a project that is parsed already."""
    target = dbt_target(prepared)
    # dbt's own shortcut, warm: the parse of the same project with the same environment
    parsed_project()
    excluded = excluded_models([source for source in known_sources() if source not in prepared.sources])
    dbt_build = [
        *(str(Path(sys.executable).with_name("dbt")), "build", "--full-refresh", "--exclude-resource-type", "unit_test"),
        *("--exclude", *excluded.split()),
        *("--project-dir", str(target.project_dir), "--profiles-dir", str(target.project_dir)),
        *("--target-path", str(tmp_path / "dbt_target"), "--log-path", str(tmp_path / "dbt_log")),
    ]

    def refresh(turn: int) -> None:
        shutil.rmtree(deployment.data_dir, ignore_errors=True)
        run_process([sys.executable, "-m", "dagster_project", "refresh"], deployment_environment)

    def dbt_and_statement(turn: int) -> None:
        prepared.warehouse.unlink(missing_ok=True)
        run_process([sys.executable, plain_statement, str(prepared.landing), str(tmp_path / f"plain-{turn}")], {})
        run_process(dbt_build, target.environment)

    comparisons.append(compare("refresh / dbt build + statement", 2.1, RUNS, product=refresh, base=dbt_and_statement))
    assert rows_by_table(deployment.warehouse, deployment.lake) == rows_by_table(prepared.warehouse, prepared.lake)
    assert (deployment.published / "customer_segments.duckdb").is_file()
