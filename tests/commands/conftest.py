"""One refresh of the demo order book, shared by the tests that only look at it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.commands.refresh import RefreshOutcome, run_refresh
from dagster_project.settings import Settings


@dataclass(frozen=True)
class Refreshed:
    """A deployment after its first refresh."""

    settings: Settings
    outcome: RefreshOutcome


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Refreshed:
    """The demo, refreshed once; not to be changed."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("demo"), _env_file=None)
    return Refreshed(settings, run_refresh(settings))


@pytest.fixture
def deployment(refreshed: Refreshed, tmp_path: Path) -> Settings:
    """A copy of the refreshed demo that a test may change."""
    shutil.copytree(refreshed.settings.data_dir, tmp_path / "data", ignore=shutil.ignore_patterns("dagster_home"))
    return Settings(data_dir=tmp_path / "data", _env_file=None)


@pytest.fixture
def instance(refreshed: Refreshed, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """The instance that holds the history of the shared refresh."""
    monkeypatch.setenv("DAGSTER_HOME", str(refreshed.settings.dagster_home))
    with dg.DagsterInstance.from_config(str(refreshed.settings.dagster_home)) as instance:
        yield instance
