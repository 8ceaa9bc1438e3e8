"""What is paid before any work is done: starting a run, and learning that there is none to start."""

import shutil
import sys
from pathlib import Path

import pytest
from measure import Comparison, compare, run_process

from dagster_project.settings import Settings
from dagster_project.transformation.assets import dbt_target
from dagster_project.transformation.project import parsed_project

RUNS = 5
# One model that reads one small table: all that this run takes is its start.
ONE_MODEL = "stg_policy__parameters"
RUN = f"""
import dagster as dg
from dagster_project.definitions import build_definitions
from dagster_project.orchestration.days import newest_day
from dagster_project.orchestration.instance import prepare_instance
from dagster_project.orchestration.jobs import DAILY_REFRESH
from dagster_project.settings import Settings

settings = Settings(_env_file=None)
prepare_instance(settings)
definitions = build_definitions(settings)
key = next(key for key in definitions.resolve_asset_graph().get_all_asset_keys() if key.path[-1] == "{ONE_MODEL}")
with dg.DagsterInstance.get() as instance:
    job = definitions.resolve_job_def(DAILY_REFRESH)
    assert job.execute_in_process(instance=instance, asset_selection=[key], tags=newest_day(settings).tags).success
"""
LOAD = """
from dagster_project.definitions import defs
repository = defs().get_repository_def()
repository.load_all_definitions()
"""
LOOK = f"""{LOAD}
import dagster as dg
with dg.instance_for_test() as instance:
    context = dg.build_sensor_context(instance=instance, repository_def=repository)
    skipped = repository.get_sensor_def("delivery_landed").evaluate_tick(context)
    assert not skipped.run_requests and "in the lake" in skipped.skip_message, skipped
"""


@pytest.fixture
def refreshed_retail(deployment: Settings, deployment_environment: dict[str, str]) -> Settings:
    """A deployment for which nothing is new."""
    run_process([sys.executable, "-m", "dagster_project", "refresh"], deployment_environment)
    return deployment


@pytest.mark.benchmark
@pytest.mark.timeout(1800)
def test_start_up_against_what_cannot_be_avoided(
    refreshed_retail: Settings, deployment_environment: dict[str, str], tmp_path: Path, comparisons: list[Comparison]
) -> None:
    """Whoever runs dbt under Dagster imports dagster_dbt and starts dbt once."""
    target = dbt_target(refreshed_retail)
    parsed_project()
    dbt_build = [
        *(str(Path(sys.executable).with_name("dbt")), "build", "--select", ONE_MODEL),
        *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
        *("--project-dir", str(target.project_dir), "--profiles-dir", str(target.project_dir)),
        *("--target-path", str(tmp_path / "dbt_target"), "--log-path", str(tmp_path / "dbt_log")),
    ]

    def by_hand(turn: int) -> None:
        run_process([sys.executable, "-c", "import dagster_dbt"], deployment_environment)
        run_process(dbt_build, target.environment)

    def ours(turn: int) -> None:
        run_process([sys.executable, "-c", RUN], deployment_environment)

    comparisons.append(compare("start-up / import dagster_dbt + dbt build", 1.3, RUNS, product=ours, base=by_hand))


@pytest.mark.benchmark
@pytest.mark.timeout(1800)
def test_nothing_new_is_known_before_and_through_dagster(
    refreshed_retail: Settings, deployment_environment: dict[str, str], comparisons: list[Comparison]
) -> None:
    """The command asks files alone; the sensor needs the code location. The base of the first is one second, by definition."""
    told: list[str] = []

    def command(turn: int) -> None:
        told.append(run_process([sys.executable, "-m", "dagster_project", "refresh", "--if-new"], deployment_environment))

    def sensor(turn: int) -> None:
        run_process([sys.executable, "-c", LOOK], deployment_environment)

    def location(turn: int) -> None:
        run_process([sys.executable, "-c", LOAD], deployment_environment)

    def one_second(turn: int) -> None:
        run_process([str(shutil.which("sleep")), "1"], {})

    comparisons.append(compare("nothing new, told by the command / 1 second", 1.0, RUNS, product=command, base=one_second))
    assert all("nothing was done" in text for text in told)
    comparisons.append(compare("nothing new, told by the sensor / code location", 1.6, RUNS, product=sensor, base=location))
