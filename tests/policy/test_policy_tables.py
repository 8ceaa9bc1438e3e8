"""Policy tables: what is accepted, what is refused, and that a refused policy changes nothing."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.policy.tables import PolicyError, load_policy, policy_tables, policy_version


def _rows(lake: Path, table: str) -> list[tuple[object, ...]]:
    return duckdb.sql(f"from read_parquet('{lake}/policy/{table}.parquet') order by all").fetchall()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A deployment's own policy folder, empty."""
    folder = tmp_path / "policy"
    folder.mkdir()
    return folder


def test_the_shipped_tables_keep_their_contract(tmp_path: Path) -> None:
    """A fresh installation must be able to run without a rule of its own."""
    rows = load_policy(None, tmp_path / "lake")
    assert rows.keys() == policy_tables().keys()
    assert rows["rfm_segment_map"] == 25


def test_an_own_table_replaces_the_shipped_one_and_the_version(tmp_path: Path, own: Path) -> None:
    """A user's rules survive an upgrade: only the files in the own folder differ from what is shipped."""
    (own / "assumed_margins.csv").write_text("valid_from,source,gross_margin_share\n2020-01-01,shop,0.25\n")
    load_policy(own, tmp_path / "lake")
    assert [str(row[1]) for row in _rows(tmp_path / "lake", "assumed_margins")] == ["shop"]
    assert len(_rows(tmp_path / "lake", "rfm_segment_map")) == 25
    assert policy_version(own) != policy_version(None)


def test_the_version_does_not_depend_on_line_ends(own: Path) -> None:
    """A file that went through Windows is the same policy."""
    text = "valid_from,source,gross_margin_share\n2020-01-01,shop,0.25\n"
    (own / "assumed_margins.csv").write_bytes(text.encode())
    before = policy_version(own)
    (own / "assumed_margins.csv").write_bytes(text.replace("\n", "\r\n").encode())
    assert policy_version(own) == before


@pytest.mark.parametrize(
    ("table", "text", "expected"),
    [
        ("assumed_margins", "valid_from,source\n2020-01-01,shop\n", "line 1: the columns are valid_from, source"),
        (
            "assumed_margins",
            "valid_from,source,gross_margin_share\n2020-01-01,shop,high\n",
            "line 2, column gross_margin_share: '2020-01-01,shop,high'",
        ),
        (
            "assumed_margins",
            "valid_from,source,gross_margin_share\n2020-01-01,shop,1.5\n",
            "breaks the rule `gross_margin_share < 1`",
        ),
        ("assumed_margins", "valid_from,source,gross_margin_share\n2020-01-01,,0.5\n", "column source: 1 rows have no value"),
        (
            "assumed_margins",
            "valid_from,source,gross_margin_share\n2020-01-01,shop,0.5\n2020-01-01,shop,0.4\n",
            "more than one row for valid_from, source = 2020-01-01, shop",
        ),
        ("assumed_margins", "valid_from,source,gross_margin_share\n", "has no rows"),
        ("margins", "a\n1\n", "margins.csv is no policy table"),
    ],
)
def test_a_bad_table_is_refused_with_its_place_and_changes_nothing(
    tmp_path: Path, own: Path, table: str, text: str, expected: str
) -> None:
    """A typing error in one cell must not reach a customer's tier, nor leave half a policy behind."""
    lake = tmp_path / "lake"
    load_policy(None, lake)
    before = {path.name: path.read_bytes() for path in (lake / "policy").iterdir()}
    (own / f"{table}.csv").write_text(text)
    with pytest.raises(PolicyError, match="No policy was changed") as refusal:
        load_policy(own, lake)
    assert expected in str(refusal.value)
    assert f"{table}.csv" in str(refusal.value)
    assert {path.name: path.read_bytes() for path in (lake / "policy").iterdir()} == before
