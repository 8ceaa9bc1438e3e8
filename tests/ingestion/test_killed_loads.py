"""A load that is killed in the middle: the lake stays whole, and the next load repairs what is left."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from shop import HEADER, Shop

DAYS = [f"2026-01-{day:02d}" for day in range(1, 7)]

# The child loads as the product does and is killed by the kernel at the nth step of its commits: no handler can run.
CHILD = """
import itertools, os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from shop import Shop
from dagster_project.ingestion import batch, lake

kill_at, moment, steps = int(sys.argv[3]), sys.argv[5], itertools.count(1)
real = lake.commit_file

def commit_file(temporary, target):
    if target.name == lake.ANCHOR_FILE:
        return real(temporary, target)
    step = next(steps)  # several threads commit at one time
    if step == kill_at and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(temporary, target)
    if step == kill_at and moment == "after":
        os.kill(os.getpid(), signal.SIGKILL)

batch.commit_file = lake.commit_file = commit_file
Shop(Path(sys.argv[1]), Path(sys.argv[2])).load()
"""


def deliver_all(shop: Shop, units: int) -> None:
    for day in DAYS:
        shop.deliver(day, f"{day}-A,{units},1,,", f"{day}-B,x,1,,", f"{day}-C,{units},1,,")


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kill_at", [1, 2, 7, 12])
def test_a_killed_load_leaves_whole_deliveries_and_the_next_load_repairs_the_rest(
    shop: Shop, new_shop: Callable[..., Shop], kill_at: int, moment: str
) -> None:
    """kill -9 before and after single commits, of a quarantine and of a delivery, over an older state of every day."""
    deliver_all(shop, units=1)
    shop.load()
    deliver_all(shop, units=2)
    arguments = [str(shop.landing), str(shop.lake), str(kill_at), str(Path(__file__).parent), moment]
    killed = subprocess.run([sys.executable, "-c", CHILD, *arguments], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()

    by_day = shop.query("select delivery_date, count(*), min(units), max(units) from raw group by all")
    assert len(by_day) == len(DAYS)
    assert {(count, low == high) for _, count, low, high in by_day} == {(2, True)}
    # every committed delivery has the quarantine that its ledger row speaks of
    quarantined = set(shop.query("select distinct delivery_date, load_id from quarantine"))
    assert {(day, row.load_id) for day, row in shop.ledger().items()} <= quarantined

    shop.load()
    clean = new_shop()
    clean.load()
    assert shop.rows() == clean.rows()
    assert {(day, row.load_id) for day, row in shop.ledger().items()} == set(
        shop.query("select distinct delivery_date, load_id from quarantine")
    )
    assert not [name for name in shop.files() if name.startswith("loading")]


def test_a_load_that_is_killed_at_any_time_is_repaired_by_the_next_one(shop: Shop, new_shop: Callable[..., Shop]) -> None:
    """Not at a chosen step, but somewhere while DuckDB reads and writes."""
    for number in range(40):
        day = f"2026-{number // 20 + 1:02d}-{number % 20 + 1:02d}"
        shop.deliver(day, *(f"{row},{number},1.5,,someone@example.org" for row in range(3000)), header=HEADER)
    arguments = [str(shop.landing), str(shop.lake), "0", str(Path(__file__).parent), "never"]
    child = subprocess.Popen([sys.executable, "-c", CHILD, *arguments])
    committed = shop.lake / "raw" / "shop" / "sales"
    while len(list(committed.glob("*/delivery.parquet"))) < 5 and child.poll() is None:
        pass
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert all(row.rows_accepted == 3000 for row in shop.ledger().values())
    shop.load()
    clean = new_shop()
    clean.load()
    assert shop.query("select count(*), sum(units), count(distinct delivery_date) from raw") == clean.query(
        "select count(*), sum(units), count(distinct delivery_date) from raw"
    )
