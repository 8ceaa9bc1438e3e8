"""Incremental = full refresh, for all that an order book can do: returns, costs, rates and customers beside the orders."""

import random
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest
from compare import describe_difference, published_content
from order_book import DAYS, Delivery, order_book
from pipeline import load, refresh

from dagster_project.settings import Settings
from dagster_project.transformation.assets import dbt_target
from dagster_project.transformation.invocation import build

_SEED = 20240301
# What stands in the warehouse and is not published to its last column.
_TABLES = (
    "marts.fct_orders",
    "marts.fct_order_lines",
    "marts.fct_returns",
    "intermediate.int_customer_day",
    "intermediate.int_customer_xyz_reviews",
    "intermediate.int_order_reversals",
    "intermediate.int_customers_as_of",
    "intermediate.int_account_hierarchy",
)


@pytest.fixture(scope="module", autouse=True)
def returns_have_a_feed_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterable[None]:
    """The deployment's own contract: the shipped one tells returns as credit orders."""
    own = tmp_path_factory.mktemp("feeds")
    (own / "standard.yaml").write_text("return_channel: returns_feed\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SEGMENTATION_FEEDS_DIR", str(own))
        yield


@pytest.fixture(scope="module")
def book() -> list[Delivery]:
    """What is right in the end."""
    return order_book(_SEED)


@pytest.fixture(scope="module")
def clean(book: list[Delivery], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A deployment into which the whole book came in one load."""
    settings = _settings(tmp_path_factory.mktemp("clean"))
    _deliver(settings, book)
    refresh(settings)
    return settings


def _settings(data_dir: Path) -> Settings:
    return Settings(sources=("standard",), data_dir=data_dir, _env_file=None)


def _path(settings: Settings, delivery: Delivery) -> Path:
    return settings.landing / "standard" / delivery.feed / f"{delivery.day}.csv"


def _marker(settings: Settings, delivery: Delivery) -> Path:
    path = _path(settings, delivery)
    return path.with_name(f"{path.name}.withdrawn")


def _deliver(settings: Settings, deliveries: Iterable[Delivery]) -> None:
    for delivery in deliveries:
        path = _path(settings, delivery)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(delivery.content, encoding="utf-8")
        _marker(settings, delivery).unlink(missing_ok=True)


def _withdraw(settings: Settings, deliveries: Iterable[Delivery]) -> None:
    for delivery in deliveries:
        _path(settings, delivery).unlink(missing_ok=True)
        _marker(settings, delivery).touch()


def _published(settings: Settings) -> Path:
    return settings.published / "customer_segments.duckdb"


def _query(settings: Settings, statement: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.execute(statement).fetchall()


def _assert_same(settings: Settings, expected: Settings) -> None:
    differences = {}
    with duckdb.connect() as connection:
        for name, of in (("here", settings), ("expected", expected)):
            connection.execute(f"attach '{of.warehouse}' as {name} (read_only)")
        for table in _TABLES:
            for one, other in (("here", "expected"), ("expected", "here")):
                rows = connection.execute(f"from {one}.{table} except all from {other}.{table} order by all limit 5").fetchall()
                if rows:
                    differences[f"{table}, only {one}"] = rows
    assert differences == {}
    assert published_content(_published(settings)) == published_content(_published(expected)), describe_difference(
        _published(settings), _published(expected)
    )


def _shuffled_history(settings: Settings, book: list[Delivery], seed: int) -> None:
    """Deliver the book in random parts, much of it wrong or withdrawn at first; refresh after each."""
    chance = random.Random(seed)
    right = {delivery.place: delivery for delivery in book}
    places = chance.sample(sorted(right), len(right))
    wrong = {delivery.place: delivery for delivery in order_book(seed + 1)}
    quarter = len(places) // 4
    # a book without orders or lines has nothing to refresh
    first = [("orders", DAYS[0]), ("order_lines", DAYS[0]), *places[: 2 * quarter]]

    _deliver(settings, [chance.choice((right, wrong))[place] for place in first])
    refresh(settings)
    assert _query(settings, "select is_full from intermediate.int_refresh_plan") == [(True,)]

    _deliver(settings, [wrong[place] for place in places[quarter : 3 * quarter]])
    _withdraw(settings, [right[place] for place in chance.sample(places[:quarter], 4)])
    refresh(settings)
    _deliver(settings, [right[place] for place in chance.sample(places, len(places) // 2)])
    refresh(settings)
    _deliver(settings, book)
    refresh(settings)
    assert _query(settings, "select is_full from intermediate.int_refresh_plan") == [(False,)]


def test_the_book_in_random_parts_wrong_withdrawn_and_right_again_leaves_what_one_load_does(
    tmp_path: Path, book: list[Delivery], clean: Settings
) -> None:
    settings = _settings(tmp_path)
    _shuffled_history(settings, book, _SEED)
    _assert_same(settings, clean)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8))
def test_many_histories_of_the_book_leave_what_one_load_does(
    seed: int, tmp_path: Path, book: list[Delivery], clean: Settings
) -> None:
    settings = _settings(tmp_path)
    _shuffled_history(settings, book, seed)
    _assert_same(settings, clean)


def test_the_book_holds_what_makes_deliveries_disagree(clean: Settings) -> None:
    """A property over cases that never occur proves nothing."""
    outcomes = {outcome for (outcome,) in _query(clean, "select distinct line_outcome from marts.fct_order_lines")}
    assert {"sale", "superseded", "other_return_channel", "unidentified", "test_order", "cancelled", "shipping"} <= outcomes
    returns = {outcome for (outcome,) in _query(clean, "select distinct return_outcome from marts.fct_returns")}
    assert returns == {"return", "unidentified", "order_unknown"}
    assert _query(clean, "select count(*) > 0 from intermediate.int_order_reversals") == [(True,)]
    assert _query(clean, "select count(*) > 5 from intermediate.int_product_versions") == [(True,)]
    assert _query(clean, "select count(*) > 0 from marts.fct_order_lines where order_currency_amount <> net_amount") == [
        (True,)
    ]
    assert _query(clean, "select max(depth) > 0 from intermediate.int_account_hierarchy") == [(True,)]


def test_every_data_test_of_error_severity_holds_for_the_book_and_a_missing_rate_is_named(
    clean: Settings, tmp_path: Path, book: list[Delivery]
) -> None:
    """Rates that never came stop the publication, and say which: amounts would be missing without a trace."""
    failed = [result.name for result in build(dbt_target(clean), []) if result.has_failed]
    assert failed == []

    settings = _settings(tmp_path)
    _deliver(settings, [delivery for delivery in book if delivery.feed != "exchange_rates"])
    load(settings)
    results = build(
        dbt_target(settings), ["--select", "+assert_every_foreign_order_has_a_rate", "--indirect-selection", "empty"]
    )
    failing = [result for result in results if result.has_failed]
    assert [result.name for result in failing] == ["assert_every_foreign_order_has_a_rate"]
    rows = _query(settings, failing[0].compiled_code)
    assert {currency for _, currency, *_ in rows} == {"USD", "EUR"}
    assert rows
    assert {day for _, _, day, _ in rows} <= set(DAYS)
