"""One column of a feed contract: its names, its type, what it may hold, whether it is somebody's.

Belongs here: the model and its validation, what follows from it for a value. Not here: the feed (feed.py), expressions that
convert (conversions.py).
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from dagster_project.ingestion.expressions import quote_identifier

# The lake's own column: the folder name of a delivery adds it to every row.
RESERVED_COLUMN = "delivery_date"
# What a date may be unless its column says otherwise: a day outside is a placeholder or a typing error.
_EARLIEST, _LATEST = date(1950, 1, 1), date(2100, 12, 31)

_PLAIN_TYPES = ("VARCHAR", "SMALLINT", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMPTZ")
_DECIMAL = re.compile(r"DECIMAL\((\d{1,2}),(\d{1,2})\)")
CustomerRole = Literal["subject", "mention", "order", "none"]
_CUSTOMER_COLUMNS: dict[str, CustomerRole] = {"customer_id": "subject", "parent_customer_id": "mention", "order_id": "order"}


def _known_type(value: str) -> str:
    written = value.upper().replace(" ", "")
    decimal = _DECIMAL.fullmatch(written)
    if written not in _PLAIN_TYPES and not (decimal and int(decimal[2]) <= int(decimal[1]) <= 38 and int(decimal[1]) > 0):
        raise ValueError(f"not a known type; write one of {', '.join(_PLAIN_TYPES)} or DECIMAL(p,s) with s <= p <= 38")
    return written


class Strict(BaseModel):
    """A block of a contract: no unknown key, no change, no blanks around texts."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Column(Strict):
    """One column of a feed: its name in the lake, and in the file where that differs."""

    name: str = Field(min_length=1, max_length=200)
    header: str | None = Field(default=None, min_length=1, max_length=200, description="The column's name in the file.")
    type: Annotated[str, AfterValidator(_known_type)]
    description: str = Field(min_length=1)
    nullable: bool = True
    key: bool = False
    personal: bool = Field(default=False, description="Its values never leave the lake: no metadata, no message.")
    customer: CustomerRole | None = Field(
        default=None,
        description="Holds a customer's id. subject: the row is about that customer; mention: about another one; order: it is "
        "an order's id, and where no column is a subject the row is about whoever ordered. Without it, customer_id is the "
        "subject, parent_customer_id a mention and order_id an order.",
    )
    customer_numbering: str = Field(
        default="",
        pattern=r"^[a-z0-9_]{0,63}$",
        description="Which ids they are where they are not the published ones, as `customer_key`: a row with both tells which "
        "belong together.",
    )
    customer_prefix: Annotated[str, StringConstraints(strip_whitespace=False)] = Field(
        default="",
        description="What we write before a customer's id and the file does not; blanks count. Of another numbering: "
        "before the number of a customer of whom no row tells the published id.",
    )
    customer_suffix: str = Field(default="", description="What the file writes behind a customer's id and we do not, as `.0`.")
    min: date | Decimal | None = Field(default=None, description="Least value; an earlier or lesser one is rejected.")
    max: date | Decimal | None = Field(default=None, description="Greatest value, itself included.")
    round_decimals: bool = Field(
        default=False, description="Round a value with more decimals than the type has; otherwise its row is rejected."
    )

    @field_validator("name")
    @classmethod
    def _usable_name(cls, value: str) -> str:
        if value.lower() == RESERVED_COLUMN or value.startswith("_"):
            raise ValueError(f"reserved: `{RESERVED_COLUMN}` and names that begin with `_` are the lake's own; rename it")
        return value

    @field_validator("name", "header")
    @classmethod
    def _printable_name(cls, value: str | None) -> str | None:
        if value is not None and not value.isprintable():
            raise ValueError("holds a character that cannot be printed; write the name as it stands in the file's header")
        return value

    @model_validator(mode="after")
    def _bounds_fit_the_type(self) -> "Column":
        if self.round_decimals and not self.type.startswith("DECIMAL"):
            raise ValueError(f"round_decimals: a {self.type} column has no decimals to round; take it out")
        kind = date if self.is_temporal else Decimal
        for bound in (self.min, self.max):
            if bound is not None and (self.type in ("VARCHAR", "BOOLEAN") or not isinstance(bound, kind)):
                raise ValueError(
                    f"min and max of a {self.type} column cannot be {bound}; write a date for a day, a number else"
                )
        low, high = self.bounds
        if low is not None and high is not None and low > high:  # type: ignore[operator]
            raise ValueError(f"min {low} is above max {high}; no value could be right")
        return self

    @property
    def is_temporal(self) -> bool:
        """True for days and moments."""
        return self.type.startswith(("DATE", "TIMESTAMP"))

    @property
    def decimals(self) -> tuple[int, int]:
        """Digits of a DECIMAL, all of them and those behind the point."""
        precision, _, scale = self.type.partition("(")[2].rstrip(")").partition(",")
        return int(precision), int(scale)

    @property
    def is_exact(self) -> bool:
        """True for a DECIMAL whose values must not lose a digit."""
        return self.type.startswith("DECIMAL") and not self.round_decimals

    @property
    def bounds(self) -> tuple[date | Decimal | None, date | Decimal | None]:
        """Least and greatest value, both included; None: there is no such bound."""
        if self.is_temporal:
            return self.min or _EARLIEST, self.max or _LATEST
        return self.min, self.max

    @property
    def in_file(self) -> str:
        """The column's name in the delivered file."""
        return self.header or self.name

    @property
    def told(self) -> str:
        """The column in a message: its name, and the file's where it differs."""
        return self.name if self.in_file == self.name else f'{self.name} ("{self.header}" in the file)'

    @property
    def out_of_bounds_sql(self) -> str:
        """True for a value that is not within the bounds; empty when there is nothing to ask."""
        low, high = self.bounds
        tests = [] if self.type != "DOUBLE" else [f"not isfinite({self.quoted})"]
        if low is not None:
            tests.append(f"{self.quoted} < {_sql_literal(low)}")
        if high is not None:
            above = f"{_sql_literal(high)} + interval 1 day" if self.type.startswith("TIMESTAMP") else _sql_literal(high)
            tests.append(f"{self.quoted} {'>=' if self.type.startswith('TIMESTAMP') else '>'} {above}")
        return " or ".join(tests)

    @property
    def quoted(self) -> str:
        """The name as SQL, whatever stands in it."""
        return quote_identifier(self.name)

    @property
    def customer_role(self) -> CustomerRole:
        """What a customer's id in this column says of the row."""
        if self.customer is not None:
            return self.customer
        return _CUSTOMER_COLUMNS.get(self.name, "none")

    @property
    def numbering(self) -> str:
        """Which ids the column holds; empty: those of customers as they are published."""
        return self.customer_numbering or ("order" if self.customer_role == "order" else "")

    @property
    def is_erasable(self) -> bool:
        """True when something has to go from it when a customer is erased."""
        return self.personal or self.customer_role in ("subject", "mention")


def _sql_literal(value: date | Decimal) -> str:
    return f"date '{value}'" if isinstance(value, date) else f"{value:f}"
