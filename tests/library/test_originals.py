"""Files kept as they were handed in: found again, also in a library that was moved, and gone when their plan is purged."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from fakes import FakeEncoder
from hypothesis import example, given
from hypothesis import strategies as some

from indexer.errors import LibraryError
from indexer.library import Library, originals
from indexer.library.originals import drop_unused, find_original, keep_original, safe_name
from indexer.storage import Backend
from indexer.types import PlanInfo, Version

ANHUI = b"Anhui Plan\n\n1. Industry\nCement kilns close by 2025. Steel output falls.\n"
LATER = ANHUI.replace(b"2025", b"2027")


def hand_in(library: Library, name: str, data: bytes, plan_id: str | None = None) -> str:
    path = keep_original(library.backend, name, data)
    (report,) = library.add([path], plan_id=plan_id, replace=plan_id is not None)
    return report.status


def read_original(backend: Backend, version: PlanInfo | Version) -> bytes | None:
    path = find_original(backend, version)
    return path.read_bytes() if path else None


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "originals").rglob("*") if path.is_file())


def test_each_version_keeps_its_file(library: Library) -> None:
    assert hand_in(library, "anhui.txt", ANHUI) == "added"
    assert hand_in(library, "new anhui.txt", LATER, "anhui") == "replaced"
    old, new = library.versions("anhui")
    assert read_original(library.backend, old) == ANHUI
    assert read_original(library.backend, new) == LATER
    assert read_original(library.backend, library.plans()[0]) == LATER


def test_a_library_that_was_moved_finds_its_files(library: Library, tmp_path: Path, fake_encoder: FakeEncoder) -> None:
    hand_in(library, "anhui.txt", ANHUI)
    library.close()
    shutil.move(tmp_path / "library", tmp_path / "elsewhere")
    with Library.open(tmp_path / "elsewhere", encoder=fake_encoder) as moved:
        assert read_original(moved.backend, moved.plans()[0]) == ANHUI
        moved.remove(["anhui"], purge=True)
    assert kept(tmp_path / "elsewhere") == []


def test_a_file_that_is_another_by_now_is_not_given_out(library: Library, tmp_path: Path) -> None:
    (tmp_path / "anhui.txt").write_bytes(ANHUI)
    library.add([tmp_path / "anhui.txt"])
    assert read_original(library.backend, library.plans()[0]) == ANHUI
    (tmp_path / "anhui.txt").write_bytes(LATER)
    assert read_original(library.backend, library.plans()[0]) is None
    (tmp_path / "anhui.txt").unlink()
    assert read_original(library.backend, library.plans()[0]) is None


def test_check_names_a_file_that_changed(library: Library, tmp_path: Path) -> None:
    hand_in(library, "a.txt", b"Wind farms grow.")
    hand_in(library, "b.txt", b"Coal closes.")
    assert library.check() == []
    (file,) = (path for path in library.backend.folder.glob("originals/*/*") if path.read_bytes() == b"Coal closes.")
    file.write_bytes(b"Coal clozes.")
    assert library.check() == [f"{file} changed on disk after it was handed in. Put the file in its place again."]


def test_removing_keeps_the_files_and_purging_deletes_those_of_all_versions(library: Library, tmp_path: Path) -> None:
    hand_in(library, "anhui.txt", ANHUI)
    hand_in(library, "anhui.txt", LATER, "anhui")
    (tmp_path / "own.txt").write_bytes(ANHUI.replace(b"Anhui", b"Henan"))
    library.add([tmp_path / "own.txt"])
    library.remove(["anhui"])
    assert kept(tmp_path / "library") == ["anhui.txt", "anhui.txt"]
    library.remove(["anhui", "own"], purge=True)
    assert kept(tmp_path / "library") == []
    assert (tmp_path / "own.txt").exists()  # what somebody keeps elsewhere is theirs
    assert b"kilns" not in b"".join(p.read_bytes() for p in (tmp_path / "library").rglob("*") if p.is_file())


def test_a_file_that_another_plan_came_from_too_stays(library: Library, tmp_path: Path) -> None:
    hand_in(library, "anhui.txt", ANHUI)
    hand_in(library, "anhui.txt", ANHUI, "copy")
    library.remove(["anhui"], purge=True)
    assert kept(tmp_path / "library") == ["anhui.txt"]
    library.remove(["copy"], purge=True)
    assert kept(tmp_path / "library") == []


def test_a_full_disk_is_said_and_leaves_nothing(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(originals.Path, "write_bytes", full)
    with pytest.raises(LibraryError, match=r"anhui.txt cannot be kept .* \(No space left on device\)\. Check"):
        keep_original(library.backend, "anhui.txt", ANHUI)
    assert kept(tmp_path / "library") == []


def test_a_full_disk_leaves_what_was_kept_of_the_same_bytes(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_original(library.backend, "anhui.txt", ANHUI)

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(originals.Path, "write_bytes", full)
    with pytest.raises(LibraryError, match="cannot be kept"):
        keep_original(library.backend, "copy of anhui.txt", ANHUI)
    assert kept(tmp_path / "library") == ["anhui.txt"]


def test_what_cannot_be_deleted_is_named(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    path = keep_original(library.backend, "anhui.txt", ANHUI)

    def refuse(place: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(originals.shutil, "rmtree", refuse)
    with pytest.raises(LibraryError, match=r"cannot be deleted \(Permission denied\)\. Delete that folder by hand"):
        drop_unused(library.backend, [hashlib.sha256(ANHUI).hexdigest()])
    assert path.exists()


@given(some.text(max_size=400))
@example("../../etc/passwd")
@example("..\\..\\windows.ini")
@example("\u202egnp.txt")
@example("<script>alert(1)</script>.html")
@example("省" * 300 + ".PDF")
@example("a.txt\x00.exe")
@example(".")
@example("")
def test_a_name_is_one_that_every_disk_takes(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe.encode()) <= 255
    assert safe not in (".", "..") and Path(safe).name == safe
    assert "/" not in safe and "\\" not in safe and "<" not in safe and safe.isprintable()
    assert safe_name(safe) == safe


def test_ordinary_names_stay() -> None:
    assert safe_name("Sichuan plan (2022).PDF") == "Sichuan plan (2022).pdf"
    assert safe_name("四川省碳达峰实施方案.docx") == "四川省碳达峰实施方案.docx"
