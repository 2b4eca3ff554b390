"""One writer at a time: a lock file, with a note of who holds it."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from indexer.errors import LibraryBusyError, LibraryError

#: Seconds a second writer waits; adding a plan holds the lock for a second or so.
WAIT = 60.0


@contextmanager
def write_lock(folder: Path, wait: float = WAIT) -> Iterator[None]:
    """Hold the library's write lock; the system frees it when the process dies.

    Raises LibraryBusyError after ``wait`` seconds, naming the holder; LibraryError when the folder
    cannot be written.
    """
    from filelock import FileLock, Timeout  # readers start without it

    lock = FileLock(folder / "write.lock", thread_local=False)
    holder = folder / "write.holder"
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise LibraryBusyError(
            f"The library {folder} is being written by {_describe(holder)}. Try again when it is done."
        ) from None
    except OSError as error:
        raise LibraryError(
            f"The library {folder} cannot be written ({error.strerror or error}). "
            "Check the folder's permissions, or give another one with --library."
        ) from error
    try:
        with suppress(OSError):  # on a full disk the change itself says so
            _sign(holder)
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _sign(holder: Path) -> None:
    note = {
        "process": os.getpid(),
        "machine": socket.gethostname(),
        "command": Path(sys.argv[0]).name or "python",
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    holder.write_text(json.dumps(note), "utf-8")


def _describe(holder: Path) -> str:
    try:
        note = json.loads(holder.read_text("utf-8"))
        return f"{note['command']} (process {note['process']} on {note['machine']}, since {note['since']})"
    except (OSError, ValueError, KeyError):
        return "another process"
