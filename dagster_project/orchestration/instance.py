"""The Dagster instance of a deployment: its home folder, made ready before anything runs.

Belongs here: DAGSTER_HOME. Not here: what runs (jobs.py).
"""

import os
import shutil
from pathlib import Path

from dagster_project.settings import Settings

_CONFIG = Path(__file__).with_name("dagster.yaml")


def prepare_instance(settings: Settings) -> Path:
    """Make the home folder and point DAGSTER_HOME at it; the project's dagster.yaml goes there unless there is one."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    if not (home / _CONFIG.name).exists():
        shutil.copyfile(_CONFIG, home / _CONFIG.name)
    os.environ["DAGSTER_HOME"] = str(home)
    return home
