"""Candidates -> passages in final order, with their sentences scored: the whole ranking formula.

A sentence's score decides what answers::

    sentence = fused
             + INTERACTION_WEIGHT * MaxSim of the sentence
             + KIND_BONUS       if it holds the kind of thing asked for
             - HEADING_PENALTY  if it is a heading
             - FIGURE_PENALTY   if a figure, a time or money is asked for and it holds none
             + READER_WEIGHT * reader_score(sentence)

A passage's score decides the order of passages, which may say in one sentence what they are about and in the next
what is asked::

    base     = fused + BIGRAM_WEIGHT * share of the question's bigrams
    passage  = base
             + SENTENCE_SHARE * (best sentence - fused)   without FIGURE_PENALTY
             + WHOLE_WEIGHT * mean by idf of (best cosine of each question word in the passage) ** SHARPNESS
             + PROXIMITY_WEIGHT * proximity to the best passages of the plan
             + READER_WEIGHT * reader_score of its best sentence

``fused`` is that of retrieval: ``0.35 dense + 0.65 BM25``, less for a role that seldom answers and for a page that
reads badly. The first RERANK_DEPTH candidates by base score are scored, the best READ of them are read; the rest follow
in their order. A leading summary comes after the body passage that it repeats, unless the source broke a figure off
there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from indexer.asking.interaction import QuestionWords, match_sentences
from indexer.asking.question import FIGURES, Kind, Question, fits_kind
from indexer.asking.retrieval import Candidate, CandidateSentence
from indexer.encoding import Encoder
from indexer.encoding.answer_reader import AnswerReader, ReaderInput, SpanPrediction
from indexer.encoding.word_vectors import StoredVectors, content_vectors
from indexer.language.matching import containment, shingles
from indexer.language.terms import ordered_terms
from indexer.reading.passages import table_context
from indexer.types import Passage, Role

# The constants, each with what it is worth: R@10 / MAP@10 on the 2,788 development questions of ObliQA, where all
# together reach 0.821 / 0.698 and differences of 0.002 are chance. benchmarks/README.md has the method.
#
#   without proximity                   0.812 / 0.697    weight 0.8, 2:       0.819, 0.821
#   without bigrams                     0.816 / 0.688    weight 1, 2.5:       0.819, 0.822
#   without the whole passage           0.009 / 0.011 less (on 400 questions)
#   decay of proximity 1, 3, 10         0.819, 0.821, 0.819
#   8, 20 seeds                         0.818, 0.819
#   sharpness 1.5, 2, 4, 6              0.818, 0.819, 0.821, 0.822; 4 and 6 lose facts asked in other words
#   rerank depth 20, 30, 60             0.818, 0.819, 0.821
#   passages read 0, 8, 16, 20          0.817, 0.817, 0.820, 0.820
#   without the reader                  first sentence right 0.47 instead of 0.55 on the sample plans

#: Passages whose sentences are scored; without stored word vectors each costs about 4 ms.
RERANK_DEPTH = 40
#: Candidates below that depth which bigrams may lift into it.
RERANK_SLACK = 20
#: Weight of MaxSim in a sentence's score; the fused score lies between 0 and 1, MaxSim as well.
INTERACTION_WEIGHT = 2.0
#: For a sentence that holds the kind of thing asked for.
KIND_BONUS = 0.1
#: For a sentence without the figure asked for: it may answer, but hardly ever before one that has a figure. Larger ones
#: cost facts that are given in words.
FIGURE_PENALTY = 0.3
#: For a heading, which names the topic and answers nothing.
HEADING_PENALTY = 0.5
#: What the best sentence adds to the fused score, as counted for its passage.
SENTENCE_SHARE = 0.75
#: Weight of the passage as a whole, each word of the question matched by the best of all its sentences.
WHOLE_WEIGHT = 3.2
#: Exponent of such a match: a long passage always has a word a little like any other.
SHARPNESS = 3
#: Weight of the share of the question's bigrams; above 1 it costs facts in other words if few passages are scored.
BIGRAM_WEIGHT = 1.8
#: Weight of proximity, which is 1 for the neighbour of a passage that is certain to answer.
PROXIMITY_WEIGHT = 1.2
#: Passages over which proximity falls to 1/e.
PROXIMITY_DECAY = 4.0
#: The best passages, which lift those near them, and the inverse temperature of the softmax over their scores.
SEEDS, INVERSE_TEMPERATURE = 12, 2.0
#: Passages that are read, besides the one with the best sentence of every plan; each takes a few milliseconds.
READ = 12
#: Weight of the reader's score, which lies between -1 and 1.
READER_WEIGHT = 1.2
#: The reader's logit at which its score saturates (tanh).
READER_SCALE = 12.0

_REPEATED = 0.5  # share of a summary's trigrams found in a body passage that it repeats
_EPSILON = 1e-6  # by which a passage ranks below another
_LABEL = 100  # characters of each section label that the reader sees


def rank_passages(
    question: Question,
    words: QuestionWords,
    candidates: Sequence[Candidate],
    encoder: Encoder,
    stored_vectors: StoredVectors,
    depth: int = RERANK_DEPTH,
) -> list[Candidate]:
    """Candidates best first, ``depth`` of them with their sentences scored, before the reader.

    ``stored_vectors`` gives the word vectors that the library keeps of passages; ``encoder`` makes the missing ones.
    """
    boosts = bigram_boost(words, candidates[: depth + RERANK_SLACK])
    based = [replace(c, score=c.score + boosts.get(c.key, 0.0)) for c in candidates]
    based.sort(key=lambda c: (-c.score, c.key))
    near = _first(based, depth, question.named)
    taken = {c.key for c in near}
    far = [c for c in based if c.key not in taken]
    ranked = order_passages(score_sentences(question, words, near, encoder, stored_vectors))
    lowest = min((c.score for c in ranked), default=0.0)
    top = max((c.score for c in far), default=0.0)
    return ranked + [replace(c, score=min(lowest, lowest - top + c.score)) for c in far]


def score_sentences(
    question: Question,
    words: QuestionWords,
    candidates: Sequence[Candidate],
    encoder: Encoder,
    stored_vectors: StoredVectors,
) -> list[Candidate]:
    """``candidates``, which have their base score, with their sentences scored and with their own score by these."""
    content = content_vectors({c.key: c.passage for c in candidates}, stored_vectors, encoder)
    matched = match_sentences(words, [c.passage for c in candidates], content)
    return [_score(question, words, c, sentences) for c, sentences in zip(candidates, matched, strict=True)]


def _score(
    question: Question, words: QuestionWords, candidate: Candidate, sentences: Sequence[CandidateSentence]
) -> Candidate:
    scored = []
    for sentence in sentences:
        text = sentence.text
        fits = fits_kind(question.kind, text)
        score = candidate.fused + INTERACTION_WEIGHT * sentence.interaction
        if question.kind is not Kind.OPEN:
            score += KIND_BONUS * fits
        if sentence.heading:
            score -= HEADING_PENALTY
        scored.append(replace(sentence, fits=fits, score=score))
    if not scored:
        return candidate
    whole = words.mean(np.maximum.reduce([s.matches for s in scored], initial=0.0) ** SHARPNESS)
    lead = max(s.score for s in scored) - candidate.fused
    score = candidate.score + SENTENCE_SHARE * lead + WHOLE_WEIGHT * whole
    if question.kind in FIGURES:
        scored = [s if s.fits else replace(s, score=s.score - FIGURE_PENALTY) for s in scored]
    return replace(candidate, score=score, sentences=tuple(scored))


def order_passages(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Scored candidates best first, each lifted by those near it, summaries demoted."""
    boosts = proximity_boost([(c.passage.plan, c.key) for c in candidates], [c.score for c in candidates])
    lifted = [replace(c, score=c.score + boost) for c, boost in zip(candidates, boosts, strict=True)]
    return sorted(demote_summaries(lifted), key=lambda c: (-c.score, c.key))


