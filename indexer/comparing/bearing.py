"""Whether a plan's sentence bears comparison with the best answer that another plan gives.

Asked by itself, a plan that lacks a fact still offers its nearest sentence, and that may pass for an
answer. Beside a plan that has the fact it no longer does: its odds of answering are far lower, a word that
the other meets is missing, or it gives tons where the other gives a share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexer.asking.answering import Examination
from indexer.asking.confidence import RARE, THRESHOLD, confidence
from indexer.asking.question import Kind
from indexer.asking.ranking import RankedSentence
from indexer.reading.quantities import comparable, find_quantities

#: Log odds that a sentence may stand below the best answer's, each point of a missed word taking away more.
FURTHEST = 1.7
MISSED_WORD = 3.0

#: A sentence and its features, as ``Examination.judged`` holds them.
Judged = tuple[Sequence[float], RankedSentence]


def best_answer(seen: Examination) -> Judged | None:
    """The best sentence, where it answers; None where none does."""
    if seen.missing or not seen.judged:
        return None
    best = max(seen.judged, key=lambda entry: entry[1].score)
    return best if confidence(best[0]) >= THRESHOLD else None


def bearing(seen: Examination, best: Judged) -> Examination:
    """``seen`` with the judged sentences that bear comparison with ``best`` alone."""
    return replace(seen, judged=[entry for entry in seen.judged if _bears(seen, entry, best)])


def _bears(seen: Examination, entry: Judged, best: Judged) -> bool:
    features, sentence = entry
    if seen.question.kind is Kind.QUANTITY and not _same_dimension(sentence.text, best[1].text):
        return False
    rare = np.minimum(1.0, seen.words.weights / RARE)
    missed = float((rare * (best[1].match.matches - sentence.match.matches)).max(initial=0.0))
    return _log_odds(features) - MISSED_WORD * missed >= _log_odds(best[0]) - FURTHEST


def _same_dimension(text: str, best: str) -> bool:
    """Whether some figure of ``text`` measures what a figure of ``best`` does; any will where that has none."""
    wanted = find_quantities(best)
    return not wanted or any(comparable(own, other) for own in find_quantities(text) for other in wanted)


def _log_odds(features: Sequence[float]) -> float:
    sure = confidence(features)
    return math.log(sure / (1 - sure))
