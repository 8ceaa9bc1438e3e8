"""Checks on what is published that are not the models' own tests."""

import dagster as dg

from dagster_project.monitoring.punctuality import feed_ages
from dagster_project.settings import Settings


def build_monitoring_checks(settings: Settings, published: dg.AssetKey) -> list[dg.AssetChecksDefinition]:
    """Checks that warn: what is published is right, but somebody should look."""

    @dg.asset_check(
        asset=published,
        name="deliveries_are_punctual",
        description="Every required feed has delivered what its calendar expects.",
    )
    def deliveries_are_punctual() -> dg.AssetCheckResult:
        today = settings.today()
        ages = feed_ages(settings.sources, settings.lake, today)
        late = [age for age in ages if age.is_late]
        rows = "\n".join(f"| {age.feed} | {age.newest or 'none'} | {age.expected or 'none'} |" for age in ages)
        return dg.AssetCheckResult(
            passed=not late,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"late: {', '.join(age.feed for age in late)}; ask the source for its delivery"
            if late
            else "all on time",
            metadata={"feeds": dg.MetadataValue.md(f"| feed | newest | expected |\n|---|---|---|\n{rows}")},
        )

    return [deliveries_are_punctual]
