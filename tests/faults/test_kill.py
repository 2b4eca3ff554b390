"""kill -9 at any moment: the library opens, is sound, and holds all that was committed, plan by plan."""

from __future__ import annotations

from pathlib import Path

from killing import assert_whole, kill_after, kill_again_and_again, possible_states, start


def test_killed_while_writing(tmp_path: Path) -> None:
    kills = kill_again_and_again(tmp_path / "library", runs=12, seed=20)
    # else the test has seen nothing
    assert kills.committed > 20
    assert kills.under_way.total() - kills.under_way["between two changes"] > 3


def test_killed_while_the_library_is_made(tmp_path: Path) -> None:
    for run in range(4):
        folder = tmp_path / f"library{run}"
        lines = kill_after(start(folder, run), "opening", 1, 0.004 * run)
        assert_whole(folder, possible_states({}, lines))
