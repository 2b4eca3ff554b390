"""While a server runs: saved questions are asked again once plans have changed and rest, and alerts are delivered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event
from time import monotonic

from indexer.delivery.outbox import deliver_alerts, open_outbox
from indexer.delivery.settings import Settings
from indexer.errors import IndexerError
from indexer.library import Library
from indexer.library.rechecking import recheck

#: Seconds between two rounds; for which no plan must have changed; after which it is asked although they still do.
EVERY, REST, LONGEST = 5.0, 10.0, 300.0


def run_rounds(
    open_library: Callable[[], Library],
    settings: Settings,
    stopped: Event,
    *,
    every: float = EVERY,
    rest: float = REST,
    longest: float = LONGEST,
) -> None:
    """Recheck and deliver until ``stopped``. What fails with a full disk or a taken lock is tried again."""
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
                    if _ended(recheck(library), stopped):
                        return
                    done = state
            with suppress(IndexerError):
                if _ended(deliver_alerts(open_library(), settings), stopped):
                    return
        except Exception:  # a defect must not end the rounds of a server that goes on
            log.exception(
                "Saved questions could not be asked again, or alerts not delivered; the next round tries again."
            )


def _ended(work: Iterator[object], stopped: Event) -> bool:
    """Whether ``stopped`` came before all of ``work`` was done."""
    return any(stopped.is_set() for _ in work)
