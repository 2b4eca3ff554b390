"""Questions at once: how many are worked on, how many wait, and what is said to those past that."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from indexer.errors import LimitError
from indexer.library.limits import QuestionLimits


def test_no_more_than_the_places_are_at_work_and_all_get_their_turn() -> None:
    limits = QuestionLimits(running=2, most=20, most_a_client=20)
    working, most, lock = 0, 0, threading.Lock()
    both = threading.Barrier(2, timeout=30)

    def ask(number: int) -> int:
        nonlocal working, most
        with limits.place("one"):
            with lock:
                working += 1
                most = max(most, working)
            both.wait()  # passes only when two are at work
            with lock:
                working -= 1
        return number

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(ask, range(8))) == list(range(8))
    assert most == 2


def test_a_client_and_a_server_are_full_at_their_limits_and_not_after() -> None:
    limits = QuestionLimits(running=9, most=3, most_a_client=2)
    with limits.place("one"), limits.place("one"):
        with pytest.raises(LimitError, match="You have 2 questions open"), limits.place("one"):
            pass
        with limits.place("two"), pytest.raises(LimitError, match="The server has 3"), limits.place("three"):
            pass
    with limits.place("one"), limits.place("one"), limits.place("two"):
        pass


def test_who_waits_too_long_is_told_and_leaves_no_place_taken() -> None:
    limits = QuestionLimits(running=1, most=2, most_a_client=2, patience=0.01)
    with limits.place("one"), pytest.raises(LimitError, match="waited"), limits.place("two"):
        pass
    with limits.place("two"):
        pass
