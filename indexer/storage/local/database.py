"""The truth: plans, sections, pages, passages and vectors in one SQLite file.

Passage texts are kept beside the plan's own text, so that fetching a hit does not scan a long plan
for its offset. Vectors are stored as float16, which is what the search uses.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.errors import LibraryError
from indexer.storage import PlanContent, Scope
from indexer.storage.local.rows import (
    PASSAGE_COLUMNS,
    PLAN_COLUMNS,
    SCHEMA,
    SCHEMA_VERSION,
    model_mismatch,
    passage_rows,
    plan_row,
    read_passage,
    read_plan,
    unknown_plan,
)
from indexer.types import Passage, Plan, PlanInfo

KeyRange = tuple[int, int]  # first and last key, both included


class _Held:
    """A connection that is closed with its thread: a web server asks from a new one at every click."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA foreign_keys=ON")
        self.connection.execute("PRAGMA synchronous=FULL")

    def __del__(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()


class Database:
    """Connections to one ``plans.sqlite``, one a thread; WAL, so readers never wait."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path
        self._local = threading.local()
        self._open: weakref.WeakSet[_Held] = weakref.WeakSet()
        try:
            if create:
                self._create()
            version = int(self._meta("schema") or 0)
        except sqlite3.DatabaseError as error:
            raise LibraryError(
                f"{path} is not a readable library ({error}). Restore it from a copy, or delete its "
                "folder and add the plans again."
            ) from error
        if version != SCHEMA_VERSION:
            raise LibraryError(
                f"{path} was made by another version of Planlens (format {version}, this one reads "
                f"{SCHEMA_VERSION}). Delete its folder and add the plans again."
            )

    def _create(self) -> None:
        """Make the tables, unless the file holds any: its maker may have died before, or be another."""
        holds_any = "SELECT EXISTS (SELECT 1 FROM sqlite_master)"
        if self.connection.execute(holds_any).fetchone()[0]:
            return
        with self.write() as connection:
            if connection.execute(holds_any).fetchone()[0]:
                return
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement)
            connection.executemany(
                "INSERT INTO meta VALUES (?, ?)", [("schema", str(SCHEMA_VERSION)), ("generation", "0")]
            )

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            held = self._local.held = _Held(self.path)
            self._open.add(held)
        return held.connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed whole, or rolled back when anything is raised.

        Raises LibraryError for a full or read-only disk.
        """
        connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            raise LibraryError(
                f"The library {self.path.parent} cannot be written ({error}). Nothing was changed. "
                "Check the disk's free space and the folder's permissions."
            ) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is read inside is of one generation, whatever others commit meanwhile."""
        connection = self.connection
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")

    def close(self) -> None:
        for held in list(self._open):
            held.connection.close()
        self._local = threading.local()

    # -- reading -----------------------------------------------------------------------------

    def _meta(self, key: str) -> str | None:
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def generation(self) -> int:
        return int(self._meta("generation") or 0)

    def model(self) -> tuple[str, str] | None:
        stored = self._meta("model")
        return tuple(json.loads(stored)) if stored else None

    def plans(self) -> list[PlanInfo]:
        rows = self.connection.execute(
            "SELECT id, title, source, parts, (SELECT count(*) FROM passages WHERE plan = plans.key), "
            "words, sha256, warnings FROM plans ORDER BY id"
        )
        return [
            PlanInfo(i, title, source, len(json.loads(parts)["pages"]) or None, n, words, sha, tuple(json.loads(w)))
            for i, title, source, parts, n, words, sha, w in rows
        ]

    def names(self) -> dict[str, tuple[str, ...]]:
        rows = self.connection.execute("SELECT id, names FROM plans ORDER BY id")
        return {i: tuple(json.loads(names)) for i, names in rows}

    def plan(self, plan_id: str) -> Plan:
        row = self.connection.execute(f"SELECT {PLAN_COLUMNS} FROM plans WHERE id = ?", (plan_id,)).fetchone()
        if row is None:
            raise unknown_plan(plan_id, list(self.names()))
        return read_plan(row)

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        rows = self.connection.execute(
            f"SELECT p.key, {PASSAGE_COLUMNS} FROM passages p JOIN plans ON plans.key = p.plan "
            "LEFT JOIN sections s ON s.plan = p.plan AND s.n = p.section "
            "WHERE p.key IN (SELECT value FROM json_each(?))",
            (json.dumps(list(keys)),),
        )
        return {row[0]: read_passage(row[1:]) for row in rows}

    def ranges(self, scope: Scope) -> list[KeyRange] | None:
        """Key ranges of ``scope``, ascending; None for everything. Raises UnknownPlanError."""
        if scope.plans is None and not scope.section:
            return None
        known = dict(self.connection.execute("SELECT id, key FROM plans"))
        for plan_id in scope.plans or ():
            if plan_id not in known:
                raise unknown_plan(plan_id, sorted(known))
        wanted = [known[i] for i in scope.plans] if scope.plans is not None else list(known.values())
        section = ""
        if scope.section:
            section = (
                "AND section IN (SELECT n FROM sections s WHERE s.plan = passages.plan "
                "AND EXISTS (SELECT 1 FROM json_each(s.path) WHERE instr(lower(value), lower(?)) > 0))"
            )
        found: list[KeyRange] = []
        for plan in sorted(set(wanted)):
            arguments = (plan, scope.section) if scope.section else (plan,)
            for (key,) in self.connection.execute(
                f"SELECT key FROM passages WHERE plan = ? {section} ORDER BY key", arguments
            ):
                if found and found[-1][1] == key - 1:
                    found[-1] = (found[-1][0], key)
                else:
                    found.append((key, key))
        return found

    def keys(self, ranges: list[KeyRange] | None) -> list[int]:
        if ranges is None:
            return [k for (k,) in self.connection.execute("SELECT key FROM passages ORDER BY key")]
        return [key for first, last in ranges for key in range(first, last + 1)]

    def count(self, ranges: list[KeyRange] | None) -> int:
        if ranges is None:
            return int(self.connection.execute("SELECT count(*) FROM passages").fetchone()[0])
        return sum(last - first + 1 for first, last in ranges)

    def dimension(self) -> int:
        """Length of the library's vectors; 1 while it is empty."""
        row = self.connection.execute("SELECT length(vector) / 2 FROM passages LIMIT 1").fetchone()
        return int(row[0]) if row else 1

    def remembers(self, generation: int) -> bool:
        """Whether the changes since ``generation`` can be told; not before a whole re-embedding."""
        return int(self._meta("embedded_at") or 0) <= generation <= self.generation()

    def added_since(self, generation: int) -> list[int]:
        """Keys of plans that were added after ``generation``, in the order of adding."""
        rows = self.connection.execute("SELECT key FROM plans WHERE generation > ? ORDER BY key", (generation,))
        return [k for (k,) in rows]

    def removed_since(self, generation: int) -> list[tuple[int, KeyRange]]:
        """(plan key, key range of its passages) removed after ``generation``."""
        rows = self.connection.execute("SELECT plan, first, last FROM removals WHERE generation > ?", (generation,))
        return [(plan, (first, last)) for plan, first, last in rows if first is not None]

    def changed_since(self, generation: int) -> int:
        """Passages added and removed after ``generation``."""
        added = "SELECT count(*) FROM passages JOIN plans ON plans.key = plan WHERE generation > ?"
        (count,) = self.connection.execute(added, (generation,)).fetchone()
        return int(count) + sum(last - first + 1 for _, (first, last) in self.removed_since(generation))

    def vectors_of(self, plans: Sequence[int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Keys (n,) and vectors (n, dim) of all passages of ``plans``."""
        of_plan = "SELECT key, vector FROM passages WHERE plan = ? ORDER BY key"
        rows = [row for plan in plans for row in self.connection.execute(of_plan, (plan,))]
        flat = np.frombuffer(b"".join(blob for _, blob in rows), dtype=np.float16).astype(np.float32)
        keys = np.array([key for key, _ in rows], dtype=np.int64)
        return keys, flat.reshape(len(rows), -1) if rows else flat.reshape(0, 0)

    def indexed_of(self, plan: int) -> list[tuple[int, str]]:
        """(key, indexed text) of all passages of one plan."""
        return self.connection.execute(
            "SELECT key, indexed FROM passages WHERE plan = ? ORDER BY key", (plan,)
        ).fetchall()

    # -- writing, inside ``write()`` -----------------------------------------------------------

    def delete_plan(self, connection: sqlite3.Connection, plan_id: str, generation: int) -> int:
        """Delete a plan and note what went; its key. Raises UnknownPlanError."""
        row = connection.execute("SELECT key FROM plans WHERE id = ?", (plan_id,)).fetchone()
        if row is None:
            raise unknown_plan(plan_id, list(self.names()))
        first, last = connection.execute("SELECT min(key), max(key) FROM passages WHERE plan = ?", row).fetchone()
        connection.execute("INSERT INTO removals VALUES (?, ?, ?, ?)", (row[0], first, last, generation))
        connection.execute("DELETE FROM plans WHERE key = ?", row)
        return int(row[0])

    def insert_plan(self, connection: sqlite3.Connection, content: PlanContent, generation: int) -> int:
        """Insert a plan with its passages; the plan's key."""
        key = connection.execute(
            "INSERT INTO plans (id, title, source, sha256, text, words, parts, warnings, names, generation) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            plan_row(content, generation),
        ).lastrowid
        assert key is not None
        sections = {path: n for n, path in enumerate(sorted({p.section for p in content.passages if p.section}))}
        connection.executemany(
            "INSERT INTO sections VALUES (?, ?, ?)",
            [(key, n, json.dumps(path, ensure_ascii=False)) for path, n in sections.items()],
        )
        connection.executemany(
            'INSERT INTO passages (plan, section, start, "end", page, role, cut_off, record, text, indexed, vector) '
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            passage_rows(content, key, sections),
        )
        return key

    def set_generation(self, connection: sqlite3.Connection, generation: int) -> None:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (str(generation),))

    def forget_before(self, connection: sqlite3.Connection, generation: int) -> None:
        """Note that what came before ``generation`` cannot be brought up to date: vectors are new."""
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('embedded_at', ?)", (str(generation),))
        connection.execute("DELETE FROM removals")

    def claim_model(self, connection: sqlite3.Connection, model: tuple[str, str]) -> None:
        """Note ``model`` as the library's own, or raise ModelError when it has another."""
        stored = connection.execute("SELECT value FROM meta WHERE key = 'model'").fetchone()
        occupied = connection.execute("SELECT EXISTS (SELECT 1 FROM plans)").fetchone()[0]
        if stored and occupied and json.loads(stored[0])[1] != model[1]:
            raise model_mismatch(json.loads(stored[0])[1], model[1])
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('model', ?)", (json.dumps(model),))
