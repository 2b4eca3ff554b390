"""A disk that is full, or cannot be written: a clear error, and the library as it was."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from crowd import run_script
from disk import found
from writing import MODEL, NAMES, content

from indexer.storage.local import LocalBackend


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    backend = LocalBackend(tmp_path / "library", create=True)
    for name in NAMES:
        backend.add(content(name, "1"), MODEL)
    backend.close()
    return tmp_path / "library"


def try_changes(folder: Path, *arguments: object) -> dict[str, Any]:
    process = run_script("disk.py", folder, *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    told: dict[str, Any] = json.loads(out)
    return told


def look(folder: Path) -> tuple[list[object], list[object]]:
    """Plans and answers; the library must be sound."""
    backend = LocalBackend(folder)
    try:
        assert backend.check() == []
        return list(backend.plans()), list(found(backend))
    finally:
        backend.close()


def largest(folder: Path) -> int:
    return max(p.stat().st_size for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("room", [-60_000, 0, 40_000, 100_000])
def test_a_full_disk(folder: Path, room: int) -> None:
    before = look(folder)
    told = try_changes(folder, "full", max(largest(folder) + room, 20_000))
    add, rebuild, _ = told["tried"]
    for tried in (add, rebuild):
        assert tried["raised"], tried
        assert "cannot be written" in tried["raised"]
        assert "free space" in tried["raised"]
        assert tried["same"], tried
    if told["tried"][2]["raised"]:  # removing needs next to no room, and may find it
        assert look(folder) == before
    else:
        assert [plan.id for plan in look(folder)[0]] == [name for name in NAMES if name != "anhui"]


def test_a_folder_that_is_read_only(folder: Path) -> None:
    before = look(folder)
    places = [folder, *folder.rglob("*")]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    try:
        told = try_changes(folder, "readonly")
    finally:
        for place in places:
            place.chmod(0o755 if place.is_dir() else 0o644)
    for tried in told["tried"]:
        assert "cannot be written" in tried["raised"], tried
        assert "permissions" in tried["raised"]
        assert tried["same"]
    assert look(folder) == before
