"""Who changed what in a library, and how it went: one line for each change, only ever appended to."""

from __future__ import annotations

import getpass
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from indexer.errors import IndexerError, LibraryError, RightsError
from indexer.storage import Backend

FILE = "audit.jsonl"
#: The outcome of what somebody may not do; seconds in which the same of the same person is one line.
REFUSED, QUIET = "refused", 60.0
_LONGEST = 200  # characters of the target, which the client chooses
_lock = threading.Lock()
_refused: dict[tuple[str, str, str], float] = {}
#: Who is at work where nobody signs in; "" is the user whom the process belongs to.
actor: ContextVar[str] = ContextVar("actor", default="")


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: when, ISO 8601 in UTC; by whom; what; on which plan or file; "done", "refused" or why not."""

    at: str
    who: str
    action: str
    on: str
    outcome: str


def record(backend: Backend, action: str, on: str, outcome: str = "done") -> None:
    """Append a line. A change is not undone because it cannot be written down: the disk's error is then its own."""
    entry = Entry(
        datetime.now(UTC).isoformat(timespec="seconds"), backend.owner or actor.get() or _user(), action, on, outcome
    )
    line = json.dumps(asdict(entry)).encode() + b"\n"
    with suppress(OSError):  # one write to the end: lines of two processes do not mix
        file = os.open(backend.folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, line)
        finally:
            os.close(file)


def record_refusal(backend: Backend, action: str, on: str) -> None:
    """Append a line for what somebody may not do, unless there is one of the same within ``QUIET`` seconds.

    Repeated attempts do not fill the disk.
    """
    now, key = time.monotonic(), (str(backend.folder), backend.owner or actor.get(), action)
    with _lock:
        for old in [each for each, at in _refused.items() if now - at >= QUIET]:
            del _refused[old]
        if new := key not in _refused:
            _refused[key] = now
    if new:
        record(backend, action, on[:_LONGEST], REFUSED)


@contextmanager
def recorded(backend: Backend, action: str, on: str) -> Iterator[None]:
    """Record what is done within, or the error that it ends with."""
    try:
        yield
    except RightsError:
        record_refusal(backend, action, on)
        raise
    except IndexerError as error:
        record(backend, action, on, str(error))
        raise
    record(backend, action, on)


def entries(backend: Backend) -> list[Entry]:
    """All lines, the oldest first; one that was broken off by a full disk is left out. Raises LibraryError."""
    path = backend.folder / FILE
    found = []
    try:
        with path.open("rb") as lines:
            for line in lines:
                with suppress(ValueError, TypeError):
                    found.append(Entry(**json.loads(line)))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LibraryError(f"{path} cannot be read ({error.strerror or error}). Check its permissions.") from error
    return found


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in a container
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"
