"""One change of a library on Milvus: new rows are written where they are invisible, then the manifest is switched."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from indexer.errors import LibraryError, model_mismatch
from indexer.language.matching import count_words
from indexer.storage import Notify, PlanContent
from indexer.storage.milvus.catalogue import (
    Catalogue,
    Entry,
    Manifest,
    Ranges,
    as_ranges,
    condition_of,
    tombstone,
    write_manifest,
)
from indexer.storage.milvus.connection import Connection, Row
from indexer.storage.milvus.tables import LONGEST, PART, PASSAGES, labels_text, with_checksum, words_of
from indexer.storage.rows import (
    conflict_error,
    content_hash,
    description,
    excerpt_text,
    page_count,
    parts_of,
    targets_text,
)
from indexer.types import Passage, Plan


class Change:
    """Plans to write and to remove, made visible together by ``commit``, by the one writer.

    ``renew`` is called after each batch and raises LibraryBusyError when the writer's lease is lost.
    """

    def __init__(self, connection: Connection, catalogue: Catalogue, now: str, renew: Callable[[], None]) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._now = now
        self._renew = renew
        self._next = catalogue.manifest.next
        self._past: set[int] = set()
        self._dropped: set[int] = set()
        self._manifest = catalogue.manifest
        #: Set when nothing is to be changed after all.
        self.given_up = False
        self._begun = {
            row["number"]: json.loads(row["value"])["content"]
            for row in connection.query("records", f"number >= {self._next}", ("number", "value"))
        }

    # -- what is changed ----------------------------------------------------------------------

    def refuse_conflict(self, plan_id: str, seen: int | None, *, there: bool = False) -> None:
        """Raise LibraryBusyError when a plan was changed after generation ``seen``, or it was ``there`` and is gone."""
        entry = self._catalogue.live.get(plan_id)
        if seen is not None and (entry.generation > seen if entry else there):
            raise conflict_error(plan_id)

    def claim_model(self, model: tuple[str, str], dimension: int, *, fresh: bool = False) -> None:
        """Note ``model`` as the library's own; with ``fresh`` all passages go into a new collection.

        Raises ModelError when the library has vectors of another.
        """
        stored = self._manifest.model
        if stored and self._catalogue.live and stored[1] != model[1] and not fresh:
            raise model_mismatch(stored[1], model[1])
        if fresh or dimension != self._manifest.dimension:
            old = (*self._manifest.old, self._manifest.table) if self._manifest.dimension else self._manifest.old
            self._manifest = replace(self._manifest, dimension=dimension, table=self._manifest.table + 1, old=old)
            if not self._begun:  # what an earlier try left there is of no use
                self._connection.drop(self._manifest.passages)
        self._manifest = replace(self._manifest, model=model)
        self._connection.create_passages(self._manifest.passages, dimension)

    def put(self, content: PlanContent) -> None:
        """Write a plan in place of the one with its id, whose text becomes a version unless it is the same.

        A removed plan that comes back with the text it had is no new version either.
        """
        plan = content.plan
        text = _hash(plan.text)
        line = self._catalogue.lineage(plan.id)
        last = line[-1] if line else None
        same = last is not None and last.text == text
        if last and not last.until:
            (self._dropped if same else self._past).add(last.key)
        elif last and same:
            self._dropped.add(last.key)
        since = content.since or (last.since if last and same else self._now)
        self._write(content, since, line[0].line if line else None, text)

    def amend(self, entry: Entry, content: PlanContent) -> None:
        """Write a plan in place of ``entry``, which leaves no version: its text is the same."""
        self._dropped.add(entry.key)
        self._write(content, entry.since, entry.line, entry.text)

    def keep(self, plan: Plan, since: str, until: str) -> None:
        """Write a past version."""
        line = self._catalogue.lineage(plan.id)
        content = PlanContent(plan, (), (), np.zeros((0, 1), np.float32))
        self._write(content, since, line[0].line if line else None, _hash(plan.text), until=until)

    def remove(self, plan_id: str) -> None:
        """Remove a plan; its text becomes a version. Raises UnknownPlanError."""
        self._past.add(self._catalogue.entry(plan_id).key)

    def purge(self, plan_id: str) -> None:
        """Delete all versions of a plan."""
        self._dropped.update(entry.key for entry in self._catalogue.lineage(plan_id))

    def commit(self) -> Manifest:
        """Switch to the new manifest and return it. Raises LibraryError, and nothing is changed then."""
        self._renew()
        done = replace(
            self._manifest,
            generation=self._manifest.generation + 1,
            next=self._next,
            past=as_ranges(self._past),
            dropped=as_ranges(self._dropped),
            until=self._now,
            at=time.time(),
        )
        write_manifest(self._connection, done)
        return done

    # -- rows ----------------------------------------------------------------------------------

    def _write(self, content: PlanContent, since: str, line: int | None, text: str, until: str = "") -> None:
        plan, key = content.plan, self._next
        fingerprint = content_hash(content)
        words = [words_of(indexed) for indexed in content.indexed]
        entry = Entry(
            key, line or key, self._manifest.generation + 1, description(plan), page_count(plan),
            len(content.passages), count_words(plan.text), tuple(content.names), sum(map(len, words)), since, text,
            fingerprint, ended=self._manifest.generation + 1 if until else 0, until=until,
        )  # fmt: skip
        row = entry.row()
        if len(row["value"].encode()) > LONGEST or len(content.passages) > PASSAGES:
            raise LibraryError(f"What is known of the plan {plan.id!r} is more than Milvus holds. Split its file.")
        there = self._resumed(key, fingerprint)
        self._connection.upsert("records", [row], self._renew)
        self._connection.upsert("texts", _text_rows(key, content), self._renew)
        passages = (r for r in passage_rows(key, content, words) if r["key"] not in there)
        table = self._manifest.passages
        self._connection.upsert(table, passages, self._renew)
        if content.passages and (held := self._connection.count(table, f"plan == {key}")) != len(content.passages):
            raise LibraryError(
                f"Of the plan {plan.id!r} {held} passages of {len(content.passages)} reached "
                f"{self._connection.address.location}. Nothing was changed. Do it again."
            )
        self._next += 1

    def _resumed(self, key: int, fingerprint: str) -> set[int]:
        """Keys of passages that an interrupted try has written; what it left of anything else is deleted."""
        if self._begun.get(key) == fingerprint:
            rows = self._connection.query(self._manifest.passages, f"plan == {key}", ("key",))
            return {row["key"] for row in rows} if self._manifest.dimension else set()
        if self._begun:
            forget(self._connection, self._manifest, key)
            self._begun = {}
        return set()


def forget(connection: Connection, manifest: Manifest, first: int) -> None:
    """Delete all rows of plans from the key ``first`` on; their rows in ``records`` last."""
    if manifest.dimension:
        connection.delete(manifest.passages, f"plan >= {first}")
    connection.delete("texts", f"plan >= {first}")
    connection.delete("records", f"number >= {first}")


def _in_parts(ranges: Ranges) -> Iterator[Ranges]:
    return (ranges[i : i + 100] for i in range(0, len(ranges), 100))


def sweep(connection: Connection, catalogue: Catalogue) -> Manifest:
    """Write into rows what the manifest says is past or dropped, and clear that from it; returns the new manifest.

    It changes nothing that a reader sees, and can be repeated when it was interrupted.
    """
    manifest = catalogue.manifest
    if not (manifest.hidden or manifest.old):
        return manifest
    ended = (e for line in catalogue.lineages.values() for e in line if e.until and not e.ended)
    rows = [replace(entry, ended=manifest.generation).row() for entry in ended]
    rows += [tombstone(k, manifest.generation) for first, last in manifest.dropped for k in range(first, last + 1)]
    connection.upsert("records", rows)
    for some in _in_parts(manifest.dropped):
        connection.delete("texts", condition_of("plan", some))
    for some in _in_parts(manifest.hidden if manifest.dimension else ()):
        connection.delete(manifest.passages, condition_of("plan", some))
    for table in manifest.old:
        connection.drop(f"passages_{table}")
    swept = replace(manifest, past=(), dropped=(), old=())
    write_manifest(connection, swept)
    return swept


def after_commit(connection: Connection, catalogue: Catalogue, notify: Notify) -> Manifest:
    """Clean up after a commit; what fails is notified and done with the next change."""
    try:
        swept = sweep(connection, catalogue)
        if swept.dimension:
            connection.settle(swept.passages)
        return swept
    except LibraryError as error:
        notify(f"{error} The library itself was changed as asked; what was replaced is deleted with the next change.")
        return catalogue.manifest


# -- rows ----------------------------------------------------------------------------------------


def passage_rows(key: int, content: PlanContent, words: Sequence[Sequence[str]]) -> Iterator[Row]:
    """Rows of ``passages``. Raises LibraryError for headings longer than a field."""
    halves = content.vectors.astype(np.float16).astype(np.float32)  # as in a folder, so that scores are the same
    year = content.plan.metadata.year or 0
    rows = zip(content.passages, content.indexed, words, halves, strict=True)
    for n, (passage, indexed, terms, vector) in enumerate(rows):
        long = is_long(passage, indexed)
        place = with_checksum(place_of(passage, "" if long else indexed), passage.text)
        if len(place.encode()) > LONGEST:
            raise LibraryError(
                f"The plan {content.plan.id!r} has section headings longer than Milvus holds, at its character "
                f"{passage.start}. Shorten them in its file."
            )
        joined = " ".join(terms)
        yield {
            "key": key * PASSAGES + n, "plan": key, "year": year, "section": labels_text(passage.section),
            "words": joined if len(joined) <= LONGEST else joined[:LONGEST].rpartition(" ")[0],
            "text": "" if long else passage.text, "place": place, "vector": vector,
        }  # fmt: skip


def is_long(passage: Passage, indexed: str) -> bool:
    """Whether a passage, as a manifest may be, is too long for a field; it is kept with its plan's text."""
    return max(len(passage.text.encode()), len(indexed.encode())) > LONGEST // 2


def place_of(passage: Passage, indexed: str) -> list[Any]:
    """Where a passage is in its plan, what is indexed around its text, or all that is indexed if that differs, and
    what it holds of a table."""
    before, found, after = indexed.partition(passage.text)
    around = [before, after] if found else [indexed]
    place = [passage.start, passage.end, passage.page, passage.role.value, passage.cut_off, passage.record]
    return [*place, list(passage.section), around, passage.table and excerpt_text(passage.table)]


def _text_rows(key: int, content: PlanContent) -> Iterator[Row]:
    targets = None if content.targets is None else targets_text(content.targets)
    both = enumerate(zip(content.passages, content.indexed, strict=True))
    long = {n: indexed for n, (passage, indexed) in both if is_long(passage, indexed)}
    whole = with_checksum([content.plan.text, parts_of(content.plan), targets, long])
    for n, first in enumerate(range(0, len(whole), PART)):
        yield {"key": key * PASSAGES + n, "plan": key, "part": whole[first : first + PART]}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
