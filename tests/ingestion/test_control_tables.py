"""The control tables: typed, ordered, and true to the footers."""

from pathlib import Path

import duckdb
import pytest
import yaml
from shop import COLUMNS, Shop, shop_source

from dagster_project.ingestion.contracts import ContractError
from dagster_project.ingestion.lake import FeedFolder
from dagster_project.ingestion.ledger import DELIVERIES_COLUMNS, SOURCES_COLUMNS, count_rows, write_control

DELIVERIES = [(name, kind) for name, (kind, _) in DELIVERIES_COLUMNS.items()]
SOURCES = [(name, kind) for name, (kind, _) in SOURCES_COLUMNS.items()]


@pytest.fixture
def feeds_dir(shop: Shop, tmp_path: Path) -> Path:
    folder = tmp_path / "feeds"
    folder.mkdir()
    document = yaml.safe_dump(shop.source.model_dump(mode="json"))
    (folder / "shop.yaml").write_text(document, encoding="utf-8")
    market = document.replace("name: shop", "name: market").replace("code: 9", "code: 10")
    (folder / "market.yaml").write_text(market, encoding="utf-8")
    return folder


def table(shop: Shop, name: str) -> tuple[list[tuple[str, str]], list[tuple[object, ...]]]:
    relation = duckdb.read_parquet(str(shop.lake / "control" / f"{name}.parquet"))
    return list(zip(relation.columns, map(str, relation.types), strict=True)), relation.fetchall()


def test_the_tables_are_typed_even_when_nothing_was_ever_delivered(shop: Shop, feeds_dir: Path) -> None:
    """The first run of all: every model must find something to read."""
    assert write_control(shop.lake, ["shop"], feeds_dir) == {"deliveries": 0, "sources": 2}
    assert table(shop, "deliveries") == (DELIVERIES, [])
    shop_feed, market_feed = (
        (9, "shop", "sales", True, True, "", "credit_orders", None),
        (10, "market", "sales", False, True, "", "credit_orders", None),
    )
    assert table(shop, "sources") == (SOURCES, [shop_feed, market_feed])
    assert shop.rows() == []


def test_every_known_feed_is_readable_typed_and_empty(shop: Shop, feeds_dir: Path) -> None:
    """Also of sources that are off: their staging models read as well. The anchors show nowhere."""
    write_control(shop.lake, ["shop"], feeds_dir)
    for area, names in (("raw", [column["name"] for column in COLUMNS]), ("quarantine", ["load_id", "file", "line"])):
        files = f"{shop.lake}/{area}/market/sales/*/*.parquet"
        relation = duckdb.sql(
            f"select * from read_parquet('{files}', hive_partitioning = true, hive_types = {{'delivery_date': DATE}})"
        )
        assert relation.fetchall() == []
        assert set(names) < set(relation.columns)


def test_deliveries_say_what_the_footers_say_in_order(shop: Shop, feeds_dir: Path) -> None:
    for day in ("2026-01-03", "2026-01-01", "2026-01-02"):
        shop.deliver(day, "A,2,1.25,,", "B,x,1,,", "C,1,0.5,,")
        shop.load([day])
    assert write_control(shop.lake, ["market", "shop"], feeds_dir)["deliveries"] == 3
    _, rows = table(shop, "deliveries")
    assert [str(row[3]) for row in rows] == ["2026-01-01", "2026-01-02", "2026-01-03"]
    through = {row[1]: str(row[-1]) for row in table(shop, "sources")[1]}
    assert through == {"shop": "2026-01-03", "market": "None"}, "without a calendar a feed goes as far as it has delivered"
    for row in rows:
        ledger = shop.ledger()[row[3]]  # type: ignore[index]
        assert row[4:8] == (ledger.load_id, [f"{row[3]}.csv"], ledger.bytes, ledger.sha256)
        assert (*row[8:11], str(row[11])) == (3, 2, 1, "3.0000")


def test_a_source_that_is_off_is_not_in_deliveries_but_stays_in_the_lake(shop: Shop, feeds_dir: Path) -> None:
    """Switching a source off must not need a load, nor lose one."""
    shop.deliver("2026-01-01", "A,2,1.25,,")
    shop.load()
    assert write_control(shop.lake, ["market"], feeds_dir)["deliveries"] == 0
    assert write_control(shop.lake, ["shop"], feeds_dir)["deliveries"] == 1


def test_an_unknown_source_leaves_the_tables_as_they_were(shop: Shop, feeds_dir: Path) -> None:
    write_control(shop.lake, ["shop"], feeds_dir)
    before = table(shop, "sources")
    with pytest.raises(ContractError, match="'shoop'"):
        write_control(shop.lake, ["shoop"], feeds_dir)
    assert table(shop, "sources") == before
    assert not list((shop.lake / "loading").glob("control-*"))


def test_rows_of_a_feed_are_counted_from_the_footers(shop: Shop) -> None:
    shop.deliver("2026-01-01", "A,2,1.25,,", "B,1,1,,")
    shop.load()
    assert count_rows(shop.lake, "shop", "sales") == 2


def test_anchors_follow_the_contract(shop: Shop) -> None:
    """The anchor is the first file that a reader sees: with an old type it would spoil all others."""
    shop.load()
    folder = FeedFolder(shop.lake, "shop", "sales")
    with duckdb.connect() as connection:
        assert folder.has_anchors(shop.feed, connection)
        assert not folder.has_anchors(shop_source(control_total=None).feeds[0], connection)
