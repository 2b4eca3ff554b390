"""Candidates -> ranked passages with their sentences matched: the second, closer look.

The fused score of retrieval and the late interaction add up: a sentence's own for what answers; the best
sentence's, that of the passage as a whole and what adjacency adds for the order of passages, which may say in
one sentence what it is about and in the next what is asked. A leading summary stands behind the body passage that it
repeats, unless the source broke a figure off there.

The weights of the order of passages are a compromise, chosen with both in view: nearly the best for 2,788 questions on
regulations, and no fewer right passages first for questions put in other words than the plan's. benchmarks/README.md
has what each is worth, and what is left of it on questions that did not choose them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from indexer.asking.interaction import QuestionWords, SentenceMatch, match_sentences
from indexer.asking.question import Kind, Question, ask_of, fits_kind
from indexer.asking.retrieval import Candidate
from indexer.encoding import Encoder
from indexer.encoding.reader import Page, Reader, Reading
from indexer.encoding.word_vectors import Kept, words_of
from indexer.language.matching import containment, shingles
from indexer.language.sentences import is_heading_like
from indexer.language.terms import analyze
from indexer.types import Passage, Role

#: Passages that get the closer look; where the library keeps no word vectors it costs about 4 ms each.
CLOSER = 40
#: Candidates beyond as many, the next by their fused score, that pairs of words may bring among them.
BEYOND = 20
#: Weight of a sentence's late interaction beside the fused score.
INTERACTION_WEIGHT = 2.0
#: In a passage's score what its best sentence adds to the fused score counts by the one, and by the other the
#: late interaction of all its sentences together, each word of the question met by the best of them.
SENTENCE_SHARE, WHOLE_WEIGHT = 0.75, 3.2
#: Power that such a match is raised to: a word that is there says much, one that is a little like it next to nothing,
#: though in a long passage there always is one. 4 and 6 are alike on regulations and worse for other words.
SHARPNESS = 3
#: Added to a sentence that holds the kind of thing asked for.
KIND_BONUS = 0.1
_HEADING_PENALTY = 0.5  # a heading names the topic and answers nothing
_REPEATED = 0.5  # share of a summary's word triples found in a body passage that it repeats
_LEAST = 1e-6  # what stands behind something else has this much less


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence that might answer; ``score`` adds the passage's own, ``reading`` is what the reader says of it."""

    passage: Passage
    cosine: float
    match: SentenceMatch
    fits: bool
    score: float
    reading: Reading | None = None

    @property
    def text(self) -> str:
        start, end = self.match.span
        return self.passage.text[start:end]


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage with its final score and its sentences, matched; none beyond the closer look."""

    key: int
    passage: Passage
    score: float
    sentences: tuple[RankedSentence, ...] = ()

    @property
    def best(self) -> float:
        """The score of its best sentence; minus infinity without one."""
        return max((s.score for s in self.sentences), default=-math.inf)


def rank_passages(
    question: Question,
    words: QuestionWords,
    candidates: Sequence[Candidate],
    encoder: Encoder,
    kept: Kept,
    closer: int = CLOSER,
) -> list[RankedPassage]:
    """Passages best first: ``closer`` of them looked at sentence by sentence, the rest behind.

    ``kept`` gives the word vectors that the library keeps of passages; the ``encoder`` reads the others.
    """
    gains = pairs_met(words, candidates[: closer + BEYOND])
    worth = {c.key: c.score + gains.get(c.key, 0.0) for c in candidates}
    candidates = sorted(candidates, key=lambda c: (-worth[c.key], c.key))
    near = _nearest(candidates, closer, question.plans)
    taken = {c.key for c in near}
    far = [c for c in candidates if c.key not in taken]
    ranked = in_order(look_closely(question, words, near, gains, encoder, kept))
    floor = min((r.score for r in ranked), default=0.0)
    top = max((worth[c.key] for c in far), default=0.0)
    rest = [RankedPassage(c.key, c.passage, min(floor, floor - top + worth[c.key])) for c in far]
    return ranked + rest


def look_closely(
    question: Question,
    words: QuestionWords,
    candidates: Sequence[Candidate],
    gains: Mapping[int, float],
    encoder: Encoder,
    kept: Kept,
) -> list[RankedPassage]:
    """Each of ``candidates`` with its sentences matched, scored by itself, with what it ``gains`` by key."""
    read = words_of({c.key: c.passage for c in candidates}, kept, encoder)
    matched = match_sentences(words, [c.passage for c in candidates], read)
    return [
        _rank(question, words, c, c.score + gains.get(c.key, 0.0), matches)
        for c, matches in zip(candidates, matched, strict=True)
    ]


def in_order(ranked: Sequence[RankedPassage]) -> list[RankedPassage]:
    """Passages that were looked at, best first, each with what it gains by those near it."""
    gains = nearness([(r.passage.plan, r.key) for r in ranked], [r.score for r in ranked])
    gained = [replace(r, score=r.score + gain) for r, gain in zip(ranked, gains, strict=True)]
    return sorted(behind_the_body(gained), key=lambda r: (-r.score, r.key))


def _nearest(candidates: Sequence[Candidate], count: int, plans: Sequence[str]) -> Sequence[Candidate]:
    """The first ``count``; where the question names several plans, as many of each as of the others."""
    if len(plans) < 2:
        return candidates[:count]
    quota = max(1, count // len(plans))
    return [c for plan in plans for c in [c for c in candidates if c.passage.plan == plan][:quota]]


def _rank(
    question: Question, words: QuestionWords, candidate: Candidate, worth: float, matches: Sequence[SentenceMatch]
) -> RankedPassage:
    """The passage, ``worth`` that much before its sentences are looked at; they start from its fused score."""
    sentences = []
    for match in matches:
        text = candidate.passage.text[match.span[0] : match.span[1]]
        fits = fits_kind(question.kind, text)
        score = candidate.score + INTERACTION_WEIGHT * match.score
        if question.kind is not Kind.OPEN:
            score += KIND_BONUS * fits
        if is_heading_like(text) and candidate.passage.record is None:
            score -= _HEADING_PENALTY
        sentences.append(RankedSentence(candidate.passage, candidate.cosine or 0.0, match, fits, score))
    found = RankedPassage(candidate.key, candidate.passage, worth, tuple(sentences))
    if not sentences:
        return found
    whole = words.mean(np.maximum.reduce([match.matches for match in matches], initial=0.0) ** SHARPNESS)
    lead = found.best - candidate.score
    return replace(found, score=worth + SENTENCE_SHARE * lead + WHOLE_WEIGHT * whole)


def behind_the_body(ranked: Sequence[RankedPassage]) -> list[RankedPassage]:
    """Summaries that outrank the body passage they repeat are put just behind it."""
    bodies = [r for r in ranked if r.passage.role is Role.BODY and not r.passage.cut_off]
    moved = []
    for entry in ranked:
        if entry.passage.role is Role.SUMMARY and entry.sentences:
            triples = set(shingles(max(entry.sentences, key=lambda s: s.score).text, 3))
            for body in bodies:
                same = body.passage.plan == entry.passage.plan and (body.score < entry.score or body.best < entry.best)
                if same and containment(triples, set(shingles(body.passage.text, 3))) >= _REPEATED:
                    shift = max(0.0, entry.best - body.best + _LEAST)
                    lowered = tuple(replace(s, score=s.score - shift) for s in entry.sentences)
                    score = min(entry.score, body.score - _LEAST)
                    entry = replace(entry, score=score, sentences=lowered)  # noqa: PLW2901
        moved.append(entry)
    return moved


#: What a passage gains that holds every pair of the question. It is for the order of passages alone: what two plans say
#: is both shown, also where only one says it in the question's words. Weighing pairs by the rarity of their words
#: gains nothing on regulations. More than 1 costs facts put in other words where few passages are looked at.
PAIRS_WEIGHT = 1.8
#: What a passage gains beside the one that is surest to say what is asked, at the most.
NEAR_WEIGHT = 1.2
#: Passages over which nearness falls to 1/e; 3 is as good, 1 and 10 lose a fifth of the gain and more.
REACH = 4.0
#: The best passages, those that it is good to be near, and how much surer a score higher by one makes: e squared.
LIKELIEST, SURER = 12, 2.0


def pairs_met(words: QuestionWords, candidates: Sequence[Candidate]) -> dict[int, float]:
    """What each of ``candidates`` gains by pairs of the question's words that stand side by side in it, by key.

    Pairs are of words that carry meaning, whatever stood between them in the question; terms that nothing but stop
    words part in the passage stand side by side.
    """
    asked = set(pairwise(term for word in words.words for term in analyze(word)))
    if not asked:
        return {}
    return {c.key: PAIRS_WEIGHT * len(asked & set(pairwise(analyze(c.passage.text)))) / len(asked) for c in candidates}


def nearness(places: Sequence[tuple[str, int]], scores: Sequence[float]) -> list[float]:
    """What each passage gains by how near it stands to the likeliest others; ``places`` are (plan, key).

    Passages of a plan that stand beside each other have keys that follow each other, in every home. The likeliest
    share one gain among them by their ``scores``, as in a softmax.
    """
    if not places:
        return []
    plans, keys, worth = np.array([p for p, _ in places]), np.array([k for _, k in places]), np.array(scores)
    best = np.argsort(-worth, kind="stable")[:LIKELIEST]
    share = np.exp(SURER * (worth[best] - worth[best[0]]))
    apart = np.abs(keys[:, None] - keys[best])  # (passages, likeliest)
    near = np.exp((1 - apart) / REACH) * ((apart > 0) & (plans[:, None] == plans[best]))
    gains: list[float] = (NEAR_WEIGHT * near @ (share / share.sum())).tolist()
    return gains


#: Passages that are read, besides the one with the best sentence of every plan; each takes a few milliseconds.
READ = 12
#: What a reading that is sure adds to its sentence's score, and the surest one to its passage's.
READER_WEIGHT = 1.2
#: The score of a reading from which it is sure: twice as much says little more.
SURE = 12.0
#: Characters of each section label that stands before a passage.
_LABEL = 100


def read_closely(reader: Reader, question: Question, ranked: Sequence[RankedPassage]) -> list[RankedPassage]:
    """``ranked`` with a reading at every sentence of the best passages, and beside each plan's best one; in new order.

    A sentence is read among its neighbours: the reader gets the whole passage, and says of each sentence
    where in it the answer would stand. What is not read ranks as what is read and convinces least.
    """
    matched = [r for r in ranked if r.sentences]
    best_of = {r.passage.plan: r for r in sorted(matched, key=lambda r: r.best)}
    chosen = {r.key: r for r in [*matched[:READ], *best_of.values()]}
    pages = [Page(context_of(r.passage), r.passage.text, [s.match.span for s in r.sentences]) for r in chosen.values()]
    # no passage answers for several plans: each is asked without the names
    asked = question.text if len(question.plans) < 2 else ask_of(question, ()).text
    readings = dict(zip(chosen, reader.read(asked, pages), strict=True))
    least = min((conviction(reading) for of_page in readings.values() for reading in of_page), default=0.0)
    read = [_with_reading(r, readings.get(r.key), least) for r in ranked]
    return sorted(behind_the_body(read), key=lambda r: (-r.score, r.key))


def conviction(reading: Reading) -> float:
    """How sure the reader is: from -1, that it does not answer, to 1, that it does."""
    return math.tanh(reading.score / SURE)


def _with_reading(ranked: RankedPassage, readings: Sequence[Reading] | None, least: float) -> RankedPassage:
    """``ranked`` with its sentences' ``readings``; where there are none it is believed as ``least``."""
    said: Sequence[Reading | None] = readings or [None] * len(ranked.sentences)
    sure = [conviction(r) if r else least for r in said]
    sentences = (
        replace(s, reading=r, score=s.score + READER_WEIGHT * c)
        for s, r, c in zip(ranked.sentences, said, sure, strict=True)
    )
    score = ranked.score + READER_WEIGHT * max(sure, default=least)
    return replace(ranked, sentences=tuple(sentences), score=score)


def context_of(passage: Passage) -> str:
    """What the reader is told of where a passage stands: plan and section path; a bare record stands for itself."""
    if passage.record is not None and not passage.section:
        return ""
    return ". ".join([passage.title, *(label[:_LABEL] for label in passage.section)])
