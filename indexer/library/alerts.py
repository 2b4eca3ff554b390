"""Alerts as they are kept: the last answer to each saved question, what changed, and what is yet to be delivered.

Files of their own, as briefs are, in the folder ``alerts`` of the library's, under a lock of their own, so that they
neither wait for a writer of the library nor block one. An answer, its alerts and the channels that they wait for
are one write of one file: whenever a process dies, either all of them are there or none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from indexer.library.json_files import make_folder, read_json_file, write_json_file
from indexer.storage import Backend
from indexer.storage.disk import WAIT, write_lock
from indexer.storage.rows import as_json
from indexer.types import Alert, SavedQuestion, Sentence

#: The folder, and its files: alerts and answers; the plans that the answers are of.
FOLDER, FILE, SEEN_FILE = "alerts", "alerts.json", "plans.json"
#: The locks of rechecking and of delivery.
ASKING, DELIVERING = "asking", "delivering"
#: Alerts that are kept, the latest; older ones that a channel has yet to deliver stay as well.
MOST = 1000
_REMEDY = (
    "Put back a copy of it, or delete it: saved questions are then compared with the answers that they were saved with."
)


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """What a saved question was last answered with: (plan id, quote) of each sentence.

    ``turn`` counts the answers that it has had, so that one that comes back is another change.
    """

    question: str
    plans: tuple[str, ...] | None
    section: str | None
    owner: str
    quotes: tuple[tuple[str, str], ...] = ()
    turn: int = 0

    def is_of(self, saved: SavedQuestion) -> bool:
        """Whether this is the last answer to ``saved``, which has another id whenever it is saved again."""
        asked = (saved.question, saved.plans, saved.section, saved.owner)
        return (self.question, self.plans, self.section, self.owner) == asked

    def change_id(self, plan: str, old: Sentence | None, new: Sentence | None) -> str:
        """The id of the alert that this answer's next change makes of ``old`` and ``new``."""
        asked = [self.owner, self.question, self.plans, self.section, self.turn]
        change = [*asked, plan, old and old.text, new and new.text]
        return hashlib.sha256(as_json(change).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Attempt:
    """How often a channel was tried in vain, and when it is due again, in seconds since 1970."""

    tries: int = 0
    due: float = 0.0


@dataclass(frozen=True, slots=True)
class KeptAlert:
    """An alert; ``waiting`` are the channels that have yet to deliver it, ``failed`` says why one gave up."""

    alert: Alert
    waiting: dict[str, Attempt] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """The file: alerts in the order in which they were found; ``channels`` are those that new ones wait for."""

    answers: tuple[LastAnswer, ...] = ()
    alerts: tuple[KeptAlert, ...] = ()
    channels: tuple[str, ...] = ()


# -- reading -----------------------------------------------------------------------------------


def read_alerts(backend: Backend) -> list[Alert]:
    """The alerts that the backend's owner may see, the latest first. Raises LibraryError.

    They are of one's own questions and of those of all, on plans that one may read; of a whole library all.
    """
    found = [kept.alert for kept in reversed(read_kept(backend).alerts)]
    if backend.whole is backend or not found:
        return found
    # of plans that are there for them: what is called by a name that no plan has might be of one that is not
    known = {info.id for info in backend.plans()} | {version.plan for version in backend.removed()}
    return [
        alert
        for alert in found
        if alert.owner in ("", backend.owner)
        and alert.plan in known
        and not any(map(backend.conceals, alert.plans or ()))
    ]


def read_kept(backend: Backend) -> Kept:
    """All that is kept. Raises LibraryError when it cannot be read."""
    return read_json_file(_folder(backend) / FILE, Kept, _REMEDY) or Kept()


def seen_plans(backend: Backend) -> dict[str, str]:
    """The hash of each plan's file when the saved questions were last asked; "" for one that may have been another.

    Raises LibraryError.
    """
    return read_json_file(_folder(backend) / SEEN_FILE, dict[str, str], _REMEDY) or {}


# -- writing -----------------------------------------------------------------------------------


@contextmanager
def turn(backend: Backend, of: str, wait: float = 0.0) -> Iterator[None]:
    """Be the one process that does this, ``ASKING`` or ``DELIVERING``. Raises LibraryBusyError, LibraryError."""
    folder = _folder(backend) / of
    make_folder(folder)
    with write_lock(folder, wait):
        yield


def keep_answer(backend: Backend, before: LastAnswer, after: LastAnswer, alerts: Sequence[Alert]) -> bool:
    """Put ``after`` in the place of ``before``, with the alerts of the change; False where that is no longer the last.

    Raises LibraryError, LibraryBusyError.
    """
    done = False

    def change(kept: Kept) -> Kept:
        nonlocal done
        asked = replace(before, quotes=(), turn=0)
        last = next((answer for answer in kept.answers if replace(answer, quotes=(), turn=0) == asked), None)
        done = last == before or (last is None and before.turn == 0)
        if not done:
            return kept
        others = tuple(answer for answer in kept.answers if answer is not last)
        waiting = dict.fromkeys(kept.channels, Attempt())
        found = (*kept.alerts, *(KeptAlert(alert, dict(waiting)) for alert in alerts))
        return replace(kept, answers=(*others, after), alerts=_latest(found))

    _change(backend, change)
    return done


def _latest(alerts: tuple[KeptAlert, ...]) -> tuple[KeptAlert, ...]:
    more = len(alerts) - MOST
    return tuple(kept for i, kept in enumerate(alerts) if i >= more or kept.waiting)


def forget_answers(backend: Backend, saved: Sequence[SavedQuestion]) -> None:
    """Forget the answers to questions that are not among ``saved``. Raises LibraryError, LibraryBusyError."""
    answers = read_kept(backend).answers
    if any(not any(map(answer.is_of, saved)) for answer in answers):
        _change(backend, lambda kept: replace(kept, answers=tuple(a for a in kept.answers if any(map(a.is_of, saved)))))


def see_plans(backend: Backend, plans: Mapping[str, str]) -> None:
    """Note the plans that all saved questions were asked of. Raises LibraryError."""
    write_json_file(_folder(backend) / SEEN_FILE, plans)


def set_channels(backend: Backend, channels: Sequence[str]) -> None:
    """Let new alerts wait for these channels, and no alert for others. Raises LibraryError, LibraryBusyError."""
    known = read_kept(backend)
    waited_for = {channel for each in known.alerts for channel in each.waiting}
    if set(known.channels) == set(channels) and waited_for <= set(channels):
        return

    def change(kept: Kept) -> Kept:
        left = (
            replace(each, waiting={name: a for name, a in each.waiting.items() if name in channels})
            for each in kept.alerts
        )
        return replace(kept, alerts=tuple(left), channels=tuple(channels))

    _change(backend, change)


def note_delivery(
    backend: Backend, alert_id: str, channel: str, *, failed: str = "", again: Attempt | None = None
) -> None:
    """Note that a channel has told an alert, has ``failed`` for good, or is to try ``again``.

    Raises LibraryError, LibraryBusyError.
    """

    def noted(kept: KeptAlert) -> KeptAlert:
        if kept.alert.id != alert_id:
            return kept
        waiting = {name: attempt for name, attempt in kept.waiting.items() if name != channel}
        return replace(
            kept,
            waiting={**waiting, **({channel: again} if again else {})},
            failed={**kept.failed, **({channel: failed} if failed else {})},
        )

    _change(backend, lambda kept: replace(kept, alerts=tuple(map(noted, kept.alerts))))


def rename_in_alerts(backend: Backend, old: str, new: str) -> None:
    """Call the plan ``old`` by its ``new`` id. Raises LibraryError, LibraryBusyError."""

    def plans(named: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return named and tuple(new if plan == old else plan for plan in named)

    def change(kept: Kept) -> Kept:
        answers = (
            replace(a, plans=plans(a.plans), quotes=tuple((new if p == old else p, q) for p, q in a.quotes))
            for a in kept.answers
        )
        alerts = (
            replace(
                each,
                alert=replace(
                    each.alert,
                    plans=plans(each.alert.plans),
                    plan=new if each.alert.plan == old else each.alert.plan,
                ),
            )
            for each in kept.alerts
        )
        return replace(kept, answers=tuple(answers), alerts=tuple(alerts))

    if (_folder(backend) / FILE).exists():
        _change(backend, change)


def purge_alerts(backend: Backend, plan_ids: Sequence[str]) -> None:
    """Delete what is kept of plans that are deleted for good. Raises LibraryError, LibraryBusyError."""
    if (seen := seen_plans(backend)).keys() & set(plan_ids):
        see_plans(backend, {plan: digest for plan, digest in seen.items() if plan not in plan_ids})
    if not (_folder(backend) / FILE).exists():
        return

    def change(kept: Kept) -> Kept:
        answers = (replace(a, quotes=tuple(q for q in a.quotes if q[0] not in plan_ids)) for a in kept.answers)
        alerts = tuple(each for each in kept.alerts if each.alert.plan not in plan_ids)
        return replace(kept, answers=tuple(answers), alerts=alerts)

    _change(backend, change)


def _change(backend: Backend, change: Callable[[Kept], Kept]) -> None:
    folder = _folder(backend)
    make_folder(folder)
    with write_lock(folder, WAIT):
        kept = read_kept(backend)
        if (changed := change(kept)) != kept:
            write_json_file(folder / FILE, changed)


def _folder(backend: Backend) -> Path:
    return backend.folder / FOLDER
