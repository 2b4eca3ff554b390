"""The nouns that every module shares: frozen data, no behaviour beyond simple views and how they print.

One module past 500 lines, since every signature of the package uses these names.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias, TypeVar

from indexer import notebook
from indexer.translation import _

#: Half-open character range ``[start, end)``.
Span: TypeAlias = tuple[int, int]

_T = TypeVar("_T")


class Results(list[_T]):
    """A list that prints one item a line, and in a notebook as a numbered list."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self))

    def _repr_html_(self) -> str:
        return notebook.numbered(self)


class Role(StrEnum):
    """What kind of text a stretch of a plan is."""

    BODY = "body"
    SUMMARY = "summary"  # a leading summary that the body repeats
    FURNITURE = "furniture"  # what a web page left around the plan: links, other news
    CONTENTS = "contents"  # a contents page, a list of figures or tables
    REFERENCES = "references"  # a list of other documents
    NOTICE = "notice"  # another notice of the journal that the plan is cut out of

    @property
    def may_answer(self) -> bool:
        """Whether text of this kind may be an answer."""
        return self in (Role.BODY, Role.SUMMARY)


class Certainty(StrEnum):
    """How sure a sentence is to answer; benchmarks/README.md has how many of each do."""

    STATES = "states it"
    MAY = "may answer"


#: A stretch of a plan's text that is not its body: start, end, role.
Aside: TypeAlias = tuple[int, int, Role]


