"""Damaged files of every kind become a plan or a clear refusal; ``benchmarks/mutations.py`` does it at length."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hostile_files import multiplying_pdfs, mutated, read_all, read_and_measure, seeds

from indexer.library import process

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


@pytest.mark.parametrize(("name", "data"), list(multiplying_pdfs()), ids=["forms", "itself"])
def test_a_small_pdf_that_multiplies_is_ended(tmp_path: Path, name: str, data: bytes) -> None:
    assert len(data) < 2_000
    (tmp_path / name).write_bytes(data)
    with (
        process.run(read_and_measure, str(tmp_path / name), seconds=60, memory=300 << 20) as results,
        pytest.raises(process.ProcessEnded, match=r"took more than 0\.29 GB of memory"),
    ):
        list(results)


def test_damage_is_drawn_the_same_each_time() -> None:
    assert list(mutated(FILES, 26, seed=3)) == list(mutated(FILES, 26, seed=3))
