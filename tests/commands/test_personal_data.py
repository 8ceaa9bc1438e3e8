"""Personal data through the whole pipeline: in no log, event, artifact or published file; after an erasure nowhere at all."""

import io
import json
import logging
import shutil
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from click.testing import CliRunner

from dagster_project.__main__ import cli
from dagster_project.commands.doctor import examine
from dagster_project.commands.dry_run import dry_run_lines
from dagster_project.commands.quarantine import quarantine_lines
from dagster_project.commands.refresh import run_refresh
from dagster_project.definitions import build_definitions
from dagster_project.ingestion.assets import ERASURES_KEY
from dagster_project.orchestration.instance import prepare_instance
from dagster_project.orchestration.jobs import ERASE_CUSTOMER, erase_config
from dagster_project.settings import Settings

MARKER = "QZPERSONAL"
ERASED, OTHER = "QZCUST7", "QZCUST8"
_ORDERS = "order_id,customer_id,ordered_at,ship_to_postal_code,payment_terms_days"
_LINES = "order_id,line_number,product_id,quantity,unit_price"
_CUSTOMERS = "customer_id,customer_name,parent_customer_id,birth_year,postal_code,email,phone"


def _deliver(landing: Path, feed: str, day: str, header: str, *rows: str) -> None:
    folder = landing / "standard" / feed
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{day}.csv").write_text("".join(f"{line}\n" for line in (header, *rows)), encoding="utf-8")


def _deliver_everything(landing: Path) -> None:
    """Two days; each personal column holds the marker, in good rows, in rejected ones and in a file that is held back."""
    for number, day in enumerate(("2026-03-02", "2026-03-03")):
        orders = [
            f"{day}-{i},{customer},{day}T10:00:00Z,{MARKER}-zip-{i},30"
            for i, customer in enumerate([ERASED, ERASED, OTHER, "QZCUST9", *(f"C{i}" for i in range(300))])
        ]
        # a wrong type beside a personal value, a missing value, and fields that moved under other names
        broken = f"{day}-x,{ERASED},{day}T10:00:00Z,{MARKER}-zip,{MARKER}-moved,{MARKER}-more"
        _deliver(landing, "orders", day, _ORDERS, *orders, broken, f"{day}-y,{ERASED},,{MARKER}-zip,30")
        _deliver(landing, "order_lines", day, _LINES, *(f"{day}-{i},1,P{i % 7},{i % 5 + 1},10" for i in range(304)))
        people = [f"{who},{MARKER} {who},,1970,{MARKER}1,{MARKER}@x.org,{MARKER}2" for who in (ERASED, OTHER)]
        people += [f"C{i},{MARKER} C{i},{ERASED},1970,{MARKER},{MARKER}@x.org," for i in range(300)]
        born = f"QZCUST9,{MARKER},,{MARKER}-born,{MARKER},{MARKER}@x.org,{MARKER}"
        _deliver(landing, "customers", day, _CUSTOMERS, *people, *([born] if number else [born.replace("QZCUST9", ERASED)]))
    # held back: more broken rows than the contract tolerates
    _deliver(
        landing,
        "customers",
        "2026-03-04",
        _CUSTOMERS,
        *(f"D{i},{MARKER},,{MARKER},,," for i in range(9)),
        f"{ERASED},{MARKER},,x,,,",
    )
    # held back: a file without a header begins with somebody's data
    _deliver(landing, "customers", "2026-03-05", f"{ERASED},{MARKER},,1970,{MARKER},{MARKER}@x.org,{MARKER}")


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file of a folder, with all that can be read out of it."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            text += str(duckdb.sql(f"select * from read_parquet('{path}', hive_partitioning = false)").fetchall())
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as reader:
                tables = reader.execute("select schema_name, table_name from duckdb_tables()").fetchall()
                text += str([reader.execute(f'select * from "{schema}"."{table}"').fetchall() for schema, table in tables])
        elif path.suffix == ".db":
            with sqlite3.connect(path) as database:
                text += "\n".join(database.iterdump())
        yield str(path), text


def _traces(folder: Path, *words: str) -> list[tuple[str, str]]:
    return [
        (path, text[max(0, text.index(word) - 80) :][:200]) for path, text in _texts(folder) for word in words if word in text
    ]


@pytest.fixture(scope="module")
def log() -> Iterator[io.StringIO]:
    """All that any logger says in this process."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, log: io.StringIO) -> Settings:
    """A deployment after one refresh of deliveries that are full of personal data; not to be changed."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("personal"), sources=("standard",), _env_file=None)
    _deliver_everything(settings.landing)
    outcome = run_refresh(settings)
    assert outcome.success, outcome.problems
    return settings


