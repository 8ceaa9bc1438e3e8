"""Delivery days: the partitions of everything that is delivered daily.

Belongs here: which days exist. Not here: which of them a run takes (orchestration).
"""

import dagster as dg

from dagster_project.ingestion.contracts import load_sources
from dagster_project.settings import Settings


def delivery_days(settings: Settings) -> dg.DailyPartitionsDefinition:
    """One partition per day from the first delivery of any enabled source until today, in the business zone.

    Today is included: its file is there in the morning, not tomorrow.
    """
    first = min(source.first_delivery_date for source in load_sources(settings.sources))
    return dg.DailyPartitionsDefinition(start_date=first.isoformat(), timezone=settings.business_timezone, end_offset=1)
