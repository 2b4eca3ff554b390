"""A task goes on while a page looks, stops between two items, resumes where it stopped, and pauses unwatched."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from indexer.library import task as module
from indexer.library.task import Task


def gated(gate: threading.Semaphore, items: int) -> Iterator[int]:
    """Numbers from 0, each only when the gate lets it through."""
    for i in range(items):
        assert gate.acquire(timeout=10)
        yield i


def until(task: Task[int], count: int) -> list[int]:
    """What is done once there are ``count`` items."""
    for _ in range(200):
        done = task.look(0.05)
        if len(done) >= count:
            return done
    raise AssertionError(f"{count} items were not done: {done}")


def test_items_come_one_by_one_and_the_work_ends() -> None:
    gate = threading.Semaphore(0)
    task = Task(gated(gate, 3), 3)
    assert task.look() == [] and task.running
    gate.release()
    assert until(task, 1) == [0] and task.running
    gate.release(2)
    assert until(task, 3) == [0, 1, 2]
    task.look(5)
    assert not task.running and not task.stopped and task.error is None


def test_stopping_keeps_what_is_done_and_going_on_adds_the_rest() -> None:
    gate = threading.Semaphore(1)
    task = Task(gated(gate, 4), 4)
    until(task, 1)
    task.stop()
    gate.release()  # the item in hand may still come
    task.look(5)
    done = task.look(0.2)
    assert not task.running and task.stopped and len(done) <= 2
    gate.release(3)
    assert task.look(0.2) == done
    task.resume()
    assert until(task, 4) == [0, 1, 2, 3]


def test_what_goes_wrong_is_kept_with_what_was_done() -> None:
    def fails() -> Iterator[int]:
        yield 7
        raise ValueError("no more")

    task = Task(fails(), 2)
    task.look(5)
    assert task.look() == [7] and not task.running
    assert isinstance(task.error, ValueError)


def test_work_that_nobody_looks_at_rests_until_somebody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    gate = threading.Semaphore(1)
    task = Task(gated(gate, 3), 3)
    until(task, 1)
    now = 1000.0
    gate.release()  # what it waits for comes; then it rests
    assert task._thread is not None
    task._thread.join(10)
    assert not task._thread.is_alive() and task.running
    gate.release()
    assert until(task, 3) == [0, 1, 2]


def test_work_that_changes_something_goes_on_unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    gate = threading.Semaphore(1)
    task = Task(gated(gate, 3), 3, pauses=False)
    until(task, 1)
    now = 1000.0
    gate.release(2)
    assert task._thread is not None
    task._thread.join(10)
    assert not task.running and task.look() == [0, 1, 2]
