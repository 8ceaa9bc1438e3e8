"""TPC-H's order book at several sizes, and every way in which this benchmark makes segments of it.

Belongs here: landing with its last day held back, the processes that do the work, what each of them must come to. Not here:
clocks (measure.py), the table (results.py).
"""

import json
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb
from engine_compare import differences
from measure import measure_process, size_mb
from measure_session import measure_session
from spark_cluster import configured
from tpch import LAST_DAY, SOURCE, deliver, generate

from dagster_project.transformation.control import month_ends

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
SPARK_PYTHON = PROJECT / ".venv-spark" / "bin" / "python"
MEASURED_DAY = LAST_DAY.replace(day=LAST_DAY.day - 1)

_LINES = """
    select count(*), sum(customer_key), sum(product_key), sum(quantity), sum(net_amount), sum(discount_amount),
        sum(quantity * unit_cost)
    from {relation}
"""
_CUSTOMERS = """
    select cast(as_of_date as date), segment, abc_class, count(*), sum(order_count), sum(frequency), sum(r_score), sum(f_score),
        sum(m_score), cast(min(first_order_date) as date), cast(max(last_order_date) as date), sum(monetary), sum(cost_of_goods)
    from {relation} group by all order by all
"""
_PRODUCTS_CUSTOMERS = """(
    select as_of_date, rfm_segment as segment, abc_revenue as abc_class, order_count, frequency, r_score, f_score, m_score,
        first_order_date, last_order_date, monetary, known_cost_of_goods as cost_of_goods
    from marts.customer_rfm
    join intermediate.int_customers_as_of using (as_of_date, source_code, customer_key)
    join marts.customer_abc using (as_of_date, source_code, customer_key)
)"""


