"""What is read: plans, their parts, passages."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
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
class RecognizedLine:
    """A line of text that was seen in the image of a page; it begins at ``start`` of the plan's text.

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

    ``confidence`` is that of the text recognition, 0 to 1, on a page that was an image, and ``lines`` are
    where its text was seen; None and none where the text was read.
    """

    number: int
    start: int
    end: int
    confidence: float | None = None
    lines: tuple[RecognizedLine, ...] = ()


def page_at(pages: Sequence[Page], offset: int) -> int | None:
    """Number of the page that holds ``offset``, of ``pages`` in reading order; None between and outside them."""
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

    @property
    def year(self) -> int | None:
        """The year of its date; None without one."""
        return int(self.date[:4]) if self.date else None


@dataclass(frozen=True, slots=True)
class Plan:
    """One document, read: canonical text and what is known of its parts.

    ``id`` is the short name people type, ``sha256`` the hash of the source's bytes. ``asides`` are
    the stretches of ``text`` that are not the plan's body, with their role. ``records`` is empty
    unless the source came as records, each of which stays one passage. ``edited`` names what a person
    has set ("title", "issuer", …), which a new version of the file leaves as it is.
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
    edited: tuple[str, ...] = ()


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
    metadata: Metadata = Metadata()


class Stage(StrEnum):
    """How far the work on one file is."""

    READING = "reading"
    EMBEDDING = "embedding"
    STORING = "storing"


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file: ``status`` is "added", "replaced", "same", "failed" or "cancelled"."""

    path: str
    status: str
    plan: str | None = None
    passages: int = 0
    detail: str = ""
