"""How many questions a server answers at once, over all of its pages and programs, and for one client."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from indexer.errors import LimitError

#: Questions that are worked on at once: more would only share the cores.
RUNNING = max(2, os.cpu_count() or 1)
#: Questions that a server, and one client of it, may have open at once, waiting ones included.
OPEN, OPEN_A_CLIENT = 64, 32
#: Seconds that a question waits for its turn.
PATIENCE = 30.0


class QuestionLimits:
    """Places for questions: at most ``running`` at work, ``most`` of all clients and ``most_a_client`` of one open."""

    def __init__(
        self,
        running: int = RUNNING,
        most: int = OPEN,
        most_a_client: int = OPEN_A_CLIENT,
        patience: float = PATIENCE,
    ) -> None:
        self.most = most
        self.most_a_client = most_a_client
        self._patience = patience
        self._running = threading.BoundedSemaphore(running)
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """Hold a place for one question of ``client``, waiting for a turn. Raises LimitError."""
        self._enter(client)
        try:
            if not self._running.acquire(timeout=self._patience):
                raise LimitError(
                    f"The question waited {self._patience:.0f} seconds for its turn: the server is busy. "
                    "Ask again in a moment."
                )
            try:
                yield
            finally:
                self._running.release()
        finally:
            self._leave(client)

    def _enter(self, client: str) -> None:
        with self._lock:
            if self._open[client] >= self.most_a_client:
                raise LimitError(
                    f"You have {self.most_a_client} questions open, the most at once. Wait for an answer first."
                )
            if self._open.total() >= self.most:
                raise LimitError(f"The server has {self.most} questions open, the most at once. Ask again in a moment.")
            self._open[client] += 1

    def _leave(self, client: str) -> None:
        with self._lock:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]


#: The limits of this process.
LIMITS = QuestionLimits()
