"""Offsets in a plan's text -> boxes on the pages of its PDF, for highlights on a page's image."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c

from indexer.errors import SourceError
from indexer.reading.loaders.pdf import read_page_words
from indexer.reading.loaders.pdf.layout import Line, read_order
from indexer.reading.loaders.pdf.words import Word
from indexer.types import Page, Plan


@dataclass(frozen=True, slots=True)
class Place:
    """A box around words of one line, in points from the lower left corner of page ``page`` (from 1)."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


def find_places(path: Path, plan: Plan, start: int, end: int) -> tuple[Place, ...]:
    """The boxes of ``plan.text[start:end]``, a box a line (a table's cell), in reading order.

    Only the pages concerned are read again. Recognized pages give none: their words have no characters.
    Raises SourceError when ``path`` cannot be read as a PDF any more.
    """
    try:
        document = pypdfium2.PdfDocument(path)
    except (pypdfium2.PdfiumError, OSError) as error:
        raise SourceError(f"{path} cannot be read as a PDF. Add it again to see its pages.") from error
    found: list[Place] = []
    with document:
        for page in plan.pages:
            if page.start < end and start < page.end and page.number <= len(document):
                found += _on_page(document, plan.text, page, start, end)
    return tuple(found)


def _on_page(document: Any, text: str, page: Page, start: int, end: int) -> Iterator[Place]:
    words = read_page_words(document, page.number - 1)
    position = page.start
    opened = document[page.number - 1]
    textpage = opened.get_textpage()
    try:
        for line in read_order(words.runs, words.tables):
            # running lines are on the page and not in the text; line ends may have other hyphens
            at = text.find(line.text[:-1], position, page.end)
            if at < 0 or text[position:at].strip():
                continue
            position = at + len(line.text)
            yield from _in_line(textpage, line, page.number, start - at, end - at)
    finally:
        textpage.close()
        opened.close()


def _in_line(textpage: Any, line: Line, page: int, start: int, end: int) -> Iterator[Place]:
    """The boxes of the characters ``start`` to ``end`` of one line, one for each of its runs."""
    position = 0
    for number, run in enumerate(line.runs):
        if number:
            position = line.text.index(run.text, position)
        boxes = []
        at = position
        for word in run.words:
            at = line.text.index(word.text, at)
            first, last = max(start, at), min(end, at + len(word.text))
            if first < last and word.first >= 0:
                boxes.append(_box(textpage, word, first - at, last - at))
            at += len(word.text)
        position = at
        if boxes:
            lefts, bottoms, rights, tops = zip(*boxes, strict=True)
            yield Place(page, min(lefts), min(bottoms), max(rights), max(tops))


def _box(textpage: Any, word: Word, first: int, last: int) -> tuple[float, float, float, float]:
    """The box of the characters ``first`` to ``last`` of a word."""
    if (first, last) == (0, len(word.text)):
        return word.left, word.bottom, word.right, word.top
    edges = []
    for index in (word.first + first, word.first + last - 1):
        loose = pdfium_c.FS_RECTF()
        pdfium_c.FPDFText_GetLooseCharBox(textpage.raw, index, ctypes.byref(loose))
        edges.append(loose)
    return edges[0].left, word.bottom, edges[1].right, word.top
