"""Reading a library on Milvus: whole plans, passages, rankings, idf, and what is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from indexer.errors import LibraryError
from indexer.storage import PlanContent, ScoredKey
from indexer.storage.milvus.catalogue import Catalogue, Entry, read_all_collections
from indexer.storage.milvus.connection import Connection, Row
from indexer.storage.milvus.tables import K1, PASSAGES, B, is_as_stored, words_of
from indexer.storage.rows import (
    changed_passages,
    changed_text,
    content_hash,
    read_excerpt,
    read_json,
    read_plan,
    read_targets,
)
from indexer.types import Passage, Plan, Role, Target

if TYPE_CHECKING:
    from indexer.storage import Vectors

_OF_PASSAGE = ("key", "text", "place")
#: The most results that Milvus gives.
_MOST = 16_384


@dataclass(frozen=True, slots=True)
class Text:
    """A plan with its targets; ``long`` are the indexed texts of passages too long for a field, by number."""

    plan: Plan
    targets: list[Target] | None
    long: dict[str, str]


class _Place(NamedTuple):
    start: int
    end: int
    page: int | None
    role: Role
    cut_off: bool
    record: str | None
    section: tuple[str, ...]
    around: list[str]
    excerpt: str | int | None = None  # in format 2 the checksum, in format 1 nothing
    checksum: int | None = None


class _StoredText(NamedTuple):
    text: str
    parts: str
    targets: str | None
    long: dict[str, str]
    checksum: int | None = None  # stored since format 2


def read_text(connection: Connection, entry: Entry, plan_id: str) -> Text:
    """One version of a plan, called ``plan_id``. Raises LibraryError."""
    rows = connection.query("texts", f"plan == {entry.key}", ("key", "part"))
    whole = "".join(row["part"] for row in sorted(rows, key=lambda row: row["key"]))
    stored = read_json(whole, _StoredText, f"the text of the plan {plan_id!r}")
    if stored.checksum is not None and not is_as_stored(whole, stored.checksum):
        raise LibraryError(changed_text(plan_id))
    plan = read_plan((plan_id, *entry.description[1:], stored.text, stored.parts))
    return Text(plan, None if stored.targets is None else read_targets(plan_id, stored.targets), stored.long)


def read_content(connection: Connection, catalogue: Catalogue, entry: Entry) -> PlanContent:
    """All that is stored of a live plan."""
    text = read_text(connection, entry, entry.id)
    found = connection.query(catalogue.manifest.passages, f"plan == {entry.key}", (*_OF_PASSAGE, "vector"))
    rows = sorted(found, key=lambda row: row["key"]) if entry.passages else []
    vectors = np.array([row["vector"] for row in rows], np.float32).reshape(len(rows), -1)
    passages = tuple(_passage(entry, row, text.plan) for row in rows)
    indexed = [text.long.get(str(row["key"] % PASSAGES)) or _indexed(entry, row) for row in rows]
    return PlanContent(text.plan, passages, indexed, vectors, entry.names, text.targets, entry.since)


def read_passages(connection: Connection, catalogue: Catalogue, keys: Sequence[int]) -> dict[int, Passage]:
    """Passages by key; those of plans that are not live are left out."""
    plans = catalogue.by_key()
    there = [key for key in keys if key // PASSAGES in plans]
    if not there:
        return {}
    rows = connection.get(catalogue.manifest.passages, there, _OF_PASSAGE, strong=catalogue.manifest.fresh)
    long = {row["key"] // PASSAGES for row in rows if not row["text"]}
    texts = {key: read_text(connection, plans[key], plans[key].id).plan for key in long}
    read = {}
    for row in rows:
        plan = row["key"] // PASSAGES
        read[row["key"]] = _passage(plans[plan], row, texts.get(plan))
    return {key: read[key] for key in there if key in read}


def ranking(
    connection: Connection, catalogue: Catalogue, field: str, query: Vectors | str, k: int, condition: str
) -> list[ScoredKey]:
    """The ``k`` best passages; ties by key."""
    manifest = catalogue.manifest
    if not catalogue.live:
        return []
    # One more than asked for, and more while the last ties with the k-th: ties are broken by key.
    asked = k + 1
    while True:
        (hits,) = connection.search(
            manifest.passages, field, [query], min(asked, _MOST), condition=condition, strong=manifest.fresh
        )
        if len(hits) < asked or asked >= _MOST or hits[-1][1] != hits[k - 1][1]:
            break
        asked *= 2
    found = [ScoredKey(key, score) for key, score, _ in hits]
    return sorted(found, key=lambda f: (-f.score, f.key))[:k]


def idf(connection: Connection, catalogue: Catalogue, words: Sequence[str]) -> list[float]:
    """The inverse document frequency of each word as Milvus' BM25 has it; 0.0 for a stop word.

    Milvus does not give it, but the BM25 score of a single word in its best passage is its idf times a factor of
    its term frequency there and the passage's length (Robertson and Zaragoza, "The Probabilistic Relevance
    Framework", 2009).
    """
    terms = [words_of(word) for word in words]
    weights: dict[str, float] = {}
    wanted = sorted({term for some in terms for term in some})
    count = sum(entry.passages for entry in catalogue.live.values())
    if wanted and count:
        mean = sum(entry.terms for entry in catalogue.live.values()) / count
        answers = connection.search(
            catalogue.manifest.passages, "weights", wanted, 1, fields=("words",), strong=catalogue.manifest.fresh
        )
        for term, hits in zip(wanted, answers, strict=True):
            if hits:
                there = hits[0][2]["words"].split()
                often = there.count(term)
                weights[term] = hits[0][1] * (often + K1 * (1 - B + B * len(there) / mean)) / (often * (K1 + 1))
    unseen = math.log(1 + (count + 0.5) / 0.5)
    return [max((weights.get(term, unseen) for term in some), default=0.0) for some in terms]


def problems(connection: Connection, catalogue: Catalogue) -> Iterator[str]:
    """What is wrong with the library, one sentence each: what is missing, or is not what was stored."""
    for plan_id, lineage in ((line[-1].id, line) for line in catalogue.lineages.values()):
        for entry in lineage:
            try:
                yield from _problems_of(connection, catalogue, entry, plan_id)
            except LibraryError as error:
                yield str(error)
    try:
        read_all_collections(connection)
    except LibraryError as error:
        yield str(error)


def _problems_of(connection: Connection, catalogue: Catalogue, entry: Entry, plan_id: str) -> Iterator[str]:
    if entry.until:
        read_text(connection, entry, plan_id)
        return
    content = read_content(connection, catalogue, entry)
    there = len(content.passages)
    if there != entry.passages:
        yield f"{plan_id}: {there} passages of {entry.passages} are there. Run: plancite rebuild"
    elif wrong := sum(content.plan.text[p.start : p.end] != p.text for p in content.passages):
        yield f"{plan_id}: {wrong} passages do not match the plan's text. Run: plancite rebuild"
    elif content_hash(content) != entry.content:
        yield changed_passages(plan_id, "its description, a passage or a vector")


def _passage(entry: Entry, row: Row, plan: Plan | None) -> Passage:
    """The passage in a row, its text from ``plan`` where the row cannot hold it."""
    plan_id, title = entry.description[:2]
    place = _place(row, plan_id)
    text = row["text"] or (plan.text[place.start : place.end] if plan else "")
    checksum = place.excerpt if isinstance(place.excerpt, int) else place.checksum
    if checksum is not None and not is_as_stored(row["place"], checksum, text):
        raise LibraryError(changed_passages(plan_id, "a passage"))
    table = (
        read_excerpt(place.excerpt, f"a passage of the plan {plan_id!r}") if isinstance(place.excerpt, str) else None
    )
    known = (place.section, place.page, place.role, place.cut_off, place.record)
    return Passage(plan_id, title, place.start, place.end, text, *known, table)


def _indexed(entry: Entry, row: Row) -> str:
    around = _place(row, entry.id).around
    return around[0] if len(around) == 1 else str(row["text"]).join(around)


def _place(row: Row, plan_id: str) -> _Place:
    return read_json(row["place"], _Place, f"a passage of the plan {plan_id!r}")
