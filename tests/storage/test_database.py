"""The SQLite file: what goes in comes out, and what is wrong is said."""

from __future__ import annotations

import dataclasses
import gc
import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEncoder, full_plan, make_content

from indexer.errors import LibraryError, ModelError, UnknownPlanError
from indexer.language.matching import count_words
from indexer.storage import PlanContent, Scope
from indexer.storage.local.connection import SCHEMA_VERSION, STORE_PASSAGE_SUMS
from indexer.storage.local.database import Database

MODEL = ("fake", "fake@1")
SECTIONS = [("1. Industry",), ("1. Industry", "(1) Cement"), ("1. Industry", "(1) Cement"), ("2. Énergie",), ()]
SENTENCES = ["kilns", "cement one", "cement two", "wind", "closing words"]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "plans.sqlite", create=True)


def insert(database: Database, content: PlanContent) -> int:
    generation = database.generation() + 1
    with database.write() as connection:
        key = database.insert_plan(connection, content, generation, "2026-01-02T03:04:05+00:00")
        database.set_generation(connection, generation)
    return key


def delete(database: Database, plan_id: str) -> None:
    generation = database.generation() + 1
    with database.write() as connection:
        database.delete_plan(connection, plan_id, generation)
        database.set_generation(connection, generation)


def content(plan_id: str) -> PlanContent:
    return make_content(plan_id, SENTENCES, FakeEncoder(32), sections=SECTIONS)


def test_every_field_of_plan_and_passages_comes_back(database: Database) -> None:
    plan, passages = full_plan()
    vectors = FakeEncoder(32).embed([p.text for p in passages])
    key = insert(database, PlanContent(plan, passages, ["a", "b", "c"], vectors, ("Full", "计划")))
    assert database.plan("full") == plan
    keys = database.keys(None)
    assert tuple(database.passages(keys)[k] for k in keys) == passages
    assert database.names() == {"full": ("Full", "计划")}
    assert [text for _, text in database.indexed_of(key)] == ["a", "b", "c"]
    ((stored_keys, stored),) = database.vectors_of([key])
    assert stored_keys.tolist() == keys
    assert np.array_equal(stored, vectors.astype(np.float16).astype(np.float32))
    assert database.dimension() == 32
    assert database.problems() == []


def test_what_is_told_of_a_plan(database: Database) -> None:
    plan, passages = full_plan()
    insert(database, PlanContent(plan, passages, ["a", "b", "c"], FakeEncoder(8).embed(["a", "b", "c"])))
    insert(database, content("bare"))
    bare, full = database.plans()
    assert (bare.id, bare.pages, bare.passages, bare.words, bare.warnings) == ("bare", None, 5, 8, ())
    assert (full.id, full.title, full.source, full.sha256) == ("full", plan.title, plan.source, plan.sha256)
    assert (full.pages, full.passages, full.words, full.warnings) == (2, 3, count_words(plan.text), plan.warnings)


def test_passages_that_are_gone_are_left_out(database: Database) -> None:
    insert(database, content("a"))
    assert list(database.passages([2, 99])) == [2]
    assert database.passages([]) == {}


def test_ranges_by_plan_and_section(database: Database) -> None:
    insert(database, content("a"))  # keys 1 to 5
    insert(database, content("b"))  # keys 6 to 10
    insert(database, content("c"))  # keys 11 to 15
    ranges = database.ranges
    assert ranges(Scope()) is None
    assert ranges(Scope(("b",))) == [(6, 10)]
    assert ranges(Scope(("b", "a"))) == [(1, 10)]
    assert ranges(Scope(("c", "a"))) == [(1, 5), (11, 15)]
    assert ranges(Scope(("b", "b"))) == [(6, 10)]
    assert ranges(Scope(())) == []
    assert ranges(Scope(None, "cement")) == [(2, 3), (7, 8), (12, 13)]
    assert ranges(Scope(None, "INDUSTRY")) == [(1, 3), (6, 8), (11, 13)]
    assert ranges(Scope(("b",), "(1) Cem")) == [(7, 8)]
    assert ranges(Scope(("b",), "nergie")) == [(9, 9)]
    assert ranges(Scope(None, "fisheries")) == []
    delete(database, "b")
    assert ranges(Scope(None, "cement")) == [(2, 3), (12, 13)]
    assert database.count(ranges(Scope(None, "cement"))) == 4
    assert database.keys(ranges(Scope(("c",)))) == [11, 12, 13, 14, 15]
    assert database.count(None) == 10
    assert database.keys(None) == [1, 2, 3, 4, 5, 11, 12, 13, 14, 15]


