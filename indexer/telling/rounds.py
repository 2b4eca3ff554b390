"""While a server runs: saved questions are asked again once plans have changed and rest, and who is to know is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
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
    log = logging.getLogger(__name__)
    seen: object = None
    done: object = None
    moved = asked = monotonic()
    while not stopped.wait(every):
        try:
            with suppress(IndexerError):
                library, now = open_library(), monotonic()
                open_outbox(library, settings)
                state = library.backend.generation, [saved.id for saved in library.saved()]
                if state != seen:
                    seen, moved = state, now
                if state != done and (now - moved >= rest or now - asked >= longest):
                    asked = now
                    if _ended(ask_again(library), stopped):
                        return
                    done = state
            with suppress(IndexerError):
                if _ended(tell_alerts(open_library(), settings), stopped):
                    return
        except Exception:  # a defect must not end the rounds of a server that goes on
            log.exception("Saved questions could not be asked again, or alerts not told; the next round tries again.")


def _ended(work: Iterator[object], stopped: Event) -> bool:
    """Whether ``stopped`` came before all of ``work`` was done."""
    return any(stopped.is_set() for _ in work)
