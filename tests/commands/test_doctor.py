"""The doctor: a healthy deployment is called healthy; each illness is named, with what to do; nothing is changed by looking."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import Refreshed

from dagster_project.__main__ import cli
from dagster_project.commands.doctor import examine
from dagster_project.commands.findings import Finding
from dagster_project.erasure_journal import append_entry, customer_hash
from dagster_project.settings import Settings


@pytest.fixture
def as_set(deployment: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The deployment, as the environment names it."""
    monkeypatch.setenv("SEGMENTATION_DATA_DIR", str(deployment.data_dir))
    monkeypatch.setenv("SEGMENTATION_SOURCES", "demo")
    return deployment


def findings(*levels: str) -> list[Finding]:
    return [finding for finding in examine() if finding.level in (levels or ("warning", "problem"))]


def test_a_healthy_deployment_has_no_problem_and_looking_changes_nothing(
    refreshed: Refreshed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGMENTATION_DATA_DIR", str(refreshed.settings.data_dir))
    monkeypatch.setenv("SEGMENTATION_SOURCES", "demo")
    folders = [refreshed.settings.landing, refreshed.settings.lake, refreshed.settings.published]

    def state() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for folder in folders for path in folder.rglob("*")}

    before = state()
    result = CliRunner().invoke(cli, ["doctor"])
    assert state() == before
    assert result.exit_code == 0, result.output
    assert [finding.text for finding in findings("problem")] == []
    looked_at = {line.split()[1] for line in result.output.splitlines()}
    assert looked_at == {
        *("python", "settings", "disk", "contracts", "landing", "policy", "locks", "dagster", "dbt", "published"),
    }


def test_a_deployment_before_its_first_run_is_no_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newcomer asks the doctor first."""
    monkeypatch.setenv("SEGMENTATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SEGMENTATION_SOURCES", "demo")
    assert findings("problem") == []
    assert "make run" in " ".join(finding.remedy for finding in findings("warning"))
    assert not (tmp_path / "data").exists()


def _break_published(settings: Settings) -> None:
    (settings.published / "customer_segments.duckdb").write_bytes(b"no database")


def _leave_a_wal(settings: Settings) -> None:
    (settings.published / "customer_segments.duckdb.wal").touch()


def _deliver_under_another_name(settings: Settings) -> None:
    (settings.landing / "demo" / "orders" / "orders-2026-10-01.csv").touch()


def _begin_an_erasure(settings: Settings) -> None:
    append_entry(settings.lake, "begun", customer_hash(settings.lake, "demo:C1"))


@pytest.mark.parametrize(
    ("illness", "level", "words"),
    [
        (_break_published, "problem", "customer_segments.duckdb cannot be read"),
        (_leave_a_wal, "warning", "customer_segments.duckdb.wal lies beside the file"),
        (_deliver_under_another_name, "warning", "no feed reads orders-2026-10-01.csv in"),
        (_begin_an_erasure, "problem", "was not finished. Run make erase again"),
    ],
)
def test_each_illness_is_named(as_set: Settings, illness: object, level: str, words: str) -> None:
    assert callable(illness)
    before = {finding.text for finding in findings()}
    illness(as_set)
    new = [finding for finding in findings() if finding.text not in before]
    assert [finding.level for finding in new] == [level]
    assert words in new[0].text
    assert CliRunner().invoke(cli, ["doctor"]).exit_code == (1 if level == "problem" else 0)


@pytest.mark.parametrize(
    ("variable", "value", "level", "words"),
    [
        ("SEGMENTATION_SUORCES", "demo", "warning", "SEGMENTATION_SUORCES is set, and no setting has that name"),
        ("SEGMENTATION_SOURCES", "demo,online_retail", "problem", "mixes the invented demo orders with real ones"),
        ("SEGMENTATION_SOURCES", "shop", "problem", "There is no contract for source 'shop'"),
        ("SEGMENTATION_POLICY_DIR", "no/such/folder", "problem", "SEGMENTATION_POLICY_DIR names folder, which is no folder"),
    ],
)
def test_a_wrong_setting_is_named(
    as_set: Settings, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, level: str, words: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert [finding.text for finding in findings(level) if words in finding.text], [finding.text for finding in findings()]


@pytest.fixture
def holder(as_set: Settings) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has the warehouse."""
    code = (
        "import pathlib, sys, time\n"
        "from dagster_project.warehouse_lock import warehouse_lock\n"
        "with warehouse_lock(pathlib.Path(sys.argv[1]), 'look around', 5):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(300)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(as_set.data_dir)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_who_holds_the_warehouse_is_said_and_for_too_long_is_a_warning(
    holder: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    told = f"the warehouse is in use by process {holder.pid} (look around"
    assert [finding.level for finding in findings("ok", "warning") if told in finding.what] == ["ok"]
    monkeypatch.setenv("SEGMENTATION_LOCK_TIMEOUT_SECONDS", "0")
    assert [finding.level for finding in findings("ok", "warning") if told in finding.what] == ["warning"]
