"""A watched folder: what is half-written waits, each content is added once, and nothing that goes away takes a plan along."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import FakeEncoder
from pytest import MonkeyPatch

from indexer.errors import LibraryBusyError, LibraryError
from indexer.library import Library
from indexer.library.watching import WatchedFolder, held_files, watch_folder
from indexer.types import Added


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "watched"
    made.mkdir()
    return made


def test_a_file_is_ready_once_it_rests_and_again_only_when_it_has_changed(folder: Path) -> None:
    watched = WatchedFolder(folder, rest=5)
    file = folder / "plan.txt"
    file.write_text("Kilns")
    assert watched.ready(0) == []
    file.write_text("Kilns close")  # still being written
    assert watched.ready(4) == []
    assert watched.ready(8) == []
    assert watched.ready(9) == [file]
    assert watched.ready(10) == [file]  # not taken yet
    watched.take(file)
    assert watched.ready(11) == []
    os.utime(file, ns=(1, 1))
    assert watched.ready(12) == [] and watched.ready(17) == [file]


def test_a_folder_that_is_not_there_is_not_an_empty_one(folder: Path) -> None:
    watched = WatchedFolder(folder, rest=0)
    folder.rmdir()
    assert watched.ready(0) is None
    folder.mkdir()
    assert watched.ready(1) == []


def test_what_is_hidden_or_a_link_out_of_the_folder_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / ".draft.txt").write_text("draft")
    (folder / "note.exe").write_text("program")
    (folder / "in").mkdir()
    (folder / "in" / "plan.txt").write_text("Kilns")
    assert WatchedFolder(folder, rest=0).ready(0) == [folder / "in" / "plan.txt"]


def test_many_events_add_each_plan_once_and_a_rename_none(library: Library, folder: Path) -> None:
    done = threading.Event()
    reports: list[Added] = []

    def watch() -> None:
        reports.extend(watch_folder(library, folder, every=0.02, rest=0.3, stopped=done.is_set))

    thread = threading.Thread(target=watch)
    thread.start()
    for number in range(20):
        with (folder / f"plan{number}.txt").open("w") as file:
            for sentence in range(5):
                file.write(f"Kiln {number} closes by {2030 + sentence}. ")
                file.flush()
    wait_for(lambda: len(library.plans()) == 20)
    (folder / "plan0.txt").rename(folder / "renamed.txt")
    (folder / "plan1.txt").unlink()
    (folder / "plan2.txt").write_text("Kiln 2 stays open.")
    wait_for(lambda: "stays" in library.plan("plan2").text)
    done.set()
    thread.join(60)
    assert [report.status for report in reports].count("added") == 20
    assert [(r.plan, r.status) for r in reports if r.status == "replaced"] == [("plan2", "replaced")]
    assert {info.id for info in library.plans()} == {f"plan{number}" for number in range(20)}


def test_a_file_that_is_called_otherwise_stays_the_file_of_its_plan(library: Library, folder: Path) -> None:
    (folder / "plan.txt").write_text("Kilns close by 2025.")
    steps = [
        (lambda: bool(library.plans()), lambda: (folder / "plan.txt").rename(folder / "final.txt")),
        (lambda: "final" in library.plan("plan").source, lambda: (folder / "final.txt").write_text("Kilns stay.")),
        (lambda: len(library.versions("plan")) == 2, lambda: None),
    ]

    def changes() -> None:
        if steps[0][0]():
            steps.pop(0)[1]()

    watch = watch_folder(library, folder, every=0.01, rest=0.01, settled=changes, stopped=lambda: not steps)
    reports = [(report.plan, report.status) for report in watch]
    assert reports == [("plan", "added"), ("plan", "same"), ("plan", "replaced")]
    assert [info.id for info in library.plans()] == ["plan"] and len(library.versions("plan")) == 2


def test_what_is_settled_is_said_after_all_files_and_what_it_raises_is_tried_again(
    library: Library, folder: Path
) -> None:
    (folder / "plan.txt").write_text("Kilns close by 2025.")
    messages: list[str] = []
    raises: list[Exception] = [LibraryBusyError("busy"), LibraryError("The disk is full.")]

    def settled() -> None:
        if library.plans() and raises:
            raise raises.pop(0)

    watch = watch_folder(
        library, folder, every=0.01, rest=0.01, notify=messages.append, settled=settled, stopped=lambda: not raises
    )
    reports = list(watch)
    assert [report.status for report in reports] == ["added"]
    assert messages == ["The disk is full. It is tried again."]


def test_while_the_library_is_busy_it_is_tried_again(library: Library, folder: Path, monkeypatch: MonkeyPatch) -> None:
    (folder / "plan.txt").write_text("Kilns close by 2030.")
    add, busy, messages = library.add_iter, [True], []

    def add_iter(path: Path, **options: object) -> object:
        if busy:
            busy.clear()
            raise LibraryBusyError("The library is being written.")
        return add(path, **options)

    monkeypatch.setattr(library, "add_iter", add_iter)
    watch = watch_folder(library, folder, every=0.01, rest=0.01, notify=messages.append)
    assert next(iter(watch)).status == "added"
    assert messages == ["The library is being written. It is tried again."]


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_files_held_for_review_are_named_once_for_each_content_and_none_is_added(
    folder: Path, tmp_path: Path, fake: FakeEncoder
) -> None:
    (folder / "known.txt").write_text("Cement kilns close by 2025.")
    (folder / "new.txt").write_text("Steel mills close by 2030.")
    looks = 0

    def stopped() -> bool:
        nonlocal looks
        looks += 1
        if looks == 3:
            (folder / "new.txt").write_text("Steel mills close by 2035 at last.")
        return looks > 6

    with Library.open(tmp_path / "library", create=True, encoder=fake) as library:
        list(library.add_iter(folder / "known.txt"))
        found = [path.name for path in held_files(library, folder, every=0, rest=0, stopped=stopped)]
        assert found == ["new.txt", "new.txt"]
        assert [info.id for info in library.plans()] == ["known"]
