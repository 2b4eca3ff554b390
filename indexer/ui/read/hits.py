"""What one steps over in a plan: the words that are looked for, or else the passages on a question."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from indexer.errors import QuestionError
from indexer.library import Library
from indexer.types import Plan, Span
from indexer.ui.read.address import Reading
from indexer.ui.shared import access
from indexer.ui.shared.address import Request
from indexer.ui.shared.state import PAGE_LENGTH


@dataclass(frozen=True, slots=True)
class Hits:
    """Stretches of a plan's text in reading order, and what is marked in and around them, by class."""

    spans: Sequence[Span] = ()
    marks: Mapping[str, Sequence[Span]] = field(default_factory=dict)

    def at(self, offset: int) -> int | None:
        """Index of the hit that holds ``offset``; None between them."""
        index = bisect_right(self.spans, offset, key=_start) - 1
        return index if index >= 0 and offset < self.spans[index][1] else None

    def after(self, offset: int) -> Span:
        """The first hit that begins behind ``offset``; behind the last comes the first."""
        return self.spans[bisect_right(self.spans, offset, key=_start) % len(self.spans)]

    def before(self, offset: int) -> Span:
        """The last hit that is over, or begins, before the one at ``offset``; before the first comes the last."""
        here = self.at(offset)
        start = offset if here is None else self.spans[here][0]
        return self.spans[bisect_left(self.spans, start, key=_start) - 1]


def find_hits(library: Library, plan: Plan, reading: Reading) -> Hits:
    """The hits of ``reading`` in its plan; none where it asks for none. Raises IndexerError."""
    if reading.words:
        spans = access.find_words(library, plan.id, reading.words)
        return Hits(spans, {"answer": spans})
    if not reading.question:
        return Hits()
    try:
        answer = access.ask(library, Request(reading.question, (plan.id,)), PAGE_LENGTH)
    except QuestionError:
        return Hits()  # of a link that was made by hand
    met = [(hit.passage.start + a, hit.passage.start + b) for hit in answer.hits for a, b in hit.highlights]
    return Hits(sorted((hit.passage.start, hit.passage.end) for hit in answer.hits), {"met": met})


def _start(span: Span) -> int:
    return span[0]
