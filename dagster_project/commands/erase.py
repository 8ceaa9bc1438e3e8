"""Erasing a customer from the command line: the job erase_customer, given a hash so that the history never holds the id.

Belongs here: from the typed id to the job and back to a sentence. Not here: erasing (erasure).
"""

from dagster_project.commands.refresh import RefreshOutcome, run_refresh
from dagster_project.erasure.assets import describe
from dagster_project.erasure_journal import customer_hash, read_journal, unfinished_erasures
from dagster_project.ingestion.contracts import known_sources
from dagster_project.orchestration.jobs import ERASE_CUSTOMER, erase_config
from dagster_project.settings import Settings


class UnknownSourceError(ValueError):
    """An id that is not `<source>:<id>`."""


def run_erasure(settings: Settings, customer: str) -> tuple[RefreshOutcome, str]:
    """Erase, compute and publish again; the outcome of the run and what a person reads. Raises UnknownSourceError."""
    source, _, identifier = customer.strip().partition(":")
    if source not in known_sources() or not identifier:
        raise UnknownSourceError(
            "A customer is named <source>:<id>, as in the published tables. Nothing was changed. "
            f"Sources are: {', '.join(known_sources())}."
        )
    hashed = customer_hash(settings.lake, f"{source}:{identifier}")
    outcome = run_refresh(settings, job_name=ERASE_CUSTOMER, run_config=erase_config(hashed))
    if any(entry.customer == hashed for entry in unfinished_erasures(settings.lake)):
        return outcome, "The erasure is not finished. Mend what is named below and start it again: it goes on where it stopped."
    last = [entry for entry in read_journal(settings.lake) if entry.customer == hashed]
    told = describe(last[-1]) if last else "Nothing was erased."
    if not outcome.success:
        told += (
            " But the tables could not be published again: what is published still holds the customer until a refresh succeeds."
        )
    return outcome, told
