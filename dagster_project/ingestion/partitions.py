"""Delivery days: the partitions of everything that is delivered daily.

Belongs here: which days exist. Not here: which of them a run takes (orchestration).
"""

from datetime import date, timedelta

import dagster as dg

from dagster_project.ingestion.contracts import load_sources
from dagster_project.ingestion.landing import landed_deliveries
from dagster_project.settings import Settings


def delivery_days(settings: Settings) -> dg.DailyPartitionsDefinition:
    """One partition per day from the first delivery of any enabled source until today, in the business zone.

    Today is included: its file is there in the morning, not tomorrow. Days of sources that have ended end with them.
    """
    first = min(source.first_delivery_date for source in load_sources(settings.sources)).isoformat()
    last = last_delivery_day(settings)
    if last is None:
        return dg.DailyPartitionsDefinition(start_date=first, timezone=settings.business_timezone, end_offset=1)
    end = (last + timedelta(days=1)).isoformat()
    return dg.DailyPartitionsDefinition(start_date=first, end_date=end, timezone=settings.business_timezone)


def last_delivery_day(settings: Settings) -> date | None:
    """The last day on which anything is expected or lies in landing; None while a required feed goes on.

    Where every required feed has a last expected delivery (the embedded demo), "latest" and "all" then mean what they say.
    """
    sources = load_sources(settings.sources)
    ends = [feed.calendar_until for source in sources for feed in source.feeds if feed.required]
    known = [end for end in ends if end is not None]
    if len(known) < len(ends):
        return None
    landed = [
        delivery.delivery_date
        for source in sources
        for feed in source.feeds
        if feed.database is None
        for delivery in landed_deliveries(source, feed, settings.landing)
    ]
    return max([*known, *landed])