def test_personal_values_are_in_the_lake_and_nowhere_behind_it(settings: Settings, log: io.StringIO) -> None:
    """Good rows, rejected rows and held-back files: none of them in events, metadata, logs, artifacts, published files."""
    assert _traces(settings.lake / "raw", MARKER)
    assert _traces(settings.lake / "quarantine", MARKER)
    for folder in (settings.dagster_home, settings.published, settings.dbt_target):
        assert any(path.is_file() for path in folder.rglob("*"))
        assert _traces(folder, MARKER) == []
    assert "order_lines" in log.getvalue()
    assert MARKER not in log.getvalue()


def test_commands_that_show_rejected_rows_show_no_personal_value(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read on screens and pasted into tickets; the rows themselves stay in the quarantine, for the repair."""
    monkeypatch.setenv("SEGMENTATION_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("SEGMENTATION_SOURCES", "standard")
    told = "\n".join(quarantine_lines(settings))
    assert "column birth_year: its value is not INTEGER" in told
    assert "2 held-back deliveries" in told
    tried = "\n".join(dry_run_lines(settings))
    assert "rejects 10 of 10 rows: birth year: wrong type" in tried
    examined = "\n".join(finding.text for finding in examine())
    assert MARKER not in told + tried + examined


def test_reject_messages_repeat_no_personal_value_but_the_raw_text_is_kept(settings: Settings) -> None:
    files = f"{settings.lake}/quarantine/standard/*/*/*.parquet"
    rows = duckdb.sql(f"select message, raw_text from read_parquet('{files}') where line is not null").fetchall()
    assert len(rows) == 6
    assert not [message for message, _ in rows if MARKER in (message or "")]
    assert all(MARKER in raw_text for _, raw_text in rows)


def _amounts(settings: Settings) -> tuple[Decimal, Decimal]:
    with duckdb.connect(str(settings.published / "customer_segments.duckdb"), read_only=True) as reader:
        ((read, sold, unidentified, difference),) = reader.execute(
            "select amount_accepted, amount_sale + amount_return, amount_unidentified, amount_difference"
            " from sales_reconciliation"
        ).fetchall()
    assert difference == 0
    return read, sold + unidentified


@pytest.fixture
def copy(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    shutil.copytree(settings.data_dir, tmp_path / "data")
    monkeypatch.setenv("SEGMENTATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SEGMENTATION_SOURCES", "standard")
    return settings.model_copy(update={"data_dir": tmp_path / "data"})


def test_make_erase_leaves_no_trace_of_a_customer_and_keeps_the_totals(copy: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Landing, lake, quarantine, warehouse, kept publications, Dagster's history, dbt's artifacts."""
    before = _amounts(copy)
    (version,) = (copy.published / "versions").iterdir()
    older = shutil.copytree(version, version.with_name("20200101T000000000000"))
    (older / "manifest.json").write_text((older / "manifest.json").read_text().replace(version.name, older.name))
    monkeypatch.setattr("sys.argv", ["dagster_project", "erase", f"standard:{ERASED}"])
    result = CliRunner().invoke(cli, ["erase", f"standard:{ERASED}"])
    assert result.exit_code == 0, result.output
    assert "is erased: " in result.output
    assert ERASED not in result.output
    assert _traces(copy.data_dir, ERASED) == []
    assert _traces(copy.data_dir, OTHER)
    assert _amounts(copy) == before
    assert not version.exists()
    assert not older.exists()
    assert len(list((copy.published / "versions").iterdir())) == 1


def test_the_job_in_the_ui_takes_the_id_and_the_history_does_not_keep_it(copy: Settings) -> None:
    """Dagster keeps a run's config for ever; the id in it is replaced by its hash."""
    home = prepare_instance(copy)
    job = build_definitions(copy).resolve_job_def(ERASE_CUSTOMER)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        # the step alone: what follows it is the refresh, which the test before looks at
        asked = erase_config(f"standard:{ERASED}")
        result = job.execute_in_process(run_config=asked, asset_selection=[ERASURES_KEY], instance=instance)
        assert result.success
        run = instance.get_run_by_id(result.run_id)
        assert run is not None
        assert ERASED not in json.dumps(run.run_config)
        event = instance.get_latest_materialization_event(ERASURES_KEY)
        assert event is not None
        assert event.asset_materialization is not None
        metadata = {name: value.value for name, value in event.asset_materialization.metadata.items()}
    assert metadata["customers_erased"] == 1
    assert metadata["lake_rows"] > 0
    assert metadata["customer"] == run.run_config["ops"]["control__erasures"]["config"]["customer"]
    for folder in (copy.dagster_home, copy.landing, copy.lake):
        assert _traces(folder, ERASED) == []
    assert not copy.warehouse.exists()


def test_an_id_that_is_not_one_is_refused_before_anything_runs(copy: Settings) -> None:
    result = CliRunner().invoke(cli, ["erase", "QZCUST7"])
    assert result.exit_code == 1
    assert "A customer is named <source>:<id>" in result.output
    assert not (copy.lake / "control" / "erasures.jsonl").exists()
