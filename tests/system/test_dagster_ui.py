"""The Dagster UI as a person uses it: looks at the graph, clicks, waits, reads; facts are asked for over GraphQL.

Belongs here: what is seen and clicked in the UI of a fresh demo deployment. The tests stand in the order of a first day; each
also runs alone, since the fixture `refreshed` brings the deployment to where it needs it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dev_process import DevProcess, eventually
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.system

BUSINESS_ZONE = ZoneInfo("Europe/London")
# Limits, not pauses: a run takes 20 s on a quiet machine, a backfill of everything a minute or two, a busy machine thrice that.
RUN_SECONDS = 300
DAY = "2026-09-15"
FIRST_DAY, LAST_DAY = "2026-09-10", "2026-09-12"
# The way of the stream. Groups side by side have no order among each other.
LEFT_TO_RIGHT = [
    ("ingestion", "staging"),
    ("policy", "staging"),
    ("staging", "intermediate"),
    ("intermediate", "core"),
    ("intermediate", "segmentation"),
    ("core", "published"),
    ("segmentation", "published"),
    ("cost_to_serve", "published"),
    ("monitoring", "published"),
    ("published", "publication"),
]
ONE_ASSET_OF_EACH_ROOM = [
    "demo/orders",
    "policy/rfm_segment_map",
    "control/refresh",
    "staging/stg_demo__orders",
    "intermediate/int_customers_as_of",
    "marts/fct_order_lines",
    "marts/customer_activity_costs",
    "marts/customer_rfm",
    "marts/source_reconciliation",
    "published/customer_segments",
    "publication/customer_segments",
]
FINAL = {"SUCCESS", "FAILURE", "CANCELED"}

RUNS = """query Runs($filter: RunsFilter) { runsOrError(filter: $filter) { ... on Runs { results {
    runId status jobName tags { key value } assetSelection { path } stepKeysToExecute } } } }"""
FAILURES = """query Failures($run: ID!) { logsForRun(runId: $run) { ... on EventConnection { events {
    ... on ExecutionStepFailureEvent { stepKey error { message cause { message } } failureMetadata { description } } } } } }"""
NODES = """{ assetNodes {
    assetKey { path } groupName description kinds isMaterializable isPartitioned
    owners { ... on TeamAssetOwner { team } ... on UserAssetOwner { email } }
    metadataEntries { label ... on TableSchemaMetadataEntry { schema { columns { name description } } } }
    assetMaterializations(limit: 20) { partition runId metadataEntries { label
        ... on IntMetadataEntry { intValue }
        ... on TableSchemaMetadataEntry { schema { columns { name description } } }
        ... on TableColumnLineageMetadataEntry { lineage { columnName columnDeps { columnName assetKey { path } } } } } }
    assetChecksOrError { ... on AssetChecks { checks { name executionForLatestMaterialization {
        status evaluation { success severity description } } } } }
    } }"""


@pytest.fixture(scope="module")
def refreshed(dev: DevProcess, visitor: BrowserContext, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Id of the backfill that a person starts on a fresh deployment with `Materialize all`, all delivery days chosen; ended."""
    tab = visitor.new_page()
    try:
        open_graph(dev, tab)
        tab.get_by_role("button", name="Materialize all").click()
        dialog = tab.get_by_role("dialog")
        # the dialog begins with the days of the last 90, counted from today
        dialog.get_by_text("Show all partitions").click()
        dialog.get_by_role("button", name="All", exact=True).click()
        dialog.get_by_role("button", name="Launch backfill").click()
        expect(tab.get_by_text("Created backfill")).to_be_visible()
    except BaseException:
        tab.screenshot(path=tmp_path_factory.mktemp("materialize_all") / "failure.png")
        raise
    finally:
        tab.close()
    backfill = eventually("the backfill to be there", lambda: newest_backfill(dev), 30)
    eventually("the backfill to end", lambda: newest_backfill(dev)["status"] not in {"REQUESTED", "CANCELING"}, RUN_SECONDS)
    return str(backfill["id"])


