"""A server that speaks S3, on a loopback port, with one bucket: what a company's object store is to the pipeline."""

import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest
from pyarrow import fs

BUCKET = "order-book"


@dataclass
class Store:
    """Putting objects into the bucket, as an order system does."""

    port: int

    @property
    def url(self) -> str:
        """What a deployment names: below it lies one folder per source."""
        return f"s3://{BUCKET}/landing?region=eu-central-1&scheme=http&endpoint_override=127.0.0.1:{self.port}"

    def put(self, key: str, text: str) -> None:
        store, base = fs.FileSystem.from_uri(self.url)
        with store.open_output_stream(f"{base}/{key}", compression=None) as target:
            target.write(text.encode())

    def delete(self, key: str) -> None:
        store, base = fs.FileSystem.from_uri(self.url)
        store.delete_file(f"{base}/{key}")


@pytest.fixture(scope="module")
def store(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The server runs as long as the tests of a file."""
    program = project_root / ".venv-object-store" / "bin" / "moto_server"
    assert program.exists(), "make test-system installs the server"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("store") / "log").open("w")
    server = subprocess.Popen([str(program), "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log)
    keys = {"AWS_ACCESS_KEY_ID": "order-system", "AWS_SECRET_ACCESS_KEY": "s3cret", "AWS_EC2_METADATA_DISABLED": "true"}
    before = {key: os.environ.get(key) for key in keys}
    os.environ.update(keys)
    try:
        _wait_for(port)
        store = fs.S3FileSystem(
            region="eu-central-1", scheme="http", endpoint_override=f"127.0.0.1:{port}", allow_bucket_creation=True
        )
        store.create_dir(BUCKET)
        yield Store(port)
    finally:
        server.kill()
        server.wait()
        log.close()
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


def _wait_for(port: int) -> None:
    deadline = monotonic() + 60
    while monotonic() < deadline:
        with socket.socket() as look:
            if look.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.1)
    raise AssertionError("the server did not start within a minute")