@dataclass(frozen=True, slots=True)
class RecognizedLine:
    """A line of text recognized in the image of a page; it begins at ``start`` of the plan's text.

    ``edges`` are where each of its characters begins across the page and where the last ends, in points
    from the lower left corner of the page as it is shown, as ``bottom`` and ``top`` are.
    """

    start: int
    bottom: float
    top: float
    edges: tuple[float, ...]

    @property
    def end(self) -> int:
        """Where it ends in the plan's text."""
        return self.start + len(self.edges) - 1


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a source that has pages; ``number`` counts from 1.

    On a page that is an image, ``confidence`` is that of the text recognition, 0 to 1, and ``lines`` are
    where its text is; None and empty on a page with text.
    """

    number: int
    start: int
    end: int
    confidence: float | None = None
    lines: tuple[RecognizedLine, ...] = ()


def page_at(pages: Sequence[Page], offset: int) -> int | None:
    """Number of the page that holds ``offset``, of ``pages`` in reading order; None between and outside pages."""
    index = bisect_right(pages, offset, key=lambda page: page.start) - 1
    return pages[index].number if index >= 0 and offset < pages[index].end else None


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
        """Number and title: "(4) Industry"."""
        return f"{self.number} {self.title}".strip()


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a table: the span of its text, its first column from 0, the columns and rows that it covers."""

    start: int
    end: int
    column: int
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its rows; each row is a line of the canonical text, a cell that covers several is in its first.

    The first ``heads`` rows name its columns; ``caption`` is the span of its caption in the text.
    """

    rows: tuple[tuple[TableCell, ...], ...]
    heads: int = 0
    caption: Span | None = None

    @property
    def start(self) -> int:
        """Where its first row begins."""
        return self.rows[0][0].start

    @property
    def end(self) -> int:
        """Where its last row ends."""
        return self.rows[-1][-1].end


@dataclass(frozen=True, slots=True)
class ExcerptRow:
    """A row of a table within a text: spans of the text.

    ``above`` are the texts of cells that reach down into it from rows before, with their columns.
    """

    cells: tuple[TableCell, ...]
    above: tuple[tuple[int, str], ...] = ()

    @property
    def start(self) -> int:
        """Where it begins in the text."""
        return self.cells[0].start

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return self.cells[-1].end


def rows_within(rows: Iterable[ExcerptRow], start: int, end: int) -> tuple[ExcerptRow, ...]:
    """Those of ``rows`` with text in ``text[start:end]``, as spans of that; none where it cuts one of them."""
    found = []
    for row in rows:
        filled = [cell for cell in row.cells if cell.start < cell.end]
        if not any(cell.start < end and start < cell.end for cell in filled):
            continue
        if not all(start <= cell.start and cell.end <= end for cell in filled):
            return ()
        # an empty cell at an end may stand in the white space around the text
        moved = (
            replace(c, start=min(max(c.start, start), end) - start, end=min(max(c.end, start), end) - start)
            for c in row.cells
        )
        found.append(ExcerptRow(tuple(moved), row.above))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The rows of a table that a text holds, below the table's caption and head.

    ``head`` names each column, "" for one without a name; it is empty for a table without a head. The first
    ``heads`` of ``rows`` are the table's own head rows.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[ExcerptRow, ...]
    heads: int = 0

    @property
    def body(self) -> tuple[ExcerptRow, ...]:
        """The rows below the head."""
        return self.rows[self.heads :]

    def is_head(self, span: Span) -> bool:
        """Whether ``span`` of the text lies above the first row of the body."""
        return bool(self.heads) and span[1] <= self.rows[self.heads - 1].end

    def within(self, start: int, end: int) -> Excerpt | None:
        """The excerpt of ``text[start:end]``; None where that is no whole row, or rows, of the body."""
        rows = rows_within(self.body, start, end)
        return Excerpt(self.caption, self.head, rows) if rows else None


@dataclass(frozen=True, slots=True)
class Record:
    """One passage as a source of records delimits it, with its id and section path."""

    id: str
    start: int
    end: int
    section: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Where title, issuer and date of a plan were found, each "" where it is not known.

    "cover" (the first page's look or a line by itself at the beginning), "header" (running on the pages), "label"
    ("Issued by: …"), "release line" ("published on …"), "notice" (the form of an official notice), "imprint",
    "signature", "heading", "opening" (the first lines of the text), "title", "bookmark", "metadata" (what the file
    says of itself), "file name", or "person" for what a person has set.
    """

    title: str = ""
    issuer: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a source says about itself beyond its text; empty where it says nothing.

    ``issuer`` is the body or region that issued the plan, ``date`` its date as ISO 8601 to the
    precision known ("2022", "2022-08", "2022-08-05"), ``language`` an ISO 639-1 code ("en", "zh").
    ``place`` is the region it is about, ``type`` what kind of document it is ("plan", "report"), ``status``
    where it stands ("draft"), ``tags`` words that people sort plans by; ``found`` says where title, issuer and date
    were found.
    """

    issuer: str = ""
    date: str = ""
    language: str = ""
    machine_translated: bool = False
    place: str = ""
    type: str = ""
    status: str = ""
    tags: tuple[str, ...] = ()
    found: Found = Found()

    @property
    def year(self) -> int | None:
        """The year of its date; None without one."""
        return int(self.date[:4]) if self.date else None


@dataclass(frozen=True, slots=True)
class Plan:
    """One document, read: canonical text and what is known of its parts.

    ``id`` is the short name people type, ``sha256`` the hash of the source's bytes. ``asides`` are
    the stretches of ``text`` that are not the plan's body, with their role. ``records`` is empty
    unless the source is a file of records, each of which is one passage. ``edited`` names the fields that
    a person has set ("title", "issuer", …), which a new version of the file does not change. ``tables`` are in
    reading order.
    """

    id: str
    title: str
    text: str
    source: str
    sha256: str
    pages: tuple[Page, ...] = ()
    sections: tuple[Section, ...] = ()
    asides: tuple[Aside, ...] = ()
    records: tuple[Record, ...] = ()
    warnings: tuple[str, ...] = ()
    metadata: Metadata = Metadata()
    edited: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()

    def __repr__(self) -> str:
        return f"Plan({self.id!r}, {self.title!r}, {len(self.text):,} characters)"


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of one section of a plan: ``plan.text[start:end] == text``, always.

    ``section`` is the path of section labels from the outermost in. ``cut_off`` says that a figure
    in the text is broken off in the source. ``record`` is its id in a source of
    records. ``table`` is what it holds of a table.
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
    table: Excerpt | None = None

    @property
    def place(self) -> str:
        """Its section path and page, or the id of its record: "2. Key tasks › (3) Industry › p. 12"."""
        return _place(self.section, self.record, self.page)

    def __repr__(self) -> str:
        return f"Passage({self.plan!r}, {self.start}, {self.end}, {self.text!r})"


def _place(section: Sequence[str], record: str | None, page: int | None) -> str:
    return " › ".join(filter(None, [*section, record, None if page is None else _("p. {page}").format(page=page)]))


@dataclass(frozen=True, slots=True)
class PlanInfo:
    """A plan in a list of plans, without its text."""

    id: str
    title: str
    source: str
    pages: int | None
    passages: int
    words: int
    sha256: str
    warnings: tuple[str, ...]
    metadata: Metadata = Metadata()
    edited: tuple[str, ...] = ()

    def __str__(self) -> str:
        known = (self.metadata.issuer, self.metadata.date, f"{self.pages} pages" if self.pages else "")
        return f"{self.id}: {self.title} ({', '.join([*filter(None, known), f'{self.passages} passages'])})"


class Facet(StrEnum):
    """What plans are sorted and filtered by."""

    ISSUER = "issuer"
    PLACE = "place"
    YEAR = "year"
    TYPE = "type"
    STATUS = "status"
    LANGUAGE = "language"
    TAG = "tag"
    COLLECTION = "collection"


#: The value, in every facet, of plans of which nothing is known there.
NOT_GIVEN = "not given"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which plans are meant: those that have, in every facet given, one of its values, in any case.

    A ``year`` is "2022" or a span with both its ends, "2021..2025", "2021.." or "..2025". ``NOT_GIVEN`` stands for
    plans of which a facet is not known.
    """

    issuer: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    collection: tuple[str, ...] = ()

    @property
    def chosen(self) -> dict[Facet, tuple[str, ...]]:
        """The values of each facet that is given."""
        return {facet: values for facet in Facet if (values := getattr(self, facet))}

    def __str__(self) -> str:
        return "; ".join(f"{facet} {' or '.join(values)}" for facet, values in self.chosen.items())


