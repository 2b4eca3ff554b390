"""A question -> ranked sentences -> the answer: one to three sentences with citations, or "not found"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest

from indexer.asking.choosing import choose, repeats
from indexer.asking.completing import completing
from indexer.asking.every import Sweep, asks_for_all, asks_for_list, sweep
from indexer.asking.expansion import correct, expand
from indexer.asking.following import follow, parts_of
from indexer.asking.interaction import MATCH_THRESHOLD, NO_WORDS, QuestionWords, embed_words
from indexer.asking.judging import NamesHeld, certainty, certainty_on_page, confidence, features_of, find_names, in_full
from indexer.asking.naming import plan_names
from indexer.asking.question import FIGURES, Question, for_plans, read_question
from indexer.asking.ranking import order_passages, rank_passages, rerank
from indexer.asking.retrieval import DEPTH, Candidate, CandidateSentence, retrieve
from indexer.asking.routes import compared_plans, route_of
from indexer.asking.syntax import Term, filter_scope
from indexer.asking.verdict import asks_yes_or_no, verdict
from indexer.encoding import Encoder
from indexer.encoding.answer_reader import AnswerReader
from indexer.errors import QuestionError
from indexer.language.dates import find_years
from indexer.language.matching import absent_words
from indexer.language.quantities import find_quantities, gives_figure_of
from indexer.language.sentences import broken_figures
from indexer.reading.outline import section_at, section_path
from indexer.storage import Backend, Scope
from indexer.types import (
    Answer,
    AnswerPart,
    AnswerSentence,
    Citation,
    Coverage,
    Hit,
    Plan,
    Role,
    SearchedFor,
    Span,
    page_at,
)

#: Cosine from which a word is not reported as unmatched.
_NEAR = 0.6


@dataclass(frozen=True, slots=True)
class RankedQuestion:
    """A question with the passages ranked for it and the sentences that may answer.

    ``judged`` are (features, sentence) pairs, the features as ``indexer.asking.judging`` names them. ``missing`` are
    names of the question that no passage holds; with one of them nothing answers. ``narrowed`` are the plans to which
    names in the question narrowed an open scope, which became ``scope``.
    """

    question: Question
    words: QuestionWords
    searched: int
    ranked: list[Candidate]
    judged: list[tuple[list[float], CandidateSentence]]
    names: NamesHeld
    narrowed: tuple[str, ...]
    scope: Scope


def ask(
    backend: Backend,
    encoder: Encoder,
    asked: str,
    scope: Scope | None = None,
    top_k: int = 10,
    reader: AnswerReader | None = None,
    *,
    every: bool = False,
    after: str = "",
) -> Answer:
    """Answer a question from the plans in ``scope``; without a ``reader`` refusals are less reliable.

    With ``every``, and where the question asks for all there is, the answer is every sentence that answers; with
    ``every`` the passages are all that hold one. A question of several parts is answered part by part, one that
    follows the question ``after`` is read with it. A plan that the question names narrows an open scope to it. Raises
    QuestionError and UnknownPlanError.
    """
    if top_k < 1:
        raise QuestionError("`top_k` must be 1 or more.")
    read_question(asked)
    find = plan_names(backend).find
    read = follow(after, asked, find) if after.strip() else asked
    parts = parts_of(read, find)
    within = scope or Scope()
    # at one generation: sentences are completed from the text of the plan in which they were found
    answers = [
        backend.snapshot(partial(_ask_one, backend, encoder, part, within, top_k, reader, every=every))
        for part in parts
    ]
    answer = join_parts(answers, top_k) if len(answers) > 1 else answers[0]
    return replace(answer, question=asked.strip(), read_as="" if read == asked else read)


def _ask_one(
    backend: Backend,
    encoder: Encoder,
    asked: str,
    scope: Scope,
    top_k: int,
    reader: AnswerReader | None,
    *,
    every: bool,
) -> Answer:
    ranked = rank_question(backend, encoder, asked, scope, depth=max(DEPTH, top_k), reader=reader)
    if not (every or asks_for_all(ranked.question)) or not ranked.searched:
        answer = to_answer(ranked, top_k, backend.plan)
        route = route_of(backend, ranked.question, ranked.words.words, answer, ranked.scope)
        return replace(answer, route=route)
    swept = sweep(backend, encoder, ranked.question, ranked.words, ranked.scope, reader)
    answer = to_answer(ranked, top_k, backend.plan, swept)
    holding = order_passages(_holding(answer, [*swept.passages, *ranked.ranked]))
    coverage = Coverage(
        dict(Counter(c.passage.plan for c in holding)),
        dict(Counter((c.passage.plan, (c.passage.section or ("",))[0]) for c in holding)),
        swept.stopped,
    )
    hits = tuple(to_hit(c) for c in holding) if every else answer.hits
    return replace(answer, hits=hits, coverage=coverage)


def rank_question(
    backend: Backend, encoder: Encoder, asked: str, scope: Scope, depth: int = DEPTH, reader: AnswerReader | None = None
) -> RankedQuestion:
    """Rank the passages in ``scope`` for a question, and take the features of each sentence that may answer."""
    narrows = scope.plans is None or scope.narrowable
    question, scope = resolve_scope(asked, backend, encoder, scope)
    narrowed = question.plans if narrows else ()
    question = replace(question, named=compared_plans(backend, question, scope))
    searched = backend.count(scope)
    if not searched:
        return RankedQuestion(question, NO_WORDS, 0, [], [], NamesHeld((), (), {}), narrowed, scope)
    candidates = retrieve(backend, encoder, question.searched, scope, depth)
    words = embed_words(question, encoder, backend.idf)
    ranked = rank_passages(question, words, candidates, encoder, backend.word_vectors)
    if reader:
        ranked = rerank(reader, question, ranked)
    # a passage in another script writes names its own way
    names = find_names(question, words, {c.key: in_full(c.passage) for c in ranked if c.same_script})
    judged = [
        (features, replace(sentence, certainty=certainty(features)))
        for candidate in ranked
        for sentence in candidate.sentences
        # with a reader, what it did not read ranks far below
        if (sentence.reading or not reader) and _may_answer(sentence)
        for features in [features_of(question, words, candidate, sentence, names)]
    ]
    return RankedQuestion(question, words, searched, ranked, judged, names, narrowed, scope)


def resolve_scope(asked: str, backend: Backend, encoder: Encoder, scope: Scope) -> tuple[Question, Scope]:
    """The question, read, and the scope to search.

    An open scope becomes the plans that the question names, and a narrowable one those of them that it holds, which
    may be none. Names of plans outside a given scope are dropped from the question, misspellings corrected, other names
    added. Passages that fail the filters of its syntax are left out of the scope.
    """
    question = read_question(asked, plan_names(backend).find)
    if scope.plans is None:
        scope = replace(scope, plans=question.plans or None)
    else:
        narrows = scope.narrowable and question.plans
        question = for_plans(question, scope.plans)
        scope = replace(scope, plans=question.plans) if narrows else scope
    question = expand(correct(question, backend, encoder), backend)
    scope, unmet = filter_scope(backend, question.query, scope)
    return replace(question, searched_for=_searched_for(question, unmet)), scope


def _searched_for(question: Question, unmet: Sequence[Sequence[Term]]) -> SearchedFor | None:
    query = question.query
    if not (query.filters or question.corrected or question.also):
        return None
    required, missing = (tuple(tuple(map(str, group)) for group in groups) for groups in (query.required, unmet))
    excluded = tuple(map(str, query.excluded))
    return SearchedFor(question.topic, required, excluded, missing, question.corrected, question.also)


def to_answer(ranked: RankedQuestion, top_k: int, plan_of: Callable[[str], Plan], swept: Sweep | None = None) -> Answer:
    """The sentences that answer, and those of ``swept``, with ``top_k`` passages; or the nearest miss.

    ``plan_of`` gives the plans whose sentences are completed by others.
    """
    question = ranked.question
    best = [_of_body(s, ranked.ranked) for s in choose(ranked.judged, named=len(question.named) > 1)]
    chosen = _quotes(ranked, best, plan_of, swept)
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
            searched_for=question.searched_for,
        )
    said = ""
    if chosen[0].sentence and asks_yes_or_no(question.text):
        matched = ranked.words.weights[chosen[0].sentence.matches >= MATCH_THRESHOLD].sum()
        share = float(matched / ranked.words.weights.sum()) if ranked.words.words else 0.0
        said = verdict(question.topic, ranked.words, chosen[0].text, share)
    shown = {(q.plan.id, q.span): n for n, q in enumerate(_as_shown(chosen, by_place=swept is not None), 1)}
    citations = tuple(_cite(n, next(q for q in chosen if (q.plan.id, q.span) == at)) for at, n in shown.items())
    return Answer(
        question.asked,
        ranked.searched,
        tuple(_answer_sentence(question, quote, shown) for quote in chosen),
        citations,
        hits,
        confidence=highest,
        named=ranked.narrowed,
        verdict=said,
        searched_for=question.searched_for,
    )


@dataclass(frozen=True, slots=True)
class _Quote:
    """A sentence of an answer, of ``plan``'s text at ``span``; it ``completes`` the one there, or answers by itself.

    ``sentence`` is None for what was not ranked: the parts of a list, and what completes a sentence.
    """

    plan: Plan
    span: Span
    sentence: CandidateSentence | None = None
    completes: Span | None = None

    @property
    def text(self) -> str:
        return self.sentence.text if self.sentence else self.plan.text[slice(*self.span)]

    def overlaps(self, plan: str, span: Span) -> bool:
        return self.plan.id == plan and self.span[0] < span[1] and span[0] < self.span[1]


def _quotes(
    ranked: RankedQuestion, best: Sequence[CandidateSentence], plan_of: Callable[[str], Plan], swept: Sweep | None
) -> list[_Quote]:
    """The sentences to show: the best first, each followed by those that complete it."""
    plans: dict[str, Plan] = {}

    def plan(plan_id: str) -> Plan:
        return plans[plan_id] if plan_id in plans else plans.setdefault(plan_id, plan_of(plan_id))

    lists: list[_Quote] = []
    sentences = list(best)
    if swept:
        lists = [
            _Quote(plan(plan_id), span, completes=spans[0] if i else None)
            for plan_id, spans in swept.lists.items()
            for i, span in enumerate(spans)
        ]
        covered = {*swept.lists, *(s.passage.plan for s in swept.sentences)}
        # of a plan that was swept the best one stands with what was found there
        sentences = [s for i, s in enumerate(best) if not i or s.passage.plan not in covered] + list(swept.sentences)
    singles = [_Quote(plan(s.passage.plan), place_of(s), s) for s in sentences]
    found: list[_Quote] = []
    heads: dict[tuple[str, Span], Span] = {}  # of a lead-in that is there already, where
    for quote in [*lists, *singles] if asks_for_list(ranked.question) else [*singles, *lists]:
        there = next((q for q in found if q.overlaps(quote.plan.id, quote.span)), None)
        if there:
            heads[quote.plan.id, quote.span] = there.completes or there.span
            continue
        found.append(replace(quote, completes=heads.get((quote.plan.id, quote.completes or (0, 0)), quote.completes)))
        if quote.sentence is None or quote.sentence.passage.record is not None:
            continue
        if quote.plan.text[slice(*quote.span)] != quote.text:  # replaced meanwhile
            continue
        for span in completing(quote.plan, quote.span, ranked.words.words, whole_list=swept is not None):
            if not any(q.overlaps(quote.plan.id, span) for q in [*found, *singles]):
                found.append(_Quote(quote.plan, span, completes=quote.span))
    return found


def _of_body(sentence: CandidateSentence, ranked: Sequence[Candidate]) -> CandidateSentence:
    """``sentence``, or for one of a leading summary the body's with a figure of it, unless the source broke one off."""
    if sentence.passage.role is not Role.SUMMARY:
        return sentence
    bodies = [
        s
        for c in ranked
        if c.passage.plan == sentence.passage.plan and c.passage.role is Role.BODY
        for s in c.sentences
        if repeats(s.text, sentence.text) and _may_answer(s)
        if not broken_figures(s.text) and gives_figure_of(s.text, sentence.text)
    ]
    return replace(max(bodies, key=lambda s: s.score, default=sentence), certainty=sentence.certainty)


