"""PDF: text line by line with its places on the page, through pypdfium2; outline through pypdf.

Lines keep their breaks; a wider gap or another type size makes a new paragraph. Running headers and
footers, the same on many pages but for the page number, are left out. Headings come from the
bookmarks where there are any, else from type larger than the body's.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from indexer.errors import SourceError
from indexer.reading.loading import Content, meaningful_title
from indexer.reading.outline import Heading
from indexer.reading.sentences import fold_space
from indexer.types import Page

_EDGE_LINES = 2  # lines at the top and the bottom of a page that may be a running header or footer
_RUNNING_SHARE = 0.5  # share of the pages on which a running line stands
_PARAGRAPH_GAP = 1.35  # times the page's usual line pitch
_LARGER = 1.12  # times the body's type size makes a heading
_HEADING_LINES = 4


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    page: int
    top: float  # points from the page's bottom
    bottom: float
    size: float  # type size in points

    @property
    def key(self) -> str:
        return re.sub(r"\d+", "#", fold_space(self.text)).casefold()


def load(path: Path, data: bytes) -> Content:
    """Read a PDF. Raises SourceError when it is encrypted, damaged or holds no text."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise SourceError(_why_closed(path, data)) from error
    with document:
        page_lines = [_read_page(document[i], i) for i in range(len(document))]
    if not any(page_lines):
        raise SourceError(
            f"{path} holds no text, only images of its {len(page_lines)} pages. Make its text readable "
            "first (for example with: ocrmypdf IN.pdf OUT.pdf) and add the result."
        )
    silent = [str(i + 1) for i, lines in enumerate(page_lines) if not lines]
    lines = _without_running_lines(page_lines)
    text, starts, pages = _join(lines, len(page_lines))
    marks = _bookmarks(data)
    headings = _bookmarked(lines, starts, marks) if marks else _larger(lines, starts)
    warnings = (f"pages without text: {', '.join(silent)}",) if silent else ()
    title = _metadata_title(data)
    if title and headings and fold_space(text[headings[0].start : headings[0].end]) == title:
        headings = tuple(h for h in headings[1:])
    return Content(text, title=title, pages=pages, headings=_from_level_one(headings), warnings=warnings)


def _why_closed(path: Path, data: bytes) -> str:
    try:
        encrypted = PdfReader(io.BytesIO(data)).is_encrypted
    except (PyPdfError, ValueError, OSError):
        encrypted = False
    if encrypted:
        return f"{path} is encrypted. Open it with its password, save a copy without one, and add that."
    return f"{path} is not a readable PDF. Download or export it again."


def _read_page(page: Any, index: int) -> list[_Line]:
    """Lines of one page in the order in which pdfium gives them."""
    textpage = page.get_textpage()
    try:
        lines: list[_Line] = []
        start = 0
        text = textpage.get_text_range(errors="replace")
        for raw in re.split(r"(?<=\n)", text):
            stripped = raw.strip()
            if stripped:
                first = start + raw.index(stripped[0])
                _, bottom, _, top = textpage.get_charbox(first, loose=True)
                size = pdfium_c.FPDFText_GetFontSize(textpage.raw, first)
                clean = re.sub(r"[\ufffe\x02]$", "\u00ad", stripped).replace("\ufffe", "")
                lines.append(_Line(clean, index, top, bottom, round(size, 1)))
            start += len(raw)
        return lines
    finally:
        textpage.close()
        page.close()


def _without_running_lines(page_lines: list[list[_Line]]) -> list[_Line]:
    """All lines but those that stand at the edge of many pages."""
    edges: Counter[str] = Counter()
    for lines in page_lines:
        edges.update({line.key for line in [*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:]]})
    needed = max(3, _RUNNING_SHARE * len(page_lines))
    running = {key for key, count in edges.items() if count >= needed}
    kept = []
    for lines in page_lines:
        last = len(lines) - _EDGE_LINES
        kept += [line for i, line in enumerate(lines) if not (line.key in running and (i < _EDGE_LINES or i >= last))]
    return kept


