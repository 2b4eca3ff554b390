"""A question -> ranked sentences -> the answer: one to three sentences with citations, or "not found"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.asking.interaction import NO_WORDS, QuestionWords, embed_words
from indexer.asking.judging import NamesHeld, answers, confidence, features_of, find_names
from indexer.asking.naming import plan_names
from indexer.asking.question import FIGURES, Question, for_plans, read_question
from indexer.asking.ranking import rank_passages, rerank
from indexer.asking.retrieval import DEPTH, Candidate, CandidateSentence, retrieve
from indexer.encoding import Encoder
from indexer.encoding.answer_reader import AnswerReader
from indexer.errors import QuestionError
from indexer.language.dates import find_years
from indexer.language.matching import absent_words, overlap, word_set
from indexer.language.quantities import find_quantities
from indexer.language.sentences import broken_figures
from indexer.reading.passages import table_context
from indexer.storage import Backend, Scope
from indexer.types import Answer, AnswerSentence, Citation, Hit, Passage, Span

#: Sentences of an answer, at most.
MOST_SENTENCES = 3
#: Largest distance of a further sentence's score from the first one's, and of the best sentence of another plan,
#: since plans say the same in different words.
MARGIN = 0.25
PLAN_MARGIN = 0.8
_DUPLICATE = 0.6  # share of words from which a sentence repeats another
#: Cosine from which a word is not reported as unmatched.
_NEAR = 0.6


@dataclass(frozen=True, slots=True)
class RankedQuestion:
    """A question with the passages ranked for it and the sentences that may answer.

    ``judged`` are (features, sentence) pairs, the features as ``indexer.asking.judging`` names them. ``missing`` are
    names of the question that no passage holds; with one of them nothing answers. ``narrowed`` are the plans to which
    names in the question narrowed an open scope.
    """

    question: Question
    words: QuestionWords
    searched: int
    ranked: list[Candidate]
    judged: list[tuple[list[float], CandidateSentence]]
    names: NamesHeld
    narrowed: tuple[str, ...] = ()


def ask(
    backend: Backend,
    encoder: Encoder,
    asked: str,
    scope: Scope | None = None,
    top_k: int = 10,
    reader: AnswerReader | None = None,
) -> Answer:
    """Answer a question from the plans in ``scope``; without a ``reader`` refusals are less reliable.

    A plan that the question names narrows an open scope to it. Raises QuestionError and UnknownPlanError.
    """
    if top_k < 1:
        raise QuestionError("`top_k` must be 1 or more.")
    ranked = rank_question(backend, encoder, asked, scope or Scope(), depth=max(DEPTH, top_k), reader=reader)
    return to_answer(ranked, top_k)


def rank_question(
    backend: Backend, encoder: Encoder, asked: str, scope: Scope, depth: int = DEPTH, reader: AnswerReader | None = None
) -> RankedQuestion:
    """Rank the passages in ``scope`` for a question, and take the features of each sentence that may answer."""
    narrows = scope.plans is None
    question, scope = resolve_scope(asked, backend, scope)
    narrowed = question.plans if narrows else ()
    searched = backend.count(scope)
    if not searched:
        return RankedQuestion(question, NO_WORDS, 0, [], [], NamesHeld((), (), {}), narrowed)
    candidates = retrieve(backend, encoder, question.topic, scope, depth)
    words = embed_words(question, encoder, backend.idf)
    ranked = rank_passages(question, words, candidates, encoder, backend.word_vectors)
    if reader:
        ranked = rerank(reader, question, ranked)
    names = find_names(question, words, {c.key: _searchable(c.passage) for c in ranked})
    judged = [
        (features_of(question, words, candidate, sentence, names), sentence)
        for candidate in ranked
        for sentence in candidate.sentences
        # with a reader, what it did not read ranks far below
        if (sentence.reading or not reader) and _may_answer(sentence)
    ]
    return RankedQuestion(question, words, searched, ranked, judged, names, narrowed)


def resolve_scope(asked: str, backend: Backend, scope: Scope) -> tuple[Question, Scope]:
    """The question, read, and the scope to search.

    An open scope becomes the plans that the question names. Names of plans outside a given scope are dropped from
    the question.
    """
    question = read_question(asked, plan_names(backend).find)
    if scope.plans is not None:
        return for_plans(question, scope.plans), scope
    return question, replace(scope, plans=question.plans or None)


def to_answer(ranked: RankedQuestion, top_k: int = 10) -> Answer:
    """The sentences that answer, with ``top_k`` passages; or the nearest miss."""
    question = ranked.question
    chosen = _choose(ranked.judged, named=len(question.named) > 1)
    hits = tuple(to_hit(c) for c in ranked.ranked[:top_k])
    highest = max((confidence(features) for features, _ in ranked.judged), default=0.0)
    if not chosen:
        nearest = next((to_hit(c) for c in ranked.ranked if c.passage.role.may_answer), None)
        return Answer(
            question.asked,
            ranked.searched,
            hits=hits,
            nearest=nearest,
            unmatched=_unmatched(ranked),
            confidence=highest,
            named=ranked.narrowed,
        )
    citations = tuple(_cite(n, sentence) for n, sentence in enumerate(chosen, 1))
    sentences = tuple(_answer_sentence(question, n, sentence) for n, sentence in enumerate(chosen, 1))
    return Answer(
        question.asked, ranked.searched, sentences, citations, hits, confidence=highest, named=ranked.narrowed
    )


def _may_answer(sentence: CandidateSentence) -> bool:
    """Boilerplate, contents pages, reference lists and headings never answer."""
    if not sentence.passage.role.may_answer:
        return False
    return not sentence.heading


def _choose(judged: Sequence[tuple[Sequence[float], CandidateSentence]], *, named: bool) -> list[CandidateSentence]:
    """The sentences to show, best first.

    With ``named``, the best of each plan that the question names, each judged by itself. Otherwise the best of
    all, if it answers, then the best of other plans, then further sentences of its own plan.
    """
    order = sorted(((answers(features), s) for features, s in judged), key=lambda entry: -entry[1].score)
    best_of: dict[str, tuple[bool, CandidateSentence]] = {}
    for good, sentence in order:
        best_of.setdefault(sentence.passage.plan, (good, sentence))
    firsts = [s for good, s in best_of.values() if good]
    if named:
        return firsts[:MOST_SENTENCES]
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
        if near and len(chosen) < MOST_SENTENCES and not any(_repeats(sentence.text, s.text) for s in own):
            chosen.append(sentence)
    return sorted(chosen, key=lambda s: -s.score)


def _repeats(text: str, other: str) -> bool:
    return overlap(word_set(text), word_set(other)) >= _DUPLICATE


def _cite(n: int, sentence: CandidateSentence) -> Citation:
    passage = sentence.passage
    start, end = sentence.span
    return Citation(
        n=n,
        plan=passage.plan,
        title=passage.title,
        section=passage.section,
        page=passage.page,
        start=passage.start + start,
        end=passage.start + end,
        quote=sentence.text,
    )


def _answer_sentence(question: Question, citation: int, sentence: CandidateSentence) -> AnswerSentence:
    """The sentence as shown: matched words emphasised, and figures if one is asked for; the reader's span."""
    text, shift = sentence.text, sentence.span[0]
    emphasis = [(start - shift, end - shift) for start, end in sentence.matched]
    if question.kind in FIGURES:
        emphasis += [quantity.span for quantity in find_quantities(text)]
        emphasis += [year.span for year in find_years(text)]
    span = sentence.reading.span if sentence.reading else None
    return AnswerSentence(
        text,
        citation,
        merge_spans(emphasis),
        bool(broken_figures(text)),
        span and (span[0] - shift, span[1] - shift),
        sentence.passage.table and sentence.passage.table.within(*sentence.span),
    )


def merge_spans(spans: Sequence[Span]) -> tuple[Span, ...]:
    """``spans`` in order, those that overlap or touch merged."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def to_hit(candidate: Candidate) -> Hit:
    """The hit of a ranked passage, with the words that match the question highlighted."""
    matched = [span for sentence in candidate.sentences for span in sentence.matched]
    return Hit(candidate.passage, round(candidate.score, 6), merge_spans(matched))


def _searchable(passage: Passage) -> str:
    return " ".join([passage.title, *passage.section, *table_context(passage), passage.text])


def _unmatched(ranked: RankedQuestion) -> tuple[str, ...]:
    """Words of the question that occur in no passage and that no word comes near."""
    words = ranked.words.words
    absent = absent_words(words, [_searchable(c.passage) for c in ranked.ranked])
    sentences = [s for c in ranked.ranked for s in c.sentences]
    return tuple(
        word
        for i, word in enumerate(words)
        if word in ranked.names.nowhere or (word in absent and all(s.matches[i] < _NEAR for s in sentences))
    )