def _as_shown(quotes: Sequence[_Quote], *, by_place: bool) -> list[_Quote]:
    """``quotes`` plan by plan; in the order of the text, or each group of sentences where its best one comes."""
    plans = list(dict.fromkeys(q.plan.id for q in quotes))
    groups: dict[tuple[str, Span], int] = {}
    for i, quote in enumerate(quotes):
        groups.setdefault((quote.plan.id, quote.completes or quote.span), i)

    def order(quote: _Quote) -> tuple[int, int, int]:
        group = 0 if by_place else groups[quote.plan.id, quote.completes or quote.span]
        return plans.index(quote.plan.id), group, quote.span[0]

    return sorted(quotes, key=order)


def join_parts(answers: Sequence[Answer], top_k: int) -> Answer:
    """One answer to several questions: their sentences in turn, each quoted once, their best passages in turn."""
    places = list(dict.fromkeys((c.plan, c.start, c.end) for answer in answers for c in answer.citations))
    number = {place: n for n, place in enumerate(places, 1)}
    citations: dict[int, Citation] = {}
    sentences: dict[int, AnswerSentence] = {}
    parts = []
    for answer in answers:
        new = {c.n: number[c.plan, c.start, c.end] for c in answer.citations}
        citations |= {new[c.n]: replace(c, n=new[c.n]) for c in answer.citations}
        for s in answer.sentences:
            completes = new[s.completes] if s.completes else None
            sentences.setdefault(new[s.citation], replace(s, citation=new[s.citation], completes=completes))
        parts.append(AnswerPart(answer.question, tuple(new.values()), answer.verdict))
    in_turn = dict.fromkeys(hit for hits in zip_longest(*(a.hits for a in answers)) for hit in hits if hit)
    hits = {(hit.passage.plan, hit.passage.start): hit for hit in reversed(in_turn)}
    missing = next((a for a in answers if not a.found), answers[0])
    covered = [a.coverage for a in answers if a.coverage]
    by_plan: Counter[str] = Counter()
    by_section: Counter[tuple[str, str]] = Counter()
    for each in covered:
        by_plan.update(each.by_plan)
        by_section.update(each.by_section)
    stopped = "; ".join(dict.fromkeys(each.stopped for each in covered))
    how = [a.searched_for for a in answers if a.searched_for]
    return Answer(
        " ".join(a.question for a in answers),
        max(a.searched for a in answers),
        tuple(sentences.values()),
        tuple(citations[n] for n in sorted(citations)),
        tuple(reversed(hits.values()))[:top_k],
        None if sentences else missing.nearest,
        tuple(dict.fromkeys(word for a in answers for word in a.unmatched)),
        max(a.confidence for a in answers),
        tuple(sorted({plan for a in answers for plan in a.named})),
        coverage=Coverage(dict(by_plan), dict(by_section), stopped) if covered else None,
        parts=tuple(parts),
        route=next((a.route for a in answers if a.route), None),
        # a question with filters has one part
        searched_for=SearchedFor(
            " ".join(each.text for each in how),
            corrected=tuple(dict.fromkeys(pair for each in how for pair in each.corrected)),
            also=tuple(dict.fromkeys(other for each in how for other in each.also)),
        )
        if how
        else None,
    )


