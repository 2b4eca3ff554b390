"""Every answer: all sentences that answer a question, of every plan, with where the search stopped.

A question for a plural ("what are the rules", "list all …") has as many answers as the plans give, and a top-k cuts
them silently. All passages on the topic are looked at, best first, until a batch has none; each of their sentences is
judged together with what it needs: its short paragraph, or the sentence before. A list whose lead-in or heading names
the topic is taken whole. A bare topic ("hydrogen") asks nothing: every sentence on it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from indexer.asking.completing import neighbours, setting, stretch
from indexer.asking.interaction import MATCH_THRESHOLD, QuestionWords
from indexer.asking.judging import NamesHeld, certainty, features_of, find_names, in_full
from indexer.asking.question import FIGURES, Question
from indexer.asking.ranking import bigram_boost, context_of, score_sentences
from indexer.asking.retrieval import Candidate, CandidateSentence, retrieve
from indexer.encoding import Encoder
from indexer.encoding.answer_reader import AnswerReader, ReaderInput, SpanPrediction
from indexer.language.matching import absent_words, jaccard, word_set
from indexer.language.sentences import is_heading_like, split_sentences
from indexer.reading.lists import list_around, list_items, opens_list
from indexer.reading.outline import section_at
from indexer.storage import Backend, Scope
from indexer.types import Plan, Role, Span

#: Passages looked at, at most; the answer says so when it reaches this.
MOST = 400
#: Passages are scored in batches of this size, best first, until a batch has none on the topic.
BATCH = 50
#: Sentences that are read, at most, the most on the topic first.
MOST_READ = 80
#: Share of the topic's words, by idf, that a sentence holds together with what it is read with.
ON_TOPIC = 0.75
#: Share of words from which a sentence of a plan repeats another, a summary the body.
REPEATED = 0.6
#: Paragraphs of a section that is a list under its heading.
_FEWEST, _MOST_PARAGRAPHS = 3, 15

#: Asks for all there is. The noun is a plural: "What are the rules", "Which measures apply", "What targets are there".
_WORD = r"(?:[\w'’&/-]+ )"
_NOUNS = r"(?!\w*(?:ss|us|is|ics)\b)\w{3,}s\b"
_NO_VERBS = (
    r"(?!(?:is|are|was|were|do|does|did|has|have|had|will|would|shall|should|must|can|could|may|might|the|an?)\b)"
)
_ALL = re.compile(
    r"^(?:please |can you |could you )?(?:list|enumerate|name|give(?: me)?|show(?: me)?|tell me|identify)\b"
    rf"(?: \w+)? (?:all|every|each) |^(?:please )?(?:list|enumerate)\b|\b(?:what|which) are all\b"
    rf"|^(?:and |so )?(?:what|which) (?:are|were|other)\b(?: the| its| their| all| main| key)* {_WORD}{{0,6}}?{_NOUNS}"
    r"(?=\s*(?:[?.,]|$)| (?:of|in|on|for|to|by|from|with|that|which|under|about|at|against|towards?|set|named|made)\b)"
    rf"|^(?:and |so )?(?:what|which) {_NO_VERBS}{_WORD}{{0,3}}?{_NO_VERBS}{_NOUNS}"
    r" (?:are|were|have|do|must|should|will|shall|can|may|apply|exist)\b"
    r"|列出|列举|哪些",
    re.IGNORECASE,
)
#: Plurals that are one figure.
_MEASURED = re.compile(
    r"\b(?:emissions|costs|expenses|revenues|earnings|savings|sales|losses)\s*(?:\?|$|of\b|in\b|for\b)", re.I
)
#: Orders a list, and not only sentences that answer.
_LIST = re.compile(r"^\W*(?:please |can you |could you )?(?:list|enumerate|name)\b|列出|列举", re.IGNORECASE)
#: A word of no language.
_UNKNOWN = "qzxjvwk"
#: Words that order an answer and name no topic.
_ORDERS = frozenset({"list", "enumerate", "name", "named", "identify"})


def asks_for_all(question: Question) -> bool:
    """Whether the question asks for every rule, measure, target or item there is."""
    text = question.text
    return question.kind not in FIGURES and bool(_ALL.search(text)) and not _MEASURED.search(text)


def asks_for_list(question: Question) -> bool:
    """Whether the question orders a list."""
    return bool(_LIST.search(question.text))


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep found, in reading order plan by plan: ``sentences`` that answer, spans of the ``lists`` among them
    by plan, the ``passages`` looked at, and why the search ``stopped``."""

    sentences: tuple[CandidateSentence, ...]
    lists: Mapping[str, Sequence[Span]]
    passages: tuple[Candidate, ...]
    stopped: str


