"""The business writes its own rules: what follows them, and what does not.

Belongs here: other policy tables over the refreshed demo. Not here: what a table must keep to be accepted (tests/policy).
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from dagster_project.commands.refresh import run_refresh
from dagster_project.policy.tables import load_policy
from dagster_project.settings import Settings
from dagster_project.transformation.assets import dbt_target
from dagster_project.transformation.control import write_refresh_control
from dagster_project.transformation.invocation import NodeResult, build

_SHIPPED = Path(__file__).resolve().parents[2] / "dagster_project" / "policy" / "tables"
_MAPS = ["valid_from,map_name,map_kind,is_in_use,default_segment", "2000-01-01,grid,grid,false,"]
_MEASURES = "valid_from,measure,method,basis,base_date"


def _with_rules(settings: Settings, folder: Path, tables: dict[str, Sequence[str]]) -> Settings:
    folder.mkdir(exist_ok=True)
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return settings.model_copy(update={"policy_dir": folder})


def _build(settings: Settings, *selection: str) -> dict[str, NodeResult]:
    """Only the models that are asked for, by the rules of the settings; nothing may fail."""
    load_policy(settings.policy_dir, settings.lake)
    write_refresh_control(settings)
    results = build(dbt_target(settings), ["--exclude-resource-type", "unit_test", "--select", *selection])
    assert [result.name for result in results if result.has_failed] == []
    return {result.name: result for result in results}


def _query(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(settings.warehouse), read_only=True, config={"file_search_path": str(settings.lake)}) as connection:
        return connection.execute(query).fetchall()


_NEWEST = "(select as_of_date from intermediate.int_as_of_dates where is_newest)"


@pytest.mark.parametrize(
    ("measures", "map_name"),
    [
        (
            ("recency,frozen,last_order,2026-06-30", "frequency,fixed,days,", "monetary,r_rfm,revenue,"),
            "r_rfm_0_3_0",
        ),
        pytest.param(
            ("recency,r_rfm,last_order,", "frequency,quantile,orders,", "monetary,frozen,margin,2026-03-31"),
            "r_rfm_0_2",
            marks=pytest.mark.long,
        ),
    ],
)
def test_every_method_and_preset_scores_all_customers(
    deployment: Settings, tmp_path: Path, measures: Sequence[str], map_name: str
) -> None:
    """The cut points of each method, computed here by the engine's own quantiles; each customer has one segment of the map."""
    presets = [f"2000-01-01,{name},ranges,{name == map_name},others" for name in ("r_rfm_0_3_0", "r_rfm_0_2")]
    rows = [f"2000-01-01,{measure}" for measure in measures]
    tables = {"rfm_measures": [_MEASURES, *rows], "rfm_maps": [*_MAPS, *presets]}
    settings = _with_rules(deployment, tmp_path / "rules", tables)
    _build(settings, "int_as_of_dates+,+customer_rfm", "customer_rfm")
    columns = {"recency": "recency_days", "frequency": "frequency", "monetary": "monetary"}
    for measure, method, _, base in (row.split(",") for row in measures):
        cuts = _query(
            settings,
            f"select cut_value from marts.rfm_cut_points where measure = '{measure}' and as_of_date = {_NEWEST}"
            " order by cut_number",
        )
        if method == "fixed":
            with (_SHIPPED / "rfm_fixed_points.csv").open(encoding="utf-8") as file:
                expected = [float(row["cut_value"]) for row in csv.DictReader(file) if row["measure"] == measure]
        else:
            day = f"date '{base}'" if base else _NEWEST
            more = 1 if method == "r_rfm" else 0
            (answer,) = _query(
                settings,
                f"select quantile_cont(cast({columns[measure]} as double), [0.2, 0.4, 0.6, 0.8])"
                f" from marts.customer_rfm_values where as_of_date = {day}",
            )
            assert isinstance(answer[0], list)
            expected = [value + more for value in answer[0]]
        assert [cut for (cut,) in cuts] == pytest.approx(expected), measure
    with (_SHIPPED / "rfm_range_maps.csv").open(encoding="utf-8") as file:
        names = {row["segment"] for row in csv.DictReader(file) if row["map_name"] == map_name} | {"others"}
    segments = _query(
        settings, f"select rfm_segment, count(*) from marts.customer_rfm where as_of_date = {_NEWEST} group by all"
    )
    assert {segment for segment, _ in segments} <= names
    assert len(segments) > 4
    scored = _query(
        settings, f"select count(*) from intermediate.int_customers_as_of where is_scored and as_of_date = {_NEWEST}"
    )
    assert scored == [(sum(int(str(count)) for _, count in segments),)]