def _holding(answer: Answer, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The passages, each once, that hold a sentence of ``answer``."""
    by_key: dict[int, Candidate] = {}
    for candidate in candidates:
        by_key.setdefault(candidate.key, candidate)
    return [
        c
        for c in by_key.values()
        if any(
            q.plan == c.passage.plan and q.start < c.passage.end and c.passage.start < q.end for q in answer.citations
        )
    ]


def _may_answer(sentence: CandidateSentence) -> bool:
    """Boilerplate, contents pages, reference lists and headings never answer."""
    return sentence.passage.role.may_answer and not sentence.heading


def place_of(sentence: CandidateSentence) -> Span:
    """Where the sentence is in its plan's text."""
    return sentence.passage.start + sentence.span[0], sentence.passage.start + sentence.span[1]


def _cite(n: int, quote: _Quote) -> Citation:
    plan, (start, end) = quote.plan, quote.span
    if quote.sentence:
        section = quote.sentence.passage.section
        page = page_at(plan.pages, start) or quote.sentence.passage.page  # its passage may begin on the one before
    else:
        aside = any(a <= start < b for a, b, _ in plan.asides)
        section = () if aside else section_path(plan.sections, section_at(plan.sections, end - 1))
        page = page_at(plan.pages, start)
    return Citation(n, plan.id, plan.title, section, page, start, end, quote.text)


def _answer_sentence(question: Question, quote: _Quote, shown: Mapping[tuple[str, Span], int]) -> AnswerSentence:
    """The sentence as shown: matched words emphasised, and figures if one is asked for; the reader's span."""
    text, sentence = quote.text, quote.sentence
    emphasis: list[Span] = []
    span = None
    if sentence:
        shift = sentence.span[0]
        emphasis = [(start - shift, end - shift) for start, end in sentence.matched]
        span = sentence.reading.span if sentence.reading else None
        span = span and (span[0] - shift, span[1] - shift)
    if question.kind in FIGURES:
        emphasis += [quantity.span for quantity in find_quantities(text)]
        emphasis += [year.span for year in find_years(text)]
    return AnswerSentence(
        text,
        shown[quote.plan.id, quote.span],
        merge_spans(emphasis),
        bool(broken_figures(text)),
        span,
        shown[quote.plan.id, quote.completes] if quote.completes else None,
        sentence.passage.role if sentence else Role.BODY,
        certainty_on_page(sentence.certainty, quote.plan, quote.span[0]) if sentence and not quote.completes else None,
        sentence.passage.table.within(*sentence.span) if sentence and sentence.passage.table else None,
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


def _unmatched(ranked: RankedQuestion) -> tuple[str, ...]:
    """Words of the question that occur in no passage and that no word comes near; none if all are in another script."""
    words = ranked.words.words if any(c.same_script for c in ranked.ranked) else []
    absent = absent_words(words, [in_full(c.passage) for c in ranked.ranked])
    sentences = [s for c in ranked.ranked for s in c.sentences]
    return tuple(
        word
        for i, word in enumerate(words)
        if word in ranked.names.nowhere or (word in absent and all(s.matches[i] < _NEAR for s in sentences))
    )
