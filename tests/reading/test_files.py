"""Folders and zip archives: what they stand for, and what is refused of them by name."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SourceError
from indexer.reading import files as archive
from indexer.reading.files import SourceFile, plan_files
from indexer.reading.loading import load_plan, plan_id_of


def pack(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return path


def refusal(source: SourceFile) -> str:
    with pytest.raises(SourceError) as caught:
        source.read()
    assert str(source.path) in str(caught.value)
    return str(caught.value)


def test_a_folder_in_order_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "sub/c.pdf", ".git/d.txt", "~$e.docx", ".f.txt", "picture.png", "sub/.g/h.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(b"words")
    assert [s.path.relative_to(tmp_path).as_posix() for s in plan_files([tmp_path])] == ["a.md", "b.txt", "sub/c.pdf"]


def test_files_stand_for_themselves_whatever_they_are(tmp_path: Path) -> None:
    paths = [tmp_path / "gone.txt", tmp_path / "plan.xyz", tmp_path / "gone.zip"]
    paths[1].write_bytes(b"words")
    found = list(plan_files(paths))
    assert [s.path for s in found] == paths
    assert "There is no file" in refusal(found[0])
    assert "is not a kind of file" in refusal(found[1])


def test_an_archive_is_read_member_by_member(tmp_path: Path) -> None:
    path = pack(
        tmp_path / "plans.zip", {"b/two.txt": b"Wind grows.", "one.md": b"Kilns close.", "readme.exe": b"x", "c/": b""}
    )
    found = list(plan_files([path]))
    assert [s.path for s in found] == [path / "b/two.txt", path / "one.md"]
    plan = load_plan(found[0].path, data=found[0].read())
    assert (plan.id, plan.text, plan.source) == ("two", "Wind grows.", str(path / "b/two.txt"))


def test_names_that_climb_out_stay_inside(tmp_path: Path) -> None:
    names = ["../../x.txt", "/etc/passwd.txt", "..\\..\\y.txt", "a/../b.txt", "<script>.txt"]
    path = pack(tmp_path / "plans.zip", dict.fromkeys(names, b"Kilns close."))
    for source in plan_files([path]):
        assert source.path.is_relative_to(path)
        assert ".." not in source.path.parts
        assert source.read() == b"Kilns close."
        assert plan_id_of(source.path.name) in {"x", "passwd", "y", "b", "script"}


def test_chinese_names_packed_by_windows(tmp_path: Path) -> None:
    path = pack(tmp_path / "plans.zip", {"ABCDEFGH.txt": b"Kilns close."})
    path.write_bytes(path.read_bytes().replace(b"ABCDEFGH", "安徽方案".encode("gb18030")))
    (found,) = plan_files([path])
    assert found.path.name == "安徽方案.txt"
    assert found.read() == b"Kilns close."


def test_bombs_and_archives_inside_are_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as package:
        package.writestr("a.txt", b"words")
    members = {"bomb.txt": b"a" * (30 << 20), "good.txt": b"Kilns close.", "nested.zip": inner.getvalue()}
    path = pack(tmp_path / "plans.zip", members)
    bomb, good, nested = plan_files([path])
    assert "unpacks to 30 MB from next to nothing" in refusal(bomb)
    assert good.read() == b"Kilns close."
    assert "an archive inside an archive. Unpack it" in refusal(nested)


def test_a_member_that_lies_about_its_size_is_not_unpacked_beyond_it(tmp_path: Path) -> None:
    path = pack(tmp_path / "plans.zip", {"a.txt": b"a" * 100_000})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature) + offset
        data[at : at + 4] = (50).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    (found,) = plan_files([path])
    try:
        assert len(found.read()) <= 50
    except SourceError as error:
        assert "cannot be unpacked" in str(error)


@pytest.mark.parametrize(("bound", "value"), [("MOST_MEMBERS", 2), ("LARGEST_TOTAL", 20)])
def test_an_archive_of_too_much_is_refused_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    path = pack(tmp_path / "plans.zip", {f"{i}.txt": b"Kilns close." for i in range(3)})
    assert len(list(plan_files([path]))) == 3
    monkeypatch.setattr(archive, bound, value)
    (found,) = plan_files([path])
    assert "Add its plans in parts" in refusal(found)


def directory_alone(path: Path, entries: int, *, zip64: bool) -> Path:
    """An archive whose directory names so many files, each of one letter, and which holds none of them."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, *[0] * 8, 1, *[0] * 6) + b"a"
    size = len(entry) * entries
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *[min(entries, 0xFFFF)] * 2, 0xFFFFFFFF if zip64 else size, 0, 0)
    if zip64:
        record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, 0)
        end = record + struct.pack("<4sLQL", b"PK\6\7", 0, size, 1) + end
    path.write_bytes(entry * entries + end)
    return path


