"""What a refresh tells the models, as data in the lake: its as-of dates, settings and versions.

Belongs here: lake/control/refresh.parquet and as_of_dates.parquet. Not here: the ledger of deliveries (ingestion/ledger.py).
Values that change from run to run reach dbt this way because a changed variable would make it parse everything again.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from dagster_project.ingestion.contracts import load_sources
from dagster_project.policy.assets import policy_asset_key
from dagster_project.policy.tables import policy_tables, policy_version
from dagster_project.settings import Settings
from dagster_project.transformation.project import code_version, project_fingerprint

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REFRESH = dg.AssetKey(["control", "refresh"])
AS_OF_DATES = dg.AssetKey(["control", "as_of_dates"])
_REFRESH_COLUMNS = {
    "fingerprint": "Changes when what is built may not be built upon: other sources or channels of returns, zone, currency or code.",
    "code_version": "Version of the package and of the models.",
    "policy_version": "Version of the business's rules.",
    "base_currency": "ISO 4217 code of every published amount.",
    "business_timezone": "Zone in which a moment becomes a day.",
}


def refresh_fingerprint(settings: Settings) -> str:
    """Changes when what is built may no longer be built upon: other sources, returns told elsewhere, another zone, currency or code."""
    sources = sorted(f"{source.name} {source.return_channel}" for source in load_sources(settings.sources))
    parts = (*sources, settings.business_timezone, settings.base_currency, project_fingerprint())
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def write_refresh_control(settings: Settings) -> None:
    """Write both tables, each in one step."""
    import duckdb

    folder = settings.lake / "control"
    folder.mkdir(parents=True, exist_ok=True)
    refresh = [
        refresh_fingerprint(settings),
        code_version(),
        policy_version(settings.policy_dir),
        settings.base_currency,
        settings.business_timezone,
    ]
    with duckdb.connect() as connection:
        connection.execute(
            "create table refresh (fingerprint varchar, code_version varchar, policy_version varchar,"
            " base_currency varchar, business_timezone varchar)"
        )
        connection.execute("insert into refresh values (?, ?, ?, ?, ?)", refresh)
        connection.execute(
            "create table as_of_dates as select unnest(cast(? as date[])) as as_of_date", [list(settings.as_of_dates)]
        )
        for table in ("refresh", "as_of_dates"):
            _replace(connection, table, folder)


def _replace(connection: "DuckDBPyConnection", table: str, folder: Path) -> None:
    partial = folder / f".{table}.{os.getpid()}.partial"
    target = str(partial).replace("'", "''")
    connection.execute(f"copy {table} to '{target}' (format parquet)")
    partial.replace(folder / f"{table}.parquet")


def build_control_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """The two control tables, downstream of the policy whose version they carry."""
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
            metadata={"dagster/column_schema": _schema({"as_of_date": "A day whose segments are computed."})},
            **about,
        ),
    ]

    @dg.multi_asset(specs=specs, name="refresh_control")
    def control(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        write_refresh_control(settings)
        yield dg.MaterializeResult(asset_key=REFRESH, metadata={"dagster/row_count": 1, "code_version": code_version()})
        yield dg.MaterializeResult(asset_key=AS_OF_DATES, metadata={"dagster/row_count": len(settings.as_of_dates)})

    return [control]


def _schema(columns: dict[str, str]) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(column, description=meaning) for column, meaning in columns.items()])
