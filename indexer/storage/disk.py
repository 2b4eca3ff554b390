"""A library's files on this machine: written whole, measured by a checksum, changed by one writer at a time."""

from __future__ import annotations

import json
import os
import socket
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexer.errors import LibraryBusyError, LibraryError

#: Seconds a second writer waits; adding a plan holds the lock for a second or so.
WAIT = 60.0
_BLOCK = 1 << 20
_SUM = "sum"


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that others see it whole or as it was before, never half. Raises OSError, and leaves no draft."""
    draft = path.with_name(f".{path.name[:50]}-{os.getpid()}")
    try:
        draft.write_bytes(content.encode() if isinstance(content, str) else content)
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def write_note(path: Path, note: dict[str, Any]) -> None:
    """Write ``note`` as JSON, whole, with a checksum of it. Raises OSError."""
    write_whole(path, json.dumps({**note, _SUM: _sum_of(note)}))


def read_note(path: Path, *fields: str) -> dict[str, Any]:
    """What ``write_note`` wrote of these ``fields``; an older note has no checksum.

    Raises OSError, and ValueError for anything else.
    """
    note = json.loads(path.read_text("ascii"))
    if not isinstance(note, dict) or not set(note) <= {*fields, _SUM}:
        raise ValueError("it is not as it was written")
    if note.pop(_SUM, None) not in (None, _sum_of(note)):
        raise ValueError("it is not as it was written")
    return note


def _sum_of(note: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps({name: value for name, value in note.items() if name != _SUM}).encode())


def crc32_of(path: Path) -> int:
    """The CRC-32 of the file's bytes; 300 MB take a quarter of a second."""
    value = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            value = zlib.crc32(block, value)
    return value


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Raise LibraryError for what tantivy (ValueError), FAISS (RuntimeError) and the system raise of a disk."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        raise LibraryError(
            f"{folder} cannot be written ({error}). Check the disk's free space and the folder's permissions."
        ) from error


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
            holder.write_text(json.dumps(holder_note()), "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def holder_note() -> dict[str, object]:
    """This process, as a writer who has to wait for it reads of it."""
    return {
        "process": os.getpid(),
        "machine": socket.gethostname(),
        "command": Path(sys.argv[0]).name or "python",
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def describe_holder(note: dict[str, object]) -> str:
    """The process that wrote ``note``. Raises KeyError for one that is not whole."""
    return f"{note['command']} (process {note['process']} on {note['machine']}, since {note['since']})"


def _describe(holder: Path) -> str:
    try:
        return describe_holder(json.loads(holder.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
