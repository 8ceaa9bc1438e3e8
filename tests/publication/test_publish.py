"""Publishing: what is refused, what a reader sees, and what a killed run leaves."""

import multiprocessing
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import duckdb
import pytest

from dagster_project.publication.audit import PublicationRefusedError
from dagster_project.publication.swap import publish, published_versions, roll_back


def _change(warehouse: Path, statement: str) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(statement)


def _customers(published: Path) -> int:
    with duckdb.connect(str(published / "customer_segments.duckdb"), read_only=True) as reader:
        row = reader.execute("select count(*) from customer_segments").fetchone()
        assert row is not None
        return int(row[0])


def test_the_published_file_carries_tables_descriptions_and_its_own_identity(warehouse: Path, tmp_path: Path) -> None:
    """An analyst opens one file and finds rows, words and where they come from."""
    publication = publish(warehouse, tmp_path / "published", kept=2)
    with duckdb.connect(str(tmp_path / "published" / "customer_segments.duckdb"), read_only=True) as reader:
        assert reader.execute("select publication_id, as_of_date::varchar, policy_version from publication").fetchall() == [
            (publication.publication_id, "2026-09-30", "p1")
        ]
        assert reader.execute(
            "select comment from duckdb_columns() where table_name = 'customer_segments' and column_name = 'customer_id'"
        ).fetchall() == [("The customer.",)]
    parquet = tmp_path / "published" / "versions" / publication.publication_id / "customer_segments.parquet"
    assert duckdb.sql(f"select count(*) from '{parquet}'").fetchall() == [(3,)]


def test_the_file_has_a_format_that_older_readers_open(warehouse: Path, tmp_path: Path) -> None:
    """DuckDB's newer default format locks every BI tool out that is a version behind."""
    publish(warehouse, tmp_path / "published", kept=2)
    with (
        duckdb.connect() as connection,
        (tmp_path / "published" / "customer_segments.duckdb").open("rb") as file,
    ):
        path = tmp_path / "published" / "customer_segments.duckdb"
        connection.execute(f"attach '{path}' as live (read_only)")
        tags = connection.execute("select tags from duckdb_databases() where database_name = 'live'").fetchall()
        assert "v1.0.0" in str(tags)
        assert file.read(16)[8:12] == b"DUCK"


def test_equal_content_has_an_equal_checksum_whatever_the_row_order(warehouse: Path, tmp_path: Path) -> None:
    """The checksum answers whether anything changed between two mornings."""
    first = publish(warehouse, tmp_path / "published", kept=3)
    _change(
        warehouse,
        "create or replace table published.customer_segments as from published.customer_segments order by customer_id desc",
    )
    second = publish(warehouse, tmp_path / "published", kept=3)
    _change(warehouse, "update published.customer_segments set net_revenue = 1 where customer_id = 'shop:0'")
    third = publish(warehouse, tmp_path / "published", kept=3)
    assert first.content_checksum == second.content_checksum != third.content_checksum
    assert first.publication_id < second.publication_id < third.publication_id


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("update monitoring.node_results set status = 'fail' where name = 'a_test'", "1 models or tests did not pass"),
        ("update monitoring.node_results set invocation_id = 'r0'", "was not finished"),
        ("update intermediate.int_refresh_plan set plan_id = 'r2'", "was not finished"),
        ("delete from published.customer_segments", "customer_segments has no row"),
        ("delete from published.publication", "a required feed has not delivered yet"),
        ("drop table monitoring.node_results", "the warehouse has no node_results"),
        ("drop table published.customer_segments", "the warehouse has no customer_segments"),
    ],
)
def test_an_unfit_warehouse_is_refused_and_the_live_file_stays(
    warehouse: Path, tmp_path: Path, damage: str, reason: str
) -> None:
    """Yesterday's right numbers are better than today's wrong ones."""
    published = tmp_path / "published"
    before = publish(warehouse, published, kept=2)
    content = (published / "customer_segments.duckdb").read_bytes()
    _change(warehouse, damage)
    with pytest.raises(PublicationRefusedError, match="published file is as it was") as refusal:
        publish(warehouse, published, kept=2)
    assert reason in str(refusal.value)
    assert (published / "customer_segments.duckdb").read_bytes() == content
    assert [one.publication_id for one in published_versions(published)] == [before.publication_id]
    assert sorted(path.name for path in (published / "versions").iterdir()) == [before.publication_id]


def test_the_memory_that_is_allowed_is_that_of_the_publication(warehouse: Path, tmp_path: Path) -> None:
    """Too little leaves the live file, and no half-written one beside it."""
    published = tmp_path / "published"
    before = publish(warehouse, published, kept=2)
    with pytest.raises(duckdb.OutOfMemoryException):
        publish(warehouse, published, kept=2, memory_limit="1MB")
    assert [path.name for path in (published / "versions").iterdir()] == [before.publication_id]
    assert _customers(published) == 3
    publish(warehouse, published, kept=2, memory_limit="100MB")
    assert [path.name[0] for path in (published / "versions").iterdir()].count(".") == 0


