"""A source whose tables are read from a PostgreSQL server: changed, deleted, late and broken rows, and a server that fails."""

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from conftest import PASSWORD, Cluster
from order_system import DSN, TABLES, OrderSystem, contract

from dagster_project.commands.dry_run import dry_run_lines
from dagster_project.ingestion.contracts import FEEDS_DIR, ContractError, load_source
from dagster_project.ingestion.quarantine import open_rejections
from dagster_project.orchestration.days import pending_days
from dagster_project.settings import Settings

pytestmark = pytest.mark.system

ONE, TWO, THREE = "2026-01-01", "2026-01-02", "2026-01-03"
ROWS = (
    """insert into shop.orders values
       ('A', 'c1', '2025-12-01 10:00:00.123456+02', 'open', '2025-12-24', false, 'Zürich', '2025-12-01'),
       ('B', 'c2', '2025-12-02 10:00+00', null, null, null, 'emoji 🎉 "quoted"; ''single''', '2025-12-02'),
       ('C', null, '2025-12-03 10:00+00', 'open', null, true, null, '2025-12-03')""",
    """insert into shop.order_lines values
       ('A', 1, 'p1', 1.5, 99999999.1234, 0.01, '2025-12-01'), ('A', 2, 'p2', -2, 0.0001, null, '2025-12-01'),
       ('B', 1, 'p1', 3, 10, 0, '2025-12-02'), ('C', 1, 'p3', 1, 5, 0, '2025-12-03'), ('C', 2, 'p4', 1, 6, 0, '2025-12-03')""",
    "insert into shop.customers values ('c1', 'someone@example.org', 'CH'), ('c2', null, 'DE')",
)


@pytest.fixture
def orders(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OrderSystem]:
    """Three orders, and nothing loaded."""
    monkeypatch.setenv(DSN, cluster.dsn())
    cluster.execute(*(part for part in TABLES.split(";") if part.strip()), *ROWS)
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    shutil.copy(FEEDS_DIR / "standard.yaml", feeds)
    system = OrderSystem(cluster, feeds, tmp_path / "lake", None)  # type: ignore[arg-type]
    system.agree(contract())
    yield system
    told = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [text for text in told if PASSWORD.encode() in text or b"s3cret" in text]


def delivered(orders: OrderSystem, day: str) -> tuple[list[str], list[str]]:
    """Order ids of a day's headers and lines."""
    heads = orders.query(f"select order_id from raw_orders where delivery_date = '{day}' order by 1")
    lines = orders.query(f"select order_id || line_number from raw_order_lines where delivery_date = '{day}' order by 1")
    return [row[0] for row in heads], [row[0] for row in lines]


def test_changed_inserted_and_deleted_rows_arrive_and_an_unchanged_day_writes_nothing(orders: OrderSystem) -> None:
    assert orders.load(ONE) == ["loaded"] * 3
    orders.assert_lake_is_the_tables()
    assert orders.load(ONE) == ["unchanged"] * 3
    files = {path: path.read_bytes() for path in (orders.lake / "raw").rglob("*.parquet")}
    assert orders.load(TWO) == ["nothing"] * 3
    assert {path: path.read_bytes() for path in (orders.lake / "raw").rglob("*.parquet")} == files

    orders.cluster.execute(
        "update shop.order_lines set quantity = 7, updated_at = now() where order_id = 'A' and line_number = 2",
        "delete from shop.order_lines where order_id = 'C' and line_number = 2",
        "delete from shop.order_lines where order_id = 'B'",
        "delete from shop.orders where order_id = 'B'",
        "insert into shop.orders values ('D', 'c1', '2026-01-02', 'open', null, null, null, now())",
        "insert into shop.order_lines values ('D', 1, 'p9', 1, 1, 0, now())",
        "delete from shop.customers where customer_id = 'c2'",
    )
    assert orders.load(TWO) == ["loaded"] * 3
    orders.assert_lake_is_the_tables()
    assert delivered(orders, TWO) == (["A", "B", "C", "D"], ["A1", "A2", "C1", "D1"])
    assert orders.query("select status, customer_id from newest_orders where order_id = 'B'") == [("cancelled", "c2")]
    assert orders.query(f"select customer_id from raw_customers where delivery_date = '{TWO}'") == [("c1",)]
    assert orders.load(TWO) == ["unchanged"] * 3
    assert not list((orders.lake / "extracts").rglob("*.parquet"))


