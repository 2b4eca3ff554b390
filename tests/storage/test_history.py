"""What a library keeps of the past, and that what is purged is nowhere."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEncoder, full_plan, make_content

from indexer.errors import LibraryBusyError, LibraryError, UnknownPlanError
from indexer.storage import PlanContent, Scope
from indexer.storage.local import LocalBackend
from indexer.storage.local.schema import SCHEMA_VERSION
from indexer.types import Metadata, SavedQuestion

MODEL = ("fake", "fake@1")
ENCODER = FakeEncoder(256)


@pytest.fixture
def backend(tmp_path: Path) -> LocalBackend:
    return LocalBackend(tmp_path / "library", create=True)


def content(plan_id: str, *texts: str) -> PlanContent:
    return make_content(plan_id, texts, ENCODER)


def found(backend: LocalBackend, words: str) -> list[str]:
    """Texts that a search by words and one by meaning find alike."""
    by_words = {f.key for f in backend.search_words(words, 99, Scope())}
    by_meaning = {f.key for f in backend.search_dense(ENCODER.embed([words])[0], 99, Scope()) if f.score > 0.1}
    passages = backend.passages(sorted(by_words | by_meaning))
    return sorted(p.text for p in passages.values())


def test_what_is_replaced_stays_as_a_version(backend: LocalBackend) -> None:
    plan, passages = full_plan()
    vectors = ENCODER.embed([p.text for p in passages])
    backend.add(PlanContent(plan, passages, ["a", "b", "c"], vectors), MODEL)
    backend.add(content("full", "wind farms", "solar roofs"), MODEL)
    backend.add(content("full", "coal"), MODEL)
    versions = backend.versions("full")
    assert [(v.plan, v.n, v.title, v.words) for v in versions] == [
        ("full", 1, plan.title, len(plan.text.split())), ("full", 2, "Full", 4), ("full", 3, "Full", 1),
    ]  # fmt: skip
    assert [bool(v.until) for v in versions] == [True, True, False]
    assert versions[0].until == versions[1].since
    # every part of it, not the text alone
    assert backend.version("full", 1) == plan
    assert backend.version("full", 2).text == "wind farms\nsolar roofs"
    assert backend.version("full", 3) == backend.plan("full")
    for n in (0, 4, -1):
        with pytest.raises(UnknownPlanError, match=f"versions 1 to 3, not {n}"):
            backend.version("full", n)
    # and no search sees the past
    assert found(backend, "wind farms") == []
    assert found(backend, "coal") == ["coal"]
    assert backend.check() == []


def test_the_same_text_again_is_no_version(backend: LocalBackend) -> None:
    backend.add(content("anhui", "wind"), MODEL)
    (first,) = backend.versions("anhui")
    backend.add(content("anhui", "wind"), MODEL)
    assert backend.replace_all([content("anhui", "wind")], MODEL)
    assert backend.versions("anhui") == [first]


def test_what_is_removed_can_come_back(backend: LocalBackend) -> None:
    for plan_id in ("anhui", "henan"):
        backend.add(content(plan_id, f"cement of {plan_id}"), MODEL)
    assert backend.removed() == []
    before = backend.versions("anhui")
    backend.remove(["anhui"])
    backend.remove(["henan"])
    assert {v.plan for v in backend.removed()} == {"anhui", "henan"}
    assert found(backend, "cement") == []
    with pytest.raises(UnknownPlanError):
        backend.plan("anhui")
    assert backend.version("anhui", 1).text == "cement of anhui"
    # with the text it had it is the same version as before; with another, a second one
    backend.add(content("anhui", "cement of anhui"), MODEL)
    assert backend.versions("anhui") == before
    backend.add(content("henan", "steel"), MODEL)
    assert [v.n for v in backend.versions("henan")] == [1, 2]
    assert backend.removed() == []
    assert backend.check() == []


@pytest.mark.parametrize("removed_before", [True, False])
def test_what_is_purged_is_in_no_file(backend: LocalBackend, tmp_path: Path, removed_before: bool) -> None:
    secret = [f"zanzibar xylograph {i} " + "quagmire " * 20 for i in range(40)]
    backend.add(content("anhui", "wind"), MODEL)
    backend.add(content("secret", *secret), MODEL)
    backend.add(content("secret", "zanzibar again"), MODEL)
    quotes = (("secret", "zanzibar again"), ("anhui", "wind"))
    backend.save_question(SavedQuestion(0, "what of it?", None, None, "2026-01-01", quotes))
    vector = ENCODER.embed(secret)[0].astype(np.float16).tobytes()
    if removed_before:
        backend.remove(["secret"])
    backend.remove(["secret"], purge=True)
    assert [p.id for p in backend.plans()] == ["anhui"]
    assert backend.removed() == []
    with pytest.raises(UnknownPlanError):
        backend.versions("secret")
    assert backend.saved()[0].quotes == (("anhui", "wind"),)
    assert backend.check() == []
    files = [p for p in (tmp_path / "library").rglob("*") if p.is_file()]
    assert len(files) > 5
    for path in files:
        data = path.read_bytes()
        assert not any(word in data for word in (b"zanzibar", b"xylograph", b"quagmire", vector)), path.name
    with pytest.raises(UnknownPlanError, match=r"'secret'.*anhui"):
        backend.remove(["anhui", "secret"], purge=True)
    assert [p.id for p in backend.plans()] == ["anhui"]


def test_what_is_known_of_a_plan_is_stored_anew(backend: LocalBackend) -> None:
    backend.add(content("anhui", "wind"), MODEL)
    backend.add(content("anhui", "wind farms"), MODEL)
    saved = SavedQuestion(0, "wind?", ("anhui", "henan"), None, "2026-01-01", (("anhui", "wind farms"),))
    backend.save_question(saved)
    metadata = Metadata("Anhui Province", "2022-08", "zh", True)
    plan = replace(backend.plan("anhui"), id="安徽", metadata=metadata, edited=("date", "issuer"))
    generation = backend.generation
    backend.amend("anhui", plan, ("Anhui",))
    assert backend.plan("安徽") == plan
    assert [(i.id, i.metadata) for i in backend.plans()] == [("安徽", metadata)]
    assert backend.names() == {"安徽": ("Anhui",)}
    assert backend.generation == generation + 1
    assert [v.plan for v in backend.versions("安徽")] == ["安徽"] * 2
    assert (backend.saved()[0].plans, backend.saved()[0].quotes) == (("安徽", "henan"), (("安徽", "wind farms"),))
    keys = [f.key for f in backend.search_words("wind", 9, Scope(("安徽",)))]
    assert [p.plan for p in backend.passages(keys).values()] == ["安徽"]
    assert backend.check() == []


def test_a_name_that_is_taken_is_refused(backend: LocalBackend) -> None:
    for plan_id in ("anhui", "henan", "gansu"):
        backend.add(content(plan_id, "wind"), MODEL)
    backend.remove(["gansu"])
    for taken, said in (("henan", "already"), ("gansu", "--purge")):
        with pytest.raises(LibraryError, match=said):
            backend.amend("anhui", replace(backend.plan("anhui"), id=taken), ())
    with pytest.raises(UnknownPlanError):
        backend.amend("hubei", replace(backend.plan("anhui"), id="hubei"), ())
    assert [p.id for p in backend.plans()] == ["anhui", "henan"]


def test_what_another_changed_meanwhile_is_not_overwritten(backend: LocalBackend) -> None:
    backend.add(content("anhui", "wind"), MODEL)
    seen = backend.generation
    backend.add(content("henan", "coal"), MODEL)
    # another plan is no matter for this one, but for a change of all
    backend.add(content("anhui", "wind farms"), MODEL, seen=seen)
    assert not backend.replace_all([content("anhui", "hydrogen")], MODEL, seen=seen)
    with pytest.raises(LibraryBusyError, match="'anhui' was changed meanwhile"):
        backend.add(content("anhui", "solar"), MODEL, seen=seen)
    with pytest.raises(LibraryBusyError, match="'anhui' was changed meanwhile"):
        backend.amend("anhui", backend.plan("anhui"), (), seen=seen)
    assert backend.plan("anhui").text == "wind farms"
    assert found(backend, "hydrogen") == found(backend, "solar") == []
    assert backend.replace_all([content("anhui", "hydrogen")], MODEL, seen=backend.generation)
    assert [v.plan for v in backend.removed()] == ["henan"]


def test_saved_questions(backend: LocalBackend) -> None:
    quotes = (("anhui", 'The "quote" 引'), ("henan", "b"))
    one = SavedQuestion(0, "wind?", None, None, "2026-01-01T00:00:00+00:00", quotes)
    two = SavedQuestion(0, "wind?", ("anhui",), "Energy", "2026-01-02T00:00:00+00:00")
    ids = [backend.save_question(question) for question in (one, two)]
    assert backend.saved() == [replace(one, id=ids[0]), replace(two, id=ids[1])]
    # saved again it takes the new answer; in another scope it is another question
    again = replace(one, at="2026-01-03T00:00:00+00:00", quotes=())
    backend.save_question(again)
    assert [(s.question, s.plans, s.quotes) for s in backend.saved()] == [
        ("wind?", ("anhui",), ()),
        ("wind?", None, ()),
    ]
    assert backend.forget_question(ids[1])
    assert not backend.forget_question(ids[1])
    assert [s.plans for s in backend.saved()] == [None]


# -- a library of an older version -------------------------------------------------------------


def tables(path: Path) -> dict[str, set[tuple[object, ...]]]:
    """Columns by table, with type and whether they may be null."""
    connection = sqlite3.connect(path)
    try:
        names = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'index')")]
        return {n: {tuple(row[1:4]) + row[5:6] for row in connection.execute(f"PRAGMA table_info({n})")} for n in names}
    finally:
        connection.close()


#: The tables of format 2, as they were.
FORMAT_2 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE plans (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    source TEXT NOT NULL, sha256 TEXT NOT NULL, text TEXT NOT NULL, words INTEGER NOT NULL,
    parts TEXT NOT NULL, warnings TEXT NOT NULL, names TEXT NOT NULL, generation INTEGER NOT NULL
);
CREATE TABLE sections (
    plan INTEGER NOT NULL REFERENCES plans(key) ON DELETE CASCADE, n INTEGER NOT NULL,
    path TEXT NOT NULL, PRIMARY KEY (plan, n)
) WITHOUT ROWID;
CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    plan INTEGER NOT NULL REFERENCES plans(key) ON DELETE CASCADE,
    section INTEGER, start INTEGER NOT NULL, "end" INTEGER NOT NULL, page INTEGER, role TEXT NOT NULL,
    cut_off INTEGER NOT NULL, record TEXT, text TEXT NOT NULL, indexed TEXT NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX passages_plan ON passages(plan, key);
CREATE TABLE removals (plan INTEGER NOT NULL, first INTEGER, last INTEGER, generation INTEGER NOT NULL);
INSERT INTO meta VALUES ('schema', '2'), ('generation', '4'), ('model', '["fake", "fake@1"]');
"""


