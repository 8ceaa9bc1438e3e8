"""What a feed's calendar expects, and which days it excuses."""

from datetime import date

from dagster_project.ingestion.calendars import complete_through, expected_before
from dagster_project.ingestion.contracts import load_source


def test_a_day_that_the_calendar_excuses_lacks_nothing() -> None:
    """The shop of Online Retail sends nothing on Saturdays, and nothing at all after 9 December 2011."""
    (feed,) = load_source("online_retail").feeds
    assert complete_through(feed, date(2011, 12, 1)) == date(2011, 12, 1)
    assert complete_through(feed, date(2011, 12, 2)) == date(2011, 12, 3), "Friday holds through Saturday"
    assert complete_through(feed, date(2011, 12, 8)) == date(2011, 12, 8)
    assert complete_through(feed, date(2011, 12, 9)) == date.max, "it has ended"
    without_end = feed.model_copy(update={"calendar_until": None})
    assert complete_through(without_end, date(2011, 12, 9)) == date(2011, 12, 10)
    assert complete_through(feed.model_copy(update={"calendar": ()}), date(2011, 12, 2)) == date(2011, 12, 2)
    weekly = feed.model_copy(update={"calendar": ("monday",)})
    assert complete_through(weekly, date(2011, 11, 28)) == date(2011, 12, 4)
    assert complete_through(weekly, date(2011, 12, 5)) == date.max, "the next Monday lies after the end"


def test_what_is_expected_is_the_newest_day_that_is_over() -> None:
    (feed,) = load_source("online_retail").feeds
    assert expected_before(feed, date(2011, 12, 5)) == date(2011, 12, 4)
    assert expected_before(feed, date(2011, 12, 4)) == date(2011, 12, 2)
    assert expected_before(feed, date(2026, 1, 1)) == date(2011, 12, 9)
    assert expected_before(feed.model_copy(update={"calendar": ()}), date(2026, 1, 1)) is None
