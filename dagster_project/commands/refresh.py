"""One refresh in this process, for a command or a test: the same job that the UI and the schedule run.

Belongs here: starting daily_refresh and timing its stages. Not here: what a person reads afterwards (summary.py).
"""

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import dagster as dg

from dagster_project.commands.nothing_new import note_refresh
from dagster_project.ingestion.contracts import load_sources
from dagster_project.ingestion.landing import landed_deliveries
from dagster_project.orchestration.days import DayRange, newest_day, pending_days
from dagster_project.orchestration.instance import alive_as_command, end_dead_runs, prepare_instance
from dagster_project.orchestration.jobs import BACKFILL_AS_OF, DAILY_REFRESH
from dagster_project.settings import DEMO_SOURCE, Settings
from dagster_project.transformation.complete_days import (
    first_order_day,
    newest_complete_day,
    refuse_days_that_cannot_be_computed,
)
from dagster_project.transformation.control import AsOfBackfill

if TYPE_CHECKING:
    from dagster_shared.error import SerializableErrorInfo

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RefreshOutcome:
    """What a refresh did. seconds: wall time by stage, in the order in which they ran; problems: failed steps, by name."""

    run_id: str
    success: bool
    days: DayRange
    seconds: dict[str, float] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    failed_checks: list[str] = field(default_factory=list)


def deliver_demo(settings: Settings) -> None:
    """Let the invented order system deliver, where the demo is the source; nothing happens when it has delivered before."""
    if DEMO_SOURCE in settings.sources:
        from dagster_project.demo import write_demo_order_book

        write_demo_order_book(settings.landing)


def run_refresh(
    settings: Settings, days: DayRange | None = None, job_name: str = DAILY_REFRESH, run_config: dict[str, object] | None = None
) -> RefreshOutcome:
    """Run daily_refresh to its end; days: None takes every delivery that waits in landing. job_name: another job over it all.

    A failed step is part of the outcome, not an exception. Raises what the code location raises when it does not load.
    """
    from dagster_project.definitions import build_definitions

    home = prepare_instance(settings)
    deliver_demo(settings)
    _tell_where_nothing_lies(settings)
    days = days or pending_days(settings) or newest_day(settings)
    job = build_definitions(settings).resolve_job_def(job_name)
    with dg.DagsterInstance.get() as instance, alive_as_command(home) as tags:
        end_dead_runs(instance, home)
        result = job.execute_in_process(
            instance=instance,
            tags={**tags, **days.tags},
            raise_on_error=False,
            run_config={**(run_config or {}), "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    if result.success and job_name == DAILY_REFRESH:
        note_refresh(settings)
    return RefreshOutcome(
        run_id=result.run_id,
        success=result.success,
        days=days,
        seconds=_stage_seconds(result),
        problems=_problems(result),
        failed_checks=_failed_checks(result),
    )


def run_backfill(settings: Settings, backfill: AsOfBackfill) -> RefreshOutcome:
    """Compute and keep past as-of dates from what the lake holds, in one run.

    Raises ValueError when none is asked for, or one before the first order or after the newest day that can be computed.
    """
    as_of_dates = backfill.as_of_dates()
    if not as_of_dates:
        raise ValueError("No as-of date was named. Nothing was computed. Name dates, or a period of month ends.")
    live = settings.published / "customer_segments.duckdb"
    refuse_days_that_cannot_be_computed(as_of_dates, newest_complete_day(settings.lake), first_order_day(live))
    config: dict[str, object] = {"ops": {"refresh_control": {"config": backfill.model_dump()}}}
    return run_refresh(settings, newest_day(settings), BACKFILL_AS_OF, config)


def _tell_where_nothing_lies(settings: Settings) -> None:
    """A folder that is named wrongly looks like a quiet morning."""
    for source in load_sources(settings.sources):
        files = [feed for feed in source.feeds if feed.database is None]
        if len(files) == len(source.feeds) and not any(landed_deliveries(source, feed, settings.landing) for feed in files):
            _log.warning("No delivery of %s lies in %s.", source.name, settings.landing / source.name)


def _stage_seconds(result: dg.ExecuteInProcessResult) -> dict[str, float]:
    return {
        event.step_key or "": event.step_success_data.duration_ms / 1000
        for event in result.all_events
        if event.event_type == dg.DagsterEventType.STEP_SUCCESS
    }


def _problems(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    problems = {}
    for event in result.all_events:
        if event.event_type == dg.DagsterEventType.STEP_FAILURE:
            failure = event.step_failure_data
            error = failure.error.cause if failure.error and failure.error.cause else failure.error
            text = failure.user_failure_data.description if failure.user_failure_data else None
            problems[event.step_key or ""] = text or (_message(error) if error else "failed")
    return problems


def _message(error: "SerializableErrorInfo") -> str:
    """The sentence without the name of its class."""
    return error.message.split(f"{error.cls_name}: ", 1)[-1].strip()


def _failed_checks(result: dg.ExecuteInProcessResult) -> list[str]:
    return [
        f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name}"
        + (f": {evaluation.description}" if evaluation.description else "")
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed
    ]
