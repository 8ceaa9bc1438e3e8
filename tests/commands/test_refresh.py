"""The main job, whole: what it publishes, records and says, and what it does when something is wrong."""

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from conftest import Refreshed
from published_contract import what_is_empty, what_is_told_to_be_unknown

from dagster_project.commands.refresh import run_backfill, run_refresh
from dagster_project.commands.summary import summarize
from dagster_project.definitions import build_definitions
from dagster_project.orchestration.days import DayRange, newest_day, pending_days
from dagster_project.settings import Settings
from dagster_project.transformation.complete_days import newest_complete_day, refuse_days_that_cannot_be_computed
from dagster_project.transformation.control import AsOfBackfill, build_control_assets


def _published(settings: Settings) -> bytes:
    return (settings.published / "customer_segments.duckdb").read_bytes()


def test_the_demo_goes_from_landing_to_a_published_file(refreshed: Refreshed) -> None:
    """What a newcomer does first must end in tables that a BI tool opens."""
    assert refreshed.outcome.success, refreshed.outcome.problems
    with duckdb.connect(str(refreshed.settings.published / "customer_segments.duckdb"), read_only=True) as reader:
        segments = {row[0] for row in reader.execute("select distinct rfm_segment from customer_segments").fetchall()}
        assert {"champions", "lost", "new", None} <= segments
        assert reader.execute("select as_of_date from publication").fetchall() == [(date(2026, 9, 30),)]
        assert reader.execute(
            "select sum(abs(lines_difference)), sum(abs(amount_difference)) from sales_reconciliation"
        ).fetchall() == [(0, 0)]


def test_the_summary_says_what_a_person_wants_to_know_and_names_nobody(refreshed: Refreshed) -> None:
    """The closing text stands in terminals and logs: totals, no customer."""
    text = summarize(refreshed.settings, refreshed.outcome)
    for word in ("As of Wednesday, 30 September 2026", "champions", "ABC by profit", "5 quarantined", "transformation"):
        assert word in text
    assert str(refreshed.settings.published / "customer_segments.duckdb") in text
    with duckdb.connect(str(refreshed.settings.published / "customer_segments.duckdb"), read_only=True) as reader:
        ids = [row[0] for row in reader.execute("select source_customer_id from customer_segments").fetchall()]
    assert not [one for one in ids if one in text]


def test_every_asset_says_what_it_is_and_what_it_holds(refreshed: Refreshed, instance: dg.DagsterInstance) -> None:
    """Description, kind, owner, group, columns and rows: the UI is where a data engineer learns the product."""
    definitions = build_definitions(refreshed.settings)
    incomplete: dict[str, list[str]] = {}
    for spec in definitions.resolve_all_asset_specs():
        event = instance.get_latest_materialization_event(spec.key)
        materialization = event.asset_materialization if event else None
        recorded = dict(materialization.metadata) if materialization else {}
        found = {
            "description": spec.description,
            "kinds": spec.kinds,
            "owners": spec.owners,
            "group": spec.group_name not in (None, "default"),
            "columns": {**spec.metadata, **recorded}.get("dagster/column_schema"),
            "rows": recorded.get("dagster/row_count"),
        }
        missing = [name for name, value in found.items() if value is None or value in (False, "", [], set())]
        if missing:
            incomplete[spec.key.to_user_string()] = missing
    assert incomplete == {}
    graph = definitions.resolve_asset_graph()
    # dbt's own tests say it in their names
    undescribed = {key.name for key in graph.asset_check_keys if not graph.get_check_spec(key).description}
    assert not {name for name in undescribed if not name.startswith(("accepted_values_", "relationships_"))}


def test_column_lineage_leads_from_a_published_column_to_its_origin(instance: dg.DagsterInstance) -> None:
    """Somebody doubts a number: the UI shows the columns that it is made of."""
    event = instance.get_latest_materialization_event(dg.AssetKey(["published", "customer_segments"]))
    assert event is not None
    assert event.asset_materialization is not None
    lineage = event.asset_materialization.metadata["dagster/column_lineage"].value
    assert isinstance(lineage, dg.TableColumnLineage)
    origins = {(dep.asset_key.to_user_string(), dep.column_name) for dep in lineage.deps_by_column["net_contribution"]}
    assert ("marts/customer_profitability", "net_contribution") in origins


def test_personal_data_and_raw_values_stay_out_of_the_event_log(refreshed: Refreshed, instance: dg.DagsterInstance) -> None:
    """The event log is kept for long and read by many."""
    with duckdb.connect(str(refreshed.settings.published / "customer_segments.duckdb"), read_only=True) as reader:
        ids = {row[0] for row in reader.execute("select source_customer_id from customer_segments").fetchall()}
    log = " ".join(str(entry) for entry in instance.all_logs(refreshed.outcome.run_id))
    assert not [one for one in ids if one in log]


