"""What a refresh tells the models, as data in the lake: its as-of dates, settings and versions.

Belongs here: refresh.parquet, as_of_dates.parquet and published_customers.parquet in lake/control. Not here: the ledger of
deliveries (ingestion/ledger.py).
Values that change from run to run reach dbt this way because a changed variable would make it parse everything again.
"""

import hashlib
import os
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from dagster_project.erasure_journal import ErasedCustomers, erased_customers
from dagster_project.ingestion.contracts import load_sources
from dagster_project.policy.assets import policy_asset_key
from dagster_project.policy.tables import policy_tables, policy_version
from dagster_project.settings import Settings
from dagster_project.transformation.complete_days import (
    first_order_day,
    newest_complete_day,
    refuse_days_that_cannot_be_computed,
)
from dagster_project.transformation.project import code_version, project_fingerprint

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REFRESH = dg.AssetKey(["control", "refresh"])
AS_OF_DATES = dg.AssetKey(["control", "as_of_dates"])
PUBLISHED_CUSTOMERS = dg.AssetKey(["control", "published_customers"])
_REFRESH_COLUMNS = {
    "fingerprint": "Changes when what is built may not be built upon: other sources or return channels, zone, currency, code.",
    "code_version": "Version of the package and of the models.",
    "policy_version": "Version of the business's rules.",
    "base_currency": "ISO 4217 code of every published amount.",
    "business_timezone": "Zone in which a moment becomes a day.",
    "account_level": "Level of the account hierarchy at which customers are told apart.",
}
_AS_OF_COLUMNS = {
    "as_of_date": "A day whose segments are computed.",
    "is_backfill": "True where they are kept beside what is published.",
    "is_postponed": "True where they are kept already and due, and a later pass of this run computes them.",
}
_PUBLISHED_COLUMNS = {
    "as_of_date": "As-of date of the publication that is live when the refresh begins.",
    "policy_version": "Version of its policy.",
    "customer_id": "The customer.",
    "dimension": "What the customers are divided by.",
    "segment": "The customer's segment there.",
}
# which columns of the published customers are dimensions; those that no model asks for cost a few bytes
_DIMENSION_ENDS = ("_segment", "_class", "_stage", "_response", "_tier", "_quadrant", "_cluster")


def refresh_fingerprint(settings: Settings) -> str:
    """Changes when what is built may no longer be built upon: other sources, returns, zone, currency, accounts or code."""
    sources = sorted(f"{source.name} {source.return_channel}" for source in load_sources(settings.sources))
    chosen = (settings.business_timezone, settings.base_currency, settings.account_level)
    parts = (*sources, *chosen, project_fingerprint())
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


class AsOfBackfill(dg.Config):
    """Past as-of dates to compute and keep, beside the one that is published: a list, or the month ends of a period."""

    dates: list[str] = Field(default=[], description="As-of dates, YYYY-MM-DD.")
    month_ends_from: str | None = Field(default=None, description="Every month end from this day on ...")
    month_ends_to: str | None = Field(default=None, description="... up to this day, both included.")

    def as_of_dates(self) -> list[date]:
        """All dates asked for, rising. Raises ValueError, naming the value, for a text that is no date or half a period."""
        asked_for = {date.fromisoformat(one) for one in self.dates}
        if (self.month_ends_from is None) != (self.month_ends_to is None):
            raise ValueError(
                "A backfill of month ends has a first and a last day, and one of them is missing. Nothing was computed. "
                "Give month_ends_from and month_ends_to."
            )
        if self.month_ends_from and self.month_ends_to:
            asked_for |= set(month_ends(date.fromisoformat(self.month_ends_from), date.fromisoformat(self.month_ends_to)))
        return sorted(asked_for)


