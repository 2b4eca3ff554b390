"""Two rankings -> one: passages found by meaning and by words, their scores fused.

Convex combination of min-max normalised scores; on our sets it beats reciprocal rank fusion, as in
Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.encoding import Vectors
from indexer.storage import Backend, Found, Scope
from indexer.types import Passage, Role

#: Entries taken from each ranking.
DEPTH = 100
#: Share of meaning in the fused score, words have the rest: 0.3 to 0.4 is best on regulations (MAP@10),
#: 0.4 to 0.6 on the plans, where late interaction evens it out.
DENSE_WEIGHT = 0.35
#: Times that a search is done when a writer commits in the midst of each.
_TRIES = 5
#: Taken off the fused score, which lies between 0 and 1. Furniture comes last whatever it says: its
#: penalty is more than everything that ranking adds later.
ROLE_PENALTY = {Role.BODY: 0.0, Role.SUMMARY: 0.02, Role.FURNITURE: 5.0}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with its fused score and the cosine (None when only words found it)."""

    key: int
    passage: Passage
    score: float
    cosine: float | None


def retrieve(backend: Backend, text: str, vector: Vectors, scope: Scope, depth: int = DEPTH) -> list[Candidate]:
    """Candidates for a question, best first; ties in reading order.

    ``vector`` is the question's unit vector (dim,). Raises UnknownPlanError for a scope that names
    a plan that is not there. What a writer commits meanwhile is searched again: a plan replaced between
    the search and the look at its passages would be found in neither version.
    """
    for _ in range(_TRIES):
        generation = backend.generation
        dense, words = backend.search(vector, text, depth, scope)
        fused = fuse(dense, words)
        passages = backend.passages(list(fused))
        if backend.generation == generation:
            break
    cosines = {f.key: f.score for f in dense}
    candidates = [
        Candidate(key, passages[key], score - ROLE_PENALTY[passages[key].role], cosines.get(key))
        for key, score in fused.items()
        if key in passages
    ]
    return sorted(candidates, key=lambda c: (-c.score, c.key))


def fuse(dense: Sequence[Found], words: Sequence[Found], dense_weight: float = DENSE_WEIGHT) -> dict[int, float]:
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
