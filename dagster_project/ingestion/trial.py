"""A trial load: what a load of what lies in landing would accept, reject and replace, with nothing loaded.

Belongs here: running the load against a folder that is thrown away, and what came of it. Not here: the load (load.py: the very
same one, so that a trial cannot say anything else than the load does), showing it (commands).
"""

import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from dagster_project.ingestion.contracts import Source
from dagster_project.ingestion.feed import Feed
from dagster_project.ingestion.lake import FeedFolder, LedgerRow
from dagster_project.ingestion.ledger import read_feed_ledger
from dagster_project.ingestion.load import load_deliveries
from dagster_project.ingestion.outcomes import DeliveryLoad


@dataclass(frozen=True)
class Trial:
    """What would become of one delivery. before: what the lake holds of it now, which stays or would be replaced."""

    outcome: DeliveryLoad
    before: LedgerRow | None

    @property
    def verdict(self) -> str:
        """accepted, replaces, unchanged, held back or withdrawn."""
        if self.outcome.status == "loaded":
            return "accepted" if self.before is None else "replaces"
        return self.outcome.status.replace("_", " ")


def try_deliveries(
    source: Source,
    feed: Feed,
    landing: Path,
    lake: Path,
    days: Collection[date] | None = None,
    today: date | None = None,
) -> Sequence[Trial]:
    """One entry per delivery of a feed that lies in landing, by date. Lake and landing are as they were, byte for byte.

    A table of a database is read as the delivery of today.
    """
    before = read_feed_ledger(FeedFolder(lake, source.name, feed.name))
    with tempfile.TemporaryDirectory(prefix="segmentation-trial-") as folder:
        outcomes = load_deliveries(source, feed, landing, lake, days, today, shadow=Path(folder) / lake.name)
    return [Trial(_without_the_shadow(outcome), before.get(outcome.delivery_date)) for outcome in outcomes]


def _without_the_shadow(outcome: DeliveryLoad) -> DeliveryLoad:
    """What the load says of files that it wrote holds only once it has really run."""
    told = outcome.message.replace("The rows are listed in", "A load will list the rows in")
    return replace(outcome, message=told)