def month_ends(first: date, last: date) -> list[date]:
    """The last days of months from first to last, both included."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ends = (date(month // 12, month % 12 + 1, monthrange(month // 12, month % 12 + 1)[1]) for month in months)
    return [end for end in ends if first <= end <= last]


def write_refresh_control(settings: Settings, backfill: Sequence[date] = ()) -> int:
    """Write the tables, each in one step. backfill: past as-of dates to compute and keep. Gives
    back the rows of the live publication.
    """
    import duckdb

    folder = settings.lake / "control"
    folder.mkdir(parents=True, exist_ok=True)
    refresh = [
        refresh_fingerprint(settings),
        code_version(),
        policy_version(settings.policy_dir),
        settings.base_currency,
        settings.business_timezone,
        settings.account_level,
    ]
    with duckdb.connect() as connection:
        connection.execute(
            "create table refresh (fingerprint varchar, code_version varchar, policy_version varchar,"
            " base_currency varchar, business_timezone varchar, account_level varchar)"
        )
        connection.execute("insert into refresh values (?, ?, ?, ?, ?, ?)", refresh)
        connection.execute(
            "create table as_of_dates as"
            " select unnest(cast(? as date[])) as as_of_date, false as is_backfill, false as is_postponed"
            " union all select unnest(cast(? as date[])), true, false",
            [list(settings.as_of_dates), list(backfill)],
        )
        _read_live_publication(connection, settings.published / "customer_segments.duckdb")
        _forget_erased(connection, erased_customers(settings.lake))
        for table in ("refresh", "as_of_dates", "published_customers"):
            _replace(connection, table, folder)
        count = connection.execute("select count(*) from published_customers").fetchone()
    return int(count[0]) if count else 0


def _read_live_publication(connection: "DuckDBPyConnection", live: Path) -> None:
    """What readers see now, one row per customer and dimension, for the models to say what changes; empty before the first."""
    connection.execute(
        "create table published_customers (as_of_date date, policy_version varchar, customer_id varchar, dimension varchar,"
        " segment varchar)"
    )
    if not live.exists():
        return
    connection.execute(f"attach '{str(live).replace(chr(39), chr(39) * 2)}' as live (read_only)")
    names = connection.execute(
        "select column_name from duckdb_columns() where database_name = 'live' and table_name = 'customer_segments'"
        " and data_type = 'VARCHAR' order by column_index"
    ).fetchall()
    for (name,) in names:
        if name.endswith(_DIMENSION_ENDS) or name.startswith("abc_"):
            connection.execute(
                f"insert into published_customers select customers.as_of_date, policy_version, customer_id, '{name}',"
                f' "{name}" from live.main.customer_segments as customers cross join live.main.publication'
            )
    connection.execute("detach live")


def _forget_erased(connection: "DuckDBPyConnection", erased: ErasedCustomers | None) -> None:
    """Who was erased since the live publication has not changed their segment: they are not to be heard of again."""
    if erased is None:
        return
    known = connection.execute("select distinct customer_id from published_customers").fetchall()
    gone = [customer_id for (customer_id,) in known if erased.holds(*customer_id.split(":", 1))]
    connection.execute("delete from published_customers where customer_id in (select unnest(cast(? as varchar[])))", [gone])


def _replace(connection: "DuckDBPyConnection", table: str, folder: Path) -> None:
    partial = folder / f".{table}.{os.getpid()}.partial"
    target = str(partial).replace("'", "''")
    connection.execute(f"copy {table} to '{target}' (format parquet)")
    partial.replace(folder / f"{table}.parquet")


def build_control_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """The control tables, downstream of the policy whose version they carry."""
    about: dict[str, Any] = {"group_name": "control", "owners": ["team:data-engineering"], "kinds": {"parquet"}}
    specs = [
        dg.AssetSpec(
            REFRESH,
            description="One row: the settings and versions that a refresh stands for.",
            deps=[policy_asset_key(table) for table in policy_tables()],
            metadata={"dagster/column_schema": _schema(_REFRESH_COLUMNS)},
            **about,
        ),
        dg.AssetSpec(
            AS_OF_DATES,
            description="The as-of dates that were asked for; none means the newest complete day.",
            metadata={"dagster/column_schema": _schema(_AS_OF_COLUMNS)},
            **about,
        ),
        dg.AssetSpec(
            PUBLISHED_CUSTOMERS,
            description="The segments of the publication that is live when the refresh begins, to say what changes.",
            metadata={"dagster/column_schema": _schema(_PUBLISHED_COLUMNS)},
            **about,
        ),
    ]

    @dg.multi_asset(specs=specs, name="refresh_control")
    def control(context: dg.AssetExecutionContext, config: AsOfBackfill) -> Iterator[dg.MaterializeResult[Any]]:
        backfill = config.as_of_dates()
        try:
            live = settings.published / "customer_segments.duckdb"
            refuse_days_that_cannot_be_computed(backfill, newest_complete_day(settings.lake), first_order_day(live))
        except ValueError as error:
            raise dg.Failure(str(error), allow_retries=False) from None
        published = write_refresh_control(settings, backfill)
        yield dg.MaterializeResult(asset_key=REFRESH, metadata={"dagster/row_count": 1, "code_version": code_version()})
        yield dg.MaterializeResult(
            asset_key=AS_OF_DATES, metadata={"dagster/row_count": len(settings.as_of_dates) + len(backfill)}
        )
        yield dg.MaterializeResult(asset_key=PUBLISHED_CUSTOMERS, metadata={"dagster/row_count": published})

    return [control]


def _schema(columns: dict[str, str]) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(column, description=meaning) for column, meaning in columns.items()])
