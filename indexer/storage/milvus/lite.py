"""Milvus Lite in this process: one server a file, shared by all who open it, stopped with the last.

What Milvus Lite does otherwise than a server is kept here and in ``Connection``: one process at a time,
BM25 statistics of each segment by itself, rows not yet in a segment searched slowly.
"""

from __future__ import annotations

import atexit
import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import LibraryBusyError, LibraryError

#: Rows written after which they are brought into a segment: before, each search reads them one by one.
FLUSH_ROWS = 500
_guard = threading.Lock()
_running: dict[Path, _Server] = {}


@dataclass(slots=True)
class _Server:
    server: Any
    database: Any
    uri: str
    users: int = 1


def start(path: Path, *, create: bool) -> str:
    """The URI under which the file at ``path`` is served in this process.

    Raises LibraryError when there is none and not ``create``, or it cannot be read; LibraryBusyError
    when another process has it open.
    """
    with _guard:
        if path in _running:
            _running[path].users += 1
            return _running[path].uri
        _refuse(path, create)
        _running[path] = _serve(path)
        return _running[path].uri


def stop(path: Path) -> None:
    """One user less; with the last one what was written goes into the file and the server ends."""
    with _guard:
        entry = _running.get(path)
        if entry is None:
            return
        entry.users -= 1
        if entry.users == 0:
            del _running[path]
            entry.server.stop(grace=2).wait()
            entry.database.close()


@atexit.register
def _stop_all() -> None:
    for path, entry in list(_running.items()):
        entry.users = 1
        stop(path)


def _refuse(path: Path, create: bool) -> None:
    if path.is_file():
        raise LibraryError(
            f"{path} is no library of Milvus Lite as this version writes it. Give another path ending in .db."
        )
    if path.exists():
        return
    if not create:
        raise LibraryError(
            f"There is no library in {path}. Make one with: plancite index FOLDER_WITH_PLANS --library {path}"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            f"The library {path} cannot be made ({error.strerror or error}). Give another path with --library."
        ) from error


def _serve(path: Path) -> _Server:
    try:
        import milvus_lite.adapter.grpc.server as adapter
        from milvus_lite.engine import compaction
        from milvus_lite.exceptions import DataDirLockedError
    except ImportError as error:
        raise LibraryError(
            f"{path} is a library of Milvus Lite, which is not installed. Run: pip install 'plancite[milvus]'"
        ) from error
    logging.getLogger("milvus_lite").addHandler(logging.NullHandler())  # what goes wrong is raised
    # Its BM25 counts words in each segment by itself. So all segments are merged as they come: a word is
    # as rare in a plan added last as in the others. It never holds more than one machine's worth.
    compaction.COMPACTION_MIN_FILES_PER_BUCKET = 2
    compaction.COMPACTION_BUCKET_BOUNDARIES = []
    try:
        server, database, port = adapter.start_server_in_thread(str(path))
    except DataDirLockedError:
        raise LibraryBusyError(
            f"The library {path} is open in another process, and Milvus Lite serves one at a time. Close that one, "
            "or put the library on a Milvus server with: plancite copy"
        ) from None
    except Exception as error:  # damaged files raise many kinds
        raise LibraryError(
            f"{path} is not a readable library of Milvus Lite ({error}). Restore it from a copy, or delete it and "
            "add the plans again."
        ) from error
    return _Server(server, database, f"http://127.0.0.1:{port}")
