"""A span of a plan's text -> boxes on the pages of its PDF.

Nothing is stored for it: the page is read again in the way in which the plan was, and its characters
fall on the text one by one. Only what was recognized in an image is kept with the plan, for recognizing
takes seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from typing import Any

from indexer.errors import SourceError
from indexer.reading.formats.pdf.continued import MOST_HEADS
from indexer.reading.formats.pdf.layout import read_order
from indexer.reading.formats.pdf.lines import Line, Run
from indexer.reading.formats.pdf.opening import PdfiumError, open_document, open_page, open_text
from indexer.reading.formats.pdf.page import PageWords, read_page_words
from indexer.reading.formats.pdf.running import edge_runs
from indexer.reading.formats.pdf.words import Characters, Word
from indexer.reading.hyphens import SOFT_HYPHEN
from indexer.reading.loading import storable
from indexer.types import Page, Plan, RecognizedLine, Span

_MOST_TRIED = 20
_MOST_RUNNING = 12  # runs at the edge of one page; what they could be together doubles with each
_BETWEEN_CELLS = "|"
_SHORTEST_MATCH = 4  # characters in a row that are no accident, where a page is read otherwise than it was
_LEVEL = 0.5  # of a character's height, within which it stands on the line of the one before


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points from the lower left corner of a page as it is shown, turned upright and cropped."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """What of a span stands on the page ``number`` (from 1): a box a line (a table's cell), in reading order.

    ``width`` and ``height`` are the page's in points. No boxes where the page cannot be read any more as it
    was, or was recognized before places were kept.
    """

    number: int
    width: float
    height: float
    boxes: tuple[Box, ...]


def find_boxes(data: bytes, plan: Plan, span: Span) -> tuple[PageBoxes, ...]:
    """The pages on which ``plan.text[start:end]`` stands, in order, with boxes around exactly its characters.

    ``data`` is the PDF that the plan was read from; only the pages concerned are read again. Raises
    SourceError when it cannot be read as a PDF.
    """
    start, end = span
    found = []
    try:
        with open_document(data) as document:
            for page in plan.pages[: len(document)]:
                first, last = max(start, page.start), min(end, page.end)
                if plan.text[first:last].strip():
                    found.append(_on_page(document, plan.text, page, (first, last)))
    except PdfiumError as error:
        raise not_a_pdf(plan.title) from error
    return tuple(found)


def not_a_pdf(title: str) -> SourceError:
    """The error for a file whose pages cannot be shown."""
    return SourceError(f"The file of {title!r} cannot be read as a PDF. Save it anew as one and put that in its place.")


def _on_page(document: Any, text: str, page: Page, span: Span) -> PageBoxes:
    with open_page(document, page.number - 1) as opened:
        boxes = _recognized(page.lines, text, span) if page.lines else _read(opened, text, page, span)
        width, height = opened.get_size()
        return PageBoxes(page.number, width, height, tuple(boxes))


def _recognized(lines: Iterable[RecognizedLine], text: str, span: Span) -> Iterator[Box]:
    for line in lines:
        first, last = max(span[0], line.start), min(span[1], line.end)
        covered = text[first:last].strip()
        if covered:
            first = text.index(covered, first)
            left, right = line.edges[first - line.start], line.edges[first + len(covered) - line.start]
            yield Box(left, line.bottom, right, line.top)


@dataclass(frozen=True, slots=True)
class _Character:
    """One that is no white space: the ``index``-th of ``word``, or what reading put between cells."""

    text: str
    run: tuple[int, int]
    word: Word | None
    index: int


def _read(opened: Any, text: str, page: Page, span: Span) -> Iterator[Box]:
    wanted, offsets = _bare(text, page.start, page.end)
    with open_text(opened) as textpage:
        there = _characters(read_page_words(opened, textpage), wanted)
        matched = _matched("".join(character.text for character in there), wanted)
        covered = [there[i] for i, j in matched if span[0] <= offsets[j] < span[1]]
        yield from _joined(covered, Characters(opened, textpage))


def _characters(words: PageWords, wanted: str) -> list[_Character]:
    found = []
    for n, line in enumerate(_read_as(words, wanted)):
        places: dict[int, tuple[int, Word, int]] = {}
        for number, at, word in line.placed():
            places |= {at + i: (number, word, i) for i in range(len(word.text))}
        for character, offset in zip(*_bare(line.text), strict=True):
            number, of_word, index = places.get(offset, (0, None, 0))
            found.append(_Character(character, (n, number), of_word, index))
    return found


def _matched(there: str, wanted: str) -> Iterator[tuple[int, int]]:
    """Pairs of places that are one character: all of them, unless the page is read otherwise by now."""
    if there == wanted:
        yield from zip(range(len(there)), range(len(wanted)), strict=True)
        return
    for block in SequenceMatcher(None, there, wanted, autojunk=False).get_matching_blocks():
        if block.size >= _SHORTEST_MATCH:
            yield from zip(range(block.a, block.a + block.size), range(block.b, block.b + block.size), strict=True)


def _joined(characters: Sequence[_Character], box_of: Characters) -> Iterator[Box]:
    """One box around the characters of each line, or cell."""
    current: Box | None = None
    run = None
    for character in characters:
        if character.word is None:
            continue
        left, bottom, right, top = box_of.box(character.word.first + character.index)
        if left == right or bottom == top:
            continue
        level = current and min(top, current.top) - max(bottom, current.bottom) >= _LEVEL * (top - bottom)
        if current and level and character.run == run:
            current = Box(
                min(left, current.left), min(bottom, current.bottom), max(right, current.right), max(top, current.top)
            )
            continue
        if current:
            yield current
        current, run = Box(left, bottom, right, top), character.run
    if current:
        yield current


def _bare(text: str, start: int = 0, end: int | None = None) -> tuple[str, list[int]]:
    """The characters of ``text[start:end]`` that are no white space, and where each stands in ``text``.

    As they are compared: the hyphen at a line's end is soft or hard as the rest of the plan has it.
    """
    plain = storable(text[start:end])
    kept = [i for i, character in enumerate(plain) if not character.isspace()]
    return "".join(plain[i] for i in kept).replace(SOFT_HYPHEN, "-"), [start + i for i in kept]


def _read_as(page: PageWords, wanted: str) -> list[Line]:
    """The lines of a page whose text in the plan is ``wanted`` (bare), without its running headers and footers.

    They were found by looking at all pages. On one page they are those runs at its edge, or turned ones, and
    perhaps the first rows of its first table, which hold together just the characters that the page has and the
    plan has not. Where no such runs are found, all lines are given.
    """
    whole = read_order(page.runs, page.tables, page.turned)
    for tables in _without_heads(page.tables):
        lines = read_order(page.runs, tables, page.turned)
        surplus = _count(_bare("".join(line.text for line in lines))[0])
        surplus.subtract(_count(wanted))
        if min(surplus.values(), default=0) < 0:
            continue
        for running in islice(_summing([*page.turned, *_outermost_first(page.runs)], surplus), _MOST_TRIED):
            gone = {id(run) for run in running}
            runs, turned = ([run for run in found if id(run) not in gone] for found in (page.runs, page.turned))
            lines = read_order(runs, tables, turned)
            if _bare("".join(line.text for line in lines))[0] == wanted:
                return lines
    return whole


def _without_heads(tables: list[list[Line]]) -> Iterator[list[list[Line]]]:
    """``tables``; then without the first rows of the first, or of the topmost: a header, or a head set again."""
    yield tables
    top = max(range(len(tables)), key=lambda i: tables[i][0].top, default=0)
    for heads in range(1, MOST_HEADS + 1):
        for cut in dict.fromkeys((0, top) if tables else ()):
            yield [table[heads:] if i == cut else table for i, table in enumerate(tables)]


def _count(text: str) -> Counter[str]:
    return Counter(text.replace(_BETWEEN_CELLS, ""))


def _outermost_first(runs: Sequence[Run]) -> list[Run]:
    heights = [run.top + run.bottom for run in runs]
    middle = (min(heights) + max(heights)) / 2 if heights else 0.0
    return sorted(edge_runs(runs), key=lambda run: -abs(run.top + run.bottom - middle))


def _summing(runs: Sequence[Run], wanted: Counter[str]) -> Iterator[tuple[Run, ...]]:
    """The sets of ``runs`` that hold together exactly the characters ``wanted``."""
    if not any(wanted.values()):
        yield ()
        return
    counts = [(run, _count(_bare(run.text)[0])) for run in runs]
    fitting = [(run, count) for run, count in counts if count <= wanted][:_MOST_RUNNING]
    for i, (run, count) in enumerate(fitting):
        left = wanted.copy()
        left.subtract(count)
        for more in _summing([other for other, _ in fitting[i + 1 :]], left):
            yield (run, *more)
