"""Any past date: computed together, alone, or on the day itself, it gives the same segments.

Belongs here: what is kept as of a date (marts.customer_segments_as_of) and what becomes of it. Not here: the rules themselves
(unit tests beside the models).
"""

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest
from pipeline import build_models, load, refresh

from dagster_project.policy.tables import policy_version
from dagster_project.settings import Settings
from dagster_project.transformation.assets import build_in_batches
from dagster_project.transformation.batches import Batch, ask_for, backfill_dates, batches, whole_history
from dagster_project.transformation.control import AsOfBackfill, month_ends, write_refresh_control

_DAYS = ("2011-09-29", "2011-09-30", "2011-10-28", "2011-10-31", "2011-11-29", "2011-11-30", "2011-12-01")


def _settings(data_dir: Path, files: Sequence[Path]) -> Settings:
    settings = Settings(sources=("online_retail",), data_dir=data_dir, _env_file=None)
    landing = settings.landing / "online_retail"
    landing.mkdir(parents=True)
    for file in files:
        shutil.copyfile(file, landing / file.name)
    return settings


def _files(test_data: Path, days: Sequence[str]) -> list[Path]:
    return [test_data / "online_retail" / f"{day}.csv" for day in days]


def _backfill(settings: Settings, dates: Sequence[date]) -> None:
    load(settings)
    write_refresh_control(settings, dates)
    results = build_in_batches(settings, ["--exclude-resource-type", "test"], "", all_dates_at_once=False)
    assert [f"{result.name}: {result.message}" for result in results if result.has_failed] == []


def _query(settings: Settings, query: str, *values: object) -> list[tuple[object, ...]]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.execute(query, list(values)).fetchall()


def _kept(settings: Settings, day: date) -> list[tuple[object, ...]]:
    rows = _query(
        settings,
        "select * exclude (date_role, policy_version, refresh_id) from marts.customer_segments_as_of where as_of_date = ?"
        " order by all",
        day,
    )
    assert rows, day
    return rows


def _clusters(settings: Settings, day: date) -> list[tuple[object, ...]]:
    """The clusters that had been found by a day."""
    found = "select * exclude (policy_version) from intermediate.int_behaviour_cluster_fits"
    return _query(settings, f"{found} where fit_date <= ? order by all", day)


