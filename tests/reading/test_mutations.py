"""Damaged files of every kind become a plan or a clear refusal; ``benchmarks/mutations.py`` does it at length."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from mutations import mutated, read_all, seeds

FILES = seeds()


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_seeds_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    assert read_all(str(path)) == "read"


def test_damaged_files_are_read_or_refused_with_a_remedy(tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    for name, data in mutated(FILES, 150, seed=1):
        path = tmp_path / name
        path.write_bytes(data)
        outcomes[read_all(str(path)).split(" ")[0]] += 1
    # of both kinds there are many: else nothing was damaged, or everything beyond reading
    assert set(outcomes) == {"read", "refused"}
    assert min(outcomes.values()) > 30


def test_damage_is_drawn_the_same_each_time() -> None:
    assert list(mutated(FILES, 26, seed=3)) == list(mutated(FILES, 26, seed=3))
