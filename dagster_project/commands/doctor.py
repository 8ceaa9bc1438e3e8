"""The doctor: looks at everything that a refresh needs, changes nothing, and says what to do.

Belongs here: what is looked at and in which order. Not here: looking (doctor_machine.py, doctor_data.py).
"""

from collections.abc import Callable, Iterator

from pydantic import ValidationError

from dagster_project.commands import doctor_data, doctor_machine
from dagster_project.commands.findings import Finding
from dagster_project.settings import Settings

_CHECKS: tuple[tuple[str, Callable[[Settings], Iterator[Finding]]], ...] = (
    ("disk", doctor_machine.disk),
    ("contracts", doctor_data.contracts),
    ("landing", doctor_data.landing),
    ("policy", doctor_data.policy),
    ("locks", doctor_data.locks),
    ("dagster", doctor_data.dagster_instance),
    ("dbt", doctor_data.dbt_manifest),
    ("erasures", doctor_data.erasures),
    ("published", doctor_data.published_file),
)


def examine() -> Iterator[Finding]:
    """Every finding, in the order in which the data flows. A check that itself breaks is a problem like any other."""
    yield from _guarded("python", doctor_machine.python)
    yield from _guarded("settings", doctor_machine.variables)
    try:
        settings = Settings()
    except ValidationError as error:
        for one in error.errors(include_url=False):
            place = ".".join(map(str, one["loc"])) or "settings"
            yield Finding("problem", "settings", f"{place}: {one['msg']}", "Correct it in the environment or in .env")
        return
    yield Finding("ok", "settings", f"sources {', '.join(settings.sources)}; data in {settings.data_dir}")
    for subject, check in _CHECKS:
        yield from _guarded(subject, check, settings)


def _guarded(subject: str, check: Callable[..., Iterator[Finding]], *arguments: Settings) -> Iterator[Finding]:
    try:
        yield from check(*arguments)
    except Exception as error:
        yield Finding("problem", subject, f"cannot be looked at: {error}", "Mend what the message names and look again")
