"""Work beside the page: it goes on, stops between two items, is taken up where it stopped, and rests unwatched."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from indexer.ui.shared import job as module
from indexer.ui.shared.job import Job


def gated(gate: threading.Semaphore, items: int) -> Iterator[int]:
    """Numbers from 0, each only when the gate lets it through."""
    for i in range(items):
        assert gate.acquire(timeout=10)
        yield i


def until(job: Job[int], count: int) -> list[int]:
    """What is done once there are ``count`` items."""
    for _ in range(200):
        done = job.look(0.05)
        if len(done) >= count:
            return done
    raise AssertionError(f"{count} items were not done: {done}")


def test_items_come_one_by_one_and_the_work_ends() -> None:
    gate = threading.Semaphore(0)
    job = Job(gated(gate, 3), 3)
    assert job.look() == [] and job.running
    gate.release()
    assert until(job, 1) == [0] and job.running
    gate.release(2)
    assert until(job, 3) == [0, 1, 2]
    job.look(5)
    assert not job.running and not job.stopped and job.error is None


def test_stopping_keeps_what_is_done_and_going_on_adds_the_rest() -> None:
    gate = threading.Semaphore(1)
    job = Job(gated(gate, 4), 4)
    until(job, 1)
    job.stop()
    gate.release()  # the item in hand may still come
    job.look(5)
    done = job.look(0.2)
    assert not job.running and job.stopped and len(done) <= 2
    gate.release(3)
    assert job.look(0.2) == done
    job.go_on()
    assert until(job, 4) == [0, 1, 2, 3]


def test_what_goes_wrong_is_kept_with_what_was_done() -> None:
    def fails() -> Iterator[int]:
        yield 7
        raise ValueError("no more")

    job = Job(fails(), 2)
    job.look(5)
    assert job.look() == [7] and not job.running
    assert isinstance(job.error, ValueError)


def test_work_that_nobody_looks_at_rests_until_somebody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    gate = threading.Semaphore(1)
    job = Job(gated(gate, 3), 3)
    until(job, 1)
    now = 1000.0
    gate.release()  # what it waits for comes; then it rests
    assert job._thread is not None
    job._thread.join(10)
    assert not job._thread.is_alive() and job.running
    gate.release()
    assert until(job, 3) == [0, 1, 2]


def test_work_that_changes_something_goes_on_unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    gate = threading.Semaphore(1)
    job = Job(gated(gate, 3), 3, rests=False)
    until(job, 1)
    now = 1000.0
    gate.release(2)
    assert job._thread is not None
    job._thread.join(10)
    assert not job.running and job.look() == [0, 1, 2]
