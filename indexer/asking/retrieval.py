"""A question -> candidates: passages found by meaning and by words, the two rankings fused to one.

Convex combination of min-max normalised scores; on our sets it beats reciprocal rank fusion, as in
Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

from indexer.encoding import Encoder
from indexer.storage import Backend, Scope, ScoredKey
from indexer.types import Passage, Role

#: Entries taken from each ranking.
DEPTH = 100
#: Share of meaning in the fused score, words have the rest: 0.3 to 0.4 is best on regulations (MAP@10),
#: 0.4 to 0.6 on the plans, where late interaction evens it out.
DENSE_WEIGHT = 0.35
#: Taken off the fused score, which lies between 0 and 1. Furniture comes last whatever it says: its
#: penalty is more than everything that ranking adds later.
ROLE_PENALTY = {Role.BODY: 0.0, Role.SUMMARY: 0.02, Role.FURNITURE: 9.0}
#: Threads that search by words; the model runs without the interpreter meanwhile.
_beside = ThreadPoolExecutor(thread_name_prefix="words")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with its fused score and the cosine (None when only words found it)."""

    key: int
    passage: Passage
    score: float
    cosine: float | None


def retrieve(
    backend: Backend, encoder: Encoder, text: str, scope: Scope, depth: int = DEPTH, most: int | None = None
) -> list[Candidate]:
    """Candidates for a question, best first; ties in reading order; the first ``most``, or all.

    Raises UnknownPlanError for a scope that names a plan that is not there. All is read at one generation: a
    plan replaced between the searches, or between them and reading its passages, would be found in neither version.
    """

    def read() -> list[Candidate]:
        dense, words = search(backend, encoder, text, depth, scope)
        return _look_up(backend, fuse(dense, words), {f.key: f.score for f in dense}, most)

    return backend.snapshot(read)


def search(
    backend: Backend, encoder: Encoder, text: str, depth: int, scope: Scope
) -> tuple[list[ScoredKey], list[ScoredKey]]:
    """The ``depth`` best by meaning and by words: the words are looked up while the model reads the text."""
    by_words = _beside.submit(backend.search_words, text, depth, scope)
    try:
        dense = backend.search_dense(encoder.embed([text])[0], depth, scope)
    finally:
        wait([by_words])  # whoever asked may close the backend next
    return dense, by_words.result()


def _look_up(backend: Backend, fused: dict[int, float], cosines: dict[int, float], most: int | None) -> list[Candidate]:
    """The first ``most`` of ``fused`` with their passages; no more passages are read than may be among them."""
    order = sorted(fused, key=lambda key: (-fused[key], key))
    step = len(order) if most is None else most + 2
    found: list[Candidate] = []
    for first in range(0, len(order), step or 1):
        keys = order[first : first + step]
        passages = backend.passages(keys)
        found += [
            Candidate(key, passages[key], fused[key] - ROLE_PENALTY[passages[key].role], cosines.get(key))
            for key in keys
            if key in passages
        ]
        found.sort(key=lambda c: (-c.score, c.key))
        unread = order[first + step : first + step + 1]
        # roles only take away: what is not read yet has its fused score at most
        if most is not None and len(found) >= most and unread and found[most - 1].score > fused[unread[0]]:
            break
    return found[:most]


def fuse(
    dense: Sequence[ScoredKey], words: Sequence[ScoredKey], dense_weight: float = DENSE_WEIGHT
) -> dict[int, float]:
    """Fused score by key, between 0 and 1; an entry that a ranking lacks counts 0 there.

    Cosines are normalised between the lowest and the highest of their ranking, BM25 by the highest,
    its own lowest being 0.
    """
    scores: dict[int, float] = {}
    if dense:
        low, high = min(f.score for f in dense), max(f.score for f in dense)
        for f in dense:
            part = (f.score - low) / (high - low) if high > low else 1.0
            scores[f.key] = dense_weight * part
    if words:
        high = max(f.score for f in words)
        for f in words:
            part = f.score / high if high > 0 else 0.0
            scores[f.key] = scores.get(f.key, 0.0) + (1 - dense_weight) * part
    return scores