def test_the_graph_shows_every_group_from_left_to_right_and_nothing_in_the_way(dev: DevProcess, page: Page) -> None:
    """The first thing a person sees must read in the direction of the stream, with no banner and no dialog before it."""
    open_graph(dev, page)
    groups = {node["groupName"] for node in nodes(dev).values()}
    boxes = {group: graph_node(page, group).bounding_box() for group in groups}
    assert all(boxes.values()), f"without a place in the graph: {[group for group, box in boxes.items() if not box]}"
    left = {group: box["x"] for group, box in boxes.items() if box}
    backwards = [(before, after) for before, after in LEFT_TO_RIGHT if left[before] >= left[after]]
    assert not backwards, f"not from left to right: {backwards}"
    assert "default" not in groups, "assets of no group"
    expect(page.get_by_role("dialog")).to_have_count(0)
    for nuisance in ("newsletter", "telemetry", "error", "failed to load"):
        assert page.get_by_text(nuisance).count() == 0, f"the page says {nuisance!r}"


def test_assets_of_sources_that_are_off_are_not_in_the_graph(dev: DevProcess) -> None:
    """The demo stands alone; a stub of another source would never be green."""
    strangers = [key for key, node in nodes(dev).items() if "online_retail" in key or not node["isMaterializable"]]
    assert not strangers, f"nobody can materialize these here: {strangers}"


def test_it_listens_on_this_machine_only(dev: DevProcess) -> None:
    """The UI can run code and shows customers; nobody else on the network may reach it."""
    assert dev.listening_addresses() == {"127.0.0.1"}


def test_materializing_everything_by_click_succeeds(dev: DevProcess, refreshed: str) -> None:
    """The first click of a new user, on a deployment in which nothing was ever built."""
    runs = runs_of(dev, {"tags": [{"key": "dagster/backfill", "value": refreshed}]})
    failed = [line for run in runs if run["status"] != "SUCCESS" for line in failures(dev, run["runId"])]
    assert not failed, "\n".join(failed)
    assert newest_backfill(dev)["status"] == "COMPLETED_SUCCESS"
    never_built = [key for key, node in nodes(dev).items() if not node["assetMaterializations"]]
    assert not never_built, never_built


def test_no_check_fails_and_every_check_has_a_result(dev: DevProcess, refreshed: str) -> None:
    """Green must mean checked. The demo's five broken lines may warn: a warning says look, an error says stop."""
    checks = {
        f"{key}: {check['name']}": check["executionForLatestMaterialization"]
        for key, node in nodes(dev).items()
        for check in checks_of(node)
    }
    without_result = [name for name, execution in checks.items() if not execution or not execution["evaluation"]]
    assert not without_result, f"no result: {without_result}"
    failed = [
        f"{name}: {execution['evaluation']['description']}"
        for name, execution in checks.items()
        if not execution["evaluation"]["success"] and execution["evaluation"]["severity"] == "ERROR"
    ]
    assert not failed, failed
    assert len(checks) > 30, "far fewer checks than the models have tests"


def test_every_asset_says_what_it_is_whose_and_how_large(dev: DevProcess, refreshed: str) -> None:
    """A person who opens any asset learns the same things about it; a new asset that lacks one is found here."""
    lacking = {key: lacks for key, node in nodes(dev).items() if (lacks := list(what_is_missing(node)))}
    assert not lacking, "\n".join(f"{key} lacks {', '.join(lacks)}" for key, lacks in lacking.items())


@pytest.mark.parametrize("key", ONE_ASSET_OF_EACH_ROOM)
def test_an_assets_page_shows_what_it_is(dev: DevProcess, refreshed: str, page: Page, key: str) -> None:
    """What GraphQL knows must also be what a person finds on the page."""
    node = nodes(dev)[key]
    page.goto(f"{dev.url}/assets/{key}")
    expect(page.get_by_text("Latest materialization")).to_be_visible()
    body = page.locator("body")
    expect(body).to_contain_text(first_words(node["description"]))
    expect(body).to_contain_text(f"{row_count(node):,}")
    expect(body).to_contain_text(node["owners"][0]["team"])
    for word in ("Owners", "Kinds", "Columns", node["groupName"], columns(node)[0]["name"]):
        expect(body).to_contain_text(word)


