"""kill -9 at random moments of a process that changes a library, and a look at what is left."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from crowd import run_script
from writing import ENCODER, sentences, version_of

from indexer.storage import Scope
from indexer.storage.local import LocalBackend

State = dict[str, str]  # version by plan id


def start(folder: Path, run: int) -> subprocess.Popen[str]:
    return run_script("writing.py", folder, run, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kill_after(process: subprocess.Popen[str], word: str, times: int, seconds: float) -> list[str]:
    """The lines the process said, killed ``seconds`` after it said ``word`` for the last of ``times``.

    A line that the kill cut short is left out: what it was to tell of had not begun, or may have been done.
    """
    assert process.stdout
    assert process.stderr
    with process.stdout as out, process.stderr as errors:
        lines: list[str] = []
        while lines.count(word) < times and (line := out.readline()):
            lines.append(line.strip())
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        lines += out.read().split("\n")[:-1]
        assert process.wait(30) == -signal.SIGKILL, errors.read()
    return lines


def possible_states(before: State, lines: list[str]) -> list[State]:
    """What the library may hold: with the change that was under way, and without it."""
    states = [dict(before)]
    for line in lines:
        verb, *changes = line.split()
        if verb == "begin":
            changes = changes[1:]
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
    """The version of each plan in the library, each of them whole, and each version kept."""
    state = {}
    for info in backend.plans():
        text = backend.plan(info.id).text
        version = version_of(text)
        expected = sentences(info.id, version)
        assert text == "\n".join(expected)
        keys = backend.keys(Scope((info.id,)))
        passages = backend.passages(keys)
        assert [passages[key].text for key in keys] == expected
        vector = ENCODER.embed(expected[-1:])[0]
        assert sorted(f.key for f in backend.search_dense(vector, 999, Scope((info.id,)))) == keys
        assert sorted(f.key for f in backend.search_words(f"v{version}", 999, Scope((info.id,)))) == keys
        state[info.id] = version
        for kept in backend.versions(info.id):
            old = backend.version(info.id, kept.n).text
            assert old == "\n".join(sentences(info.id, version_of(old)))
    return state


def assert_whole(folder: Path, states: list[State]) -> State:
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


@dataclass
class Kills:
    """What the killed processes had done: changes committed, and what was under way at the kills, by verb."""

    runs: int = 0
    committed: int = 0
    under_way: Counter[str] = field(default_factory=Counter)


def kill_again_and_again(folder: Path, runs: int, seed: int) -> Kills:
    """Kill ``runs`` processes on one library; AssertionError when it is not whole after any of them."""
    draw = random.Random(seed)
    state: State = {}
    kills = Kills()
    for run in range(runs):
        lines = kill_after(start(folder, run), "done", draw.randint(1, 7), draw.uniform(0, 0.1))
        states = possible_states(state, lines)
        kills.runs += 1
        kills.committed += lines.count("done")
        begun = [line.split()[1] for line in lines if line.startswith("begin")]
        kills.under_way[begun[-1] if len(states) == 2 else "between two changes"] += 1
        state = assert_whole(folder, states)
    return kills
