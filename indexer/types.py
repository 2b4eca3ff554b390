"""The nouns that every other module speaks in; frozen data, no behaviour beyond simple views."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

#: Half-open character range ``[start, end)``.
Span: TypeAlias = tuple[int, int]


class Role(StrEnum):
    """What a stretch of a plan's text is to its reader."""

    BODY = "body"
    SUMMARY = "summary"  # a leading summary that the body repeats
    FURNITURE = "furniture"  # what a web page left around the plan: links, other news


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a source that has pages; ``number`` counts from 1.

    ``confidence`` is that of the text recognition, 0 to 1, on a page that was an image; None where
    the text was read.
    """

    number: int
    start: int
    end: int
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A node of the section tree, in reading order.

    ``start`` is where the heading begins, ``body`` where the text after it begins and ``end`` where
    the section and all below it end. ``level`` is 1 for the outermost; ``parent`` is the index of
    the enclosing section in ``Plan.sections``, or None. ``number`` is as written ("(4)"), or "".
    """

    start: int
    body: int
    end: int
    level: int
    number: str
    title: str
    parent: int | None

    @property
    def label(self) -> str:
        """Number and title as a reader would say them, "(4) Industry"."""
        return f"{self.number} {self.title}".strip()


@dataclass(frozen=True, slots=True)
class Record:
    """One passage that the source delivered ready made, with the id and section path it gave it."""

    id: str
    start: int
    end: int
    section: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a source tells of itself beyond its text; empty where it does not tell.

    ``issuer`` is the body or region that issued the plan, ``date`` its date as ISO 8601 to the
    precision known ("2022", "2022-08", "2022-08-05"), ``language`` an ISO 639-1 code ("en", "zh").
    """

    issuer: str = ""
    date: str = ""
    language: str = ""
    machine_translated: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """One document, read: canonical text and what is known of its parts.

    ``id`` is the short name people type, ``sha256`` the hash of the source's bytes. ``asides`` are
    the stretches of ``text`` that are not the plan's body, with their role. ``records`` is empty
    unless the source came as records, each of which stays one passage.
    """

    id: str
    title: str
    text: str
    source: str
    sha256: str
    pages: tuple[Page, ...] = ()
    sections: tuple[Section, ...] = ()
    asides: tuple[tuple[int, int, Role], ...] = ()
    records: tuple[Record, ...] = ()
    warnings: tuple[str, ...] = ()
    metadata: Metadata = Metadata()


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of one section of a plan: ``plan.text[start:end] == text``, always.

    ``section`` is the path of section labels from the outermost in. ``cut_off`` says that a figure
    in the text is broken off in the source. ``record`` is the id the source gave, if it came as
    records.
    """

    plan: str
    title: str
    start: int
    end: int
    text: str
    section: tuple[str, ...] = ()
    page: int | None = None
    role: Role = Role.BODY
    cut_off: bool = False
    record: str | None = None


@dataclass(frozen=True, slots=True)
class PlanInfo:
    """What a library tells of a plan without its text."""

    id: str
    title: str
    source: str
    pages: int | None
    passages: int
    words: int
    sha256: str
    warnings: tuple[str, ...]


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
    """One sentence of a plan that answers; ``emphasis`` spans are offsets into ``text``."""

    text: str
    citation: int
    emphasis: tuple[Span, ...] = ()
    cut_off: bool = False


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


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file: ``status`` is "added", "replaced", "same" or "failed"."""

    path: str
    status: str
    plan: str | None = None
    passages: int = 0
    detail: str = ""


class Aspect(StrEnum):
    """What two texts can differ in that matters to a reader of plans."""

    FIGURE = "figure"  # a figure with its unit, compared as a value
    YEAR = "year"
    NAME = "name"
    BINDING = "binding"  # must, should, strive, encourage


@dataclass(frozen=True, slots=True)
class Mark:
    """Words of a text that differ from the text beside it; ``span`` is of that text."""

    span: Span
    aspect: Aspect


@dataclass(frozen=True, slots=True)
class Cell:
    """One plan's answer in a comparison; ``marks``, by sentence of it: what other plans say otherwise."""

    plan: str
    title: str
    answer: Answer
    marks: tuple[tuple[Mark, ...], ...] = ()

    @property
    def found(self) -> bool:
        """Whether the plan answers."""
        return self.answer.answerable


@dataclass(frozen=True, slots=True)
class Difference:
    """What plans say differently: ``values`` maps a plan id to "37000000 kW", "2030", "must"."""

    aspect: Aspect
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question asked of several plans, a cell a plan in the order given, and where they differ."""

    question: str
    cells: tuple[Cell, ...]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A passage of another plan beside a picked one; ``mutual``: each is the other's nearest.

    ``own_marks`` are of the picked passage's text, ``marks`` of ``hit.passage.text``.
    """

    hit: Hit
    mutual: bool
    own_marks: tuple[Mark, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Distinct:
    """Passages of one section that only their plan has, in reading order; ``hit.score`` says how far
    each is from the nearest of any other plan, between 0 and 1."""

    plan: str
    title: str
    section: tuple[str, ...]
    passages: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """What most plans say alike: one passage of each of them, by plan id."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """What only one of several plans says and what most share; ``measure`` is a sentence on how it was told.

    ``only`` runs plan by plan, section by section, ``shared`` in the order of the first passages.
    """

    measure: str
    only: tuple[Distinct, ...]
    shared: tuple[Shared, ...]


@dataclass(frozen=True, slots=True)
class SectionPair:
    """Indices into two plans' ``sections``, None where one has no counterpart; ``score`` from 0 to 1."""

    one: int | None
    other: int | None
    score: float
