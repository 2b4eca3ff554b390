"""The queue of jobs on a library: one after another, each in the name of who made it, whoever's ends first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar

import pytest

from indexer.errors import LibraryError
from indexer.library.jobs import MOST_WAITING, Job, JobQueue, Report

who: ContextVar[str] = ContextVar("who", default="nobody")


def until(there: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not there():
        assert time.monotonic() < end
        time.sleep(0.005)


def held(name: str, gate: threading.Event, *, fails: bool = False) -> Job:
    def work(job: Job) -> Iterator[Report]:
        gate.wait(10)
        yield Report(f"{name} by {who.get()}", "done")
        if fails:
            raise LibraryError("The disk is full.")

    return Job(name, work)


def test_jobs_run_one_after_another_in_the_name_of_who_made_them() -> None:
    queue, gates = JobQueue(), [threading.Event() for _ in range(3)]
    jobs = []
    for name, gate in zip(("Ann", "Bob", "Cem"), gates, strict=True):
        token = who.set(name)
        jobs.append(held(name, gate, fails=name == "Ann"))
        who.reset(token)
        queue.put(jobs[-1])
    assert [job.waits for job in jobs] == [False, True, True] and queue.job is jobs[0]
    assert jobs[1].look() == [] and jobs[1].waits  # a look starts nothing
    gates[1].set()
    gates[2].set()
    assert all(job.waits for job in jobs[1:])  # whatever could go on
    gates[0].set()
    until(lambda: not queue.busy)
    assert [job.look()[0].name for job in jobs] == ["Ann by Ann", "Bob by Bob", "Cem by Cem"]
    assert [str(job.task.error) for job in jobs] == ["The disk is full.", "None", "None"]
    assert queue.jobs == jobs
    queue.dismiss(jobs[0])
    assert queue.jobs == jobs[1:]
    last = held("Dee", gates[0])
    queue.put(last)
    assert queue.jobs == [last]  # its owner's earlier reports go
    until(lambda: not queue.busy)


def test_one_that_waits_is_cancelled_at_once_and_never_starts() -> None:
    queue, gate = JobQueue(), threading.Event()
    first, second, third = held("first", gate), held("second", gate), held("third", gate)
    for job in (first, second, third):
        queue.put(job)
    second.cancel()
    assert not second.task.running and [r.status for r in second.look()] == ["cancelled"]
    gate.set()
    until(lambda: not queue.busy)
    assert [job.look()[0].status for job in (first, second, third)] == ["done", "cancelled", "done"]


def test_only_so_many_wait() -> None:
    queue, gate = JobQueue(), threading.Event()
    for n in range(MOST_WAITING + 1):
        queue.put(held(str(n), gate))
    with pytest.raises(LibraryError, match=f"^{MOST_WAITING} jobs wait already"):
        queue.put(held("one more", gate))
    assert not queue.begin(held("when idle", gate))
    gate.set()
    until(lambda: not queue.busy)
    assert queue.begin(held("when idle", gate))


def test_jobs_put_just_as_others_end_all_run() -> None:
    queue, gate = JobQueue(), threading.Event()
    gate.set()
    jobs = []
    for n in range(200):
        jobs.append(held(str(n), gate))
        until(lambda: sum(job.waits for job in queue.jobs) < MOST_WAITING)
        queue.put(jobs[-1])
    until(lambda: not queue.busy)
    assert all(job.look()[0].status == "done" for job in jobs)
