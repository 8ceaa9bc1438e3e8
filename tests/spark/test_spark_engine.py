"""The whole way on a Spark cluster of one master and two workers, held against DuckDB row by row.

Both engines get the same deliveries: the demo in all fourteen feeds, real orders, TPC-H's; then one day more.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines import Engines
from order_books import demo, online_retail, tpch
from spark_cluster import WORKERS, executors, standalone_cluster

from dagster_project.transformation.project import DBT_PROJECT

pytestmark = [pytest.mark.spark, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str], Path]]:
    """Its address, the environment of its drivers, its folder."""
    pytest.importorskip("pyspark", reason="Spark is not in this environment; `make test-spark` runs in the one that has it")
    folder = tmp_path_factory.mktemp("cluster")
    with standalone_cluster(folder / "cluster") as (master, environment):
        yield master, environment, folder / "cluster"


@pytest.fixture(scope="module", params=[demo, online_retail, tpch], ids=lambda order_book: order_book.__name__)
def engines(
    request: pytest.FixtureRequest, cluster: tuple[str, dict[str, str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Engines:
    """Both refreshed with the first part of an order book."""
    folder = tmp_path_factory.mktemp(request.param.__name__)
    test_data = request.getfixturevalue("test_data") if request.param is online_retail else None
    order_book = request.param(folder / "whole", test_data)
    both = Engines.over(order_book, folder, *cluster[:2])
    both.deliver(order_book.first)
    both.refresh()
    return both


def test_a_full_refresh_on_spark_publishes_the_rows_of_duckdb(
    engines: Engines, cluster: tuple[str, dict[str, str], Path]
) -> None:
    """Two engines round, divide, sort and hash each in their own way: only the comparison of all rows finds it."""
    assert engines.differences() == {}
    assert engines.was_full() == [(True,), (True,)]
    assert executors(cluster[2]) == WORKERS
    assert engines.published_customers() >= engines.order_book.customers


# the very parameter of the fixture, so that the demo refreshed for the test above serves here too
@pytest.mark.parametrize("engines", [demo], ids=["demo"], indirect=True)
def test_a_broken_model_is_found_by_the_comparison(engines: Engines, tmp_path: Path) -> None:
    """A comparison that has never failed proves nothing: one cent too much. Shown once."""
    broken = tmp_path / "dbt_project"
    shutil.copytree(DBT_PROJECT, broken, ignore=shutil.ignore_patterns("target", "logs"))
    model = broken / "models" / "published" / "revenue_concentration.sql"
    sound = model.read_text()
    assert "net_revenue as decimal(18, 2)" in sound
    model.write_text(sound.replace("net_revenue as decimal(18, 2)", "net_revenue + 0.01 as decimal(18, 2)"))
    try:
        _build_on_spark(engines, broken, "revenue_concentration")
        assert list(engines.differences()) == ["revenue_concentration"]
    finally:
        _build_on_spark(engines, DBT_PROJECT, "revenue_concentration")
    assert engines.differences() == {}


def test_another_day_is_added_to_what_spark_holds(engines: Engines) -> None:
    """Parquet tables know no delete: the touched rows are taken out by writing the table anew, and must be gone."""
    engines.deliver(engines.order_book.next_day)
    engines.refresh()
    assert engines.was_full() == [(False,), (False,)]
    assert engines.differences() == {}
    assert engines.empty_tables() == engines.order_book.silent


def _build_on_spark(engines: Engines, project: Path, model: str) -> None:
    artifacts = str(engines.spark.data_dir / "by_hand")
    arguments = ["run", "--select", model, "--target", "spark", "--target-path", artifacts, "--log-path", artifacts]
    folders = ["--project-dir", str(project), "--profiles-dir", str(project)]
    done = engines.run("-c", "from dbt.cli.main import cli; cli()", *arguments, *folders)
    assert done.returncode == 0, done.stdout[-4000:]
