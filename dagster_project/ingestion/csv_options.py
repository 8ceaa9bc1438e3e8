"""The `csv:` block of a feed contract: how its CSV files are written.

Belongs here: the model and its validation. Not here: reading (readers.py), converting (conversions.py).
"""

from typing import Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from dagster_project.ingestion.columns import Strict


class CsvOptions(Strict):
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
