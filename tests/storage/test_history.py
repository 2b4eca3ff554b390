"""That what is purged is in no file of a folder, and that older folders are brought up."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEncoder, make_content

from indexer.errors import LibraryError, UnknownPlanError
from indexer.storage import PlanContent, Scope
from indexer.storage.local import LocalBackend
from indexer.storage.local.connection import SCHEMA_VERSION
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
    assert backend.word_vectors(backend.keys(Scope())) == {}  # asked, its passages are read
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
    monkeypatch.setattr("indexer.storage.local.connection._STEPS", dict.fromkeys(range(2, SCHEMA_VERSION), failing))
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
