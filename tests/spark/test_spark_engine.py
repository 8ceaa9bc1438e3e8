"""The whole way on a Spark cluster of one master and two workers, held against DuckDB row by row.

Both engines get the same deliveries: the demo's history and three of its days, in all fourteen feeds, then one day more.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from engine_compare import differences
from spark_cluster import WORKERS, executors, standalone_cluster

from dagster_project.commands.refresh import run_refresh
from dagster_project.demo import write_demo_order_book
from dagster_project.settings import Settings
from dagster_project.transformation.assets import dbt_target
from dagster_project.transformation.project import DBT_PROJECT

pytestmark = [pytest.mark.spark, pytest.mark.timeout(3600)]

FIRST_DAYS, NEXT_DAY = ("2026-08-01", "2026-09-13", "2026-09-14", "2026-09-15"), "2026-09-16"


@dataclass(frozen=True)
class Engines:
    """Two deployments over the same landing, and the cluster on which one of them computes."""

    duckdb: Settings
    spark: Settings
    order_book: Path
    cluster: Path
    environment: dict[str, str]

    def land(self, *days: str) -> None:
        """The demo's deliveries of these days."""
        for file in self.order_book.glob("*/*.csv"):
            # a late order wants the rate of a day whose orders are not here
            if file.stem in days or (file.parent.name == "exchange_rates" and file.stem <= max(days)):
                target = self.duckdb.landing / "demo" / file.parent.name
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)

    def refresh(self) -> None:
        """Refresh both, as an operator does."""
        outcome = run_refresh(self.duckdb)
        assert outcome.success, outcome.problems
        done = self.run("-m", "dagster_project", "refresh")
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command of the deployment on Spark; its process is the driver."""
        settings = {
            "SEGMENTATION_DATA_DIR": str(self.spark.data_dir),
            "SEGMENTATION_LANDING_DIR": str(self.spark.landing),
            "SEGMENTATION_ENGINE": "spark",
            "SEGMENTATION_SPARK_MASTER": self.spark.spark_master,
        }
        environment = {**os.environ, **self.environment, **dbt_target(self.spark).environment, **settings}
        return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)

    def differences(self) -> dict[str, str]:
        """What differs between the published tables."""
        return differences(self.duckdb.warehouse, self.spark.spark_tables / "tables")

    def was_full(self) -> list[tuple[bool]]:
        """Whether the last refresh was full, on DuckDB and on Spark."""
        plans = []
        for settings in (self.duckdb, self.spark):
            with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
                plans += connection.execute("select is_full from intermediate.int_refresh_plan").fetchall()
        return plans


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """Both refreshed with the first days."""
    pytest.importorskip("pyspark", reason="Spark is not in this environment; `make test-spark` runs in the one that has it")
    folder = tmp_path_factory.mktemp("engines")
    order_book = write_demo_order_book(folder / "whole")
    landing = folder / "landing"
    (landing / "demo").mkdir(parents=True)
    # the marker says that the demo is there, so that nothing is delivered beside what lands here
    for marker in order_book.glob(".*"):
        shutil.copy(marker, landing / "demo")
    with standalone_cluster(folder / "cluster") as (master, environment):
        on_duckdb = Settings(data_dir=folder / "duckdb", landing_dir=landing, _env_file=None)
        on_spark = Settings(data_dir=folder / "spark", landing_dir=landing, engine="spark", spark_master=master, _env_file=None)
        both = Engines(on_duckdb, on_spark, order_book, folder / "cluster", environment)
        both.land(*FIRST_DAYS)
        both.refresh()
        yield both


def test_a_full_refresh_on_spark_publishes_the_rows_of_duckdb(engines: Engines) -> None:
    """Two engines round, divide, sort and hash each in their own way: only the comparison of all rows finds it."""
    assert engines.differences() == {}
    assert engines.was_full() == [(True,), (True,)]
    assert executors(engines.cluster) == WORKERS
    with duckdb.connect(str(engines.spark.published / "customer_segments.duckdb"), read_only=True) as reader:
        assert reader.execute("select count(*) > 2000 from customer_segments").fetchall() == [(True,)]


def test_a_broken_model_is_found_by_the_comparison(engines: Engines, tmp_path: Path) -> None:
    """A comparison that has never failed proves nothing: one class too many customers, one cent too much."""
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
    engines.land(NEXT_DAY)
    engines.refresh()
    assert engines.was_full() == [(False,), (False,)]
    assert engines.differences() == {}


def _build_on_spark(engines: Engines, project: Path, model: str) -> None:
    arguments = ["run", "--select", model, "--target", "spark", "--target-path", str(engines.spark.data_dir / "by_hand")]
    folders = [
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(project),
        "--log-path",
        str(engines.spark.data_dir / "by_hand"),
    ]
    done = engines.run("-c", "from dbt.cli.main import cli; cli()", *arguments, *folders)
    assert done.returncode == 0, done.stdout[-4000:]
