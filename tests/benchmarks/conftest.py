"""What every benchmark needs: where its figures go, and an environment in which a start-up is warm."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from measure import Comparison, table
from results import save_comparisons

from dagster_project.settings import Settings


@pytest.fixture(scope="session")
def comparisons() -> Iterator[list[Comparison]]:
    """Every benchmark adds its own; printed as one table at the end, and kept."""
    found: list[Comparison] = []
    yield found
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"\n\nload of the last 1, 5, 15 minutes on {os.cpu_count()} processors: {load}")
    print(table(found))
    save_comparisons(found)


@pytest.fixture(autouse=True)
def warm_start_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the Makefile sets it: a process may keep its compiled imports."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("GIT_PYTHON_REFRESH", "quiet")


@pytest.fixture
def deployment(test_data: Path, tmp_path: Path) -> Settings:
    """Online Retail and nothing else, in a data folder that does not exist yet."""
    return Settings(sources=("online_retail",), landing_dir=test_data, data_dir=tmp_path / "data", _env_file=None)


@pytest.fixture
def deployment_environment(deployment: Settings) -> dict[str, str]:
    """The same deployment, as a process reads it."""
    return {
        "SEGMENTATION_SOURCES": ",".join(deployment.sources),
        "SEGMENTATION_LANDING_DIR": str(deployment.landing),
        "SEGMENTATION_DATA_DIR": str(deployment.data_dir),
    }
