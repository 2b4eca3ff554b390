"""Folders that a server watches: what may be set, each file once, held until somebody decides, and nothing lost."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from fakes import FakeEncoder
from pytest import MonkeyPatch

from indexer.errors import LibraryBusyError, LibraryError, RightsError
from indexer.library import Library
from indexer.library.audit import entries
from indexer.library.folder_rounds import AGAIN, FolderState, Watching, add_held, run_folder_rounds, watching_of
from indexer.library.folders import FILE, forget_folder, hold_again, read_folders, set_aside, set_folder
from indexer.library.jobs import Job, Report, job_queue
from indexer.library.rights import Person, Role


@pytest.fixture
def library(tmp_path: Path, fake: FakeEncoder) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True, encoder=fake) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "watched"
    made.mkdir()
    return made


def rounds(library: Library, watching: Watching, now: float = 0.0) -> FolderState:
    """Two rounds, after which all that is there has rested; the state of the one folder."""
    watching.look(library, now)
    watching.look(library, now)
    (state,) = watching.states(library)
    return state


def ids(library: Library) -> list[str]:
    return [info.id for info in library.plans()]


def run(library: Library, reports: Callable[[Job], Iterator[Report]]) -> list[Report]:
    job = Job("Adding", reports)
    assert job_queue(library).begin(job)
    while job.task.running:
        job.task.look(wait=1.0)
    assert job.task.error is None
    return job.task.look()


# -- what may be set -------------------------------------------------------------------------------


def test_what_cannot_be_watched_is_said_at_once(
    library: Library, folder: Path, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    home = library.backend.folder
    (home / "within").mkdir()
    (tmp_path / "file.txt").write_text("Kilns")
    (tmp_path / "link").symlink_to(home)
    set_folder(library.backend, str(folder), review=False)
    (folder / "in").mkdir()
    refusals = {
        "": "no whole path", "plans": "no whole path",
        str(tmp_path / "nowhere"): "There is no folder", str(tmp_path / "file.txt"): "There is no folder",
        str(home): "belongs to the library", str(home / "within"): "belongs to the library",
        f"{home}/within/../": "belongs to the library", str(tmp_path / "link"): "belongs to the library",
        str(tmp_path): "holds the library", "/": "holds the library",
        str(folder / "in"): "overlap",
    }  # fmt: skip
    for path, said in refusals.items():
        with pytest.raises(LibraryError, match=said):
            set_folder(library.backend, path, review=False)
    monkeypatch.setattr(os, "scandir", lambda path: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(LibraryError, match=r"cannot be read \(Permission denied\)"):
        set_folder(library.backend, str(folder), review=True)
    assert [(each.path, each.review) for each in read_folders(library.backend)] == [(str(folder), False)]


def test_admins_alone_set_folders_and_readers_settle_none(library: Library, folder: Path) -> None:
    editor, reader = (library.for_person(Person(role.name, role)).backend for role in (Role.EDITOR, Role.READER))
    set_folder(library.for_person(Person("ada", Role.ADMIN)).backend, str(folder), review=True)
    for refused in (
        partial(set_folder, editor, str(folder), review=False),
        partial(forget_folder, editor, str(folder)),
        partial(set_aside, reader, str(folder), {folder / "plan.txt": "0"}),
        partial(hold_again, reader, str(folder), [folder / "plan.txt"]),
    ):
        with pytest.raises(RightsError):
            refused()
    assert [each.review for each in read_folders(library.backend)] == [True]
    set_aside(editor, str(folder), {folder / "plan.txt": "0"})
    forget_folder(library.for_person(Person("ada", Role.ADMIN)).backend, str(folder))
    assert read_folders(library.backend) == ()
    log = [(entry.who, entry.action, entry.on) for entry in entries(library.backend) if entry.outcome == "done"]
    assert log == [
        ("ada", "watch, held for review", str(folder)),
        ("EDITOR", "set aside", str(folder / "plan.txt")),
        ("ada", "stop watching", str(folder)),
    ]
    assert ("EDITOR", "refused") in {(entry.who, entry.outcome) for entry in entries(library.backend)}


def test_a_damaged_file_of_folders_is_named(library: Library) -> None:
    (library.backend.folder / FILE).write_text("{")
    with pytest.raises(LibraryError, match=FILE):
        read_folders(library.backend)


# -- added at once ---------------------------------------------------------------------------------


def test_what_rests_is_added_once_and_not_again_after_it_is_removed_and_the_server_restarts(
    library: Library, folder: Path
) -> None:
    (folder / "kilns.txt").write_text("Cement kilns close by 2025.")
    (folder / "bad.pdf").write_text("no PDF at all")
    set_folder(library.backend, str(folder), review=False)
    watching = Watching(rest=5)
    watching.look(library, 0)
    watching.look(library, 4)
    assert ids(library) == []  # not at rest yet
    watching.look(library, 5)
    assert ids(library) == ["kilns"]
    (state,) = watching.states(library)
    assert [name for name, _ in state.failed] == ["bad.pdf"] and state.looked and not state.problem
    added = [entry.who for entry in entries(library.backend) if (entry.action, entry.on) == ("add", "kilns")]
    assert added == ["watched folder"]
    job = job_queue(library).job
    watching.look(library, 6)
    assert job_queue(library).job is job  # nothing more to do
    library.remove("kilns")
    rounds(library, Watching(rest=0))
    assert ids(library) == []
    (folder / "kilns.txt").rename(folder / "named.txt")
    rounds(library, Watching(rest=0))
    assert ids(library) == []
    (folder / "named.txt").write_text("Cement kilns close by 2030.")
    rounds(library, Watching(rest=0))
    assert ids(library) == ["named"]


def test_a_changed_file_replaces_its_plan_also_renamed_and_back(library: Library, folder: Path) -> None:
    texts = ["Cement kilns close by 2025.", "Cement kilns close by 2030."]
    set_folder(library.backend, str(folder), review=False)
    watching = Watching(rest=0)
    path = folder / "kilns.txt"
    for name, text, versions in (
        ("kilns.txt", texts[0], 1), ("kilns.txt", texts[1], 2), ("final.txt", texts[1], 2), ("final.txt", texts[0], 3),
    ):  # fmt: skip
        path = path.rename(folder / name) if path.exists() else path
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
        rounds(library, watching)
        assert ids(library) == ["kilns"] and library.plan("kilns").text.strip() == text
        assert len(library.versions("kilns")) == versions
    job = job_queue(library).job
    assert job and [report.earlier for report in job.task.look()] == [2]  # what undoing it puts back


def test_a_folder_that_goes_away_takes_no_plan_along_and_is_said(library: Library, folder: Path) -> None:
    (folder / "kilns.txt").write_text("Cement kilns close by 2025.")
    set_folder(library.backend, str(folder), review=False)
    watching = Watching(rest=0)
    assert not rounds(library, watching).problem
    folder.rename(folder.with_name("away"))
    assert rounds(library, watching).problem == f"The folder {folder} is not there."
    assert ids(library) == ["kilns"]
    folder.mkdir()  # the empty place of a drive that is not mounted
    assert not rounds(library, watching).problem and ids(library) == ["kilns"]
    folder.rmdir()
    folder.with_name("away").rename(folder)
    assert not rounds(library, watching).problem and len(library.versions("kilns")) == 1


def test_two_servers_add_each_plan_once(library: Library, folder: Path, fake: FakeEncoder) -> None:
    for number in range(6):
        (folder / f"plan{number}.txt").write_text(f"Kiln {number} closes by 2030.")
    set_folder(library.backend, str(folder), review=False)
    stopped = threading.Event()
    with Library.open(library.backend.folder, encoder=fake) as other:
        watching_of(library, 0), watching_of(other, 0)
        threads = [
            threading.Thread(target=run_folder_rounds, args=(lambda each=each: each, stopped), kwargs={"every": 0.01})
            for each in (library, other)
        ]
        for thread in threads:
            thread.start()
        for _ in range(600):
            settled = read_folders(library.backend)[0].settled
            if len(library.plans()) == 6 and len(settled) == 6:
                break
            threading.Event().wait(0.05)
        stopped.set()
        for thread in threads:
            thread.join(60)
    assert ids(library) == [f"plan{number}" for number in range(6)] and len(settled) == 6
    assert [len(library.versions(plan)) for plan in ids(library)] == [1] * 6


def test_while_the_library_is_busy_the_folder_waits_and_says_so(
    library: Library, folder: Path, monkeypatch: MonkeyPatch
) -> None:
    (folder / "kilns.txt").write_text("Cement kilns close by 2025.")
    set_folder(library.backend, str(folder), review=False)
    watching = Watching(rest=0)

    def busy(*arguments: object, **options: object) -> None:
        raise LibraryBusyError("The library is being written.")

    with monkeypatch.context() as patched:
        patched.setattr(library, "add_iter", busy)
        assert rounds(library, watching).problem == "The library is being written."
    assert rounds(library, watching, AGAIN - 1).problem and ids(library) == []
    assert not rounds(library, watching, AGAIN + 1).problem and ids(library) == ["kilns"]


def test_a_pipe_in_the_folder_is_not_read(library: Library, folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    (folder / "kilns.txt").write_text("Cement kilns close by 2025.")
    set_folder(library.backend, str(folder), review=False)
    rounds(library, Watching(rest=0))
    assert ids(library) == ["kilns"]


# -- held for review -------------------------------------------------------------------------------


def test_held_files_are_listed_added_and_set_aside(library: Library, folder: Path) -> None:
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").write_text(f"Kiln {name} closes by 2025.")
    set_folder(library.backend, str(folder), review=True)
    watching = Watching(rest=0)
    state = rounds(library, watching)
    assert [held.name for held in state.held] == ["a.txt", "b.txt", "c.txt"] and ids(library) == []
    a, b, _ = state.held
    assert a.size == (folder / "a.txt").stat().st_size and a.changed == (folder / "a.txt").stat().st_mtime
    editor = library.for_person(Person("eve", Role.EDITOR))
    reports = run(library, partial(add_held, editor, state.folder, [a]))
    assert [(report.name, report.status, report.plan) for report in reports] == [("a.txt", "added", "a")]
    assert ("eve", "add", "a") in {(entry.who, entry.action, entry.on) for entry in entries(library.backend)}
    set_aside(library.backend, str(folder), {b.path: b.content})
    assert [held.name for held in watching.states(library)[0].held] == ["c.txt"]  # before the next round
    again = Watching(rest=0)
    assert [held.name for held in rounds(library, again).held] == ["c.txt"]  # also after a restart
    hold_again(library.backend, str(folder), [b.path])
    assert [held.name for held in rounds(library, again).held] == ["b.txt", "c.txt"]
    set_aside(library.backend, str(folder), {b.path: b.content})
    (folder / "b.txt").write_text("Kiln b closes by 2035.")
    assert [held.name for held in rounds(library, again).held] == ["b.txt", "c.txt"]
    library.remove("a")
    assert [held.name for held in rounds(library, Watching(rest=0)).held] == ["b.txt", "c.txt"]


def test_a_held_file_that_changed_since_somebody_saw_it_is_not_added(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("Kiln a closes by 2025.")
    set_folder(library.backend, str(folder), review=True)
    watching = Watching(rest=0)
    state = rounds(library, watching)
    (folder / "a.txt").write_text("Kiln a stays open.")
    reports = run(library, partial(add_held, library, state.folder, state.held))
    assert [report.status for report in reports] == ["failed"] and "has changed" in reports[0].detail
    assert ids(library) == [] and [held.name for held in rounds(library, watching).held] == ["a.txt"]
    set_folder(library.backend, str(folder), review=False)  # no longer held
    assert rounds(library, watching).held == () and ids(library) == ["a"]
