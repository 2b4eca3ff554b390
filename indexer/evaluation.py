"""Metrics of retrieval, refusal and extraction: pure functions over ranks, scores and gold rows.

The ranking metrics are a line or two each. ranx and ir-measures would bring numba or a compiler, and scikit-learn's
calls are no shorter; tests compare the values with hand counts.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from indexer.language.matching import containment, words
from indexer.language.quantities import Quantity, same_value
from indexer.types import Target


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
    """Sum of the precisions at each gold id among the first ``k``, over the number of all gold ids.

    trec_eval's map_cut, as used for ObliQA; with more gold than ``k`` it stays below 1.
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
    """Probability that a positive scores above a negative, ties counting half (Hanley and McNeil, 1982)."""
    wins = sum((p > n) + 0.5 * (p == n) for p in positives for n in negatives)
    return wins / (len(positives) * len(negatives))


def refused_at_kept(answerable: Sequence[float], unanswerable: Sequence[float], kept: float) -> float:
    """Share of ``unanswerable`` scores below the threshold that keeps ``kept`` of the answerable."""
    ordered = sorted(answerable, reverse=True)
    threshold = ordered[math.ceil(kept * len(ordered)) - 1]
    return sum(score < threshold for score in unanswerable) / len(unanswerable)


def calibration(said: Sequence[float], true: Sequence[bool], bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean predicted probability, share that was true, count) of each non-empty one of ``bins`` equal bins.

    The rows of a reliability diagram (Niculescu-Mizil and Caruana, 2005).
    """
    filled: dict[int, list[tuple[float, bool]]] = {}
    for probability, outcome in zip(said, true, strict=True):
        filled.setdefault(min(int(probability * bins), bins - 1), []).append((probability, outcome))
    return [
        (sum(p for p, _ in pairs) / len(pairs), sum(t for _, t in pairs) / len(pairs), len(pairs))
        for _, pairs in sorted(filled.items())
    ]


def bootstrap(values: Sequence[float], *, level: float = 0.95, resamples: int = 2000) -> tuple[float, float]:
    """The interval that holds the mean of ``values`` with probability ``level``: percentiles of resampled means.

    Efron's percentile bootstrap (1979), with a fixed seed. For two systems on the same questions, give the
    differences question by question.
    """
    import numpy as np

    means = np.random.default_rng(0).choice(np.asarray(values, float), (resamples, len(values))).mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def holds_evidence(text: str, evidence: Sequence[str], share: float = 0.6) -> bool:
    """Whether ``text`` contains a fragment, or ``share`` of its words in a row; case and white space are folded."""
    folded = " ".join(text.split()).lower()
    for fragment in evidence:
        words = fragment.lower().split()
        run = math.ceil(share * len(words))
        starts = range(len(words) - run + 1)
        if any(" ".join(words[i : i + run]) in folded for i in starts):
            return True
    return False


def f1(hits: int, found: int, gold: int) -> float:
    """Harmonic mean of precision and recall, 2 * hits / (found + gold); 0.0 when there is nothing."""
    return 2 * hits / (found + gold) if found + gold else 0.0


def match_targets(found: Sequence[Target], gold: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """(index into ``found``, index into ``gold``) of matching targets, each used at most once.

    Two match if their places overlap, their kind and year are equal and so are their values in any unit;
    a figure that is cut off matches only one without a value. Gold rows may name their ``plan``.
    """
    pairs: list[tuple[int, int]] = []
    taken: set[int] = set()
    for j, row in enumerate(gold):
        for i, target in enumerate(found):
            if i not in taken and _is_row(target, row):
                taken.add(i)
                pairs.append((i, j))
                break
    return pairs


def same_words(text: str | None, gold: str | None, share: float = 0.5) -> bool:
    """Whether ``text`` contains at least ``share`` of the words of ``gold``; None matches only None."""
    if text is None or gold is None:
        return text is gold
    return not words(gold) or containment(words(gold), set(words(text))) >= share


def _is_row(target: Target, row: Mapping[str, Any]) -> bool:
    place = target.span[0] < row["end"] and row["start"] < target.span[1] and row.get("plan") in (None, target.plan)
    if not place or (target.kind, target.year) != (row["kind"], row["year"]):
        return False
    ends = ((target.value, row["value"]), (target.high, row["high"]))
    return all(_equal(own, target.unit, wanted, row["unit"]) for own, wanted in ends)


def _equal(own: float | None, unit: str, wanted: float | None, wanted_unit: str) -> bool:
    if own is None or wanted is None:
        return own is wanted
    return same_value(Quantity((0, 0), own, unit), Quantity((0, 0), wanted, wanted_unit))