#: The filter that lets every plan through.
ALL_PLANS = Filter()


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One value of a facet, and how many plans have it."""

    value: str
    plans: int

    def __str__(self) -> str:
        return f"{self.value} ({self.plans})"


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edit changed: plans, each before and after it, and who joined and left which collection."""

    plans: tuple[tuple[PlanInfo, PlanInfo], ...] = ()
    joined: tuple[tuple[str, tuple[str, ...]], ...] = ()
    left: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def changed(self) -> list[str]:
        """Ids of the plans that it changed."""
        moved = (plan for _, plans in (*self.joined, *self.left) for plan in plans)
        return list(dict.fromkeys([*(new.id for _, new in self.plans), *moved]))

    def __repr__(self) -> str:
        return f"Edit({', '.join(map(repr, self.changed))})"


class Stage(StrEnum):
    """The stage of the work on one file."""

    READING = "reading"
    EMBEDDING = "embedding"
    TARGETS = "targets"  # the texts of targets are embedded
    STORING = "storing"


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file: ``status`` is "added", "replaced", "same", "failed" or "cancelled"."""

    path: str
    status: str
    plan: str | None = None
    passages: int = 0
    detail: str = ""

    def __str__(self) -> str:
        return self.detail if self.status == "failed" else f"{self.path}: {self.detail or self._done}"

    @property
    def _done(self) -> str:
        return f"{self.status}, {self.passages} passages"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; ``score`` is higher for better and has no unit.

    ``highlights`` are spans of ``passage.text``: the words that match the question's.
    """

    passage: Passage
    score: float
    highlights: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The passage's text."""
        return self.passage.text

    @property
    def citation(self) -> Citation:
        """Where the passage is, numbered 0."""
        p = self.passage
        return Citation(0, p.plan, p.title, p.section, p.page, p.start, p.end, p.text)

    def __repr__(self) -> str:
        return f"Hit({self.score:.3f}, {self.passage!r})"

    def __str__(self) -> str:
        place = " › ".join(filter(None, [self.passage.title, self.passage.place]))
        return f"{self.score:.3f}  {_one_line(self.text)}  ({_one_line(place)})"

    def _repr_html_(self) -> str:
        return notebook.quotation(self.text, self.highlights, str(self.citation))


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quote is: ``plan.text[start:end] == quote``. ``n`` counts from 1 in an answer."""

    n: int
    plan: str
    title: str
    section: tuple[str, ...]
    page: int | None
    start: int
    end: int
    quote: str

    @property
    def place(self) -> str:
        """Its section path and page: "2. Key tasks › (3) Industry › p. 12"."""
        return _place(self.section, None, self.page)

    def __str__(self) -> str:
        return _one_line(" › ".join(filter(None, [self.title, self.place])))


def _one_line(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of a plan that answers; ``emphasis`` spans are offsets into ``text``.

    ``span`` is the part of it that the reader predicts as the answer; None without a reader. A sentence that only
    completes another one (a list's lead-in or item, an exception, the sentence that names a subject)
    ``completes`` that one, by its citation, and has no ``certainty`` of its own. ``role`` says where the plan has it,
    ``table`` is the row of a table that it is.
    """

    text: str
    citation: int
    emphasis: tuple[Span, ...] = ()
    cut_off: bool = False
    span: Span | None = None
    completes: int | None = None
    role: Role = Role.BODY
    certainty: Certainty | None = None
    table: Excerpt | None = None


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """One of several questions that were asked in one, and the ``citations`` that answer it, by number, if any.

    ``verdict`` is as in ``Answer``.
    """

    question: str
    citations: tuple[int, ...]
    verdict: str = ""


