"""Readers beside a writer: no error, and no answer from half a plan. Minutes of it: make faults."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crowd import read_while_writing

from indexer.storage.local import LocalBackend


def test_readers_beside_a_writer(tmp_path: Path) -> None:
    told = read_while_writing(tmp_path / "library", readers=3, seconds=4)
    assert told["errors"] == []
    assert told["asked"] > 3
    assert sum(told["changes"].values()) > 1


def test_many_make_a_new_library_at_once(tmp_path: Path) -> None:
    def make(n: int) -> None:
        LocalBackend(tmp_path / str(n // 40), create=True).close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(400)))
    assert len(list(tmp_path.iterdir())) == 10
