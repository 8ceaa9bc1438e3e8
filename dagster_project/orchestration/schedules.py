"""Schedules: when things run by the clock."""

import dagster as dg

from dagster_project.orchestration.days import newest_day, pending_days
from dagster_project.orchestration.jobs import DAILY_REFRESH
from dagster_project.settings import Settings


def build_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """The daily refresh at six in the morning of the business zone; after an outage one run takes all days that are waiting."""

    @dg.schedule(
        name="every_morning",
        job_name=DAILY_REFRESH,
        cron_schedule="0 6 * * *",
        execution_timezone=settings.business_timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Starts daily_refresh at 06:00 for every day whose delivery is new or changed.",
    )
    def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        days = pending_days(settings) or newest_day(settings)
        return dg.RunRequest(run_key=f"{context.scheduled_execution_time:%Y-%m-%d}", tags=days.tags)

    return [every_morning]
