"""The word and vector indexes of a folder: brought to the database's generation, built again when damaged.

Words are written ahead of the commit when a plan is added and after it when one is removed, so that the
word index holds every word of every committed plan. The vector file is written now and then; readers
add what it lacks from the database. What fails here is repaired when the library is next opened.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.errors import LibraryBusyError, LibraryError
from indexer.storage import Notify
from indexer.storage.disk import write_lock
from indexer.storage.local.database import Database
from indexer.storage.local.words import WordIndex

if TYPE_CHECKING:
    from indexer.storage.local.vectors import VectorIndex

WORDS_FOLDER = "words"
VECTORS_FILE = "vectors.faiss"
#: The vector file is written again when it lacks this share of the passages, so that adding a plan
#: costs what is added.
STALE_SHARE = 0.1
STALE_COUNT = 2000
#: Seconds a reader waits for a writer before it gives up on the word index, and between two attempts.
_REPAIR_WAIT = 30.0
_POLL = 0.02


class Derived:
    """Both indexes of one folder. A reader of one holds its lock meanwhile; a writer holds both.

    They have a lock each because a question searches both at the same time.
    """

    def __init__(self, folder: Path, database: Database, notify: Notify) -> None:
        self._folder = folder
        self._database = database
        self._notify = notify
        self._words = WordIndex(folder / WORDS_FOLDER)
        self._words_generation = -1
        self._vectors: VectorIndex | None = None
        self.words_lock = threading.RLock()
        self.vectors_lock = threading.RLock()

    @contextmanager
    def locks(self) -> Iterator[None]:
        """Hold both locks, which are always taken in this order."""
        with self.vectors_lock, self.words_lock:
            yield

    # -- for readers ---------------------------------------------------------------------------

    def vectors(self) -> VectorIndex:
        """The vector index brought to the database's generation."""
        if self._vectors is not None and self._vectors.generation == self._database.generation():
            return self._vectors
        from indexer.storage.local.vectors import VectorIndex  # 60 ms, which `prepare` spends while the model loads

        path = self._folder / VECTORS_FILE
        built = False
        with self._database.transaction():
            generation = self._database.generation()
            dimension = self._database.dimension()
            vectors = self._vectors
            if vectors is not None and not len(vectors):
                vectors = VectorIndex(dimension, vectors.generation)
            if vectors is not None and vectors.stored_generation < VectorIndex.generation_at(path)[0] <= generation:
                # the newer vectors are on file by now and need not be held in memory
                vectors = VectorIndex.load(path, dimension) or vectors
            if vectors is None or vectors.dimension != dimension or not self._database.remembers(vectors.generation):
                vectors = VectorIndex.load(path, dimension)
                if built := vectors is None and self._database.count(None) > 0:
                    self._notify("The vector index was damaged or missing; it was built again from the library.")
            if vectors is None or not self._database.remembers(vectors.generation):
                vectors = self._build_vectors()  # all was embedded again since
            for _, span in self._database.removed_since(vectors.generation):
                vectors.remove(span)
            for keys, rows in self._database.vectors_of(self._database.added_since(vectors.generation)):
                vectors.add(keys, rows)
            vectors.generation = generation
        if built:
            with suppress(LibraryError), write_lock(self._folder, wait=0):
                vectors.save(path)
        self._vectors = vectors
        return vectors

    def words(self, *, locked: bool = False) -> WordIndex:
        """The word index brought to the database's generation; ``locked``: the caller holds the write lock.

        Raises LibraryBusyError when a writer holds it too long.
        """
        generation = self._database.generation()
        if self._words_generation == generation:
            return self._words
        deadline = time.monotonic() + _REPAIR_WAIT
        while self._words.generation < generation or not self._words.open():
            # Most often a writer is between its commit and its note: wait for the note without queueing for the
            # lock, and repair only when nobody writes.
            try:
                if locked:
                    self._repair_words()
                else:
                    with write_lock(self._folder, wait=0):
                        self._repair_words()
                break
            except LibraryBusyError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_POLL)
            except LibraryError as error:
                self._keep_words_in_memory(error)
                break
        self._words_generation = generation
        return self._words

    def problems(self) -> list[str]:
        """What is wrong with the files and contents of both, one sentence each. Raises LibraryError."""
        from indexer.storage.local.vectors import VectorIndex

        rows = self._database.count(None)
        # looked at first: opening them repairs the files
        changed, whole = self._words.has_changed(), VectorIndex.is_whole(self._folder / VECTORS_FILE)
        held = {
            "word": (len(self.words()), self._words.is_whole() and not changed),
            "vector": (len(self.vectors()), whole),
        }
        found = []
        for kind, (count, sound) in held.items():
            if count != rows:
                found.append(f"The {kind} index holds {count} passages, the library {rows}. Run: plancite rebuild")
            elif not sound:
                found.append(f"The {kind} index on disk is damaged; it is built again when the library is next opened.")
        return found

    # -- for the writer, under the lock --------------------------------------------------------

    @contextmanager
    def write_ahead(self) -> Iterator[Callable[[int], None]]:
        """Yields a function that indexes a plan's words, by its key, before the commit; undone if that fails.

        If the process dies before the commit, the index has entries without rows: its files do not match
        its note then, and it is built again.
        """
        words = self.words(locked=True)
        indexed: list[int] = []

        def index(key: int) -> None:
            self._words_generation = -1
            words.update([(key, self._database.indexed_of(key))], removed=[])
            indexed.append(key)

        try:
            yield index
        except Exception:
            if indexed:
                with suppress(LibraryError):  # else it is built again
                    words.update([], removed=indexed)
                    words.mark(self._database.generation())
            raise

    def after_commit(self, generation: int, removed: Sequence[int] = ()) -> None:
        """Follow a commit: drop the words of ``removed`` plans, note the change, write the vector file if due.

        The change is committed whatever happens here: a failure is notified, not raised.
        """
        try:
            if removed:
                self._words_generation = -1
                self._words.update([], removed=removed)
            self._words.mark(generation)
            self._words_generation = generation
            self._save_vectors_if_due(generation)
        except LibraryError as error:
            self._notify(f"{error} The library itself was changed as asked; its indexes follow when they can.")

    def rebuild(self) -> None:
        """Build both again from the database and write them."""
        try:
            self._build_words()
            self._vectors = self._build_vectors()
            self._vectors.save(self._folder / VECTORS_FILE)
        except LibraryError as error:
            self._notify(f"{error} The library itself is sound; its indexes follow when they can.")

    def _save_vectors_if_due(self, generation: int) -> None:
        from indexer.storage.local.vectors import VectorIndex

        stored, _ = VectorIndex.generation_at(self._folder / VECTORS_FILE)
        count = self._database.count(None)
        behind = self._database.changed_since(stored)
        if stored < 0 and self._vectors is None and self._database.changed_since(generation - 1) >= count:
            self._vectors = self._build_vectors()  # the first plans: no missing file to warn of
        if stored < 0 or not count or behind > max(STALE_COUNT, STALE_SHARE * count):
            self.vectors().save(self._folder / VECTORS_FILE)

    def _build_vectors(self) -> VectorIndex:
        from indexer.storage.local.vectors import VectorIndex

        vectors = VectorIndex(self._database.dimension(), self._database.generation())
        for keys, rows in self._database.vectors_of(self._database.added_since(-1)):
            vectors.add(keys, rows)
        return vectors

    def _repair_words(self) -> None:
        """Apply what the word index lacks, or build it when it cannot be used."""
        stored, generation = self._words.generation, self._database.generation()
        if stored < 0 or not self._words.open() or not self._database.remembers(stored):
            if self._database.count(None):
                self._notify("The word index was damaged or out of date; it was built again from the library.")
            self._build_words()
        elif stored < generation:
            added = self._database.added_since(stored)
            self._words.update(
                ((plan, self._database.indexed_of(plan)) for plan in added),
                removed=[plan for plan, _ in self._database.removed_since(stored)],
            )
            self._words.mark(generation)

    def _build_words(self) -> None:
        self._words.create()
        self._fill_words()
        self._words.mark(self._database.generation())

    def _keep_words_in_memory(self, reason: LibraryError) -> None:
        """Questions are answered also on a disk that cannot be written."""
        self._notify(f"{reason} The word index is kept in memory meanwhile.")
        self._words.create(in_memory=True)
        self._fill_words()

    def _fill_words(self) -> None:
        plans = self._database.added_since(-1)
        self._words.update(((plan, self._database.indexed_of(plan)) for plan in plans), removed=[])
