"""A standalone Spark cluster on this machine's loopback: one master, two workers, all from the pip-installed pyspark.

Belongs here: starting and ending it, and the settings that keep it small. Not here: what runs on it.
"""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HOST = "127.0.0.1"
WORKERS = 2
_START_SECONDS = 90
# A second compiler pays off in processes that live for hours, and planning hundreds of models fills the usual cache of code.
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize="
# one core and a gigabyte for each executor: the tables are small, and the machine has other things to do
_DEFAULTS = {
    "spark.driver.memory": "4g",
    "spark.driver.defaultJavaOptions": f"{_JAVA}400m",
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.executor.memory": "1g",
    "spark.executor.cores": "1",
    "spark.executor.defaultJavaOptions": f"{_JAVA}200m",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.ui.enabled": "false",
    # both pay off with large tables; with small ones their planning is dearer than what it saves
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.constraintPropagation.enabled": "false",
    # listing some hundred files is no work for a cluster
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "10000",
}
_LOGGING = """
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
"""


def configured(folder: Path) -> dict[str, str]:
    """The environment of a driver whose settings lie in a new folder."""
    folder.mkdir(parents=True)
    (folder / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in _DEFAULTS.items()))
    (folder / "log4j2.properties").write_text(_LOGGING)
    return {"SPARK_CONF_DIR": str(folder), "SPARK_LOCAL_IP": HOST}


@contextmanager
def standalone_cluster(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The master's address, and the environment of whoever drives it; everything is ended at the end."""
    environment = configured(folder / "conf")
    port = _free_port()
    address = f"spark://{HOST}:{port}"
    daemons: list[subprocess.Popen[bytes]] = []
    try:
        master = ["master.Master", "--host", HOST, "--port", str(port), "--webui-port", "0"]
        daemons.append(_start(master, folder / "master.log", environment))
        _wait_for(lambda: _is_open(port), daemons, folder)
        for number in range(WORKERS):
            work = ["worker.Worker", "--host", HOST, "--webui-port", "0", "--cores", "1", "--memory", "1500m"]
            work += ["--work-dir", str(folder / f"work-{number}"), address]
            daemons.append(_start(work, folder / f"worker-{number}.log", environment))
        _wait_for(lambda: _registered(folder) == WORKERS, daemons, folder)
        yield address, environment
    finally:
        for daemon in reversed(daemons):
            daemon.terminate()
        for daemon in daemons:
            daemon.wait(30)


def executors(folder: Path) -> int:
    """On how many workers something has run."""
    return sum(any((folder / f"work-{number}").glob("app-*/*")) for number in range(WORKERS))


def _start(arguments: list[str], log: Path, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    import pyspark

    spark_class = Path(pyspark.__file__).parent / "bin" / "spark-class"
    # the daemons say at level info that a worker has come
    logging = log.with_suffix(".properties")
    logging.write_text(_LOGGING.replace("level = error", "level = info"))
    options = f"-Dlog4j2.configurationFile=file:{logging}"
    with log.open("wb") as output:
        return subprocess.Popen(
            [str(spark_class), f"org.apache.spark.deploy.{arguments[0]}", *arguments[1:]],
            stdout=output,
            stderr=output,
            env={**os.environ, **environment, "SPARK_DAEMON_MEMORY": "256m", "SPARK_DAEMON_JAVA_OPTS": options},
        )


def _wait_for(is_ready: Callable[[], bool], daemons: list["subprocess.Popen[bytes]"], folder: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while not is_ready():
        if time.monotonic() > until or any(daemon.poll() is not None for daemon in daemons):
            logs = "\n".join(f"{path.name}: {path.read_text()[-1500:]}" for path in sorted(folder.glob("*.log")))
            raise RuntimeError(f"The cluster did not start within {_START_SECONDS} seconds.\n{logs}")
        time.sleep(0.2)


def _registered(folder: Path) -> int:
    return (folder / "master.log").read_text().count("Registering worker")


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
