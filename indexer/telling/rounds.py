"""While a server runs: saved questions are asked again once plans have changed and rest, and who is to know is told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Event
from time import monotonic

from indexer.errors import IndexerError
from indexer.library import Library
from indexer.library.asking_again import ask_again
from indexer.telling.outbox import open_outbox, tell_alerts
from indexer.telling.settings import Settings

#: Seconds between two rounds; for which no plan must have changed; after which it is asked although they still do.
EVERY, REST, LONGEST = 5.0, 10.0, 300.0


def go_round(
    open_library: Callable[[], Library],
    settings: Settings,
    stopped: Event,
    *,
    every: float = EVERY,
    rest: float = REST,
    longest: float = LONGEST,
) -> None:
    """Ask and tell until ``stopped``. What cannot be done now, for want of a disk or of a turn, is tried next time."""
    seen: object = None
    done: object = None
    moved = asked = monotonic()
    while not stopped.wait(every):
        with suppress(IndexerError):
            library, now = open_library(), monotonic()
            open_outbox(library, settings)
            state = library.backend.generation, [saved.id for saved in library.saved()]
            if state != seen:
                seen, moved = state, now
            if state != done and (now - moved >= rest or now - asked >= longest):
                asked = now
                for _ in ask_again(library):
                    if stopped.is_set():
                        return
                done = state
        with suppress(IndexerError):
            for _ in tell_alerts(open_library(), settings):
                if stopped.is_set():
                    return