def _assert_a_backfill_is_what_single_runs_and_cut_data_give(
    files: Sequence[Path], dates: Sequence[date], singles: Sequence[date], folder: Path
) -> None:
    whole = _settings(folder / "whole", files).model_copy(update={"as_of_batch": -(-len(dates) // 2)})
    _backfill(whole, dates)
    last = backfill_dates(whole.lake)
    assert 0 < len(last) <= len(dates) // 2, "the last batch is what the last pass was asked for"
    together = {day: _kept(whole, day) for day in dates}
    assert len({str(rows) for rows in together.values()}) == len(dates)
    for day in singles:
        alone = whole.model_copy(update={"as_of_dates": (day,)})
        load(alone)
        build_models(alone)
        assert _query(alone, "select as_of_date from intermediate.int_as_of_dates") == [(day,)]
        assert _kept(alone, day) == together[day], f"{day} alone"
    # the order book as it grew: at each date nothing of a later day is there
    cut = _settings(folder / "cut", [])
    for day in singles:
        for file in files:
            landed = cut.landing / "online_retail" / file.name
            if file.stem <= day.isoformat() and not landed.exists():
                shutil.copyfile(file, landed)
        cut = cut.model_copy(update={"as_of_dates": (day,)})
        load(cut)
        build_models(cut)
        assert _kept(cut, day) == together[day], f"{day} on the data of that day"
        assert _clusters(cut, day) == _clusters(whole, day) != [], f"{day} on the data of that day"


def test_a_backfill_is_what_single_runs_and_data_cut_at_the_date_give(test_data: Path, tmp_path: Path) -> None:
    """Nothing of a later day may show in an earlier date, whatever else the run computes."""
    dates = [date(2011, 9, 30), date(2011, 10, 31), date(2011, 11, 30)]
    _assert_a_backfill_is_what_single_runs_and_cut_data_give(_files(test_data, _DAYS), dates, dates[1:2], tmp_path)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_twelve_month_ends_of_the_whole_year_are_what_twelve_single_runs_give(test_data: Path, tmp_path: Path) -> None:
    """The same over all 305 days: one backfill, twelve runs, and twelve runs on data cut at that date."""
    dates = month_ends(date(2010, 12, 1), date(2011, 11, 30))
    assert len(dates) == 12
    files = sorted((test_data / "online_retail").glob("*.csv"))
    _assert_a_backfill_is_what_single_runs_and_cut_data_give(files, dates, dates, tmp_path)


@pytest.mark.long
def test_a_first_refresh_in_parts_publishes_what_it_publishes_at_once(test_data: Path, tmp_path: Path) -> None:
    """The history of a large order book is more than the memory of a small machine; killed between two parts, it goes on."""
    files = _files(test_data, _DAYS)
    october, november, newest = (date(2011, *day) for day in ((10, 31), (11, 30), (12, 1)))
    at_once = _settings(tmp_path / "at_once", files)
    _backfill(at_once, [])
    assert {october, november, newest} <= _computed(at_once)
    killed = _settings(tmp_path / "killed", files).model_copy(update={"as_of_batch": 2})
    load(killed)
    write_refresh_control(killed)
    ask_for(killed.lake, whole_history(newest))
    build_models(killed)
    assert _computed(killed) == {newest}
    assert batches([], killed.lake, killed.warehouse, 2) == [Batch(postponed=(november,)), Batch()]
    _backfill(killed, [])
    assert _computed(killed) == {november, newest}
    tables = _query(at_once, "select table_name from duckdb_tables() where schema_name = 'published'")
    for (table,) in tables:
        columns = "columns(lambda name: name <> 'refresh_id')"
        rows = f"select {columns} from published.{table} order by all"
        assert _query(killed, rows) == _query(at_once, rows), table


def _computed(settings: Settings) -> set[object]:
    """The as-of dates of the last pass."""
    return {day for (day,) in _query(settings, "select as_of_date from intermediate.int_as_of_dates")}


def test_only_late_data_changes_a_kept_date_and_the_journal_says_so(test_data: Path, tmp_path: Path) -> None:
    """A figure that was reported must not change in silence, and not at all when a later day arrives."""
    files = _files(test_data, _DAYS)
    settings = _settings(tmp_path / "late", files[:-1])
    october = date(2011, 10, 31)
    _backfill(settings, [date(2011, 10, 28)])
    before = _kept(settings, october)

    shutil.copyfile(files[-1], settings.landing / "online_retail" / files[-1].name)
    refresh(settings)
    computed = [row[0] for row in _query(settings, "select as_of_date from intermediate.int_as_of_dates order by 1")]
    assert computed == [date(2011, 12, 1)]
    assert _kept(settings, october) == before
    assert _query(settings, "from marts.segment_restatements") == []

    landed = settings.landing / "online_retail" / "2011-10-28.csv"
    lines = landed.read_text(encoding="utf-8").splitlines(keepends=True)
    landed.write_text("".join(lines[:-300]), encoding="utf-8")
    # cut short between the journal and the segments that it tells of: the next refresh must not tell it twice
    load(settings)
    build_models(settings, "--select", "+segment_restatements")
    assert _query(settings, "from marts.segment_restatements") != []
    assert _kept(settings, october) == before
    refresh(settings)
    assert _kept(settings, october) != before
    journal = _query(settings, "select distinct as_of_date, cause from marts.segment_restatements order by all")
    assert {cause for _, cause in journal} == {"late_data"}
    assert {day for day, _ in journal} >= {date(2011, 10, 28), october}
    assert date(2011, 9, 30) not in {day for day, _ in journal}
    told = _query(settings, "select as_of_date, dimension, count(*) from marts.segment_restatements group by all")
    assert {count for _, _, count in told} == {1}

    restated = _kept(settings, october)
    refresh(settings, "--full-refresh")
    assert _kept(settings, october) == restated
    assert _kept(settings, date(2011, 10, 28)), "a rebuild computes the kept dates again"


def test_month_ends_of_a_period_are_the_last_days_of_its_months() -> None:
    """Both ends included, a leap year, a year's turn."""
    assert month_ends(date(2023, 12, 31), date(2024, 2, 29)) == [date(2023, 12, 31), date(2024, 1, 31), date(2024, 2, 29)]
    assert month_ends(date(2024, 2, 1), date(2024, 2, 28)) == []
    with pytest.raises(ValueError, match="one of them is missing"):
        AsOfBackfill(month_ends_from="2024-01-01").as_of_dates()
    assert AsOfBackfill(dates=["2024-01-31"], month_ends_from="2024-01-01", month_ends_to="2024-01-31").as_of_dates() == [
        date(2024, 1, 31)
    ]


def test_what_other_rules_make_due_comes_in_batches_too(tmp_path: Path) -> None:
    """Three years of kept month ends under another limit must not need the memory of three years."""
    settings = Settings(data_dir=tmp_path, _env_file=None)
    ends = month_ends(date(2023, 1, 1), date(2023, 6, 30))
    write_refresh_control(settings, [date(2023, 3, 15), ends[0]])
    asked_for = backfill_dates(settings.lake)
    assert batches(asked_for, settings.lake, settings.warehouse, 6) == [Batch(asked_for=(ends[0], date(2023, 3, 15)))]
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.customer_segments_as_of (as_of_date date, date_role varchar, policy_version varchar)"
        )
        connection.execute("create table marts.history_dates as select date '2023-06-30' as as_of_date")
        current = policy_version(None)
        rows = [(day, "backfill", "of before") for day in ends[:4]] + [(ends[5], "review", "of before")]
        rows += [(ends[4], "backfill", current), (date(2023, 7, 3), "current", "of before")]
        connection.executemany("insert into marts.customer_segments_as_of values (?, ?, ?)", rows)
    found = batches(asked_for, settings.lake, settings.warehouse, 2)
    assert found == [
        Batch(asked_for=(ends[0],), postponed=(ends[2], ends[3])),
        Batch(asked_for=(date(2023, 3, 15),), postponed=(ends[3],)),
        Batch(),
    ]
    ask_for(settings.lake, found[0])
    asked = duckdb.read_parquet(str(settings.lake / "control" / "as_of_dates.parquet")).order("all").fetchall()
    assert asked == [(ends[0], True, False), (ends[2], False, True), (ends[3], False, True)]
