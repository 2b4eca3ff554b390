"""A library in a folder: SQLite is the truth, FAISS and tantivy follow it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from indexer.errors import LibraryError
from indexer.storage import Found, Notify, PlanContent, Scope
from indexer.storage.local.database import Database
from indexer.storage.local.lock import write_lock
from indexer.storage.local.rows import unknown_plan
from indexer.storage.local.soundness import database_problems
from indexer.storage.local.words import WordIndex
from indexer.types import Passage, Plan, PlanInfo

if TYPE_CHECKING:
    from indexer.storage.local.vectors import VectorIndex

DATABASE_FILE = "plans.sqlite"
WORDS_FOLDER = "words"
VECTORS_FILE = "vectors.faiss"
#: The vector file is written again when it lacks this share of the passages; readers add the rest
#: from the database, so that adding a plan costs what is added.
_STALE_SHARE = 0.1
_STALE_COUNT = 2000
#: Seconds a reader waits for a writer before it repairs the word index.
_REPAIR_WAIT = 10.0
_T = TypeVar("_T")


class LocalBackend:
    """The ``Backend`` in one folder. Safe for threads; any number of processes may read."""

    def __init__(self, folder: Path, *, create: bool = False, notify: Notify = lambda line: None) -> None:
        self.location = str(folder)
        self._folder = folder
        self._notify = notify
        self._guard = threading.RLock()
        if not (folder / DATABASE_FILE).exists() and not create:
            raise LibraryError(f"There is no library in {folder}. Make one with: planlens index FOLDER_WITH_PLANS")
        if create:
            _make_writable(folder)
        self._database = Database(folder / DATABASE_FILE, create=create)
        self._words = WordIndex(folder / WORDS_FOLDER)
        self._words_generation = -1
        self._vectors: VectorIndex | None = None

    @property
    def generation(self) -> int:
        return self._database.generation()

    @property
    def model(self) -> tuple[str, str] | None:
        return self._database.model()

    def plans(self) -> list[PlanInfo]:
        return self._database.plans()

    def plan(self, plan_id: str) -> Plan:
        return self._database.plan(plan_id)

    def names(self) -> dict[str, tuple[str, ...]]:
        return self._database.names()

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        return self._database.passages(keys)

    def keys(self, scope: Scope) -> list[int]:
        return self._database.keys(self._database.ranges(scope))

    def count(self, scope: Scope) -> int:
        return self._database.count(self._database.ranges(scope))

    def prepare(self) -> None:
        with self._guard:
            self._fresh_words()
            self._fresh_vectors()

    def search_dense(self, vector: npt.NDArray[np.float32], k: int, scope: Scope) -> list[Found]:
        return self._consistent(lambda: self._fresh_vectors().search(vector, k, self._database.ranges(scope)))

    def search_words(self, query: str, k: int, scope: Scope) -> list[Found]:
        return self._consistent(lambda: self._fresh_words().search(query, k, self._database.ranges(scope)))

    def rarity(self, words: Sequence[str]) -> list[float]:
        with self._guard:
            return self._fresh_words().rarity(words)

    def add(self, content: PlanContent, model: tuple[str, str]) -> None:
        with self._guard, write_lock(self._folder):
            words = self._fresh_words(locked=True)
            self._fresh_vectors()
            generation = self.generation + 1
            replaced: int | None = None
            with self._database.write() as connection:
                self._database.claim_model(connection, model)
                if connection.execute("SELECT 1 FROM plans WHERE id = ?", (content.plan.id,)).fetchone():
                    replaced = self._database.delete_plan(connection, content.plan.id, generation)
                key = self._database.insert_plan(connection, content, generation)
                self._database.set_generation(connection, generation)
                # Ahead of the commit: should we die here, the word index holds entries without rows. Its
                # files are not those of its note then, and it is built again.
                self._words_generation = -1
                words.update([(key, self._database.indexed_of(key))], removed=[])
            if replaced is not None:
                words.update([], removed=[replaced])
            self._settle(words, generation)

    def replace_all(self, contents: Sequence[PlanContent], model: tuple[str, str]) -> None:
        with self._guard, write_lock(self._folder):
            generation = self.generation + 1
            with self._database.write() as connection:
                for info in self._database.plans():
                    self._database.delete_plan(connection, info.id, generation)
                self._database.claim_model(connection, model)
                for content in contents:
                    self._database.insert_plan(connection, content, generation)
                self._database.set_generation(connection, generation)
                self._database.forget_before(connection, generation)
            self._build_words()
            self._vectors = self._build_vectors()
            self._vectors.save(self._folder / VECTORS_FILE)

    def remove(self, plan_ids: Sequence[str]) -> None:
        with self._guard, write_lock(self._folder):
            known = list(self._database.names())
            for plan_id in plan_ids:
                if plan_id not in known:
                    raise unknown_plan(plan_id, known)
            words = self._fresh_words(locked=True)
            generation = self.generation + 1
            with self._database.write() as connection:
                keys = [self._database.delete_plan(connection, i, generation) for i in dict.fromkeys(plan_ids)]
                self._database.set_generation(connection, generation)
            words.update([], removed=keys)
            self._settle(words, generation)

    def check(self) -> list[str]:
        problems = database_problems(self._database)
        if any(problem.startswith(DATABASE_FILE) for problem in problems):
            return problems  # the indexes follow the database: there is nothing to hold them against
        with self._guard:
            rows = self._database.count(None)
            if len(self._fresh_words()) != rows:
                problems.append(f"The word index holds {len(self._words)} passages, the library {rows}.")
            if len(self._fresh_vectors()) != rows:
                problems.append(f"The vector index holds {len(self._fresh_vectors())} passages, the library {rows}.")
        return problems

    def rebuild_derived(self) -> None:
        """Make the word and vector indexes anew from the database."""
        with self._guard, write_lock(self._folder):
            self._build_words()
            self._vectors = self._build_vectors()
            self._vectors.save(self._folder / VECTORS_FILE)

    def close(self) -> None:
        self._database.close()

    def _settle(self, words: WordIndex, generation: int) -> None:
        """Note the change in the word index, and write the vector file if it has fallen behind."""
        from indexer.storage.local.vectors import VectorIndex

        words.mark(generation)
        self._words_generation = generation
        stored = VectorIndex.generation_at(self._folder / VECTORS_FILE)
        vectors = self._fresh_vectors()
        behind = self._database.changed_since(stored[0])
        if stored[0] < 0 or not len(vectors) or behind > max(_STALE_COUNT, _STALE_SHARE * len(vectors)):
            vectors.save(self._folder / VECTORS_FILE)

    def _consistent(self, search: Callable[[], _T]) -> _T:
        """``search`` on one generation: done again when a writer committed meanwhile."""
        with self._guard:
            for _ in range(5):
                before = self.generation
                found = search()
                if self.generation == before:
                    break
            return found

    def _fresh_vectors(self) -> VectorIndex:
        """The vector index brought to the database's generation."""
        if self._vectors is not None and self._vectors.generation == self.generation:
            return self._vectors
        from indexer.storage.local.vectors import VectorIndex  # 60 ms, which `prepare` spends beside others

        with self._database.snapshot():
            generation = self.generation
            dimension = self._database.dimension()
            vectors = self._vectors
            if vectors is not None and not len(vectors):
                vectors = VectorIndex(dimension, vectors.generation)
            elif vectors is None or vectors.dimension != dimension:
                vectors = VectorIndex.load(self._folder / VECTORS_FILE, dimension)
            if vectors is None or not self._database.remembers(vectors.generation):
                if self._database.count(None):
                    self._notify("The vector index was damaged or out of date; it was built again from the library.")
                vectors = self._build_vectors()
            for _, span in self._database.removed_since(vectors.generation):
                vectors.remove(span)
            vectors.add(*self._database.vectors_of(self._database.added_since(vectors.generation)))
            vectors.generation = generation
        self._vectors = vectors
        return vectors

    def _build_vectors(self) -> VectorIndex:
        from indexer.storage.local.vectors import VectorIndex

        vectors = VectorIndex(self._database.dimension(), self.generation)
        vectors.add(*self._database.vectors_of(self._database.added_since(-1)))
        return vectors

    def _fresh_words(self, *, locked: bool = False) -> WordIndex:
        """The word index brought to the database's generation."""
        generation = self.generation
        if self._words_generation == generation:
            return self._words
        if self._words.generation < generation or not self._words.open():
            if locked:
                self._repair_words()
            else:
                with write_lock(self._folder, wait=_REPAIR_WAIT):
                    self._repair_words()
        self._words_generation = generation
        return self._words

    def _repair_words(self) -> None:
        """Under the lock: apply what the word index lacks, or build it when it cannot be used."""
        stored, generation = self._words.generation, self.generation
        if stored < 0 or not self._words.open() or not self._database.remembers(stored):
            if self._database.count(None):
                self._notify("The word index was damaged or out of date; it was built again from the library.")
            self._build_words()
            return
        if stored < generation:
            added = self._database.added_since(stored)
            self._words.update(
                ((plan, self._database.indexed_of(plan)) for plan in added),
                removed=[plan for plan, _ in self._database.removed_since(stored)],
            )
            self._words.mark(generation)

    def _build_words(self) -> None:
        self._words.create()
        plans = self._database.added_since(-1)
        self._words.update(((plan, self._database.indexed_of(plan)) for plan in plans), removed=[])
        self._words.mark(self.generation)


def _make_writable(folder: Path) -> None:
    """Make ``folder``, or say why it cannot be. Raises LibraryError."""
    probe = folder / ".writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise LibraryError(
            f"The library folder {folder} cannot be written ({error.strerror or error}). "
            "Check its permissions, or give another one with --library."
        ) from error
