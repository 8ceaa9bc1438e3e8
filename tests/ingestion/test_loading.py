"""Loading over time: re-sent, changed, withdrawn, late and broken deliveries."""

import random
import shutil
import threading
import time
from collections.abc import Callable

import duckdb
import pytest
from shop import COLUMNS, HEADER, Shop

from dagster_project.ingestion import arrivals
from dagster_project.ingestion.arrivals import Arrival, ArrivedFile, FileState, fill_batches
from dagster_project.ingestion.headers import Layout
from dagster_project.ingestion.load import load_deliveries

DAYS = [f"2026-01-{day:02d}" for day in range(1, 11)]


def deliver_all(shop: Shop) -> None:
    for number, day in enumerate(DAYS):
        shop.deliver(day, f"{day}-A,{number},1.5,,", f"{day}-B,{number},x,,", f"{day}-C,1,2,,")


def test_the_same_file_again_changes_nothing(shop: Shop) -> None:
    """Not one byte of the lake: a repeated run must cost nothing downstream."""
    deliver_all(shop)
    shop.load()
    before = shop.files()
    outcomes = shop.load()
    assert {one.status for one in outcomes} == {"unchanged"}
    assert [(one.rows_read, one.rows_rejected) for one in outcomes] == [(3, 1)] * 10
    assert shop.files() == before


def test_a_changed_file_replaces_its_delivery_and_no_other(shop: Shop) -> None:
    deliver_all(shop)
    shop.load()
    before = {day: row.load_id for day, row in shop.ledger().items()}
    shop.deliver(DAYS[3], "Z,9,1,,", "Y,9,q,,")
    assert [one.delivery_date.isoformat() for one in shop.load() if one.status == "loaded"] == [DAYS[3]]
    after = {day: row.load_id for day, row in shop.ledger().items()}
    assert [day.isoformat() for day in after if after[day] != before[day]] == [DAYS[3]]
    assert [row for row in shop.rows() if row[0] == DAYS[3]] == [(DAYS[3], "Z", 9, "1.0000")]


def test_the_quarantine_holds_exactly_what_the_ledger_counts(shop: Shop) -> None:
    """Reconciliation counts both: rows of a replaced load must not be there twice."""
    deliver_all(shop)
    shop.load()
    shop.deliver(DAYS[3], "Z,9,1,,", "Y,9,q,,")
    shop.deliver(DAYS[4], "Z,9,1,,")
    shop.load()
    found = shop.query("select delivery_date, load_id, count(*) from quarantine group by all order by all")
    assert found == [(day, row.load_id, row.rows_rejected) for day, row in sorted(shop.ledger().items()) if row.rows_rejected]
    assert len(found) == 9


def test_rejected_rows_stay_with_their_file_when_many_files_are_read_at_once(shop: Shop) -> None:
    """DuckDB's reject tables are one per database: readers side by side in it gave their rows to each other's files."""
    days = [f"2026-{month:02d}-{day:02d}" for month in range(1, 9) for day in range(1, 26)]
    for day in days:
        shop.deliver(day, "A,1,1,,", f"{day},x,1,,", "B,1,1,,")
    for _ in range(3):
        shop.load()
        found = shop.query("select delivery_date::varchar, split_part(raw_text, ',', 1) from quarantine order by all")
        assert found == [(day, day) for day in days]
        shutil.rmtree(shop.lake)


def test_any_order_of_loads_leads_to_the_same_lake(shop: Shop, new_shop: Callable[..., Shop]) -> None:
    """Design: late, early, repeated, re-sent and withdrawn deliveries end as a clean load of the final state."""
    deliver_all(shop)
    clean = new_shop()
    clean.load()
    chaos, order = new_shop(), random.Random(7)
    shop.deliver(DAYS[0], "OLD,1,1,,")
    (shop.folder / f"{DAYS[1]}.csv.withdrawn").touch()
    for day in order.sample(DAYS, len(DAYS)) + order.choices(DAYS, k=6):
        chaos.load([day])
    (shop.folder / f"{DAYS[1]}.csv.withdrawn").unlink()
    deliver_all(shop)
    chaos.load(order.sample(DAYS, len(DAYS)))
    assert chaos.rows() == clean.rows()
    quarantined = "select * exclude (load_id) from quarantine order by all"
    assert chaos.query(quarantined) == clean.query(quarantined)


@pytest.mark.parametrize("is_archived", [False, True])
def test_a_withdrawn_delivery_leaves_and_comes_back(shop: Shop, is_archived: bool) -> None:
    """The marker stands beside the file, or in its place when the file was moved away."""
    deliver_all(shop)
    shop.load()
    full = shop.rows()
    path = shop.folder / f"{DAYS[2]}.csv"
    content = path.read_bytes()
    marker = shop.folder / f"{DAYS[2]}.csv.withdrawn"
    marker.touch()
    if is_archived:
        path.unlink()
    for words in ("was taken out of the lake", "is not in the lake"):
        outcome = next(one for one in shop.load() if one.status == "withdrawn")
        assert words in outcome.message
        assert shop.rows() == [row for row in full if row[0] != DAYS[2]]
        assert shop.query(f"select count(*) from quarantine where delivery_date = date '{DAYS[2]}'") == [(0,)]
    marker.unlink()
    path.write_bytes(content)
    shop.load()
    assert shop.rows() == full


