"""A library on Milvus, for more than one machine can hold: a cluster, a server, or Milvus Lite in a file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from indexer.errors import IndexerError, LibraryError
from indexer.storage import Collections, Notify, PlanContent, Scope, ScoredKey, Whole
from indexer.storage.milvus import reading
from indexer.storage.milvus.catalogue import (
    Catalogue,
    Manifest,
    change_collections,
    change_questions,
    forget_question,
    read_all_collections,
    read_manifest,
    save_question,
    saved_questions,
    write_manifest,
)
from indexer.storage.milvus.change import Change, after_commit, sweep
from indexer.storage.milvus.connection import Connection, read_address
from indexer.storage.milvus.lease import writer_lease
from indexer.storage.milvus.tables import words_of
from indexer.storage.rows import (
    name_taken,
    rename_in_collections,
    rename_in_question,
    unknown_plan,
    without_plan,
    without_quotes_of,
)
from indexer.types import Passage, Plan, PlanInfo, SavedQuestion, Target, Version

#: Times that something is read while others change the library.
_TRIES = 5
_T = TypeVar("_T")


class MilvusBackend(Whole):
    """The ``Backend`` on Milvus at ``location``. Safe for threads; any number of processes may read a server."""

    def __init__(self, location: str, *, create: bool = False, notify: Notify = lambda line: None) -> None:
        address = read_address(location)
        self.location = address.location
        self._notify = notify
        self._lock = threading.RLock()
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
            write_manifest(self._connection, Manifest())
        self._look(strong=True)

    @property
    def folder(self) -> Path:
        return self._connection.address.folder

    def close(self) -> None:
        self._connection.close()

    # -- reading -------------------------------------------------------------------------------

    def _look(self, *, strong: bool = False) -> Catalogue:
        """The catalogue as it is now, never one older than this process has seen."""
        manifest = read_manifest(self._connection, strong=strong)
        with self._lock:
            for _ in range(_TRIES):
                known = self._catalogue
                if known and manifest.generation <= known.manifest.generation:
                    return known
                read = Catalogue.read(self._connection, manifest, known)
                manifest = read_manifest(self._connection)
                if manifest.generation == read.manifest.generation:
                    break  # else some of what was read may be newer
            self._catalogue = read
            return read

    def snapshot(self, read: Callable[[], _T]) -> _T:
        return self._read(lambda seen: read())

    def _read(self, read: Callable[[Catalogue], _T]) -> _T:
        """As ``snapshot``; ``read`` gets the catalogue of the generation that was seen last."""
        for left in reversed(range(_TRIES)):
            seen = self._catalogue or self._look()
            try:
                found = read(seen)
            except IndexerError:  # its rows were swept, or are not visible yet
                if not left or self._look(strong=True) is seen:
                    raise
                continue
            if self._look() is seen:
                break
        return found

    @property
    def generation(self) -> int:
        return self._look().manifest.generation

    @property
    def model(self) -> tuple[str, str] | None:
        return self._look().manifest.model

    def plans(self) -> list[PlanInfo]:
        return [entry.info for entry in self._look().live.values()]

    def names(self) -> dict[str, tuple[str, ...]]:
        return {plan_id: entry.names for plan_id, entry in self._look().live.items()}

    def plan(self, plan_id: str) -> Plan:
        return self._read(lambda seen: reading.read_text(self._connection, seen.entry(plan_id), plan_id).plan)

    def targets(self, plan_id: str) -> list[Target] | None:
        return self._read(lambda seen: reading.read_text(self._connection, seen.entry(plan_id), plan_id).targets)

    def content(self, plan_id: str) -> PlanContent:
        return self._read(lambda seen: reading.read_content(self._connection, seen, seen.entry(plan_id)))

    def versions(self, plan_id: str) -> list[Version]:
        return self._look().versions(plan_id)

    def version(self, plan_id: str, n: int) -> Plan:
        return self._read(lambda seen: reading.read_text(self._connection, seen.version(plan_id, n), plan_id)).plan

    def removed(self) -> list[Version]:
        return self._look().removed()

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        return self._read(lambda seen: reading.read_passages(self._connection, seen, keys))

    def word_vectors(self, keys: Sequence[int]) -> dict[int, bytes]:
        """None: they would be most of a cluster's data; the words of a question's passages are embedded again."""
        return {}

    def keys(self, scope: Scope) -> list[int]:
        def read(seen: Catalogue) -> list[int]:
            if not scope.section and scope.keys is None:
                return [key for entry in seen.within(scope) for key in entry.keys]
            condition = seen.condition(scope)
            rows = self._connection.query(seen.manifest.passages, condition, ("key",)) if seen.live else ()
            return sorted(int(row["key"]) for row in rows)

        return self._read(read)

    def count(self, scope: Scope) -> int:
        def read(seen: Catalogue) -> int:
            if not scope.section and scope.keys is None:
                return sum(entry.passages for entry in seen.within(scope))
            condition = seen.condition(scope)
            return self._connection.count(seen.manifest.passages, condition) if seen.live else 0

        return self._read(read)

    def saved(self) -> list[SavedQuestion]:
        return saved_questions(self._connection)

    # -- searching -----------------------------------------------------------------------------

    def prepare(self) -> None:
        self._look()

    def search_dense(self, vector: npt.NDArray[np.float32], k: int, scope: Scope) -> list[ScoredKey]:
        return self._ranked("vector", np.asarray(vector, np.float32), k, scope)

    def search_words(self, query: str, k: int, scope: Scope) -> list[ScoredKey]:
        terms = " ".join(dict.fromkeys(words_of(query)))
        if terms:
            return self._ranked("weights", terms, k, scope)
        self._look().within(scope)  # raises UnknownPlanError
        return []

    def _ranked(self, field: str, query: npt.NDArray[np.float32] | str, k: int, scope: Scope) -> list[ScoredKey]:
        return self._read(lambda seen: reading.ranking(self._connection, seen, field, query, k, seen.condition(scope)))

    def keys_with_words(self, text: str, scope: Scope) -> list[int]:
        terms = dict.fromkeys(words_of(text))
        if not terms:
            return self.keys(scope)

        def read(seen: Catalogue) -> list[int]:
            condition = " and ".join([seen.condition(scope), *(f'words like "%{term}%"' for term in terms)])
            rows = self._connection.query(seen.manifest.passages, condition, ("key",)) if seen.live else ()
            return sorted(int(row["key"]) for row in rows)

        return self._read(read)

    def idf(self, words: Sequence[str]) -> list[float]:
        return self._read(lambda seen: reading.idf(self._connection, seen, words))

    # -- writing ------------------------------------------------------------------------------

    @contextmanager
    def _changing(self) -> Iterator[tuple[Change, Catalogue]]:
        """Hold the writer's lease; at the end the change is committed, unless an error was raised."""
        with writer_lease(self._connection) as renew:
            seen = self._swept(self._look(strong=True))
            change = Change(self._connection, seen, datetime.now(UTC).isoformat(timespec="seconds"), renew)
            yield change, seen
            if change.given_up:
                return
            manifest = change.commit()
            done = Catalogue.read(self._connection, manifest, seen)
            with self._lock:
                self._catalogue = done
            after_commit(self._connection, done, self._notify)

    def _swept(self, seen: Catalogue) -> Catalogue:
        """The catalogue after what an earlier change has left was swept."""
        stored = read_manifest(self._connection)
        return seen.swept(sweep(self._connection, seen) if stored.hidden or stored.old else stored)

    def add(
        self, content: PlanContent, model: tuple[str, str], *, seen: int | None = None, there: bool = False
    ) -> None:
        with self._changing() as (change, _):
            change.refuse_conflict(content.plan.id, seen, there=there)
            change.claim_model(model, content.vectors.shape[1])
            change.put(content)

    def replace_all(self, contents: Sequence[PlanContent], model: tuple[str, str], *, seen: int | None = None) -> bool:
        with self._changing() as (change, before):
            if seen is not None and before.manifest.generation != seen:
                change.given_up = True
                return False
            for plan_id in before.live.keys() - {content.plan.id for content in contents}:
                change.remove(plan_id)
            dimension = contents[0].vectors.shape[1] if contents else before.manifest.dimension or 1
            change.claim_model(model, dimension, fresh=True)
            for content in contents:
                change.put(content)
        return True

    def remove(self, plan_ids: Sequence[str], *, purge: bool = False) -> None:
        with self._changing() as (change, before):
            for plan_id in dict.fromkeys(plan_ids):
                if not purge:
                    change.remove(plan_id)
                elif before.lineage(plan_id):
                    change.purge(plan_id)
                else:
                    raise unknown_plan(plan_id, list(before.live))
        for plan_id in plan_ids if purge else ():
            change_questions(self._connection, partial(without_quotes_of, plan_id=plan_id))
            self.change_collections(partial(without_plan, plan_id=plan_id))
        if purge:
            self._notify("Milvus deletes from its files when it compacts them; until then they hold the deleted text.")

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
            change.refuse_conflict(plan_id, seen)
            entry = before.entry(plan_id)
            if plan.id != plan_id and before.lineage(plan.id):
                raise name_taken(plan.id, removed=plan.id not in before.live)
            stored = reading.read_content(self._connection, before, entry)
            known = stored.targets if targets is None else targets
            change.amend(entry, replace(stored, plan=plan, names=names, targets=known))
        if plan.id != plan_id:
            change_questions(self._connection, lambda saved: rename_in_question(saved, plan_id, plan.id))
            self.change_collections(lambda held: rename_in_collections(held, plan_id, plan.id))

    def describe(
        self, plans: Sequence[PlanInfo], targets: Mapping[str, Sequence[Target]], *, seen: int | None = None
    ) -> None:
        with self._changing() as (change, before):
            for info in plans:
                change.refuse_conflict(info.id, seen)
                entry = before.entry(info.id)
                stored = reading.read_content(self._connection, before, entry)
                plan = replace(stored.plan, metadata=info.metadata, edited=info.edited)
                known = targets.get(info.id, stored.targets)
                change.amend(entry, replace(stored, plan=plan, targets=known))

    def keep_version(self, plan: Plan, since: str, until: str) -> None:
        with self._changing() as (change, _):
            change.keep(plan, since, until)

    def save_question(self, question: SavedQuestion) -> int:
        return save_question(self._connection, question)

    def forget_question(self, saved_id: int) -> bool:
        return forget_question(self._connection, saved_id)

    def collections(self) -> Collections:
        return read_all_collections(self._connection)

    def change_collections(self, change: Callable[[Collections], Collections]) -> None:
        held = self.collections()
        if change(dict(held)) != held:
            with self._changing():
                change_collections(self._connection, change)

    def check(self) -> list[str]:
        return list(reading.problems(self._connection, self._look(strong=True)))
