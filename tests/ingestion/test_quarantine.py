"""The quarantine as a person sees it: what is open, what it is worth, no personal value; a corrected delivery closes it."""

from decimal import Decimal

from shop import Shop

from dagster_project.ingestion.quarantine import OpenRejection, open_held_back, open_rejections
from dagster_project.ingestion.report import quarantine_metadata

DAY = "2026-01-02"


def rejections(shop: Shop) -> list[OpenRejection]:
    return open_rejections(shop.source, shop.feed, shop.landing, shop.lake)


def test_rejected_rows_are_listed_by_file_reason_and_column_with_money_and_samples(shop: Shop) -> None:
    shop.deliver(
        DAY, "A,1,2.5,,", "A,2,4,,", "B,x,10,,", "C,y,10,,", "D,3,,,", *(f"E{i},1,1,," for i in range(9)), "F,1,7,never,"
    )
    shop.load()
    found = {(one.reason, one.column): one for one in rejections(shop)}
    assert {key: (one.rows, one.amount, one.amount_rows) for key, one in found.items()} == {
        ("duplicate_key", "order_id"): (1, Decimal("8.0000"), 1),
        ("wrong_type", "units"): (2, None, 0),
        ("missing_value", "price"): (1, None, 0),
        ("wrong_type", "ordered_on"): (1, Decimal("7.0000"), 1),
    }
    assert found["wrong_type", "units"].samples == (
        "line 4, column units: 'x' is not INTEGER",
        "line 5, column units: 'y' is not INTEGER",
    )
    assert f"Correct these lines in {shop.folder / f'{DAY}.csv'}" in found["wrong_type", "units"].remedy


def test_no_more_than_three_samples_and_no_personal_value(shop: Shop) -> None:
    """A line with too many fields may have a name under any column."""
    rows = [f"A{i},MARKER{i},1,,MARKER{i}@x.org,more" for i in range(5)]
    shop.deliver(DAY, *rows, *(f"B{i},1,1,," for i in range(9)))
    shop.load()
    (found,) = rejections(shop)
    assert (found.rows, len(found.samples)) == (5, 3)
    shown = quarantine_metadata([found], [])
    assert "MARKER" not in str([record.data for record in shown["open"].records])  # type: ignore[attr-defined]


def test_a_corrected_delivery_closes_what_was_open(shop: Shop) -> None:
    shop.deliver(DAY, "A,1,2.5,,", "B,x,2.5,,")
    shop.load()
    assert len(rejections(shop)) == 1
    shop.deliver(DAY, "A,1,2.5,,", "B,2,2.5,,")
    shop.load()
    assert rejections(shop) == []


def test_a_held_back_delivery_is_listed_with_its_message_until_it_is_corrected(shop: Shop) -> None:
    shop.deliver(DAY, "A,1,2.5,,")
    shop.load()
    shop.deliver(DAY, "A,x,2.5,,", "B,y,2.5,,")
    shop.load()
    (held_back,) = open_held_back(shop.source, shop.feed, shop.landing, shop.lake)
    for words in (f"{DAY}.csv: 2 of 2 rows break the contract", "column units: 'x'", "The lake keeps", "held_back"):
        assert words in held_back.message
    shop.deliver(DAY, "A,2,2.5,,", "B,3,2.5,,")
    assert open_held_back(shop.source, shop.feed, shop.landing, shop.lake) == []
