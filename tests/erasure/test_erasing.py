"""Erasing from landing, lake and quarantine: nobody finds the customer again, and the totals are those of before."""

import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from market import Market

from dagster_project.erasure.erase import ErasureUnfinishedError
from dagster_project.erasure_journal import erased_customers, newest_erasure, read_journal, unfinished_erasures

# The child erases as the product does and is killed by the kernel at the nth file that takes its place.
CHILD = """
import itertools, os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from market import Market

kill_at, moment, steps, real = int(sys.argv[2]), sys.argv[4], itertools.count(1), os.replace

def replace(source, target):
    step = next(steps)
    if step == kill_at and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(source, target)
    if step == kill_at and moment == "after":
        os.kill(os.getpid(), signal.SIGKILL)

os.replace = replace
Market(Path(sys.argv[1])).erase("KUNDE-1")
"""


@pytest.fixture
def market(tmp_path: Path) -> Market:
    """Three days of orders, the first of them archived, and one list of customers; KUNDE-1 is everywhere."""
    market = Market(tmp_path)
    market.deliver("orders", "2026-01-01", "A,KUNDE-1,2,5,MARK@x.org", "B,C2,1,5,b@x.org", "C,KUNDE-1,x,5,MARK@x.org")
    market.load()
    (market.folder("orders") / "2026-01-01.csv").unlink()
    market.deliver(
        "orders", "2026-01-02", "D,KUNDE-1,1,7,MARK@x.org", "E,C2,1,5,b@x.org", "F,KUNDE-1,y,7,MARK@x.org", "G,C2,z,1,b"
    )
    market.deliver("orders", "2026-01-03", "H,C2,1,5,b@x.org")
    market.deliver("customers", "2026-01-02", "KUNDE-1,,MARK", "C2,KUNDE-1,Bob")
    market.load()
    # held back: most of it is broken
    market.deliver("orders", "2026-01-04", "I,KUNDE-1,x,7,MARK@x.org", "J,KUNDE-1,y,7,MARK@x.org", "K,C2,z,1,b")
    market.load()
    (tmp_path / "warehouse.duckdb").touch()
    return market


def test_an_erased_customer_is_nowhere_and_the_totals_stay(market: Market) -> None:
    before = market.totals()
    assert market.traces("KUNDE-1", "MARK")
    entry = market.erase("KUNDE-1")
    assert entry.event == "done"
    assert {place: counts["rows"] for place, counts in entry.counts.items()} == {"landing": 6, "lake": 4, "quarantine": 4}
    assert market.traces("KUNDE-1", "MARK") == []
    assert market.totals() == before
    assert not (market.root / "warehouse.duckdb").exists()
    assert market.rows("orders") == [
        ("2026-01-01", "A", None, 2, None),
        ("2026-01-01", "B", "C2", 1, "b@x.org"),
        ("2026-01-02", "D", None, 1, None),
        ("2026-01-02", "E", "C2", 1, "b@x.org"),
        ("2026-01-03", "H", "C2", 1, "b@x.org"),
    ]
    assert market.rows("customers") == [("2026-01-02", "C2", None, "Bob")]


def test_after_an_erasure_landing_and_lake_agree_and_untouched_deliveries_are_not_loaded_again(market: Market) -> None:
    """The transformation must take in what changed, and only that."""
    before = market.load_ids("orders")
    market.erase("KUNDE-1")
    after = market.load_ids("orders")
    assert {day for day in before if before[day] != after[day]} == {date(2026, 1, 1), date(2026, 1, 2)}
    assert {outcome.status for outcome in market.load()} == {"unchanged", "held_back"}
    assert market.load_ids("orders") == after


def test_the_journal_says_when_and_how_much_but_not_who(market: Market) -> None:
    market.erase("KUNDE-1")
    journal = (market.lake / "control" / "erasures.jsonl").read_text()
    assert [entry.event for entry in read_journal(market.lake)] == ["begun", "done"]
    assert "KUNDE-1" not in journal
    assert newest_erasure(market.lake) == read_journal(market.lake)[-1].at


def test_a_customer_whom_nobody_knows_changes_nothing(market: Market) -> None:
    """A typing error must cost neither the warehouse nor the kept publications."""
    before = market.files()
    assert market.erase("C3").event == "nothing_found"
    assert {name: content for name, content in market.files().items() if "/control/" not in name} == before
    assert (market.root / "warehouse.duckdb").exists()
    assert (erased_customers(market.lake), newest_erasure(market.lake)) == (None, None)


def test_a_source_that_delivers_the_customer_again_does_not_bring_them_back(market: Market) -> None:
    """The order system that still knows the customer sends a correction, and a new day."""
    market.erase("KUNDE-1")
    market.deliver("orders", "2026-01-02", "D,KUNDE-1,3,7,MARK@x.org", "E,C2,1,5,b@x.org")
    market.deliver("orders", "2026-01-05", "L,KUNDE-1,9,1,MARK@x.org")
    market.deliver("customers", "2026-01-05", "KUNDE-1,,MARK", "C2,KUNDE-1,Bob")
    market.load()
    assert market.traces("KUNDE-1", "MARK") == []
    assert ("2026-01-05", "L", None, 9, None) in market.rows("orders")
    assert ("2026-01-05", "C2", None, "Bob") in market.rows("customers")
    assert {outcome.status for outcome in market.load()} == {"unchanged", "held_back"}


def test_an_erasure_that_cannot_read_a_file_says_so_and_is_finished_later(market: Market) -> None:
    """What cannot be searched may hold the customer: the erasure must not call itself done."""
    broken = market.folder("orders") / "2026-01-06.csv.gz"
    broken.write_bytes(b"\x1f\x8b\x08\x00 no gzip")
    with pytest.raises(ErasureUnfinishedError, match=r"2026-01-06\.csv\.gz cannot be searched"):
        market.erase("KUNDE-1")
    assert market.traces("KUNDE-1", "MARK") == []
    assert len(unfinished_erasures(market.lake)) == 1
    broken.unlink()
    assert market.erase("KUNDE-1").event == "done"
    assert unfinished_erasures(market.lake) == []
    assert not (market.root / "warehouse.duckdb").exists()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kill_at", [1, 4, 9])
def test_an_erasure_that_is_killed_is_finished_by_starting_it_again(market: Market, kill_at: int, moment: str) -> None:
    """kill -9 at files of landing, quarantine and lake: nothing is lost, and the second start ends it."""
    before = market.totals()
    arguments = [str(market.root), str(kill_at), str(Path(__file__).parent), moment]
    killed = subprocess.run([sys.executable, "-c", CHILD, *arguments], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert len(unfinished_erasures(market.lake)) == 1
    # a killed load, too, leaves the quarantine of the load that it was to become
    assert market.totals()[:5] == before[:5]
    assert market.erase("KUNDE-1").event == "done"
    assert market.traces("KUNDE-1", "MARK") == []
    assert market.totals() == before
    assert {outcome.status for outcome in market.load()} == {"unchanged", "held_back"}


def test_a_line_of_the_journal_that_was_cut_short_swallows_no_other(market: Market) -> None:
    journal = market.lake / "control" / "erasures.jsonl"
    market.erase("KUNDE-1")
    with journal.open("a") as stream:
        stream.write('{"at": "2026')
    market.erase("C2")
    assert [entry.event for entry in read_journal(market.lake)] == ["begun", "done", "begun", "done"]
