"""Policy tables: found, checked against their contract, written to the lake.

Belongs here: which file holds a table's rules, what makes a table acceptable, the policy version. Not here: the rules
themselves (tables/*.csv), their meaning (the dbt models that read them), Dagster (assets.py).
"""

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from dagster_project.policy.rfm_maps import rfm_map_fault

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CONTRACT = Path(__file__).with_name("contract.yaml")
_DEFAULTS = Path(__file__).with_name("tables")


class PolicyError(ValueError):
    """A policy table breaks its contract; the policy in the lake stays as it was."""


class PolicyColumn(BaseModel):
    """One column: DuckDB type, whether it may be empty, what it means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    nullable: bool = False
    description: str


class PolicyTable(BaseModel):
    """The contract of one table. columns: by name, in file order. checks: SQL conditions that hold for every row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str
    may_be_empty: bool = False
    key: tuple[str, ...]
    checks: tuple[str, ...]
    columns: dict[str, PolicyColumn]

    @property
    def types(self) -> dict[str, str]:
        """DuckDB type by column."""
        return {name: column.type for name, column in self.columns.items()}

    @property
    def required(self) -> list[str]:
        """Columns that may not be empty."""
        return [name for name, column in self.columns.items() if not column.nullable]


@cache
def policy_tables() -> dict[str, PolicyTable]:
    """The contract of every policy table, by name."""
    content = yaml.load(_CONTRACT.read_text(), yaml.CSafeLoader)
    try:
        return {name: PolicyTable(**table) for name, table in content.items()}
    except (ValidationError, TypeError) as error:
        raise PolicyError(f"{_CONTRACT.name} is not a valid contract: {error}") from None


def policy_files(policy_dir: Path | None) -> dict[str, Path]:
    """The file of each table: the deployment's own, or the shipped one. Raises PolicyError for a file that is no table."""
    tables = policy_tables()
    own = {path.stem: path for path in sorted(policy_dir.glob("*.csv"))} if policy_dir else {}
    if policy_dir and not policy_dir.is_dir():
        raise _refused(f"SEGMENTATION_POLICY_DIR names {policy_dir.name}, which is no folder", "Make it, or unset the variable")
    if unknown := sorted(own.keys() - tables.keys()):
        raise _refused(f"{unknown[0]}.csv is no policy table", f"Rename it to one of: {', '.join(sorted(tables))}")
    return {name: own.get(name, _DEFAULTS / f"{name}.csv") for name in tables}


def load_policy(policy_dir: Path | None, lake: Path) -> dict[str, int]:
    """Check all tables, then write each to lake/policy/<table>.parquet; row count by table.

    Raises PolicyError, naming file, line, column and value, before anything is written.
    """
    import duckdb

    files = policy_files(policy_dir)
    folder = lake / "policy"
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    with duckdb.connect() as connection:
        for name, table in policy_tables().items():
            rows[name] = _read(connection, name, table, files[name])
        if fault := rfm_map_fault(connection):
            raise _refused(fault, "Mend the map")
        for name in rows:
            partial = folder / f".{name}.{os.getpid()}.partial"
            target = str(partial).replace("'", "''")
            connection.execute(f"copy (select * from {name} order by all) to '{target}' (format parquet)")
            partial.replace(folder / f"{name}.parquet")
    return rows


def policy_version(policy_dir: Path | None) -> str:
    """Twelve hexadecimal digits over the content of all tables in force."""
    digest = hashlib.sha256()
    for name, path in sorted(policy_files(policy_dir).items()):
        digest.update(name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:12]


def _read(connection: "DuckDBPyConnection", name: str, table: PolicyTable, path: Path) -> int:
    """Load one file into a table of its name; its row count."""
    header = path.read_text(encoding="utf-8-sig").split("\n", 1)[0].strip().split(",")
    if header != list(table.columns):
        raise _refused(
            f"{path.name}, line 1: the columns are {', '.join(header)}",
            f"They must be {', '.join(table.columns)}, in this order",
        )
    quoted = str(path).replace("'", "''")
    connection.execute(
        f"create or replace table {name} as select * from read_csv('{quoted}', columns = {table.types!r}, header = true,"
        " auto_detect = false, delim = ',', quote = '\"', escape = '\"', store_rejects = true)"
    )
    rejected = connection.execute(
        "select line, column_name, csv_line, error_message from reject_errors order by line, column_idx limit 1"
    ).fetchone()
    if rejected:
        line, column, text, message = rejected
        raise _refused(f"{path.name}, line {line}, column {column}: {text!r} ({message.split('.')[0]})", "Mend that line")
    for column in table.required:
        if count := _count(connection, f"from {name} where {column} is null"):
            raise _refused(f"{path.name}, column {column}: {count} rows have no value", "Fill it in")
    key = ", ".join(table.key)
    twice = connection.execute(f"select {key} from {name} group by {key} having count(*) > 1 order by all limit 1").fetchone()
    if twice:
        raise _refused(f"{path.name}: more than one row for {key} = {', '.join(map(str, twice))}", "Keep one of them")
    for condition in table.checks:
        broken = connection.execute(f"from {name} where not ({condition}) order by all limit 1").fetchone()
        if broken:
            raise _refused(f"{path.name}: the row {', '.join(map(str, broken))} breaks the rule `{condition}`", "Mend that row")
    if not (count := _count(connection, f"from {name}")) and not table.may_be_empty:
        raise _refused(f"{path.name} has no rows", "Add rules, or take the file away to use the shipped ones")
    return count


def _count(connection: "DuckDBPyConnection", rest: str) -> int:
    row = connection.execute(f"select count(*) {rest}").fetchone()
    return int(row[0]) if row else 0


def _refused(problem: str, remedy: str) -> PolicyError:
    return PolicyError(f"{problem}. No policy was changed: the lake holds the one from before. {remedy}, then run again.")