def test_the_published_columns_can_be_followed_upstream(dev: DevProcess, refreshed: str) -> None:
    """Somebody who doubts a figure asks where it comes from, column by column.

    The open-source UI keeps column lineage as metadata and draws none of it, so it is asked for over GraphQL.
    """
    everything = nodes(dev)
    node = everything["published/customer_segments"]
    lineage = {column["columnName"]: column["columnDeps"] for column in entry(node, "dagster/column_lineage")["lineage"]}
    without = {column["name"] for column in columns(node)} - lineage.keys()
    assert not without, f"columns that come from nowhere: {without}"
    assert lineage["rfm_segment"] == [{"columnName": "rfm_segment", "assetKey": {"path": ["marts", "customer_rfm"]}}]
    for origins in lineage.values():
        for origin in origins:
            parent = everything["/".join(origin["assetKey"]["path"])]
            assert origin["columnName"] in {column["name"] for column in columns(parent)}


def test_the_checks_of_the_published_table_are_green_on_its_page(dev: DevProcess, refreshed: str, page: Page) -> None:
    """Who is asked whether the figures may be used looks here."""
    page.goto(f"{dev.url}/assets/published/customer_segments?view=checks")
    expect(page.get_by_text("Passed").first).to_be_visible()
    expect(page.get_by_text("Succeeded")).to_have_count(len(checks_of(nodes(dev)["published/customer_segments"])))


def test_one_asset_alone_is_materialized_by_click(dev: DevProcess, refreshed: str, page: Page) -> None:
    """Whoever mends one table wants to build that table, not everything."""
    page.goto(f"{dev.url}/assets/published/segment_summary")
    run = run_started_by(dev, lambda: page.get_by_role("button", name="Materialize").first.click())
    assert selected_assets(run) == ["published/segment_summary"]
    expect(page.get_by_text("Latest materialization")).to_be_visible()


@pytest.mark.long
def test_one_delivery_day_is_refreshed_in_one_run_by_click(dev: DevProcess, refreshed: str, page: Page) -> None:
    """A delivery that came late or was corrected: that day in, everything after it computed and published again."""
    page.goto(f"{dev.url}/locations/segmentation/jobs/daily_refresh")
    page.get_by_role("button", name="Materialize all").click()
    choose_partitions(page, DAY)
    run = run_started_by(dev, lambda: page.get_by_role("dialog").get_by_role("button", name="Launch 1 run").click())
    assert tags(run)["dagster/partition"] == DAY
    published = nodes(dev)["publication/customer_segments"]["assetMaterializations"][0]
    assert published["runId"] == run["runId"], "the day was loaded, but nothing was published from it"


def test_a_range_of_delivery_days_is_one_run(dev: DevProcess, refreshed: str, page: Page) -> None:
    """A year of days as a year of runs would take hours; the feeds load any range in one."""
    page.goto(f"{dev.url}/assets/demo/orders")
    page.get_by_role("button", name="Materialize").first.click()
    choose_partitions(page, f"[{FIRST_DAY}...{LAST_DAY}]")
    run = run_started_by(dev, lambda: page.get_by_role("dialog").get_by_role("button", name="Launch backfill").click())
    assert tags(run)["dagster/asset_partition_range_start"] == FIRST_DAY
    assert tags(run)["dagster/asset_partition_range_end"] == LAST_DAY
    events = nodes(dev)["demo/orders"]["assetMaterializations"]
    assert {event["partition"] for event in events if event["runId"] == run["runId"]} == {
        "2026-09-10",
        "2026-09-11",
        "2026-09-12",
    }


