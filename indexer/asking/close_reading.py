"""The closest look: the reader takes the question with each of the best passages in its context.

Late interaction ranks better than it reads, the reader reads better than it ranks (it tells a near miss
from an answer); so the order stays as it is, and what the reader says goes into whether a sentence answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indexer.asking.question import Question
from indexer.asking.ranking import RankedPassage
from indexer.encoding.reader import Page, Reader, Reading
from indexer.types import Passage

#: Passages that are read, besides the one with the best sentence of every plan; each takes a few milliseconds.
READ = 8
#: Characters of each section label that stands before a passage.
_LABEL = 100


def read_closely(reader: Reader, question: Question, ranked: Sequence[RankedPassage]) -> list[RankedPassage]:
    """``ranked`` with a reading at every sentence of the best passages, and beside each plan's best one.

    A sentence is read among its neighbours: the reader gets the whole passage, and says of each sentence
    where in it the answer would stand.
    """
    matched = [r for r in ranked if r.sentences]
    best_of = {r.passage.plan: r for r in sorted(matched, key=lambda r: r.best)}
    chosen = {r.key: r for r in [*matched[:READ], *best_of.values()]}
    pages = [Page(context_of(r.passage), r.passage.text, [s.match.span for s in r.sentences]) for r in chosen.values()]
    readings = dict(zip(chosen, reader.read(question.text, pages), strict=True))
    return [_with(r, readings[r.key]) if r.key in readings else r for r in ranked]


def _with(ranked: RankedPassage, readings: Sequence[Reading]) -> RankedPassage:
    sentences = (replace(s, reading=r) for s, r in zip(ranked.sentences, readings, strict=True))
    return replace(ranked, sentences=tuple(sentences))


def context_of(passage: Passage) -> str:
    """What the reader is told of where a passage stands: plan and section path; a bare record stands for itself."""
    if passage.record is not None and not passage.section:
        return ""
    return ". ".join([passage.title, *(label[:_LABEL] for label in passage.section)])
