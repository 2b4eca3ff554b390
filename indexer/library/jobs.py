"""Jobs that change a library or check all of it: one after another, seen by every session and program, with reports."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from time import monotonic
from typing import TypeAlias
from weakref import WeakKeyDictionary

from indexer.errors import LibraryError
from indexer.library.adding import Progress
from indexer.library.facade import Library
from indexer.library.rights import Action, Person
from indexer.library.task import Task

#: Jobs that a queue remembers, for programs that ask what became of theirs.
REMEMBERED = 100
#: Jobs that wait their turn at most: what they are to add is in memory.
MOST_WAITING = 20


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one file or plan: ``name`` is what people call it, ``detail`` a sentence about it.

    ``status`` is one of ``Added``'s, "done", or "problem". ``earlier`` is how many versions the plan
    had before it was replaced by another text, else 0.
    """

    name: str
    status: str
    detail: str = ""
    plan: str = ""
    earlier: int = 0

    @property
    def undoable(self) -> bool:
        """Whether ``undo`` would do anything about it."""
        return self.status == "added" or self.earlier > 0


@dataclass(frozen=True, slots=True)
class Step:
    """What is in progress: its name and stage, and how many texts of how many are done since ``began``."""

    name: str
    stage: str
    done: int
    total: int
    began: float

    @property
    def rate(self) -> float:
        """Passages a second; 0.0 while that is unknown."""
        taken = monotonic() - self.began
        return self.done / taken if self.done and taken > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds until it is done, at the rate so far; None while that is unknown."""
        return (self.total - self.done) / self.rate if self.rate else None


class Cancelled(Exception):
    """Ends a job whose engine has no way to stop, from within its progress."""


class Job:
    """A task with a title, a step in progress, and a way to cancel it; ``id`` names it to programs.

    ``names`` are what is to be done, once that is known. With ``breaks_off``, cancelling raises Cancelled
    where progress is reported; otherwise the job asks ``cancelled``. ``cancellable`` says whether it can be
    cancelled at all. ``owner`` is the person whose it is; "" where nobody signs in. It ``waits`` until a queue starts
    it, in the context in which it was made: the audit log names who made it.
    """

    def __init__(
        self,
        title: str,
        reports: Callable[[Job], Iterator[Report]],
        *,
        cancellable: bool = False,
        breaks_off: bool = False,
        owner: str = "",
    ) -> None:
        self.owner = owner
        self.id = secrets.token_hex(8)
        self.title = title
        self.names: list[str] = []
        self.step: Step | None = None
        self.cancellable = cancellable
        self._breaks_off = breaks_off
        self.waits = True
        self._lock = threading.Lock()
        self._cancel = threading.Event()
        self._context = copy_context()
        self._started = threading.Event()
        self._ended: Callable[[], None] = lambda: None
        self.task: Task[Report] = Task(self._run(reports), 0, pauses=False)

    def start(self, ended: Callable[[], None]) -> bool:
        """Begin the work in a thread of its own, which calls ``ended`` as its last act; False if it was cancelled."""
        with self._lock:
            if not self.waits:
                return False
            self.waits, self._ended = False, ended
        self._context.run(self.task.look)
        self._started.set()
        return True

    def _run(self, reports: Callable[[Job], Iterator[Report]]) -> Iterator[Report]:
        try:
            yield from reports(self)
        finally:
            self._ended()

    def look(self, wait: float = 0.0) -> list[Report]:
        """What is reported by now, after ``wait`` seconds at most."""
        if self.waits:
            self._started.wait(wait)
            return []
        return [Report(self.title, "cancelled")] if self.task.stopped else self.task.look(wait)

    def concerns(self, person: Person) -> bool:
        """Whether the person may see the job and what became of each file: their own, or as an admin any."""
        return self.owner == person.name or person.may(Action.ADMINISTER)

    @property
    def in_words(self) -> str:
        """The title within a sentence."""
        return f"{self.title[:1].lower()}{self.title[1:]}"

    def cancel(self) -> None:
        """Stop at the next text that is embedded, the file in progress is left out; one that waits never starts."""
        self._cancel.set()
        with self._lock:
            if self.waits:
                self.waits = False
                self.task.stop()
                self._started.set()

    def cancelled(self) -> bool:
        """Whether somebody has cancelled it."""
        return self._cancel.is_set()

    def progress(self, name: str | None = None) -> Progress:
        """The progress callback for an engine; steps are called ``name``, or by the file's own name."""

        def advance(path: object, stage: str, done: int, total: int) -> None:
            if self._breaks_off and self.cancelled():
                raise Cancelled
            before, called = self.step, name or str(path)
            same = before is not None and (before.name, before.stage) == (called, str(stage)) and done >= before.done
            self.step = Step(called, str(stage), done, total, before.began if same and before else monotonic())

        return advance


