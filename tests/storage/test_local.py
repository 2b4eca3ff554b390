"""A library in a folder: the database is the truth, and the two indexes follow it whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from damage import DAMAGES, delete, derived_files, halve, noise
from fakes import FakeEncoder, full_plan, make_content

from indexer.errors import LibraryBusyError, LibraryError, ModelError, UnknownPlanError
from indexer.storage import Backend, Found, PlanContent, Scope, open_backend
from indexer.storage.local import LocalBackend
from indexer.storage.local.database import Database
from indexer.storage.local.lock import write_lock
from indexer.storage.local.words import WordIndex

MODEL = ("fake", "fake@1")
ENCODER = FakeEncoder(2048)
TEXTS = {
    "anhui": ["cement kilns close by 2025", "steel output falls", "wind farms grow to 13.7 GW"],
    "henan": ["cement quota of each city", "forests cover a fifth"],
    "hubei": ["coal boilers close", "cement kilns move out of cities", "solar roofs", "kilns of brick and tile"],
}
QUERIES = ["cement kilns", "wind", "coal boilers close", "forests"]
SCOPES = [Scope(), Scope(("hubei",)), Scope(("anhui", "henan"))]


def content(plan_id: str, texts: list[str] | None = None) -> PlanContent:
    return make_content(plan_id, texts or TEXTS[plan_id], ENCODER, names=(plan_id.title(),))


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
    for plan_id in TEXTS:
        backend.add(content(plan_id), MODEL)
    return backend


def shown(backend: Backend, found: list[Found]) -> list[tuple[str, float]]:
    """What a search found, by text: keys differ between libraries of one content."""
    passages = backend.passages([f.key for f in found])
    return [(passages[f.key].text, round(f.score, 5)) for f in found if f.key in passages]


def results(backend: Backend) -> list[list[tuple[str, float]]]:
    """All that the searches of ``QUERIES`` say."""
    held = {plan.id for plan in backend.plans()}
    scopes = [s for s in SCOPES if held.issuperset(s.plans or ())]
    dense = [backend.search_dense(ENCODER.embed([q])[0], 20, s) for q in QUERIES for s in scopes]
    words = [backend.search_words(q, 20, s) for q in QUERIES for s in scopes]
    return [shown(backend, found) for found in dense + words]


def texts_of(backend: Backend, scope: Scope | None = None) -> list[str]:
    keys = backend.keys(scope or Scope())
    passages = backend.passages(keys)
    return [passages[key].text for key in keys]


def test_searches_find_what_was_added(filled: LocalBackend) -> None:
    found = filled.search_dense(ENCODER.embed(["cement kilns"])[0], 2, Scope())
    # cosine of word counts: two words shared with a text of five and with one of six
    assert shown(filled, found) == [
        ("cement kilns close by 2025", pytest.approx(2 / (2 * 5) ** 0.5, abs=1e-3)),
        ("cement kilns move out of cities", pytest.approx(2 / (2 * 6) ** 0.5, abs=1e-3)),
    ]
    words = filled.search_words("wind 13.7", 5, Scope())
    assert [text for text, _ in shown(filled, words)] == ["wind farms grow to 13.7 GW"]


def test_a_scope_narrows_both_searches(filled: LocalBackend) -> None:
    scope = Scope(("hubei",))
    query = ENCODER.embed(["cement"])[0]
    assert [t for t, _ in shown(filled, filled.search_dense(query, 1, scope))] == ["cement kilns move out of cities"]
    assert [t for t, _ in shown(filled, filled.search_words("cement", 9, scope))] == ["cement kilns move out of cities"]
    assert filled.count(scope) == 4
    assert texts_of(filled, scope) == TEXTS["hubei"]
    for search in (
        lambda: filled.search_words("cement", 1, Scope(("x",))),
        lambda: filled.search_dense(query, 1, Scope(("x",))),
    ):
        with pytest.raises(UnknownPlanError, match="anhui, henan, hubei"):
            search()


def test_a_plan_comes_back_whole(filled: LocalBackend) -> None:
    plan, passages = full_plan()
    texts = [p.text for p in passages]
    filled.add(PlanContent(plan, passages, texts, ENCODER.embed(texts), ("Full",)), MODEL)
    assert filled.plan("full") == plan
    assert tuple(filled.passages(filled.keys(Scope(("full",)))).values()) == passages
    assert filled.names()["full"] == ("Full",)


def test_each_change_is_one_generation(opens: Opened) -> None:
    backend = opens()
    seen = [backend.generation]
    for change in (
        lambda: backend.add(content("anhui"), MODEL),
        lambda: backend.add(content("henan"), MODEL),
        lambda: backend.add(content("anhui", ["cement again"]), MODEL),
        lambda: backend.remove(["anhui", "henan"]),
        lambda: backend.replace_all([content("hubei"), content("anhui")], MODEL),
    ):
        change()
        seen.append(backend.generation)
    assert seen == [0, 1, 2, 3, 4, 5]
    backend.rebuild_derived()
    assert backend.generation == 5


def test_a_plan_with_the_same_id_takes_the_place_of_the_first(filled: LocalBackend) -> None:
    filled.add(content("anhui", ["hydrogen trucks", "cement standards"]), MODEL)
    assert texts_of(filled, Scope(("anhui",))) == ["hydrogen trucks", "cement standards"]
    assert len(filled.plans()) == 3
    for found in (filled.search_words("2025", 9, Scope()), filled.search_words("farms", 9, Scope())):
        assert found == []
    dense = filled.search_dense(ENCODER.embed(["cement kilns close by 2025"])[0], 20, Scope())
    assert "cement kilns close by 2025" not in [t for t, _ in shown(filled, dense)]
    assert len(dense) == filled.count(Scope()) == 8
    assert filled.check() == []


def test_a_removed_plan_is_gone_from_everything(filled: LocalBackend) -> None:
    filled.remove(["anhui", "hubei", "anhui"])
    assert [plan.id for plan in filled.plans()] == ["henan"]
    assert [t for t, _ in shown(filled, filled.search_words("cement kilns coal", 9, Scope()))] == [
        "cement quota of each city"
    ]
    assert len(filled.search_dense(ENCODER.embed(["coal"])[0], 9, Scope())) == 2
    assert filled.check() == []


def test_a_removal_is_all_or_nothing(filled: LocalBackend) -> None:
    before = results(filled)
    with pytest.raises(UnknownPlanError, match="'x'"):
        filled.remove(["anhui", "x"])
    assert (len(filled.plans()), filled.generation) == (3, 3)
    assert results(filled) == before
    assert filled.check() == []


def test_replacing_everything_is_one_change_that_brings_its_model(filled: LocalBackend) -> None:
    other = FakeEncoder(64, "other@1", "other")
    filled.replace_all([make_content("hunan", ["rice and cement"], other)], ("other", "other@1"))
    assert [plan.id for plan in filled.plans()] == ["hunan"]
    assert filled.model == ("other", "other@1")
    assert filled.generation == 4
    assert [t for t, _ in shown(filled, filled.search_dense(other.embed(["rice"])[0], 5, Scope()))] == [
        "rice and cement"
    ]
    assert [t for t, _ in shown(filled, filled.search_words("cement", 5, Scope()))] == ["rice and cement"]
    assert filled.check() == []


def test_an_emptied_library_takes_plans_and_models_again(filled: LocalBackend, opens: Opened) -> None:
    filled.remove(list(TEXTS))
    query = ENCODER.embed(["cement"])[0]
    assert (filled.plans(), filled.count(Scope()), filled.check()) == ([], 0, [])
    assert filled.search_dense(query, 5, Scope()) == filled.search_words("cement", 5, Scope()) == []
    other = FakeEncoder(16, "other@1", "other")
    filled.add(make_content("hunan", ["rice"], other), ("other", "other@1"))
    assert [t for t, _ in shown(filled, filled.search_dense(other.embed(["rice"])[0], 5, Scope()))] == ["rice"]
    assert filled.check() == []
    assert opens().check() == []
    assert opens.lines == []


def test_another_model_is_refused_and_nothing_is_changed(filled: LocalBackend) -> None:
    before = results(filled)
    with pytest.raises(ModelError, match=r"fake@1, not other@1.*planlens rebuild"):
        filled.add(content("hunan", ["rice"]), ("other", "other@1"))
    with pytest.raises(ModelError):
        filled.add(content("anhui", ["rice"]), ("other", "other@1"))
    assert (filled.model, filled.generation) == (MODEL, 3)
    assert results(filled) == before
    assert filled.check() == []


def test_another_process_sees_a_change_without_opening_again(opens: Opened) -> None:
    writer, reader = opens(), opens()
    for change in (
        lambda: writer.add(content("anhui"), MODEL),
        lambda: writer.add(content("henan"), MODEL),
        lambda: writer.add(content("hubei"), MODEL),
        lambda: writer.add(content("anhui", ["kilns again", "cement"]), MODEL),
        lambda: writer.remove(["henan"]),
        lambda: reader.add(content("henan", ["wind over henan"]), MODEL),
    ):
        change()
        assert results(reader) == results(writer)
        assert [p.id for p in reader.plans()] == [p.id for p in writer.plans()]
    assert reader.check() == writer.check() == opens().check() == []
    assert opens.lines == []


def test_the_history_of_a_library_does_not_show(opens: Opened, tmp_path: Path) -> None:
    one, other = opens(), LocalBackend(tmp_path / "other", create=True)
    one.add(content("henan", ["to be replaced", "and gone"]), MODEL)
    one.add(content("anhui"), MODEL)
    one.add(content("henan"), MODEL)
    one.add(content("gansu", ["for a while only"]), MODEL)
    one.remove(["gansu"])
    one.add(content("hubei"), MODEL)
    for plan_id in TEXTS:
        other.add(content(plan_id), MODEL)
    ranked = [[sorted(found) for found in results(backend)] for backend in (one, other, opens())]
    assert ranked[0] == ranked[1] == ranked[2]
    other.close()


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
        "The word index holds 6 passages, the library 9.",
        "The vector index holds 8 passages, the library 9.",
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


def test_many_threads_of_one_backend(filled: LocalBackend) -> None:
    expected = results(filled)
    failures: list[object] = []

    def read() -> None:
        for _ in range(5):
            if results(filled) != expected:
                failures.append("differs")

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_no_library(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(LibraryError, match=r"There is no library in .*planlens index FOLDER"):
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
