"""What tests have the reading process do: the process imports this module by its name."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

from indexer.library import process
from indexer.library.adding import PendingImport, read_pending


def count(upto: int) -> Iterator[int]:
    yield from range(upto)


def pid() -> Iterator[int]:
    yield os.getpid()


def environment(name: str) -> Iterator[str | None]:
    yield os.environ.get(name)


def prints() -> Iterator[str]:
    print("not a result")
    os.write(1, b"nor is this\n")
    yield "result"


def hangs() -> Iterator[str]:
    yield "begun"
    while True:
        time.sleep(1)


def pid_then_loops() -> Iterator[int]:
    process._allow(1.0, anew=True)
    yield os.getpid()
    while True:
        pass


def loops() -> Iterator[str]:
    yield "begun"
    while True:
        pass


def hangs_in_a_pattern(text: str) -> Iterator[str]:
    import re

    yield "begun"
    re.match(r"(a+)+$", text)  # keeps the interpreter: no thread of this process runs any more


def grows(step: int) -> Iterator[int]:
    held = []
    while True:
        held.append(b"x" * step)
        time.sleep(0.01)
        yield 0


def grows_at_once(size: int) -> Iterator[int]:
    yield len(bytearray(size))


def gives(size: int) -> Iterator[bytes]:
    yield bytes(size)


def crashes() -> Iterator[str]:
    yield "begun"
    os.kill(os.getpid(), signal.SIGSEGV)


def fails(error: Exception) -> Iterator[str]:
    yield "begun"
    raise error


def works_longer(seconds: float, granted: float) -> Iterator[str]:
    process.grant(granted)
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
    yield "done"


def hangs_on_bad_files(pending: PendingImport) -> Iterator[Any]:
    """``read_pending``, but that a file with a word in it hangs where that says."""
    while b"HANG IN READING" in pending.data:
        pass
    results = read_pending(pending)
    yield next(results)
    while b"HANG IN TARGETS" in pending.data:
        pass
    yield from results
