"""One refresh as the job runs it, without Dagster around it, each stage measured on its own (python refresh_by_stage.py).

Belongs here: the stages in their order and what each of them took, as JSON on the standard output; the deployment is that of
the environment. Not here: judging the figures. Tests of the models are a stage of their own here; the job runs each of them as
soon as its model is there.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

STARTED = time.perf_counter()


def processor_seconds() -> float:
    """Of this process with all its threads, and of its children that have ended."""
    return sum(used.ru_utime + used.ru_stime for used in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def peak_memory_mb() -> float:
    """Most memory that the process held since the last call of forget_peak."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


def written_mb() -> float:
    """What the process handed over to the disk so far."""
    lines = Path("/proc/self/io").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("write_bytes")).split()[1]) / 1024**2


def stages(arguments: list[str]) -> Iterator[tuple[str, Callable[[], object]]]:
    """Name and action of each stage."""
    from dagster_project.ingestion.contracts import load_sources
    from dagster_project.ingestion.ledger import write_control
    from dagster_project.ingestion.load import load_deliveries
    from dagster_project.policy.tables import load_policy
    from dagster_project.publication.swap import publish
    from dagster_project.settings import Settings
    from dagster_project.transformation.assets import dbt_target
    from dagster_project.transformation.control import write_refresh_control
    from dagster_project.transformation.invocation import build
    from dagster_project.transformation.project import parsed_project

    settings = Settings(_env_file=None)

    def ingest() -> None:
        for source in load_sources(settings.sources):
            for feed in source.feeds:
                for outcome in load_deliveries(source, feed, settings.landing, settings.lake, None):
                    assert not outcome.is_held_back, outcome.message
        load_policy(settings.policy_dir, settings.lake)
        write_control(settings.lake, settings.sources)
        write_refresh_control(settings)

    def run_dbt(*selection: str) -> None:
        failed = [
            f"{one.name}: {one.message}" for one in build(dbt_target(settings), [*selection, *arguments]) if one.has_failed
        ]
        assert not failed, failed

    yield "start-up", parsed_project
    yield "ingestion", ingest
    yield "models", lambda: run_dbt("--exclude-resource-type", "test")
    yield "checks", lambda: run_dbt("--resource-type", "test")
    yield "publication", lambda: publish(settings.warehouse, settings.published, settings.kept_publications)


def main() -> None:
    measured = {}
    clock, processors, written = STARTED, 0.0, 0.0
    for name, action in stages(sys.argv[1:]):
        action()
        now, used, wrote = time.perf_counter(), processor_seconds(), written_mb()
        measured[name] = {
            "wall": now - clock,
            "cpu": used - processors,
            "memory_mb": peak_memory_mb(),
            "written_mb": wrote - written,
        }
        clock, processors, written = now, used, wrote
        forget_peak()
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