def make_format_2(path: Path, plan_text: str = "wind farms\fsolar roofs") -> None:
    half = ENCODER.embed(["wind farms", "solar roofs"]).astype(np.float16)
    parts = '{"pages": [[1, 0, 11], [2, 11, 22]], "sections": [[0, 4, 22, 1, "1.", "Wind", null]], "asides": [], "records": []}'
    old = sqlite3.connect(path)
    old.executescript(FORMAT_2)
    plan = (3, "anhui", "Anhui", "/a/anhui.txt", "ab" * 32, plan_text, 4, parts, '["a warning"]', '["Anhui"]', 4)
    old.execute("INSERT INTO plans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", plan)
    old.execute("INSERT INTO sections VALUES (3, 0, '[\"1. Wind\"]')")
    for key, (start, end), page in ((7, (0, 10), 1), (8, (11, 22), 2)):
        text = plan_text[start:end]
        row = (key, 3, 0, start, end, page, "body", 0, None, text, text, half[key - 7].tobytes())
        old.execute("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    old.commit()
    old.close()


@pytest.mark.parametrize("create", [True, False])
def test_an_older_library_is_brought_up_when_it_is_opened(tmp_path: Path, create: bool) -> None:
    make_format_2(tmp_path / "plans.sqlite")
    backend = LocalBackend(tmp_path, create=create)
    (info,) = backend.plans()
    assert (info.id, info.pages, info.passages, info.words, info.warnings) == ("anhui", 2, 2, 4, ("a warning",))
    assert info.metadata == Metadata()
    plan = backend.plan("anhui")
    assert (plan.text, plan.pages[1].start, plan.sections[0].title) == ("wind farms\fsolar roofs", 11, "Wind")
    assert (backend.generation, backend.model) == (4, MODEL)
    assert found(backend, "solar roofs") == ["solar roofs"]
    assert backend.check() == []
    # it is now like one that is made today, and goes on like one
    fresh = LocalBackend(tmp_path / "fresh", create=True)
    assert tables(tmp_path / "plans.sqlite") == tables(tmp_path / "fresh" / "plans.sqlite")
    assert fresh.plans() == []
    backend.add(content("anhui", "hydrogen"), MODEL)
    assert [v.words for v in backend.versions("anhui")] == [4, 1]
    backend.close()
    assert [p.id for p in LocalBackend(tmp_path).plans()] == ["anhui"]


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plans.sqlite"
    make_format_2(path)
    before = tables(path)
    failing = "CREATE TABLE half_way (n INTEGER);\nALTER TABLE plans DROP COLUMN text;\nSELECT no_such_function();"
    monkeypatch.setattr("indexer.storage.local.schema._STEPS", dict.fromkeys(range(2, SCHEMA_VERSION), failing))
    with pytest.raises(LibraryError, match="Nothing was changed"):
        LocalBackend(tmp_path)
    assert tables(path) == before
    monkeypatch.undo()
    assert LocalBackend(tmp_path).plan("anhui").text.startswith("wind")


@pytest.mark.parametrize("version", [1, SCHEMA_VERSION + 1])
def test_a_format_that_cannot_be_read_is_refused(tmp_path: Path, version: int) -> None:
    make_format_2(tmp_path / "plans.sqlite")
    connection = sqlite3.connect(tmp_path / "plans.sqlite")
    with connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(version),))
    connection.close()
    with pytest.raises(LibraryError, match=f"format {version}, this one reads {SCHEMA_VERSION}"):
        LocalBackend(tmp_path)
