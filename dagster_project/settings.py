"""Every path, source, zone and limit that a deployment may set, in one typed object.

Belongs here: what comes from the environment (or from `.env`). Not here: business numbers (policy tables), feed contracts
(ingestion/feeds), anything that opens a file.
"""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parents[1]
DEMO_SOURCE = "demo"


def _split_commas(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


class Settings(BaseSettings):
    """One deployment. Relative paths count from the project's root; every field reads SEGMENTATION_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="SEGMENTATION_", env_file=PROJECT_ROOT / ".env", extra="ignore", frozen=True)

    sources: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(DEMO_SOURCE,), description="Sources that are on; `demo` stands alone."
    )
    data_dir: Path = Field(default=Path("data"), description="Lake, warehouse, published files and the Dagster instance.")
    landing_dir: Path | None = Field(default=None, description="One folder per source; default <data_dir>/landing.")
    landing_url: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9]+://[^@]*$",
        description="Object store whose files are copied into landing first, as s3://bucket/prefix; no credentials.",
    )
    policy_dir: Path | None = Field(default=None, description="Policy tables that replace the shipped ones, file by file.")
    feeds_dir: Path | None = Field(default=None, description="Your own contracts: new sources, or changes to shipped ones.")
    as_of_dates: Annotated[tuple[date, ...], NoDecode] = Field(
        default=(), description="As-of dates to compute; empty = the newest day that every required feed has delivered."
    )
    as_of_batch: int | None = Field(
        default=None,
        ge=1,
        description="Past as-of dates that one pass computes; by default six of a backfill, and a first refresh's all at once.",
    )
    business_timezone: str = Field(default="Europe/London", description="The one zone in which a timestamp becomes a day.")
    account_level: Literal["ship_to", "sold_to", "ultimate_parent"] = Field(
        default="sold_to", description="Level of the account hierarchy at which customers are told apart."
    )
    base_currency: str = Field(default="GBP", description="ISO 4217 code of every amount that is published.")
    kept_publications: int = Field(default=7, ge=1, description="Finished publications kept for a roll-back.")
    lock_timeout_seconds: int = Field(default=3600, ge=0, description="How long a run waits for another that writes.")
    threads: int = Field(default=4, ge=1, description="dbt models that are built side by side.")
    memory_limit: str | None = Field(
        default=None,
        pattern=r"^\d+(\.\d+)? ?([KMGT]i?B)$",
        description="Memory of a stage before it spills to disk, as in 8GB; four fifths of the machine's unless told.",
    )
    engine: Literal["duckdb", "spark"] = Field(default="duckdb", description="What computes the models.")
    spark_master: str = Field(default="local[*]", description="Where Spark runs: spark://host:7077, yarn, k8s://..., local[*].")
    spark_warehouse: Path | None = Field(
        default=None, description="Folder of Spark's tables, seen by all workers and by this machine; default <data_dir>/spark."
    )
    spark_metastore: str | None = Field(
        default=None, description="JDBC address of the tables' catalogue; default a Derby database in the folder of the tables."
    )

    @field_validator("sources", "as_of_dates", mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return _split_commas(value)

    @field_validator("data_dir", "landing_dir", "policy_dir", "feeds_dir", "spark_warehouse", mode="after")
    @classmethod
    def _from_project_root(cls, value: Path | None) -> Path | None:
        return None if value is None else (PROJECT_ROOT / value.expanduser()).resolve()

    @field_validator("business_timezone", mode="after")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @model_validator(mode="after")
    def _sources_make_sense(self) -> "Settings":
        if not self.sources:
            raise ValueError("SEGMENTATION_SOURCES names no source. Nothing was changed. Name one, for example `demo`.")
        if DEMO_SOURCE in self.sources and len(self.sources) > 1:
            raise ValueError(
                f"SEGMENTATION_SOURCES={','.join(self.sources)} mixes the invented demo orders with real ones. "
                "Nothing was changed. Take `demo` out, or leave it alone."
            )
        return self

    def today(self) -> date:
        """The day that it is in the business zone."""
        return datetime.now(ZoneInfo(self.business_timezone)).date()

    @property
    def landing(self) -> Path:
        """Folder that holds one folder per source, as delivered."""
        return self.landing_dir or self.data_dir / "landing"

    @property
    def lake(self) -> Path:
        """Root of the Parquet lake: raw/, quarantine/, policy/, control/."""
        return self.data_dir / "lake"

    @property
    def warehouse(self) -> Path:
        """The pipeline's private DuckDB file; one writer at a time."""
        return self.data_dir / "warehouse.duckdb"

    @property
    def spark_tables(self) -> Path:
        """Folder of Spark's tables, one folder <schema>.db per schema, and of their catalogue."""
        return self.spark_warehouse or self.data_dir / "spark"

    @property
    def published(self) -> Path:
        """Folder that BI tools read."""
        return self.data_dir / "published"

    @property
    def dagster_home(self) -> Path:
        """DAGSTER_HOME of this deployment: run history and event log."""
        return self.data_dir / "dagster_home"

    @property
    def model_memory(self) -> str:
        """The memory limit as DuckDB reads it; its own default where none was set."""
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return self.memory_limit or f"{machine * 4 // 5 // 2**20} MiB"

    @property
    def dbt_target(self) -> Path:
        """dbt's artifacts of this deployment: compiled SQL, run results, log."""
        return self.data_dir / "dbt"
