"""The real server as its own process, and requests to it."""

from __future__ import annotations

import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

import anyio

from indexer.library.questions import FILE

T = TypeVar("T")
#: ``plancite`` as a command of this interpreter, whatever is installed.
PLANCITE = (sys.executable, "-c", "from indexer.cli import main; main()")


def copy_library(folder: Path, place: Path) -> Path:
    """A copy at ``place`` of the library in ``folder``, without what others have asked of it meanwhile."""
    return Path(shutil.copytree(folder, place, ignore=shutil.ignore_patterns(FILE)))


def run_async(run: Callable[[], Awaitable[T]]) -> T:
    """The result of ``run``, in a thread of its own: a browser of another test keeps an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, run).result()


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


class Served(NamedTuple):
    process: subprocess.Popen[bytes]
    port: int

    def get(self, path: str, *, source: str = "127.0.0.1", **headers: str) -> Reply:
        """The reply to a GET from the address ``source``, with ``headers`` whose names have "_" for "-"."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(source, 0))
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            reply = connection.getresponse()
            body = b"" if reply.status == 101 else reply.read()
            return Reply(reply.status, {name.lower(): value for name, value in reply.getheaders()}, body)
        finally:
            connection.close()

    def wait(self) -> None:
        """Return when the server answers."""
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            with suppress(OSError, http.client.HTTPException):
                if self.get("/_stcore/health").status == 200:
                    return
            assert self.process.poll() is None, "the server has ended"
            time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def open_socket(self, origin: str, host: str | None = None) -> int:
        """The status of a WebSocket handshake for the pages: 101 or a refusal."""
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13"}
        key = {"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        return self.get("/_stcore/stream", Origin=origin, **upgrade, **key, **({"Host": host} if host else {})).status


def free_port() -> int:
    """A free port below those that the system gives to connections, which would take it before the server does."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as taken, suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port


@contextmanager
def served(
    library: Path,
    folder: Path,
    *options: str,
    environment: Mapping[str, str] = os.environ,
    before: Sequence[str] = (),
    command: Sequence[str] = (),
    port: int | None = None,
) -> Iterator[Served]:
    """``plancite serve`` on ``library``, run in ``folder``, ready to answer; ``before`` is a command to run it under.

    Another ``command`` gets its port appended as --server.port.
    """
    port = port or free_port()
    serve = [*PLANCITE, "serve", "--library", str(library), "--port", str(port), *options]
    process = subprocess.Popen(
        [*before, *([*command, f"--server.port={port}"] if command else serve)],
        cwd=folder,
        env=environment,
        start_new_session=True,
    )
    server = Served(process, port)
    try:
        server.wait()
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)
