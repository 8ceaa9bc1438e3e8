"""The journal of erasures as an asset, and the erasure itself: what the job erase_customer asks for with its config.

Belongs here: the config, the lock, what is shown. Not here: erasing (erase.py). Feeds stand downstream, so that everything is
computed and published again after an erasure.
"""

import re
from typing import Any

import dagster as dg

from dagster_project.erasure.erase import PLACES, erase
from dagster_project.erasure.history import hide_customer
from dagster_project.erasure_journal import Entry, customer_hash, erasures_to_repeat, read_journal, unfinished_erasures
from dagster_project.ingestion.assets import ERASURES_KEY
from dagster_project.ingestion.contracts import known_sources, load_sources
from dagster_project.settings import Settings
from dagster_project.warehouse_lock import warehouse_lock

_HASH = re.compile(r"[0-9a-f]{32}")
_COLUMNS = {
    "event": "begun, done or nothing_found; learned: another id that leads to the customer.",
    "customer": "Hash of the customer's id, with this deployment's salt.",
    "at": "Moment, UTC.",
    "counts": "Files and rows by place.",
}


class ErasureConfig(dg.Config):
    """Whom to erase: `<source>:<id>`, or the hash that the command line makes of it; nobody in a daily run."""

    customer: str | None = None


def build_erasure_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """control/erasures."""

    @dg.asset(
        key=ERASURES_KEY,
        group_name="control",
        kinds={"json"},
        owners=["team:data-engineering"],
        metadata={"dagster/column_schema": dg.TableSchema([dg.TableColumn(n, "string", d) for n, d in _COLUMNS.items()])},
    )
    def erasures(context: dg.AssetExecutionContext, config: ErasureConfig) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """One row per step of an erasure: who was erased, as a hash, when, and how many files and rows that touched.

        With a customer in the config it erases them; arriving deliveries are rid of everybody who stands here.
        """
        entry = _erase(context, config.customer, settings) if config.customer else _repeat(settings)
        return dg.MaterializeResult(metadata=_metadata(settings, entry))

    return [erasures]


def _erase(context: dg.AssetExecutionContext, customer: str, settings: Settings) -> Entry:
    sources = load_sources(known_sources())
    if _HASH.fullmatch(customer):
        hashed = customer
    else:
        _, colon, identifier = customer.partition(":")
        hashed = customer_hash(settings.lake, customer)
        # the run's config is kept for ever, and so would be the id
        hide_customer(context.instance, context.run.run_id, customer, hashed)
        if not colon or not identifier or not any(customer.startswith(f"{source.name}:") for source in sources):
            raise dg.Failure("No customer was erased: an id is <source>:<id>, as in the published tables. Nothing was changed.")
    with warehouse_lock(settings.data_dir, "erase a customer", settings.lock_timeout_seconds):
        entry = erase(sources, settings.landing, settings.lake, settings.warehouse, hashed)
    context.log.info(describe(entry))
    return entry


def _repeat(settings: Settings) -> Entry | None:
    """Search again for customers of whom a delivery told another order or key after rows under it had been loaded."""
    entry = None
    for hashed in erasures_to_repeat(settings.lake):
        with warehouse_lock(settings.data_dir, "erase a customer", settings.lock_timeout_seconds):
            entry = erase(load_sources(known_sources()), settings.landing, settings.lake, settings.warehouse, hashed)
    return entry


def describe(entry: Entry) -> str:
    """What an erasure did, in a sentence without the customer."""
    if entry.event == "nothing_found":
        return f"No row names customer {entry.customer}. Nothing was changed."
    places = ", ".join(
        f"{entry.counts[place]['rows']} rows in {entry.counts[place]['files']} files of {place}" for place in PLACES
    )
    return f"Customer {entry.customer} is erased: {places}. Warehouse and publications are made anew."


def _metadata(settings: Settings, entry: Entry | None) -> dict[str, Any]:
    done = {one.customer for one in read_journal(settings.lake) if one.event == "done"}
    shown: dict[str, Any] = {
        "dagster/row_count": len(read_journal(settings.lake)),
        "customers_erased": len(done),
        "erasures_unfinished": len(unfinished_erasures(settings.lake)),
    }
    if entry is not None:
        shown |= {"customer": entry.customer, "result": describe(entry)}
        shown |= {f"{place}_{what}": number for place in PLACES for what, number in entry.counts[place].items()}
    return shown