def test_the_schedule_is_on_and_ticks_at_six_in_the_business_zone(dev: DevProcess, page: Page) -> None:
    """Nobody switches a schedule on after a new deployment; and six o'clock is the business's, in summer and in winter."""
    schedule = dev.ask(
        """{ scheduleOrError(scheduleSelector: {repositoryName: "__repository__", repositoryLocationName: "segmentation",
             scheduleName: "every_morning"}) { ... on Schedule { executionTimezone pipelineName scheduleState { status }
             futureTicks(limit: 200) { results { timestamp } } } } }"""
    )["scheduleOrError"]
    assert schedule["scheduleState"]["status"] == "RUNNING"
    assert schedule["pipelineName"] == "daily_refresh"
    ticks = [datetime.fromtimestamp(tick["timestamp"], BUSINESS_ZONE) for tick in schedule["futureTicks"]["results"]]
    assert {tick.strftime("%H:%M") for tick in ticks} == {"06:00"}
    assert len({tick.utcoffset() for tick in ticks}) == 2, "200 days hold a change of the clock"
    page.goto(f"{dev.url}/automation")
    expect(page.get_by_text("every_morning")).to_be_visible()
    expect(page.get_by_text("delivery_landed")).to_be_visible()


def test_what_the_schedule_asks_for_runs(dev: DevProcess, refreshed: str) -> None:
    """The morning's run, evaluated now and launched by hand, as `Test schedule` in the UI does it."""
    selector = {"repositoryName": "__repository__", "repositoryLocationName": "segmentation", "scheduleName": "every_morning"}
    tick = dev.ask(
        """mutation Tick($selector: ScheduleSelector!, $timestamp: Float) {
             scheduleDryRun(selectorData: $selector, timestamp: $timestamp) {
             __typename ... on PythonError { message } ... on ScheduleNotFoundError { message } ... on DryRunInstigationTick {
             evaluationResult { error { message } runRequests { runKey tags { key value } } } } } }""",
        selector=selector,
        timestamp=datetime.now(BUSINESS_ZONE).timestamp(),
    )["scheduleDryRun"]
    assert tick["__typename"] == "DryRunInstigationTick", tick
    evaluation = tick["evaluationResult"]
    assert not evaluation["error"], evaluation["error"]
    (request,) = evaluation["runRequests"]

    def launch() -> None:
        launched = dev.ask(
            """mutation Launch($execution: ExecutionParams!) { launchRun(executionParams: $execution) { __typename
                 ... on PythonError { message } ... on LaunchRunSuccess { run { runId } } } }""",
            execution={
                "selector": {
                    "repositoryName": "__repository__",
                    "repositoryLocationName": "segmentation",
                    "jobName": "daily_refresh",
                },
                "executionMetadata": {
                    "tags": [
                        *({"key": tag["key"], "value": tag["value"]} for tag in request["tags"]),
                        {"key": "dagster/schedule_name", "value": "every_morning"},
                    ]
                },
            },
        )["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched

    run = run_started_by(dev, launch)
    assert run["jobName"] == "daily_refresh"


def test_history_survives_a_restart(dev: DevProcess, refreshed: str, page: Page) -> None:
    """Yesterday's runs must be there when the machine was restarted over night; and Ctrl-C leaves no process behind."""
    before = {run["runId"]: run["status"] for run in runs_of(dev, {})}
    left_over = dev.stop()
    dev.start()
    assert not left_over, f"still alive a minute after Ctrl-C: {left_over}"
    assert {run["runId"]: run["status"] for run in runs_of(dev, {})} == before
    assert nodes(dev)["published/customer_segments"]["assetMaterializations"]
    oldest = list(before)[-1]
    page.goto(f"{dev.url}/runs/{oldest}")
    expect(page.get_by_text(oldest[:8]).first).to_be_visible()
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()


def open_graph(dev: DevProcess, page: Page) -> None:
    """The global lineage, drawn."""
    page.goto(f"{dev.url}/asset-groups")
    expect(graph_node(page, "publication")).to_be_visible()


def graph_node(page: Page, group: str) -> Any:
    """A collapsed group in the drawing, not its line in the list beside it."""
    return page.locator("svg foreignObject").get_by_text(group, exact=True).first


def choose_partitions(page: Page, text: str) -> None:
    """Type a day or a range of days into the dialog, as a person does."""
    box = page.get_by_role("dialog").locator("input[type=text]").first
    box.fill(text)
    box.press("Enter")


def nodes(dev: DevProcess) -> dict[str, dict[str, Any]]:
    """Every asset, by key."""
    return {"/".join(node["assetKey"]["path"]): node for node in dev.ask(NODES)["assetNodes"]}


def runs_of(dev: DevProcess, of: dict[str, Any]) -> list[dict[str, Any]]:
    """Runs, newest first."""
    found: list[dict[str, Any]] = dev.ask(RUNS, filter=of)["runsOrError"]["results"]
    return found


def newest_backfill(dev: DevProcess) -> Any:
    """The backfill started last; None when there is none."""
    found = dev.ask("{ partitionBackfillsOrError(limit: 1) { ... on PartitionBackfills { results { id status } } } }")
    return next(iter(found["partitionBackfillsOrError"]["results"]), None)


def run_started_by(dev: DevProcess, act: Any) -> dict[str, Any]:
    """The one run that an act of the person starts, after it ended well."""
    known = {run["runId"] for run in runs_of(dev, {})}
    act()

    def ended() -> list[dict[str, Any]] | None:
        started = [run for run in runs_of(dev, {}) if run["runId"] not in known]
        return started if started and all(run["status"] in FINAL for run in started) else None

    started = eventually("the run to end", ended, RUN_SECONDS)
    assert len(started) == 1, f"{len(started)} runs instead of one"
    assert started[0]["status"] == "SUCCESS", "\n".join(failures(dev, started[0]["runId"]))
    return started[0]


def failures(dev: DevProcess, run_id: str) -> list[str]:
    """What a failed run says, step by step."""
    events = [event for event in dev.ask(FAILURES, run=run_id)["logsForRun"]["events"] if event.get("stepKey")]
    return [
        f"{event['stepKey']}: {((event['error'] or {}).get('cause') or event['error'] or {}).get('message')}"
        for event in events
    ]


def selected_assets(run: dict[str, Any]) -> list[str]:
    return ["/".join(key["path"]) for key in run["assetSelection"] or []]


def tags(run: dict[str, Any]) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in run["tags"]}