def _join(lines: list[_Line], page_count: int) -> tuple[str, list[int], tuple[Page, ...]]:
    """Canonical text, the offset of each line in it, and the pages."""
    pitches = [a.top - b.top for a, b in pairwise(lines) if a.page == b.page and a.top > b.top]
    usual = median(pitches) if pitches else 0.0
    parts: list[str] = []
    starts: list[int] = []
    position = 0
    for i, line in enumerate(lines):
        if i:
            glue = "\n" if _same_paragraph(lines[i - 1], line, usual) else "\n\n"
            parts.append(glue)
            position += len(glue)
        starts.append(position)
        parts.append(line.text)
        position += len(line.text)
    text = "".join(parts)
    first = [
        next((s for s, line in zip(starts, lines, strict=True) if line.page >= n), len(text)) for n in range(page_count)
    ]
    ends = [*first[1:], len(text)]
    pages = tuple(Page(n + 1, a, b) for n, (a, b) in enumerate(zip(first, ends, strict=True)))
    return text, starts, pages


def _same_paragraph(above: _Line, below: _Line, usual: float) -> bool:
    if above.size != below.size:
        return False
    if above.page != below.page:
        return above.text[-1:] not in ".!?:;。！？：；"
    return 0 < above.top - below.top <= _PARAGRAPH_GAP * usual


def _bookmarks(data: bytes) -> list[tuple[str, int, int]]:
    """(title, page index, level from 1) of each bookmark, in order; empty when there are none."""
    try:
        reader = PdfReader(io.BytesIO(data))
        found: list[tuple[str, int, int]] = []

        def walk(entries: list[Any], level: int) -> None:
            for entry in entries:
                if isinstance(entry, list):
                    walk(entry, level + 1)
                elif (page := reader.get_destination_page_number(entry)) is not None:
                    found.append((fold_space(str(entry.title)), page, level))

        walk(reader.outline, 1)
        return found
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []  # a broken outline leaves the type sizes to tell


def _bookmarked(lines: list[_Line], starts: list[int], marks: list[tuple[str, int, int]]) -> tuple[Heading, ...]:
    """Headings where a bookmark's title stands on its page, over several lines if need be."""
    found = []
    at = 0
    for title, page, level in marks:
        wanted = title.casefold()
        for i in range(at, len(lines)):
            if lines[i].page > page + 1:
                break
            if lines[i].page < page:
                continue
            for count in range(1, _HEADING_LINES + 1):
                block = lines[i : i + count]
                if fold_space("\n".join(line.text for line in block)).casefold() == wanted:
                    end = i + len(block) - 1
                    found.append(Heading(starts[i], starts[end] + len(lines[end].text), level))
                    at = end + 1
                    break
            else:
                continue
            break
    return tuple(found)


def _larger(lines: list[_Line], starts: list[int]) -> tuple[Heading, ...]:
    """Headings by type size: runs of lines larger than the body's, a level for each size."""
    weights: Counter[float] = Counter()
    for line in lines:
        weights[line.size] += len(line.text)
    body = weights.most_common(1)[0][0]
    sizes = sorted({line.size for line in lines if line.size >= _LARGER * body}, reverse=True)
    found: list[Heading] = []
    i = 0
    while i < len(lines):
        size = lines[i].size
        run = 1
        while i + run < len(lines) and lines[i + run].size == size and lines[i + run].page == lines[i].page:
            run += 1
        if size in sizes and run <= _HEADING_LINES:
            end = i + run - 1
            found.append(Heading(starts[i], starts[end] + len(lines[end].text), sizes.index(size) + 1))
        i += run
    return tuple(found)


def _from_level_one(headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
    lowest = min((h.level for h in headings), default=1)
    return tuple(Heading(h.start, h.end, h.level - lowest + 1) for h in headings)


def _metadata_title(data: bytes) -> str:
    try:
        title = PdfReader(io.BytesIO(data)).metadata
        return meaningful_title(str(title.title or "")) if title else ""
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError):
        return ""
