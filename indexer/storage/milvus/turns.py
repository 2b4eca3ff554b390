"""One writer at a time, over all machines: a row that says whose turn it is and until when.

Milvus has no transactions, so the row is written, given time to reach everybody, and read again: who finds
its own sign holds the turn. It is signed anew while the work goes on; of a writer that died it runs out.
Milvus Lite is open in one process alone, where an ordinary lock does.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from indexer.errors import LibraryBusyError, LibraryError
from indexer.storage.milvus.connection import Connection

#: Seconds a second writer waits; and for which a turn is signed, once more after half of it.
WAIT, TURN = 90.0, 60.0
#: Seconds after which a row that was written is read by everybody who waits for the latest.
SETTLE = 0.5
_LOOK = 0.2
_ID = "writer"
_of_this_process: dict[str, threading.Lock] = defaultdict(threading.Lock)


@contextmanager
def writers_turn(connection: Connection) -> Iterator[Callable[[], None]]:
    """Hold the turn; what is given is to be called while the work goes on, and renews it.

    Raises LibraryBusyError after ``WAIT`` seconds, naming the holder, and when the turn was lost.
    """
    lock = _of_this_process[str(connection.address.lite or connection.address.location)]
    deadline = time.monotonic() + WAIT
    if not lock.acquire(timeout=WAIT):
        raise _busy(connection, {})
    try:
        if connection.address.lite:
            yield lambda: None
            return
        turn = _Turn(connection)
        turn.take(deadline)
        try:
            yield turn.renew
        finally:
            turn.give_back()
    finally:
        lock.release()


class _Turn:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sign = uuid.uuid4().hex
        self._until = 0.0

    def take(self, deadline: float) -> None:
        while True:
            holder = self._holder()
            if not holder or holder["until"] < time.time():
                self._write(time.time() + TURN)
                time.sleep(SETTLE)
                if self._holder().get("sign") == self._sign:
                    return
            elif time.monotonic() > deadline:
                raise _busy(self._connection, holder)
            time.sleep(_LOOK)

    def renew(self) -> None:
        if time.time() < self._until - TURN / 2:
            return
        if self._holder().get("sign") != self._sign:
            raise LibraryBusyError(
                f"Another process has taken over writing {self._connection.address.location}: this one was not heard "
                "of for too long. Nothing was changed. Do it again."
            )
        self._write(time.time() + TURN)

    def give_back(self) -> None:
        try:
            if self._holder().get("sign") == self._sign:
                self._write(0.0)
        except LibraryError:
            pass  # it runs out

    def _holder(self) -> dict[str, Any]:
        rows = self._connection.get("records", [_ID], ["value"])
        return dict(json.loads(rows[0]["value"])) if rows else {}

    def _write(self, until: float) -> None:
        note = {
            "sign": self._sign,
            "until": until,
            "process": os.getpid(),
            "machine": socket.gethostname(),
            "command": os.path.basename(sys.argv[0]) or "python",  # noqa: PTH119
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        self._connection.upsert("records", [{"id": _ID, "number": -1, "ended": 0, "value": json.dumps(note)}])
        self._until = until


def _busy(connection: Connection, holder: dict[str, Any]) -> LibraryBusyError:
    who = "another part of this process"
    if holder:
        who = f"{holder['command']} (process {holder['process']} on {holder['machine']}, since {holder['since']})"
    return LibraryBusyError(
        f"The library {connection.address.location} is being written by {who}. Try again when it is done."
    )