def entry(node: dict[str, Any], label: str) -> dict[str, Any]:
    """Metadata of the newest materialization that has it, else of the definition; empty when neither has."""
    reported = [*(event["metadataEntries"] for event in node["assetMaterializations"]), node["metadataEntries"]]
    return next((found for entries in reported for found in entries if found["label"] == label), {})


def row_count(node: dict[str, Any]) -> int | None:
    return entry(node, "dagster/row_count").get("intValue")


def columns(node: dict[str, Any]) -> list[dict[str, str]]:
    return entry(node, "dagster/column_schema").get("schema", {}).get("columns", [])


def checks_of(node: dict[str, Any]) -> list[dict[str, Any]]:
    return node["assetChecksOrError"].get("checks", [])


def first_words(description: str) -> str:
    """The beginning of a description as the page renders it: up to the first mark that markdown would swallow."""
    return description.split("`")[0].split("\n")[0][:40].strip()


def what_is_missing(node: dict[str, Any]) -> Iterator[str]:
    """What a person would look for in vain on the asset's page."""
    if not node["description"]:
        yield "a description"
    if not node["kinds"]:
        yield "kinds"
    if not node["owners"]:
        yield "an owner"
    if node["groupName"] == "default":
        yield "a group"
    if not columns(node):
        yield "a column schema"
    elif undescribed := [column["name"] for column in columns(node) if not column["description"]]:
        yield f"descriptions of the columns {', '.join(undescribed)}"
    if row_count(node) is None:
        yield "a row count"
