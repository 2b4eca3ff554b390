"""What requests may hold and replies do: types that check the former and describe both in the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from indexer.asking.question import LONGEST_QUESTION
from indexer.types import Aspect, Binding, Comparator, TargetKind, Trend

#: Entries of one page of a list, passages of one answer, and cells of one comparison, at most.
MOST_LISTED, MOST_PASSAGES, MOST_CELLS = 1000, 200, 60
#: Values of one facet of a filter, at most.
MOST_VALUES = 100

Question = Annotated[
    str, Meta(min_length=1, max_length=LONGEST_QUESTION, description="A question, or words to search for.")
]
PlanId = Annotated[str, Meta(min_length=1, max_length=200, description="A plan's short id.")]
Plans = Annotated[list[PlanId], Meta(max_length=MOST_LISTED, description="Only these plans; all when left out.")]
Section = Annotated[str, Meta(max_length=200, description="Only sections whose heading holds these words.")]
Year = Annotated[int, Meta(ge=1, le=9999, description="Only plans dated in this year.")]
Values = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=500)]],
    Meta(max_length=MOST_VALUES, description="Plans with one of these, in any case."),
]
Limit = Annotated[int, Meta(ge=1, le=MOST_LISTED, description="Entries of one page of the list.")]
Cursor = Annotated[str, Meta(max_length=2000, description="`next_cursor` of the page before.")]
Offset = Annotated[int, Meta(ge=0, description="An offset into the plan's text.")]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 in hex.")]
Span = Annotated[list[int], Meta(min_length=2, max_length=2)]


# -- requests ------------------------------------------------------------------------------------


class _Given(Struct, forbid_unknown_fields=True):
    """What a client sends: a name that is not known is refused, since it would be a typo."""


class Listing(_Given):
    cursor: Cursor = ""
    limit: Limit = 100


class NoQuery(_Given):
    pass


class TargetListing(Listing):
    plan: Plans = []
    aligned: Annotated[bool, Meta(description="One row an indicator and year, the plans side by side.")] = False
    figures: Annotated[bool, Meta(description="Also figures that are only mentioned, as statistics are.")] = False


class PageImage(_Given):
    # a character is up to twelve in an address, of which servers take 64 kB
    quote: Annotated[str, Meta(max_length=4_000, description="Words of the page to highlight.")] = ""


class PlanFilter(_Given):
    """As `indexer.Filter`: plans that have one of the values in each facet that is given."""

    issuer: Values = []
    place: Values = []
    year: Annotated[Values, Meta(description="Years, or spans of years: 2021..2025, 2021.., ..2025.")] = []
    type: Values = []
    status: Values = []
    language: Values = []
    tag: Values = []
    collection: Values = []


class Search(_Given):
    query: Question
    plans: Plans | None = None
    section: Section | None = None
    year: Year | None = None
    filter: PlanFilter | None = None
    top_k: Annotated[int, Meta(ge=1, le=MOST_PASSAGES)] = 10


class Ask(_Given):
    question: Question
    after: Annotated[Question | None, Meta(description="The question before, which this one follows up.")] = None
    plans: Plans | None = None
    section: Section | None = None
    year: Year | None = None
    filter: PlanFilter | None = None
    top_k: Annotated[int, Meta(ge=1, le=MOST_PASSAGES)] = 10
    all: Annotated[bool, Meta(description="Every passage on the topic instead of an answer.")] = False


class Compare(_Given):
    questions: Annotated[list[Question], Meta(min_length=1, max_length=MOST_CELLS // 2)]
    plans: Annotated[list[PlanId], Meta(min_length=2, max_length=MOST_CELLS, extra_json_schema={"uniqueItems": True})]


class Edit(_Given):
    """What is left out stays."""

    title: Annotated[str, Meta(min_length=1, max_length=300)] | None = None
    issuer: Annotated[str, Meta(max_length=300)] | None = None
    date: Annotated[str, Meta(pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")] | None = None
    language: Annotated[str, Meta(pattern="^([a-z]{2})?$")] | None = None
    machine_translated: bool | None = None
    place: Annotated[str, Meta(max_length=300)] | None = None
    type: Annotated[str, Meta(max_length=300)] | None = None
    status: Annotated[str, Meta(max_length=300)] | None = None
    tags: list[Annotated[str, Meta(max_length=300)]] | None = None


# -- replies -------------------------------------------------------------------------------------


class Plan(Struct):
    plan: str
    title: str
    source: str
    pages: int | None
    passages: int
    words: int
    sha256: Hash
    warnings: list[str]
    edited: list[str]
    issuer: str
    date: str
    language: str
    machine_translated: bool
    place: str
    type: str
    status: str
    tags: list[str]
    found: dict[str, str]


class SectionPlace(Struct):
    label: str
    level: int
    start: int
    end: int


class PlanDetail(Plan):
    sections: list[SectionPlace]
    characters: int
    text_sha256: Hash


class Citable(Struct):
    """Where a text is: ``text_of_plan[start_char_index:end_char_index] == cited_text``."""

    cited_text: str
    document_title: str
    start_char_index: int
    end_char_index: int
    text_sha256: Hash


class PlanPassage(Citable):
    plan: str
    title: str
    section: list[str]
    page: int | None
    start: int
    end: int
    text: str
    record: str | None


class Table(Struct):
    caption: str
    head: list[str]
    rows: list[list[str]]


class RankedPassage(PlanPassage):
    rank: int
    score: float
    highlights: list[Span]
    table: Table | None


class Passage(RankedPassage):
    page_reads_badly: bool


class CellCitation(Citable):
    n: int
    plan: str
    title: str
    section: list[str]
    page: int | None
    start: int
    end: int
    quote: str


class Citation(CellCitation):
    page_reads_badly: bool


class AnswerSentence(Struct):
    text: str
    citation: int
    emphasis: list[Span]
    span: Span | None
    completes: int | None
    certainty: str | None
    role: str
    table: Table | None


class AnswerPart(Struct):
    question: str
    citations: list[int]
    verdict: str


class RouteFigure(Struct):
    plan: str
    figure: str
    indicator: str
    year: int | None
    start: int | None


class Route(Struct):
    kind: str
    plans: list[str]
    figures: list[RouteFigure]


class Expansion(Struct):
    typed: str
    searched: list[str]


class SearchedFor(Struct):
    text: str
    required: list[list[str]]
    excluded: list[str]
    unmet: list[list[str]]
    corrected: list[tuple[str, str]]
    also: list[Expansion]


class Answer(Struct):
    question: str
    answerable: bool
    searched: int
    named: list[str]
    read_as: str
    verdict: str
    parts: list[AnswerPart]
    route: Route | None
    searched_for: SearchedFor | None
    answer: list[AnswerSentence]
    citations: list[Citation]
    passages: list[Passage]


class SectionCount(Struct):
    plan: str
    section: str
    passages: int


class EveryAnswer(Answer):
    found: int
    by_plan: dict[str, int]
    by_section: list[SectionCount]
    stopped: str


class SearchResult(Struct):
    query: str
    passages: list[Passage]


class Mark(Struct):
    """Words of a sentence, ``text[start:end]``, that differ from the other plans'."""

    start: int
    end: int
    aspect: Aspect


