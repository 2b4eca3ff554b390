"""Work that goes on between two looks at a page, so that the page stays usable meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")

#: Seconds after which work that no page looks at any more rests; looking again takes it up.
_UNWATCHED = 20.0


class Job(Generic[T]):
    """An iterator read in a thread of its own; it can be stopped and gone on with.

    ``total`` is how many items are to come. What the iterator raises ends the work and is kept in
    ``error``. Work that changes something does not ``rest`` when nobody looks.
    """

    def __init__(self, work: Iterator[T], total: int, *, rests: bool = True) -> None:
        self.total = total
        self.rests = rests
        self.error: Exception | None = None
        self.stopped = False
        self._done: list[T] = []
        self._ended = False
        self._work = work
        self._seen = 0.0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def look(self, wait: float = 0.0) -> list[T]:
        """What is done by now, after ``wait`` seconds at most; the work goes on for as long as somebody looks."""
        self._seen = monotonic()
        with self._lock:
            if not self.stopped and not self._ended and not (self._thread and self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            thread = self._thread
        if wait and thread:
            thread.join(wait)
        return list(self._done)

    @property
    def running(self) -> bool:
        """Whether more is to come without anybody's doing."""
        return not self.stopped and not self._ended

    def stop(self) -> None:
        """End the work after the item in hand."""
        self.stopped = True

    def go_on(self) -> None:
        """Take up the work where it was stopped."""
        self.stopped = False

    def _run(self) -> None:
        while not self.stopped and not (self.rests and monotonic() - self._seen >= _UNWATCHED):
            try:
                self._done.append(next(self._work))
            except StopIteration:
                self._ended = True
                return
            except Exception as error:  # shown by the page that looks, whatever it is
                self.error = error
                self._ended = True
                return
