"""Sensors: what runs when something happens."""

import dagster as dg

from dagster_project.orchestration.days import pending_days
from dagster_project.orchestration.jobs import DAILY_REFRESH
from dagster_project.settings import Settings

_SECONDS_BETWEEN_LOOKS = 60


def build_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """A refresh when a delivery lands. Off until somebody switches it on: most order books are served well by the morning."""

    @dg.sensor(
        name="delivery_landed",
        job_name=DAILY_REFRESH,
        minimum_interval_seconds=_SECONDS_BETWEEN_LOOKS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Starts daily_refresh when landing holds a delivery that the lake does not.",
    )
    def delivery_landed(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        unfinished = context.instance.get_runs(
            dg.RunsFilter(job_name=DAILY_REFRESH, statuses=[dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTED]), limit=1
        )
        if unfinished:
            return dg.SkipReason("a refresh is under way; landing is looked at again when it has ended")
        days = pending_days(settings)
        return dg.RunRequest(tags=days.tags) if days else dg.SkipReason("everything in landing is in the lake")

    return [delivery_landed]
