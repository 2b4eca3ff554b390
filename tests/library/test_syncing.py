"""A folder held against a library: what is new, what changed, what is gone, and what must not be touched."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from indexer.errors import SourceError
from indexer.library.syncing import compare_folder
from indexer.types import PlanInfo


def info(path: Path, plan_id: str | None = None, text: str | None = None) -> PlanInfo:
    data = path.read_bytes() if text is None else text.encode()
    sha256 = hashlib.sha256(data).hexdigest()
    return PlanInfo(plan_id or path.stem, "Title", str(path.absolute()), None, 1, 1, sha256, ())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plans" / "below").mkdir(parents=True)
    for name in ("anhui.txt", "henan.md", "below/gansu.txt"):
        (tmp_path / "plans" / name).write_text(f"The plan {name}.")
    return tmp_path / "plans"


def test_an_equal_folder_asks_for_nothing(folder: Path) -> None:
    plans = [info(folder / name) for name in ("anhui.txt", "henan.md", "below/gansu.txt")]
    differences = compare_folder(plans, folder)
    assert (differences.new, differences.changed, differences.removed, differences.same) == ((), (), (), 3)
    assert differences.to_add == ()


def test_new_changed_and_gone(folder: Path) -> None:
    plans = [info(folder / "anhui.txt", "ah", text="older"), info(folder / "hubei.txt", text="x")]
    differences = compare_folder(plans, folder)
    assert differences.new == (folder / "henan.md", folder / "below" / "gansu.txt")
    assert differences.changed == ((folder / "anhui.txt", "ah"),)
    assert [i.id for i in differences.removed] == ["hubei"]
    assert set(differences.to_add) == {folder / "henan.md", folder / "below" / "gansu.txt", folder / "anhui.txt"}


def test_plans_from_elsewhere_are_left_alone(folder: Path, tmp_path: Path) -> None:
    beside = tmp_path / "plans-old" / "hubei.txt"
    assert compare_folder([info(beside, text="x"), info(tmp_path / "hunan.txt", text="y")], folder).removed == ()


def test_a_file_that_was_moved_is_the_same(folder: Path) -> None:
    known = [info(folder / "anhui.txt"), info(folder / "henan.md"), info(folder / "below" / "gansu.txt")]
    (folder / "anhui.txt").rename(folder / "below" / "moved.txt")
    differences = compare_folder(known, folder)
    assert (differences.new, differences.changed, differences.removed) == ((), (), ())


def test_a_folder_that_is_not_there_removes_nothing(folder: Path, tmp_path: Path) -> None:
    known = [info(folder / "anhui.txt")]
    for place in (tmp_path / "gone", folder / "anhui.txt"):
        for allow_empty in (False, True):
            with pytest.raises(SourceError, match=r"cannot be read.*Nothing was changed"):
                compare_folder(known, place, allow_empty=allow_empty)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "picture.png").write_bytes(b"png")
    with pytest.raises(SourceError, match=r"holds no plans.*`allow_empty`"):
        compare_folder([info(tmp_path / "empty" / "anhui.txt", text="x")], tmp_path / "empty")
    allowed = compare_folder([info(tmp_path / "empty" / "anhui.txt", text="x")], tmp_path / "empty", allow_empty=True)
    assert [i.id for i in allowed.removed] == ["anhui"]


def test_a_folder_below_that_cannot_be_read_removes_nothing_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [info(folder / "below" / "gansu.txt"), info(folder / "hubei.txt", text="x")]
    scandir = os.scandir

    def refused(path: str | Path) -> object:
        if Path(path).name == "below":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    differences = compare_folder(known, folder)
    assert [i.id for i in differences.removed] == ["hubei"]
    assert folder / "below" in differences.new  # to be reported


def test_a_file_that_cannot_be_read_keeps_its_plan(folder: Path) -> None:
    known = [info(folder / "anhui.txt")]
    (folder / "anhui.txt").write_text("")
    differences = compare_folder(known, folder)
    assert differences.removed == ()
    assert folder / "anhui.txt" in differences.new


def test_plans_in_an_archive(folder: Path) -> None:
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("hunan.txt", "Hunan of the archive.")
        archive.writestr("jilin.txt", "Jilin of the archive.")
    known = [
        info(folder / "more.zip" / "hunan.txt", text="Hunan of the archive."),
        info(folder / "more.zip" / "lost.txt", text="x"),
    ]
    differences = compare_folder(known, folder)
    assert folder / "more.zip" / "jilin.txt" in differences.new
    assert folder / "more.zip" / "hunan.txt" not in differences.new
    assert [i.id for i in differences.removed] == ["lost"]
    assert folder / "more.zip" in differences.to_add
    (folder / "more.zip").write_bytes(b"PK no archive")
    assert compare_folder(known, folder).removed == ()
