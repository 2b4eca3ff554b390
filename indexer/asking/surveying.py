"""Every passage on a topic with a stated stopping rule: the answer to "list all …".

A top-k cuts a long list silently. A survey ranks the whole scope and ends where passages stop matching the topic's own
words; it says where and why.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from indexer.asking.answering import resolve_scope, to_hit
from indexer.asking.interaction import QuestionWords, embed_words
from indexer.asking.ranking import bigram_boost, order_passages, score_sentences
from indexer.asking.retrieval import Candidate, retrieve
from indexer.encoding import Encoder
from indexer.language.matching import absent_words
from indexer.storage import Backend, Scope
from indexer.types import Passage, Survey

#: Passages scored, at most; the survey says so when it reaches this.
MOST = 400
#: Passages are scored in batches of this size, best first, until a batch has none on the topic.
BATCH = 50
#: Share of the best passage's interaction from which a passage is on the topic; of a single word more, since
#: nothing averages out. A passage that holds every word always is.
ON_TOPIC = 0.7
ON_TOPIC_ONE_WORD = 0.8


def survey(backend: Backend, encoder: Encoder, asked: str, scope: Scope | None = None) -> Survey:
    """Every passage on the topic, best first, with counts by plan and section.

    Stops after the first BATCH passages in a row with none on the topic, or after MOST. Raises QuestionError and
    UnknownPlanError.
    """
    question, scope = resolve_scope(asked, backend, scope or Scope())
    searched = backend.count(scope)
    candidates = retrieve(backend, encoder, question.topic, scope, depth=MOST)
    words = embed_words(question, encoder, backend.idf)
    # those with every word first, so that the survey cannot stop before them
    complete = {c.key for c in candidates if _holds_all(words, c.passage)}
    candidates.sort(key=lambda c: c.key not in complete)
    boosts = bigram_boost(words, candidates[:MOST])
    candidates = [replace(c, score=c.score + boosts.get(c.key, 0.0)) for c in candidates[:MOST]]
    found: list[Candidate] = []
    share = ON_TOPIC if len(words.words) > 1 else ON_TOPIC_ONE_WORD
    bar = 0.0
    scored = 0
    stopped = "every passage in scope was looked at"
    for first in range(0, len(candidates), BATCH):
        batch = score_sentences(question, words, candidates[first : first + BATCH], encoder, backend.word_vectors)
        scored += len(batch)
        bar = bar or share * max(map(_interaction, batch), default=0.0)
        on_topic = [c for c in batch if c.passage.role.may_answer and (0 < bar <= _interaction(c) or c.key in complete)]
        found.extend(on_topic)
        if not on_topic:
            stopped = f"the last {len(batch)} of {scored} passages looked at had nothing on the topic"
            break
    else:
        if scored < searched:
            stopped = (
                f"{scored} passages were looked at, the most for one question; narrow it by plan or section"
                if scored >= MOST
                else f"no further passage shares a word or a meaning with the question after {scored}"
            )
    found = order_passages(found)
    return Survey(
        question=question.asked,
        searched=searched,
        hits=tuple(to_hit(c) for c in found),
        by_plan=dict(Counter(c.passage.plan for c in found)),
        by_section=dict(Counter((c.passage.plan, (c.passage.section or ("",))[0]) for c in found)),
        stopped=stopped,
    )


def _holds_all(words: QuestionWords, passage: Passage) -> bool:
    return bool(words.words) and not absent_words(words.words, [passage.text])


def _interaction(candidate: Candidate) -> float:
    return max((s.interaction for s in candidate.sentences), default=0.0)
