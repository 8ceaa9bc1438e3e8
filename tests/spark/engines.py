"""Two deployments over the same landing: one computes with DuckDB, the other on a Spark cluster.

Belongs here: delivering to both, refreshing both as an operator does. Not here: what their results must be.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
from engine_compare import differences
from order_books import OrderBook

from dagster_project.commands.refresh import run_refresh
from dagster_project.settings import Settings
from dagster_project.transformation.assets import dbt_target


@dataclass(frozen=True)
class Engines:
    """The deployments. cluster: the environment of whoever drives the cluster."""

    duckdb: Settings
    spark: Settings
    order_book: OrderBook
    cluster: dict[str, str]

    @classmethod
    def over(cls, order_book: OrderBook, folder: Path, master: str, cluster: dict[str, str]) -> "Engines":
        """Empty ones."""
        common = {"landing_dir": folder / "landing", "sources": (order_book.source,), "_env_file": None}
        return cls(
            duckdb=Settings(data_dir=folder / "duckdb", **common),
            spark=Settings(data_dir=folder / "spark", engine="spark", spark_master=master, **common),
            order_book=order_book,
            cluster=cluster,
        )

    def deliver(self, files: dict[Path, Path]) -> None:
        """Lay files of the order book into the landing of both."""
        for place, file in files.items():
            target = self.duckdb.landing / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)

    def refresh(self) -> None:
        """Refresh both."""
        outcome = run_refresh(self.duckdb)
        assert outcome.success, outcome.problems
        done = self.run("-m", "dagster_project", "refresh")
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command of the deployment on Spark; its process is the driver."""
        settings = {
            "SEGMENTATION_DATA_DIR": str(self.spark.data_dir),
            "SEGMENTATION_LANDING_DIR": str(self.spark.landing),
            "SEGMENTATION_SOURCES": ",".join(self.spark.sources),
            "SEGMENTATION_ENGINE": "spark",
            "SEGMENTATION_SPARK_MASTER": self.spark.spark_master,
        }
        environment = {**os.environ, **self.cluster, **dbt_target(self.spark).environment, **settings}
        return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)

    def differences(self) -> dict[str, str]:
        """What differs between the published tables."""
        return differences(self.duckdb.warehouse, self.spark.spark_tables / "tables")

    def empty_tables(self) -> set[str]:
        """The published tables of Spark without a row: an empty one equals an empty one, which shows little."""
        with duckdb.connect(str(self.spark.warehouse), read_only=True) as connection:
            tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'published'").fetchall()
            return {name for (name,) in tables if not connection.execute(f"from published.{name} limit 1").fetchall()}

    def was_full(self) -> list[tuple[bool]]:
        """Whether the last refresh was full, on DuckDB and on Spark."""
        plans = []
        for settings in (self.duckdb, self.spark):
            with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
                plans += connection.execute("select is_full from intermediate.int_refresh_plan").fetchall()
        return plans

    def published_customers(self) -> int:
        """Customers in the file that Spark's deployment published."""
        with duckdb.connect(str(self.spark.published / "customer_segments.duckdb"), read_only=True) as reader:
            ((customers,),) = reader.execute("select count(*) from customer_segments").fetchall()
        return int(customers)
