"""The whole way from files to published tables, as dbt compiled it, over files that a test makes up.

Belongs here: loading files with the real ingestion, running every model's compiled SQL in dbt's own order. Not here: what the
files hold (customer_worlds.py), what must hold of the result (test_metamorphic.py). dbt itself takes twenty seconds for the
whole project; its compiled SQL over a handful of orders takes two seconds, so that a property can be tried many times.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from dagster_project.ingestion.contracts import load_source
from dagster_project.ingestion.ledger import write_control
from dagster_project.ingestion.load import load_deliveries
from dagster_project.policy.tables import load_policy
from dagster_project.settings import Settings
from dagster_project.transformation.assets import dbt_target
from dagster_project.transformation.control import write_refresh_control
from dagster_project.transformation.invocation import build

SOURCE = "standard"
Files = Mapping[str, str]
"""Content by path below the source's landing folder."""


class CompiledPipeline:
    """A deployment without orders, with the SQL of a full refresh."""

    def __init__(self, data_dir: Path) -> None:
        self._settings = Settings(sources=(SOURCE,), data_dir=data_dir, _env_file=None)
        write_control(self._settings.lake, self._settings.sources)
        load_policy(None, self._settings.lake)
        write_refresh_control(self._settings)
        results = build(dbt_target(self._settings), ["--exclude-resource-type", "test"])
        failed = [f"{result.name}: {result.message}" for result in results if result.has_failed]
        assert not failed, failed
        with self._connect() as connection:
            places = dict(connection.execute("select table_name, schema_name from duckdb_tables()").fetchall())
        self._compiled = {
            f"{places[result.name]}.{result.name}": _of_any_day(result.compiled_code)
            for result in results
            if result.name in places and not result.unique_id.endswith("int_behaviour_clusters_found")
        }

    def _connect(self) -> duckdb.DuckDBPyConnection:
        # a handful of rows is not worth a second thread
        config = {"file_search_path": str(self._settings.lake), "threads": 1}
        return duckdb.connect(str(self._settings.warehouse), config=config)

    @contextmanager
    def over(self, files: Files, as_of: date, policy_dir: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that sees all models built from these files as of a day; gone again afterwards."""
        settings = self._settings.model_copy(update={"as_of_dates": (as_of,), "policy_dir": policy_dir})
        for folder in (settings.landing, settings.lake / "raw", settings.lake / "quarantine"):
            shutil.rmtree(folder, ignore_errors=True)
        for name, content in files.items():
            path = settings.landing / SOURCE / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        source = load_source(SOURCE)
        for feed in source.feeds:
            for outcome in load_deliveries(source, feed, settings.landing, settings.lake, None):
                assert not outcome.is_held_back, outcome.message
        load_policy(policy_dir, settings.lake)
        write_control(settings.lake, settings.sources)
        write_refresh_control(settings)
        with self._connect() as connection:
            connection.execute("begin")
            for name, sql in self._compiled.items():
                connection.execute(f"create or replace table {name} as {sql}")
            yield connection
            connection.execute("rollback")


def _of_any_day(sql: str) -> str:
    """Days that dbt wrote into the SQL as literals, for pruning, are those of the empty lake: every day may count instead."""
    return re.sub(
        r"\(?\bdelivery_date in \((null|date '[^)]*)\)", lambda found: found[0].split("delivery_date")[0] + "true", sql
    )
