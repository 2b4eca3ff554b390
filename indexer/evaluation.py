"""The measures of retrieval and refusal, pure functions over ranks and scores."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence


def hit_at(relevant: Sequence[bool], k: int) -> float:
    """1.0 when one of the first ``k`` results is relevant, else 0.0."""
    return float(any(relevant[:k]))


def reciprocal_rank(relevant: Sequence[bool], k: int) -> float:
    """1 / rank of the first relevant result among the first ``k``, 0.0 without one."""
    return next((1 / rank for rank, hit in enumerate(relevant[:k], 1) if hit), 0.0)


def recall_at(ranked: Sequence[str], gold: Collection[str], k: int) -> float:
    """Share of ``gold`` ids among the first ``k`` of ``ranked``."""
    return len(set(ranked[:k]) & set(gold)) / len(set(gold))


def average_precision(ranked: Sequence[str], gold: Collection[str], k: int) -> float:
    """Mean of the precisions at each gold id among the first ``k``, over min(k, len(gold)).

    The measure that trec_eval calls map_cut, as used for ObliQA.
    """
    wanted = set(gold)
    hits = 0
    total = 0.0
    for rank, found in enumerate(ranked[:k], 1):
        if found in wanted:
            hits += 1
            total += hits / rank
    return total / len(wanted)


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Chance that a positive scores above a negative, ties counting half (Hanley and McNeil, 1982)."""
    wins = sum((p > n) + 0.5 * (p == n) for p in positives for n in negatives)
    return wins / (len(positives) * len(negatives))


def refused_at_kept(answerable: Sequence[float], unanswerable: Sequence[float], kept: float) -> float:
    """Share of ``unanswerable`` scores below the threshold that keeps ``kept`` of the answerable."""
    ordered = sorted(answerable, reverse=True)
    threshold = ordered[math.ceil(kept * len(ordered)) - 1]
    return sum(score < threshold for score in unanswerable) / len(unanswerable)


def holds_evidence(text: str, evidence: Sequence[str], share: float = 0.6) -> bool:
    """Whether ``text`` holds a fragment, or ``share`` of its words in a row; case and space folded."""
    folded = " ".join(text.split()).lower()
    for fragment in evidence:
        words = fragment.lower().split()
        run = math.ceil(share * len(words))
        starts = range(len(words) - run + 1)
        if any(" ".join(words[i : i + run]) in folded for i in starts):
            return True
    return False
