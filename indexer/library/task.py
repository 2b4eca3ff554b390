"""Work in a thread of its own, which pages and programs look at while it goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextvars import copy_context
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")

#: Seconds after which a task that no page looks at pauses; looking again resumes it.
_UNWATCHED = 20.0


class Task(Generic[T]):
    """An iterator read in a thread of its own; it can be stopped and resumed.

    ``total`` is how many items are expected. An exception of the iterator ends the task and is kept in ``error``.
    A task that changes something does not ``pause`` when nobody looks.
    """

    def __init__(self, items: Iterator[T], total: int, *, pauses: bool = True) -> None:
        self.total = total
        self.pauses = pauses
        self.error: Exception | None = None
        self.stopped = False
        self._done: list[T] = []
        self._ended = False
        self._items = items
        self._seen = 0.0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def look(self, wait: float = 0.0) -> list[T]:
        """What is done by now, after ``wait`` seconds at most; the task goes on as long as somebody looks."""
        self._seen = monotonic()
        with self._lock:
            if not self.stopped and not self._ended and not (self._thread and self._thread.is_alive()):
                # the client that looks first has begun it: the audit log names it
                self._thread = threading.Thread(target=copy_context().run, args=(self._run,), daemon=True)
                self._thread.start()
            thread = self._thread
        if wait and thread:
            thread.join(wait)
        return list(self._done)

    @property
    def running(self) -> bool:
        """Whether more comes by itself."""
        return not self.stopped and not self._ended

    def stop(self) -> None:
        """End the task after the item in progress."""
        self.stopped = True

    def resume(self) -> None:
        """Go on where the task was stopped."""
        self.stopped = False

    def _run(self) -> None:
        while not self.stopped and not (self.pauses and monotonic() - self._seen >= _UNWATCHED):
            try:
                self._done.append(next(self._items))
            except StopIteration:
                self._ended = True
                return
            except Exception as error:  # shown by the page that looks, whatever it is
                self.error = error
                self._ended = True
                return
