"""A warehouse as small as publication can take it: real DuckDB, the schemas that it reads, three customers."""

from pathlib import Path

import duckdb
import pytest

_WAREHOUSE = """
create schema published;
create schema intermediate;
create schema monitoring;
create table published.customer_segments as
    select 'shop:' || i as customer_id, i * 10.0 as net_revenue from range(3) as numbers (i);
comment on table published.customer_segments is 'One row per customer.';
comment on column published.customer_segments.customer_id is 'The customer.';
create table published.publication as
    select date '2026-09-30' as as_of_date, 'p1' as policy_version, 'c1' as code_version, 'r1' as refresh_id;
create table intermediate.int_refresh_plan as select 'r1' as plan_id;
create table monitoring.node_results as
    select 'a_test' as name, 'error' as severity, 'pass' as status, 'r0' as invocation_id
    union all select 'a_hint', 'warn', 'fail', 'r1'
    union all select 'int_refresh_plan', 'error', 'success', 'r1';
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Path of a warehouse that is fit to be published."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(_WAREHOUSE)
    return path
