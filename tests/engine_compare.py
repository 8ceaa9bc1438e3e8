"""Whether the published tables of two engines say the same, row by row.

Belongs here: reading both sides and pairing their rows. Not here: how they were built. Texts, dates, whole numbers and money
must be equal; floating-point numbers may differ by a billionth, as engines add them up in different orders.
"""

from contextlib import closing
from pathlib import Path

import duckdb

TOLERANCE = 1e-9
# says which run built the tables, so it differs between any two
RUN_COLUMNS = {"refresh_id"}
_SHOWN = 3


def differences(warehouse: Path, spark_tables: Path, schema: str = "published") -> dict[str, str]:
    """What differs, by table: missing, other columns, the first rows that have no equal. Empty when all is equal.

    warehouse: DuckDB's file. spark_tables: the other engine's warehouse folder, <schema>.db/<table>/*.parquet below it.
    """
    found: dict[str, str] = {}
    with closing(duckdb.connect()) as connection:
        connection.execute(f"attach '{warehouse}' as duck (read_only)")
        names = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'duck' and schema_name = ? order by 1", [schema]
        ).fetchall()
        if not names:
            return {schema: f"{warehouse} holds no table of this schema"}
        for (table,) in names:
            folder = spark_tables / f"{schema}.db" / table
            if not any(folder.glob("*.parquet")):
                found[table] = f"no such table below {spark_tables}"
            elif difference := _difference(connection, f"duck.{schema}.{table}", f"read_parquet('{folder}/*.parquet')"):
                found[table] = difference
    return found


def _difference(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> str:
    columns, columns_other = _columns(connection, one), _columns(connection, other)
    if columns != columns_other:
        differing = sorted({*columns.items()} ^ {*columns_other.items()})
        return f"columns differ: {differing}"
    exact = [name for name, kind in columns.items() if kind not in ("DOUBLE", "FLOAT")]
    loose = [name for name in columns if name not in exact]
    # rows are paired by all that must be equal; where several share it, by the order of their numbers
    for side, relation in (("one", one), ("other", other)):
        numbers = [f'round("{name}", 6)' for name in loose]
        order = ", ".join([*numbers, *(f'"{name}"' for name in loose)]) or "1"
        keys = ", ".join(f'"{name}"' for name in exact)
        listed = ", ".join(f'"{name}"' for name in columns)
        connection.execute(
            f"create or replace temp table {side} as select *,"
            f" row_number() over (partition by {keys} order by {order}) as place"
            f" from (select {listed} from {relation})"
        )
    paired = " and ".join(f'one."{name}" is not distinct from other."{name}"' for name in [*exact, "place"])
    close = [_is_far(name) for name in loose]
    rows = connection.execute(
        f"select case when one.place is null then 'only the other' when other.place is null then 'only one' else 'numbers' end,"
        f" one, other from one full outer join other on {paired}"
        f" where one.place is null or other.place is null{''.join(f' or {far}' for far in close)} order by all"
    ).fetchall()
    if not rows:
        return ""
    count = connection.execute("select (select count(*) from one), (select count(*) from other)").fetchone()
    shown = [f"  {kind}: {left if left is not None else right}" for kind, left, right in rows[:_SHOWN]]
    return "\n".join([f"{len(rows)} rows without an equal, of {count}", *shown])


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    described = connection.execute(f"describe select * from {relation}").fetchall()
    return {name: kind for name, kind, *_ in described if name not in RUN_COLUMNS}


def _is_far(name: str) -> str:
    left, right = f'one."{name}"', f'other."{name}"'
    near = f"abs({left} - {right}) <= {TOLERANCE} * greatest(1, abs({left}))"
    return f"({left} is null) <> ({right} is null) or not coalesce({near} or (isnan({left}) and isnan({right})), true)"
