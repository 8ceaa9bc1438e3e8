"""The `database:` block of a feed contract: which table of a PostgreSQL server, and how its changes are learnt.

Belongs here: the model and its validation. Not here: the address and the password, which only the environment holds; reading
(database.py).
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_$]{0,62}"


class SoftDeletion(BaseModel):
    """Deleted rows stay in the table and are marked in a column; marking one moves its watermark."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    soft: str = Field(min_length=1, description="Column that is set for deleted rows: a moment, or true.")


class DatabaseOptions(BaseModel):
    """Where the rows of a feed are, and how a read finds what is new, changed or deleted."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    dsn_variable: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$", description="NAME of the environment variable with the address.")
    table: str = Field(pattern=rf"^({_IDENTIFIER}\.)?{_IDENTIFIER}$", description="schema.table, capitals as in the catalogue.")
    watermark: str | None = Field(
        default=None, min_length=1, description="Column of the table that grows with every insert and update."
    )
    overlap_minutes: int = Field(
        default=10, ge=0, description="Read again before the last watermark: longer than any transaction takes to commit."
    )
    group_key: str | None = Field(
        default=None,
        min_length=1,
        description="Column of the contract shared with other feeds: who changed in one is read again in all.",
    )
    deletions: Literal["none", "compare"] | SoftDeletion = Field(
        default="none", description="compare: rows whose key is gone from the table were deleted."
    )
    mark_deleted: dict[str, str] = Field(
        default_factory=dict, description="What a deleted row is delivered with, as in {status: cancelled}."
    )

    @property
    def soft_column(self) -> str | None:
        """The column that marks deleted rows; None: none does."""
        return self.deletions.soft if isinstance(self.deletions, SoftDeletion) else None
