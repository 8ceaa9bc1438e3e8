"""Work as the job does it, without Dagster around it, each stage measured on its own (python refresh_by_stage.py WORK DAY...).

WORK is refresh; same_tables, the models alone that make what the plain scripts make, on a warehouse that a refresh has left;
or backfill, one as-of date and then all of DAY... on top of such a warehouse. Belongs here: the stages in their order and what
each of them took, as JSON on the standard output; the deployment is that of the environment. Not here: judging the figures.
Tests of the models are a stage of their own here; the job runs each of them as soon as its model is there.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

STARTED = time.perf_counter()
NO_TESTS = ("--exclude-resource-type", "test")
# Fact and customer table of the plain scripts. Scores and classes may go by margin and profit too: what those are made of stays
# as the refresh left it, and does not count.
SAME_TABLES = (
    *("+fct_order_lines", "+int_customers_as_of"),
    *("customer_rfm_values", "rfm_cut_points", "rfm_code_segments", "customer_rfm", "customer_abc"),
)


# What the fact and a customer's day take of the models, by the clock while other models run beside them.
DAY_MODELS = ("fct_order_lines", "fct_orders", "int_customer_day")
model_seconds: dict[str, float] = {}


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


def stages(work: str, days: list[str]) -> Iterator[tuple[str, Callable[[], object]]]:
    """Name and action of each stage."""
    from dagster_project.ingestion.contracts import load_sources
    from dagster_project.ingestion.ledger import write_control
    from dagster_project.ingestion.load import load_deliveries
    from dagster_project.policy.tables import load_policy
    from dagster_project.publication.swap import publish
    from dagster_project.settings import Settings
    from dagster_project.transformation.assets import build_in_batches, dbt_target
    from dagster_project.transformation.control import write_refresh_control
    from dagster_project.transformation.invocation import NodeResult, build
    from dagster_project.transformation.project import parsed_project

    settings = Settings(_env_file=None)

    def ingest() -> None:
        for source in load_sources(settings.sources):
            for feed in source.feeds:
                for outcome in load_deliveries(
                    source, feed, settings.landing, settings.lake, None, memory_limit=settings.memory_limit
                ):
                    assert not outcome.is_held_back, outcome.message
        load_policy(settings.policy_dir, settings.lake)
        write_control(settings.lake, settings.sources)
        write_refresh_control(settings)

    def checked(results: list[NodeResult]) -> None:
        failed = [f"{one.name}: {one.message}" for one in results if one.has_failed]
        assert not failed, failed

    def run_dbt(*arguments: str) -> None:
        checked(build(dbt_target(settings), arguments))

    def compute() -> None:
        results = build_in_batches(settings, NO_TESTS, exclude="", all_dates_at_once=False)
        checked(results)
        model_seconds.update({one.name: one.seconds for one in results})

    def compute_dates(dates: list[date]) -> None:
        write_refresh_control(settings, dates)
        compute()

    yield "start-up", parsed_project
    if work == "refresh":
        yield "ingestion", ingest
        yield "models", compute
        yield "checks", lambda: run_dbt("--resource-type", "test")
        yield (
            "publication",
            lambda: publish(
                settings.warehouse, settings.published, settings.kept_publications, memory_limit=settings.memory_limit
            ),
        )
    elif work == "same_tables":
        yield "same tables", lambda: run_dbt("--full-refresh", "--select", *SAME_TABLES, *NO_TESTS)
    else:
        assert work == "backfill", work
        yield "one date", lambda: compute_dates([])
        yield "many dates", lambda: compute_dates([date.fromisoformat(day) for day in days])


def main() -> None:
    measured = {}
    clock, processors, written = STARTED, 0.0, 0.0
    for name, action in stages(sys.argv[1], sys.argv[2:]):
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
    if model_seconds.keys() >= set(DAY_MODELS):
        measured["fact and customer days"] = {"wall": sum(model_seconds[name] for name in DAY_MODELS)}
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
