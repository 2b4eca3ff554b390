"""Backups: the same library, made and put back while it is used, and nothing that looks like one when it failed."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from colleagues import ADA, ANN, BOB, CLOSED, HIDDEN, OPEN, SECRET, fill
from commands import Run
from fakes import FakeEncoder

from indexer.errors import LibraryError
from indexer.library import Library, backup
from indexer.library.audit import FILE as AUDIT
from indexer.library.audit import entries
from indexer.library.backup import back_up, backups, put_back
from indexer.library.people import read_people, set_person
from indexer.library.questions import recent_questions, record_question
from indexer.library.rights import Role
from indexer.library.tokens import FILE as TOKENS
from indexer.library.tokens import find_token, make_token, revoke_token
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


@pytest.mark.parametrize("since", ["purged", "replaced", "opened", "read by others"])
@pytest.mark.parametrize("backend", ["local", "milvus"])
def test_a_plan_that_is_kept_back_stays_so_while_a_backup_is_put_back(tmp_path: Path, since: str, backend: str) -> None:
    place = tmp_path / ("library" if backend == "local" else "library.db")
    with Library.open(place, create=True, encoder=FakeEncoder()) as office:
        fill(office, tmp_path / "plans")
        made = back_up(office.backend, tmp_path / "backups")
        if since == "purged":
            office.remove("zarquon", purge=True)
        elif since == "replaced":
            (tmp_path / "plans" / "zarquon.md").write_text(HIDDEN.replace("2028", "2029"))
            office.add(tmp_path / "plans" / "zarquon.md")
        elif since == "opened":  # all but the plan itself
            office.remove("zarquon", purge=True)
            office.set_readers(CLOSED, ())
            office.delete_collection(CLOSED)
        else:
            office.remove("zarquon", purge=True)
            office.set_readers(CLOSED, ["Bob"])
        seen: list[tuple[str, bool, bool]] = []

        def look(doing: str, done: int, total: int) -> None:
            bob, ada = office.for_person(BOB), office.for_person(ADA)
            answer = bob.ask("When do kilns of the old kind close?")
            shown = [info.id for info in bob.plans()], [v.plan for v in bob.removed()], bob.search(SECRET), answer
            seen.append((doing, SECRET in str(shown).lower(), "zarquon" in {info.id for info in ada.plans()}))

        def stop(doing: str, done: int, total: int) -> None:
            look(doing, done, total)
            if seen[-1][2]:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            put_back(made, office.backend, progress=stop)
        look("stopped", 0, 0)
        put_back(made, office.backend, progress=look)
        look("done", 0, 0)
        assert [doing for doing, shown, _ in seen if shown] == []
        assert {doing for doing, _, there in seen if there} == {"copying", "stopped", "comparing", "done"}
        assert "zarquon" in {info.id for info in office.for_person(ANN).plans()}
        assert office.backend.collections() == {CLOSED: ("zarquon",), "Shores": ("coast", "zarquon")}
        assert read_people(office.backend).readers == {CLOSED.casefold(): ("Carl", "@board")}


def test_what_was_closed_since_stays_so_until_its_backup_is_there(library: Library, tmp_path: Path) -> None:
    (tmp_path / "coast.md").write_text(OPEN)
    library.add(tmp_path / "coast.md")
    set_person(library.backend, "Ada", Role.ADMIN)
    made = back_up(library.backend, tmp_path / "backups")
    (tmp_path / "coast.md").write_text(HIDDEN)
    library.add(tmp_path / "coast.md")
    library.set_collection(CLOSED, ["coast"])
    library.set_readers(CLOSED, ["Ann"])

    def look(doing: str, done: int, total: int) -> None:
        assert SECRET not in str([info.title for info in library.for_person(BOB).plans()]).lower()

    remove = library.backend.remove

    def removing(plans: list[str], *, purge: bool) -> None:
        look("removing", 0, 0)
        remove(plans, purge=purge)

    library.backend.remove = removing  # type: ignore[method-assign, assignment]
    put_back(made, library.backend, progress=look)
    assert [info.id for info in library.for_person(BOB).plans()] == ["coast"]


def test_a_backup_has_the_log_and_the_tokens_and_a_library_that_has_some_keeps_them(
    filled: Library, tmp_path: Path
) -> None:
    token = make_token(filled.backend, "robot", Role.READER)
    made = back_up(filled.backend, tmp_path / "backups")
    for name in (AUDIT, TOKENS):
        assert stat.S_IMODE((made / name).stat().st_mode) == 0o600
    revoke_token(filled.backend, "robot")
    put_back(made, filled.backend)
    assert find_token(filled.backend, token) is None
    assert [entry.action for entry in entries(filled.backend)][-2:] == ["revoke a token", "restore a backup"]
    with Library.open(tmp_path / "other", create=True, encoder=filled.encoder) as other:
        put_back(made, other.backend)
        assert find_token(other.backend, token)
        actions = [entry.action for entry in entries(other.backend)]
        assert actions[0] == "add" and actions[-2:] == ["make a token for the role reader", "restore a backup"]
        for name in (AUDIT, TOKENS):
            assert stat.S_IMODE((other.backend.folder / name).stat().st_mode) == 0o600
        (made / "briefs.json").mkdir()  # what cannot be copied
        with pytest.raises(LibraryError, match="cannot be read whole"):
            put_back(made, other.backend)
        assert "cannot be read whole" in entries(other.backend)[-1].outcome


def test_the_commands(filled: Library, tmp_path: Path, run: Run) -> None:
    place = filled.backend.location
    made = run("backup", tmp_path / "backups", "--library", place, "--quiet").out.strip()
    filled.remove("p2", purge=True)
    asked = run("restore", "--from", made, "--library", place)
    assert asked.code == 2 and "--yes" in asked.err
    done = run("restore", "--from", made, "--library", place, "--yes", "--quiet")
    assert done.code == 0, done.err
    assert "p2" in {info.id for info in filled.plans()}
    logged = entries(filled.backend)[-1]
    assert (logged.action, logged.on, logged.outcome) == ("restore a backup", Path(made).name, "done")
    anew = run("restore", "--from", made, "--library", tmp_path / "new", "--quiet")
    assert anew.code == 0, anew.err
    assert "no backup" in run("restore", "--from", tmp_path, "--library", place).err
    assert "whole" in run("restore", "p2", "--from", made, "--library", place).err
