"""The commands behind `make run` and `make dev`: python -m dagster_project COMMAND.

Belongs here: reading a command line and saying what happened. Not here: doing it (commands).
"""

import logging
import os
import sys
from datetime import date
from pathlib import Path

import click
from pydantic import ValidationError

from dagster_project.settings import PROJECT_ROOT, Settings


@click.group()
def cli() -> None:
    """Customer segments and cost-to-serve from raw orders."""


@cli.command()
@click.option("--first-day", type=click.DateTime(["%Y-%m-%d"]), help="First delivery day; default: whatever is waiting.")
@click.option("--last-day", type=click.DateTime(["%Y-%m-%d"]), help="Last delivery day; default: the first day.")
@click.option("--if-new", is_flag=True, help="Do nothing when nothing is new since the last refresh: known within a second.")
def refresh(first_day: date | None, last_day: date | None, if_new: bool) -> None:
    """Load what lies in landing, compute the segments, publish them; then say what came of it."""
    from time import perf_counter

    started = perf_counter()
    settings = _settings()
    if if_new and first_day is None and _is_nothing_new(settings):
        click.echo("Nothing is new since the last refresh, so nothing was done. Without --if-new it is computed again.")
        return
    _show_progress()
    click.echo(f"Refreshing {', '.join(settings.sources)} into {settings.data_dir}")
    from dagster_project.commands.refresh import run_refresh
    from dagster_project.commands.summary import summarize
    from dagster_project.ingestion.contract_files import ContractError
    from dagster_project.ingestion.object_store import ObjectStoreError
    from dagster_project.orchestration.days import DayRange
    from dagster_project.transformation.invocation import DbtError

    days = DayRange(_day(first_day), _day(last_day or first_day)) if first_day else None
    try:
        outcome = run_refresh(settings, days)
    except (ContractError, DbtError, ObjectStoreError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(summarize(settings, outcome))
    click.echo(f"Took {perf_counter() - started:.1f} s, start-up included.")
    sys.exit(0 if outcome.success else 1)


@cli.command()
@click.argument("as_of_dates", nargs=-1, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--month-ends-from", type=click.DateTime(["%Y-%m-%d"]), help="Every month end from this day on ...")
@click.option("--month-ends-to", type=click.DateTime(["%Y-%m-%d"]), help="... up to this day.")
def backfill(as_of_dates: tuple[date, ...], month_ends_from: date | None, month_ends_to: date | None) -> None:
    """Compute past as-of dates in one run, from what is loaded, and keep them in the warehouse."""
    settings = _settings()
    _show_progress()
    from dagster_project.commands.refresh import run_backfill
    from dagster_project.commands.summary import summarize
    from dagster_project.transformation.control import AsOfBackfill

    asked_for = AsOfBackfill(
        dates=[_day(one).isoformat() for one in as_of_dates],
        month_ends_from=_day(month_ends_from).isoformat() if month_ends_from else None,
        month_ends_to=_day(month_ends_to).isoformat() if month_ends_to else None,
    )
    try:
        outcome = run_backfill(settings, asked_for)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(summarize(settings, outcome))
    sys.exit(0 if outcome.success else 1)


@cli.command()
@click.option("--port", default=3000, show_default=True, help="Port on 127.0.0.1.")
def dev(port: int) -> None:
    """Open the Dagster UI with this deployment's history; Ctrl-C ends it."""
    settings = _settings()
    import dagster as dg

    from dagster_project.commands.refresh import deliver_demo
    from dagster_project.orchestration.instance import alive_as_ui, end_dead_runs, prepare_instance

    home = prepare_instance(settings)
    if not alive_as_ui(home):
        raise click.ClickException(f"A UI on {home} is running already. Nothing was started. Use that one, or stop it first.")
    with dg.DagsterInstance.get() as instance:
        end_dead_runs(instance, home, launched_by_ui=True)
    deliver_demo(settings)
    click.echo(f"Dagster UI on http://127.0.0.1:{port}, history in {home}; Ctrl-C ends it.")
    dagster = str(Path(sys.executable).with_name("dagster"))
    # dagster dev announces its successor at every start
    os.environ.setdefault("PYTHONWARNINGS", "ignore:Function `dev_command`:FutureWarning")
    os.chdir(PROJECT_ROOT)
    os.execv(dagster, [dagster, "dev", "--workspace", "workspace.yaml", "--host", "127.0.0.1", "--port", str(port)])


@cli.command()
@click.argument("publication_id", required=False)
def rollback(publication_id: str | None) -> None:
    """Make a kept publication the live one again; without an id, list what is kept."""
    settings = _settings()
    from dagster_project.publication.swap import published_versions, roll_back
    from dagster_project.warehouse_lock import warehouse_lock

    if publication_id is None:
        for one in published_versions(settings.published):
            click.echo(f"{one.publication_id}  as of {one.as_of_date}  published {one.published_at}")
        return
    try:
        with warehouse_lock(settings.data_dir, "roll back", settings.lock_timeout_seconds):
            publication = roll_back(settings.published, publication_id)
    except LookupError as error:
        raise click.ClickException(str(error.args[0])) from None
    click.echo(f"Live again: {publication.publication_id}, as of {publication.as_of_date}.")


@cli.command()
@click.argument("customer")
def erase(customer: str) -> None:
    """Erase a customer, named <source>:<id> as in the published tables, and publish again; the anonymous totals stay."""
    settings = _settings()
    # dbt writes the command line of its process into its artifacts
    sys.argv[1:] = ["erase"]
    _show_progress()
    from dagster_project.commands.erase import UnknownSourceError, run_erasure
    from dagster_project.ingestion.contract_files import ContractError

    try:
        outcome, told = run_erasure(settings, customer)
    except (ContractError, UnknownSourceError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(told)
    for step, problem in outcome.problems.items():
        click.echo(f"{step}: {problem}")
    sys.exit(0 if outcome.success else 1)


@cli.command("dry-run")
def dry_run() -> None:
    """Say what a load would accept, reject and replace, delivery by delivery; load nothing."""
    settings = _settings()
    from dagster_project.commands.dry_run import dry_run_lines
    from dagster_project.ingestion.contract_files import ContractError
    from dagster_project.ingestion.object_store import ObjectStoreError

    try:
        for line in dry_run_lines(settings):
            click.echo(line)
    except (ContractError, ObjectStoreError) as error:
        raise click.ClickException(str(error)) from None


@cli.command()
def quarantine() -> None:
    """List rejected rows and held-back deliveries that nobody has corrected yet, and how to mend them."""
    settings = _settings()
    from dagster_project.commands.quarantine import quarantine_lines
    from dagster_project.ingestion.contract_files import ContractError

    try:
        for line in quarantine_lines(settings):
            click.echo(line)
    except ContractError as error:
        raise click.ClickException(str(error)) from None


@cli.command()
def doctor() -> None:
    """Check this deployment, line by line, and say what to do; ends with 1 when there is a problem."""
    from dagster_project.commands.doctor import examine

    has_problem = False
    for finding in examine():
        has_problem |= finding.level == "problem"
        click.echo(finding.text)
    sys.exit(1 if has_problem else 0)


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'settings'}: {one['msg']}" for one in error.errors())
        raise click.ClickException(f"{problems} (environment or .env)") from None


def _is_nothing_new(settings: Settings) -> bool:
    from dagster_project.commands.nothing_new import is_nothing_new
    from dagster_project.ingestion.object_store import ObjectStoreError

    try:
        return is_nothing_new(settings)
    except (ValueError, ObjectStoreError) as error:
        raise click.ClickException(str(error)) from None


def _day(value: date | None) -> date:
    assert value is not None
    return date(value.year, value.month, value.day)


def _show_progress() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("dagster_project")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


if __name__ == "__main__":
    cli()