def test_only_the_newest_versions_are_kept_and_an_older_one_can_come_back(warehouse: Path, tmp_path: Path) -> None:
    """A wrong policy that went out at six is taken back at seven."""
    published = tmp_path / "published"
    publications = []
    for _ in range(3):
        publications.append(publish(warehouse, published, kept=2).publication_id)
        _change(warehouse, "insert into published.customer_segments values ('shop:new', 5.0)")
    assert [one.publication_id for one in published_versions(published)] == publications[:0:-1]
    assert _customers(published) == 5
    roll_back(published, publications[1])
    assert _customers(published) == 4
    with pytest.raises(LookupError, match=f"Kept: {publications[2]}, {publications[1]}"):
        roll_back(published, publications[0])


def test_a_stale_wal_beside_the_file_is_not_replayed_into_new_data(warehouse: Path, tmp_path: Path) -> None:
    """Somebody opened the file for writing and died: their log must not become part of the next publication."""
    published = tmp_path / "published"
    publish(warehouse, published, kept=2)
    live = published / "customer_segments.duckdb"
    script = f"""
        import duckdb, os
        connection = duckdb.connect({str(live)!r})
        connection.execute("delete from customer_segments")
        os._exit(1)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert live.with_name(f"{live.name}.wal").exists()
    publish(warehouse, published, kept=2)
    assert not live.with_name(f"{live.name}.wal").exists()
    assert _customers(published) == 3


def _read_in_a_loop(path: str, stop: "multiprocessing.synchronize.Event", results: "multiprocessing.Queue[object]") -> None:
    counts: set[tuple[int, int]] = set()
    try:
        while not stop.is_set():
            with duckdb.connect(path, read_only=True) as reader:
                row = reader.execute(
                    "select (select count(*) from customer_segments), (select sum(net_revenue)::int from customer_segments)"
                ).fetchone()
                assert row is not None
                counts.add((row[0], row[1]))
        results.put(counts)
    except Exception as error:
        results.put(repr(error))


def test_readers_are_never_locked_out_and_never_see_half_a_publication(warehouse: Path, tmp_path: Path) -> None:
    """The promise to BI: open at any moment, see one whole publication."""
    published = tmp_path / "published"
    publish(warehouse, published, kept=2)
    context = multiprocessing.get_context("spawn")
    stop, results = context.Event(), context.Queue()
    live = str(published / "customer_segments.duckdb")
    readers = [context.Process(target=_read_in_a_loop, args=(live, stop, results)) for _ in range(2)]
    for reader in readers:
        reader.start()
    whole = {(3, 30)}
    for number in range(12):
        _change(warehouse, f"insert into published.customer_segments values ('shop:more{number}', 10.0)")
        publish(warehouse, published, kept=2)
        whole.add((4 + number, 40 + 10 * number))
    stop.set()
    seen = [results.get(timeout=60) for _ in readers]
    for reader in readers:
        reader.join()
    assert all(isinstance(counts, set) and counts and counts <= whole for counts in seen), seen


@pytest.mark.parametrize("moment", ["build_bundle", "_swap_in"])
def test_a_run_killed_while_publishing_leaves_a_whole_file_and_is_repaired(
    warehouse: Path, tmp_path: Path, moment: str
) -> None:
    """kill -9 at any step: the old file or the new one is there, and the next run clears up."""
    published = tmp_path / "published"
    publish(warehouse, published, kept=2)
    _change(warehouse, "insert into published.customer_segments values ('shop:new', 5.0)")
    script = f"""
        import os, pathlib, signal, threading
        from dagster_project.publication import bundle, swap
        original = swap.{moment}
        def killed(*arguments):
            if {moment!r} == "build_bundle":
                arguments[1].mkdir(parents=True)
                (arguments[1] / "customer_segments.duckdb").write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
        swap.{moment} = killed
        swap.publish(pathlib.Path({str(warehouse)!r}), pathlib.Path({str(published)!r}), 2)
    """
    process = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert process.returncode == -9
    assert _customers(published) == 3
    publish(warehouse, published, kept=2)
    assert _customers(published) == 4
    assert not list((published / "versions").glob(".building-*"))


def test_a_reader_that_stays_open_keeps_its_data_and_blocks_nobody(warehouse: Path, tmp_path: Path) -> None:
    """A BI tool that holds the file open for a day must not stop the night's refresh."""
    published = tmp_path / "published"
    publish(warehouse, published, kept=2)
    reader = duckdb.connect(str(published / "customer_segments.duckdb"), read_only=True)
    _change(warehouse, "delete from published.customer_segments where customer_id = 'shop:0'")
    worker = threading.Thread(target=publish, args=(warehouse, published, 2))
    worker.start()
    worker.join(timeout=60)
    assert not worker.is_alive()
    assert reader.execute("select count(*) from customer_segments").fetchone() == (3,)
    reader.close()
    assert _customers(published) == 2
    assert (published / "manifest.json").exists()
