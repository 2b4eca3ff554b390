"""The source of truth: plans, sections, passages, vectors and targets in one SQLite file.

Passage texts are stored apart from the plan's text, so that fetching a hit does not scan a long plan
for its offset. Vectors are stored as float16, as they are searched.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.errors import LibraryError, model_mismatch
from indexer.language.matching import count_words
from indexer.storage import Collections, PlanContent, Scope
from indexer.storage.local.connection import (
    INDEXED_SUM,
    PASSAGE_SUM,
    PLAN_SUM,
    SAVED_SUM,
    STORE_PASSAGE_SUMS,
    STORE_PLAN_SUMS,
    SUMMED_PASSAGES,
    TARGETS_SUM,
    TEXT_SUM,
    VECTOR_SUM,
    VERSION_SUM,
    VERSION_TEXT_SUM,
    WORDS_SUM,
    Connections,
)
from indexer.storage.rows import (
    DESCRIPTION_COLUMNS,
    INFO_COLUMNS,
    PASSAGE_COLUMNS,
    as_json,
    changed_description,
    changed_passages,
    changed_question,
    changed_text,
    changed_version,
    checksum,
    damaged,
    damaged_note,
    description,
    page_count,
    parts_of,
    passage_rows,
    read_collections,
    read_info,
    read_json,
    read_passage,
    read_plan,
    read_targets,
    targets_text,
    unknown_plan,
)
from indexer.types import Passage, Plan, PlanInfo, Target

#: What ``meta`` may hold.
_NOTED = ("schema", "generation", "embedded_at", "model", "collections")
KeyRange = tuple[int, int]  # first and last key, both included
_PLANS_AT_ONCE = 50  # whose vectors are in memory together
#: What has a checksum of a passage, its column, and what it is of.
_PASSAGE_SUMS = (
    ("text", "passage_sum", PASSAGE_SUM),
    ("indexed text", "indexed_sum", INDEXED_SUM),
    ("vector", "vector_sum", VECTOR_SUM),
    ("word vectors", "words_sum", WORDS_SUM),
)


class Database(Connections):
    """The plans that are in the library now. What is read as another type than it should be raises LibraryError."""

    def generation(self) -> int:
        return self.number("generation")

    def model(self) -> tuple[str, str] | None:
        stored = self.meta("model")
        return read_json(stored, tuple[str, str], "the name of the library's model") if stored else None

    def plans(self) -> list[PlanInfo]:
        rows = self.connection.execute(
            f"SELECT {INFO_COLUMNS}, plan_sum IS {PLAN_SUM} FROM plans LEFT JOIN plan_sums ON plan = key ORDER BY id"
        )
        return [read_info(_sound(row, changed_description(row[0]))) for row in rows]

    def collections(self) -> Collections:
        """The plans of each collection."""
        stored = self.meta("collections")
        return read_collections(stored) if stored else {}

    def names(self) -> dict[str, tuple[str, ...]]:
        rows = self.connection.execute("SELECT id, names FROM plans ORDER BY id")
        return {i: read_json(names, tuple[str, ...], f"the names of the plan {i!r}") for i, names in rows}

    def ids(self) -> list[str]:
        return [i for (i,) in self.connection.execute("SELECT id FROM plans ORDER BY id")]

    def plan(self, plan_id: str) -> Plan:
        row = self.connection.execute(
            f"SELECT {DESCRIPTION_COLUMNS}, text, parts, plan_sum IS {PLAN_SUM} AND text_sum IS {TEXT_SUM} FROM plans "
            "JOIN texts ON texts.plan = key LEFT JOIN plan_sums ON plan_sums.plan = key WHERE id = ?",
            (plan_id,),
        ).fetchone()
        if row is None:
            raise unknown_plan(plan_id, self.ids())
        return read_plan(_sound(row, changed_text(plan_id)))

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        rows = self.connection.execute(
            f"SELECT p.key, {PASSAGE_COLUMNS}, passage_sum IS {PASSAGE_SUM} FROM passages p "
            "JOIN plans ON plans.key = p.plan LEFT JOIN sections s ON s.plan = p.plan AND s.n = p.section "
            "LEFT JOIN passage_sums ON passage = p.key WHERE p.key IN (SELECT value FROM json_each(?))",
            (json.dumps(list(keys)),),
        )
        return {row[0]: read_passage(_sound(row[1:], changed_passages(row[1], "a passage"))) for row in rows}

    def word_vectors(self, keys: Sequence[int]) -> dict[int, bytes]:
        """Packed word vectors by passage key; a passage without is left out."""
        rows = self.connection.execute(
            "SELECT w.passage, packed, words_sum FROM word_vectors w LEFT JOIN passage_sums c ON c.passage = w.passage "
            "WHERE w.passage IN (SELECT value FROM json_each(?))",
            (json.dumps(list(keys)),),
        ).fetchall()
        # not in SQL, which would copy these 8 kB for the function
        self._refuse_changed((key for key, packed, stored in rows if checksum(packed) != stored), "a word vector")
        return {key: packed for key, packed, _ in rows}

    def ranges(self, scope: Scope) -> list[KeyRange] | None:
        """Key ranges of ``scope``, ascending; None for everything. Raises UnknownPlanError."""
        if scope.keys is not None:
            return list(scope.keys)
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
        of_plans = (
            f"SELECT key, vector, vector_sum IS {VECTOR_SUM} FROM passages p LEFT JOIN passage_sums ON passage = key "
            "WHERE plan IN (SELECT value FROM json_each(?)) ORDER BY plan, key"
        )
        for first in range(0, len(plans), _PLANS_AT_ONCE):
            some = json.dumps(list(plans[first : first + _PLANS_AT_ONCE]))
            if rows := self.connection.execute(of_plans, (some,)).fetchall():
                self._refuse_changed((key for key, _, sound in rows if not sound), "the vector of a passage")
                if len({(type(blob), len(blob)) for _, blob, _ in rows}) != 1 or not isinstance(rows[0][1], bytes):
                    raise damaged("a vector", "it is of another type or length than others")
                flat = np.frombuffer(b"".join(blob for _, blob, _ in rows), dtype=np.float16).astype(np.float32)
                yield np.array([key for key, *_ in rows], dtype=np.int64), flat.reshape(len(rows), -1)

    def targets(self, plan_id: str) -> list[Target] | None:
        """Targets of a plan; None when they were not extracted. Raises UnknownPlanError."""
        row = self.connection.execute(
            f"SELECT id, rows, targets_sum IS {TARGETS_SUM} FROM plans LEFT JOIN targets ON targets.plan = key "
            "LEFT JOIN plan_sums ON plan_sums.plan = key WHERE id = ?",
            (plan_id,),
        ).fetchone()
        if row is None:
            raise unknown_plan(plan_id, self.ids())
        return (
            read_targets(plan_id, _sound(row, changed_passages(plan_id, "its targets"))[1])
            if row[1] is not None
            else None
        )

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
        rows = self.connection.execute(
            f"SELECT key, indexed, indexed_sum IS {INDEXED_SUM} FROM passages p "
            "LEFT JOIN passage_sums ON passage = key WHERE plan = ? ORDER BY key",
            (plan,),
        ).fetchall()
        self._refuse_changed((key for key, _, sound in rows if not sound), "the indexed text of a passage")
        return [(key, indexed) for key, indexed, _ in rows]

    def _refuse_changed(self, keys: Iterator[int], what: str) -> None:
        """Raise LibraryError for the first of ``keys``, those of passages of which ``what`` changed on disk."""
        if (key := next(keys, None)) is not None:
            found = "SELECT id FROM plans JOIN passages ON plan = plans.key WHERE passages.key = ?"
            (plan_id,) = self.connection.execute(found, (key,)).fetchone() or ("?",)
            raise LibraryError(changed_passages(plan_id, what))

    # -- writing, inside ``write()`` -----------------------------------------------------------

    def delete_plan(self, connection: sqlite3.Connection, plan_id: str, generation: int) -> int:
        """Delete a plan and note the keys it had; returns its key. Raises UnknownPlanError."""
        row = connection.execute("SELECT key FROM plans WHERE id = ?", (plan_id,)).fetchone()
        if row is None:
            raise unknown_plan(plan_id, self.ids())
        first, last = connection.execute("SELECT min(key), max(key) FROM passages WHERE plan = ?", row).fetchone()
        connection.execute("INSERT INTO removals VALUES (?, ?, ?, ?)", (row[0], first, last, generation))
        connection.execute("DELETE FROM plans WHERE key = ?", row)
        return int(row[0])

    def insert_plan(self, connection: sqlite3.Connection, content: PlanContent, generation: int, since: str) -> int:
        """Insert a plan with its passages; returns its key. ``since`` is when this text of it came."""
        known = (*description(content.plan), page_count(content.plan), len(content.passages))
        counted = (count_words(content.plan.text), as_json(list(content.names)))
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
            'INSERT INTO passages (plan, section, start, "end", page, role, cut_off, record, text, excerpt, '
            "indexed, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            passage_rows(content, key, sections),
        )
        if content.word_vectors:
            keys = connection.execute("SELECT key FROM passages WHERE plan = ? ORDER BY key", (key,)).fetchall()
            rows = zip((row_key for (row_key,) in keys), content.word_vectors, strict=True)
            connection.executemany("INSERT INTO word_vectors VALUES (?, ?)", rows)
        if content.targets is not None:
            connection.execute("INSERT INTO targets VALUES (?, ?)", (key, targets_text(content.targets)))
        connection.execute(f"{STORE_PLAN_SUMS} WHERE plans.key = ?", (key,))
        connection.execute(f"{STORE_PASSAGE_SUMS} WHERE p.plan = ?", (key,))
        return key

    def put_targets(self, connection: sqlite3.Connection, plan: int, targets: Sequence[Target]) -> None:
        """Store the targets of the plan with this key, in place of those it had."""
        connection.execute("INSERT OR REPLACE INTO targets VALUES (?, ?)", (plan, targets_text(targets)))
        connection.execute(
            f"UPDATE plan_sums SET targets_sum = (SELECT {TARGETS_SUM} FROM targets WHERE plan = ?1) WHERE plan = ?1",
            (plan,),
        )

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
        for plan_id, key in self.connection.execute("SELECT id, key FROM plans ORDER BY id").fetchall():
            problems += self._problems_of(plan_id, key)
        changed = f"version_sum IS NOT {VERSION_SUM} OR text_sum IS NOT {VERSION_TEXT_SUM}"
        for (plan_id,) in self.connection.execute(f"SELECT id FROM versions WHERE {changed} ORDER BY key"):
            problems.append(changed_version(plan_id))
        for (saved_id,) in self.connection.execute(f"SELECT id FROM saved WHERE saved_sum IS NOT {SAVED_SUM}"):
            problems.append(changed_question(saved_id))
        try:
            self.collections()
        except LibraryError as error:
            problems.append(str(error))
        unknown = [key for (key,) in self.connection.execute("SELECT key FROM meta") if key not in _NOTED]
        return problems + [damaged_note(self.path.name, key) for key in unknown]

    def _problems_of(self, plan_id: str, key: int) -> Iterator[str]:
        """What is wrong with one plan: what changed on disk, what is missing, passages that are not in its text."""
        found = self.connection.execute(
            f"SELECT plan_sum IS {PLAN_SUM}, text_sum IS {TEXT_SUM}, targets_sum IS {TARGETS_SUM} FROM plans "
            "JOIN texts ON texts.plan = key LEFT JOIN targets ON targets.plan = key "
            "LEFT JOIN plan_sums ON plan_sums.plan = key WHERE key = ?",
            (key,),
        ).fetchone()
        same_description, same_text, same_targets = found or (True, False, True)
        if not same_description:
            yield changed_description(plan_id)
        if not same_text:
            yield changed_text(plan_id)
        if not same_targets:
            yield changed_passages(plan_id, "its targets")
        sums = ", ".join(f"total({column} IS NOT {of})" for _, column, of in _PASSAGE_SUMS)
        there, *changed = self.connection.execute(
            f"SELECT count(*), {sums} FROM {SUMMED_PASSAGES} LEFT JOIN passage_sums c ON c.passage = p.key "
            "WHERE p.plan = ?",
            (key,),
        ).fetchone()
        for (what, *_), count in zip(_PASSAGE_SUMS, changed, strict=True):
            if count:
                yield changed_passages(plan_id, f"the {what} of {count:.0f} of its passages")
        if not same_text or not same_description or any(changed):
            return
        noted, text = self.connection.execute(
            "SELECT passages, text FROM plans JOIN texts ON plan = key WHERE key = ?", (key,)
        ).fetchone()
        if noted != there:
            yield f"{plan_id}: {there} passages of {noted} are there. Run: plancite rebuild"
        of_plan = 'SELECT start, "end", text FROM passages WHERE plan = ?'
        wrong = sum(
            not (isinstance(start, int) and isinstance(end, int) and text[start:end] == passage)
            for start, end, passage in self.connection.execute(of_plan, (key,))
        )
        if wrong:
            yield f"{plan_id}: {wrong} passages do not match the plan's text. Run: plancite rebuild"


def _sound(row: tuple[Any, ...], message: str) -> tuple[Any, ...]:
    """``row`` without its last value, which says whether it is as it was stored. Raises LibraryError if not."""
    if not row[-1]:
        raise LibraryError(message)
    return row[:-1]