def _first(candidates: Sequence[Candidate], count: int, named: Sequence[Sequence[str]]) -> Sequence[Candidate]:
    """The first ``count``; where the question names several things, an equal number of each one's plans."""
    if len(named) < 2:
        return candidates[:count]
    quota = max(1, count // len(named))
    return [c for plans in named for c in [c for c in candidates if c.passage.plan in plans][:quota]]


def bigram_boost(words: QuestionWords, candidates: Sequence[Candidate]) -> dict[int, float]:
    """Boost of each candidate, by key, for the share of the question's bigrams that it holds.

    Bigrams are of content words, whatever stop words stand between them, in the question and in the passage. They
    count for the order of passages only: a plan may say the same in other words, and its sentence answers as well.
    """
    asked = set(pairwise(term for word in words.words for term in ordered_terms(word)))
    if not asked:
        return {}
    shares = {
        c.key: len(asked & set(pairwise(ordered_terms(c.passage.text)))) / len(asked)
        for c in candidates
        if c.same_script
    }
    # a passage in another script cannot have them: it gets what the best has, as far as its own score goes
    most = max(shares.values(), default=0.0)
    highest = max((c.fused for c in candidates), default=1.0) or 1.0
    return {c.key: BIGRAM_WEIGHT * shares.get(c.key, most * max(0.0, c.fused) / highest) for c in candidates}


def proximity_boost(places: Sequence[tuple[str, int]], scores: Sequence[float]) -> list[float]:
    """Boost of each passage for how near it is to the best others of its plan; ``places`` are (plan, key).

    Keys of a plan's passages are consecutive in reading order. The best passages share one boost in proportion to the
    softmax of their ``scores``.
    """
    if not places:
        return []
    plans, keys, values = np.array([p for p, _ in places]), np.array([k for _, k in places]), np.array(scores)
    seeds = np.argsort(-values, kind="stable")[:SEEDS]
    share = np.exp(INVERSE_TEMPERATURE * (values[seeds] - values[seeds[0]]))
    distance = np.abs(keys[:, None] - keys[seeds])  # (passages, seeds)
    near = np.exp((1 - distance) / PROXIMITY_DECAY) * ((distance > 0) & (plans[:, None] == plans[seeds]))
    boosts: list[float] = (PROXIMITY_WEIGHT * near @ (share / share.sum())).tolist()
    return boosts


def demote_summaries(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Summaries that outrank the body passage they repeat are put just below it, their sentences as well."""
    bodies = [c for c in candidates if c.passage.role is Role.BODY and not c.passage.cut_off]
    demoted = []
    for candidate in candidates:
        changed = candidate
        if candidate.passage.role is Role.SUMMARY and candidate.sentences:
            trigrams = set(shingles(max(candidate.sentences, key=lambda s: s.score).text, 3))
            for body in bodies:
                ahead = best_score(changed) - best_score(body)
                same = body.passage.plan == changed.passage.plan and (body.score < changed.score or ahead > 0)
                if same and containment(trigrams, set(shingles(body.passage.text, 3))) >= _REPEATED:
                    shift = max(0.0, ahead + _EPSILON)
                    lowered = tuple(replace(s, score=s.score - shift) for s in changed.sentences)
                    changed = replace(changed, score=min(changed.score, body.score - _EPSILON), sentences=lowered)
        demoted.append(changed)
    return demoted


def best_score(candidate: Candidate) -> float:
    """The score of its best sentence; minus infinity without one."""
    return max((s.score for s in candidate.sentences), default=-math.inf)


def rerank(reader: AnswerReader, question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """``ranked`` in a new order, after the best passages, and each plan's best, were read sentence by sentence.

    The reader sees the whole passage and says of each sentence where in it the answer would be. A sentence that is not
    read counts like the least convincing one that is.
    """
    scored = [c for c in ranked if c.sentences]
    best_of_plan = {c.passage.plan: c for c in sorted(scored, key=best_score)}
    chosen = {c.key: c for c in [*scored[:READ], *best_of_plan.values()]}
    inputs = [
        ReaderInput(context_of(c.passage), c.passage.text, [s.span for s in c.sentences]) for c in chosen.values()
    ]
    # no passage answers for several plans
    asked = question.for_reader if len(question.named) < 2 else question.topic
    readings = dict(zip(chosen, reader.read(asked, inputs), strict=True))
    least = min((reader_score(reading) for of_page in readings.values() for reading in of_page), default=0.0)
    return sorted(
        demote_summaries([_with_readings(c, readings, least) for c in ranked]), key=lambda c: (-c.score, c.key)
    )


def reader_score(reading: SpanPrediction) -> float:
    """The reader's logit squashed to between -1, it does not answer, and 1, it does."""
    return math.tanh(reading.score / READER_SCALE)


def _with_readings(candidate: Candidate, readings: Mapping[int, Sequence[SpanPrediction]], least: float) -> Candidate:
    own: Sequence[SpanPrediction | None] = readings.get(candidate.key) or [None] * len(candidate.sentences)
    scores = [reader_score(r) if r else least for r in own]
    sentences = tuple(
        replace(s, reading=r, score=s.score + READER_WEIGHT * score)
        for s, r, score in zip(candidate.sentences, own, scores, strict=True)
    )
    return replace(candidate, sentences=sentences, score=candidate.score + READER_WEIGHT * max(scores, default=least))


def context_of(passage: Passage) -> str:
    """What the reader sees before a passage: title, section path, a table's caption and head; nothing before a bare
    record."""
    if passage.record is not None and not passage.section:
        return ""
    return ". ".join([passage.title, *(label[:_LABEL] for label in passage.section), *table_context(passage)])
