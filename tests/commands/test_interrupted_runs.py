"""Runs that are killed, and runs that meet: nothing is lost, nothing half-written, the next run repairs everything."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import Refreshed

from dagster_project.settings import Settings

_CORRECTED_DAY = "2026-09-15.csv"


def _start(settings: Settings, **more: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "SEGMENTATION_SOURCES": "demo", "SEGMENTATION_DATA_DIR": str(settings.data_dir), **more}
    command = [sys.executable, "-m", "dagster_project", "refresh"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _kill_at(process: "subprocess.Popen[str]", words: str) -> None:
    """kill -9 as soon as the run says these words."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if words in line:
            os.kill(process.pid, signal.SIGKILL)
            break
    else:
        raise AssertionError(f"the run ended without saying {words!r}: {''.join(said)}")
    process.communicate()


def _segments(settings: Settings) -> list[tuple[object, ...]]:
    with duckdb.connect(str(settings.published / "customer_segments.duckdb"), read_only=True) as reader:
        return reader.execute("select * from customer_segments order by all").fetchall()


def _deliver_correction(settings: Settings) -> None:
    """A corrected delivery: ten orders fewer, so that the refresh has something to take away and to add."""
    orders = settings.landing / "demo" / "orders" / _CORRECTED_DAY
    lines = orders.read_text().splitlines(keepends=True)
    orders.write_text("".join([lines[0], *lines[11:]]))


@pytest.fixture(scope="module")
def corrected(refreshed: Refreshed, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    """What an undisturbed refresh makes of the corrected delivery."""
    data_dir = tmp_path_factory.mktemp("undisturbed") / "data"
    shutil.copytree(refreshed.settings.data_dir, data_dir)
    settings = Settings(data_dir=data_dir, _env_file=None)
    _deliver_correction(settings)
    process = _start(settings)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    return _segments(settings)


def test_a_run_killed_while_dbt_builds_leaves_nothing_behind_when_its_delivery_is_taken_back(deployment: Settings) -> None:
    """The fact is ahead of what is built upon it, and of landing: the next run must notice both."""
    before = _segments(deployment)
    landed = deployment.landing / "demo" / "orders" / _CORRECTED_DAY
    as_it_was = landed.read_text()
    _deliver_correction(deployment)
    _kill_at(_start(deployment), "int_customer_day")
    assert _segments(deployment) == before
    landed.write_text(as_it_was)
    process = _start(deployment)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    assert _segments(deployment) == before


@pytest.mark.long
@pytest.mark.parametrize("moment", ["int_touched_orders", "fct_order_lines", "int_customer_day", "published.customer_segments"])
def test_a_run_killed_while_dbt_builds_is_repaired_by_the_next_of_which_two_may_start_at_once(
    deployment: Settings, corrected: list[tuple[object, ...]], moment: str
) -> None:
    """The fact may be ahead of what is built upon it: the next run must notice, whatever table was the last."""
    before = _segments(deployment)
    _deliver_correction(deployment)
    _kill_at(_start(deployment), moment)
    assert _segments(deployment) == before
    # somebody starts it by hand while the schedule does: one waits for the other, both end well
    runs = [_start(deployment), _start(deployment)]
    outputs = [run.communicate(timeout=300)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], outputs
    assert sum("the warehouse is in use by process" in output for output in outputs) >= 1, outputs
    assert _segments(deployment) == corrected
    assert corrected != before


def test_a_run_that_may_not_wait_says_who_holds_the_warehouse(deployment: Settings) -> None:
    """The message names the process, so that a person can look at it or stop it."""
    holder = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import pathlib, sys, time\n"
            "from dagster_project.warehouse_lock import warehouse_lock\n"
            "with warehouse_lock(pathlib.Path(sys.argv[1]), 'look around', 5):\n"
            "    print('held', flush=True)\n"
            "    time.sleep(300)\n",
            str(deployment.data_dir),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        process = _start(deployment, SEGMENTATION_LOCK_TIMEOUT_SECONDS="0")
        output, _ = process.communicate(timeout=300)
    finally:
        holder.kill()
        holder.communicate()
    assert process.returncode == 1
    assert f"in use by process {holder.pid} (look around" in output


def test_a_source_that_nobody_knows_and_a_folder_that_is_empty_are_named(tmp_path: Path) -> None:
    """A typing error in a setting ends in a sentence, not in a traceback or a quiet success."""
    settings = Settings(data_dir=tmp_path, _env_file=None)
    unknown, _ = (process := _start(settings, SEGMENTATION_SOURCES="shop")).communicate(timeout=300)
    assert process.returncode == 1
    assert "There is no contract for source 'shop'" in unknown
    assert "Traceback" not in unknown
    empty, _ = (process := _start(settings, SEGMENTATION_SOURCES="online_retail")).communicate(timeout=300)
    assert process.returncode == 1
    assert f"No delivery of online_retail lies in {tmp_path / 'landing' / 'online_retail'}." in empty
    assert "a required feed has not delivered yet" in empty
    assert "Nothing is published yet." in empty