def test_a_failed_blocking_check_publishes_nothing_and_a_held_back_delivery_does_not_hold_back_the_rest(
    deployment: Settings, tmp_path: Path
) -> None:
    """A rule that leaves a cell of the map without a name: the tests find it, yesterday's file stays."""
    before = _published(deployment)
    shipped = Path(build_definitions.__code__.co_filename).with_name("policy") / "tables" / "rfm_segment_map.csv"
    own = tmp_path / "policy"
    own.mkdir()
    lines = shipped.read_text().splitlines(keepends=True)
    (own / shipped.name).write_text("".join(line for line in lines if ",5,5," not in line))
    outcome = run_refresh(deployment.model_copy(update={"policy_dir": own}))
    assert not outcome.success
    assert list(outcome.problems) == ["transformation"]
    assert "assert_rfm_map_is_total_and_every_name_reachable" in outcome.problems["transformation"]
    assert _published(deployment) == before
    assert "FAILED" in summarize(deployment, outcome)

    # publishing alone, by click, is refused as well: the warehouse remembers which tests did not pass
    definitions = build_definitions(deployment)
    job = definitions.resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(asset_selection=[dg.AssetKey(["publication", "customer_segments"])], raise_on_error=False)
    assert not result.success
    assert _published(deployment) == before

    # mended; and one broken file does not cost the morning: the old delivery stands, the check says what to do
    (deployment.landing / "demo" / "orders" / "2026-09-30.csv").write_text("order_id\n")
    mended = run_refresh(deployment, DayRange(date(2026, 9, 30), date(2026, 9, 30)))
    assert mended.success
    assert any("deliveries_accepted" in check and "2026-09-30" in check for check in mended.failed_checks)
    assert _published(deployment) != before


def test_after_an_outage_one_run_takes_all_the_days_that_wait(deployment: Settings) -> None:
    """The schedule asks landing, not the calendar: three days without a machine are one run, not three."""
    assert pending_days(deployment) is None
    assert newest_day(deployment) == DayRange(date(2026, 9, 30), date(2026, 9, 30))
    for day in ("2026-09-10", "2026-09-25"):
        path = deployment.landing / "demo" / "orders" / f"{day}.csv"
        path.write_text(path.read_text().replace("GBP", "EUR"))
    (deployment.landing / "demo" / "order_lines" / "2026-09-28.csv.withdrawn").touch()
    assert pending_days(deployment) == DayRange(date(2026, 9, 10), date(2026, 9, 28))


def test_the_schedule_starts_one_run_at_six_in_the_business_zone(deployment: Settings) -> None:
    """Summer time or not, the dashboard is ready at seven."""
    definitions = build_definitions(deployment)
    schedule = definitions.resolve_schedule_def("every_morning")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 * * *", "Europe/London")
    context = dg.build_schedule_context(
        instance=dg.DagsterInstance.ephemeral(), scheduled_execution_time=datetime(2026, 10, 1, 6, tzinfo=UTC)
    )
    assert schedule.evaluate_tick(context).run_requests


def test_one_job_holds_deliveries_models_and_publication(deployment: Settings) -> None:
    """Anything left out of the job would go stale without a word."""
    definitions = build_definitions(deployment)
    job = definitions.resolve_job_def("daily_refresh")
    assert job.asset_layer.executable_asset_keys == {spec.key for spec in definitions.resolve_all_asset_specs()}


@pytest.mark.long
def test_a_backfill_keeps_past_dates_beside_what_is_published(deployment: Settings) -> None:
    """Somebody asks how it stood on a day last spring; the morning's figures stay where they are."""
    outcome = run_backfill(deployment, AsOfBackfill(dates=["2026-04-15"]))
    assert outcome.success, outcome.problems
    with duckdb.connect(str(deployment.warehouse), read_only=True) as connection:
        kept = connection.execute("select distinct as_of_date from marts.customer_segments_as_of where date_role = 'backfill'")
        assert kept.fetchall() == [(date(2026, 4, 15),)]
    with duckdb.connect(str(deployment.published / "customer_segments.duckdb"), read_only=True) as reader:
        assert reader.execute("select as_of_date from publication").fetchall() == [(date(2026, 9, 30),)]


def test_a_backfill_of_a_day_that_is_not_complete_is_refused(deployment: Settings) -> None:
    """A date that is passed over in silence looks computed; the message names the newest one that can be."""
    with duckdb.connect(str(deployment.warehouse), read_only=True) as connection:
        newest = connection.execute("select complete_day from intermediate.int_newest_complete_day").fetchone()
    assert newest == (newest_complete_day(deployment.lake),) == (date(2026, 9, 30),)
    with pytest.raises(ValueError, match=r"2026-10-01: not every .* newest day that can be computed is 2026-09-30"):
        run_backfill(deployment, AsOfBackfill(dates=["2026-08-31", "2026-10-01"]))
    config = {"ops": {"refresh_control": {"config": {"dates": ["2026-12-31"]}}}}
    result = dg.materialize(build_control_assets(deployment), run_config=config, raise_on_error=False)
    assert not result.success
    assert "2026-12-31: not every" in str(result.failure_data_for_node("refresh_control"))
    assert newest_complete_day(deployment.lake / "nowhere") is None
    with pytest.raises(ValueError, match="No day can be computed"):
        refuse_days_that_cannot_be_computed([date(2026, 9, 30)], None, None)


def test_a_backfill_of_a_day_before_the_first_order_is_refused(deployment: Settings) -> None:
    """A date without a row looks like one on which there was nobody."""
    with pytest.raises(
        ValueError, match=r"2023-12-31, 2024-01-31: nobody had ordered .* first day that can be computed is 2024-10"
    ):
        run_backfill(deployment, AsOfBackfill(dates=["2026-08-31", "2023-12-31", "2024-01-31"]))


def test_the_demo_fills_every_column_that_is_published(refreshed: Refreshed) -> None:
    """Only what needs an earlier publication, or a decision of somebody, is empty after the first refresh."""
    with duckdb.connect(str(refreshed.settings.published / "customer_segments.duckdb"), read_only=True) as reader:
        overrides = {f"customer_profile.override_{column}" for column in ("reason", "owner_role", "expires_on")}
        assert what_is_empty(reader) == {"customer_changes", "restatement_journal"} | overrides
        assert what_is_told_to_be_unknown(reader) == {}
        assert reader.execute("select count(*) from feed_coverage where coverage = 'missing'").fetchone() == (0,)