def sweep(
    backend: Backend,
    encoder: Encoder,
    question: Question,
    words: QuestionWords,
    scope: Scope,
    reader: AnswerReader | None = None,
) -> Sweep:
    """Every sentence in ``scope`` that answers, or that is on the topic where nothing is asked."""
    topic = _Topic(words, backend.idf([_UNKNOWN])[0])
    scored, stopped = _look(backend, encoder, question, topic, scope)
    judge = not question.in_keywords  # a bare topic asks nothing
    found: list[CandidateSentence] = []
    lists: dict[str, Sequence[Span]] = {}
    plans = list(dict.fromkeys(c.passage.plan for c in scored))
    held: dict[str, tuple[Plan, list[_Held]]] = {}
    for plan_id in plans:
        plan = backend.plan(plan_id)
        own = [c for c in scored if c.passage.plan == plan_id]
        held[plan_id] = plan, list(_held(plan, topic, own, headings=not judge))
        if judge and (spans := _best_list(plan, topic, own)):
            lists[plan_id] = spans
    near = sorted((h for _, hs in held.values() for h in hs), key=lambda h: -h.interaction(words))
    if judge:
        near = near[:MOST_READ]
        names = find_names(question, words, {c.key: in_full(c.passage) for c in scored})
        judged = _judge(question, words, near, {p: plan for p, (plan, _) in held.items()}, names, reader)
    else:
        judged = [replace(h.sentence, interaction=h.interaction(words)) for h in near]
    for plan_id in plans:
        found += _distinct([s for s in judged if s.passage.plan == plan_id], lists.get(plan_id, ()))
    return Sweep(tuple(found), lists, tuple(scored), stopped)


def _look(
    backend: Backend, encoder: Encoder, question: Question, topic: _Topic, scope: Scope
) -> tuple[list[Candidate], str]:
    """The passages looked at, with their sentences matched, and why no more were."""
    searched = backend.count(scope)
    candidates = retrieve(backend, encoder, question.searched, scope, depth=MOST)
    words = topic.words
    # those with every word first, so that the search cannot stop before them
    complete = {c.key for c in candidates if words.words and not absent_words(words.words, [c.passage.text])}
    candidates.sort(key=lambda c: c.key not in complete)
    boosts = bigram_boost(words, candidates[:MOST])
    candidates = [replace(c, score=c.score + boosts.get(c.key, 0.0)) for c in candidates[:MOST]]
    scored: list[Candidate] = []
    for first in range(0, len(candidates), BATCH):
        batch = score_sentences(question, words, candidates[first : first + BATCH], encoder, backend.word_vectors)
        scored += [c for c in batch if c.passage.role.may_answer]
        if not any(topic.share(topic.matches_of(c)) >= ON_TOPIC for c in batch):
            return scored, f"the last {len(batch)} of {first + len(batch)} passages looked at had nothing on the topic"
    if len(candidates) >= searched:
        return scored, "every passage in scope was looked at"
    if len(candidates) >= MOST:
        return scored, f"{MOST} passages were looked at, the most for one question; narrow it by plan or section"
    return scored, f"no further passage shares a word or a meaning with the question after {len(candidates)}"


