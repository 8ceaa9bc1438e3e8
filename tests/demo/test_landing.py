"""The folder: the same bytes every time, written once, and nothing of anybody else's touched."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dagster_project.demo import landing, write_demo_order_book


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_another_process_writes_the_same_bytes(order_book: Path, tmp_path: Path, project_root: Path) -> None:
    """A hash seed or a set's order that leaks into the files would show only in another process."""
    command = "import sys, pathlib; from dagster_project.demo import write_demo_order_book as w; w(pathlib.Path(sys.argv[1]))"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", command, str(tmp_path)], check=True, env=environment, cwd=project_root)
    assert fingerprints(tmp_path) == fingerprints(order_book.parent)


def test_the_truth_lies_where_ingestion_never_looks(order_book: Path) -> None:
    """A pipeline that could read who is lost would find them, and prove nothing."""
    assert (order_book.parent / landing.TRUTH).is_file()
    assert not [name for name in fingerprints(order_book) if "truth" in name]


def test_a_second_call_changes_nothing(tmp_path: Path, order_book: Path) -> None:
    shutil.copytree(order_book.parent, tmp_path, dirs_exist_ok=True)
    folder = tmp_path / "demo"
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert write_demo_order_book(tmp_path) == folder
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo", landing.TRUTH], "a temporary folder was left behind"


def test_a_withdrawn_delivery_stays_withdrawn(tmp_path: Path, order_book: Path) -> None:
    """Whoever tries out what a missing delivery does must not get it back with the next run."""
    withdrawn = shutil.copytree(order_book, tmp_path / "demo") / "orders" / "2026-09-30.csv"
    withdrawn.unlink()
    write_demo_order_book(tmp_path)
    assert not withdrawn.exists()


def test_files_that_a_user_put_there_first_stay(tmp_path: Path, order_book: Path) -> None:
    mine = tmp_path / "demo" / "orders" / "2026-10-01.csv"
    also_mine = tmp_path / "demo" / "orders" / "2026-09-02.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine\n")
    also_mine.write_text("mine too\n")
    folder = write_demo_order_book(tmp_path)
    assert mine.read_text() == "mine\n"
    assert also_mine.read_text() == "mine too\n"
    others = {name: print_ for name, print_ in fingerprints(order_book).items() if name != "orders/2026-09-02.csv"}
    assert others.items() <= fingerprints(folder).items()


def test_a_new_version_replaces_only_what_an_old_one_wrote(tmp_path: Path, order_book: Path) -> None:
    folder = shutil.copytree(order_book, tmp_path / "demo")
    old, changed_by_user, gone_since = (folder / "orders" / name for name in ("2026-09-02.csv", "2026-09-03.csv", "old.csv"))
    old.write_text("as the old version wrote it\n")
    gone_since.write_text("no longer generated\n")
    marker = json.loads((folder / landing.MARKER).read_text())
    marker["version"] = 0
    for path in (old, gone_since):
        marker["files"][f"orders/{path.name}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / landing.MARKER).write_text(json.dumps(marker))
    changed_by_user.write_text("a user was here\n")

    write_demo_order_book(tmp_path)

    assert old.read_bytes() == (order_book / "orders" / old.name).read_bytes()
    assert not gone_since.exists()
    assert changed_by_user.read_text() == "a user was here\n"
    assert json.loads((folder / landing.MARKER).read_text())["version"] == landing.GENERATOR_VERSION


@pytest.mark.parametrize("seconds", [0.8, 2.0])
def test_a_killed_call_leaves_no_half_order_book(tmp_path: Path, project_root: Path, order_book: Path, seconds: float) -> None:
    command = "import sys, pathlib; from dagster_project.demo import write_demo_order_book as w; w(pathlib.Path(sys.argv[1]))"
    process = subprocess.Popen([sys.executable, "-c", command, str(tmp_path)], cwd=project_root)
    time.sleep(seconds)
    process.kill()
    process.wait()
    folder = tmp_path / "demo"
    assert not folder.exists() or fingerprints(folder) == fingerprints(order_book)
    assert fingerprints(write_demo_order_book(tmp_path)) == fingerprints(order_book)
