"""What every test may ask for: the project's root, and the real data that lies outside the project.

Belongs here: fixtures that all rooms need. Not here: a room's own files and tables (its folder's conftest.py).
"""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Folder that holds pyproject.toml."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def test_data(project_root: Path) -> Path:
    """Folder of the real data sets, read where they lie; a test that needs them skips where they are absent."""
    folder = Path(os.environ.get("SEGMENTATION_TEST_DATA") or project_root.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; SEGMENTATION_TEST_DATA names the folder that holds it")
    return folder