def test_an_override_that_has_expired_is_not_used_and_is_reported(deployment: Settings, tmp_path: Path) -> None:
    """Nobody remembers why a customer was called strategic three years ago."""
    classes = f"select relationship_class, customer_key from marts.customer_relationship where as_of_date = {_NEWEST}"
    names = "join intermediate.int_customers using (customer_key)"
    customers = _query(
        deployment,
        f"select source || ':' || source_customer_id from ({classes}) {names} where relationship_class = 'transactional'"
        " order by 1 limit 2",
    )
    (running, expired) = (str(customer) for (customer,) in customers)
    header = "valid_from,customer_id,relationship_class,reason,owner_role,expires_on"
    rules = [
        header,
        f"2026-01-01,{running},strategic,pilot of a new range,head of sales,2026-09-30",
        f"2026-01-01,{expired},strategic,pilot of a new range,head of sales,2026-09-29",
    ]
    settings = _with_rules(deployment, tmp_path / "rules", {"relationship_overrides": rules})
    check = "assert_overrides_that_have_expired_are_renewed_or_removed"
    results = _build(settings, "customer_relationship", check)
    assert results[check].status == "warn"
    assert results[check].failures == 1
    found = _query(
        settings,
        f"select source || ':' || source_customer_id, relationship_class from ({classes}) {names}"
        f" where source || ':' || source_customer_id in ('{running}', '{expired}')",
    )
    assert set(found) == {(running, "strategic"), (expired, "transactional")}


@pytest.mark.long
@pytest.mark.timeout(600)
def test_another_limit_changes_what_depends_on_it_and_nothing_else(deployment: Settings, tmp_path: Path) -> None:
    """Class A ends at 70 % instead of 80 %: the classes move, and tiers and reasons with them; scores and money stay."""
    shipped = (_SHIPPED / "abc_classes.csv").read_text(encoding="utf-8")
    assert "0.80" in shipped
    settings = _with_rules(deployment, tmp_path / "rules", {"abc_classes": shipped.replace("0.80", "0.70").splitlines()})
    live = settings.published / "customer_segments.duckdb"
    before = tmp_path / "before.duckdb"
    before.write_bytes(live.read_bytes())
    outcome = run_refresh(settings)
    assert outcome.success, outcome.problems
    with duckdb.connect() as connection:
        connection.execute(f"attach '{before}' as before (read_only)")
        connection.execute(f"attach '{live}' as after (read_only)")
        columns = [name for (name, *_) in connection.execute("describe before.main.customer_segments").fetchall()]
        differing = ", ".join(f"count(*) filter (a.{column} is distinct from b.{column})" for column in columns)
        counts = connection.execute(
            f"select {differing} from before.main.customer_segments as a"
            " join after.main.customer_segments as b using (customer_id)"
        ).fetchone()
        assert counts is not None
        changed = {column for column, count in zip(columns, counts, strict=True) if count}
        assert {"abc_revenue", "abc_profit"} <= changed <= {"abc_revenue", "abc_profit", "service_tier", "segment_reason"}
        versions = connection.execute(
            "select a.policy_version, b.policy_version from before.main.publication as a, after.main.publication as b"
        ).fetchone()
        assert versions is not None
        assert versions[0] != versions[1]
        causes = connection.execute("select distinct cause, dimension from after.main.restatement_journal").fetchall()
        assert {cause for cause, _ in causes} == {"policy"}
        assert {"abc_revenue", "abc_profit"} <= {dimension for _, dimension in causes}
        assert {dimension for _, dimension in causes} <= {"abc_revenue", "abc_profit", "service_tier"}