@pytest.mark.parametrize("asked", ['"dual control"', "of “output”", "a, b", 'control" of'])
def test_a_section_is_found_by_any_part_of_its_label(database: Database, asked: str) -> None:
    labels = [("1. One",), ('2. The "dual control" of “output”',), ("3. Parts a, b",), (), ()]
    insert(database, make_content("a", SENTENCES, FakeEncoder(32), sections=labels))
    wanted = [(i, i) for i, path in enumerate(labels, 1) if any(asked in label for label in path)]
    assert wanted
    assert database.ranges(Scope(None, asked)) == wanted


@pytest.mark.parametrize("asked", ['", "', "[", "\\"])
def test_how_sections_are_stored_is_not_searched(database: Database, asked: str) -> None:
    insert(database, content("a"))
    assert database.ranges(Scope(None, asked)) == []


def test_an_unknown_plan_is_named_and_the_known_ones_too(database: Database) -> None:
    with pytest.raises(UnknownPlanError, match=r"'x'.*no plans"):
        database.plan("x")
    insert(database, content("henan"))
    insert(database, content("anhui"))
    for use in (
        lambda: database.plan("x"),
        lambda: database.ranges(Scope(("anhui", "x"))),
        lambda: delete(database, "x"),
    ):
        with pytest.raises(UnknownPlanError, match=r"'x'.*anhui, henan"):
            use()


def test_a_failed_change_changes_nothing(database: Database) -> None:
    insert(database, content("a"))
    before = (database.plans(), database.generation(), database.keys(None))
    with pytest.raises(UnknownPlanError), database.write() as connection:
        database.delete_plan(connection, "a", 9)
        database.delete_plan(connection, "x", 9)
    with pytest.raises(RuntimeError), database.write() as connection:
        database.insert_plan(connection, content("b"), 9, "")
        raise RuntimeError
    short = dataclasses.replace(content("b"), vectors=np.zeros((3, 32), dtype=np.float32))
    with pytest.raises(ValueError, match="zip"), database.write() as connection:
        database.insert_plan(connection, short, 9, "")
    assert (database.plans(), database.generation(), database.keys(None)) == before
    assert database.removed_since(-1) == []


def test_keys_are_never_used_again(database: Database) -> None:
    first = insert(database, content("a"))
    used = set(database.keys(None))
    delete(database, "a")
    again = insert(database, content("a"))
    assert again > first
    assert used.isdisjoint(database.keys(None))
    assert min(database.keys(None)) > max(used)


def test_changes_since_a_generation(database: Database) -> None:
    a, b = insert(database, content("a")), insert(database, content("b"))
    delete(database, "a")
    c = insert(database, content("c"))
    assert database.generation() == 4
    assert [database.added_since(g) for g in (-1, 0, 1, 2, 3, 4)] == [[b, c], [b, c], [b, c], [c], [c], []]
    assert database.removed_since(2) == [(a, (1, 5))]
    assert database.removed_since(3) == []
    assert [database.remembers(g) for g in (-1, 0, 4, 5)] == [False, True, True, False]
    with database.write() as connection:
        database.forget_before(connection, 4)
    assert [database.remembers(g) for g in (3, 4)] == [False, True]


def test_a_library_keeps_to_its_model(database: Database) -> None:
    assert database.model() is None
    with database.write() as connection:
        database.claim_model(connection, MODEL)
    assert database.model() == MODEL
    # still empty: another model may take it
    with database.write() as connection:
        database.claim_model(connection, ("other", "other@1"))
    insert(database, content("a"))
    with pytest.raises(ModelError, match=r"other@1, not fake@1.*`rebuild`"), database.write() as connection:
        database.claim_model(connection, MODEL)
    assert database.model() == ("other", "other@1")


def test_check_finds_a_passage_that_is_not_its_plans_text(database: Database) -> None:
    insert(database, content("a"))
    insert(database, content("b"))
    with database.write() as connection:
        connection.execute("UPDATE passages SET text = 'made up' WHERE key IN (7, 8)")
    (problem,) = database.problems()
    assert problem == "b: the text of 2 of its passages changed on disk after it was stored. Run: plancite rebuild"
    with database.write() as connection:  # also where it was stored so
        connection.execute("DELETE FROM passage_sums")
        connection.execute(STORE_PASSAGE_SUMS)
    assert database.problems() == ["b: 2 passages do not match the plan's text. Run: plancite rebuild"]


