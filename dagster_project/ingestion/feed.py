"""One feed of a contract: where its deliveries lie, what each row holds, what a delivery may be.

Belongs here: the model, its validation, what follows from it. Not here: its columns (columns.py), the source (contracts.py).
"""

import hashlib
import json
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, field_validator, model_validator

from dagster_project.ingestion.columns import Column, Strict
from dagster_project.ingestion.csv_options import CsvOptions
from dagster_project.ingestion.database_options import DatabaseOptions
from dagster_project.ingestion.expressions import ExpressionError, to_sql
from dagster_project.ingestion.file_names import FileFormat, FileNameError, compile_file_pattern, format_of

NAME = r"^[a-z][a-z0-9_]{0,62}$"
# Raised when the same file and contract would be read differently: every delivery that still lies in landing is loaded again.
READER_VERSION = 3

# A list of everything does not lose half of its rows overnight.
_SNAPSHOT_SHRINK_TOLERANCE = 0.5

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _inner_folder(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError("leads out of the source's landing folder; write a folder below it, or `.`")
    return value


class Feed(Strict):
    """One table of a source: where its deliveries lie and what each row holds."""

    name: str = Field(pattern=NAME)
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
