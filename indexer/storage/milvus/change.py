"""One change of a library on Milvus: what is new is written where nobody looks, then the record is switched."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from indexer.errors import LibraryError, model_mismatch
from indexer.storage import Notify, PlanContent
from indexer.storage.milvus.catalogue import Catalogue, Entry, tombstone
from indexer.storage.milvus.connection import Connection, Row
from indexer.storage.milvus.record import Ranges, Record, as_ranges, condition_of, write_record
from indexer.storage.milvus.tables import LONGEST, PART, PASSAGES, labels_text, words_of
from indexer.storage.rows import content_hash, description, overtaken, page_count, parts_of, targets_text
from indexer.types import Passage, Plan


class Change:
    """Plans to put and to take away, made visible together by ``commit``; held by one writer.

    ``beat`` is called behind each batch and raises LibraryBusyError when the writer's turn is over.
    """

    def __init__(self, connection: Connection, catalogue: Catalogue, now: str, beat: Callable[[], None]) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._now = now
        self._beat = beat
        self._next = catalogue.record.next
        self._past: set[int] = set()
        self._dropped: set[int] = set()
        self._record = catalogue.record
        #: Set where nothing is to be changed after all.
        self.given_up = False
        self._begun = {
            row["number"]: json.loads(row["value"])["content"]
            for row in connection.query("records", f"number >= {self._next}", ("number", "value"))
        }

    # -- what it shall be ----------------------------------------------------------------------

    def refuse_overtaken(self, plan_id: str, seen: int | None, *, there: bool = False) -> None:
        """Raise LibraryBusyError when the plan was changed after the generation ``seen``, or is no longer ``there``."""
        entry = self._catalogue.live.get(plan_id)
        if seen is not None and (entry.generation > seen if entry else there):
            raise overtaken(plan_id)

    def claim_model(self, model: tuple[str, str], dimension: int, *, anew: bool = False) -> None:
        """Take ``model`` for the library's own; with ``anew`` all passages go into a new collection.

        Raises ModelError when the library has another.
        """
        stored = self._record.model
        if stored and self._catalogue.live and stored[1] != model[1] and not anew:
            raise model_mismatch(stored[1], model[1])
        if anew or dimension != self._record.dimension:
            old = (*self._record.old, self._record.table) if self._record.dimension else self._record.old
            self._record = replace(self._record, dimension=dimension, table=self._record.table + 1, old=old)
            if not self._begun:  # what an earlier try left there is of no use any more
                self._connection.drop(self._record.passages)
        self._record = replace(self._record, model=model)
        self._connection.create_passages(self._record.passages, dimension)

    def put(self, content: PlanContent) -> None:
        """Write a plan in place of the one with its id, whose text becomes a version unless it is the same.

        A removed plan that comes back with the text it had is no new version either.
        """
        plan = content.plan
        text = _hash(plan.text)
        line = self._catalogue.line(plan.id)
        last = line[-1] if line else None
        same = last is not None and last.text == text
        if last and not last.until:
            (self._dropped if same else self._past).add(last.key)
        elif last and same:
            self._dropped.add(last.key)
        since = content.since or (last.since if last and same else self._now)
        self._write(content, since, line[0].line if line else None, text)

    def amend(self, entry: Entry, content: PlanContent) -> None:
        """Write a plan in place of ``entry``, of which nothing stays; its text is the same."""
        self._dropped.add(entry.key)
        self._write(content, entry.since, entry.line, entry.text)

    def keep(self, plan: Plan, since: str, until: str) -> None:
        """Write a version that is past."""
        line = self._catalogue.line(plan.id)
        content = PlanContent(plan, (), (), np.zeros((0, 1), np.float32))
        self._write(content, since, line[0].line if line else None, _hash(plan.text), until=until)

    def remove(self, plan_id: str) -> None:
        """Take a plan away; its text becomes a version. Raises UnknownPlanError."""
        self._past.add(self._catalogue.entry(plan_id).key)

    def purge(self, plan_id: str) -> None:
        """Take away all versions of a plan."""
        self._dropped.update(entry.key for entry in self._catalogue.line(plan_id))

    def commit(self) -> Record:
        """The switch: the record as it is now. Raises LibraryError, and nothing is changed then."""
        self._beat()
        done = replace(
            self._record,
            generation=self._record.generation + 1,
            next=self._next,
            past=as_ranges(self._past),
            dropped=as_ranges(self._dropped),
            until=self._now,
            at=time.time(),
        )
        write_record(self._connection, done)
        return done

    # -- writing it ----------------------------------------------------------------------------

    def _write(self, content: PlanContent, since: str, line: int | None, text: str, until: str = "") -> None:
        plan, key = content.plan, self._next
        fingerprint = content_hash(content)
        words = [words_of(indexed) for indexed in content.indexed]
        entry = Entry(
            key, line or key, self._record.generation + 1, description(plan), page_count(plan),
            len(content.passages), len(plan.text.split()), tuple(content.names), sum(map(len, words)), since, text,
            fingerprint, ended=self._record.generation + 1 if until else 0, until=until,
        )  # fmt: skip
        row = entry.row()
        if len(row["value"].encode()) > LONGEST or len(content.passages) > PASSAGES:
            raise LibraryError(f"What is known of the plan {plan.id!r} is more than Milvus holds. Split its file.")
        there = self._resumed(key, fingerprint)
        self._connection.upsert("records", [row], self._beat)
        self._connection.upsert("texts", _text_rows(key, content), self._beat)
        passages = (r for r in passage_rows(key, content, words) if r["key"] not in there)
        table = self._record.passages
        self._connection.upsert(table, passages, self._beat)
        if content.passages and (held := self._connection.count(table, f"plan == {key}")) != len(content.passages):
            raise LibraryError(
                f"Of the plan {plan.id!r} {held} passages of {len(content.passages)} reached "
                f"{self._connection.address.location}. Nothing was changed. Do it again."
            )
        self._next += 1

    def _resumed(self, key: int, fingerprint: str) -> set[int]:
        """Keys of passages that an earlier try has written; what it left of anything else is deleted."""
        if self._begun.get(key) == fingerprint:
            rows = self._connection.query(self._record.passages, f"plan == {key}", ("key",))
            return {row["key"] for row in rows} if self._record.dimension else set()
        if self._begun:
            forget(self._connection, self._record, key)
            self._begun = {}
        return set()


def forget(connection: Connection, record: Record, first: int) -> None:
    """Delete all rows of plans from the key ``first`` on; what tells of them comes last."""
    if record.dimension:
        connection.delete(record.passages, f"plan >= {first}")
    connection.delete("texts", f"plan >= {first}")
    connection.delete("records", f"number >= {first}")


def _in_parts(ranges: Ranges) -> Iterator[Ranges]:
    return (ranges[i : i + 100] for i in range(0, len(ranges), 100))


def sweep(connection: Connection, catalogue: Catalogue) -> Record:
    """Bring into rows what the record says is past or dropped, and empty it of that; the record as it is then.

    Nothing that a reader sees is changed by it, and it can be done again when it was broken off.
    """
    record = catalogue.record
    if not (record.hidden or record.old):
        return record
    ended = (e for line in catalogue.lines.values() for e in line if e.until and not e.ended)
    rows = [replace(entry, ended=record.generation).row() for entry in ended]
    rows += [tombstone(k, record.generation) for first, last in record.dropped for k in range(first, last + 1)]
    connection.upsert("records", rows)
    for some in _in_parts(record.dropped):
        connection.delete("texts", condition_of("plan", some))
    for some in _in_parts(record.hidden if record.dimension else ()):
        connection.delete(record.passages, condition_of("plan", some))
    for table in record.old:
        connection.drop(f"passages_{table}")
    swept = replace(record, past=(), dropped=(), old=())
    write_record(connection, swept)
    return swept


def settle(connection: Connection, catalogue: Catalogue, notify: Notify) -> Record:
    """Follow a commit; what fails is told and made good with the next change."""
    try:
        swept = sweep(connection, catalogue)
        if swept.dimension:
            connection.settle(swept.passages)
        return swept
    except LibraryError as error:
        notify(f"{error} The library itself was changed as asked; what was replaced is swept up with the next change.")
        return catalogue.record


# -- rows ----------------------------------------------------------------------------------------


def passage_rows(key: int, content: PlanContent, words: Sequence[Sequence[str]]) -> Iterator[Row]:
    """Rows of ``passages``. Raises LibraryError for headings longer than a field."""
    halves = content.vectors.astype(np.float16).astype(np.float32)  # as at home, so that scores are the same
    year = content.plan.metadata.year or 0
    rows = zip(content.passages, content.indexed, words, halves, strict=True)
    for n, (passage, indexed, terms, vector) in enumerate(rows):
        long = is_long(passage, indexed)
        place = json.dumps(place_of(passage, "" if long else indexed), ensure_ascii=False)
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
    """Whether a passage, as a record may be, is too long for a field; it is kept with its plan's text."""
    return max(len(passage.text.encode()), len(indexed.encode())) > LONGEST // 2


def place_of(passage: Passage, indexed: str) -> list[Any]:
    """Where a passage stands, and what is indexed around its text; all of that where it is written otherwise."""
    before, found, after = indexed.partition(passage.text)
    around = [before, after] if found else [indexed]
    place = [passage.start, passage.end, passage.page, passage.role.value, passage.cut_off, passage.record]
    return [*place, list(passage.section), around]


def _text_rows(key: int, content: PlanContent) -> Iterator[Row]:
    targets = None if content.targets is None else targets_text(content.targets)
    both = enumerate(zip(content.passages, content.indexed, strict=True))
    long = {n: indexed for n, (passage, indexed) in both if is_long(passage, indexed)}
    whole = json.dumps([content.plan.text, parts_of(content.plan), targets, long], ensure_ascii=False)
    for n, first in enumerate(range(0, len(whole), PART)):
        yield {"key": key * PASSAGES + n, "plan": key, "part": whole[first : first + PART]}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
