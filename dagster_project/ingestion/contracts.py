"""Feed contracts: what a source promises to deliver, as read from feeds/<source>.yaml.

Belongs here: the model of a contract, its validation, the errors that a person who edits the YAML gets. Not here: what really
lies in the landing folder (landing.py), the statements that read it (readers.py).
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from dagster_project.ingestion.contract_files import FEEDS_DIR, ContractError, contract_folders, read_contract
from dagster_project.ingestion.database_options import DatabaseOptions
from dagster_project.ingestion.expressions import ExpressionError, quote_identifier, to_sql
from dagster_project.ingestion.file_names import FileFormat, FileNameError, compile_file_pattern, format_of

# The lake's own column: the folder name of a delivery adds it to every row.
RESERVED_COLUMN = "delivery_date"
# Raised when the same file and contract would be read differently: every delivery that still lies in landing is loaded again.
READER_VERSION = 3

# What a date may be unless its column says otherwise: a day outside is a placeholder or a typing error.
_EARLIEST, _LATEST = date(1950, 1, 1), date(2100, 12, 31)

# A list of everything does not lose half of its rows overnight.
_SNAPSHOT_SHRINK_TOLERANCE = 0.5

_PLAIN_TYPES = ("VARCHAR", "SMALLINT", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMPTZ")
_DECIMAL = re.compile(r"DECIMAL\((\d{1,2}),(\d{1,2})\)")
_NAME = r"^[a-z][a-z0-9_]{0,62}$"

CustomerRole = Literal["subject", "mention", "order", "none"]
_CUSTOMER_COLUMNS: dict[str, CustomerRole] = {"customer_id": "subject", "parent_customer_id": "mention", "order_id": "order"}

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _known_type(value: str) -> str:
    written = value.upper().replace(" ", "")
    decimal = _DECIMAL.fullmatch(written)
    if written not in _PLAIN_TYPES and not (decimal and int(decimal[2]) <= int(decimal[1]) <= 38 and int(decimal[1]) > 0):
        raise ValueError(f"not a known type; write one of {', '.join(_PLAIN_TYPES)} or DECIMAL(p,s) with s <= p <= 38")
    return written


def _inner_folder(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError("leads out of the source's landing folder; write a folder below it, or `.`")
    return value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Column(_Strict):
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
        default="", description="What we write before a customer's id and the file does not; blanks count."
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


class CsvOptions(_Strict):
    """How the feed's CSV files are written; RFC 4180 in UTF-8 unless told."""

    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', min_length=1, max_length=1)
    encoding: Literal["utf-8", "utf-16", "latin-1", "windows-1252"] = "utf-8"
    decimal_separator: Literal[".", ","] = "."
    thousands_separator: Literal[",", ".", "'", " ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"] | None = None
    date_format: str | None = Field(default=None, description="As in %d.%m.%Y; ISO 8601 unless told.")
    timestamp_format: str | None = Field(default=None, description="As in %d.%m.%Y %H:%M:%S; ISO 8601 unless told.")
    null_values: tuple[str, ...] = Field(default=("",), description="Texts that stand for no value.")

    # a tab is a delimiter, not white space to be stripped
    model_config = ConfigDict(str_strip_whitespace=False)

    @field_validator("date_format", "timestamp_format")
    @classmethod
    def _has_codes(cls, value: str | None) -> str | None:
        if value is not None and "%" not in value:
            raise ValueError("names no part of a date; write it with codes, as in `%d.%m.%Y`")
        return value

    @model_validator(mode="after")
    def _signs_differ(self) -> "CsvOptions":
        if self.delimiter == self.quote:
            raise ValueError("delimiter and quote are one sign; a field's end could not be seen")
        if self.thousands_separator == self.decimal_separator:
            raise ValueError("thousands_separator and decimal_separator are one sign; 1.234 would mean two numbers")
        return self


