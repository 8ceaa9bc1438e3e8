"""The dbt project as a whole: its unit tests, its descriptions, and that it agrees with the contracts on the Python side."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from dagster_project.ingestion.contracts import known_sources, load_source
from dagster_project.ingestion.ledger import write_control
from dagster_project.policy.tables import load_policy, policy_tables
from dagster_project.settings import Settings
from dagster_project.transformation.assets import dbt_target
from dagster_project.transformation.control import write_refresh_control
from dagster_project.transformation.project import DBT_PROJECT, load_manifest
from dagster_project.transformation.translator import RoomTranslator


@pytest.fixture(scope="module")
def manifest() -> Mapping[str, Any]:
    """What dbt knows of the project."""
    return load_manifest()


def _dbt(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    dbt = Path(sys.executable).with_name("dbt")
    folders = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    artifacts = ["--target-path", str(settings.dbt_target), "--log-path", str(settings.dbt_target), "--no-use-colors"]
    return subprocess.run(
        [str(dbt), *arguments, *folders, *artifacts],
        env={**os.environ, **dbt_target(settings).environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_unit_test_passes_on_an_empty_warehouse(tmp_path: Path) -> None:
    """Each rule with an edge has its worked example beside the model; a newcomer can run them before any data came."""
    settings = Settings(data_dir=tmp_path, _env_file=None)
    write_control(settings.lake, settings.sources)
    load_policy(None, settings.lake)
    write_refresh_control(settings)
    run = _dbt(settings, "build", "--exclude-resource-type", "test", "--warn-error")
    assert run.returncode == 0, run.stdout
    assert "unit tests" in run.stdout


def _models(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_every_model_says_its_grain_and_describes_its_columns(manifest: Mapping[str, Any]) -> None:
    """An undescribed column is a column that somebody will misread."""
    for model in _models(manifest):
        assert model["description"].startswith("One row per"), model["name"]
        assert model["columns"], model["name"]
        assert [name for name, column in model["columns"].items() if not column["description"]] == [], model["name"]


def test_every_published_model_has_an_enforced_contract_and_is_tested(manifest: Mapping[str, Any]) -> None:
    """BI tools are built on these names and types."""
    tested = {
        parent
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        for parent in node["depends_on"]["nodes"]
    }
    published = [model for model in _models(manifest) if model["schema"] == "published"]
    assert len(published) >= 6
    for model in published:
        assert model["config"]["contract"]["enforced"], model["name"]
        assert model["access"] == "public", model["name"]
        assert model["unique_id"] in tested, model["name"]


def test_dbt_reads_exactly_what_the_contracts_deliver(manifest: Mapping[str, Any]) -> None:
    """A feed or policy table that only one side knows is never loaded, or never read."""
    read: dict[str, set[str]] = {}
    for source in manifest["sources"].values():
        read.setdefault(source["source_name"], set()).add(source["name"])
    delivered = {name: {feed.name for feed in load_source(name).feeds} for name in known_sources()}
    assert read == {
        **delivered,
        "policy": set(policy_tables()),
        "control": {"deliveries", "sources", "as_of_dates", "refresh", "published_customers"},
    }


def test_every_data_test_is_an_asset_check(manifest: Mapping[str, Any]) -> None:
    """A test that shows nowhere is one whose failure surprises: it stops the publication, and no asset says why."""
    translator = RoomTranslator(manifest, [])
    tests = [unique_id for unique_id, node in manifest["nodes"].items() if node["resource_type"] == "test"]
    assert len(tests) > 40
    assert [one for one in tests if get_asset_check_key_for_test(manifest, translator, one, None) is None] == []