@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("entries", [200_000, 1_000_000])
def test_an_archive_of_far_too_many_files_is_not_listed(tmp_path: Path, entries: int, *, zip64: bool) -> None:
    path = directory_alone(tmp_path / "plans.zip", entries, zip64=zip64)
    tracemalloc.start()
    try:
        (found,) = plan_files([path])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refusal(found) == f"{path} holds more than 10000 files or 2 GB. Add its plans in parts."
    assert peak < archive._LARGEST_DIRECTORY


@pytest.mark.parametrize("zip64", [False, True])
def test_folders_of_an_archive_are_no_files(tmp_path: Path, *, zip64: bool) -> None:
    path = directory_alone(tmp_path / "plans.zip", 3, zip64=zip64)
    path.write_bytes(path.read_bytes().replace(b"a", b"/"))
    (found,) = plan_files([path])
    assert "holds no plans" in refusal(found)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_members_of_one_name_the_last_is_read_and_the_others_are_told(tmp_path: Path) -> None:
    path = tmp_path / "plans.zip"
    with zipfile.ZipFile(path, "w") as package:
        for text in ("Kilns close.", "Wind grows.", "Steel falls."):
            package.writestr("a.txt", text)
    *others, last = plan_files([path])
    assert last.read() == b"Steel falls."
    assert [refusal(one) for one in others] == [
        f"{path / 'a.txt'} is in plans.zip more than once, and the last is read. Name the others anew."
    ] * 2


def test_encrypted_members_and_empty_ones(tmp_path: Path) -> None:
    path = pack(tmp_path / "plans.zip", {"a.txt": b"Kilns close.", "b.txt": b" "}, zipfile.ZIP_STORED)
    _, empty = plan_files([path])
    assert "is empty" in refusal(empty)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    locked = next(iter(plan_files([path])))
    assert "needs a password. Unpack the archive" in refusal(locked)


def test_places_without_plans_say_so(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = pack(tmp_path / "plans.zip", {"picture.png": b"x"})
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no archive")
    in_folder, in_archive, in_broken = plan_files([folder, path, broken])
    assert "holds no plans. Files with these endings are read" in refusal(in_folder)
    assert "holds no plans" in refusal(in_archive)
    assert "is not a readable zip archive" in refusal(in_broken)


@given(st.data())
def test_a_damaged_archive_gives_bytes_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = pack(tmp_path_factory.mktemp("zip") / "plans.zip", {"a.txt": b"Kilns close. " * 20, "b/c.md": b"# Wind"})
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(raw))
    for source in plan_files([path]):
        try:
            assert isinstance(source.read(), bytes)
        except SourceError as error:
            assert str(path) in str(error)


def test_reading_every_member_takes_time_in_proportion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pack(tmp_path / "plans.zip", {f"{i:04}.txt": b"Kilns close." for i in range(200)})
    opened = []
    real = zipfile.ZipFile
    monkeypatch.setattr(archive.zipfile, "ZipFile", lambda *given: opened.append(given) or real(*given))
    assert all(source.read() == b"Kilns close." for source in plan_files([path]))
    assert len(opened) <= 2  # listed once, kept open while it is read


def test_a_changed_archive_is_opened_again(tmp_path: Path) -> None:
    path = pack(tmp_path / "plans.zip", {"a.txt": b"Kilns close."})
    (source,) = plan_files([path])
    assert source.read() == b"Kilns close."
    pack(path, {"a.txt": b"Wind farms grow."})
    assert source.read() == b"Wind farms grow."


def test_an_archive_whose_members_overlap_is_refused(tmp_path: Path) -> None:
    path = pack(
        tmp_path / "plans.zip", {"a.txt": b"Kilns close." * 9, "b.txt": b"Kilns close." * 9}, zipfile.ZIP_STORED
    )
    data = bytearray(path.read_bytes())
    entries = [i for i in range(len(data)) if data[i : i + 4] == b"PK\x01\x02"]
    data[entries[1] + 42 : entries[1] + 46] = bytes(4)  # the second member begins where the first does
    path.write_bytes(data)
    (source,) = plan_files([path])
    assert "overlap" in refusal(source)
