"""A server that is asked while it adds a file."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median
from typing import Any

from served import Served, served

from indexer.library import Library

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
_API = "/api/v1"
_USUAL = 15  # requests of each kind before anything is added
_QUIET = 2.0  # seconds of adding in which nothing is asked but the server's health
_OWN = 0.5  # processor seconds that the server itself may take in these
_LATE = 1.0  # seconds past the usual


class Talk:
    """Requests to the API, and the seconds that each took."""

    def __init__(self, server: Served) -> None:
        self._server = server
        self._asked = 0

    def request(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=120)
        try:
            connection.request(method, _API + path, body, {"Content-Type": kind} if kind else {})
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read() or b"null")
        finally:
            connection.close()

    def health(self) -> float:
        return self._seconds("GET", "/health")

    def ask(self) -> float:
        """A question that was not asked before."""
        self._asked += 1
        question = {"question": f"Which kilns have to close by {2000 + self._asked}?"}
        return self._seconds("POST", "/ask", json.dumps(question).encode(), "application/json")

    def _seconds(self, *request: Any) -> float:
        began = time.monotonic()
        status, told = self.request(*request)
        assert status == 200, told
        return time.monotonic() - began

    def add(self, name: str, data: bytes) -> tuple[int, Any]:
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        return self.request("POST", "/plans", head + data + b"\r\n--x--\r\n", "multipart/form-data; boundary=x")

    def wait(self, job: str, seconds: float) -> str:
        """What became of a job's first file, or its state after ``seconds``."""
        deadline = time.monotonic() + seconds
        while True:
            _, told = self.request("GET", f"/jobs/{job}")
            if told["state"] not in ("waiting", "running"):
                return str(told["reports"][0]["detail"] or told["reports"][0]["status"])
            if time.monotonic() > deadline:
                return "running"
            time.sleep(0.05)


@contextmanager
def busy_process() -> Iterator[None]:
    """A process that does nothing but keep a core busy."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def while_added(
    place: Path,
    files: Sequence[tuple[str, bytes]],
    *,
    longest: float = 12.0,
    judged: Callable[[Sequence[float]], float] = max,
    usually_busy: bool = False,
) -> dict[str, Any]:
    """Figures of a server with a sample plan to which each of ``files`` is added, cancelled after ``longest`` seconds.

    ``judged`` says which of the times taken meanwhile is compared with the median of the usual ones; with
    ``usually_busy`` these are taken while another process keeps a core busy, as the one that reads does.
    """
    place.mkdir()
    with Library.open(place / "library", create=True) as library:
        library.add(CORPUS / "national.txt")
    figures: dict[str, Any] = {}
    wrong = []
    with served(place / "library", place) as server:
        talk = Talk(server)
        talk.ask()  # loads the models
        with busy_process() if usually_busy else nullcontext():
            usual = {kind: median(kind() for _ in range(_USUAL)) for kind in (talk.health, talk.ask)}
        for kind, seconds in usual.items():
            figures[f"{kind.__name__}, usual s"] = seconds
        past = []
        for name, data in files:
            status, told = talk.add(name, data)
            assert status == 202, told
            began, used = time.monotonic(), _processor_seconds(server)
            taken: dict[Any, list[float]] = {kind: [] for kind in usual}
            while talk.wait(told["job"], 0) == "running" and time.monotonic() - began < _QUIET:
                taken[talk.health].append(talk.health())
                time.sleep(0.1)  # requests of the test are work of the server too
            own = figures[f"{name}, the server's own processor s"] = _processor_seconds(server) - used
            wrong += [f"{name}: the server itself was at work"] if own > _OWN else []
            while True:  # at least one round: a server that did not answer may be done by now
                for kind, of_kind in taken.items():
                    of_kind.append(kind())
                if talk.wait(told["job"], 0) != "running" or time.monotonic() - began > longest:
                    break
            said = "cancelled"
            if talk.wait(told["job"], 0) == "running":
                talk.request("DELETE", f"/jobs/{told['job']}")
                cancelled = time.monotonic()
                talk.wait(told["job"], 60)
                small = f"Kilns close by 2025 beside {name}.".encode()
                added = talk.add("small.txt", small)
                figures[f"{name}, cancel to free s"] = time.monotonic() - cancelled
                wrong += [f"{name}: cancelled late"] if time.monotonic() - cancelled > 2 else []
                small_is = talk.wait(added[1]["job"], 60)
                wrong += [f"{name}: a file after it is {small_is}"] if small_is == "running" else []
            else:
                said = talk.wait(told["job"], 0)
            late = {kind.__name__: judged(times) - usual[kind] for kind, times in taken.items()}
            figures[f"{name}, {len(taken[talk.ask])} rounds"] = f"{late}; {said}"
            past += late.values()
            wrong += [
                f"{name}: {kind} {seconds:.2f} s past the usual" for kind, seconds in late.items() if seconds > _LATE
            ]
        assert server.process.poll() is None
    return {**figures, "longest past the usual, s": max(past), "wrong": wrong}


def _processor_seconds(server: Served) -> float:
    """Processor time that the server has taken, without its children."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
