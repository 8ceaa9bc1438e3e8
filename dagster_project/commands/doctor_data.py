"""What the doctor looks at in a deployment: contracts, landing, policy, locks, Dagster's history, dbt, what is published.

Belongs here: reading them; nothing is written. Not here: the machine (doctor_machine.py).
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from dagster_project.commands.findings import Finding
from dagster_project.erasure_journal import unfinished_erasures
from dagster_project.ingestion.contract_files import ContractError
from dagster_project.ingestion.contracts import Source, load_sources
from dagster_project.ingestion.file_names import compile_file_pattern
from dagster_project.ingestion.landing import WITHDRAWN, landed_deliveries, landing_folder
from dagster_project.policy.tables import PolicyError, load_policy, policy_version
from dagster_project.settings import DEMO_SOURCE, Settings
from dagster_project.warehouse_lock import lock_holder

_OLD_PUBLICATION_HOURS = 36
_SHOWN = 3


def contracts(settings: Settings) -> Iterator[Finding]:
    """Contracts of the enabled sources, and whether a customer can be erased from all that is personal."""
    try:
        sources = load_sources(settings.sources)
    except ContractError as error:
        yield Finding("problem", "contracts", str(error))
        return
    yield Finding("ok", "contracts", ", ".join(f"{source.name}: {len(source.feeds)} feeds" for source in sources))
    for source in sources:
        for feed in source.feeds:
            is_personal = any(column.personal for column in feed.columns)
            if is_personal and not any(column.customer_role == "subject" for column in feed.columns):
                yield Finding(
                    "warning",
                    "contracts",
                    f"{source.name}/{feed.name} has personal columns and no column with the customer's id: an erasure "
                    "cannot find its rows",
                    "Mark the column that holds the id with `customer: subject`, or take the personal columns out",
                )


def landing(settings: Settings) -> Iterator[Finding]:
    """Each source's folder: there, readable, with deliveries of what is required, and with nothing that nobody reads."""
    for source in load_sources(settings.sources):
        folder = settings.landing / source.name
        if not folder.is_dir():
            is_demo = source.name == DEMO_SOURCE
            remedy = "make run lets the demo deliver" if is_demo else "Make it, or set SEGMENTATION_LANDING_DIR"
            yield Finding("warning" if is_demo else "problem", "landing", f"{folder} is not there", remedy)
            continue
        if not os.access(folder, os.R_OK | os.X_OK):
            yield Finding("problem", "landing", f"{folder} cannot be read", "Give this user the right to read it")
            continue
        if not os.access(folder, os.W_OK):
            yield Finding("warning", "landing", f"{folder} cannot be written: no customer can be erased from it", "Allow it")
        counts = {feed.name: len(landed_deliveries(source, feed, settings.landing)) for feed in source.feeds}
        missing = [feed.name for feed in source.feeds if feed.required and not counts[feed.name]]
        if missing:
            yield Finding(
                "warning",
                "landing",
                f"{source.name}: no delivery of {', '.join(missing)} lies in {folder}",
                "Deliver it; the names of its files are in the contract",
            )
        told = ", ".join(f"{name} {number}" for name, number in counts.items() if number)
        if told:
            yield Finding("ok", "landing", f"{source.name}: {told} deliveries")
        yield from _unread_files(source, settings.landing)