def test_a_file_that_vanished_from_landing_withdraws_nothing(shop: Shop) -> None:
    """Delivered files are archived; that must not empty the lake."""
    deliver_all(shop)
    shop.load()
    full = shop.rows()
    for path in shop.folder.iterdir():
        path.unlink()
    assert shop.load() == []
    assert shop.rows() == full
    assert len(shop.ledger()) == 10


def test_one_bad_delivery_does_not_stop_the_others(shop: Shop) -> None:
    deliver_all(shop)
    (shop.folder / f"{DAYS[5]}.csv").write_bytes(b"")
    shop.deliver(DAYS[6], "A", header="nothing")
    assert sorted(one.status for one in shop.load()) == ["held_back"] * 2 + ["loaded"] * 8


def test_only_the_days_that_are_asked_for_are_looked_at(shop: Shop) -> None:
    deliver_all(shop)
    assert [one.delivery_date.isoformat() for one in shop.load([DAYS[7], DAYS[2], "2026-02-01"])] == [DAYS[2], DAYS[7]]
    assert {row[0] for row in shop.rows()} == {DAYS[2], DAYS[7]}


def test_another_contract_loads_every_delivery_again(shop: Shop, new_shop: Callable[..., Shop]) -> None:
    """The lake is typed by the contract: old files of another type would break every reader."""
    deliver_all(shop)
    shop.load()
    columns = [{**column, "type": "BIGINT"} if column["name"] == "units" else column for column in COLUMNS]
    wider = Shop(shop.landing, shop.lake, new_shop(columns=columns).source)
    assert {one.status for one in wider.load()} == {"loaded"}
    assert ("units", "BIGINT") in {row[:2] for row in wider.query("describe raw")}


def test_files_with_other_columns_are_read_beside_each_other(shop: Shop) -> None:
    """A system that adds a column one day: files of one run do not have one header."""
    for number, day in enumerate(DAYS):
        extra = ",note" if number % 2 else ""
        shop.deliver(day, f"A,{number},1,,{',hello' if extra else ''}", header=HEADER + extra)
    assert {one.status for one in shop.load()} == {"loaded"}
    assert [row[2] for row in shop.rows()] == list(range(10))


def test_a_file_that_changes_while_it_is_read_is_held_back(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow upload: half a file must not stand in the lake under the hash of another half."""
    path = shop.deliver(DAYS[0], "A,1,1,,")
    real = FileState.of

    def of_a_growing_file(target: object) -> FileState:
        state = real(path)
        with path.open("a", encoding="utf-8") as stream:
            stream.write("B,1,1,,\n")
        return state

    monkeypatch.setattr(arrivals.FileState, "of", of_a_growing_file)
    assert "was changed while it was being read" in shop.load_one().message
    assert shop.rows() == []
    monkeypatch.undo()
    assert shop.load_one().rows_accepted == 2


def test_two_loads_at_one_time_do_not_disturb_each_other(shop: Shop) -> None:
    """A click in the UI while the schedule runs: the second waits for the first."""
    deliver_all(shop)
    failures: list[BaseException] = []

    def load() -> None:
        try:
            shop.load()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(shop.rows()) == 20
    assert not [name for name in shop.files() if name.startswith("loading")]


def test_a_table_is_readable_at_every_moment_of_a_load(shop: Shop) -> None:
    """A delivery is replaced in one step: a reader sees the old rows or the new ones, never none and never both."""
    shop.deliver(DAYS[0], *(f"{number},1,1,," for number in range(500)))
    shop.load()
    seen, stop = set(), threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(shop.query("select count(*), min(units), max(units) from raw")[0])

    reader = threading.Thread(target=read)
    reader.start()
    for units in range(2, 12):
        shop.deliver(DAYS[0], *(f"{number},{units},1,," for number in range(500)))
        shop.load()
        time.sleep(0.01)
    stop.set()
    reader.join()
    assert {(count, low == high) for count, low, high in seen} == {(500, True)}


def test_batches_hold_one_layout_and_a_bounded_weight() -> None:
    """Memory must not grow with history; two layouts cannot be read by one statement."""
    from datetime import date, timedelta
    from pathlib import Path

    def arrival(number: int, weight: int, column: str) -> Arrival:
        state = FileState("x", weight, (0, 0, 0))
        part = ArrivedFile(Path(f"{number}.csv"), state, Layout((column,)))
        return Arrival(date(2026, 1, 1) + timedelta(days=number), (part,))

    arrivals_ = [arrival(number, 2**20, "ab"[number % 2]) for number in range(400)] + [arrival(500, 2**30, "a")]
    batches = list(fill_batches(arrivals_, workers=3))
    assert sum(map(len, batches)) == 401
    for batch in batches:
        assert len({one.layouts for one in batch}) == 1
        assert len(batch) == 1 or sum(one.weight for one in batch) <= arrivals.BATCH_BYTES
        assert len(batch) <= arrivals.BATCH_FILES


def test_the_memory_that_is_allowed_is_that_of_the_load(shop: Shop) -> None:
    """A limit that only the models kept would let the largest delivery take the machine. Too little leaves nothing behind."""
    shop.deliver(DAYS[0], *(f"{number},1,2,," for number in range(1000)))
    with pytest.raises(duckdb.OutOfMemoryException):
        load_deliveries(shop.source, shop.feed, shop.landing, shop.lake, None, memory_limit="1MB")
    assert not shop.ledger()
    load_deliveries(shop.source, shop.feed, shop.landing, shop.lake, None, memory_limit="100MB")
    assert len(shop.rows()) == 1000