Reports: TypeAlias = Callable[[Job], Iterator[Report]]


class JobQueue:
    """A library's jobs, which run one after another; the report of each stays until it is dismissed."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        self._running: Job | None = None
        self._begun: dict[str, Job] = {}
        self._lock = threading.RLock()

    @property
    def jobs(self) -> list[Job]:
        """The jobs, in the order in which they came, without those whose report was dismissed."""
        with self._lock:
            return list(self._jobs)

    @property
    def job(self) -> Job | None:
        """The job in progress, else the last one."""
        jobs = self.jobs
        return next((job for job in jobs if not job.waits and job.task.running), jobs[-1] if jobs else None)

    def put(self, job: Job) -> None:
        """Start ``job``, or let it wait its turn; earlier reports of its owner go. Raises LibraryError for too many."""
        with self._lock:
            if sum(each.waits for each in self._jobs) >= MOST_WAITING:
                raise LibraryError(f"{MOST_WAITING} jobs wait already. Try again when some of them are done.")
            self._jobs = [each for each in self._jobs if each.task.running or each.owner != job.owner]
            self._jobs.append(job)
            self._begun[job.id] = job
            for earlier in list(self._begun)[:-REMEMBERED]:
                del self._begun[earlier]
            if self._running is None:
                self._start_next()

    def begin(self, job: Job) -> bool:
        """Start ``job``; False, and nothing is started, while another runs or waits."""
        with self._lock:
            if self._running:
                return False
            self.put(job)
            return True

    def _start_next(self) -> None:
        with self._lock:
            self._running = next((job for job in self._jobs if job.start(self._start_next)), None)

    def find(self, job_id: str) -> Job | None:
        """The job of this id; None where there is none, or it is long done."""
        return self._begun.get(job_id)

    @property
    def busy(self) -> bool:
        """Whether a job runs or waits."""
        return any(job.task.running for job in self.jobs)

    def dismiss(self, job: Job) -> None:
        """Remove the report of a job that is done from the page."""
        with self._lock:
            self._jobs = [each for each in self._jobs if each is not job or each.task.running]


def job_queue(library: Library) -> JobQueue:
    """The jobs of ``library``, the same for all who have it open in this process."""
    with _lock:
        return _queues.setdefault(library.whole, JobQueue())


_queues: WeakKeyDictionary[Library, JobQueue] = WeakKeyDictionary()
_lock = threading.Lock()


def settled(reports: Sequence[Report]) -> list[Report]:
    """``reports`` without those that a cancel has overtaken: a plan removed again is reported as that alone."""
    taken = {(report.name, report.plan) for report in reports if report.status == "cancelled"}
    return [r for r in reports if r.status == "cancelled" or (r.name, r.plan) not in taken]


def undo(library: Library, reports: Sequence[Report], job: Job) -> Iterator[Report]:
    """Undo what ``reports`` say: plans added are removed, and replaced ones get their earlier version back.

    Raises IndexerError.
    """
    added = [report.plan for report in reports if report.status == "added"]
    if added:
        library.remove(added)
        yield from (Report(plan, "done", "removed again; it can be put back") for plan in added)
    for report in reports:
        if report.status == "replaced" and report.earlier:
            library.restore(report.plan, report.earlier, job.progress(report.plan))
            yield Report(report.plan, "done", "the earlier version is back")
