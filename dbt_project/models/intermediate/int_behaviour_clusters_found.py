"""Where the centres of the clusters lie at the dates that are due. Only reading and handing over belong here: what is done with
the rows stands in dagster_project/prediction, and is loaded only when there is something to find.
"""

import asyncio
import json


def model(dbt, session):
    """dbt's entry, on any engine: the rows of the dates that are due."""
    dates = dbt.ref("int_cluster_fit_dates")
    customers = dbt.ref("int_behaviour_features")
    feature_rules = dbt.ref("stg_policy__cluster_features")
    numbers = dbt.ref("stg_policy__parameters")
    refresh = dbt.ref("stg_control__refresh")
    # the dates that stand, as the refresh before left them: the table is built from this one
    kept = "intermediate.int_behaviour_cluster_fits"

    from dagster_project.prediction.cluster_tables import fit_due_dates, fit_schema

    is_spark = hasattr(session, "sparkContext")
    if is_spark:

        def rows(relation):
            return [row.asDict() for row in relation.collect()]

        before = session.table(kept) if session.catalog.tableExists(kept) else None
    else:
        # the adapter opens an event loop for every model in Python and closes none; nothing here is asynchronous
        asyncio.get_event_loop().close()
        asyncio.set_event_loop(None)

        def rows(relation):
            return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]

        there = f"from duckdb_tables() where concat(schema_name, '.', table_name) = '{kept}'"
        before = session.query(f"from {kept}") if session.query(there).fetchall() else None

    due = [row["fit_date"] for row in rows(dates.filter("is_due"))]
    standing = [row["fit_date"] for row in rows(dates.filter("not is_due"))]
    if due:
        sampled = customers.filter("is_sampled")
        found = fit_due_dates(
            due=due,
            customers=_frame(rows(sampled), sampled.columns) if is_spark else sampled.df(),
            feature_rules=rows(feature_rules),
            numbers=rows(numbers.filter("name like 'cluster_%'")),
            kept=[row for row in rows(before) if row["fit_date"] in standing] if before is not None else [],
            policy_version=rows(refresh)[0]["policy_version"],
        )
    else:
        found = fit_schema().empty_table()
    return _spark_table(session, found) if is_spark else found


def _frame(rows, columns):
    """Spark's rows as DuckDB would hand them over: Spark's own way is made for an older pandas."""
    import pandas as pd

    return pd.DataFrame(rows, columns=columns).astype({"as_of_date": "datetime64[us]"})


def _spark_table(session, found):
    """Handed over as one text: a table made of Python's rows would ask every worker for a Python."""
    from pyspark.sql.functions import from_json, inline, lit
    from pyspark.sql.pandas.types import from_arrow_schema
    from pyspark.sql.types import ArrayType

    rows = json.dumps(found.to_pylist(), default=str)
    return session.range(1).select(inline(from_json(lit(rows), ArrayType(from_arrow_schema(found.schema)))))
