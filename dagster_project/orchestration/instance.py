"""The Dagster instance of a deployment: its home folder, and the end of runs whose process died without a word.

Belongs here: DAGSTER_HOME, who is alive in it. Not here: what runs (jobs.py).

A process that runs or launches runs holds a lock on a file of its own for as long as it lives; the operating system lets
go of it even after kill -9. A run in progress whose lock is free is dead: it is ended, so that no queue waits for it.
"""

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

_CONFIG = Path(__file__).with_name("dagster.yaml")
_ALIVE = "alive"
_PROCESS_TAG = "segmentation/process"
_UI = "ui"
_EVENTS_PER_BATCH = "1000"


def prepare_instance(settings: Settings) -> Path:
    """Make the home folder and point DAGSTER_HOME at it; the project's dagster.yaml goes there unless there is one."""
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", _EVENTS_PER_BATCH)
    home = settings.dagster_home
    (home / _ALIVE).mkdir(parents=True, exist_ok=True)
    if not (home / _CONFIG.name).exists():
        shutil.copyfile(_CONFIG, home / _CONFIG.name)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


@contextmanager
def alive_as_command(home: Path) -> Iterator[dict[str, str]]:
    """Tags for the runs that this process executes itself; they are taken for dead once it has ended."""
    name = uuid.uuid4().hex
    file = home / _ALIVE / name
    descriptor = _lock(file)
    try:
        yield {_PROCESS_TAG: name}
    finally:
        file.unlink(missing_ok=True)
        if descriptor is not None:
            os.close(descriptor)


def alive_as_ui(home: Path) -> bool:
    """Mark this process, and all that it becomes or starts, as the one that serves the UI; False when another one does."""
    descriptor = _lock(home / _ALIVE / _UI)
    if descriptor is None:
        return False
    os.set_inheritable(descriptor, True)
    return True


def end_dead_runs(instance: "dg.DagsterInstance", home: Path, *, launched_by_ui: bool = False) -> list[str]:
    """Mark runs as failed whose process is gone; their ids. launched_by_ui: also those that an earlier UI had launched."""
    import dagster as dg

    in_progress = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    ended = []
    for run in instance.get_runs(dg.RunsFilter(statuses=in_progress)):
        process = run.tags.get(_PROCESS_TAG)
        if (launched_by_ui and process is None) or (process is not None and not _is_alive(home / _ALIVE / process)):
            instance.report_run_failed(
                run, "Its process ended without a word. What it had written is repaired by the next run."
            )
            ended.append(run.run_id)
    return ended


def _is_alive(file: Path) -> bool:
    if not file.exists():
        return False
    descriptor = _lock(file)
    if descriptor is None:
        return True
    file.unlink(missing_ok=True)
    os.close(descriptor)
    return False


def _lock(file: Path) -> int | None:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
