"""How much one refresh of the demo does: a guard against work that grows unseen. Counts only, for times flake.

A limit that a feature has to pass is raised on purpose, in the commit of the feature. Each stands about a quarter above what
was counted when it was set.
"""

from pathlib import Path

import duckdb
from conftest import Refreshed
from volume import compiled_models, reading

MOST_MODELS, MOST_TESTS = 260, 275
MOST_ROWS_PER_LINE = 33
MOST_SCANS_OF_THE_LAKE = 700
MOST_MEGABYTES = {"lake": 13, "warehouse.duckdb": 125, "published": 28, "dagster_home": 32}


def size_mb(place: Path) -> float:
    files = [place] if place.is_file() else [file for file in place.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1024**2


def test_one_refresh_is_one_invocation_of_dbt_over_so_many_nodes(refreshed: Refreshed) -> None:
    """A second invocation would start, connect and read the manifest again; each node costs a tenth of a second."""
    with duckdb.connect(str(refreshed.settings.warehouse), read_only=True) as connection:
        (counted,) = connection.execute("""
            select
                count(distinct invocation_id),
                count(*) filter (resource_type = 'model'),
                count(*) filter (resource_type = 'test')
            from monitoring.node_results
        """).fetchall()
    invocations, models, tests = counted
    assert invocations == 1
    assert models <= MOST_MODELS
    assert tests <= MOST_TESTS


def test_all_tables_together_have_so_many_rows_per_order_line(refreshed: Refreshed) -> None:
    """A join that multiplies, or a table of customers times dates times something: seen here before it is felt."""
    with duckdb.connect(str(refreshed.settings.warehouse), read_only=True) as connection:
        ((rows,),) = connection.execute("select sum(estimated_size) from duckdb_tables() where not internal").fetchall()
        ((lines,),) = connection.execute("select count(*) from marts.fct_order_lines").fetchall()
    assert rows / lines <= MOST_ROWS_PER_LINE


def test_the_models_scan_the_lake_so_many_times(refreshed: Refreshed) -> None:
    """A view over the lake reads and casts its files once for each model that asks; a table in between would do it once."""
    scans = 0
    with reading(refreshed.settings) as connection:
        for statement in compiled_models(refreshed.settings).values():
            plan = connection.execute(f"explain {statement}").fetchall()[0][1]
            scans += plan.count("READ_PARQUET")
    assert 0 < scans <= MOST_SCANS_OF_THE_LAKE


def test_a_refresh_leaves_so_many_megabytes_behind(refreshed: Refreshed) -> None:
    found = {name: round(size_mb(refreshed.settings.data_dir / name)) for name in MOST_MEGABYTES}
    assert {name: size for name, size in found.items() if size > MOST_MEGABYTES[name]} == {}