def test_the_ledger_says_from_which_watermark_to_which(orders: OrderSystem) -> None:
    orders.load(ONE)
    orders.cluster.execute("insert into shop.orders values ('D', 'c1', '2026-01-02', 'open', null, null, null, '2025-12-20')")
    orders.load(TWO)
    extract = orders.ledger("orders")[date(2026, 1, 2)].extract
    assert extract is not None
    assert extract["watermark_from"]["orders"] == "2025-12-03 00:00:00+00"
    assert extract["watermark_to"]["orders"] == "2025-12-20 00:00:00+00"
    assert extract["id"] == (orders.ledger("order_lines")[date(2026, 1, 2)].extract or {})["id"]


def test_a_day_that_runs_again_holds_all_since_the_day_before(orders: OrderSystem) -> None:
    """The first run of the day took one change; replacing it by the second alone would lose that."""
    orders.load(ONE)
    for name in ("X", "Y"):
        orders.cluster.execute(f"insert into shop.orders values ('{name}', 'c1', '2026-01-02', null, null, null, null, now())")
        orders.load(TWO)
    assert delivered(orders, TWO)[0] == ["X", "Y"] or delivered(orders, TWO)[0] == ["C", "X", "Y"]
    orders.assert_lake_is_the_tables()


def test_a_load_that_ended_between_two_feeds_is_made_good(orders: OrderSystem) -> None:
    """Header of today and lines of yesterday would be half an order."""
    orders.load(ONE)
    orders.cluster.execute("update shop.orders set status = 'sent', updated_at = now() where order_id = 'A'")
    orders.load_feed("orders", TWO)
    orders.cluster.execute("update shop.orders set status = 'sent', updated_at = now() where order_id = 'B'")
    assert orders.load(THREE)[:2] == ["loaded"] * 2
    orders.assert_lake_is_the_tables()


def test_header_and_lines_of_a_run_are_of_one_moment(orders: OrderSystem) -> None:
    """What is committed between the two assets of a run waits for the next run, as a whole."""
    orders.load_feed("orders", ONE)
    orders.cluster.execute("delete from shop.order_lines where order_id = 'A'", "delete from shop.orders where order_id = 'A'")
    orders.load_feed("order_lines", ONE)
    orders.load_feed("customers", ONE)
    assert delivered(orders, ONE)[1] == ["A1", "A2", "B1", "C1", "C2"]
    orders.load(TWO)
    orders.assert_lake_is_the_tables()


def test_a_row_that_was_committed_late_is_found_within_the_overlap(orders: OrderSystem) -> None:
    orders.load(ONE)
    orders.cluster.execute(
        "insert into shop.orders values ('L', 'c1', '2025-12-03', null, null, null, null, timestamptz '2025-12-02 23:55+00')"
    )
    orders.load(TWO)
    assert "L" in delivered(orders, TWO)[0]
    orders.assert_lake_is_the_tables()


def test_a_watermark_in_the_future_hides_nothing(orders: OrderSystem) -> None:
    orders.cluster.execute("update shop.orders set updated_at = '2199-01-01' where order_id = 'A'")
    orders.cluster.execute("update shop.orders set updated_at = 'infinity' where order_id = 'B'")
    orders.load(ONE)
    orders.cluster.execute("update shop.orders set status = 'sent', updated_at = now() where order_id = 'C'")
    orders.load(TWO)
    orders.assert_lake_is_the_tables()


