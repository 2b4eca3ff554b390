"""A library on Milvus: a cluster, a server, or Milvus Lite in a file; the ``Backend`` that grows past one machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from indexer.errors import IndexerError, LibraryError
from indexer.storage import Found, Notify, PlanContent, Scope
from indexer.storage.milvus import reading, saved
from indexer.storage.milvus.address import read_address
from indexer.storage.milvus.catalogue import Catalogue
from indexer.storage.milvus.change import Change, settle, sweep
from indexer.storage.milvus.connection import Connection
from indexer.storage.milvus.record import Record, read_record, write_record
from indexer.storage.milvus.tables import words_of
from indexer.storage.milvus.turns import writers_turn
from indexer.storage.rows import unknown_plan
from indexer.types import Passage, Plan, PlanInfo, SavedQuestion, Target, Version

#: Times that something is read when writers change the library meanwhile.
_TRIES = 5
_T = TypeVar("_T")


class MilvusBackend:
    """The ``Backend`` on Milvus at ``location``. Safe for threads; any number of processes may read a server."""

    def __init__(self, location: str, *, create: bool = False, notify: Notify = lambda line: None) -> None:
        address = read_address(location)
        self.location = address.location
        self._notify = notify
        self._guard = threading.RLock()
        self._catalogue: Catalogue | None = None
        self._connection = Connection(address, create=create)
        try:
            self._begin(create)
        except BaseException:
            self.close()
            raise

    def _begin(self, create: bool) -> None:
        if not self._connection.has("records"):
            if not create:
                raise LibraryError(
                    f"There is no library in {self.location}. Make one with: "
                    f"plancite index FOLDER_WITH_PLANS --library {self.location}"
                )
            self._connection.create_records()
            write_record(self._connection, Record())
        self._look(strong=True)

    @property
    def folder(self) -> Path:
        return self._connection.address.folder

    def close(self) -> None:
        self._connection.close()

    # -- what is there -------------------------------------------------------------------------

    def _look(self, *, strong: bool = False) -> Catalogue:
        """The library as it is now; what this process has seen before it never sees again as it was earlier."""
        record = read_record(self._connection, strong=strong)
        with self._guard:
            for _ in range(_TRIES):
                known = self._catalogue
                if known and record.generation <= known.record.generation:
                    return known
                read = Catalogue.read(self._connection, record, known)
                record = read_record(self._connection)
                if record.generation == read.record.generation:
                    break  # else some of what was read is of a later one
            self._catalogue = read
            return read

    def _consistent(self, read: Callable[[Catalogue], _T]) -> _T:
        """``read`` of one generation: of the last that was seen, and again when the library is another by then."""
        for left in reversed(range(_TRIES)):
            seen = self._catalogue or self._look()
            try:
                found = read(seen)
            except IndexerError:  # what it was about to read was swept up, or is not seen yet
                if not left or self._look(strong=True) is seen:
                    raise
                continue
            if self._look() is seen:
                break
        return found

    @property
    def generation(self) -> int:
        return self._look().record.generation

    @property
    def model(self) -> tuple[str, str] | None:
        return self._look().record.model

    def plans(self) -> list[PlanInfo]:
        return [entry.info for entry in self._look().live.values()]

    def names(self) -> dict[str, tuple[str, ...]]:
        return {plan_id: entry.names for plan_id, entry in self._look().live.items()}

    def plan(self, plan_id: str) -> Plan:
        return self._consistent(lambda seen: reading.read_text(self._connection, seen.entry(plan_id), plan_id).plan)

    def targets(self, plan_id: str) -> list[Target] | None:
        return self._consistent(lambda seen: reading.read_text(self._connection, seen.entry(plan_id), plan_id).targets)

    def content(self, plan_id: str) -> PlanContent:
        return self._consistent(lambda seen: reading.read_content(self._connection, seen, seen.entry(plan_id)))

    def versions(self, plan_id: str) -> list[Version]:
        return self._look().versions(plan_id)

    def version(self, plan_id: str, n: int) -> Plan:
        return self._consistent(
            lambda seen: reading.read_text(self._connection, seen.version(plan_id, n), plan_id)
        ).plan

    def removed(self) -> list[Version]:
        return self._look().removed()

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        return self._consistent(lambda seen: reading.read_passages(self._connection, seen, keys))

    def word_vectors(self, keys: Sequence[int]) -> dict[int, bytes]:
        """None: they would be most of what a cluster moves and holds; a question's passages are read anew."""
        return {}

    def keys(self, scope: Scope) -> list[int]:
        def read(seen: Catalogue) -> list[int]:
            if not scope.section:
                return [key for entry in seen.within(scope) for key in entry.keys]
            condition = seen.condition(scope)
            rows = self._connection.query(seen.record.passages, condition, ("key",)) if seen.live else ()
            return sorted(int(row["key"]) for row in rows)

        return self._consistent(read)

    def count(self, scope: Scope) -> int:
        def read(seen: Catalogue) -> int:
            if not scope.section:
                return sum(entry.passages for entry in seen.within(scope))
            condition = seen.condition(scope)
            return self._connection.count(seen.record.passages, condition) if seen.live else 0

        return self._consistent(read)

    def saved(self) -> list[SavedQuestion]:
        return saved.questions(self._connection)

    # -- searching -----------------------------------------------------------------------------

    def prepare(self) -> None:
        self._look()

    def search_dense(self, vector: npt.NDArray[np.float32], k: int, scope: Scope) -> list[Found]:
        return self._ranked("vector", np.asarray(vector, np.float32), k, scope)

    def search_words(self, query: str, k: int, scope: Scope) -> list[Found]:
        terms = " ".join(dict.fromkeys(words_of(query)))
        if terms:
            return self._ranked("weights", terms, k, scope)
        self._look().within(scope)  # which names a plan that is not there
        return []

    def _ranked(self, field: str, query: npt.NDArray[np.float32] | str, k: int, scope: Scope) -> list[Found]:
        return self._consistent(
            lambda seen: reading.ranking(self._connection, seen, field, query, k, seen.condition(scope))
        )

    def rarity(self, words: Sequence[str]) -> list[float]:
        return self._consistent(lambda seen: reading.rarity(self._connection, seen, words))

    # -- changing it ---------------------------------------------------------------------------

    @contextmanager
    def _changing(self) -> Iterator[tuple[Change, Catalogue]]:
        """Hold the writer's turn; at the end the change is committed, unless it was raised out of."""
        with writers_turn(self._connection) as beat:
            seen = self._swept(self._look(strong=True))
            change = Change(self._connection, seen, datetime.now(UTC).isoformat(timespec="seconds"), beat)
            yield change, seen
            if change.given_up:
                return
            record = change.commit()
            done = Catalogue.read(self._connection, record, seen)
            with self._guard:
                self._catalogue = done
            settle(self._connection, done, self._notify)

    def _swept(self, seen: Catalogue) -> Catalogue:
        """The catalogue after what an earlier change has left was swept up."""
        stored = read_record(self._connection)
        return seen.swept(sweep(self._connection, seen) if stored.hidden or stored.old else stored)

    def add(
        self, content: PlanContent, model: tuple[str, str], *, seen: int | None = None, there: bool = False
    ) -> None:
        with self._changing() as (change, _):
            change.refuse_overtaken(content.plan.id, seen, there=there)
            change.claim_model(model, content.vectors.shape[1])
            change.put(content)

    def replace_all(self, contents: Sequence[PlanContent], model: tuple[str, str], *, seen: int | None = None) -> bool:
        with self._changing() as (change, before):
            if seen is not None and before.record.generation != seen:
                change.given_up = True
                return False
            for plan_id in before.live.keys() - {content.plan.id for content in contents}:
                change.remove(plan_id)
            dimension = contents[0].vectors.shape[1] if contents else before.record.dimension or 1
            change.claim_model(model, dimension, anew=True)
            for content in contents:
                change.put(content)
        return True

    def remove(self, plan_ids: Sequence[str], *, purge: bool = False) -> None:
        with self._changing() as (change, before):
            for plan_id in dict.fromkeys(plan_ids):
                if not purge:
                    change.remove(plan_id)
                elif before.line(plan_id):
                    change.purge(plan_id)
                else:
                    raise unknown_plan(plan_id, list(before.live))
        for plan_id in plan_ids if purge else ():
            saved.forget_plan(self._connection, plan_id)
        if purge:
            self._notify("Milvus deletes from its files when it compacts them; until then they hold what was deleted.")

    def amend(
        self,
        plan_id: str,
        plan: Plan,
        names: Sequence[str],
        *,
        targets: Sequence[Target] | None = None,
        seen: int | None = None,
    ) -> None:
        with self._changing() as (change, before):
            change.refuse_overtaken(plan_id, seen)
            entry = before.entry(plan_id)
            if plan.id != plan_id:
                if plan.id in before.live:
                    raise LibraryError(f"There is a plan {plan.id!r} already. Give another name.")
                if before.line(plan.id):
                    raise LibraryError(
                        f"A removed plan has the name {plan.id!r}. Give another name, or delete that one for good "
                        f"with: plancite remove {plan.id} --purge"
                    )
            stored = reading.read_content(self._connection, before, entry)
            known = stored.targets if targets is None else targets
            change.amend(entry, replace(stored, plan=plan, names=names, targets=known))
        if plan.id != plan_id:
            saved.rename_plan(self._connection, plan_id, plan.id)

    def keep_version(self, plan: Plan, since: str, until: str) -> None:
        with self._changing() as (change, _):
            change.keep(plan, since, until)

    def save_question(self, question: SavedQuestion) -> int:
        return saved.save(self._connection, question)

    def forget_question(self, saved_id: int) -> bool:
        return saved.forget(self._connection, saved_id)

    def check(self) -> list[str]:
        return list(reading.problems(self._connection, self._look(strong=True)))
