"""The closest look: the reader takes the question with each of the best passages in its context.

Late interaction ranks better than it reads, the reader reads better than it ranks (it tells a near miss
from an answer); so the order stays as it is, and what the reader says goes into whether a sentence answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indexer.asking.question import Question
from indexer.asking.ranking import RankedPassage
from indexer.encoding.reader import Page, Reader
from indexer.types import Passage

#: Characters of each section label that stands before a passage.
_LABEL = 100


def read_closely(reader: Reader, question: Question, ranked: Sequence[RankedPassage]) -> list[RankedPassage]:
    """``ranked`` with a reading at every sentence that was matched."""
    matched = [r for r in ranked if r.sentences]
    pages = [Page(context_of(r.passage), r.passage.text, [s.match.span for s in r.sentences]) for r in matched]
    readings = dict(zip((r.key for r in matched), reader.read(question.text, pages), strict=True))
    return [
        replace(
            r,
            sentences=tuple(
                replace(s, reading=reading) for s, reading in zip(r.sentences, readings[r.key], strict=True)
            ),
        )
        if r.sentences
        else r
        for r in ranked
    ]


def context_of(passage: Passage) -> str:
    """What the reader is told of where a passage stands: plan and section path; a bare record stands for itself."""
    if passage.record is not None and not passage.section:
        return ""
    return ". ".join([passage.title, *(label[:_LABEL] for label in passage.section)])
