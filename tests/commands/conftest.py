"""One refresh of the demo order book, shared by the tests that only look at it."""

import pickle
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from filelock import FileLock

from dagster_project.commands.refresh import RefreshOutcome, run_refresh
from dagster_project.settings import Settings


@dataclass(frozen=True)
class Refreshed:
    """A deployment after its first refresh."""

    settings: Settings
    outcome: RefreshOutcome


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Refreshed:
    """The demo, refreshed once for all workers; not to be changed."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    settings = Settings(data_dir=folder / "demo", _env_file=None)
    kept = folder / "demo-outcome.pickle"
    with FileLock(folder / "demo.lock"):
        if not kept.is_file():
            kept.write_bytes(pickle.dumps(run_refresh(settings)))
    return Refreshed(settings, pickle.loads(kept.read_bytes()))


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
