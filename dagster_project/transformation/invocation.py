"""dbt, run inside this process, and its results as plain values.

Belongs here: one invocation of dbt and the release of the warehouse afterwards. Not here: which models (assets.py), the lock
(warehouse_lock.py). A dbt of its own process costs a second start of Python, dbt and the adapter, and parses the project;
here the parsed manifest is handed over, and a refresh pays for the models only.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.transformation.spark_session import run_python_models_here, stop_session

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

FAILED_STATUSES = frozenset({"error", "fail", "runtime error", "skipped", "partial success"})
_log = logging.getLogger(__name__)


class DbtError(RuntimeError):
    """dbt itself did not run: a project that does not parse, a profile that does not render, a wrong argument."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one model or test. failures: rows that a test returned; seconds: wall time."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    message: str
    failures: int | None
    seconds: float
    compiled_code: str

    @property
    def has_failed(self) -> bool:
        """True for what dbt calls error, fail or skipped; a warning has not failed."""
        return self.status in FAILED_STATUSES


@dataclass(frozen=True)
class DbtTarget:
    """Where one deployment builds: the environment that profiles.yml and the macros read, and the artifacts' folder."""

    project_dir: Path
    parsed_dir: Path
    artifacts_dir: Path
    environment: dict[str, str]
    engine: str = "duckdb"


def parse(project_dir: Path, target_path: Path, engine: str = "duckdb") -> None:
    """Parse the project for an engine into target_path. Raises DbtError with dbt's message."""
    from dbt.cli.main import dbtRunner

    from dagster_project.transformation.project import staging_models

    # no model runs: the profile only has to render, and the database's name to be the one of every deployment
    environment = {
        "SEGMENTATION_WAREHOUSE": "warehouse.duckdb",
        "SEGMENTATION_SPARK_WAREHOUSE": ".",
        "SEGMENTATION_LAKE": ".",
        "SEGMENTATION_STAGING_MODELS": staging_models(),
    }
    with _environment(environment), _released_engine("duckdb"):
        _checked(dbtRunner().invoke(["parse", "--no-partial-parse", *_arguments(project_dir, target_path, engine)]))


def build(target: DbtTarget, arguments: Sequence[str]) -> list[NodeResult]:
    """Run `dbt build` with these arguments and give back every node's result, in the order in which they ended.

    A failed model or test is a result, not an exception. Raises DbtError when dbt could not start. The warehouse is closed
    in every case.
    """
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    if target.engine == "spark":
        run_python_models_here()
    manifest = Manifest.from_msgpack((target.parsed_dir / "partial_parse.msgpack").read_bytes())
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    runner = dbtRunner(manifest=manifest, callbacks=[_log_progress])
    # the manifest is known, and the results go to Dagster: no artifacts
    command = ["build", "--no-write-json", "--exclude-resource-type", "unit_test", *arguments]
    with _environment(target.environment), _released_engine(target.engine):
        outcome = runner.invoke([*command, *_arguments(target.project_dir, target.artifacts_dir, target.engine)])
    if outcome.result is None:
        _checked(outcome)
    return [_node_result(result) for result in getattr(outcome.result, "results", [])]


def _arguments(project_dir: Path, target_path: Path, engine: str) -> list[str]:
    return [
        *("--target", engine),
        *("--project-dir", str(project_dir), "--profiles-dir", str(project_dir)),
        *("--target-path", str(target_path), "--log-path", str(target_path)),
        *("--log-level", "none", "--no-use-colors", "--no-version-check"),
    ]


def _checked(outcome: "dbtRunnerResult") -> None:
    if outcome.exception is not None:
        message = f"dbt did not run: {outcome.exception}"
        raise DbtError(f"{message}. The warehouse is as it was. Mend what the message names and run again.")
    if not outcome.success:
        raise DbtError("dbt did not run and gave no reason; its log in the data directory's dbt folder may say more.")


def _node_result(result: Any) -> NodeResult:
    return NodeResult(
        unique_id=result.node.unique_id,
        name=result.node.name,
        resource_type=str(result.node.resource_type),
        status=str(result.status),
        message=result.message or "",
        failures=result.failures,
        seconds=result.execution_time,
        compiled_code=getattr(result.node, "compiled_code", None) or "",
    )


def _log_progress(event: Any) -> None:
    """One line per table that was built and per test that did not pass: views and passed tests are a matter of course."""
    if event.info.name not in {"LogModelResult", "LogTestResult", "LogNodeResult"}:
        return
    level = {"error": logging.ERROR, "warn": logging.WARNING}.get(event.info.level, logging.INFO)
    if event.info.name == "LogTestResult" and event.data.status == "pass":
        level = logging.DEBUG
    if event.info.name == "LogModelResult" and " view model " in event.info.msg:
        level = logging.DEBUG
    _log.log(level, event.info.msg)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """dbt reads its profile's values from the environment only; what stood there before comes back."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _released_engine(engine: str) -> Iterator[None]:
    """Lets go of what dbt's adapter would hold for as long as the process lives, so that others may have it."""
    try:
        yield
    finally:
        stop_session() if engine == "spark" else _close_warehouse()


def _close_warehouse() -> None:
    """dbt-duckdb keeps the database open: close it, or nobody else can open the file."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    environment: Any = DuckDBConnectionManager._ENV
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if environment is not None:
        environment.close()
