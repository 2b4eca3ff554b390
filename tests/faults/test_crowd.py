"""Readers beside a writer: no error, and no answer from half a plan. Minutes of it: make faults."""

from __future__ import annotations

from pathlib import Path

from crowd import read_while_writing


def test_readers_beside_a_writer(tmp_path: Path) -> None:
    told = read_while_writing(tmp_path / "library", readers=3, seconds=4)
    assert told["errors"] == []
    assert told["asked"] > 10
    assert sum(told["changes"].values()) > 5