class RouteKind(StrEnum):
    """A view of the plans that shows more than an answer."""

    COMPARE = "compare"
    TARGETS = "targets"


@dataclass(frozen=True, slots=True)
class RouteFigure:
    """A figure, as ``plan`` writes it, that a view sets next to those of others; "" where the plan gives none.

    A target has its ``indicator`` and ``year``. ``start`` is where its sentence begins in the plan's text.
    """

    plan: str
    figure: str
    indicator: str = ""
    year: int | None = None
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Where a question leads besides its answer: to the comparison of ``plans``, or to their targets."""

    kind: RouteKind
    plans: tuple[str, ...]
    figures: tuple[RouteFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the search for every answer went: where the passages are that hold one, and why it ``stopped``.

    ``by_plan`` and ``by_section`` map a plan id, and (plan id, outermost section label), to a number of passages.
    """

    by_plan: dict[str, int]
    by_section: dict[tuple[str, str], int]
    stopped: str


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """The names of one thing: ``preferred``, ``other`` ones, and ``negative`` ones, which mean something else."""

    preferred: str
    other: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expansion:
    """A name in a question as ``typed``, and the other names of the same thing that were ``searched`` as well."""

    typed: str
    searched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchedFor:
    """How a question was searched, where that is not word for word.

    ``text`` is what was searched. A passage had to hold one of each group of ``required``, words or phrases in
    quotation marks, and none that is ``excluded``; ``unmet`` are the groups of which no passage in scope holds any.
    ``corrected`` are (word as typed, word searched) pairs, ``also`` the other names that were searched as well.
    """

    text: str
    required: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[str, ...] = ()
    unmet: tuple[tuple[str, ...], ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    also: tuple[Expansion, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is known about one question.

    ``sentences`` is empty when no sentence answers; then ``nearest`` is the passage that comes closest and
    ``unmatched`` the words of the question that no passage matches. ``searched`` counts the
    passages in scope, ``named`` are the plans to which names in the question narrowed it. ``sentences`` are the best
    first, each followed by those that complete it; ``citations`` are numbered as they are shown. Where every answer
    was asked for, ``coverage`` says how far the search went. ``verdict`` is "yes" or "no" where the first sentence says
    so, else "". A question of several ``parts`` was asked part by part; ``read_as`` is how a follow-up was read, and
    ``route`` the view that shows more. ``searched_for`` says how the question was searched, None when word for word.
    """

    question: str
    searched: int
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    nearest: Hit | None = None
    unmatched: tuple[str, ...] = ()
    confidence: float = 0.0
    named: tuple[str, ...] = ()
    coverage: Coverage | None = None
    verdict: str = ""
    parts: tuple[AnswerPart, ...] = ()
    read_as: str = ""
    route: Route | None = None
    searched_for: SearchedFor | None = None

    @property
    def found(self) -> bool:
        """Whether any sentence answers the question."""
        return bool(self.sentences)

    @property
    def quotes(self) -> list[tuple[AnswerSentence, Citation]]:
        """The sentences with their citations, in the order in which they are shown."""
        by_citation = {sentence.citation: sentence for sentence in self.sentences}
        return [(by_citation[citation.n], citation) for citation in self.citations]

    @property
    def text(self) -> str:
        """The sentences that answer, as the plans write them; "" when none does."""
        return " ".join(sentence.text for sentence, _ in self.quotes)

    def __repr__(self) -> str:
        return f"Answer({self.question!r}, found={self.found}, text={_one_line(self.text)!r})"

    def __str__(self) -> str:
        if not self.found:
            near = f" The nearest passage: {self.nearest}" if self.nearest else ""
            return f"Not found in {self.searched} passages.{near}"
        return "\n".join(f"“{_one_line(s.text)}”\n    [{c.n}] {c}" for s, c in self.quotes)

    def _repr_html_(self) -> str:
        if self.found:
            return "".join(notebook.quotation(s.text, s.emphasis, f"[{c.n}] {c}") for s, c in self.quotes)
        near = f"<p>Nearest passage:</p>{self.nearest._repr_html_()}" if self.nearest else ""
        return f"<p><b>Not found</b> in {self.searched} passages.</p>{near}"


class Aspect(StrEnum):
    """In what two texts can differ."""

    FIGURE = "figure"  # a figure with its unit, compared as a value
    YEAR = "year"
    NAME = "name"
    BINDING = "binding"  # must, should, strive, encourage


@dataclass(frozen=True, slots=True)
class Mark:
    """Words of a text that differ from the text that it is compared with."""

    span: Span
    aspect: Aspect


@dataclass(frozen=True, slots=True)
class Cell:
    """One plan's answer in a comparison; ``marks``, by sentence, are where other plans differ."""

    plan: str
    title: str
    answer: Answer
    marks: tuple[tuple[Mark, ...], ...] = ()

    @property
    def found(self) -> bool:
        """Whether the plan answers."""
        return self.answer.found


@dataclass(frozen=True, slots=True)
class Difference:
    """One aspect in which plans differ: ``values`` maps a plan id to "37000000 kW", "2030", "must".

    A plan that says nothing in this aspect is left out.
    """

    aspect: Aspect
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class DifferencePart:
    """What one plan does, for a sentence on the difference: ``text`` is ``span`` of its answer's first sentence.

    ``name`` is what the plan is called, ``verb`` "prohibits", "requires", "encourages" and the like.
    """

    plan: str
    name: str
    verb: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question asked of several plans, a cell a plan in the order given, and where they differ.

    ``said`` says the difference in one sentence, a part a plan; empty where the plans do the same.
    """

    question: str
    cells: tuple[Cell, ...]
    differences: tuple[Difference, ...] = ()
    said: tuple[DifferencePart, ...] = ()

    def __str__(self) -> str:
        return "\n".join(f"{cell.title}\n{cell.answer}" for cell in self.cells)

    def _repr_html_(self) -> str:
        return notebook.table((cell.title, cell.answer) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A passage of another plan like a given one; ``mutual``: each is the other's nearest.

    ``own_marks`` are of the given passage's text, ``marks`` of ``hit.passage.text``.
    """

    hit: Hit
    mutual: bool
    own_marks: tuple[Mark, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class UniqueSection:
    """Passages of one section that only their plan has, in reading order.

    ``hit.score`` says how far each is from the nearest of any other plan, between 0 and 1.
    """

    plan: str
    title: str
    section: tuple[str, ...]
    passages: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """What most plans say: one passage of each of them, by plan id."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class UniqueContent:
    """What only one of several plans says and what most share; ``measure`` is a sentence on how.

    ``only`` runs plan by plan, section by section, ``shared`` in the order of the first passages.
    """

    measure: str
    only: tuple[UniqueSection, ...]
    shared: tuple[Shared, ...]


@dataclass(frozen=True, slots=True)
class SectionPair:
    """Indices into two plans' ``sections``, None where one has no counterpart; ``score`` from 0 to 1."""

    one: int | None
    other: int | None
    score: float


@dataclass(frozen=True, slots=True)
class Version:
    """One text that a plan has had; ``n`` counts a plan's versions from 1.

    ``since`` and ``until`` are when it was added and when it was replaced or removed, ISO 8601 in UTC;
    ``until`` is "" for the version in the library now.
    """

    plan: str
    n: int
    title: str
    source: str
    sha256: str
    words: int
    since: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of one version of a plan: ``plan.text[start:end] == text``."""

    text: str
    start: int
    end: int
    section: tuple[str, ...]
    page: int | None

    @property
    def place(self) -> str:
        """Its section path and page, as a citation has them."""
        return _place(self.section, None, self.page)


class Change(StrEnum):
    """What became of a sentence from one version to another."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"  # the same words at another place


class ChangeClass(StrEnum):
    """What a changed sentence does to what it lays down, the gravest first."""

    WEAKENED = "weakened"
    STRENGTHENED = "strengthened"
    DEADLINE = "deadline"
    FIGURE = "figure"
    SCOPE = "scope"
    AUTHORITY = "authority"
    ADDED = "added"
    REMOVED = "removed"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class ChangedSentence:
    """One change: ``old`` is None for what was added, ``new`` for what was removed.

    ``classes`` say what it does, the gravest first; none for what only moved.
    """

    change: Change
    old: Sentence | None
    new: Sentence | None
    classes: tuple[ChangeClass, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """A question kept to see whether its answer changes.

    ``quotes`` are (plan id, quote) of the answer's sentences when it was saved, at ``at``, ISO 8601
    in UTC; empty where nothing answered. ``plans`` and ``section`` are the scope it is asked in. ``owner`` is the
    person whose question it is; "" for all.
    """

    id: int
    question: str
    plans: tuple[str, ...] | None
    section: str | None
    at: str
    quotes: tuple[tuple[str, str], ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that was asked, with its scope: plans (all when empty), words of a section's heading, a filter.

    ``every`` asks for every answer. Two are the same question
    when they are equal.
    """

    question: str
    plans: tuple[str, ...] = ()
    section: str = ""
    every: bool = False
    filter: Filter = ALL_PLANS


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A saved question with another answer now: the (plan id, quote) removed from it and added to it."""

    saved: SavedQuestion
    removed: tuple[tuple[str, str], ...]
    added: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """What a change of a plan did to the answer to a saved question, made once.

    ``old`` is the sentence of ``plan`` that answered and no longer stands there, ``new`` the one that answers now, each
    a slice of the plan's version ``old_version`` and ``new_version``, from 1; None where there is none. ``classes`` say
    what the change does, the gravest first. ``question``, ``plans``, ``section`` and ``owner`` are those of the saved
    question, ``at`` is when the change was found, ISO 8601 in UTC. ``id`` is the same however often it is found.
    """

    id: str
    at: str
    question: str
    plans: tuple[str, ...] | None
    section: str | None
    owner: str
    plan: str
    title: str
    old: Sentence | None
    new: Sentence | None
    old_version: int | None
    new_version: int | None
    classes: tuple[ChangeClass, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in a plan between two versions: sentences in reading order of ``new``.

    ``answers`` are the saved questions whose answers in this plan differ from those they were saved
    with; they are asked of the library as it is now.
    """

    old: Version
    new: Version
    sentences: tuple[ChangedSentence, ...]
    answers: tuple[ChangedAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class BriefItem:
    """One paragraph of a brief: a quote from a plan, own words, or a heading.

    ``citation`` is where the quote was taken from. ``before`` and ``after`` are the plan's text next to it, by which
    a quote that stands several times is found again. ``text`` are own words: the paragraph, the heading, or the note on
    a quote. ``tags`` are free words to find it by. ``id`` is unique.
    """

    id: str
    text: str = ""
    heading: bool = False
    citation: Citation | None = None
    before: str = ""
    after: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """Quotes from plans in an order of one's own, with headings and own words between.

    ``shared``: it is everyone's, where people sign in.
    """

    name: str
    items: tuple[BriefItem, ...] = ()
    shared: bool = False


class QuoteState(StrEnum):
    """What became of a quote since it was taken."""

    SAME = "same"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class CheckedQuote:
    """A quote in the plan as it is now.

    ``citation`` is where it stands: its new place when it moved, the sentence nearest to it when its words changed,
    None when nothing like it is left or the plan is gone.
    """

    state: QuoteState
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """That no passage answers a question, in a form that can be checked.

    ``plans`` are (id, title, SHA-256 of the file) of those searched; ``passages`` counts what was searched.
    ``confidence`` is that of the nearest passage, which stays below ``threshold``. ``model`` and ``reader`` say what
    judged, ``at`` when (ISO 8601, UTC). ``sha256`` is the hash of everything else, as ``library.absence`` writes it.
    """

    question: str
    plans: tuple[tuple[str, str, str], ...]
    section: str
    passages: int
    nearest: Citation | None
    confidence: float
    threshold: float
    model: str
    reader: str
    at: str
    sha256: str = ""


class Binding(StrEnum):
    """Degrees of obligation, the strictest first."""

    MUST = "must"
    SHOULD = "should"
    STRIVE = "strive"
    ENCOURAGE = "encourage"


class TargetKind(StrEnum):
    """Whether a plan commits to a figure, a rule applies from it on, or it is only mentioned."""

    TARGET = "target"
    THRESHOLD = "threshold"
    FIGURE = "figure"


class Comparator(StrEnum):
    """How a figure bounds the value."""

    EQUAL = "="
    ABOUT = "≈"
    MORE = ">"
    AT_LEAST = ">="
    LESS = "<"
    AT_MOST = "<="
    RANGE = "range"


class Trend(StrEnum):
    """The direction of a figure that is a difference, not a level."""

    RISE = "rise"
    FALL = "fall"


class Sector(StrEnum):
    """The sector of a target, as national climate reports divide them."""

    ECONOMY = "whole economy"
    ENERGY = "energy"
    INDUSTRY = "industry"
    BUILDINGS = "buildings"
    TRANSPORT = "transport"
    LAND = "agriculture and land"
    WASTE = "waste and circular economy"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Target:
    """One figure that a plan commits to, a threshold, or a figure that is only mentioned.

    ``quote`` is ``plan.text[start:end]``, the sentence; ``span`` that of ``figure`` in the plan's text.
    ``value`` and ``high``, which only a range has, are in ``unit``, a pint name, "" for a mere count.
    Both are None where the source broke the figure off (``cut_off``). ``change`` says that the value is
    a difference, to ``base_year`` if one is named. ``doubt`` is a sentence on what is uncertain, or "".
    ``vectors`` are those of indicator, passage and scope as stored, packed; "" where none are.
    """

    kind: TargetKind
    plan: str
    indicator: str
    comparator: Comparator
    value: float | None
    high: float | None
    unit: str
    figure: str
    quote: str
    section: tuple[str, ...]
    page: int | None
    start: int
    end: int
    span: Span
    year: int | None = None
    base_year: int | None = None
    change: Trend | None = None
    scope: str | None = None
    binding: Binding = Binding.SHOULD
    cut_off: bool = False
    doubt: str = ""
    vectors: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TargetCell:
    """A target in its row: ``value`` and ``high`` converted to the row's unit."""

    target: Target
    value: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One indicator for one year across plans, in the order of the plans asked for.

    ``series`` numbers the indicator: rows of its other years have the same. ``gap`` is the largest value less
    the smallest, in ``unit``; None where fewer than two plans have a value, or where they cannot be
    subtracted, which ``note`` then says.
    """

    series: int
    indicator: str
    year: int | None
    unit: str
    cells: tuple[TargetCell, ...]
    gap: float | None
    note: str = ""


__all__ = [
    "ALL_PLANS",
    "Absence",
    "Added",
    "Alert",
    "Answer",
    "AnswerPart",
    "AnswerSentence",
    "AskedQuestion",
    "Aspect",
    "Binding",
    "Brief",
    "BriefItem",
    "Cell",
    "Certainty",
    "Change",
    "ChangeClass",
    "ChangedAnswer",
    "ChangedSentence",
    "Changes",
    "CheckedQuote",
    "Citation",
    "Comparator",
    "Comparison",
    "Counterpart",
    "Coverage",
    "Difference",
    "DifferencePart",
    "Edit",
    "Excerpt",
    "ExcerptRow",
    "Expansion",
    "Facet",
    "FacetCount",
    "Filter",
    "Found",
    "GlossaryEntry",
    "Hit",
    "Mark",
    "Metadata",
    "Page",
    "Passage",
    "Plan",
    "PlanInfo",
    "QuoteState",
    "RecognizedLine",
    "Record",
    "Results",
    "Role",
    "Route",
    "RouteFigure",
    "RouteKind",
    "SavedQuestion",
    "SearchedFor",
    "Section",
    "SectionPair",
    "Sector",
    "Sentence",
    "Shared",
    "Span",
    "Stage",
    "Table",
    "TableCell",
    "Target",
    "TargetCell",
    "TargetKind",
    "TargetRow",
    "Trend",
    "UniqueContent",
    "UniqueSection",
    "Version",
    "page_at",
    "rows_within",
]