@dataclass(frozen=True)
class OrderBook:
    """One size of it. The last day lies beside landing until it is asked for.

    years: so many copies of its last year behind each other, instead of the years that are generated.
    """

    scale: float
    folder: Path
    years: int | None = None

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        """A deployment of it, whose code is that of this tree."""
        return {
            "SEGMENTATION_SOURCES": SOURCE,
            "SEGMENTATION_LANDING_DIR": str(self.landing),
            "SEGMENTATION_DATA_DIR": str(self.data_dir),
            "PYTHONPATH": str(PROJECT),
        }

    def prepare(self) -> None:
        """Generate and lay what is not there yet, and parse the models: that belongs to the first start after a change."""
        parse = "from dagster_project.transformation.project import parsed_project; parsed_project()"
        measure_process([sys.executable, "-c", parse], self.environment)
        if self.landing.is_dir():
            return
        days = deliver(generate(self.scale, self.folder / "tables"), self.folder / "laying", daily=1, years=self.years)
        for file in (self.folder / "laying" / SOURCE).rglob(f"{days[-1]}.parquet"):
            (self.folder / "held_back" / file.parent.name).mkdir(parents=True, exist_ok=True)
            file.rename(self.folder / "held_back" / file.parent.name / file.name)
        (self.folder / "laying").rename(self.landing)

    def take_last_day(self) -> None:
        """Deliver the day that was held back."""
        shutil.copytree(self.folder / "held_back", self.landing / SOURCE, dirs_exist_ok=True)

    def hold_last_day_back(self) -> None:
        for file in (self.landing / SOURCE).rglob(f"{LAST_DAY}.parquet"):
            file.unlink()

    def forget(self) -> None:
        """Back to before the first refresh."""
        shutil.rmtree(self.data_dir, ignore_errors=True)

    def one_more_day(self) -> dict[str, float]:
        """All stages of a day on top of a refresh of everything before it."""
        self.hold_last_day_back()
        self.forget()
        self.by_stage()
        self.take_last_day()
        return self.by_stage()["all stages"]

    def counts(self) -> dict[str, int]:
        """What the cost of a refresh depends on."""
        with duckdb.connect() as connection:
            return {
                name: connection.execute(f"select count(*) from '{self.landing / SOURCE}/{feed}/*.parquet'").fetchall()[0][0]
                for name, feed in (("lines", "lineitem"), ("orders", "orders"), ("customers", "customer"))
            }

    def as_of_dates(self) -> list[str]:
        """The days that the last refresh computed."""
        with duckdb.connect(str(self.data_dir / "warehouse.duckdb"), read_only=True) as warehouse:
            rows = warehouse.execute("select as_of_date from intermediate.int_as_of_dates order by 1").fetchall()
        return [str(day) for (day,) in rows]

    def refresh(self) -> dict[str, float]:
        """The whole command, Dagster and all checks included."""
        figures, _ = measure_process([sys.executable, "-m", "dagster_project", "refresh"], self.environment)
        return {**figures, "written_mb": size_mb(self.data_dir)}

    def refresh_on_spark(self) -> dict[str, float]:
        """The same command where Spark computes the models, in a JVM of this machine with all processors."""
        settings = {"SEGMENTATION_DATA_DIR": str(self._spark_dir), "SEGMENTATION_ENGINE": "spark"}
        shutil.rmtree(self.folder / "spark_conf", ignore_errors=True)
        deployment = {**self.environment, **settings, **configured(self.folder / "spark_conf")}
        parse = "from dagster_project.transformation.project import parsed_project; parsed_project('spark')"
        measure_process([str(SPARK_PYTHON), "-c", parse], deployment)
        shutil.rmtree(self._spark_dir, ignore_errors=True)
        figures = measure_session([str(SPARK_PYTHON), "-m", "dagster_project", "refresh"], deployment)
        return {**figures, "written_mb": size_mb(self._spark_dir)}

    def differences_on_spark(self) -> dict[str, str]:
        """What differs between the tables that both engines made, by table; empty when nothing does."""
        return differences(self.data_dir / "warehouse.duckdb", self._spark_dir / "spark" / "tables")

    @property
    def _spark_dir(self) -> Path:
        return self.folder / "data_spark"

    def by_stage(
        self, work: str = "refresh", *days: str, reviews: int | None = None, memory_limit: str | None = None
    ) -> dict[str, dict[str, float]]:
        """The same work without Dagster around it, stage by stage; `all stages` is the process as a whole.

        work, days: what refresh_by_stage.py is asked for. reviews: how many past dates the history holds, instead of what the
        shipped policy says. memory_limit: what DuckDB may take, instead of most of the machine's.
        """
        environment = dict(self.environment)
        if memory_limit is not None:
            environment["SEGMENTATION_MEMORY_LIMIT"] = memory_limit
        if reviews is not None:
            environment["SEGMENTATION_POLICY_DIR"] = str(self._policy_with(reviews))
        before = size_mb(self.data_dir)
        command = [sys.executable, str(HERE / "refresh_by_stage.py"), work, *days]
        figures, printed = measure_process(command, environment)
        stages: dict[str, dict[str, float]] = json.loads(printed.splitlines()[-1])
        # the process forgets its peak after each stage
        figures["memory_mb"] = max(stage.get("memory_mb", 0.0) for stage in stages.values())
        return {**stages, "all stages": {**figures, "written_mb": size_mb(self.data_dir) - before}}

    def backfill(self) -> dict[str, dict[str, float]]:
        """24 month ends, which then stand in the history, and one date before them."""
        days = [str(day) for day in month_ends(MEASURED_DAY - timedelta(days=730), MEASURED_DAY)]
        stages = self.by_stage("backfill", *days)
        with duckdb.connect(str(self.data_dir / "warehouse.duckdb"), read_only=True) as warehouse:
            kept = warehouse.execute("select distinct cast(as_of_date as text) from marts.customer_segments_as_of").fetchall()
        assert len(days) == 24
        assert {(day,) for day in days} <= set(kept)
        return stages

    def _policy_with(self, reviews: int) -> Path:
        own = self.folder / f"policy_{reviews}"
        own.mkdir(exist_ok=True)
        shipped = (PROJECT / "dagster_project" / "policy" / "tables" / "parameters.csv").read_text(encoding="utf-8")
        text = re.sub(r"history_reviews,\d+", f"history_reviews,{reviews}", shipped)
        (own / "parameters.csv").write_text(text, encoding="utf-8")
        return own

    def by_hand(self, days: Sequence[str], script: str, *arguments: str) -> dict[str, float]:
        """One of the plain scripts, into a folder of its own."""
        target = self.folder / "by_hand" / "_".join([script, *arguments])
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        command = [sys.executable, str(HERE / f"plain_{script}.py"), *arguments, str(self.landing), str(target)]
        figures, _ = measure_process([*command, *days], {})
        return {**figures, "written_mb": size_mb(target)}

    def result(self, way: str) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        """Lines and customers that a way came to: `product`, `duckdb_tables`, `pandas` or `polars`."""
        if way == "product":
            database, relations = self.data_dir / "warehouse.duckdb", ("marts.fct_order_lines", _PRODUCTS_CUSTOMERS)
        elif way == "duckdb_tables":
            database, relations = self.folder / "by_hand" / way / "tables.duckdb", ("order_lines", "customers")
        else:
            folder = self.folder / "by_hand" / way
            database, relations = None, (f"'{folder}/order_lines.parquet'", f"'{folder}/customers.parquet'")
        with duckdb.connect(str(database or ":memory:"), read_only=database is not None) as connection:
            lines, customers = relations
            return (
                connection.execute(_LINES.format(relation=lines)).fetchall(),
                connection.execute(_CUSTOMERS.format(relation=customers)).fetchall(),
            )
