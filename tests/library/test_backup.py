"""Backups: the same library, made and put back while it is used, and nothing that looks like one when it failed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import Run
from fakes import FakeEncoder

from indexer.errors import LibraryError
from indexer.library import Library, backup
from indexer.library.backup import back_up, backups, put_back
from indexer.library.questions import recent_questions, record_question
from indexer.types import AskedQuestion


@pytest.fixture
def filled(library: Library, tmp_path: Path) -> Library:
    for number in range(4):
        (tmp_path / f"p{number}.txt").write_text(f"Kiln {number} closes by {2030 + number}. The county says so.")
    library.add([tmp_path / f"p{number}.txt" for number in range(4)])
    (tmp_path / "p0.txt").write_text("Kiln 0 closes by 2029, earlier than said.")
    library.add(tmp_path / "p0.txt")
    library.remove("p1")
    library.save_question("When do kilns close?")
    record_question(library.backend, AskedQuestion("kilns"))
    return library


def state(library: Library) -> object:
    plans = [(info.id, library.plan(info.id).text, len(library.versions(info.id))) for info in library.plans()]
    return plans, [v.plan for v in library.removed()], [q.question for q in library.saved()]


def test_a_backup_is_the_library_and_brings_it_back(filled: Library, tmp_path: Path) -> None:
    before = state(filled)
    made = back_up(filled.backend, tmp_path / "backups")
    with Library.open(made, encoder=FakeEncoder()) as copied:
        assert state(copied) == before and copied.check() == []
        assert [asked.question for asked in recent_questions(copied.backend)] == ["kilns"]
        assert copied.ask("When does kiln 2 close?").citations == filled.ask("When does kiln 2 close?").citations
    (tmp_path / "new.txt").write_text("A plan that came after.")
    filled.add(tmp_path / "new.txt")
    filled.edit("p2", title="Renamed")
    filled.remove("p3", purge=True)
    put_back(made, filled.backend)
    assert state(filled) == before and filled.check() == []
    assert filled.plan("p2").title != "Renamed"


def test_it_is_whole_though_plans_come_meanwhile(
    filled: Library, tmp_path: Path, open_library: Callable[..., Library]
) -> None:
    writer = open_library()
    calls = 0

    def disturb(doing: str, done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        if calls in (1, 4):  # in the first try and in the second
            (tmp_path / f"late{calls}.txt").write_text(f"Late plan {calls}.")
            thread = threading.Thread(target=writer.add, args=(tmp_path / f"late{calls}.txt",))
            thread.start()
            thread.join()

    made = back_up(filled.backend, tmp_path / "backups", progress=disturb)
    with Library.open(made, encoder=FakeEncoder()) as copied:
        assert state(copied) == state(filled)
        assert {"late1", "late4"} <= {info.id for info in copied.plans()}


def test_old_backups_go_and_other_folders_stay(filled: Library, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    for name in ("plancite-2020-01-01T000000Z", "plancite-2021-01-01T000000Z", "plancite-notes"):
        (folder / name).mkdir(parents=True)
    made = back_up(filled.backend, folder, keep=2)
    assert backups(folder) == [folder / "plancite-2021-01-01T000000Z", made]
    assert (folder / "plancite-notes").is_dir()


def test_a_backup_that_fails_leaves_nothing(filled: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_copy_files", full)
    with pytest.raises(LibraryError, match="No space left"):
        back_up(filled.backend, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_the_commands(filled: Library, tmp_path: Path, run: Run) -> None:
    place = filled.backend.location
    made = run("backup", tmp_path / "backups", "--library", place, "--quiet").out.strip()
    filled.remove("p2", purge=True)
    asked = run("restore", "--from", made, "--library", place)
    assert asked.code == 2 and "--yes" in asked.err
    done = run("restore", "--from", made, "--library", place, "--yes", "--quiet")
    assert done.code == 0, done.err
    assert "p2" in {info.id for info in filled.plans()}
    anew = run("restore", "--from", made, "--library", tmp_path / "new", "--quiet")
    assert anew.code == 0, anew.err
    assert "no backup" in run("restore", "--from", tmp_path, "--library", place).err
    assert "whole" in run("restore", "p2", "--from", made, "--library", place).err
