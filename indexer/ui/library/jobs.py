"""Work that changes the library or goes through all of it: one at a time, seen by all who look, never in their way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import TypeAlias

import streamlit as st

from indexer.library import Library
from indexer.library.adding import Progress
from indexer.ui.shared.job import Job


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one file or plan: ``name`` is the person's word for it, ``detail`` a sentence about it.

    ``status`` is one of ``Added``'s, "done", or "problem". ``earlier`` is how many versions the plan
    had before it was replaced by another text, else 0.
    """

    name: str
    status: str
    detail: str = ""
    plan: str = ""
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What is in hand: its name and stage, and how many passages of how many are done since ``began``."""

    name: str
    stage: str
    done: int
    total: int
    began: float

    @property
    def rate(self) -> float:
        """Passages a second; 0.0 while there is nothing to tell it from."""
        taken = monotonic() - self.began
        return self.done / taken if self.done and taken > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds until it is done, at the rate so far; None while that is unknown."""
        return (self.total - self.done) / self.rate if self.rate else None


class Cancelled(Exception):
    """Ends work whose engine cannot be told to stop, from within its progress."""


class Work:
    """A job with a title, what it has in hand, and a way to cancel it.

    ``names`` are what is to be done, once that is known. With ``breaks_off``, cancelling raises Cancelled
    where progress is told; otherwise the work asks ``cancelled``. ``cancellable`` says whether it can be
    cancelled at all.
    """

    def __init__(
        self,
        title: str,
        reports: Callable[[Work], Iterator[Report]],
        *,
        cancellable: bool = False,
        breaks_off: bool = False,
    ) -> None:
        self.title = title
        self.names: list[str] = []
        self.step: Step | None = None
        self.cancellable = cancellable
        self._breaks_off = breaks_off
        self._cancel = threading.Event()
        self.job: Job[Report] = Job(reports(self), 0, rests=False)

    @property
    def doing(self) -> str:
        """The title within a sentence."""
        return f"{self.title[:1].lower()}{self.title[1:]}"

    def cancel(self) -> None:
        """Stop at the next batch of passages; what is in hand is left out."""
        self._cancel.set()

    def cancelled(self) -> bool:
        """Whether somebody has cancelled it."""
        return self._cancel.is_set()

    def progress(self, name: str | None = None) -> Progress:
        """What an engine tells its progress to; steps are called ``name``, or by the file's own name."""

        def advance(path: object, stage: str, done: int, total: int) -> None:
            if self._breaks_off and self.cancelled():
                raise Cancelled
            before, called = self.step, name or str(path)
            same = before is not None and (before.name, before.stage) == (called, str(stage)) and done >= before.done
            self.step = Step(called, str(stage), done, total, before.began if same and before else monotonic())

        return advance


Reports: TypeAlias = Callable[[Work], Iterator[Report]]


class Desk:
    """Where a library's work lies: the one in hand, or the last one, until its report is put away."""

    def __init__(self) -> None:
        self.work: Work | None = None
        self._lock = threading.Lock()

    def begin(self, work: Work) -> bool:
        """Start ``work``; False, and nothing is started, while another is going on."""
        with self._lock:
            if self.busy:
                return False
            self.work = work
            work.job.look()
            return True

    @property
    def busy(self) -> bool:
        """Whether work is going on."""
        return self.work is not None and self.work.job.running

    def put_away(self) -> None:
        """Show the last work's report no longer."""
        with self._lock:
            if not self.busy:
                self.work = None


def desk(library: Library) -> Desk:
    """The desk of ``library``, the same for every session of this server."""
    return _desk(library.backend.location)


@st.cache_resource(show_spinner=False)
def _desk(location: str) -> Desk:
    return Desk()
