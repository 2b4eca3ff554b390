"""A library with some of everything, a bit of which is flipped; what may be read of it then."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from backends import ENCODER, MODEL, QUERIES, TEXTS, content
from damage import derived_files
from fakes import full_plan

from indexer.errors import LibraryError
from indexer.storage import PlanContent, Scope, open_backend
from indexer.storage.local import DATABASE_FILE, LocalBackend
from indexer.types import Comparator, SavedQuestion, Target, TargetKind

#: (table, column, its plan's id) of everything that a flip is tried in.
STORED = (
    ("texts", "text", "SELECT id FROM plans WHERE key = texts.plan"),
    ("texts", "parts", "SELECT id FROM plans WHERE key = texts.plan"),
    ("passages", "text", "SELECT id FROM plans WHERE key = passages.plan"),
    ("passages", "indexed", "SELECT id FROM plans WHERE key = passages.plan"),
    ("passages", "vector", "SELECT id FROM plans WHERE key = passages.plan"),
    ("word_vectors", "packed", "SELECT id FROM plans JOIN passages p ON p.plan = plans.key WHERE p.key = passage"),
    ("targets", "rows", "SELECT id FROM plans WHERE key = targets.plan"),
    ("sections", "path", "SELECT id FROM plans WHERE key = sections.plan"),
    ("plans", "title", "SELECT plans.id"),
    ("plans", "metadata", "SELECT plans.id"),
    ("plans", "names", "SELECT plans.id"),
    ("plans", "since", "SELECT plans.id"),
    ("versions", "text", "SELECT versions.id"),
    ("versions", "title", "SELECT versions.id"),
    ("versions", "until", "SELECT versions.id"),
    ("saved", "quotes", "SELECT 'saved question'"),
)


def target(plan_id: str, value: float) -> Target:
    return Target(
        TargetKind.TARGET, plan_id, "coal share", Comparator.AT_MOST, value, None, "percent", f"{value}%",
        f"Coal falls to {value}%.", (), None, 0, 5, (0, 5), year=2030,
    )  # fmt: skip


def make_library(folder: Path) -> None:
    """A library with some of everything: sections, word vectors, targets, a version, a saved question."""
    backend = LocalBackend(folder, create=True)
    for n, plan_id in enumerate(TEXTS):
        plain = content(plan_id)
        packed = [f"words of {passage.text}".encode() for passage in plain.passages]
        backend.add(replace(plain, word_vectors=packed, targets=[target(plan_id, 20.0 + n)]), MODEL)
    plan, passages = full_plan()
    vectors = ENCODER.embed([p.text for p in passages])
    full = PlanContent(plan, passages, [p.text for p in passages], vectors, ("Full",), [target("full", 7.5)])
    backend.add(full, MODEL)
    backend.add(content("henan", ["cement quota of 20% a city", "forests cover a third"]), MODEL)
    backend.save_question(SavedQuestion(0, "coal?", None, None, "2026-01-01", (("anhui", "20%"),)))
    backend.change_collections(lambda held: {"First lot": ("anhui", "henan")})
    backend.close()


def reads(backend: LocalBackend) -> dict[str, Callable[[], object]]:
    """Everything that can be read of a library, by name."""
    ids = [*TEXTS, "full"]
    found: dict[str, Callable[[], object]] = {
        "plans": backend.plans,
        "saved": backend.saved,
        "collections": backend.collections,
        "version henan": lambda: backend.version("henan", 1),
        "passages": lambda: backend.passages(backend.keys(Scope())),
        "word vectors": lambda: backend.word_vectors(backend.keys(Scope())),
    }
    for plan_id in ids:
        found[f"plan {plan_id}"] = lambda plan_id=plan_id: backend.plan(plan_id)
        found[f"targets {plan_id}"] = lambda plan_id=plan_id: backend.targets(plan_id)
    for query in QUERIES:
        found[f"words {query}"] = lambda query=query: backend.search_words(query, 9, Scope())
        found[f"dense {query}"] = lambda query=query: backend.search_dense(ENCODER.embed([query])[0], 9, Scope())
    return found


@contextmanager
def opened(folder: Path) -> Iterator[LocalBackend]:
    backend = open_backend(folder)
    assert isinstance(backend, LocalBackend)
    try:
        yield backend
    finally:
        backend.close()


def flip(value: bytes, bit: int) -> bytes:
    data = bytearray(value)
    data[bit // 8] ^= 1 << bit % 8
    return bytes(data)


def assert_nothing_changed(backend: LocalBackend, as_stored: dict[str, object]) -> int:
    """Each read gives what was stored or raises LibraryError; how many raise."""
    refused = 0
    for name, read in reads(backend).items():
        try:
            assert read() == as_stored[name], name
        except LibraryError:
            refused += 1
    return refused


def index_files(folder: Path) -> list[Path]:
    """The files of the indexes that say something; tantivy's list of files to clean up, written at any time, does not."""
    return [path for path in derived_files(folder) if path.name != ".managed.json" and path.stat().st_size]


@contextmanager
def flipped(library: Path, stored: tuple[str, str, str], draw: random.Random) -> Iterator[str]:
    """A bit of one value of a table's column is another within the block; gives the id of the plan that it is of."""
    table, column, of_plan = stored
    key = "n" if table == "sections" else "rowid"
    with closing(sqlite3.connect(library / DATABASE_FILE, isolation_level=None)) as file:
        found = f"SELECT {key}, CAST({column} AS BLOB), typeof({column}), ({of_plan}) FROM {table}"
        rows = [row for row in file.execute(found).fetchall() if row[1]]
        place, value, kind, plan_id = draw.choice(rows)
        put = f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE {key} = ?"
        file.execute(put, (flip(value, draw.randrange(8 * len(value))), place))
        try:
            yield plan_id
        finally:
            file.execute(put, (value, place))
