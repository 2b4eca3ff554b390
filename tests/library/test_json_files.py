"""Files of JSON: read as their types, written whole, each failure a sentence with the remedy."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.errors import LibraryError
from indexer.library.json_files import read_json_file, write_json_file


@dataclass(frozen=True)
class Note:
    text: str
    marks: tuple[int, ...] = ()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "made" / "notes.json"
    assert read_json_file(path, list[Note]) is None
    notes = [Note("水泥", (1, 2)), Note("")]
    write_json_file(path, notes)
    assert read_json_file(path, list[Note]) == notes
    assert [file.name for file in path.parent.iterdir()] == ["notes.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[{}]", b'[{"text": 1}]', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_such_thing_is_named_with_the_remedy(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_bytes(content)
    with pytest.raises(LibraryError, match=r"notes\.json cannot be read .* Make it anew\.$"):
        read_json_file(path, list[Note], "Make it anew.")


def test_a_private_file_is_its_owners(tmp_path: Path) -> None:
    write_json_file(tmp_path / "notes.json", [], private=True)
    assert stat.S_IMODE((tmp_path / "notes.json").stat().st_mode) == 0o600


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.json").mkdir()
    with pytest.raises(LibraryError, match=r"notes\.json cannot be changed .*permissions\.$"):
        write_json_file(tmp_path / "notes.json", [])
    with pytest.raises(LibraryError, match=r"cannot be changed|cannot be made"):
        write_json_file(Path("/proc/none/notes.json"), [])
