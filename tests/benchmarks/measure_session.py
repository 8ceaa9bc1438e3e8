"""Measuring a command whose work is done by processes that it does not wait for, such as the JVM of a Spark driver.

Belongs here: looking at all processes of its session while they live. Not here: commands of one process (measure.py), whose
figures the kernel keeps exactly; here what a process does in the last quarter of a second of its life is missed.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_LOOK_EVERY = 0.25
_TICKS = os.sysconf("SC_CLK_TCK")
# places in /proc/<process>/stat behind the name, which may hold blanks itself
_SESSION, _USER, _SYSTEM = 3, 11, 12


def measure_session(command: Sequence[str], environment: Mapping[str, str]) -> dict[str, float]:
    """Seconds, and megabytes of memory at the peak of all its processes together. The command's failure is an error."""
    processors: dict[int, float] = {}
    peak = 0.0
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        clock = time.perf_counter()
        child = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        while child.poll() is None:
            resident = 0.0
            for process, (seconds, megabytes) in _processes(child.pid).items():
                processors[process] = seconds
                resident += megabytes
            peak = max(peak, resident)
            time.sleep(_LOOK_EVERY)
        wall = time.perf_counter() - clock
        output.seek(0)
        assert child.returncode == 0, f"{' '.join(command)}\n{output.read()[-6000:]}"
    return {"wall": wall, "cpu": sum(processors.values()), "memory_mb": peak}


def _processes(session: int) -> dict[int, tuple[float, float]]:
    """Processor seconds and resident megabytes of each process of a session that lives."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(fields[_SESSION]) == session:
                pages = int((folder / "statm").read_text(encoding="utf-8").split()[1])
                seconds = (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS
                found[int(folder.name)] = (seconds, pages * os.sysconf("SC_PAGE_SIZE") / 1024**2)
        except OSError:  # it has just ended
            continue
    return found
