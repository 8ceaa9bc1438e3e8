"""Measuring several ways of the same work against each other.

Belongs here: clocks, memory, disk, the order of the runs, the table. Not here: what is measured, any opinion about the figures.
"""

import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LOOK_EVERY = 0.02


@dataclass(frozen=True)
class Cost:
    """Seconds: by the clock, and of all processors, children that have ended included."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Comparison:
    """Medians of the product and of what it is measured against. target: the ratio of wall times that is promised."""

    name: str
    product: Cost
    base: Cost
    target: float
    runs: int


def run_process(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run a command to its end, with these variables beside the test's own; what it printed. Its failure is an error."""
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def measure_process(command: Sequence[str], environment: Mapping[str, str]) -> tuple[dict[str, float], str]:
    """Seconds, and megabytes of memory at its peak, of one process with its children; and what it printed."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        clock = time.perf_counter()
        child = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT)
        peak = 0.0
        while True:
            # the kernel's own peak of a child begins with what its parent held when it was forked
            peak = max(peak, _peak_mb(child.pid))
            ended, status, used = os.wait4(child.pid, os.WNOHANG)
            if ended:
                break
            time.sleep(_LOOK_EVERY)
        wall = time.perf_counter() - clock
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read()
    assert child.returncode == 0, f"{' '.join(command)}\n{printed}"
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "memory_mb": peak}, printed


def _peak_mb(process: int) -> float:
    """Most memory of a process so far; 0 when it has just ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def size_mb(folder: Path) -> float:
    """Megabytes of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1024**2


def medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Of several runs' figures, name by name; and how many runs there were."""
    return {name: round(statistics.median(run[name] for run in runs), 3) for name in runs[0]} | {"runs": len(runs)}


def compare(name: str, target: float, runs: int, product: Callable[[int], None], base: Callable[[int], None]) -> Comparison:
    """Both once to warm the caches, then in turns, so that other load meets both; each is given its turn."""
    product(0)
    base(0)
    costs: list[tuple[Cost, Cost]] = [(_cost(base, turn), _cost(product, turn)) for turn in range(1, runs + 1)]
    return Comparison(name, _median([ours for _, ours in costs]), _median([theirs for theirs, _ in costs]), target, runs)


def table(comparisons: Sequence[Comparison]) -> str:
    """One line per comparison: seconds of both sides, their ratios, and the target."""
    head = f"{'':<53}{'seconds by the clock':<32}processor seconds"
    names = f"{'medians':<50}{'product':>9}{'base':>7}{'ratio':>8}{'target':>8}{'product':>9}{'base':>7}{'ratio':>8}{'runs':>6}"
    return "\n".join([head, names, *map(_line, comparisons)])


def _line(one: Comparison) -> str:
    wall = f"{one.product.wall:>9.2f}{one.base.wall:>7.2f}{one.product.wall / one.base.wall:>8.2f}{one.target:>8.2f}"
    cpu = f"{one.product.cpu:>9.2f}{one.base.cpu:>7.2f}{one.product.cpu / max(one.base.cpu, 0.01):>8.2f}"
    return f"{one.name:<50}{wall}{cpu}{one.runs:>6}"


def _cost(action: Callable[[int], None], turn: int) -> Cost:
    processors, clock = _processor_seconds(), time.perf_counter()
    action(turn)
    return Cost(time.perf_counter() - clock, _processor_seconds() - processors)


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(statistics.median(one.wall for one in costs), statistics.median(one.cpu for one in costs))


def machine() -> str:
    """Processors and memory, as a reader of the figures has to know them."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "unknown processor",
    )
    return f"{len(os.sched_getaffinity(0))} processors ({model}), {memory:.0f} GB of memory"
