"""Every passage on a topic, with a stated stopping rule: the answer to "list all …".

Under a top-k a long list is cut without a word. Here the whole scope is ranked, and the list ends
where passages no longer meet the topic's own words; the survey says where that was and why.
"""

from __future__ import annotations

from collections import Counter

from indexer.asking.answering import read_for, to_hit
from indexer.asking.interaction import QuestionWords, read_words
from indexer.asking.ranking import RankedPassage, in_order, look_closely, pairs_met
from indexer.asking.retrieval import retrieve
from indexer.encoding import Encoder
from indexer.language.matching import absent_words
from indexer.storage import Backend, Scope
from indexer.types import Passage, Role, Survey

#: Passages looked at closely at most; a topic that fills them is told so.
MOST = 400
#: Passages are looked at in steps of this many, best first, until a step brings nothing.
STEP = 50
#: Share of the best passage's late interaction that a passage on the topic reaches; over one word
#: alone, where nothing evens out, it is more. A passage that holds every word is on the topic anyhow.
ON_TOPIC = 0.7
ON_TOPIC_ONE_WORD = 0.8


def survey(backend: Backend, encoder: Encoder, asked: str, scope: Scope | None = None) -> Survey:
    """Every passage on the topic in reading order of relevance, with counts by plan and section.

    Stops after the first ``STEP`` passages in a row of which none is on the topic, or after
    ``MOST``. Raises QuestionError and UnknownPlanError.
    """
    question, scope = read_for(asked, backend, scope or Scope())
    searched = backend.count(scope)
    candidates = retrieve(backend, encoder, question.text, scope, depth=MOST)
    words = read_words(question, encoder, backend.idf)
    # those that hold every word first, so that the stop below cannot come before them
    whole = {c.key for c in candidates if _holds_all(words, c.passage)}
    candidates.sort(key=lambda c: c.key not in whole)
    gains = pairs_met(words, candidates[:MOST])
    found: list[RankedPassage] = []
    share = ON_TOPIC if len(words.words) > 1 else ON_TOPIC_ONE_WORD
    bar = 0.0
    looked = 0
    stopped = "every passage in scope was looked at"
    for first in range(0, min(len(candidates), MOST), STEP):
        step = candidates[first : first + STEP]
        ranked = look_closely(question, words, step, gains, encoder, backend.word_vectors)
        looked += len(step)
        bar = bar or share * max((_met(r) for r in ranked), default=0.0)
        on_topic = [
            r for r in ranked if r.passage.role is not Role.FURNITURE and (0 < bar <= _met(r) or r.key in whole)
        ]
        found.extend(on_topic)
        if not on_topic:
            stopped = f"the last {len(step)} of {looked} passages looked at had nothing on the topic"
            break
    else:
        if looked < searched:
            stopped = (
                f"{looked} passages were looked at, the most for one question; narrow it by plan or section"
                if looked >= MOST
                else f"no further passage shares a word or a meaning with the question after {looked}"
            )
    found = in_order(found)
    return Survey(
        question=question.asked,
        searched=searched,
        hits=tuple(to_hit(r) for r in found),
        by_plan=dict(Counter(r.passage.plan for r in found)),
        by_section=dict(Counter((r.passage.plan, (r.passage.section or ("",))[0]) for r in found)),
        stopped=stopped,
    )


def _holds_all(words: QuestionWords, passage: Passage) -> bool:
    return bool(words.words) and not absent_words(words.words, [passage.text])


def _met(ranked: RankedPassage) -> float:
    return max((s.match.score for s in ranked.sentences), default=0.0)
