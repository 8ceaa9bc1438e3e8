"""May this warehouse be published? Asked before anything is built.

Belongs here: the reasons to refuse. Not here: the models' own tests (dbt runs them and keeps their last outcome in the
warehouse), building the file (bundle.py).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SHOWN = 10


class PublicationRefusedError(RuntimeError):
    """The warehouse is not fit to be published; what is published stays."""


def refuse_unfit_warehouse(connection: "DuckDBPyConnection", catalog: str) -> None:
    """Raise PublicationRefusedError, with every reason, unless the warehouse attached as `catalog` holds one finished, tested
    refresh with customers in it.
    """
    problems = [*_unfinished(connection, catalog), *_failed_nodes(connection, catalog)] or _empty(connection, catalog)
    if problems:
        raise PublicationRefusedError(
            f"Nothing was published: {'; '.join(problems)}. The published file is as it was. "
            "Mend the cause, run daily_refresh again; it publishes when everything passes."
        )


def _tables(connection: "DuckDBPyConnection", catalog: str) -> set[tuple[str, str]]:
    rows = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?", [catalog]
    ).fetchall()
    return {(schema, table) for schema, table in rows}


def _unfinished(connection: "DuckDBPyConnection", catalog: str) -> list[str]:
    needed = {
        *(("intermediate", "int_refresh_plan"), ("monitoring", "node_results")),
        *(("published", "publication"), ("published", "customer_segments")),
    }
    if missing := needed - _tables(connection, catalog):
        return [f"the warehouse has no {' and no '.join(sorted(table for _, table in missing))} yet"]
    finished = connection.execute(
        f"select count(*) from {catalog}.published.publication as publication"
        f" inner join {catalog}.intermediate.int_refresh_plan as plan on publication.refresh_id = plan.plan_id"
        # the outcomes of a killed refresh are those of the one before: they must be of this one
        f" inner join {catalog}.monitoring.node_results as results"
        " on results.name = 'int_refresh_plan' and results.invocation_id = plan.plan_id"
    ).fetchone()
    if finished == (1,):
        return []
    delivered = connection.execute(f"select count(*) from {catalog}.published.publication").fetchone()
    if delivered == (0,):
        return ["there is no as-of date, since a required feed has not delivered yet"]
    return ["the newest refresh of the warehouse was not finished"]


def _failed_nodes(connection: "DuckDBPyConnection", catalog: str) -> list[str]:
    if ("monitoring", "node_results") not in _tables(connection, catalog):
        return []
    failed = connection.execute(
        f"select name, status from {catalog}.monitoring.node_results"
        " where severity = 'error' and status not in ('success', 'pass', 'warn') order by status, name"
    ).fetchall()
    shown = [f"{name}: {status}" for name, status in failed[:_SHOWN]]
    more = [f"and {len(failed) - _SHOWN} more"] if len(failed) > _SHOWN else []
    return [f"{len(failed)} models or tests did not pass when they last ran ({', '.join([*shown, *more])})"] if failed else []


def _empty(connection: "DuckDBPyConnection", catalog: str) -> list[str]:
    customers = connection.execute(f"select count(*) from {catalog}.published.customer_segments").fetchone()
    return ["customer_segments has no row"] if customers == (0,) else []
