"""The central property: what is published depends on what is delivered, not on how it came there."""

import random
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest
from compare import describe_difference, published_content
from pipeline import DATABASE, refresh
from volume import scans

from dagster_project.settings import Settings

_SEED = 20111209
_DAYS = 7


@pytest.fixture(scope="module")
def day_files(test_data: Path) -> list[Path]:
    """Some consecutive real day files from the busy season."""
    return sorted((test_data / "online_retail").glob("2011-11-*.csv"))[:_DAYS]


@pytest.fixture
def deployment(tmp_path: Path) -> Settings:
    """An empty deployment whose landing the test fills."""
    (tmp_path / "landing" / "online_retail").mkdir(parents=True)
    return _settings(tmp_path)


def _settings(data_dir: Path) -> Settings:
    return Settings(sources=("online_retail",), data_dir=data_dir, _env_file=None)


def _deliver(settings: Settings, files: Sequence[Path]) -> None:
    for file in files:
        shutil.copyfile(file, settings.landing / "online_retail" / file.name)


def _plan_is_full(settings: Settings) -> bool:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.execute("select is_full from intermediate.int_refresh_plan").fetchall() == [(True,)]


@pytest.fixture(scope="module")
def clean(day_files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A clean load of all the days; not to be changed."""
    settings = _settings(tmp_path_factory.mktemp("clean"))
    (settings.landing / "online_retail").mkdir(parents=True)
    _deliver(settings, day_files)
    refresh(settings)
    return settings


@pytest.fixture(scope="module")
def clean_load(clean: Settings) -> Path:
    """What a clean load of all the days publishes."""
    return clean.published / DATABASE


@pytest.fixture
def loaded(clean: Settings, tmp_path: Path) -> Settings:
    """A deployment with all the days loaded and published, which the test goes on with."""
    return _settings(shutil.copytree(clean.data_dir, tmp_path / "loaded", symlinks=True))


def _assert_same(published: Path, expected: Path) -> None:
    assert published_content(published) == published_content(expected), describe_difference(published, expected)


def _corrected(file: Path, change: Callable[[list[str]], list[str]], target: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    target.write_text("".join(change(lines)), encoding="utf-8")


@pytest.mark.long
def test_days_one_by_one_in_random_order_publish_what_a_clean_load_does(
    deployment: Settings, day_files: list[Path], clean_load: Path
) -> None:
    """Late and early deliveries: every refresh but the first builds upon the one before."""
    files = list(day_files)
    random.Random(_SEED).shuffle(files)
    for number, file in enumerate(files):
        _deliver(deployment, [file])
        published = refresh(deployment)
        assert _plan_is_full(deployment) == (number == 0)
    _assert_same(published, clean_load)


def test_a_delivery_corrected_withdrawn_and_brought_back_leaves_no_trace(
    loaded: Settings, day_files: list[Path], clean_load: Path
) -> None:
    """A wrong file, its recall and the right file again: the tables are those of the right file, at every step."""
    landed = loaded.landing / "online_retail" / day_files[3].name

    _corrected(day_files[3], lambda lines: [lines[0], *lines[200:], *lines[1:20]], landed)
    corrected = refresh(loaded)
    assert published_content(corrected) != published_content(clean_load)
    assert not _plan_is_full(loaded)

    marker = landed.with_name(f"{landed.name}.withdrawn")
    marker.touch()
    withdrawn = refresh(loaded)
    assert not _plan_is_full(loaded)
    without = withdrawn.read_bytes()
    _assert_same(refresh(loaded, "--full-refresh"), _saved(without, loaded.data_dir / "without.duckdb"))

    marker.unlink()
    shutil.copyfile(day_files[3], landed)
    _assert_same(refresh(loaded), clean_load)
    assert not _plan_is_full(loaded)


def _assert_one_day_is_read(settings: Settings, file: Path) -> None:
    """A correction of one day of seven reads the lake for that day: a guard against work that grows unseen, in counts."""
    lines = len(file.read_text(encoding="utf-8").splitlines()) - 1
    for model, times in {"fct_order_lines": 2, "fct_orders": 2, "int_touched_orders": 2}.items():
        found = [scan for scan in scans(settings, model, settings.data_dir) if scan.of.startswith("raw/")]
        assert found, model
        assert {scan.files for scan in found} == {1}, (model, found)
        assert sum(scan.rows for scan in found) <= times * lines, (model, found)


def _saved(content: bytes, path: Path) -> Path:
    path.write_bytes(content)
    return path


def test_the_same_deliveries_again_change_nothing(loaded: Settings, day_files: list[Path], clean_load: Path) -> None:
    """A second run of the same morning is free of consequences, whatever order the rows of a file have."""
    shuffled = random.Random(_SEED)
    _deliver(loaded, day_files[::2])
    for file in day_files[1::2]:

        def mixed(lines: list[str]) -> list[str]:
            return [lines[0], *shuffled.sample(lines[1:], len(lines) - 1)]

        _corrected(file, mixed, loaded.landing / "online_retail" / file.name)
    _assert_same(refresh(loaded), clean_load)


@pytest.mark.long
def test_two_as_of_dates_in_one_refresh_are_the_same_as_each_alone(deployment: Settings, day_files: list[Path]) -> None:
    """A backfill of month ends is one run; what later days brought must not show in an earlier date."""
    _deliver(deployment, day_files)
    dates = (date.fromisoformat(day_files[2].stem), date.fromisoformat(day_files[-1].stem))
    refresh(deployment.model_copy(update={"as_of_dates": dates}))
    together = {day: _scores(deployment, day) for day in dates}
    assert together[dates[0]] != together[dates[1]]
    for day in dates:
        refresh(deployment.model_copy(update={"as_of_dates": (day,)}))
        assert _scores(deployment, day) == together[day]


def _scores(settings: Settings, day: date) -> list[tuple[object, ...]]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "from marts.customer_rfm join marts.customer_profitability using (as_of_date, source_code, customer_key)"
            " where as_of_date = ? order by all",
            [day],
        ).fetchall()
    assert rows
    return rows


@pytest.mark.long
def test_the_whole_year_in_three_shuffled_loads_publishes_what_one_load_does(test_data: Path, tmp_path: Path) -> None:
    """All 305 days: in one load, and in three loads of shuffled days, the last ones twice."""
    files = sorted((test_data / "online_retail").glob("*.csv"))
    whole = Settings(sources=("online_retail",), data_dir=tmp_path / "whole", landing_dir=test_data, _env_file=None)
    expected = refresh(whole)
    parts = _settings(tmp_path / "parts")
    (parts.landing / "online_retail").mkdir(parents=True)
    shuffled = random.Random(_SEED).sample(files, len(files))
    for chunk in (shuffled[:100], shuffled[100:290], shuffled[280:]):
        _deliver(parts, chunk)
        published = refresh(parts)
    _assert_same(published, expected)
