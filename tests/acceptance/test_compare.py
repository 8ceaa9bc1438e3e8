"""The comparison of two published files: a comparison that cannot see a difference would make every repeat look identical.

Belongs here: compare.py on small files made by hand. Not here: files of a real run.
"""

from pathlib import Path

import duckdb
import pytest
from compare import describe_difference, published_content

ROWS = "(values ('a', 1.50::decimal(18, 2), null), ('b', 2.25, 'x'), ('b', 2.25, 'x')) as t (customer_id, amount, note)"


def write(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create table segments as select * from {ROWS}")
        connection.execute(
            "create table publication as select 'id-1' as publication_id, now() as published_at, 'c' as checksums, 3 as n"
        )
        for statement in statements:
            connection.execute(statement)
    return path


def test_row_order_and_the_time_of_writing_make_no_difference(tmp_path: Path) -> None:
    """Both differ between any two runs and say nothing about the content."""
    first = write(tmp_path / "first.duckdb")
    second = write(
        tmp_path / "second.duckdb",
        "create or replace table segments as select * from segments order by customer_id desc",
        "update publication set publication_id = 'id-2', published_at = timestamptz '2001-01-01 00:00:00+00', checksums = 'd'",
    )
    assert published_content(first) == published_content(second)
    assert describe_difference(first, second) == ""
    assert {table: content.rows for table, content in published_content(first).items()} == {"publication": 1, "segments": 3}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("update segments set amount = 1.51 where customer_id = 'a'", "1.51"),
        ("update segments set note = '' where customer_id = 'a'", '"a","1.50",""'),
        ("update segments set note = 'null' where customer_id = 'a'", '"a","1.50","null"'),
        ("insert into segments values ('b', 2.25, 'x')", "segments: 1 rows only in"),
        ("alter table segments alter amount type decimal(18, 3)", "columns differ"),
        ("alter table segments rename note to remark", "columns differ"),
        ("update publication set n = 4", '"4"'),
        ("create table more as select 1 as n", "more: only in"),
        ("drop table segments", "segments: only in"),
    ],
)
def test_every_kind_of_change_is_seen_and_told(tmp_path: Path, change: str, told: str) -> None:
    """A value, a NULL that became text, a row repeated, a type, a name, a table: each would pass some looser comparison."""
    first, second = write(tmp_path / "first.duckdb"), write(tmp_path / "second.duckdb", change)
    assert published_content(first) != published_content(second)
    assert told in describe_difference(first, second)