def test_soft_deleted_rows_vanish(orders: OrderSystem) -> None:
    document = contract()
    for feed in document["feeds"][:2]:
        feed["database"]["deletions"] = {"soft": "deleted_at"}
    orders.agree(document)
    orders.cluster.execute(
        "alter table shop.orders add deleted_at timestamptz", "alter table shop.order_lines add deleted_at timestamptz"
    )
    orders.load(ONE)
    orders.cluster.execute(
        "update shop.orders set deleted_at = now(), updated_at = now() where order_id = 'A'",
        "update shop.order_lines set deleted_at = now(), updated_at = now() where order_id in ('A', 'C') and line_number <= 1",
        "update shop.order_lines set deleted_at = now(), updated_at = now() where order_id = 'A'",
    )
    orders.load(TWO)
    assert orders.query("select order_id, status from newest_orders order by 1") == [
        ("A", "cancelled"),
        ("B", None),
        ("C", "open"),
    ]
    assert orders.query("select order_id, line_number from newest_lines order by all") == [("B", 1), ("C", 2)]


def test_rows_that_break_the_contract_go_to_the_quarantine(orders: OrderSystem) -> None:
    """NaN, infinity and a column of another type than the contract's: each row shows why."""
    orders.cluster.execute(
        "alter table shop.order_lines alter product_id drop not null",
        "insert into shop.order_lines values ('N', 1, 'p', 'NaN', 1, 0, now()), ('N', 2, 'p', 1e30, 1, 0, now())",
        "insert into shop.order_lines values ('N', 3, null, 1, 1, 0, now())",
        "alter table shop.orders alter requested_delivery_date type text",
        "update shop.orders set requested_delivery_date = 'soon' where order_id = 'B'",
    )
    assert orders.load(ONE)[:2] == ["loaded"] * 2
    assert orders.query("select column_name, reason, count(*) from quarantine_order_lines group by all order by all") == [
        ("product_id", "missing_value", 1),
        ("quantity", "wrong_type", 2),
    ]
    assert orders.query("select column_name, reason from quarantine_orders") == [("requested_delivery_date", "wrong_type")]
    orders.cluster.execute(
        "alter table shop.orders alter requested_delivery_date type date using null",
        "update shop.orders set requested_delivery_date = '-infinity', updated_at = now() where order_id = 'C'",
        "update shop.orders set updated_at = now()",
    )
    orders.load(TWO)
    assert orders.query(
        f"select message like '%unbounded: -infinity%' from quarantine_orders where delivery_date = '{TWO}'"
    ) == [(True,)]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("drop table shop.orders", "there is no table shop.orders"),
        ("alter table shop.orders drop updated_at", "has no column for watermark 'updated_at'"),
        ("alter table shop.orders drop ordered_at", "ordered_at"),
    ],
)
def test_a_table_that_is_not_what_the_contract_says_is_held_back(orders: OrderSystem, statement: str, words: str) -> None:
    orders.load(ONE)
    rows = orders.query("select * from raw_orders order by all")
    orders.cluster.execute(statement)
    outcome = orders.load_feed("orders", TWO)
    assert outcome is not None
    assert outcome.status == "held_back"
    assert words in outcome.message
    assert orders.query("select * from raw_orders order by all") == rows
    assert orders.load_feed("customers", TWO) is None