class CellSentence(Struct):
    text: str
    citation: int
    emphasis: list[Span]
    marks: list[Mark]


class Cell(Struct):
    """What one plan answers; where it does not, the passage that is nearest."""

    plan: str
    title: str
    found: bool
    searched: int
    answer: list[CellSentence]
    citations: list[CellCitation]
    nearest: RankedPassage | None


class Difference(Struct):
    """An aspect in which plans differ: the value of each by its id, without those that say nothing of it."""

    aspect: Aspect
    values: dict[str, str]


class DifferencePart(Struct):
    """What one plan does: ``text`` is a slice of the first sentence of its answer, which ``verb`` sums up."""

    plan: str
    verb: str
    text: str
    start: int
    end: int


class Comparison(Struct):
    question: str
    cells: list[Cell]
    differences: list[Difference]
    said: str
    parts: list[DifferencePart]


class Comparisons(Struct):
    comparisons: list[Comparison]


class PlanList(Struct):
    items: list[Plan]
    next_cursor: str | None


class PassageList(Struct):
    items: list[PlanPassage]
    next_cursor: str | None


class Target(Struct):
    """A figure with its sentence, ``text_of_plan[start:end] == quote``; ``high`` is the upper end of a range."""

    kind: TargetKind
    plan: str
    indicator: str
    comparator: Comparator
    value: float | None
    high: float | None
    unit: str
    figure: str
    quote: str
    section: list[str]
    page: int | None
    start: int
    end: int
    figure_start: int
    figure_end: int
    year: int | None
    base_year: int | None
    change: Trend | None
    scope: str | None
    binding: Binding
    cut_off: bool
    doubt: str


class CitableTarget(Target):
    cited_text: str
    start_char_index: int
    end_char_index: int
    text_sha256: Hash


class TargetList(Struct):
    items: list[CitableTarget]
    next_cursor: str | None


class TargetCell(Struct):
    """One plan's target, its value in the row's unit."""

    value: float | None
    high: float | None
    target: Target


class TargetRow(Struct):
    """One indicator and year, the plans side by side; rows of its other years have the same ``series``."""

    series: int
    indicator: str
    year: int | None
    unit: str
    cells: list[TargetCell]
    gap: float | None
    note: str


class AlignedTargetList(Struct):
    """As asked for with `aligned`."""

    items: list[TargetRow]
    next_cursor: str | None


class AlertQuote(Struct):
    """A sentence of the plan's version ``version``: ``text_of_version[start:end] == text``."""

    text: str
    start: int
    end: int
    section: list[str]
    page: int | None
    version: int | None


class Alert(Struct):
    id: str
    at: str
    question: str
    plans: list[str] | None
    section: str | None
    shared: bool
    plan: str
    title: str
    classes: list[str]
    old: AlertQuote | None
    new: AlertQuote | None
    url: str


class AlertList(Struct):
    items: list[Alert]
    next_cursor: str | None


class Step(Struct):
    name: str
    stage: str
    done: int
    total: int


class Report(Struct):
    name: str
    status: str
    detail: str
    plan: str


class Job(Struct):
    job: str
    title: str
    state: Literal["waiting", "running", "done", "failed"]
    step: Step | None
    reports: list[Report]
    error: str | None


class Health(Struct):
    status: Literal["ok"]
    version: str
    plans: int
    generation: int


class ProblemDocument(Struct, rename={"kind": "type"}):
    kind: str
    title: str
    status: int
    detail: str