@dataclass(frozen=True, slots=True)
class _Topic:
    """What of a text is on the topic of ``words``; ``unknown`` is the idf of a word that the library lacks."""

    words: QuestionWords
    unknown: float

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        known = self.words.weights < self.unknown
        named = known & np.array([word.lower() not in _ORDERS for word in self.words.words], dtype=bool)
        return self.words.weights * named if named.any() else self.words.weights

    def share(self, matches: npt.NDArray[np.float64]) -> float:
        """Share of the topic, by idf, whose words have a match."""
        weights = self.weights
        return float(weights[matches >= MATCH_THRESHOLD].sum() / weights.sum()) if len(weights) else 0.0

    def held_by(self, text: str) -> npt.NDArray[np.float64]:
        """1.0 for each word that ``text`` holds in any form, else 0.0."""
        absent = absent_words(self.words.words, [text])
        return np.array([float(word not in absent) for word in self.words.words])

    def matches_of(self, candidate: Candidate) -> npt.NDArray[np.float64]:
        """The best match of each word in the passage."""
        matches = [s.matches for s in candidate.sentences]
        best: npt.NDArray[np.float64] = np.maximum.reduce([self.held_by(candidate.passage.text), *matches], initial=0.0)
        return best


@dataclass(frozen=True, slots=True)
class _Held:
    """A sentence on the topic: its passage, what it is read ``within``, and the matches of both together."""

    candidate: Candidate
    sentence: CandidateSentence
    within: Span
    matches: npt.NDArray[np.float64]

    def interaction(self, words: QuestionWords) -> float:
        return words.mean(self.matches)


def _held(plan: Plan, topic: _Topic, candidates: Sequence[Candidate], *, headings: bool) -> Iterator[_Held]:
    """The sentences of a plan's passages that are on the topic together with what they are read with."""
    places = {_place(s): (c, s) for c in candidates for s in c.sentences}
    for (start, end), (candidate, sentence) in sorted(places.items(), key=lambda entry: entry[0]):
        own = np.maximum(sentence.matches, topic.held_by(sentence.text))
        heading = not headings and candidate.passage.record is None and is_heading_like(sentence.text)
        if heading or not topic.share(own):
            continue
        within: Span = (start, end)
        stated: tuple[Span, ...] = (within,)
        if candidate.passage.record is None:
            within, stated = setting(plan, (start, end))
        others = [s.matches for (a, b), (_, s) in places.items() if any(x <= a and b <= y for x, y in stated)]
        texts = [*candidate.passage.section, *(plan.text[slice(*span)] for span in stated)]
        matches = np.maximum.reduce([own, topic.held_by(" ".join(texts)), *others])
        if topic.share(matches) >= ON_TOPIC:
            yield _Held(candidate, sentence, within, matches)


def _judge(
    question: Question,
    words: QuestionWords,
    held: Sequence[_Held],
    plans: Mapping[str, Plan],
    names: NamesHeld,
    reader: AnswerReader | None,
) -> list[CandidateSentence]:
    """The sentences of ``held`` that answer where they stand, of plans of which one answers by itself."""
    readings = _read(question, held, plans, reader)
    kept: list[CandidateSentence] = []
    sure: set[str] = set()
    for h in held:
        alone = replace(h.sentence, reading=readings.get(_key(h)))
        together = replace(alone, matches=h.matches, interaction=h.interaction(words))
        if sure_of := certainty(features_of(question, words, h.candidate, together, names)):
            kept.append(replace(together, certainty=sure_of))
        if certainty(features_of(question, words, h.candidate, alone, names)):
            sure.add(h.sentence.passage.plan)
    return [s for s in kept if s.passage.plan in sure]