def test_a_user_without_the_right_to_read_is_told_what_to_grant(orders: OrderSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    orders.cluster.execute("drop role if exists reader", "create role reader login password 'other-s3cret'")
    orders.cluster.execute("grant usage on schema shop to reader")
    monkeypatch.setenv(DSN, orders.cluster.dsn("reader", "other-s3cret"))
    outcome = orders.load_feed("orders", ONE)
    orders.cluster.execute("revoke usage on schema shop from reader", "drop role reader")
    assert outcome is not None
    assert "permission denied" in outcome.message
    assert "Grant the user of that variable SELECT" in outcome.message
    assert "s3cret" not in outcome.message


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "is not set"),
        ("postgresql://owner:s3cret@127.0.0.1:{port}/postgres", "password authentication failed"),
        ("host=127.0.0.1 port={port} user=owner password='s3cret' dbname=postgres", "password authentication failed"),
        ("postgresql://owner:s3cret@127.0.0.1:1/postgres", "no connection to 127.0.0.1:1/postgres"),
        ("postgresql://owner:s3cret@127.0.0.1:port/postgres", "holds no address"),
        ("postgresql://owner:s3cret@[127/postgres", "holds no address"),
        ("s3cret", "holds no address"),
    ],
)
def test_a_wrong_address_is_told_by_the_variables_name_without_its_secret(
    orders: OrderSystem, monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    monkeypatch.setenv(DSN, address.format(port=orders.cluster.port))
    outcome = orders.load_feed("orders", ONE)
    assert outcome is not None
    assert outcome.status == "held_back"
    assert DSN in outcome.message
    assert words in outcome.message
    assert "Nothing of this delivery is in the lake" in outcome.message
    assert "s3cret" not in outcome.message


def test_a_server_that_restarts_during_a_read_leaves_the_lake_as_it_was(orders: OrderSystem) -> None:
    orders.load(ONE)
    rows = orders.query("select count(*) from raw_orders")
    orders.cluster.execute(
        "create function shop.slow(text) returns text language plpgsql as 'begin perform pg_sleep(0.05); return $1; end'",
        "alter table shop.orders rename to orders_",
        "insert into shop.orders_ select 'S' || n, 'c', '2026-01-02', null, null, null, null, now()"
        " from generate_series(1, 400) n",
        "create view shop.orders as select order_id, customer_id, ordered_at, shop.slow(status) as status,"
        " requested_delivery_date, is_test, ship_to_region, updated_at from shop.orders_",
    )
    outcomes = []
    reader = threading.Thread(target=lambda: outcomes.append(orders.load_feed("orders", TWO)))
    reader.start()
    time.sleep(2)
    orders.cluster.stop()
    orders.cluster.start()
    reader.join()
    assert outcomes[0].status == "held_back", outcomes
    assert "reading shop.orders from" in outcomes[0].message
    assert orders.query("select count(*) from raw_orders") == rows
    orders.cluster.execute("drop view shop.orders", "alter table shop.orders_ rename to orders")
    assert orders.load(TWO)[:2] == ["loaded"] * 2
    orders.assert_lake_is_the_tables()


def test_another_type_in_the_contract_reads_everything_again(orders: OrderSystem) -> None:
    orders.load(ONE)
    document = contract()
    document["feeds"][1]["columns"] = [
        {"name": "line_number", "type": "BIGINT", "nullable": False, "key": True, "description": "Line."}
    ]
    orders.agree(document)
    assert orders.load(TWO)[:2] == ["loaded"] * 2
    assert list(orders.ledger("order_lines")) == [date(2026, 1, 2)]
    orders.assert_lake_is_the_tables()


def test_a_database_waits_when_its_tables_changed(orders: OrderSystem, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEGMENTATION_FEEDS_DIR", str(orders.feeds_dir))
    settings = Settings(sources=("erp",), data_dir=tmp_path)
    today = pending_days(settings)
    assert today is not None
    assert orders.load(today.last.isoformat()) == ["loaded"] * 3
    assert pending_days(settings) is None
    orders.cluster.execute("update shop.customers set country = 'AT' where customer_id = 'c2'")
    assert pending_days(settings) == today
    monkeypatch.setenv(DSN, "postgresql://owner:s3cret@127.0.0.1:1/postgres")
    assert pending_days(settings) is None


def test_a_contract_with_an_address_or_an_unknown_column_is_refused(orders: OrderSystem) -> None:
    document = contract()
    document["feeds"][0]["database"]["dsn_variable"] = "postgresql://owner@host"
    with pytest.raises(ContractError, match="dsn_variable"):
        orders.agree(document)
    document = contract()
    document["feeds"][0]["database"]["group_key"] = "order"
    with pytest.raises(ContractError, match="group_key order is no column"):
        orders.agree(document)
    assert load_source("standard").feed("orders").database is None


def test_nothing_secret_stands_in_the_footers(orders: OrderSystem) -> None:
    orders.load(ONE)
    row = orders.ledger("orders")[date(2026, 1, 1)]
    assert os.environ[DSN] not in json.dumps(row.to_json())
    assert row.files == ("shop.orders.parquet",)


def test_a_table_with_names_of_its_own_is_read_by_the_contracts_headers(orders: OrderSystem) -> None:
    """The names of an order system in another language: keys, the key of the group, marks of deleted rows and plain columns."""
    names = {"order_id": "Belegnr", "customer_id": "Kunde", "status": "Status"}
    document = contract()
    del document["feeds"][2]
    for feed, own in zip(document["feeds"], (names, {"order_id": "Beleg", "quantity": "Menge"}), strict=True):
        known = {column.name: column for column in orders.source.feed(feed["name"]).columns}
        feed["columns"] = [{**known[name].model_dump(exclude_none=True), "header": header} for name, header in own.items()]
        for name, header in own.items():
            orders.cluster.execute(f'alter table shop.{feed["name"]} rename column {name} to "{header}"')
    orders.agree(document)
    for day in (ONE, TWO):
        assert [one.status for name in ("orders", "order_lines") if (one := orders.load_feed(name, day))] == ["loaded"] * 2
        orders.cluster.execute(
            'update shop.order_lines set "Menge" = 9, updated_at = now() where "Beleg" = \'A\' and line_number = 1',
            "delete from shop.order_lines where \"Beleg\" = 'B'",
            "delete from shop.orders where \"Belegnr\" = 'B'",
        )
    heads = "select order_id, customer_id, status, delivery_date::varchar from raw_orders order by delivery_date, order_id"
    lines = (
        "select order_id, line_number, quantity::varchar from raw_order_lines where delivery_date = '2026-01-02' order by all"
    )
    with duckdb.connect() as connection:
        for feed in ("orders", "order_lines"):
            files = f"read_parquet('{orders.lake}/raw/erp/{feed}/*/*.parquet', hive_partitioning = true)"
            connection.execute(f"create view raw_{feed} as select * from {files} where delivery_date > '1900-01-01'")
        assert connection.execute(heads).fetchall() == [
            ("A", "c1", "open", ONE), ("B", "c2", None, ONE), ("C", None, "open", ONE),
            ("A", "c1", "open", TWO), ("B", "c2", "cancelled", TWO), ("C", None, "open", TWO),
        ]  # fmt: skip
        assert connection.execute(lines).fetchall() == [
            ("A", 1, "9.000"), ("A", 2, "-2.000"), ("C", 1, "1.000"), ("C", 2, "1.000"),
        ]  # fmt: skip


def test_a_dry_run_says_what_the_tables_would_deliver_and_leaves_the_lake_alone(
    orders: OrderSystem, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A feed that is passed over in silence looks like one that has nothing new."""
    monkeypatch.setenv("SEGMENTATION_FEEDS_DIR", str(orders.feeds_dir))
    settings = Settings(sources=("erp",), data_dir=tmp_path, _env_file=None)
    today = settings.today().isoformat()
    told = "\n".join(dry_run_lines(settings))
    assert f"erp/orders: 1 deliveries, 0 unchanged\n  {today}  accepted   3 rows, 0 rejected  shop.orders.parquet" in told
    assert f"  {today}  accepted   5 rows, 0 rejected  shop.order_lines.parquet" in told
    assert "3 accepted. Nothing was loaded" in told
    assert not orders.lake.exists()

    orders.load(ONE)
    before = {path: path.read_bytes() for path in orders.lake.rglob("*") if path.is_file()}
    orders.cluster.execute("update shop.order_lines set quantity = 'NaN', updated_at = now() where order_id = 'A'")
    told = "\n".join(dry_run_lines(settings))
    assert "rejects 2 of 4 rows: quantity: wrong type" in told
    assert "erp/customers: 1 deliveries, 1 unchanged" in told
    monkeypatch.delenv(DSN)
    told = "\n".join(dry_run_lines(settings))
    assert told.count(f"{DSN} is not set") == 3
    assert {path: path.read_bytes() for path in orders.lake.rglob("*") if path.is_file()} == before


def test_a_table_that_lost_most_of_its_rows_is_no_list_of_all_customers(orders: OrderSystem) -> None:
    orders.load_feed("customers", ONE)
    orders.cluster.execute("insert into shop.customers select 'n' || n, null, 'CH' from generate_series(1, 20) as many (n)")
    orders.load_feed("customers", TWO)
    orders.cluster.execute("delete from shop.customers where customer_id <> 'c1'")
    outcome = orders.load_feed("customers", THREE)
    assert outcome is not None
    assert outcome.status == "held_back"
    assert "1 rows are 91.7% fewer than usual (12, the median of 2" in outcome.message
    assert "write a larger `shrink_tolerance` for feed customers into the contract" in outcome.message
    assert {day.isoformat(): row.rows_accepted for day, row in orders.ledger("customers").items()} == {ONE: 2, TWO: 22}


def test_numerics_lose_no_digit_and_floats_are_rounded(orders: OrderSystem) -> None:
    """A numeric has the decimals that somebody wrote; a float has those of its binary fraction."""
    orders.cluster.execute(
        "alter table shop.order_lines alter quantity type numeric, alter unit_price type numeric,"
        " alter discount_amount type double precision using discount_amount::double precision",
        "update shop.order_lines set quantity = 1.5000000 where order_id = 'A' and line_number = 1",
        "update shop.order_lines set unit_price = 1.55991 where order_id = 'A' and line_number = 2",
        "update shop.order_lines set discount_amount = 0.1::double precision + 0.2::double precision where order_id = 'B'",
        "update shop.order_lines set discount_amount = 'NaN' where order_id = 'C' and line_number = 1",
    )
    assert orders.load(ONE)[1] == "loaded"
    told = orders.query("select column_name, reason, message from quarantine_order_lines order by column_name")
    assert [one[:2] for one in told] == [("discount_amount", "wrong_type"), ("unit_price", "too_many_decimals")]
    assert "1.55991" in told[1][2]
    rows = "select order_id, line_number, quantity::varchar, discount_amount::varchar from raw_order_lines order by all"
    assert orders.query(rows) == [
        ("A", 1, "1.500", "0.0100"), ("B", 1, "3.000", "0.3000"), ("C", 2, "1.000", "0.0000"),
    ]  # fmt: skip


def test_rejected_rows_of_a_table_are_open_until_they_are_read_again(orders: OrderSystem) -> None:
    """A file is corrected in its place; a row is delivered anew another day, or not at all when it was deleted."""
    orders.cluster.execute(
        "update shop.order_lines set quantity = 'NaN' where order_id in ('A', 'B', 'C')",
        "update shop.order_lines set quantity = 1 where order_id = 'A' and line_number = 2",
        "insert into shop.order_lines select 'C', n, 'p5', 1, 6, 0, now() from generate_series(3, 9) as more (n)",
    )

    def still_open() -> list[tuple[str, int, str]]:
        found = open_rejections(orders.source, orders.source.feed("order_lines"), orders.lake / "landing", orders.lake)
        assert all("Correct these rows in table shop.order_lines" in one.remedy for one in found)
        return [(one.delivery_date.isoformat(), one.rows, one.column) for one in found]

    orders.load(ONE)
    assert still_open() == [(ONE, 4, "quantity")]
    orders.cluster.execute(
        "update shop.order_lines set quantity = 2, updated_at = now() where order_id = 'A'",
        "update shop.order_lines set quantity = 2, updated_at = now() where order_id = 'C' and line_number = 1",
        "delete from shop.order_lines where order_id = 'B'",
        "delete from shop.orders where order_id = 'B'",
    )
    orders.load(TWO)
    assert still_open() == [(TWO, 1, "quantity")]
    orders.cluster.execute("update shop.order_lines set quantity = 2, updated_at = now() where order_id = 'C'")
    orders.load(THREE)
    assert still_open() == []
