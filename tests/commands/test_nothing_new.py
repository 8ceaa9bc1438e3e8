"""Whether there is anything to do, asked every few minutes by a crontab: known at once, and never wrongly no."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.commands.nothing_new import is_nothing_new
from dagster_project.settings import Settings


def test_after_a_refresh_nothing_is_new(deployment: Settings) -> None:
    """A copy of the data folder is the same deployment: nothing in the note says where it lies."""
    assert is_nothing_new(deployment)


def test_before_the_first_refresh_everything_is(tmp_path: Path) -> None:
    assert not is_nothing_new(Settings(data_dir=tmp_path, _env_file=None))


def new_delivery(settings: Settings) -> Settings:
    orders = settings.landing / "demo" / "orders"
    shutil.copyfile(orders / "2026-09-30.csv", orders / "2026-09-30-evening.csv")
    return settings


def other_rule(settings: Settings) -> Settings:
    own = settings.data_dir / "policy"
    own.mkdir()
    shipped = Path(sys.modules["dagster_project.policy.tables"].__file__ or "").with_name("tables") / "usage_classes.csv"
    (own / shipped.name).write_text(shipped.read_text(encoding="utf-8").replace("0.20", "0.25"), encoding="utf-8")
    return settings.model_copy(update={"policy_dir": own})


def other_zone(settings: Settings) -> Settings:
    return settings.model_copy(update={"business_timezone": "Europe/Berlin"})


def loaded_without_a_refresh(settings: Settings) -> Settings:
    """By a click on an asset, or by a run that failed behind it."""
    delivery = next((settings.lake / "raw" / "demo" / "orders").glob("*/delivery.parquet"))
    content = delivery.read_bytes()
    delivery.unlink()
    delivery.write_bytes(content)
    return settings


def published_file_gone(settings: Settings) -> Settings:
    (settings.published / "customer_segments.duckdb").unlink()
    return settings


@pytest.mark.parametrize("change", [new_delivery, other_rule, other_zone, loaded_without_a_refresh, published_file_gone])
def test_whatever_changes_a_published_row_is_new(deployment: Settings, change: Callable[[Settings], Settings]) -> None:
    """A refresh that is left out by mistake is a dashboard of yesterday."""
    assert not is_nothing_new(change(deployment))


def test_the_answer_needs_neither_dagster_nor_dbt(project_root: Path) -> None:
    """They take seconds to import, and a crontab asks every few minutes."""
    loaded = "import sys, dagster_project.commands.nothing_new; print(sorted({'dagster', 'dbt', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", loaded], cwd=project_root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
