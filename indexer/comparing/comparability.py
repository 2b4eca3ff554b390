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
from indexer.asking.judging import RARE, answers, confidence
from indexer.asking.question import Kind
from indexer.asking.ranking import RankedSentence
from indexer.language.quantities import comparable, find_quantities

#: Log odds by which a sentence may fall short of the best answer's, a word that it misses, counted by its
#: rarity, taking some away. On the development questions 28 of 29 facts that the other plan lacks are
#: refused so, and 3 of 11 that it states in other words are too; between 1.7 and 2.3 it is 26 to 28, and 3 to 5.
FURTHEST = 2.0
MISSED_WORD = 4.5
#: Surer than this the best answer asks no more of the others (log odds; a confidence of 0.88).
SURE = 2.0

#: A sentence and its features, as ``Examination.judged`` holds them.
Judged = tuple[Sequence[float], RankedSentence]


def best_answer(seen: Examination) -> Judged | None:
    """The best sentence, where it answers; None where none does."""
    if seen.missing or not seen.judged:
        return None
    best = max(seen.judged, key=lambda entry: entry[1].score)
    return best if answers(best[0]) else None


def bearing(seen: Examination, best: Judged) -> Examination:
    """``seen`` with the judged sentences that bear comparison with ``best`` alone.

    None do where the best of them does not: what ranks behind it answers no better.
    """
    judged = seen.judged
    if seen.question.kind in {Kind.COUNT, Kind.QUANTITY}:
        judged = [entry for entry in judged if _same_dimension(entry[1].text, best[1].text)]
    first = max(judged, key=lambda entry: entry[1].score, default=None)
    if first is None or not _bears(seen, first, best):
        return replace(seen, judged=[])
    return replace(seen, judged=[entry for entry in judged if _bears(seen, entry, best)])


def _bears(seen: Examination, entry: Judged, best: Judged) -> bool:
    features, sentence = entry
    rare = np.minimum(1.0, seen.words.weights / RARE)
    missed = float((rare * (best[1].match.matches - sentence.match.matches)).max(initial=0.0))
    return _log_odds(features) - MISSED_WORD * missed >= min(SURE, _log_odds(best[0])) - FURTHEST


def _same_dimension(text: str, best: str) -> bool:
    """Whether some figure of ``text`` measures what a figure of ``best`` does; any will where that has none."""
    wanted = find_quantities(best)
    return not wanted or any(comparable(own, other) for own in find_quantities(text) for other in wanted)


def _log_odds(features: Sequence[float]) -> float:
    sure = confidence(features)
    return math.log(sure / (1 - sure))
