"""A library in a folder: the database is the truth, and the two indexes follow it whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from backends import ENCODER, MODEL, QUERIES, TEXTS, content, fill, results, shown
from damage import DAMAGES, delete, derived_files, halve, noise

from indexer.errors import LibraryBusyError, LibraryError
from indexer.storage import Scope, open_backend
from indexer.storage.disk import write_lock
from indexer.storage.local import LocalBackend
from indexer.storage.local.database import Database
from indexer.storage.local.vectors import VectorIndex
from indexer.storage.local.words import WordIndex


class Opened:
    """Opens backends on one folder, keeps their notices, closes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []
        self.backends: list[LocalBackend] = []

    def __call__(self) -> LocalBackend:
        self.backends.append(LocalBackend(self.folder, create=True, notify=self.lines.append))
        return self.backends[-1]


@pytest.fixture
def opens(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / "library")
    yield opened
    for backend in opened.backends:
        backend.close()


@pytest.fixture
def filled(opens: Opened) -> LocalBackend:
    backend = opens()
    fill(backend)
    return backend


def test_words_are_searched_while_vectors_are(filled: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    search = VectorIndex.search
    monkeypatch.setattr(VectorIndex, "search", lambda *what: search(*what) if done.wait(20) else [])
    beside = threading.Thread(target=lambda: (filled.search_words("cement", 9, Scope()), done.set()))
    beside.start()
    assert filled.search_dense(ENCODER.embed(["cement"])[0], 9, Scope())
    beside.join()


def test_a_commit_in_the_middle_of_catching_up_is_seen_once(opens: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, reader = opens(), opens()
    writer.add(content("anhui"), MODEL)
    assert len(reader.search_dense(ENCODER.embed(["cement"])[0], 99, Scope())) == 3
    writer.add(content("henan"), MODEL)
    removed_since = Database.removed_since
    interrupted: list[bool] = []

    def overtaken(self: Database, generation: int) -> list[tuple[int, tuple[int, int]]]:
        if self is reader._database and not interrupted:
            interrupted.append(True)
            thread = threading.Thread(target=lambda: writer.add(content("hubei"), MODEL))
            thread.start()
            thread.join()
        return removed_since(self, generation)

    monkeypatch.setattr(Database, "removed_since", overtaken)
    found = reader.search_dense(ENCODER.embed(["cement"])[0], 99, Scope())
    assert interrupted
    assert sorted(f.key for f in found) == reader.keys(Scope())
    assert reader.check() == []


def test_a_reader_between_commit_and_word_index_waits_for_the_whole(
    opens: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = opens(), opens()
    writer.add(content("anhui"), MODEL)
    assert len(reader.search_words("cement", 9, Scope())) == 1
    mark = WordIndex.mark
    asked: list[list[str]] = []
    threads: list[threading.Thread] = []

    def slow(self: WordIndex, generation: int) -> None:
        if self is writer._derived._words:
            ask = lambda: asked.append([t for t, _ in shown(reader, reader.search_words("hydrogen", 9, Scope()))])  # noqa: E731
            threads.append(threading.Thread(target=ask))
            threads[-1].start()
            threads[-1].join(0.3)
        mark(self, generation)

    monkeypatch.setattr(WordIndex, "mark", slow)
    writer.add(content("anhui", ["hydrogen trucks"]), MODEL)
    threads[0].join(20)
    assert asked == [["hydrogen trucks"]]
    assert opens.lines == []


# -- what is derived may be lost ---------------------------------------------------------------


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("part", ["vectors", "words"])
def test_a_damaged_index_is_built_again(
    filled: LocalBackend, opens: Opened, part: str, damage: Callable[[Path], None]
) -> None:
    filled.rebuild_derived()
    before = results(filled)
    filled.close()
    for path in derived_files(opens.folder):
        if path.name.startswith(part) or path.parent.name == part:
            damage(path)
    reopened = opens()
    assert results(reopened) == before
    assert len(opens.lines) == 1, opens.lines
    assert "built again" in opens.lines[0]
    assert part.removesuffix("s") in opens.lines[0]
    assert reopened.check() == []
    # and it is repaired for good
    assert results(opens()) == before
    if part == "words":
        assert len(opens.lines) == 1


def test_any_one_file_of_the_word_index_may_be_damaged(filled: LocalBackend, opens: Opened) -> None:
    filled.rebuild_derived()
    before = results(filled)
    names = [p.name for p in derived_files(opens.folder) if p.parent.name == "words" and not p.name.startswith(".")]
    assert len(names) > 5
    for i in range(len(names)):
        for damage in (delete, halve, noise):
            path = [p for p in derived_files(opens.folder) if p.parent.name == "words" and not p.name.startswith(".")][
                i
            ]
            damage(path)
            reopened = opens()
            assert results(reopened) == before, (path.name, damage.__name__)
            assert reopened.check() == [], (path.name, damage.__name__)
            reopened.close()


def test_the_database_alone_is_the_library(filled: LocalBackend, tmp_path: Path) -> None:
    before = results(filled)
    filled._database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = Opened(tmp_path / "copy")
    copy.folder.mkdir()
    (copy.folder / "plans.sqlite").write_bytes((tmp_path / "library" / "plans.sqlite").read_bytes())
    backend = copy()
    assert results(backend) == before
    assert backend.check() == []
    assert len(copy.lines) == 2
    backend.close()


def test_building_the_indexes_again_is_no_change(filled: LocalBackend) -> None:
    before = results(filled)
    filled.rebuild_derived()
    assert filled.generation == 3
    assert results(filled) == before


def test_ordinary_use_tells_nothing(opens: Opened) -> None:
    assert results(opens()) == [[] for _ in QUERIES * 2]
    for plan_id in TEXTS:
        opens().add(content(plan_id), MODEL)
        assert results(opens())
    opens().remove(["hubei"])
    opens().rebuild_derived()
    results(opens())
    assert opens.lines == []


def test_an_old_vector_file_is_caught_up_from_the_database(filled: LocalBackend, opens: Opened) -> None:
    # written when the first plan was added and not since: rewriting it each time would cost what is there
    old = (opens.folder / "vectors.faiss").read_bytes(), (opens.folder / "vectors.json").read_bytes()
    filled.add(content("anhui", ["kilns again"]), MODEL)
    filled.remove(["henan"])
    expected = results(filled)
    (opens.folder / "vectors.faiss").write_bytes(old[0])
    (opens.folder / "vectors.json").write_bytes(old[1])
    assert results(opens()) == expected
    assert opens.lines == []


def test_an_index_from_before_all_was_embedded_again_is_not_used(filled: LocalBackend, opens: Opened) -> None:
    filled.rebuild_derived()
    old = {path: path.read_bytes() for path in derived_files(opens.folder)}
    filled.replace_all([content("hubei", ["wind"]), content("henan", ["cement and wind"])], MODEL)
    expected = results(filled)
    filled.close()
    for path in derived_files(opens.folder):
        path.unlink()
    for path, data in old.items():
        path.write_bytes(data)
    reopened = opens()
    assert results(reopened) == expected
    assert reopened.check() == []
    assert opens.lines == ["The word index was damaged or out of date; it was built again from the library."]


def test_a_large_change_rewrites_the_vector_file(opens: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.storage.local.derived.STALE_COUNT", 3)
    backend = opens()
    counts = []
    for i in range(6):
        backend.add(content(f"plan{i}", [f"word{i}", "cement"]), MODEL)
        counts.append(stored_count(opens.folder))
    # written for the first plan, then when more than three passages are behind
    assert counts == [2, 2, 6, 6, 10, 10]


def stored_count(folder: Path) -> int:
    from indexer.storage.local.vectors import VectorIndex

    return VectorIndex.generation_at(folder / "vectors.faiss")[1]


def test_check_tells_an_index_that_holds_too_little(filled: LocalBackend) -> None:
    filled._derived.words().update([], removed=[1])
    filled._derived.vectors().remove((1, 1))
    assert filled.check() == [
        "The word index holds 6 passages, the library 9. Run: plancite rebuild",
        "The vector index holds 8 passages, the library 9. Run: plancite rebuild",
    ]


# -- a change that fails half way --------------------------------------------------------------


class Died(BaseException):
    """Stands for the death of the process."""


@pytest.mark.parametrize("survives", [True, False])
@pytest.mark.parametrize("again", ["anhui", "gansu"])
def test_a_death_before_the_commit_changes_nothing(
    filled: LocalBackend, opens: Opened, monkeypatch: pytest.MonkeyPatch, again: str, survives: bool
) -> None:
    before = results(filled)
    update = WordIndex.update

    def dies(self: WordIndex, *arguments: object, **options: object) -> None:
        update(self, *arguments, **options)  # type: ignore[arg-type]
        raise Died

    monkeypatch.setattr(WordIndex, "update", dies)
    with pytest.raises(Died):
        filled.add(content(again, ["cement kilns lost in a transaction"] * 30), MODEL)
    monkeypatch.undo()
    # the same process goes on after an error of its own, another one after a death
    reopened = filled if survives else opens()
    assert [p.id for p in reopened.plans()] == list(TEXTS)
    assert results(reopened) == before
    assert reopened.check() == []
    assert opens.lines == ["The word index was damaged or out of date; it was built again from the library."]
    # the keys of the lost transaction come again, and what they stood for is gone
    reopened.add(content("gansu", ["cement kilns of gansu"]), MODEL)
    assert [t for t, _ in shown(reopened, reopened.search_words("lost transaction", 9, Scope()))] == []
    assert reopened.check() == []
    assert len(opens.lines) == 1


@pytest.mark.parametrize("change", ["add", "replace", "remove"])
def test_a_death_behind_the_commit_loses_nothing(
    filled: LocalBackend, opens: Opened, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    def dies(self: WordIndex, generation: int) -> None:
        raise Died

    monkeypatch.setattr(WordIndex, "mark", dies)
    with pytest.raises(Died):
        {
            "add": lambda: filled.add(content("gansu", ["cement kilns of gansu"]), MODEL),
            "replace": lambda: filled.add(content("anhui", ["cement kilns of gansu"]), MODEL),
            "remove": lambda: filled.remove(["anhui"]),
        }[change]()
    monkeypatch.undo()
    filled.close()

    reopened = opens()
    assert reopened.generation == 4
    found = [t for t, _ in shown(reopened, reopened.search_words("gansu", 9, Scope()))]
    assert found == ([] if change == "remove" else ["cement kilns of gansu"])
    assert len(reopened.plans()) == {"add": 4, "replace": 3, "remove": 2}[change]
    assert reopened.check() == []


# -- the lock and the folder -------------------------------------------------------------------


def test_a_second_writer_waits_and_then_names_the_holder(tmp_path: Path) -> None:
    with write_lock(tmp_path):
        said = r"is being written by .+ \(process \d+ on .+, since 20.+\)"
        with pytest.raises(LibraryBusyError, match=said), write_lock(tmp_path, wait=0.2):
            pass
        (tmp_path / "write.holder").unlink()
        with pytest.raises(LibraryBusyError, match="by another process"), write_lock(tmp_path, wait=0.05):
            pass
    with write_lock(tmp_path, wait=0.2):
        pass
    assert not (tmp_path / "write.holder").exists()


def test_the_lock_is_freed_when_the_writer_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), write_lock(tmp_path):
        raise RuntimeError
    with write_lock(tmp_path, wait=0.2):
        pass


def test_a_writer_waits_for_the_other_and_then_goes_on(filled: LocalBackend, opens: Opened) -> None:
    taken, freed = threading.Event(), threading.Event()

    def hold() -> None:
        with write_lock(opens.folder):
            taken.set()
            freed.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert taken.wait(10)
    writer = threading.Thread(target=lambda: opens().add(content("gansu", ["cement"]), MODEL))
    writer.start()
    writer.join(0.3)
    assert writer.is_alive()
    # readers go on meanwhile
    assert len(opens().plans()) == 3
    assert results(filled)
    freed.set()
    writer.join(20)
    holder.join(20)
    assert len(filled.plans()) == 4


@pytest.mark.parametrize("change", ["add", "remove", "replace_all", "rebuild_derived"])
def test_every_change_takes_the_lock(
    filled: LocalBackend, opens: Opened, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr("indexer.storage.local.WAIT", 0.1)
    changes = {
        "add": lambda: filled.add(content("gansu", ["cement"]), MODEL),
        "remove": lambda: filled.remove(["anhui"]),
        "replace_all": lambda: filled.replace_all([], MODEL),
        "rebuild_derived": filled.rebuild_derived,
    }
    with write_lock(opens.folder), pytest.raises(LibraryBusyError, match="Try again"):
        changes[change]()
    assert (filled.generation, len(filled.plans())) == (3, 3)
    assert filled.check() == []


def test_readers_go_on_while_a_writer_waits_for_another_process(filled: LocalBackend, tmp_path: Path) -> None:
    added, found = threading.Event(), threading.Event()

    def add() -> None:
        filled.add(content("gansu", ["cement"]), MODEL)
        added.set()

    def read() -> None:
        filled.search_words("cement", 5, Scope())
        found.set()

    with write_lock(Path(filled.location)):  # as another process would
        writer, reader = threading.Thread(target=add), threading.Thread(target=read)
        writer.start()
        assert not added.wait(0.3)
        reader.start()
        assert found.wait(20)
        assert not added.is_set()
    writer.join(20)
    assert added.is_set()


def test_a_threads_first_call_says_that_the_file_cannot_be_opened(filled: LocalBackend, tmp_path: Path) -> None:
    (tmp_path / "library").rename(tmp_path / "elsewhere")  # as a lost network drive, or too many open files
    with ThreadPoolExecutor() as another, pytest.raises(LibraryError, match="cannot be opened"):
        another.submit(filled.search_words, "cement", 9, Scope()).result()


def test_no_library(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(LibraryError, match=r"There is no library in .*plancite index FOLDER"):
            open_backend(place)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [True, False])
def test_a_file_in_the_place_of_the_folder(tmp_path: Path, create: bool) -> None:
    place = tmp_path / "library"
    place.write_text("a file")
    with pytest.raises(LibraryError, match=str(place)):
        open_backend(place, create=create)
    with pytest.raises(LibraryError, match=str(place)):
        open_backend(place / "below", create=create)
    assert place.read_text() == "a file"


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", refused)
    with pytest.raises(LibraryError, match=r"cannot be written \(Permission denied\).*--library"):
        open_backend(tmp_path / "library", create=True)


def test_a_lock_file_that_cannot_be_written(filled: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("filelock.FileLock.acquire", refused)
    with pytest.raises(LibraryError, match=r"cannot be written \(Permission denied\)"):
        filled.remove(["anhui"])
    assert len(filled.plans()) == 3
