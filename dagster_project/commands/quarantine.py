"""The quarantine on the command line: the same list as the asset ingestion/quarantine shows.

Belongs here: the words. Not here: finding out (ingestion/quarantine.py).
"""

from collections.abc import Iterator

from dagster_project.ingestion.contracts import load_sources
from dagster_project.ingestion.quarantine import OpenRejection, open_held_back, open_rejections
from dagster_project.settings import Settings


def quarantine_lines(settings: Settings) -> Iterator[str]:
    """What is open, feed by feed, with samples and remedy; never a personal value."""
    rows = held_back = 0
    for source in load_sources(settings.sources):
        for feed in source.feeds:
            for rejection in open_rejections(source, feed, settings.landing, settings.lake):
                rows += rejection.rows
                yield from _rejection(rejection, settings.base_currency)
            for outcome in open_held_back(source, feed, settings.landing, settings.lake, settings.today()):
                held_back += 1
                yield f"held back: {outcome.message}"
    yield f"{rows:,} rejected rows and {held_back} held-back deliveries are open." if rows or held_back else "Nothing is open."


def _rejection(one: OpenRejection, currency: str) -> Iterator[str]:
    where = f", column {one.column}" if one.column else ""
    money = "" if one.amount is None else f", {currency} {one.amount:,.2f} in {one.amount_rows} of them"
    what = f"{one.rows:,} rows, {one.reason.replace('_', ' ')}"
    yield f"{one.source}/{one.feed} {one.delivery_date} {one.file}: {what}{where}{money}"
    for sample in one.samples:
        yield f"    {sample}"
    yield f"    {one.remedy}"
