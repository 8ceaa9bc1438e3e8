"""`python -m dagster_project dev` as a user starts it: a process of its own, asked over GraphQL, ended with Ctrl-C.

Belongs here: starting, asking, stopping. Not here: the browser (conftest.py), what must be true (test_*.py).
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

# Other work on the machine must not turn a slow start into a failure; each wait ends as soon as its condition holds.
_START_SECONDS = 120
_LEFT_OVER_SECONDS = 60
_SECONDS_BETWEEN_LOOKS = 0.5


def eventually(what: str, look: Callable[[], T | None], seconds: float) -> T:
    """The first true value that look gives. Raises AssertionError, naming what was waited for, when time is up."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    return found


class DevProcess:
    """One deployment's UI. It may be stopped and started again on the same data."""

    def __init__(self, project_root: Path, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.console = data_dir.with_name("dev_console.txt")
        self._project_root = project_root
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the UI."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and wait until it serves a code location that loaded."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("SEGMENTATION_", "DAGSTER_"))}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["SEGMENTATION_DATA_DIR"] = str(self.data_dir)
        with self.console.open("ab") as console:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "dagster_project", "dev", "--port", str(self._port)],
                cwd=self._project_root,
                env=environment,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        eventually("the code location to load", self._is_loaded, _START_SECONDS)

    def stop(self) -> list[str]:
        """Press Ctrl-C: SIGINT to the whole foreground group. Gives back the commands of what still lives afterwards."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGINT)
        deadline = time.monotonic() + _LEFT_OVER_SECONDS
        while (alive := self.processes()) and time.monotonic() < deadline:
            self._process.poll()
            time.sleep(0.1)
        commands = [_command(pid) for pid in alive]
        for pid in alive:
            os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        return commands

    @property
    def is_running(self) -> bool:
        """False before start and after stop."""
        return self._process is not None

    def processes(self) -> list[int]:
        """Everything that lives in the process group, the services and runs that dev started included."""
        assert self._process is not None
        return [pid for pid in _all_processes() if _is_alive_in(pid, self._process.pid)]

    def listening_addresses(self) -> set[str]:
        """Addresses on which a process of the group waits for TCP connections."""
        sockets = {inode for pid in self.processes() for inode in _socket_inodes(pid)}
        return {address for inode, address in _listening().items() if inode in sockets}

    def ask(self, query: str, **variables: object) -> Any:
        """The data of a GraphQL answer. Raises AssertionError with the errors of the answer."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            answer = json.load(response)
        assert "errors" not in answer, f"GraphQL: {answer['errors']}"
        return answer["data"]

    def _is_loaded(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"dev ended by itself:\n{self.console.read_text()}"
        try:
            entries = self.ask(
                """{ workspaceOrError { ... on Workspace { locationEntries {
                     loadStatus locationOrLoadError { __typename ... on PythonError { message } } } } } }"""
            )["workspaceOrError"]["locationEntries"]
        except OSError:
            return False
        for entry in entries:
            found = entry["locationOrLoadError"] or {}
            assert found.get("__typename") != "PythonError", f"the code location does not load: {found['message']}"
        return bool(entries) and all(entry["loadStatus"] == "LOADED" for entry in entries)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _is_alive_in(pid: int, group: int) -> bool:
    try:
        state, _, process_group = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return False
    return int(process_group) == group and state != "Z"


def _command(pid: int) -> str:
    try:
        return f"{pid}: {Path(f'/proc/{pid}/cmdline').read_bytes().replace(bytes(1), b' ').decode()[:200]}"
    except OSError:
        return f"{pid}: ended meanwhile"


def _socket_inodes(pid: int) -> list[str]:
    inodes = []
    for descriptor in _entries(Path(f"/proc/{pid}/fd")):
        try:
            target = str(descriptor.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.append(target[len("socket:[") : -1])
    return inodes


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _listening() -> dict[str, str]:
    """Address of every listening TCP socket, by inode: a dotted IPv4 address, or the kernel's hexadecimal IPv6 one."""
    found = {}
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else []:
            fields = line.split()
            address, state, inode = fields[1].rpartition(":")[0], fields[3], fields[9]
            if state == "0A":
                found[inode] = socket.inet_ntoa(bytes.fromhex(address)[::-1]) if len(address) == 8 else address
    return found
