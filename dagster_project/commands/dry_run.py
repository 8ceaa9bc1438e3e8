"""The dry run: what a load would do with what lies in landing and in tables of a database, for a person who delivers.

Belongs here: the words. Not here: finding out (ingestion/trial.py).
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from dagster_project.ingestion.contracts import load_sources
from dagster_project.ingestion.object_store import bring_in_everything
from dagster_project.ingestion.trial import Trial, try_deliveries
from dagster_project.settings import Settings


def dry_run_lines(settings: Settings) -> Iterator[str]:
    """One line per delivery that is new or changed, what would be rejected of it by column and reason, and a closing line.

    A feed whose server does not answer is told as held back, with the reason: what it would deliver, nobody knows.
    """
    bring_in_everything(settings)
    totals: Counter[str] = Counter()
    for source in load_sources(settings.sources):
        for feed in source.feeds:
            trials = try_deliveries(source, feed, settings.landing, settings.lake, today=settings.today())
            totals.update(trial.verdict for trial in trials)
            if trials or feed.required:
                yield from _feed(f"{source.name}/{feed.name}", trials)
    told = ", ".join(f"{number} {verdict}" for verdict, number in sorted(totals.items())) or "no delivery"
    yield f"Dry run of {settings.landing}: {told}. Nothing was loaded; make run loads it."


def _feed(name: str, trials: Sequence[Trial]) -> Iterator[str]:
    unchanged = sum(trial.verdict == "unchanged" for trial in trials)
    news = [trial for trial in trials if trial.verdict != "unchanged"]
    yield f"{name}: {len(trials)} deliveries, {unchanged} unchanged" + ("" if trials else "; nothing of it lies in landing")
    for trial in news:
        outcome = trial.outcome
        yield f"  {outcome.delivery_date}  {trial.verdict:<10} {_figures(trial)}{', '.join(outcome.files)}"
        for reason, rows in sorted(outcome.rejected_by.items()):
            yield f"    rejects {rows:,} of {outcome.rows_read:,} rows: {reason.replace('_', ' ')}"
        if outcome.message:
            yield f"    {outcome.message}"


def _figures(trial: Trial) -> str:
    if trial.outcome.status != "loaded":
        return ""
    before = "" if trial.before is None else f" in the place of {trial.before.rows_accepted:,}"
    return f"{trial.outcome.rows_accepted:,} rows{before}, {trial.outcome.rows_rejected:,} rejected  "
