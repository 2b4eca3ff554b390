"""The closest look: the reader takes the question with each of the best passages in its context.

What it says goes into the order, and into whether a sentence answers at all. Late interaction asks which words
meet, the reader what is said: it finds the sentence that answers in other words than the question's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from indexer.asking.question import Question, ask_of
from indexer.asking.ranking import RankedPassage, behind_the_body
from indexer.encoding.reader import Page, Reader, Reading
from indexer.types import Passage

#: Passages that are read, besides the one with the best sentence of every plan; each takes a few milliseconds.
READ = 12
#: What a reading that is sure adds to its sentence's score, and the surest one to its passage's.
WEIGHT = 1.2
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
    read = [_with(r, readings.get(r.key), least) for r in ranked]
    return sorted(behind_the_body(read), key=lambda r: (-r.score, r.key))


def conviction(reading: Reading) -> float:
    """How sure the reader is: from -1, that it does not answer, to 1, that it does."""
    return math.tanh(reading.score / SURE)


def _with(ranked: RankedPassage, readings: Sequence[Reading] | None, least: float) -> RankedPassage:
    """``ranked`` with its sentences' ``readings``; where there are none it is believed as ``least``."""
    said: Sequence[Reading | None] = readings or [None] * len(ranked.sentences)
    sure = [conviction(r) if r else least for r in said]
    sentences = (
        replace(s, reading=r, score=s.score + WEIGHT * c) for s, r, c in zip(ranked.sentences, said, sure, strict=True)
    )
    score = ranked.score + WEIGHT * max(sure, default=least)
    return replace(ranked, sentences=tuple(sentences), score=score)


def context_of(passage: Passage) -> str:
    """What the reader is told of where a passage stands: plan and section path; a bare record stands for itself."""
    if passage.record is not None and not passage.section:
        return ""
    return ". ".join([passage.title, *(label[:_LABEL] for label in passage.section)])
