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


_MAPS = "valid_from,map_name,map_kind,is_in_use,default_segment\n2000-01-01,mine,ranges,true,{default}\n"
_RANGES = "valid_from,map_name,priority,segment,r_from,r_to,f_from,f_to,m_from,m_to\n"


def _own_map(folder: Path, ranges: str, default: str = "") -> None:
    (folder / "rfm_maps.csv").write_text(_MAPS.format(default=default))
    (folder / "rfm_range_maps.csv").write_text(_RANGES + ranges)


def test_a_map_with_a_gap_is_refused_and_the_codes_are_listed(tmp_path: Path, own: Path) -> None:
    """A customer without a segment is found on the day on which somebody happens to have that code."""
    _own_map(own, "2000-01-01,mine,1,good,2,5,1,5,1,5\n2000-01-01,mine,2,bad,1,1,1,5,2,5\n")
    with pytest.raises(PolicyError, match=r"map mine: no row names the codes 111, 121, 131, 141, 151, and"):
        load_policy(own, tmp_path / "lake")
    assert not list((tmp_path / "lake" / "policy").iterdir())


def test_a_name_that_no_code_reaches_is_refused(tmp_path: Path, own: Path) -> None:
    """The rows before it take all its codes: somebody waits for a segment that stays empty for ever."""
    _own_map(own, "2000-01-01,mine,1,all,1,5,1,5,1,5\n2000-01-01,mine,2,best,5,5,5,5,5,5\n")
    with pytest.raises(PolicyError, match="rows with a lower number take every code of best"):
        load_policy(own, tmp_path / "lake")


def test_a_map_that_names_a_default_may_have_gaps(tmp_path: Path, own: Path) -> None:
    """The two maps that the R package published have them."""
    _own_map(own, "2000-01-01,mine,1,good,2,5,1,5,1,5\n", default="others")
    assert load_policy(own, tmp_path / "lake")["rfm_range_maps"] == 1


def test_exactly_one_map_is_in_use(tmp_path: Path, own: Path) -> None:
    """Two would give every customer two segments."""
    maps = "2000-01-01,{},grid,true,\n"
    (own / "rfm_maps.csv").write_text(_MAPS.splitlines()[0] + "\n" + maps.format("grid") + maps.format("other"))
    with pytest.raises(PolicyError, match="2 maps are in use from 2000-01-01 on"):
        load_policy(own, tmp_path / "lake")


def test_the_shipped_presets_are_the_maps_of_the_r_package(tmp_path: Path) -> None:
    """Known of them: in 0.3.0 58 codes match more than one row and 10 none; in 0.2 three names are never reached."""
    load_policy(None, tmp_path / "lake")
    ranges = f"read_parquet('{tmp_path}/lake/policy/rfm_range_maps.parquet')"
    joined = duckdb.sql(f"""
        with scores as (select unnest([1, 2, 3, 4, 5]) as score),
        codes as (select r.score as r, f.score as f, m.score as m from scores as r, scores as f, scores as m)
        select maps.map_name, concat(r, f, m) as code, count(segment) as names, arg_min(segment, priority) as segment
        from (select distinct map_name from {ranges}) as maps cross join codes
        left join {ranges} as ranges
            on ranges.map_name = maps.map_name
            and r between r_from and r_to and f between f_from and f_to and m between m_from and m_to
        group by all
    """).fetchall()
    newer = [row for row in joined if row[0] == "r_rfm_0_3_0"]
    assert (sum(row[2] > 1 for row in newer), sum(row[2] == 0 for row in newer)) == (58, 10)
    older = {str(name) for (name,) in duckdb.sql(f"select segment from {ranges} where map_name = 'r_rfm_0_2'").fetchall()}
    assert len(older - {row[3] for row in joined if row[0] == "r_rfm_0_2"}) == 3
