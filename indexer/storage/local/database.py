"""The source of truth: plans, sections, passages, vectors and targets in one SQLite file.

Passage texts are stored apart from the plan's text, so that fetching a hit does not scan a long plan
for its offset. Vectors are stored as float16, as they are searched.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from indexer.errors import model_mismatch
from indexer.storage import PlanContent, Scope
from indexer.storage.local.connection import Connections
from indexer.storage.rows import (
    DESCRIPTION_COLUMNS,
    INFO_COLUMNS,
    PASSAGE_COLUMNS,
    as_json,
    damaged,
    description,
    page_count,
    parts_of,
    passage_rows,
    read_info,
    read_json,
    read_passage,
    read_plan,
    read_targets,
    targets_text,
    unknown_plan,
)
from indexer.types import Passage, Plan, PlanInfo, Target

KeyRange = tuple[int, int]  # first and last key, both included
_PLANS_AT_ONCE = 50  # whose vectors are in memory together


class Database(Connections):
    """The plans that are in the library now. What is read as another type than it should be raises LibraryError."""

    def generation(self) -> int:
        return self.number("generation")

    def model(self) -> tuple[str, str] | None:
        stored = self.meta("model")
        return read_json(stored, tuple[str, str], "the name of the library's model") if stored else None

    def plans(self) -> list[PlanInfo]:
        rows = self.connection.execute(f"SELECT {INFO_COLUMNS} FROM plans ORDER BY id")
        return [read_info(row) for row in rows]

    def names(self) -> dict[str, tuple[str, ...]]:
        rows = self.connection.execute("SELECT id, names FROM plans ORDER BY id")
        return {i: read_json(names, tuple[str, ...], f"the names of the plan {i!r}") for i, names in rows}

    def plan(self, plan_id: str) -> Plan:
        row = self.connection.execute(
            f"SELECT {DESCRIPTION_COLUMNS}, text, parts FROM plans JOIN texts ON plan = key WHERE id = ?", (plan_id,)
        ).fetchone()
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

    def word_vectors(self, keys: Sequence[int]) -> dict[int, bytes]:
        """Packed word vectors by passage key; a passage without is left out."""
        wanted = "SELECT passage, packed FROM word_vectors WHERE passage IN (SELECT value FROM json_each(?))"
        return dict(self.connection.execute(wanted, (json.dumps(list(keys)),)).fetchall())

    def ranges(self, scope: Scope) -> list[KeyRange] | None:
        """Key ranges of ``scope``, ascending; None for everything. Raises UnknownPlanError."""
        if scope.plans is None and not scope.section and scope.year is None:
            return None
        known = dict(self.connection.execute("SELECT id, key FROM plans"))
        for plan_id in scope.plans or ():
            if plan_id not in known:
                raise unknown_plan(plan_id, sorted(known))
        wanted = [known[i] for i in scope.plans] if scope.plans is not None else list(known.values())
        if scope.year is not None:
            years = {known[info.id]: info.metadata.year for info in self.plans()}
            wanted = [key for key in wanted if years[key] == scope.year]
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
            return int(self.connection.execute("SELECT total(passages) FROM plans").fetchone()[0])
        return sum(last - first + 1 for first, last in ranges)

    def dimension(self) -> int:
        """Length of the library's vectors; 1 while it is empty."""
        row = self.connection.execute("SELECT length(vector) / 2 FROM passages LIMIT 1").fetchone()
        return int(row[0]) if row else 1

    def remembers(self, generation: int) -> bool:
        """Whether the changes since ``generation`` are on record: not those before everything was embedded again."""
        return self.number("embedded_at") <= generation <= self.generation()

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
        added = "SELECT total(passages) FROM plans WHERE generation > ?"
        (count,) = self.connection.execute(added, (generation,)).fetchone()
        return int(count) + sum(last - first + 1 for _, (first, last) in self.removed_since(generation))

    def vectors_of(self, plans: Sequence[int]) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]]:
        """Keys (n,) and vectors (n, dim) of all passages of ``plans``, some plans at a time."""
        of_plans = "SELECT key, vector FROM passages WHERE plan IN (SELECT value FROM json_each(?)) ORDER BY plan, key"
        for first in range(0, len(plans), _PLANS_AT_ONCE):
            some = json.dumps(list(plans[first : first + _PLANS_AT_ONCE]))
            if rows := self.connection.execute(of_plans, (some,)).fetchall():
                if len({len(blob) for _, blob in rows}) != 1:
                    raise damaged("a vector", "its length is not that of the others")
                flat = np.frombuffer(b"".join(blob for _, blob in rows), dtype=np.float16).astype(np.float32)
                yield np.array([key for key, _ in rows], dtype=np.int64), flat.reshape(len(rows), -1)

    def targets(self, plan_id: str) -> list[Target] | None:
        """Targets of a plan; None when they were not extracted. Raises UnknownPlanError."""
        row = self.connection.execute(
            "SELECT rows FROM plans LEFT JOIN targets ON plans.key = targets.plan WHERE id = ?", (plan_id,)
        ).fetchone()
        if row is None:
            raise unknown_plan(plan_id, list(self.names()))
        return read_targets(plan_id, row[0]) if row[0] is not None else None

    def content(self, plan_id: str) -> PlanContent:
        """All that is stored of a plan. Raises UnknownPlanError."""
        with self.transaction():
            plan = self.plan(plan_id)
            key, since = self.connection.execute("SELECT key, since FROM plans WHERE id = ?", (plan_id,)).fetchone()
            rows = self.indexed_of(key)
            keys = [row_key for row_key, _ in rows]
            found = self.passages(keys)
            passages = tuple(found[row_key] for row_key in keys)
            vectors = [vectors for _, vectors in self.vectors_of([key])] or [np.zeros((0, 1), np.float32)]
            texts = [text for _, text in rows]
            packed = self.word_vectors(keys)
            words = [packed[row_key] for row_key in keys] if len(packed) == len(keys) else []
            names, targets = self.names()[plan_id], self.targets(plan_id)
            return PlanContent(plan, passages, texts, np.concatenate(vectors), names, targets, since, words)

    def indexed_of(self, plan: int) -> list[tuple[int, str]]:
        """(key, indexed text) of all passages of one plan."""
        return self.connection.execute(
            "SELECT key, indexed FROM passages WHERE plan = ? ORDER BY key", (plan,)
        ).fetchall()

    # -- writing, inside ``write()`` -----------------------------------------------------------

    def delete_plan(self, connection: sqlite3.Connection, plan_id: str, generation: int) -> int:
        """Delete a plan and note the keys it had; returns its key. Raises UnknownPlanError."""
        row = connection.execute("SELECT key FROM plans WHERE id = ?", (plan_id,)).fetchone()
        if row is None:
            raise unknown_plan(plan_id, list(self.names()))
        first, last = connection.execute("SELECT min(key), max(key) FROM passages WHERE plan = ?", row).fetchone()
        connection.execute("INSERT INTO removals VALUES (?, ?, ?, ?)", (row[0], first, last, generation))
        connection.execute("DELETE FROM plans WHERE key = ?", row)
        return int(row[0])

    def insert_plan(self, connection: sqlite3.Connection, content: PlanContent, generation: int, since: str) -> int:
        """Insert a plan with its passages; returns its key. ``since`` is when this text of it came."""
        known = (*description(content.plan), page_count(content.plan), len(content.passages))
        counted = (len(content.plan.text.split()), as_json(list(content.names)))
        key = connection.execute(
            f"INSERT INTO plans ({INFO_COLUMNS}, names, generation, changed, since) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*known, *counted, generation, generation, since),
        ).lastrowid
        assert key is not None
        connection.execute("INSERT INTO texts VALUES (?, ?, ?)", (key, content.plan.text, parts_of(content.plan)))
        sections = {path: n for n, path in enumerate(sorted({p.section for p in content.passages if p.section}))}
        connection.executemany(
            "INSERT INTO sections VALUES (?, ?, ?)",
            [(key, n, as_json(path)) for path, n in sections.items()],
        )
        connection.executemany(
            'INSERT INTO passages (plan, section, start, "end", page, role, cut_off, record, text, indexed, vector) '
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            passage_rows(content, key, sections),
        )
        if content.word_vectors:
            keys = connection.execute("SELECT key FROM passages WHERE plan = ? ORDER BY key", (key,)).fetchall()
            rows = zip((row_key for (row_key,) in keys), content.word_vectors, strict=True)
            connection.executemany("INSERT INTO word_vectors VALUES (?, ?)", rows)
        if content.targets is not None:
            self.put_targets(connection, key, content.targets)
        return key

    def put_targets(self, connection: sqlite3.Connection, plan: int, targets: Sequence[Target]) -> None:
        """Store the targets of the plan with this key, in place of those it had."""
        connection.execute("INSERT OR REPLACE INTO targets VALUES (?, ?)", (plan, targets_text(targets)))

    def set_generation(self, connection: sqlite3.Connection, generation: int) -> None:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (str(generation),))

    def forget_before(self, connection: sqlite3.Connection, generation: int) -> None:
        """Note that every vector is new at ``generation``: no index of an earlier one can be brought up to date."""
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('embedded_at', ?)", (str(generation),))
        connection.execute("DELETE FROM removals")

    def claim_model(self, connection: sqlite3.Connection, model: tuple[str, str]) -> None:
        """Note ``model`` as the library's own. Raises ModelError when it has vectors of another."""
        stored = self.model()
        if stored and stored[1] != model[1] and connection.execute("SELECT EXISTS (SELECT 1 FROM plans)").fetchone()[0]:
            raise model_mismatch(stored[1], model[1])
        self.set_model(connection, model)

    def set_model(self, connection: sqlite3.Connection, model: tuple[str, str]) -> None:
        """Note ``model`` as the library's own."""
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('model', ?)", (json.dumps(model),))

    def truncate_log(self) -> None:
        """Bring the write-ahead log into the file, so that what was deleted is in neither."""
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # -- integrity -----------------------------------------------------------------------------

    def problems(self) -> list[str]:
        """What is wrong inside the file, one sentence each; each plan's passages against its text."""
        try:
            rows = self.connection.execute("PRAGMA integrity_check").fetchall()
        except sqlite3.DatabaseError as error:  # damage that even the check cannot read past
            rows = [(str(error),)]
        problems = [f"{self.path.name}: {row[0]}" for row in rows if row[0] != "ok"]
        if problems:
            return problems
        counted = "SELECT id, passages, (SELECT count(*) FROM passages WHERE plan = plans.key) FROM plans ORDER BY id"
        for plan_id, noted, there in self.connection.execute(counted).fetchall():
            if noted != there:
                problems.append(f"{plan_id}: {there} passages of {noted} are there. Run: plancite rebuild")
            text = self.plan(plan_id).text
            wrong = sum(
                text[start:end] != passage
                for start, end, passage in self.connection.execute(
                    'SELECT start, "end", text FROM passages WHERE plan = (SELECT key FROM plans WHERE id = ?)',
                    (plan_id,),
                )
            )
            if wrong:
                problems.append(f"{plan_id}: {wrong} passages do not match the plan's text. Run: plancite rebuild")
        return problems
