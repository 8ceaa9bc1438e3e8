"""The front door: the rooms, assembled. Tests pass their own settings; the code location uses the environment's."""

import dagster as dg

from dagster_project.erasure.assets import build_erasure_assets
from dagster_project.ingestion.assets import build_ingestion_assets
from dagster_project.monitoring.checks import build_monitoring_checks
from dagster_project.orchestration.jobs import build_backfill_as_of, build_daily_refresh, build_erase_customer
from dagster_project.orchestration.schedules import build_schedules
from dagster_project.orchestration.sensors import build_sensors
from dagster_project.policy.assets import build_policy_assets
from dagster_project.publication.assets import PUBLICATION, build_publication_assets
from dagster_project.settings import Settings
from dagster_project.transformation.assets import build_transformation_assets, published_asset_keys
from dagster_project.transformation.control import build_control_assets


def build_definitions(settings: Settings) -> dg.Definitions:
    """Everything that one deployment runs."""
    transformation = build_transformation_assets(settings)
    return dg.Definitions(
        assets=[
            *build_erasure_assets(settings),
            *build_ingestion_assets(settings),
            *build_policy_assets(settings),
            *build_control_assets(settings),
            transformation,
            *build_publication_assets(settings, published_asset_keys(transformation)),
        ],
        asset_checks=build_monitoring_checks(settings, PUBLICATION),
        jobs=[build_daily_refresh(), build_backfill_as_of(), build_erase_customer()],
        schedules=build_schedules(settings),
        sensors=build_sensors(settings),
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What workspace.yaml loads."""
    return build_definitions(Settings())
