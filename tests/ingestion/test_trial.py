"""The dry run: says what a load would do, and does nothing."""

from pathlib import Path

from shop import Shop

from dagster_project.ingestion.trial import Trial, try_deliveries


def every_file(*folders: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def tried(shop: Shop) -> dict[str, Trial]:
    trials = try_deliveries(shop.source, shop.feed, shop.landing, shop.lake)
    return {trial.outcome.delivery_date.isoformat(): trial for trial in trials}


def test_a_dry_run_says_what_the_load_then_does_and_touches_nothing(shop: Shop) -> None:
    """Accepted, rejected by column and reason, replaced, held back, withdrawn, unchanged: each is what the load does next."""
    for day in ("2026-01-01", "2026-01-02", "2026-01-03"):
        shop.deliver(day, "A,1,2.5,,", "B,1,2.5,,")
    shop.load()
    shop.deliver("2026-01-02", "A,1,2.5,,", "B,x,2.5,,", "C,1,2.5,,")
    (shop.folder / "2026-01-03.csv.withdrawn").touch()
    shop.deliver("2026-01-04", "A,1,2.5,,")
    shop.deliver("2026-01-05", "A,x,2.5,,", "B,x,2.5,,", "C,1,1,,")
    (shop.folder / "2026-01-06.csv").touch()
    before = every_file(shop.landing, shop.lake)
    trials = tried(shop)
    assert every_file(shop.landing, shop.lake) == before
    assert {day: trial.verdict for day, trial in trials.items()} == {
        "2026-01-01": "unchanged",
        "2026-01-02": "replaces",
        "2026-01-03": "withdrawn",
        "2026-01-04": "accepted",
        "2026-01-05": "held back",
        "2026-01-06": "held back",
    }
    replaced = trials["2026-01-02"]
    assert (replaced.outcome.rows_accepted, dict(replaced.outcome.rejected_by)) == (2, {"units: wrong_type": 1})
    assert replaced.before is not None
    assert replaced.before.rows_accepted == 2
    assert "A load will list the rows in lake/held_back" in trials["2026-01-05"].outcome.message
    done = {outcome.delivery_date.isoformat(): outcome for outcome in shop.load()}
    for day, trial in trials.items():
        assert (done[day].status, done[day].rows_read, done[day].rejected_by) == (
            trial.outcome.status, trial.outcome.rows_read, trial.outcome.rejected_by,
        )  # fmt: skip


def test_a_dry_run_before_the_first_load_makes_no_lake(shop: Shop) -> None:
    shop.deliver("2026-01-01", "A,1,2.5,,")
    assert tried(shop)["2026-01-01"].verdict == "accepted"
    assert not shop.lake.exists()
