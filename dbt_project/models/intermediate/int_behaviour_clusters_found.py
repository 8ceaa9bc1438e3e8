"""Where the centres of the clusters lie at the dates that are due. Only reading and handing over belong here: what is done with
the rows stands in dagster_project/prediction, and is loaded only when there is something to find.
"""

import asyncio


def model(dbt, session):
    """dbt's entry: the rows of the dates that are due."""
    # the adapter opens an event loop for every model in Python and closes none; nothing here is asynchronous
    asyncio.get_event_loop().close()
    asyncio.set_event_loop(None)
    dates = dbt.ref("int_cluster_fit_dates")
    customers = dbt.ref("int_behaviour_features")
    feature_rules = dbt.ref("stg_policy__cluster_features")
    numbers = dbt.ref("stg_policy__parameters")
    refresh = dbt.ref("stg_control__refresh")

    from dagster_project.prediction.cluster_tables import fit_due_dates, fit_schema

    due = [day for (day,) in dates.filter("is_due").project("fit_date").fetchall()]
    if not due:
        return fit_schema().empty_table()

    # the dates that stand, as the refresh before left them: the table is built from this one
    kept = "intermediate.int_behaviour_cluster_fits"
    there = f"from duckdb_tables() where concat(schema_name, '.', table_name) = '{kept}'"
    standing = dates.filter("not is_due").project("fit_date").fetchall()

    def rows(relation):
        return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]

    before = rows(session.query(f"from {kept}")) if session.query(there).fetchall() else []
    return fit_due_dates(
        due=due,
        customers=customers.filter("is_sampled").df(),
        feature_rules=rows(feature_rules),
        numbers=rows(numbers.filter("name like 'cluster_%'")),
        kept=[row for row in before if (row["fit_date"],) in standing],
        policy_version=rows(refresh)[0]["policy_version"],
    )
