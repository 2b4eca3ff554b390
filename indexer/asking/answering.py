"""Ranked sentences -> the answer: one to three sentences with citations, or an honest "not found"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.asking.interaction import NO_WORDS, QuestionWords, read_words
from indexer.asking.judging import answers, confidence, measure, missing_names
from indexer.asking.question import FIGURES, Question, ask_of, read_question
from indexer.asking.ranking import CLOSER, RankedPassage, RankedSentence, rank_passages, read_closely
from indexer.asking.retrieval import DEPTH, retrieve
from indexer.encoding import Encoder
from indexer.encoding.reader import Reader
from indexer.errors import QuestionError
from indexer.language.matching import absent_words, overlap, word_set
from indexer.language.sentences import broken_figures, is_heading_like
from indexer.storage import Backend, Scope
from indexer.types import Answer, AnswerSentence, Citation, Hit, Passage, Role, Span

MOST_SENTENCES = 3
#: A further sentence must come this near to the first one's score; the best of another plan may stand
#: further off, since plans say the same thing in different words.
MARGIN = 0.25
PLAN_MARGIN = 0.8
_SAME = 0.6  # share of words that makes two sentences the same news
#: Cosine from which another word comes near enough to one of the question to stand for it.
_NEAR = 0.6

_FIGURE = re.compile(
    r"(?:[$€£¥]\s?)?\d+(?:[.,]\d+)*(?:\s?%|\s?℃|(?:\s(?:hundred|thousand|million|billion|trillion))?"
    r"(?:\s(?:percent|percentage points|yuan|kilowatts?|kW|kWh|MW|GW|tons?|tonnes?|hectares?|mu|degrees|"
    r"(?:square |cubic )?(?:kilo)?met(?:er|re)s?|grams?|people|vehicles|years?))?)?"
)


@dataclass(frozen=True, slots=True)
class Examination:
    """A question held against the plans: passages ranked, and each sentence that might answer.

    ``judged`` are (features, sentence) pairs, the features as ``indexer.asking.judging`` names them;
    ``missing`` are names of the question that no passage holds, so that nothing answers it.
    """

    question: Question
    words: QuestionWords
    searched: int
    ranked: list[RankedPassage]
    judged: list[tuple[list[float], RankedSentence]]
    missing: tuple[str, ...]


def ask(
    backend: Backend,
    encoder: Encoder,
    asked: str,
    scope: Scope | None = None,
    top_k: int = 10,
    reader: Reader | None = None,
) -> Answer:
    """Answer a question from the plans in ``scope``; without a ``reader`` it is less sure what answers.

    A plan that the question names narrows the scope to it. Raises QuestionError and
    UnknownPlanError.
    """
    if top_k < 1:
        raise QuestionError("`top_k` must be 1 or more.")
    seen = examine(backend, encoder, asked, scope or Scope(), depth=max(DEPTH, top_k), reader=reader)
    return to_answer(seen, top_k)


def to_answer(seen: Examination, top_k: int = 10) -> Answer:
    """The sentences of an examination that answer, with ``top_k`` passages; or the nearest miss."""
    chosen = [] if seen.missing else _choose(seen.judged, named=len(seen.question.plans) > 1)
    hits = tuple(to_hit(r) for r in seen.ranked[:top_k])
    surest = max((confidence(features) for features, _ in seen.judged), default=0.0)
    if not chosen:
        return Answer(
            seen.question.asked,
            seen.searched,
            hits=hits,
            nearest=next((to_hit(r) for r in seen.ranked if r.passage.role is not Role.FURNITURE), None),
            unmatched=_unmatched(seen),
            confidence=surest,
        )
    citations = tuple(_cite(n, s) for n, s in enumerate(chosen, 1))
    sentences = tuple(
        AnswerSentence(c.quote, c.n, _emphasis(seen.question, s), bool(broken_figures(s.text)), _answer_span(s))
        for c, s in zip(citations, chosen, strict=True)
    )
    return Answer(seen.question.asked, seen.searched, sentences, citations, hits, confidence=surest)


def examine(
    backend: Backend,
    encoder: Encoder,
    asked: str,
    scope: Scope,
    depth: int = DEPTH,
    closer: int = CLOSER,
    reader: Reader | None = None,
) -> Examination:
    """Rank what is in ``scope`` for a question and measure every sentence that might answer it."""
    question, scope = read_for(asked, backend, scope)
    searched = backend.count(scope)
    if not searched:
        return Examination(question, NO_WORDS, 0, [], [], ())
    candidates = retrieve(backend, encoder, question.text, scope, depth)
    words = read_words(question, encoder, backend.idf)
    ranked = rank_passages(question, words, candidates, encoder, backend.word_vectors, closer)
    if reader:
        ranked = read_closely(reader, question, ranked)
    missing = missing_names(question, words, [_searchable(r.passage) for r in ranked])
    sentences = [s for r in ranked for s in r.sentences if s.reading or not reader]  # what was not read is far behind
    judged = [(measure(question, words, s), s) for s in sentences if _may_answer(question, s)]
    return Examination(question, words, searched, ranked, judged, missing)


def read_for(asked: str, backend: Backend, scope: Scope) -> tuple[Question, Scope]:
    """A question, read, and the scope to look in for it.

    Where the scope sets plans, those that the question names beside them are left out of it; where it
    sets none, it becomes those that the question names.
    """
    question = read_question(asked, backend.names())
    if scope.plans is not None:
        return ask_of(question, scope.plans), scope
    return question, replace(scope, plans=question.plans or None)


def _may_answer(question: Question, sentence: RankedSentence) -> bool:
    """Furniture and headings are never an answer, nor is a sentence without the figure asked for."""
    if sentence.passage.role is Role.FURNITURE or (question.kind in FIGURES and not sentence.fits):
        return False
    return sentence.passage.record is not None or not is_heading_like(sentence.text)


def _choose(judged: Sequence[tuple[Sequence[float], RankedSentence]], *, named: bool) -> list[RankedSentence]:
    """The sentences to show, best first.

    With ``named``, the best of each plan that the question names, each judged by itself. Else the best
    of all, where it answers; then what other plans say, and what else its own says.
    """
    order = sorted(((answers(features), s) for features, s in judged), key=lambda entry: -entry[1].score)
    answering = [s for good, s in order if good]
    best_of: dict[str, tuple[bool, RankedSentence]] = {}
    for good, sentence in order:
        best_of.setdefault(sentence.passage.plan, (good, sentence))
    firsts = [s for good, s in best_of.values() if good]
    if named:
        return firsts[:MOST_SENTENCES]
    if not order or not order[0][0]:
        return []  # the best sentence does not answer: what ranks behind it does not either
    best = order[0][1]
    chosen = [s for s in firsts if best.score - s.score <= PLAN_MARGIN][:MOST_SENTENCES]
    for sentence in answering:
        near = best.score - sentence.score <= MARGIN
        own = [s for s in chosen if s.passage.plan == sentence.passage.plan]
        if near and len(chosen) < MOST_SENTENCES and not any(_alike(sentence.text, s.text) for s in own):
            chosen.append(sentence)
    return sorted(chosen, key=lambda s: -s.score)


def _alike(one: str, other: str) -> bool:
    return overlap(word_set(one), word_set(other)) >= _SAME


def _cite(n: int, sentence: RankedSentence) -> Citation:
    passage = sentence.passage
    start, end = sentence.match.span
    return Citation(
        n=n,
        plan=passage.plan,
        title=passage.title,
        section=passage.section,
        page=passage.page,
        start=passage.start + start,
        end=passage.start + end,
        quote=passage.text[start:end],
    )


def _emphasis(question: Question, sentence: RankedSentence) -> tuple[Span, ...]:
    """Words of the sentence that met the question's, and the figures where a figure was asked for."""
    start, _ = sentence.match.span
    spans = [(a - start, b - start) for a, b in sentence.match.met]
    if question.kind in FIGURES:
        marker = re.match(r"\s*(?:\(\w+\)|\d{1,2}[.)])", sentence.text)
        spans += [m.span() for m in _FIGURE.finditer(sentence.text, marker.end() if marker else 0)]
    return merge_spans(spans)


