"""One writer at a time, over all machines: a row that says who holds the lease and until when.

Milvus has no transactions, so the row is written, given time to reach every server, and read again: the process
that finds its own token has the lease. It is renewed while the work goes on; that of a dead writer expires.
Milvus Lite is open in one process only, where an ordinary lock does.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from indexer.errors import LibraryBusyError, LibraryError
from indexer.storage.disk import describe_holder, holder_note
from indexer.storage.milvus.connection import Connection

#: Seconds a second writer waits; and for which a lease is given, renewed after half of it.
WAIT, LEASE = 90.0, 60.0
#: Seconds after which a row that was written is read by all strongly consistent readers.
SETTLE = 0.5
_POLL = 0.2
_ID = "writer"
_of_this_process: dict[str, threading.Lock] = defaultdict(threading.Lock)


@contextmanager
def writer_lease(connection: Connection) -> Iterator[Callable[[], None]]:
    """Hold the lease; yields a function that renews it, to be called while the work goes on.

    Raises LibraryBusyError after ``WAIT`` seconds, naming the holder, and when the lease was lost.
    """
    lock = _of_this_process[str(connection.address.lite or connection.address.location)]
    deadline = time.monotonic() + WAIT
    if not lock.acquire(timeout=WAIT):
        raise _busy(connection, {})
    try:
        if connection.address.lite:
            yield lambda: None
            return
        lease = _Lease(connection)
        lease.take(deadline)
        try:
            yield lease.renew
        finally:
            lease.give_back()
    finally:
        lock.release()


class _Lease:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._token = uuid.uuid4().hex
        self._until = 0.0

    def take(self, deadline: float) -> None:
        while True:
            holder = self._holder()
            if not holder or holder["until"] < time.time():
                self._write(time.time() + LEASE)
                time.sleep(SETTLE)
                if self._holder().get("sign") == self._token:
                    return
            elif time.monotonic() > deadline:
                raise _busy(self._connection, holder)
            time.sleep(_POLL)

    def renew(self) -> None:
        if time.time() < self._until - LEASE / 2:
            return
        if self._holder().get("sign") != self._token:
            raise LibraryBusyError(
                f"Another process now writes {self._connection.address.location}: this one took too long between two "
                "writes. Nothing was changed. Do it again."
            )
        self._write(time.time() + LEASE)

    def give_back(self) -> None:
        with suppress(LibraryError):  # it expires
            if self._holder().get("sign") == self._token:
                self._write(0.0)

    def _holder(self) -> dict[str, Any]:
        rows = self._connection.get("records", [_ID], ["value"])
        return dict(json.loads(rows[0]["value"])) if rows else {}

    def _write(self, until: float) -> None:
        value = json.dumps({"sign": self._token, "until": until, **holder_note()})
        self._connection.upsert("records", [{"id": _ID, "number": -1, "ended": 0, "value": value}])
        self._until = until


def _busy(connection: Connection, holder: dict[str, Any]) -> LibraryBusyError:
    who = describe_holder(holder) if holder else "another part of this process"
    return LibraryBusyError(
        f"The library {connection.address.location} is being written by {who}. Try again when it is done."
    )
