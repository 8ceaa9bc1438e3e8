"""Which columns of its parents each column of a model is made of.

Belongs here: lineage read from compiled SQL with sqlglot, kept by the SQL's hash. Not here: running models. A model's lineage
is worked out again only when its SQL or the columns it reads change.
"""

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Lineage = dict[str, list[tuple[str, str]]]
_DIALECT = "duckdb"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Relation:
    """What a select may read: how compiled SQL writes it, and its columns with their types."""

    written: str
    columns: Mapping[str, str]


class LineageCache:
    """Lineage by content, in one file beside the parsed project, for every deployment; losing it only costs the work again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Lineage] = _read(path)
        self._used: dict[str, Lineage] = {}

    def lineage(self, sql: str, relations: Mapping[str, Relation]) -> Lineage:
        """{column: [(relation's name, its column)]} of a compiled select; relations: what it may read, by name."""
        read = {name: relation for name, relation in relations.items() if relation.written in sql}
        content = [sql, {name: [relation.written, dict(relation.columns)] for name, relation in read.items()}]
        key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        if key not in self._used:
            self._used[key] = self._known[key] if key in self._known else column_lineage(sql, read)
        return self._used[key]

    def save(self) -> None:
        """Write what is known now, in one step."""
        if self._used.keys() <= self._known.keys():
            return
        partial = self._path.with_suffix(f".{os.getpid()}.tmp")
        partial.write_text(json.dumps({**self._known, **self._used}))
        partial.replace(self._path)


def _read(path: Path) -> dict[str, Lineage]:
    try:
        known: dict[str, Lineage] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return known


def column_lineage(sql: str, relations: Mapping[str, Relation]) -> Lineage:
    """Lineage of one compiled select. A statement that sqlglot cannot follow has none: the UI then shows no lineage for it."""
    from sqlglot.errors import SqlglotError

    try:
        return _trace(sql, relations)
    except (SqlglotError, KeyError, ValueError) as error:
        _log.debug("No column lineage: %s", error)
        return {}


def _trace(sql: str, relations: Mapping[str, Relation]) -> Lineage:
    from sqlglot import exp, parse_one
    from sqlglot.lineage import lineage
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    # a relation goes by a plain name of its own here: external locations (read_parquet(...)) are no table names to sqlglot
    aliases = {f"relation_{number}": name for number, name in enumerate(sorted(relations))}
    for alias, name in aliases.items():
        sql = sql.replace(relations[name].written, alias)
    schema: dict[str, object] = {alias: dict(relations[name].columns) for alias, name in aliases.items()}
    query = qualify(parse_one(sql, dialect=_DIALECT), schema=schema, dialect=_DIALECT)
    if not isinstance(query, exp.Query):
        return {}
    scope = build_scope(query)
    found: Lineage = {}
    for column in query.named_selects:
        node = lineage(column, query, schema=schema, dialect=_DIALECT, scope=scope, trim_selects=False)
        leaves = (leaf for leaf in node.walk() if not leaf.downstream and isinstance(leaf.expression, exp.Table))
        origins = {(leaf.expression.name, leaf.name.rsplit(".", 1)[-1].strip('"')) for leaf in leaves}
        found[column] = sorted((aliases[table], origin) for table, origin in origins if table in aliases)
    return found
