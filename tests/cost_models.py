"""The cost models as dbt compiled them, run over rows that a test makes up.

Belongs here: building the models once on an empty warehouse, putting rows where facts and deliveries lie, running the compiled
SQL again in dbt's own order. Not here: what must hold of the result (warehouse/), how long it may take (benchmarks/). dbt
itself takes seconds per run; its compiled SQL over a handful of rows takes a part of one, so that a property can be tried on
many worlds.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from dagster_project.ingestion.ledger import write_control
from dagster_project.policy.tables import load_policy
from dagster_project.settings import Settings
from dagster_project.transformation.assets import dbt_target
from dagster_project.transformation.control import write_refresh_control
from dagster_project.transformation.invocation import build

Rows = Sequence[Mapping[str, Any]]
_ENDS = (
    "customer_levers",
    "customer_loss_causes",
    "pool_reconciliation",
    "cost_to_serve_rollup",
    "customer_price_waterfall",
    "customer_whale_curve",
    "order_line_profitability",
)
_CUSTOMERS = frozenset({"int_order_reversals", "int_customer_day", "int_customers_as_of"})
COST_MODELS = frozenset(
    {
        "int_orders_handled",
        "int_freight_costs",
        "int_pool_use",
        "int_pool_rates",
        "fct_activity_costs",
        "customer_activity_costs",
        "customer_profitability",
        "customer_abc",
        "customer_profit_quadrants",
        "customer_price_waterfall",
        "customer_whale_curve",
        "customer_levers",
        "customer_loss_causes",
        "cost_to_serve_rollup",
        "pool_reconciliation",
    }
)
# Views: dbt computes them only when somebody looks; a world's lines are looked at.
_LOOKED_AT = frozenset({"order_line_costs", "order_line_profitability"})
# What follows from the rows of a world; everything before stands as dbt built it, empty or from the policy.
_COMPUTED = _CUSTOMERS | COST_MODELS | _LOOKED_AT


class CostModels:
    """A warehouse without a row, with the models' SQL."""

    def __init__(self, settings: Settings) -> None:
        write_control(settings.lake, settings.sources)
        load_policy(settings.policy_dir, settings.lake)
        write_refresh_control(settings)
        selected = [argument for name in _ENDS for argument in ("--select", f"+{name}")]
        results = build(dbt_target(settings), ["--exclude-resource-type", "test", *selected])
        failed = [result.message for result in results if result.has_failed]
        assert not failed, failed
        self._settings = settings
        self._compiled = {result.name: result.compiled_code for result in results if result.name in _COMPUTED}
        assert self._compiled.keys() == _COMPUTED

    def connect(self) -> duckdb.DuckDBPyConnection:
        """The warehouse, open for writing; the models' policy is found as dbt finds it."""
        return duckdb.connect(str(self._settings.warehouse), config={"file_search_path": str(self._settings.lake)})

    def compute(
        self, connection: duckdb.DuckDBPyConnection, names: Collection[str] = _COMPUTED, **changed_sql: tuple[str, str]
    ) -> None:
        """Build the tables of these models, in dbt's order. changed_sql: by model, a piece of its SQL and its replacement."""
        places = places_of_tables(connection)
        for name, sql in self._compiled.items():
            if name not in names:
                continue
            old, new = changed_sql.get(name, ("", ""))
            assert old in sql, name
            changed = sql.replace(old, new) if old else sql
            kind = "view" if name in _LOOKED_AT else "table"
            connection.execute(f"create or replace {kind} {places[name]}.{name} as {changed}")

    @contextmanager
    def over(self, world: Mapping[str, Rows], **changed_sql: tuple[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that sees all models built from these rows by table; gone again afterwards."""
        with self.connect() as connection:
            places = places_of_tables(connection)
            connection.execute("begin")
            for table, rows in world.items():
                if rows:
                    connection.register("new_rows", pa.Table.from_pylist(list(rows)))
                    connection.execute(f"insert into {places[table]}.{table} by name from new_rows")
                    connection.unregister("new_rows")
            self.compute(connection, **changed_sql)
            yield connection
            connection.execute("rollback")


def places_of_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Schema by table and view."""
    tables = "select table_name, schema_name from duckdb_tables()"
    return dict(connection.execute(f"{tables} union all select view_name, schema_name from duckdb_views()").fetchall())
