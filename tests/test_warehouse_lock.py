"""The lock on the data directory."""

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from dagster_project.warehouse_lock import WarehouseLockedError, warehouse_lock


def _holder(data_dir: Path, seconds: float) -> subprocess.Popen[str]:
    script = f"""
        import pathlib, time
        from dagster_project.warehouse_lock import warehouse_lock
        with warehouse_lock(pathlib.Path({str(data_dir)!r}), "build the warehouse", 5):
            print("held", flush=True)
            time.sleep({seconds})
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_who_cannot_wait_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    """Two people start a refresh: the second must know what to wait for."""
    with _holder(tmp_path, 30) as process:
        with pytest.raises(WarehouseLockedError, match=rf"process {process.pid} \(build the warehouse") as refusal:  # noqa: SIM117
            with warehouse_lock(tmp_path, "publish", 0.3):
                pass
        process.kill()
    assert "Nothing was changed" in str(refusal.value)


def test_who_can_wait_gets_the_lock_when_it_is_free(tmp_path: Path) -> None:
    """The second run goes on by itself."""
    with _holder(tmp_path, 1):
        started = time.monotonic()
        with warehouse_lock(tmp_path, "publish", 30):
            assert time.monotonic() - started > 0.3


def test_a_killed_holder_leaves_no_lock_behind(tmp_path: Path) -> None:
    """Nobody has to delete a lock file after a power cut."""
    with _holder(tmp_path, 30) as process:
        process.kill()
        process.wait()
        with warehouse_lock(tmp_path, "publish", 0.5):
            pass