class Feed(_Strict):
    """One table of a source: where its deliveries lie and what each row holds."""

    name: str = Field(pattern=_NAME)
    description: str = Field(min_length=1)
    needed_for: str = Field(default="", description="What is NULL or only estimated while the feed does not come.")
    kind: Literal["event", "snapshot"] = Field(description="event: each delivery adds; snapshot: the newest is the truth.")
    required: bool = False
    folder: Annotated[str, AfterValidator(_inner_folder)] = "."
    file_pattern: str = Field(description="File name with {date} or {date:%Y%m%d}, and * for any text.")
    delivery_date: date | None = Field(default=None, description="Date of a dump that has none in its name.")
    format: FileFormat | Literal["postgresql"] = Field(default="csv", description="Of files whose ending does not tell it.")
    database: DatabaseOptions | None = Field(default=None, description="Where the rows are, of format postgresql.")
    csv: CsvOptions = CsvOptions()
    timezone: str = Field(default="UTC", description="Zone of moments that are delivered without an offset.")
    settle_seconds: int = Field(
        default=0,
        ge=0,
        description="A file that was written to more recently is left for the next run: no upload may pause longer.",
    )
    largest_file_mb: int = Field(default=4096, gt=0, description="Size of one file, decompressed; a larger one is not read.")
    columns: tuple[Column, ...] = Field(min_length=1)
    calendar: tuple[Weekday, ...] = Field(default=(), description="Weekdays on which a delivery is expected.")
    calendar_until: date | None = Field(default=None, description="Last expected delivery, for a source that has ended.")
    reject_tolerance: float = Field(default=0.0, ge=0, le=1, description="Share of a delivery's rows that may be rejected.")
    shrink_tolerance: float | None = Field(
        default=None, ge=0, le=1, description="Share by which a delivery may have fewer rows than the recent ones."
    )
    control_total: str | None = Field(default=None, description="Summed over the accepted rows, into the ledger.")
    largest_amount: Decimal = Field(
        default=Decimal(10**12), gt=0, description="Of one row's control total; a larger one is rejected. Sums must fit."
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("is no time zone; write one as in Europe/Berlin") from None
        return value

    @model_validator(mode="before")
    @classmethod
    def _tables_have_no_file_names(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("format") == "postgresql":
            return {"file_pattern": "{date}.parquet", **values}
        return values

    @model_validator(mode="after")
    def _makes_sense(self) -> "Feed":
        names = [column.name.lower() for column in self.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"columns: {', '.join(twice)} stands there twice (capitals do not count); take one out")
        headers = [column.in_file for column in self.columns]
        shared = sorted({header for header in headers if headers.count(header) > 1})
        if shared:
            raise ValueError(f"columns: {', '.join(shared)} is the header of two columns; correct one `header`")
        nullable_keys = [column.name for column in self.columns if column.key and column.nullable]
        if nullable_keys:
            raise ValueError(f"columns: key column {', '.join(nullable_keys)} is nullable; write `nullable: false`")
        rigid = [c.name for c in self.columns if c.is_erasable and not (c.nullable or c.key or c.type == "VARCHAR")]
        if rigid:
            raise ValueError(f"columns: {', '.join(rigid)} could not be erased; make it nullable or VARCHAR")
        self._check_database()
        try:
            compile_file_pattern(self.file_pattern, self.delivery_date)
        except FileNameError as error:
            raise ValueError(f"file_pattern: {error}") from None
        try:
            self.control_total_sql  # noqa: B018 - read for its error
        except ExpressionError as error:
            raise ValueError(f"control_total: {error}") from None
        return self

    def _check_database(self) -> None:
        if (self.format == "postgresql") != (self.database is not None):
            raise ValueError("database: belongs to `format: postgresql`, and that format needs it; write both or neither")
        if self.database is None:
            return
        named = {name: place for name, place in ((self.database.group_key, "group_key"),) if name}
        named |= dict.fromkeys(self.database.mark_deleted, "mark_deleted")
        unknown = [f"{place} {name}" for name, place in named.items() if name not in {column.name for column in self.columns}]
        if unknown:
            raise ValueError(f"database: {', '.join(unknown)} is no column of the contract; correct the name")
        if self.kind == "event" and not (self.database.watermark and self.keys):
            raise ValueError("database: an event feed needs a `watermark` and a key column; add them, or write kind: snapshot")
        if self.kind == "snapshot" and (self.database.group_key or self.database.mark_deleted):
            raise ValueError("database: a snapshot is read as a whole; take group_key and mark_deleted out")

    @property
    def keys(self) -> tuple[Column, ...]:
        """Columns that together are unique within a delivery; none when the feed has no key."""
        return tuple(column for column in self.columns if column.key)

    @property
    def control_total_sql(self) -> str:
        """The control total's expression with quoted names; NULL when the feed has none."""
        return "NULL" if self.control_total is None else to_sql(self.control_total, [c.name for c in self.columns])

    @property
    def amount_columns(self) -> tuple[Column, ...]:
        """The columns of which the control total is made."""
        return tuple(column for column in self.columns if column.quoted in self.control_total_sql)

    @property
    def too_large_sql(self) -> str:
        """True for a row whose control total is beyond the limit; on DOUBLE, which never overflows. Empty without a total."""
        if self.control_total is None:
            return ""
        total = to_sql(self.control_total, [column.name for column in self.columns], cast_to="DOUBLE")
        return f"abs({total}) > {self.largest_amount:f}"

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all that decides how a file is read; descriptions, calendar and tolerance do not."""
        columns = [
            (
                *(column.name, column.in_file, column.type, column.nullable, column.key, column.round_decimals),
                [str(bound) for bound in column.bounds],
            )
            for column in self.columns
        ]
        parts = [READER_VERSION, self.format, self.csv.model_dump(), self.timezone, columns, self.control_total]
        parts.append(str(self.largest_amount))
        if self.database is not None:
            parts.append(self.database.model_dump(exclude={"dsn_variable", "overlap_minutes"}))
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    @property
    def most_shrinkage(self) -> float | None:
        """Share of rows that a delivery may lack against the recent ones; None: an event feed's days may differ."""
        if self.shrink_tolerance is None and self.kind == "snapshot":
            return _SNAPSHOT_SHRINK_TOLERANCE
        return self.shrink_tolerance

    def format_of(self, file_name: str) -> FileFormat:
        """The format of a file: what its ending says, else what the contract says."""
        return format_of(file_name) or ("parquet" if self.format == "postgresql" else self.format)

    def column(self, name: str | None) -> Column | None:
        """The column of that name; None when there is none."""
        return next((column for column in self.columns if column.name == name), None)


class Source(_Strict):
    """A system that delivers."""

    name: str = Field(pattern=_NAME)
    code: int = Field(ge=1, le=32767, description="Short code that stands for the source inside the warehouse; never reused.")
    description: str = Field(min_length=1)
    first_delivery_date: date
    return_channel: Literal["credit_orders", "returns_feed"] = Field(
        default="credit_orders", description="The one way in which returns are told: both would net twice."
    )
    feeds: tuple[Feed, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _feeds_have_own_names(self) -> "Source":
        names = [feed.name for feed in self.feeds]
        if len(set(names)) < len(names):
            raise ValueError(f"feeds: two feeds have one name in {', '.join(names)}; rename one")
        return self

    def feed(self, name: str) -> Feed:
        """The feed of that name; ContractError when the source has none."""
        for feed in self.feeds:
            if feed.name == name:
                return feed
        known = ", ".join(feed.name for feed in self.feeds)
        raise ContractError(f"Source {self.name} has no feed {name!r}. Nothing was loaded. Its feeds are: {known}.")


def known_sources(feeds_dir: Path = FEEDS_DIR) -> tuple[str, ...]:
    """Names of all sources that have a contract, whether they are on or not, in alphabetical order."""
    return tuple(sorted({path.stem for folder in contract_folders(feeds_dir) for path in folder.glob("*.yaml")}))


def load_source(name: str, feeds_dir: Path = FEEDS_DIR) -> Source:
    """The contract of one source, bent by the deployment's own file of that name where there is one.

    Raises ContractError, naming the file, the key and the remedy.
    """
    path = feeds_dir / f"{name}.yaml"
    if name not in known_sources(feeds_dir):
        known = ", ".join(known_sources(feeds_dir)) or "none"
        raise ContractError(f"There is no contract for source {name!r}. Nothing was loaded. Known sources: {known}.")
    document = read_contract(name, contract_folders(feeds_dir))
    try:
        source = Source.model_validate(document)
    except ValidationError as error:
        problems = "\n".join(f"  {problem}" for problem in _problems(document, error))
        raise ContractError(f"{path.name} is not a contract:\n{problems}\nNothing was loaded. Correct these keys.") from None
    if source.name != name:
        raise ContractError(f"{path.name}: name: {source.name!r} is not the file's name. Nothing was loaded. Write `{name}`.")
    return source


def load_sources(names: tuple[str, ...], feeds_dir: Path = FEEDS_DIR) -> tuple[Source, ...]:
    """Several contracts. Raises ContractError when two of them claim one code."""
    sources = tuple(load_source(name, feeds_dir) for name in names)
    owners: dict[int, str] = {}
    for source in sources:
        owner = owners.setdefault(source.code, source.name)
        if owner != source.name:
            raise ContractError(
                f"{source.name}.yaml: code: {source.code} belongs to {owner}.yaml. Nothing was loaded. Take a free one."
            )
    return sources


def _problems(document: Mapping[str, Any], error: ValidationError) -> Iterator[str]:
    remedies = {"missing": "is missing; add it", "extra_forbidden": "is not a key of a contract; remove it or correct its name"}
    for problem in error.errors(include_url=False):
        text = remedies.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
        shown = "" if problem["type"] == "missing" or isinstance(problem["input"], dict) else f" {problem['input']!r}:"
        yield f"{_key(document, problem['loc'])}:{shown} {text}"


def _key(document: Any, location: tuple[str | int, ...]) -> str:
    """`feeds.orders.columns.ordered_at.type`: list items by their name where they have one."""
    words = []
    for step in location:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            document = None
        has_name = isinstance(step, int) and isinstance(document, dict) and isinstance(document.get("name"), str)
        words.append(str(document["name"]) if has_name else str(step))
    return ".".join(words) or "the whole file"
