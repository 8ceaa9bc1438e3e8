"""Taking a customer's id out of Dagster's own history, where somebody typed it into a run's config.

Belongs here: that one run's record. The command line gives a hash, so that nothing has to be taken back.
"""

import sqlite3
from contextlib import closing, suppress

import dagster as dg


def hide_customer(instance: dg.DagsterInstance, run_id: str, customer: str, hashed: str) -> None:
    """Put the hash in the id's place in the stored config of a run."""
    # not at the top: the code location must not pay for SQLAlchemy
    from dagster._core.storage.runs.schema import RunsTable
    from dagster._serdes import serialize_value
    from dagster_shared.record import copy

    run = instance.get_run_by_id(run_id)
    storage = instance.run_storage
    connect = getattr(storage, "connect", None)
    if run is None or connect is None:
        return
    hidden = copy(run, run_config=_replaced(run.run_config, customer, hashed))
    with connect() as connection:
        connection.execute(RunsTable.update().where(RunsTable.c.run_id == run_id).values(run_body=serialize_value(hidden)))
        path = connection.engine.url.database
    if path and connection.engine.dialect.name == "sqlite":
        # a row that is written over leaves its bytes in the file; a run that writes at this moment goes first
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(path)) as database:
            database.execute("vacuum")
            database.execute("pragma wal_checkpoint(truncate)")


def _replaced(value: object, customer: str, hashed: str) -> object:
    if isinstance(value, dict):
        return {key: _replaced(inner, customer, hashed) for key, inner in value.items()}
    return hashed if value == customer else value
