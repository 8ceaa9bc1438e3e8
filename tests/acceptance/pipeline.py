"""The way of the data without Dagster around it: for tests that need many refreshes.

Belongs here: calling the rooms' plain functions in the order in which the job calls them. Not here: assertions.
"""

from pathlib import Path

from dagster_project.ingestion.contracts import load_sources
from dagster_project.ingestion.ledger import write_control
from dagster_project.ingestion.load import load_deliveries
from dagster_project.policy.tables import load_policy
from dagster_project.publication.swap import publish
from dagster_project.settings import Settings
from dagster_project.transformation.assets import dbt_target
from dagster_project.transformation.control import write_refresh_control
from dagster_project.transformation.invocation import NodeResult, build

DATABASE = "customer_segments.duckdb"


def load(settings: Settings) -> None:
    """Bring lake and control tables up to what landing holds."""
    for source in load_sources(settings.sources):
        for feed in source.feeds:
            for outcome in load_deliveries(source, feed, settings.landing, settings.lake, None):
                assert not outcome.is_held_back, outcome.message
    load_policy(settings.policy_dir, settings.lake)
    write_control(settings.lake, settings.sources)
    write_refresh_control(settings)


def build_models(settings: Settings, *arguments: str) -> list[NodeResult]:
    """Build all models, without their tests unless the arguments say otherwise; nothing may fail."""
    results = build(dbt_target(settings), ["--exclude-resource-type", "test", *arguments])
    failed = [f"{result.name}: {result.message}" for result in results if result.has_failed]
    assert not failed, failed
    return results


def refresh(settings: Settings, *arguments: str) -> Path:
    """Load, build, publish; the published file."""
    load(settings)
    build_models(settings, *arguments)
    publish(settings.warehouse, settings.published, settings.kept_publications)
    return settings.published / DATABASE
