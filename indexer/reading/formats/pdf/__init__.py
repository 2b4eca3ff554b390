"""PDF: text line by line in reading order, through pdfium; bookmarks and metadata through pypdf.

Lines keep their breaks; a wider gap, an indent or another type size makes a new paragraph. A table's
row is a line, "a | b | c". Running headers and footers are left out (``running`` says why). A word that
a line end breaks keeps its hyphen: as a soft one (U+00AD) where the word has none of its own, so that
``fold_space`` joins it; quotes show it as the page does.

Each line of a page's text is made of the words of one line on the page, in order, each with the index
of its first character in pdfium's text: so the page, read again, leads from offsets in the canonical
text to boxes on it (``boxes``). Where text was recognized, the plan keeps its places.
"""

from __future__ import annotations

import io
import logging
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from indexer.errors import SourceError
from indexer.reading.formats import ocr
from indexer.reading.formats.pdf.continued import continue_tables
from indexer.reading.formats.pdf.headings import Bookmark, find_headings, read_bookmarks
from indexer.reading.formats.pdf.joining import find_pages, find_tables, join_lines
from indexer.reading.formats.pdf.layout import read_order
from indexer.reading.formats.pdf.lines import make_runs
from indexer.reading.formats.pdf.opening import PdfiumError, open_document, open_page
from indexer.reading.formats.pdf.page import PageWords, read_page
from indexer.reading.formats.pdf.quality import page_warnings
from indexer.reading.formats.pdf.running import strip_headers_and_footers
from indexer.reading.loading import Content, meaningful_title
from indexer.reading.metadata import header_date
from indexer.reading.notices import find_own_notice
from indexer.types import Found, Metadata, RecognizedLine

ENDINGS = (".pdf",)

# What pypdf finds wrong with a file is no news to who adds it: what cannot be read is said in a sentence.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)
#: Pages; the longest plans have a thousand. A damaged file may claim any number.
MOST_PAGES = 5_000


def load(path: Path, data: bytes) -> Content:
    """Read a PDF. Raises SourceError when it is encrypted, damaged, endless or holds no text."""
    try:
        with open_document(data) as document:
            count = len(document)
            if count > MOST_PAGES:
                raise SourceError(
                    f"{path} says it has {count:,} pages. Split it and add the parts, {MOST_PAGES:,} at most."
                )
            read = [read_page(document, i) for i in range(count)]
            recognized = _recognize(document, read)
    except PdfiumError as error:
        raise SourceError(_why_closed(path, data)) from error
    kept, headers = strip_headers_and_footers(read)
    ordered = [read_order(page.runs, page.tables, page.turned) for page in kept]
    ordered = continue_tables(ordered)
    silent = [i for i, found in enumerate(ordered) if not found]
    pictured = [i for i in silent if read[i].pictured]
    if len(silent) == count:
        raise SourceError(_why_silent(path, count, bool(pictured)))
    lines = [line for found in ordered for line in found]
    on_page = [i for i, found in enumerate(ordered) for _ in found]
    text, starts = join_lines(lines, on_page)
    seen: dict[int, list[RecognizedLine]] = {}
    for line, i, start in zip(lines, on_page, starts, strict=True):
        if i in recognized:
            seen.setdefault(i, []).extend(
                RecognizedLine(start + at, word.bottom, word.top, word.edges) for _, at, word in line.placed()
            )
    about = _read_about(data)
    pages = tuple(find_pages(on_page, starts, count, len(text)))
    first, end = (bisect_left(starts, edge) for edge in find_own_notice(text, pages))
    headings, title, place = find_headings(
        lines[first:end], on_page[first:end], starts[first:end], about.bookmarks, about.title
    )
    return Content(
        text,
        title=title,
        pages=tuple(
            replace(page, confidence=recognized.get(i), lines=tuple(seen.get(i, ()))) for i, page in enumerate(pages)
        ),
        headings=headings,
        warnings=(
            *_page_warnings(silent, pictured, recognized),
            *page_warnings(ordered, [page.unmapped for page in read]),
        ),
        metadata=Metadata(language=about.language, date=header_date(headers), found=Found(place, date="header")),
        tables=tuple(find_tables(lines, starts)),
        web=False,
    )


def _recognize(document: Any, read: list[PageWords]) -> dict[int, float]:
    """Fill the pages of ``read`` that are images alone with what is recognized; how surely, by page."""
    recognized: dict[int, float] = {}
    if not ocr.installed():
        return recognized
    for i, page in enumerate(strip_headers_and_footers(read)[0]):
        if page.runs or page.tables or not page.pictured:
            continue
        with open_page(document, i) as opened:
            picture = ocr.take_picture(opened)
        lines, confidence = ocr.recognize(picture)
        if confidence is not None:
            recognized[i] = confidence
            read[i] = PageWords(make_runs(lines), [], pictured=True)
    return recognized


def _why_silent(path: Path, count: int, pictured: bool) -> str:
    if not pictured:
        return f"{path} has {count} pages with nothing on them. Export it again from the program it was made with."
    remedy = "" if ocr.installed() else f"Let Plancite recognize it with: {ocr.REMEDY}, or make"
    return (
        f"{path} holds no text, only images of its {count} pages. {remedy or 'Make'} its text readable "
        "first (for example with: ocrmypdf IN.pdf OUT.pdf) and add the result."
    )


def _page_warnings(silent: Sequence[int], pictured: Sequence[int], recognized: dict[int, float]) -> Iterator[str]:
    def named(pages: Iterable[int]) -> str:
        return ", ".join(str(i + 1) for i in pages)

    if recognized:
        yield f"pages recognized from images: {named(recognized)}"
    if silent:
        yield f"pages without text: {named(silent)}"
    if pictured and not ocr.installed():
        if len(pictured) == 1:
            yield f"images not read, on page {named(pictured)}; to have their text recognized: {ocr.REMEDY}"
        else:
            yield f"images not read, on pages {named(pictured)}; to have their text recognized: {ocr.REMEDY}"


def _why_closed(path: Path, data: bytes) -> str:
    try:
        encrypted = PdfReader(io.BytesIO(data)).is_encrypted
    except Exception:  # pypdf raises whatever it likes at a damaged file
        encrypted = False
    if encrypted:
        return f"{path} is encrypted. Open it with its password, save a copy without one, and add that."
    return f"{path} is not a readable PDF. Download or export it again."


@dataclass(frozen=True, slots=True)
class _About:
    """What a PDF says of itself."""

    title: str = ""
    language: str = ""
    bookmarks: tuple[Bookmark, ...] = ()


def _read_about(data: bytes) -> _About:
    """Title, language and bookmarks, as far as pypdf can read them."""
    found = _About()
    try:
        reader = PdfReader(io.BytesIO(data))
        found = replace(found, title=meaningful_title(str(reader.metadata.title or "") if reader.metadata else ""))
        found = replace(found, language=str(reader.root_object.get("/Lang", ""))[:2].lower())
        found = replace(found, bookmarks=tuple(read_bookmarks(reader)))
    except Exception:  # pypdf raises whatever it likes at a damaged file, whose text pdfium could read
        return found
    return found
