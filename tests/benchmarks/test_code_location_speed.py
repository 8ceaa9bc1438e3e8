"""What Dagster waits for when it loads the code location, against the import that no dbt project in Dagster can avoid."""

import sys

import pytest
from measure import Comparison, compare, run_process

from dagster_project.transformation.project import parsed_project

RUNS = 5
# What the code server does: the module, its definitions, the repository with every job and its asset graph.
LOAD = """
from dagster_project.definitions import defs
repository = defs().get_repository_def()
repository.load_all_definitions()
print(len(repository.asset_graph.get_all_asset_keys()), *sorted(job.name for job in repository.get_all_jobs()))
"""


@pytest.mark.benchmark
def test_code_location_against_the_import_of_dagster_dbt(
    deployment_environment: dict[str, str], comparisons: list[Comparison]
) -> None:
    """The manifest is current: parsing belongs to the first start after a change."""
    parsed_project()
    loaded: list[str] = []

    def load(turn: int) -> None:
        loaded.append(run_process([sys.executable, "-c", LOAD], deployment_environment))

    def import_only(turn: int) -> None:
        run_process([sys.executable, "-c", "import dagster_dbt"], deployment_environment)

    comparisons.append(compare("code location / import dagster_dbt", 1.2, RUNS, product=load, base=import_only))
    assert len(set(loaded)) == 1
    assets, *jobs = loaded[0].split()
    assert int(assets) > 30
    assert "daily_refresh" in jobs