def _read(
    question: Question, held: Sequence[_Held], plans: Mapping[str, Plan], reader: AnswerReader | None
) -> dict[tuple[str, Span], SpanPrediction]:
    """The reader's prediction for each sentence, each stretch read once; spans are offsets into its passage."""
    if reader is None:
        return {}
    stretches: dict[tuple[str, Span], list[_Held]] = {}
    for h in held:
        stretches.setdefault((h.sentence.passage.plan, h.within), []).append(h)
    inputs = [
        ReaderInput(
            context_of(group[0].candidate.passage),
            plans[plan].text[slice(*within)],
            [(a - within[0], b - within[0]) for a, b in (_place(h.sentence) for h in group)],
        )
        for (plan, within), group in stretches.items()
    ]
    found: dict[tuple[str, Span], SpanPrediction] = {}
    asked = question.for_reader if len(question.named) < 2 else question.topic
    for ((_, within), group), predictions in zip(stretches.items(), reader.read(asked, inputs), strict=True):
        for h, prediction in zip(group, predictions, strict=True):
            shift = within[0] - h.sentence.passage.start
            span = prediction.span and (prediction.span[0] + shift, prediction.span[1] + shift)
            found[_key(h)] = replace(prediction, span=span)
    return found


def _best_list(plan: Plan, topic: _Topic, candidates: Sequence[Candidate]) -> Sequence[Span]:
    """The list, lead-in first, whose lead-in or heading is most on the topic; empty where none is on it."""
    best: tuple[float, Sequence[Span]] = (0.0, ())
    seen: set[Span] = set()
    for candidate in candidates:
        if candidate.passage.record is not None:
            continue
        for sentence in candidate.sentences:
            for lead_in, items in _lists_at(plan, _place(sentence)):
                if lead_in in seen or not items:
                    continue
                seen.add(lead_in)
                before, _ = neighbours(plan, lead_in)
                stated = plan.text[slice(*lead_in)]
                led = " ".join(plan.text[slice(*span)] for span in before[-1:])
                share = topic.share(topic.held_by(f"{stated} {led}"))
                # what the lead-in says itself counts more than what is said before it
                share = (share + topic.share(topic.held_by(stated))) / 2
                if share >= ON_TOPIC and share > best[0]:
                    best = share, (lead_in, *items)
    return best[1]


def _lists_at(plan: Plan, span: Span) -> Iterator[tuple[Span, Sequence[Span]]]:
    """Lists that the sentence at ``span`` opens or is in: (lead-in or heading, items)."""
    text = plan.text
    if opens_list(text[slice(*span)]):
        yield span, list_items(text, span[1])
    elif around := list_around(text, span):
        yield around
    index = section_at(plan.sections, span[0])
    if index is not None:
        section = plan.sections[index]
        yield (section.start, section.body), _paragraphs(text, (section.body, stretch(plan, span)[1]))


def _paragraphs(text: str, section: Span) -> Sequence[Span]:
    """The first sentence of each paragraph of a section that is a list under its heading; else nothing."""
    firsts = []
    for match in re.finditer(r"\S(?:[^\n]|\n(?!\s*\n))*", text[slice(*section)]):
        start, end = split_sentences(match.group())[0]
        if not is_heading_like(match.group()[start:end]):
            firsts.append((section[0] + match.start() + start, section[0] + match.start() + end))
    return firsts if _FEWEST <= len(firsts) <= _MOST_PARAGRAPHS else ()


def _distinct(sentences: Sequence[CandidateSentence], listed: Sequence[Span]) -> list[CandidateSentence]:
    """``sentences`` of a plan in reading order, without what is in the list, or repeats another; the body's first."""
    kept: list[CandidateSentence] = []
    for sentence in sorted(sentences, key=lambda s: (s.passage.role is not Role.BODY, _place(s))):
        start, end = _place(sentence)
        alike = REPEATED if sentence.passage.role is Role.SUMMARY else 1.0
        repeated = any(jaccard(word_set(sentence.text), word_set(other.text)) >= alike for other in kept)
        if not repeated and not any(a < end and start < b for a, b in listed):
            kept.append(sentence)
    return sorted(kept, key=_place)


def _place(sentence: CandidateSentence) -> Span:
    """Where the sentence is in its plan's text."""
    return sentence.passage.start + sentence.span[0], sentence.passage.start + sentence.span[1]


def _key(held: _Held) -> tuple[str, Span]:
    return held.sentence.passage.plan, _place(held.sentence)