def test_check_finds_passages_that_are_missing(database: Database) -> None:
    insert(database, content("a"))
    insert(database, content("b"))
    with database.write() as connection:
        connection.execute("DELETE FROM passages WHERE key IN (7, 8)")
    assert database.problems() == ["b: 3 passages of 5 are there. Run: plancite rebuild"]


def test_another_schema_version_is_refused(database: Database, tmp_path: Path) -> None:
    with database.write() as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(SCHEMA_VERSION + 1),))
    database.close()
    with pytest.raises(
        LibraryError, match=f"format {SCHEMA_VERSION + 1}, this one reads {SCHEMA_VERSION}.*add the plans"
    ):
        Database(tmp_path / "plans.sqlite", create=True)


@pytest.mark.parametrize(
    "content", [b"this is no database, however long it may be. " * 100, b"SQLite format 3\x00" + b"\x07" * 5000]
)
@pytest.mark.parametrize("create", [True, False])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes, create: bool) -> None:
    path = tmp_path / "plans.sqlite"
    path.write_bytes(content)
    with pytest.raises(LibraryError, match=r"plans\.sqlite is not a readable library .*Restore it"):
        Database(path, create=create)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "plans.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    with pytest.raises(LibraryError, match="not a readable library"):
        Database(path, create=True)
    other = sqlite3.connect(path)
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]
    other.close()


def test_a_file_left_empty_by_a_death_while_it_was_made_is_filled(tmp_path: Path) -> None:
    # SQLite makes the file before the first transaction is in it
    path = tmp_path / "plans.sqlite"
    path.touch()
    database = Database(path, create=True)
    insert(database, content("a"))
    assert database.problems() == []


def test_two_processes_may_make_the_same_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # the other one's tables come between our look and our own making
    path = tmp_path / "plans.sqlite"
    make = Database._create
    others: list[Database] = []

    def overtaken(self: Database) -> None:
        if not others:
            others.append(self)
            others.append(Database(path, create=True))
            insert(others[1], content("a"))
        make(self)

    monkeypatch.setattr(Database, "_create", overtaken)
    assert [plan.id for plan in Database(path, create=True).plans()] == ["a"]
    assert len(others) == 2


def test_a_damaged_page_is_found(database: Database, tmp_path: Path) -> None:
    for name in "abcdefgh":
        insert(database, make_content(name, [f"sentence {i} of {name} " * 20 for i in range(40)], FakeEncoder(64)))
    database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    path = tmp_path / "plans.sqlite"
    data = bytearray(path.read_bytes())
    data[8 * 4096 : 40 * 4096] = b"\x55" * (32 * 4096)
    path.write_bytes(bytes(data))
    damaged = Database(path, create=False)
    problems = damaged.problems()
    assert problems
    assert all(problem.startswith("plans.sqlite: ") for problem in problems)


def test_a_full_disk_is_told_and_changes_nothing(database: Database) -> None:
    insert(database, content("a"))
    pages = database.connection.execute("PRAGMA page_count").fetchone()[0]
    database.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    large = make_content("b", ["many words " * 2000] * 20, FakeEncoder(32))
    with pytest.raises(LibraryError, match=r"cannot be written .*Nothing was changed.*free space"):
        insert(database, large)
    assert [plan.id for plan in database.plans()] == ["a"]
    assert database.generation() == 1


def test_a_connection_is_closed_with_its_thread(database: Database) -> None:
    connections: list[sqlite3.Connection] = []
    for _ in range(5):
        thread = threading.Thread(target=lambda: connections.append(database.connection))
        thread.start()
        thread.join()
    for connection in connections:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")
    assert database.generation() >= 0


def test_the_file_is_closed_with_the_library(tmp_path: Path) -> None:
    path = tmp_path / "plans.sqlite"
    with ThreadPoolExecutor() as pool:
        database = Database(path, create=True)
        assert pool.submit(database.generation).result() == database.generation() == 0
        assert opened(path) > 0
        database.close()
        assert database.generation() == 0  # a library that is asked again is open again
        database.close()
        del database
        gc.collect()
        assert opened(path) == 0  # though the thread of the pool lives


def opened(path: Path) -> int:
    """How often this process has the file open."""
    return sum(os.path.realpath(link) == str(path.resolve()) for link in Path("/proc/self/fd").iterdir())


def test_a_call_in_another_thread_outlives_closing(tmp_path: Path) -> None:
    script = Path(__file__).with_name("closing.py")
    command = [sys.executable, str(script), str(tmp_path / "library")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
