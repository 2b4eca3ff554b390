"""What is answered: hits, citations, answers, surveys."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.types.plans import Passage, Span


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; ``score`` is higher for better and has no unit.

    ``highlights`` are spans of ``passage.text``: the words that met words of the question.
    """

    passage: Passage
    score: float
    highlights: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quote stands: ``plan.text[start:end] == quote``. ``n`` counts from 1 in an answer."""

    n: int
    plan: str
    title: str
    section: tuple[str, ...]
    page: int | None
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of a plan that answers; ``emphasis`` spans are offsets into ``text``.

    ``span`` is the part of it that the reader takes for the answer; None without a reader.
    """

    text: str
    citation: int
    emphasis: tuple[Span, ...] = ()
    cut_off: bool = False
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is known about one question.

    ``sentences`` is empty when no sentence answers; then ``nearest`` is the closest miss and
    ``unmatched`` the words of the question that nothing in the plans met. ``searched`` counts the
    passages in scope.
    """

    question: str
    searched: int
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    nearest: Hit | None = None
    unmatched: tuple[str, ...] = ()
    confidence: float = 0.0

    @property
    def answerable(self) -> bool:
        """Whether any sentence answers the question."""
        return bool(self.sentences)


@dataclass(frozen=True, slots=True)
class Survey:
    """Every passage on a topic, with where the search stopped and why.

    ``by_plan`` and ``by_section`` map a plan id, and (plan id, outermost section label), to the
    number of its passages among ``hits``.
    """

    question: str
    searched: int
    hits: tuple[Hit, ...]
    by_plan: dict[str, int]
    by_section: dict[tuple[str, str], int]
    stopped: str
