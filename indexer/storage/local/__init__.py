"""A library in a folder: SQLite is the source of truth, FAISS and tantivy indexes are derived from it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from indexer.errors import IndexerError, LibraryBusyError, LibraryError
from indexer.storage import Collections, Notify, PlanContent, Scope, ScoredKey, Whole
from indexer.storage.disk import WAIT, write_lock
from indexer.storage.local import history
from indexer.storage.local.connection import raise_on_corruption
from indexer.storage.local.database import Database
from indexer.storage.local.derived import Derived
from indexer.storage.rows import unknown_plan
from indexer.types import Passage, Plan, PlanInfo, SavedQuestion, Target, Version

DATABASE_FILE = "plans.sqlite"
#: Seconds between two attempts to take the lock.
_POLL = 0.05
#: Times that something is read while others change the library.
_TRIES = 5
_T = TypeVar("_T")


@raise_on_corruption
class LocalBackend(Whole):
    """The ``Backend`` in one folder. Safe for threads; any number of processes may read."""

    def __init__(self, folder: Path, *, create: bool = False, notify: Notify = lambda line: None) -> None:
        self.location = str(folder)
        self._folder = folder
        create = create or _holds_readme_alone(folder)
        if not (folder / DATABASE_FILE).exists() and not create:
            raise LibraryError(f"There is no library in {folder}. Make one with: plancite index FOLDER_WITH_PLANS")
        if create:
            _make_writable(folder)
        self._database = Database(folder / DATABASE_FILE, create=create)
        self._derived = Derived(folder, self._database, notify)

    @property
    def folder(self) -> Path:
        return self._folder

    # -- what is there -------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        return self._database.generation()

    def snapshot(self, read: Callable[[], _T]) -> _T:
        for left in reversed(range(_TRIES)):
            before = self.generation
            try:
                found = read()
            except IndexerError:
                if not left or self.generation == before:
                    raise
                continue
            if self.generation == before:
                break
        return found

    @property
    def model(self) -> tuple[str, str] | None:
        return self._database.model()

    def plans(self) -> list[PlanInfo]:
        return self._database.plans()

    def plan(self, plan_id: str) -> Plan:
        return self._database.plan(plan_id)

    def content(self, plan_id: str) -> PlanContent:
        return self._database.content(plan_id)

    def names(self) -> dict[str, tuple[str, ...]]:
        return self._database.names()

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        return self._database.passages(keys)

    def word_vectors(self, keys: Sequence[int]) -> dict[int, bytes]:
        return self._database.word_vectors(keys)

    def keys(self, scope: Scope) -> list[int]:
        return self._database.keys(self._database.ranges(scope))

    def count(self, scope: Scope) -> int:
        return self._database.count(self._database.ranges(scope))

    def targets(self, plan_id: str) -> list[Target] | None:
        return self._database.targets(plan_id)

    def versions(self, plan_id: str) -> list[Version]:
        return history.versions(self._database, plan_id)

    def version(self, plan_id: str, n: int) -> Plan:
        return history.version(self._database, plan_id, n)

    def removed(self) -> list[Version]:
        return history.removed(self._database)

    def saved(self) -> list[SavedQuestion]:
        return history.saved_questions(self._database.connection)

    # -- searching -----------------------------------------------------------------------------

    def prepare(self) -> None:
        with self._derived.locks():
            self._derived.words()
            self._derived.vectors()

    def search_dense(self, vector: npt.NDArray[np.float32], k: int, scope: Scope) -> list[ScoredKey]:
        with self._derived.vectors_lock:
            return self.snapshot(lambda: self._derived.vectors().search(vector, k, self._database.ranges(scope)))

    def search_words(self, query: str, k: int, scope: Scope) -> list[ScoredKey]:
        with self._derived.words_lock:
            return self.snapshot(lambda: self._derived.words().search(query, k, self._database.ranges(scope)))

    def keys_with_words(self, text: str, scope: Scope) -> list[int]:
        def read() -> list[int]:
            ranges = self._database.ranges(scope)
            found = self._derived.words().holding(text, ranges)
            return self._database.keys(ranges) if found is None else found

        with self._derived.words_lock:
            return self.snapshot(read)

    def idf(self, words: Sequence[str]) -> list[float]:
        with self._derived.words_lock:
            return self._derived.words().idf(words)

    # -- changing it ---------------------------------------------------------------------------

    def add(
        self, content: PlanContent, model: tuple[str, str], *, seen: int | None = None, there: bool = False
    ) -> None:
        with self._writing() as generation:
            with self._derived.write_ahead() as index, self._database.write() as connection:
                history.refuse_conflict(connection, content.plan.id, seen, there=there)
                self._database.claim_model(connection, model)
                replaced, key = history.put_plan(self._database, connection, content, generation)
                self._database.set_generation(connection, generation)
                index(key)
            self._derived.after_commit(generation, [replaced] if replaced is not None else [])

    def replace_all(self, contents: Iterable[PlanContent], model: tuple[str, str], *, seen: int | None = None) -> bool:
        with self._writing() as generation:
            if seen is not None and generation != seen + 1:
                return False
            with self._database.write() as connection:
                self._database.set_model(connection, model)
                left = set(self._database.ids())
                for content in contents:  # one at a time: a large library need not fit in memory
                    history.put_plan(self._database, connection, content, generation)
                    left.discard(content.plan.id)
                for plan_id in sorted(left):
                    history.remove_plan(self._database, connection, plan_id, generation)
                self._database.set_generation(connection, generation)
                self._database.forget_before(connection, generation)
            self._derived.rebuild()
        return True

    def remove(self, plan_ids: Sequence[str], *, purge: bool = False) -> None:
        with self._writing() as generation:
            known = self._database.ids()
            held = {*known, *(version.plan for version in self.removed())} if purge else known
            for plan_id in plan_ids:
                if plan_id not in held:
                    raise unknown_plan(plan_id, known)
            change = history.purge_plan if purge else history.remove_plan
            self._derived.words(locked=True)
            with self._database.write() as connection:
                keys = [change(self._database, connection, i, generation) for i in dict.fromkeys(plan_ids)]
                self._database.set_generation(connection, generation)
            if purge:
                # the indexes keep words and vectors of deleted plans until they are written again
                self._derived.rebuild()
                self._database.truncate_log()
            else:
                self._derived.after_commit(generation, [key for key in keys if key is not None])

    def amend(
        self,
        plan_id: str,
        plan: Plan,
        names: Sequence[str],
        *,
        targets: Sequence[Target] | None = None,
        seen: int | None = None,
    ) -> None:
        with self._writing() as generation:
            self._derived.words(locked=True)
            with self._database.write() as connection:
                history.refuse_conflict(connection, plan_id, seen)
                key = history.amend_plan(self._database, connection, plan_id, plan, names, generation)
                if targets is not None:
                    self._database.put_targets(connection, key, targets)
                self._database.set_generation(connection, generation)
            self._derived.after_commit(generation)

    def describe(
        self, plans: Sequence[PlanInfo], targets: Mapping[str, Sequence[Target]], *, seen: int | None = None
    ) -> None:
        with self._writing() as generation:
            self._derived.words(locked=True)
            with self._database.write() as connection:
                for plan in plans:
                    history.refuse_conflict(connection, plan.id, seen)
                    key = history.describe_plan(self._database, connection, plan, generation)
                    if plan.id in targets:
                        self._database.put_targets(connection, key, targets[plan.id])
                self._database.set_generation(connection, generation)
            self._derived.after_commit(generation)

    def keep_version(self, plan: Plan, since: str, until: str) -> None:
        with self._writing() as generation:
            self._derived.words(locked=True)
            with self._database.write() as connection:
                history.keep_version(connection, plan, since, until)
                self._database.set_generation(connection, generation)
            self._derived.after_commit(generation)

    def save_question(self, question: SavedQuestion) -> int:
        with self._database.write() as connection:
            return history.save_question(connection, question)

    def forget_question(self, saved_id: int) -> bool:
        with self._database.write() as connection:
            return history.forget_question(connection, saved_id)

    def collections(self) -> Collections:
        return self._database.collections()

    def change_collections(self, change: Callable[[Collections], Collections]) -> None:
        with self._writing() as generation:
            self._derived.words(locked=True)
            with self._database.write() as connection:
                if not history.change_collections(self._database, connection, change):
                    return
                self._database.set_generation(connection, generation)
            self._derived.after_commit(generation)

    @contextmanager
    def _writing(self) -> Iterator[int]:
        """Hold the write lock; yields the generation that the change will make.

        The write lock is waited for without the index locks, so that readers of this process go on while another
        process writes. It is taken under the index locks, since a reader that repairs an index holds one of them.
        """
        deadline = time.monotonic() + WAIT
        while True:
            with ExitStack() as held:
                held.enter_context(self._derived.locks())
                try:
                    held.enter_context(write_lock(self._folder, wait=0))
                except LibraryBusyError:
                    if time.monotonic() > deadline:
                        raise
                else:
                    yield self.generation + 1
                    return
            time.sleep(_POLL)

    # -- maintaining it ------------------------------------------------------------------------

    def check(self) -> list[str]:
        problems = self._database.problems()
        if any(problem.startswith(DATABASE_FILE) for problem in problems):
            return problems  # nothing to compare the indexes with
        with self._derived.locks():
            try:
                problems += self._derived.problems()
            except LibraryError as error:  # they cannot be brought up to date from what changed on disk
                problems += [] if problems else [str(error)]
        return problems

    def rebuild_derived(self) -> None:
        """Build the word and vector indexes again from the database."""
        with self._writing():
            self._derived.rebuild()

    def close(self) -> None:
        self._database.close()


def _make_writable(folder: Path) -> None:
    """Make ``folder``. Raises LibraryError when it cannot be made or written."""
    probe = folder / f".writable-{os.getpid()}-{threading.get_ident()}"  # two processes may look at once
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise LibraryError(
            f"The library folder {folder} cannot be written ({error.strerror or error}). "
            "Check its permissions, or give another one with --library."
        ) from error


def _holds_readme_alone(folder: Path) -> bool:
    """Whether ``folder`` is the default library of a fresh checkout, in which nothing but its README.md lies."""
    return folder.is_dir() and [path.name for path in folder.iterdir()] == ["README.md"]
