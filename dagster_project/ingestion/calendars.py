"""What a feed's calendar says: on which days a delivery is expected, and until when none is after the newest.

Belongs here: weekdays and the last expected day. Not here: which deliveries are late (monitoring/punctuality.py), the as-of
date (int_newest_complete_day).
"""

from datetime import date, timedelta

from dagster_project.ingestion.feed import Feed

_WEEK = 7
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def expected_before(feed: Feed, today: date) -> date | None:
    """The newest day before today on which a delivery is expected; None for a feed without a calendar."""
    last = min(today - timedelta(days=1), feed.calendar_until or date.max)
    days = (last - timedelta(days=back) for back in range(_WEEK))
    return next((day for day in days if _WEEKDAYS[day.weekday()] in feed.calendar), None)


def complete_through(feed: Feed, newest: date) -> date:
    """The last day for which nothing is missing, given the newest delivery: days that the calendar excuses count as delivered.

    A feed that has ended lacks nothing for ever; without a calendar no day is excused.
    """
    if feed.calendar_until and newest >= feed.calendar_until:
        return date.max
    days = (newest + timedelta(days=ahead) for ahead in range(1, _WEEK + 1))
    expected = next((day for day in days if _WEEKDAYS[day.weekday()] in feed.calendar), None)
    if expected is None:
        return newest
    if feed.calendar_until and expected > feed.calendar_until:
        return date.max
    return expected - timedelta(days=1)
