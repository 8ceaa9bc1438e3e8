"""What the README claims is so: its commands exist, its settings are the settings, its queries run."""

import re
from pathlib import Path

import duckdb
import pytest
from conftest import Refreshed

from dagster_project.settings import Settings


@pytest.fixture(scope="module")
def readme(project_root: Path) -> str:
    """The README's text."""
    return (project_root / "README.md").read_text()


def _tables(text: str, header: str) -> list[list[str]]:
    rows = text.split(header, 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]


def test_every_make_command_in_the_readme_exists(readme: str, project_root: Path) -> None:
    """The first thing that a newcomer types must work."""
    targets = set(re.findall(r"^([a-z-]+):.*## ", (project_root / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^|\w )make ([a-z-]+)(?:`| +#|$)", readme, flags=re.MULTILINE))
    assert {"run", "test", "dev"} <= named <= targets


def test_the_settings_table_is_the_settings(readme: str) -> None:
    """A variable that is missing there is one that nobody finds."""
    rows = {row[0]: row[1] for row in _tables(readme, "| variable | default | meaning |")}
    fields = {f"SEGMENTATION_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    assert rows.keys() == fields.keys()
    for name, default in fields.items():
        if default is not None and default != ():
            assert rows[name] == (",".join(default) if isinstance(default, tuple) else str(default))


def test_the_published_tables_are_those_of_the_readme(readme: str, refreshed: Refreshed) -> None:
    """Both directions: nothing promised that is not there, nothing there that is not told."""
    told = {row[0] for row in _tables(readme, "| table | one row per |")}
    with duckdb.connect(str(refreshed.settings.published / "customer_segments.duckdb"), read_only=True) as reader:
        there = {row[0] for row in reader.execute("select table_name from duckdb_tables()").fetchall()}
    assert told == there


def test_the_queries_run_on_the_demo_and_find_something(readme: str, refreshed: Refreshed) -> None:
    """Copied into a BI tool, they must answer."""
    queries = re.findall(r"```sql\n(.*?)```", readme, flags=re.DOTALL)
    assert queries
    with duckdb.connect(str(refreshed.settings.published / "customer_segments.duckdb"), read_only=True) as reader:
        for query in queries:
            assert reader.execute(query).fetchall(), query


def test_every_picture_and_file_that_the_readme_names_is_there(readme: str, project_root: Path) -> None:
    """A broken picture is the first thing that a visitor sees."""
    named = re.findall(r"\]\(([^)#:]+)\)", readme)
    named += re.findall(r"`((?:dagster_project|dbt_project)[\w/.]*)`", readme)
    missing = [path for path in named if not (project_root / path).exists()]
    assert missing == []
