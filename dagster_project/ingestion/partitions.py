"""Delivery days: the partitions of everything that is delivered daily.

Belongs here: which days exist. Not here: which of them a run takes (orchestration).
"""

from datetime import timedelta

import dagster as dg

from dagster_project.ingestion.contracts import load_sources
from dagster_project.settings import Settings


def delivery_days(settings: Settings) -> dg.DailyPartitionsDefinition:
    """One partition per day from the first delivery of any enabled source until today, in the business zone.

    Today is included: its file is there in the morning, not tomorrow. Where every required feed has a last expected delivery
    (the embedded demo), the days end with it: "latest" and "all" then mean what a person expects.
    """
    sources = load_sources(settings.sources)
    first = min(source.first_delivery_date for source in sources)
    ends = [feed.calendar_until for source in sources for feed in source.feeds if feed.required]
    known = [end for end in ends if end is not None]
    if len(known) < len(ends):
        return dg.DailyPartitionsDefinition(start_date=first.isoformat(), timezone=settings.business_timezone, end_offset=1)
    last = max(known) + timedelta(days=1)
    return dg.DailyPartitionsDefinition(
        start_date=first.isoformat(), end_date=last.isoformat(), timezone=settings.business_timezone
    )
