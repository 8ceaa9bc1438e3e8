"""Numbers with more decimals than their column: rounded where the contract says so, or where the source had none to lose."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from shop import COLUMNS, Shop, shop_source
from shop_money import money

DAY = "2026-01-02"
# four decimals, and two
PRICES = ("1.5", "1.50000000", "-0.0001", ".5", "5.", "+7", " 2.25 ", "15e-4", "1.5E+2", "0e-30", "99999999999999.9999")
VALUES = ("1.5000", "1.5000", "-0.0001", "0.5000", "5.0000", "7.0000", "2.2500", "0.0015", "150.0000", "0.0000")
EXCESS = ("1.50001", "-0.00001", "99999999999999.99991", "15e-5", "1e-30", "1.00000000000000000000000000001", "1e-400")
WRONG = ("1_000", "0x1F", "1.5.1", "1e", "-", ".", "NaN", "inf", "100000000000000", "1,5", "12€")


def shop_of(new_shop: Callable[..., Shop], **price: Any) -> Shop:
    columns = [COLUMNS[0], COLUMNS[1], {**COLUMNS[2], **price}]
    return new_shop(file_pattern="{date}*", reject_tolerance=0.9, largest_amount=10**18, columns=columns)


def deliver(shop: Shop, values: tuple[str, ...], kind: str) -> None:
    if kind == "csv":
        shop.deliver(DAY, *(f'{place},1,"{value}"' for place, value in enumerate(values)), header="order_id,units,price")
        return
    rows = ", ".join(f"('{place}', 1, '{value}')" for place, value in enumerate(values))
    target = shop.folder / f"{DAY}.{kind}"
    duckdb.sql(f"copy (from (values {rows}) as rows (order_id, units, price)) to '{target}' (format {kind})")


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_no_digit_of_a_number_is_lost_in_silence(new_shop: Callable[..., Shop], kind: str) -> None:
    """1.559 must not become 1.56: rows with digits that the column cannot hold are put aside, each with its value."""
    shop = shop_of(new_shop)
    deliver(shop, (*PRICES, *EXCESS, *WRONG), kind)
    outcome = shop.load_one()
    assert [value for (value,) in shop.query("select price::varchar from raw order by order_id::int")][:10] == list(VALUES)
    assert outcome.rejected_by == {"price: too_many_decimals": len(EXCESS), "price: wrong_type": len(WRONG)}
    told = dict(shop.query("select message, reason from quarantine"))
    for value in EXCESS:
        (message,) = [text for text in told if f'"{value}" to DECIMAL(18,4)' in text]
        assert told[message] == "too_many_decimals"
    assert outcome.rows_read == len(PRICES) + len(EXCESS) + len(WRONG)
    assert money(shop, DAY)[1:] == (Decimal(0), len(EXCESS) + len(WRONG))


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_a_column_may_say_that_its_values_are_rounded(new_shop: Callable[..., Shop], kind: str) -> None:
    shop = shop_of(new_shop, round_decimals=True)
    deliver(shop, ("1.50005", "-1.50004", "1e-30", "2", "x"), kind)
    assert shop.load_one().rejected_by == {"price: wrong_type": 1}
    found = [value for (value,) in shop.query("select price::varchar from raw order by order_id")]
    assert found == ["1.5001", "-1.5000", "0.0000", "2.0000"]


@pytest.mark.parametrize(
    ("price", "is_taken"),
    [
        ("0.1::double + 0.2::double", True),
        ("33.339999999999996::double", True),
        ("0.1::float", True),
        ("1.5::decimal(38,20)", True),
        ("1.50001::decimal(38,20)", False),
        ("1.5::decimal(4,2)", True),
        ("7::bigint", True),
        ("'nan'::double", False),
        ("1e15::double", False),
    ],
)
def test_binary_fractions_are_rounded_and_exact_ones_are_not(new_shop: Callable[..., Shop], price: str, is_taken: bool) -> None:
    """0.1 + 0.2 is 0.30000000000000004 in a file of doubles: nobody wrote those digits."""
    shop = shop_of(new_shop)
    target = shop.folder / f"{DAY}.parquet"
    duckdb.sql(f"copy (select 'A' as order_id, 1 as units, {price} as price) to '{target}' (format parquet)")
    (outcome,) = shop.load()
    assert (outcome.status, outcome.rows_rejected) == (("loaded", 0) if is_taken else ("held_back", 1))
    if is_taken:
        ((found, exactly),) = shop.query(f"select price, round({price}, 4)::decimal(18, 4) from raw")
        assert found == exactly


def test_the_message_of_a_held_back_delivery_says_which_value_and_what_would_take_it(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(columns=[COLUMNS[0], COLUMNS[1], {**COLUMNS[2], "type": "DECIMAL(18,2)"}], reject_tolerance=0)
    shop.deliver(DAY, "A,1,1.50", "B,1,1.559", header="order_id,units,price")
    message = shop.load_one().message
    assert "line 3, column price: '1.559' has more decimals than DECIMAL(18,2); `round_decimals: true`" in message


def test_grouped_numbers_with_a_decimal_comma_lose_nothing_either(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(
        columns=[COLUMNS[0], COLUMNS[1], COLUMNS[2]],
        csv={"delimiter": ";", "decimal_separator": ",", "thousands_separator": "."},
        reject_tolerance=0.9,
    )
    rows = ("A;1;1.234,5", "B;1;1.234,50000", "C;1;1.234,50001", "D;1;12.34,5", "E;1;1234,5", "F;1;1.5e3")
    shop.deliver(DAY, *rows, header="order_id;units;price")
    assert shop.load_one().rejected_by == {"price: too_many_decimals": 1, "price: wrong_type": 2}
    assert {(row[1], row[3]) for row in shop.rows()} == {("A", "1234.5000"), ("B", "1234.5000"), ("E", "1234.5000")}


def test_a_personal_number_is_not_repeated(new_shop: Callable[..., Shop]) -> None:
    shop = shop_of(new_shop, personal=True, nullable=True)
    deliver(shop, ("1.00", "1.234567"), "csv")
    assert "234567" not in str(shop.load_one())
    assert "234567" not in str(shop.query("select message from quarantine"))


def test_only_a_decimal_column_can_be_rounded() -> None:
    with pytest.raises(ValueError, match="round_decimals: a INTEGER column has no decimals"):
        shop_source(columns=[{**COLUMNS[1], "round_decimals": True}], control_total="units")
