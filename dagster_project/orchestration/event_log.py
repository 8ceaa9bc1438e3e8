"""The instance's event log: Dagster's own SQLite storage, with less work for each of many events.

Belongs here: two differences. A run over a range of days records two events a day; each in a transaction of its own costs
11 ms, so that the 374 days of a first load cost more than loading them: a batch is one transaction. And Dagster makes an
engine for every access, which compiles every statement anew: one is kept for each database.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.events import ASSET_EVENTS
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool


class BatchedEventLogStorage(SqliteEventLogStorage):
    """Keeps its files in <DAGSTER_HOME>/history/runs, as Dagster does by default."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Nothing to configure: the place follows from DAGSTER_HOME."""
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "BatchedEventLogStorage":
        """Called by Dagster when it reads dagster.yaml."""
        return cls(base_dir=str(Path(os.environ["DAGSTER_HOME"]) / "history" / "runs"), inst_data=inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """A transaction on one database. Its engine stays with what it compiled, no connection does (NullPool)."""
        with self._db_lock:
            if shard not in self._engines:
                self._engines[shard] = create_engine(
                    self.conn_string_for_shard(shard), poolclass=NullPool, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
                )
            if shard not in self._initialized_dbs:
                self._initdb(self._engines[shard])
                self._initialized_dbs.add(shard)
            with self._engines[shard].begin() as connection:
                yield connection

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Asset events of one run in one transaction per database; all others as before."""
        batched = [event for event in events if event.is_dagster_event and event.dagster_event_type in ASSET_EVENTS]
        for event in events:
            if event not in batched:
                self.store_event(event)
        if not batched:
            return
        rows = [self._event_to_row(event) for event in batched]
        with self.run_connection(batched[0].run_id) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
        with self.index_transaction() as connection:
            inserted = [connection.execute(SqlEventLogStorageTable.insert().values(**row)) for row in rows]
            ids = [result.inserted_primary_key[0] for result in inserted if result.inserted_primary_key]
            self._store_asset_event_tags(connection, batched, ids)
            newest = {event.get_dagster_event().asset_key: (event, id_) for event, id_ in zip(batched, ids, strict=True)}
            for event, id_ in newest.values():
                self._store_asset_event(connection, event, id_)
