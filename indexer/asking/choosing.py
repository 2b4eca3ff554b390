"""Which of the sentences that were judged are the answer: one to three, of the best plan or of each that is named."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.asking.every import REPEATED
from indexer.asking.interaction import MATCH_THRESHOLD
from indexer.asking.judging import FEATURES
from indexer.asking.retrieval import CandidateSentence
from indexer.asking.routes import MOST_COMPARED
from indexer.language.matching import overlap, word_set

#: Sentences of an answer, at most.
MOST_SENTENCES = 3
#: Largest distance of a further sentence's score from the first one's, and of the best sentence of another plan,
#: since plans say the same in different words.
MARGIN = 0.25
PLAN_MARGIN = 0.8


def choose(judged: Sequence[tuple[Sequence[float], CandidateSentence]], *, named: bool) -> list[CandidateSentence]:
    """The sentences to show, best first.

    With ``named``, the best of each plan that the question names, each judged by itself. Otherwise the best of
    all, if it answers, then the best of other plans, then further sentences of its own plan.
    """
    passed = _passed_over(judged)
    order = sorted(
        ((s.certainty is not None, s) for i, (_, s) in enumerate(judged) if i not in passed),
        key=lambda entry: -entry[1].score,
    )
    best_of: dict[str, tuple[bool, CandidateSentence]] = {}
    for good, sentence in order:
        best_of.setdefault(sentence.passage.plan, (good, sentence))
    firsts = [s for good, s in best_of.values() if good]
    if named:
        return firsts[: max(MOST_SENTENCES, MOST_COMPARED)]
    if not order or not order[0][0]:
        return []  # the best sentence does not answer, so none below it does
    best = order[0][1]
    # if the best one has the kind of thing asked for, a sentence without it adds nothing
    order = [(good and s.fits >= best.fits, s) for good, s in order]
    firsts = [s for s in firsts if s.fits >= best.fits]
    chosen = [s for s in firsts if best.score - s.score <= PLAN_MARGIN][:MOST_SENTENCES]
    for good, sentence in order:
        near = good and best.score - sentence.score <= MARGIN
        own = [s for s in chosen if s.passage.plan == sentence.passage.plan]
        if near and len(chosen) < MOST_SENTENCES and not any(repeats(sentence.text, s.text) for s in own):
            chosen.append(sentence)
    return sorted(chosen, key=lambda s: -s.score)


def _passed_over(judged: Sequence[tuple[Sequence[float], CandidateSentence]]) -> set[int]:
    """Which of ``judged`` lack the year asked for, where one of their plan has it, answers, and is about as good.

    A plan says the same of each year in turn, and the one for 2025 may be nearer to a question about 2030. The one that
    is preferred matches every word of the question that the best of the plan matches.
    """
    places: dict[str, list[int]] = {}
    for i, (_, sentence) in enumerate(judged):
        places.setdefault(sentence.passage.plan, []).append(i)
    found: set[int] = set()
    for own in places.values():
        lacking = {i for i in own if judged[i][0][FEATURES.index("year missing")]}
        best = max((judged[i][1] for i in own), key=lambda s: s.score)
        if any(_as_good(judged[i][1], best) for i in own if i not in lacking):
            found |= lacking
    return found


def _as_good(sentence: CandidateSentence, best: CandidateSentence) -> bool:
    matched = best.matches >= MATCH_THRESHOLD
    near = best.score - sentence.score <= MARGIN and bool((sentence.matches[matched] >= MATCH_THRESHOLD).all())
    return near and sentence.certainty is not None


def repeats(text: str, other: str) -> bool:
    """Whether ``text`` says in much the same words what ``other`` says."""
    return overlap(word_set(text), word_set(other)) >= REPEATED
