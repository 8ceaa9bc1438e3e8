"""Deliveries in an object store come into landing whole, once, and again when they changed."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from dagster_project.ingestion.contracts import Source, load_source
from dagster_project.ingestion.load import load_deliveries
from dagster_project.ingestion.object_store import ObjectStoreError, bring_in, bring_in_everything
from dagster_project.orchestration.days import DayRange, pending_days
from dagster_project.settings import Settings

if TYPE_CHECKING:
    from conftest import Store

_ORDERS = "order_id,customer_id,ordered_at\nA,C1,2026-03-01 10:00:00\nB,C2,2026-03-01 11:00:00\n"
_LINES = "order_id,line_number,product_id,quantity,unit_price\nA,1,P,2,5.00\nB,1,P,1,5.00\n"


@pytest.fixture
def source() -> Source:
    return load_source("standard")


def _load(source: Source, landing: Path, lake: Path) -> list[tuple[date, str, int]]:
    loads = load_deliveries(source, source.feed("orders"), landing, lake, None)
    return [(one.delivery_date, one.status, one.rows_accepted) for one in loads]


def test_a_folder_elsewhere_is_copied_file_by_file_and_only_what_is_new(source: Source, tmp_path: Path) -> None:
    """The same way without a server: an address of files."""
    there, landing, lake = tmp_path / "there", tmp_path / "landing", tmp_path / "lake"
    orders = there / "standard" / "orders"
    orders.mkdir(parents=True)
    (orders / "2026-03-01.csv").write_text(_ORDERS)
    (orders / ".2026-03-02.csv").write_text("half")
    (orders / "2026-03-02.csv.partial").write_text("half")
    feed = source.feed("orders")
    assert bring_in(there.as_uri(), source, feed, landing) == 1
    assert bring_in(there.as_uri(), source, feed, landing) == 0
    assert [path.name for path in (landing / "standard" / "orders").iterdir() if not path.name.startswith(".")] == [
        "2026-03-01.csv"
    ]
    assert _load(source, landing, lake) == [(date(2026, 3, 1), "loaded", 2)]

    # archived out of landing: it stays in the lake, and is not fetched for a second time
    (landing / "standard" / "orders" / "2026-03-01.csv").unlink()
    assert bring_in(there.as_uri(), source, feed, landing) == 0
    # corrected at its origin
    (orders / "2026-03-01.csv").write_text(_ORDERS.replace("B,C2,2026-03-01 11:00:00\n", ""))
    assert bring_in(there.as_uri(), source, feed, landing) == 1
    assert _load(source, landing, lake) == [(date(2026, 3, 1), "loaded", 1)]
    # a feed without a folder there has not delivered
    assert bring_in(there.as_uri(), source, source.feed("returns"), landing) == 0


def test_an_address_with_credentials_is_refused() -> None:
    """They would stand in every run's record; the environment is their place."""
    with pytest.raises(ValidationError, match="landing_url"):
        Settings(landing_url="s3://key:secret@bucket/landing", _env_file=None)


@pytest.mark.system
def test_a_bucket_is_a_landing_folder(store: "Store", tmp_path: Path) -> None:
    """New, corrected and withdrawn objects, as the schedule sees them; one that vanished withdraws nothing."""
    settings = Settings(sources=("standard",), data_dir=tmp_path, landing_url=store.url, _env_file=None)
    assert pending_days(settings) is None
    store.put("standard/orders/2026-03-01.csv", _ORDERS)
    store.put("standard/order_lines/2026-03-01.csv", _LINES)
    assert pending_days(settings) == DayRange(date(2026, 3, 1), date(2026, 3, 1))
    assert bring_in_everything(settings) == 0
    source = load_source("standard")
    assert _load(source, settings.landing, settings.lake) == [(date(2026, 3, 1), "loaded", 2)]

    store.put("standard/orders/2026-03-01.csv", _ORDERS.replace("C2", "C3"))
    store.put("standard/orders/2026-03-02.csv", _ORDERS.replace("2026-03-01", "2026-03-02"))
    assert bring_in_everything(settings) == 2
    assert [status for _, status, _ in _load(source, settings.landing, settings.lake)] == ["loaded", "loaded"]
    store.delete("standard/orders/2026-03-02.csv")
    assert bring_in_everything(settings) == 0
    assert [status for _, status, _ in _load(source, settings.landing, settings.lake)] == ["unchanged", "unchanged"]
    store.put("standard/orders/2026-03-02.csv.withdrawn", " ")
    assert bring_in_everything(settings) == 1
    assert ("withdrawn", 0) in [(status, rows) for _, status, rows in _load(source, settings.landing, settings.lake)]


@pytest.mark.system
def test_a_bucket_that_is_not_there_is_named(store: "Store", source: Source, tmp_path: Path) -> None:
    """A typing error must not look like a quiet morning."""
    with pytest.raises(ObjectStoreError, match=r"standard/orders: .*order-buch.* could not be read"):
        bring_in(store.url.replace("order-book", "order-buch"), source, source.feed("orders"), tmp_path)
    assert not list(tmp_path.rglob("*.csv"))
    with pytest.raises(ObjectStoreError, match="there is no /nowhere"):
        bring_in("file:///nowhere", source, source.feed("orders"), tmp_path)


@pytest.mark.system
def test_a_refresh_takes_its_deliveries_from_a_bucket(store: "Store", project_root: Path, tmp_path: Path) -> None:
    """Through the command that people run; the secret stands in the environment and nowhere else."""
    store.put("standard/orders/2026-03-01.csv", _ORDERS)
    store.put("standard/order_lines/2026-03-01.csv", _LINES)
    run = subprocess.run(
        [sys.executable, "-m", "dagster_project", "refresh"],
        cwd=project_root,
        env={
            **os.environ,
            "SEGMENTATION_SOURCES": "standard",
            "SEGMENTATION_DATA_DIR": str(tmp_path / "data"),
            "SEGMENTATION_LANDING_URL": store.url,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "every line and amount accounted for" in run.stdout