def _unread_files(source: Source, landing_root: Path) -> Iterator[Finding]:
    folders: dict[Path, list[str]] = {}
    for feed in source.feeds:
        folder = landing_folder(source, feed, landing_root)
        date_of = compile_file_pattern(feed.file_pattern, feed.delivery_date)
        names = folders.setdefault(folder, _visible_files(folder))
        folders[folder] = [name for name in names if date_of(name.removesuffix(WITHDRAWN)) is None]
    for folder, names in folders.items():
        if names:
            shown = ", ".join(sorted(names)[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
            yield Finding("warning", "landing", f"no feed reads {shown} in {folder}", "Rename or remove them")


def _visible_files(folder: Path) -> list[str]:
    paths = folder.iterdir() if folder.is_dir() else ()
    return [path.name for path in paths if path.is_file() and not path.name.startswith(".")]


def policy(settings: Settings) -> Iterator[Finding]:
    """All tables, checked as a refresh checks them."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            rows = load_policy(settings.policy_dir, Path(folder))
    except PolicyError as error:
        yield Finding("problem", "policy", str(error))
        return
    origin = f"own tables in {settings.policy_dir}" if settings.policy_dir else "the shipped tables"
    yield Finding("ok", "policy", f"{len(rows)} tables, {origin}, version {policy_version(settings.policy_dir)}")


def locks(settings: Settings) -> Iterator[Finding]:
    """Who holds what. The system frees the lock of a process that ends, so a lock that is held has a living holder."""
    warehouse = settings.data_dir / ".warehouse.lock"
    if not _is_held(warehouse):
        yield Finding("ok", "locks", "nobody writes the warehouse")
    else:
        minutes = (datetime.now(UTC).timestamp() - warehouse.stat().st_mtime) / 60
        is_long = minutes * 60 > settings.lock_timeout_seconds
        remedy = "Look at that process: others no longer wait so long" if is_long else ""
        told = f"the warehouse is in use by {lock_holder(settings.data_dir)}"
        yield Finding("warning" if is_long else "ok", "locks", told, remedy)
    for lock in sorted((settings.lake / "loading").glob("*/*.lock")):
        if _is_held(lock):
            yield Finding("ok", "locks", f"{lock.parent.name}/{lock.stem} is being loaded")


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def dagster_instance(settings: Settings) -> Iterator[Finding]:
    """The history opens, and no run of a dead process stands in it as running."""
    home = settings.dagster_home
    if not (home / "dagster.yaml").exists():
        yield Finding("ok", "dagster", "no history yet; the first run makes it")
        return
    import dagster as dg

    before = os.environ.get("DAGSTER_HOME")
    os.environ["DAGSTER_HOME"] = str(home)
    try:
        with dg.DagsterInstance.from_config(str(home)) as instance:
            runs = instance.get_runs_count()
            going_on = instance.get_runs_count(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    finally:
        os.environ.pop("DAGSTER_HOME") if before is None else os.environ.update(DAGSTER_HOME=before)
    yield Finding("ok", "dagster", f"{runs} runs in the history, {going_on} of them going on")


def dbt_manifest(settings: Settings) -> Iterator[Finding]:
    """Parsed already, or at the next start."""
    from dagster_project.transformation.project import is_parsed

    changed = "the project changed; the next start parses it, which takes some seconds"
    told = "the project is parsed" if is_parsed(settings.engine) else changed
    yield Finding("ok", "dbt", told)


def erasures(settings: Settings) -> Iterator[Finding]:
    """An erasure that stopped half-way leaves the customer somewhere."""
    for entry in unfinished_erasures(settings.lake):
        yield Finding(
            "problem",
            "erasures",
            f"the erasure of customer {entry.customer} that began at {entry.at} UTC was not finished",
            "Run make erase again with that customer's id, or the job erase_customer with this hash",
        )


def published_file(settings: Settings) -> Iterator[Finding]:
    """Opens read-only, says what it is, and is not old."""
    import duckdb

    file = settings.published / "customer_segments.duckdb"
    if not file.exists():
        yield Finding("warning", "published", "nothing is published yet", "Run make run")
        return
    if file.with_name(f"{file.name}.wal").exists():
        yield Finding(
            "warning", "published", f"{file.name}.wal lies beside the file: somebody opened it for writing", "Take it away"
        )
        return
    try:
        with duckdb.connect(str(file), read_only=True) as reader:
            ((published_at, as_of_date),) = reader.execute("select published_at, as_of_date from publication").fetchall()
    except (duckdb.Error, ValueError) as error:
        reason = " ".join(str(error).split())
        yield Finding(
            "problem", "published", f"{file} cannot be read: {reason}", "python -m dagster_project rollback, or make run"
        )
        return
    hours = (datetime.now(UTC).replace(tzinfo=None) - published_at).total_seconds() / 3600
    told = f"{file}, as of {as_of_date}, published {hours:,.0f} hours ago"
    if hours > _OLD_PUBLICATION_HOURS:
        yield Finding("warning", "published", told, "Run make run, or switch the schedule on in make dev")
    else:
        yield Finding("ok", "published", told)
