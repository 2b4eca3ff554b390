"""kill -9 at any moment: the library opens, is sound, and holds all that was committed, plan by plan."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexer.storage import Scope
from indexer.storage.local import LocalBackend

TESTS = Path(__file__).resolve().parent.parent
State = dict[str, str]  # version by plan id


def start(folder: Path, run: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    script = str(Path(__file__).with_name("writing.py"))
    return subprocess.Popen(
        [sys.executable, script, str(folder), str(run)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def kill_after(process: subprocess.Popen[str], word: str, times: int, seconds: float) -> list[str]:
    """The lines the process said, killed ``seconds`` after it said ``word`` for the last of ``times``."""
    assert process.stdout
    assert process.stderr
    with process.stdout as out, process.stderr as errors:
        lines: list[str] = []
        while lines.count(word) < times and (line := out.readline()):
            lines.append(line.strip())
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        lines += out.read().splitlines()
        assert process.wait(30) == -signal.SIGKILL, errors.read()
    return lines


def possible_states(before: State, lines: list[str]) -> list[State]:
    """What the library may hold: with the change that was under way, and without it."""
    states = [dict(before)]
    for line in lines:
        verb, *changes = line.split()
        if verb == "begin":
            after = dict(states[-1])
            for change in changes:
                plan_id, _, version = change.partition(":")
                if version:
                    after[plan_id] = version
                else:
                    after.pop(plan_id, None)
            states = [states[-1], after]
        elif verb == "done":
            states = states[-1:]
    return states


def held(backend: LocalBackend) -> State:
    """The version of each plan in the library, each of them whole."""
    from writing import ENCODER, sentences

    state = {}
    for info in backend.plans():
        text = backend.plan(info.id).text
        version = text.split()[1].removeprefix("v")
        expected = sentences(info.id, version)
        assert text == "\n".join(expected)
        keys = backend.keys(Scope((info.id,)))
        passages = backend.passages(keys)
        assert [passages[key].text for key in keys] == expected
        vector = ENCODER.embed(expected[-1:])[0]
        assert sorted(f.key for f in backend.search_dense(vector, 999, Scope((info.id,)))) == keys
        assert sorted(f.key for f in backend.search_words(f"v{version}", 999, Scope((info.id,)))) == keys
        state[info.id] = version
    return state


def everything_is_whole(folder: Path, states: list[State]) -> State:
    backend = LocalBackend(folder, create=True)
    try:
        found = held(backend)
        assert found in states
        assert backend.check() == []
        total = sum(plan.passages for plan in backend.plans())
        # nothing of what was lost or replaced is found by words or by meaning
        assert len(backend.search_words("sentence", 9999, Scope())) == total
        return found
    finally:
        backend.close()


def test_killed_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    draw = random.Random(20)
    state: State = {}
    under_way = committed = 0
    for run in range(12):
        lines = kill_after(start(tmp_path / "library", run), "done", draw.randint(1, 7), draw.uniform(0, 0.1))
        states = possible_states(state, lines)
        under_way += len(states) == 2
        committed += lines.count("done")
        state = everything_is_whole(tmp_path / "library", states)
    # else the test has seen nothing
    assert committed > 20
    assert under_way > 3


def test_killed_while_the_library_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    for run in range(4):
        folder = tmp_path / f"library{run}"
        lines = kill_after(start(folder, run), "opening", 1, 0.004 * run)
        everything_is_whole(folder, possible_states({}, lines))