def _answer_span(sentence: RankedSentence) -> Span | None:
    """What the reader takes for the answer in the sentence."""
    if sentence.reading is None or sentence.reading.span is None:
        return None
    shift = sentence.match.span[0]
    start, end = sentence.reading.span
    return start - shift, end - shift


def merge_spans(spans: Sequence[Span]) -> tuple[Span, ...]:
    """``spans`` in order, those that overlap or touch made one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def to_hit(ranked: RankedPassage) -> Hit:
    """What is shown of a ranked passage; the words that met the question are its highlights."""
    met = [span for s in ranked.sentences for span in s.match.met]
    return Hit(ranked.passage, round(ranked.score, 6), merge_spans(met))


def _searchable(passage: Passage) -> str:
    return " ".join([passage.title, *passage.section, passage.text])


def _unmatched(seen: Examination) -> tuple[str, ...]:
    """Words of the question that stand in no passage and that no word came near."""
    texts = [_searchable(r.passage) for r in seen.ranked]
    sentences = [s for r in seen.ranked for s in r.sentences]
    absent = absent_words(seen.words.words, texts)
    return tuple(
        word
        for i, word in enumerate(seen.words.words)
        if word in seen.missing or (word in absent and all(s.match.matches[i] < _NEAR for s in sentences))
    )
