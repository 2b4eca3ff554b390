"""Waiting alerts -> delivered, channel by channel: each until it was accepted or refused, with growing pauses."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from indexer.delivery import Channel, DeliveryError
from indexer.delivery.settings import Settings
from indexer.library import Library
from indexer.library.alerts import DELIVERING, Attempt, KeptAlert, note_delivery, read_kept, set_channels, turn
from indexer.library.audit import record
from indexer.library.rechecking import EVERYONE
from indexer.types import Alert

#: Seconds after which an alert that was not delivered is tried again, each time; then it is given up: two days.
PAUSES = (5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 50_400)


def open_outbox(library: Library, settings: Settings) -> None:
    """Let alerts from now on wait for the channels of ``settings``; without any, all stays as it is.

    Raises LibraryError, LibraryBusyError.
    """
    if settings.channels:
        set_channels(library.whole.backend, [channel.name for channel in settings.channels])


def deliver_alerts(
    library: Library, settings: Settings, *, now: float | None = None, wait: float = 0.0
) -> Iterator[tuple[str, Alert]]:
    """Send what waits and is due at ``now``, seconds since 1970; (channel, alert) of each that was delivered.

    A channel that fails is left until the next call. Raises LibraryBusyError when another process delivers for longer
    than ``wait`` seconds, LibraryError.
    """
    backend = library.whole.backend
    at = time.time() if now is None else now
    if not any(_due(read_kept(backend).alerts, channel, at) for channel in settings.channels):
        return
    with turn(backend, DELIVERING, wait):
        for channel in settings.channels:
            for kept in _due(read_kept(backend).alerts, channel, at):
                if not _public(library, kept.alert):
                    note_delivery(backend, kept.alert.id, channel.name)
                    continue
                try:
                    channel.send(kept.alert, settings.pages)
                except DeliveryError as error:
                    _try_again(library, kept, channel, error, at)
                    if error.final:
                        continue
                    break
                note_delivery(backend, kept.alert.id, channel.name)
                yield channel.name, kept.alert


def _due(alerts: Sequence[KeptAlert], channel: Channel, at: float) -> list[KeptAlert]:
    """Alerts that wait for the channel and are due, the least tried first, so that none holds up others."""
    waiting = [kept for kept in alerts if channel.name in kept.waiting and kept.waiting[channel.name].due <= at]
    return sorted(waiting, key=lambda kept: kept.waiting[channel.name].tries)


def _public(library: Library, alert: Alert) -> bool:
    """Whether everyone may see it: what the recipients may read is not known."""
    seen = library.for_person(EVERYONE).backend
    return not alert.owner and not any(map(seen.conceals, (alert.plan, *(alert.plans or ()))))


def _try_again(library: Library, kept: KeptAlert, channel: Channel, error: DeliveryError, at: float) -> None:
    """Note when an alert is due again, or that it is given up, which the audit log says, too."""
    backend, alert = library.whole.backend, kept.alert
    tries = kept.waiting[channel.name].tries
    if error.final or tries >= len(PAUSES):
        note_delivery(backend, alert.id, channel.name, failed=str(error))
        record(backend, f"send by {channel.name}", alert.question, f"given up: {error}")
    else:
        note_delivery(backend, alert.id, channel.name, again=Attempt(tries + 1, at + PAUSES[tries]))
