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
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from pypdf import PdfReader

from indexer.errors import SourceError
from indexer.language.sentences import is_wide
from indexer.reading.formats import ocr
from indexer.reading.formats.blocks import CELL
from indexer.reading.formats.pdf.headings import Bookmark, find_headings, read_bookmarks
from indexer.reading.formats.pdf.layout import read_order
from indexer.reading.formats.pdf.lines import Line, make_runs
from indexer.reading.formats.pdf.opening import PdfiumError, open_document, open_page
from indexer.reading.formats.pdf.page import PageWords, read_page
from indexer.reading.formats.pdf.running import without_running
from indexer.reading.formats.pdf.words import SOFT_HYPHEN
from indexer.reading.loading import Content, meaningful_title
from indexer.types import Metadata, Page, RecognizedLine, Table, TableCell

ENDINGS = (".pdf",)

# What pypdf finds wrong with a file is no news to who adds it: what cannot be read is told in a sentence.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)
#: Pages; the longest plans have a thousand. A damaged file may claim any number.
MOST_PAGES = 5_000
_PARAGRAPH_GAP = 1.35  # times the usual pitch of lines, which is measured in their heights
_SIZES_APART = 0.04  # share by which type sizes of one paragraph may differ
_INDENT = 1.2  # times the line's height: a line that begins this much further in begins a paragraph


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
    runs = without_running([page.runs for page in read])
    ordered = [read_order(found, page.tables, page.turned) for found, page in zip(runs, read, strict=True)]
    silent = [i for i, found in enumerate(ordered) if not found]
    pictured = [i for i in silent if read[i].pictured]
    if len(silent) == count:
        raise SourceError(_why_silent(path, count))
    lines = [line for found in ordered for line in found]
    on_page = [i for i, found in enumerate(ordered) for _ in found]
    text, starts = _join(lines, on_page)
    seen: dict[int, list[RecognizedLine]] = {}
    for line, i, start in zip(lines, on_page, starts, strict=True):
        if i in recognized:
            seen.setdefault(i, []).extend(
                RecognizedLine(start + at, word.bottom, word.top, word.edges) for _, at, word in line.placed()
            )
    about = _read_about(data)
    headings, title = find_headings(lines, on_page, starts, about.bookmarks, about.title)
    return Content(
        text,
        title=title,
        pages=tuple(
            replace(page, confidence=recognized.get(i), lines=tuple(seen.get(i, ())))
            for i, page in enumerate(_pages(on_page, starts, count, len(text)))
        ),
        headings=headings,
        warnings=tuple(_page_warnings(silent, pictured, recognized)),
        metadata=Metadata(language=about.language),
        tables=tuple(_tables(lines, starts)),
    )


def _tables(lines: Sequence[Line], starts: Sequence[int]) -> Iterator[Table]:
    """The tables among ``lines``, which begin at ``starts`` of the text."""
    rows: list[tuple[TableCell, ...]] = []
    for line, offset in zip(lines, starts, strict=True):
        start = offset
        if rows and (line.opens or not line.row):
            yield Table(tuple(rows))
            rows = []
        if line.row:
            cells = []
            for run, place in zip(line.runs, line.places, strict=True):
                cells.append(TableCell(start, start + len(run.text), place.column, place.columns, place.rows))
                start += len(run.text) + len(CELL)
            rows.append(tuple(cells))
    if rows:
        yield Table(tuple(rows))


def _recognize(document: Any, read: list[PageWords]) -> dict[int, float]:
    """Fill the pages of ``read`` that are images alone with what is recognized; how surely, by page."""
    recognized: dict[int, float] = {}
    if not ocr.installed():
        return recognized
    texts = without_running([page.runs for page in read])
    for i, (page, runs) in enumerate(zip(read, texts, strict=True)):
        if runs or page.tables or not page.pictured:
            continue
        with open_page(document, i) as opened:
            picture = ocr.take_picture(opened)
        lines, confidence = ocr.recognize(picture)
        if confidence is not None:
            recognized[i] = confidence
            read[i] = PageWords(make_runs(lines), [], pictured=True)
    return recognized


def _why_silent(path: Path, count: int) -> str:
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
        yield f"images not read, on pages {named(pictured)}; to have their text recognized: {ocr.REMEDY}"


def _why_closed(path: Path, data: bytes) -> str:
    try:
        encrypted = PdfReader(io.BytesIO(data)).is_encrypted
    except Exception:  # pypdf raises whatever it likes at a damaged file
        encrypted = False
    if encrypted:
        return f"{path} is encrypted. Open it with its password, save a copy without one, and add that."
    return f"{path} is not a readable PDF. Download or export it again."


def _join(lines: Sequence[Line], on_page: Sequence[int]) -> tuple[str, list[int]]:
    """Canonical text and the offset of each line in it."""
    texts = _with_hyphens([line.text for line in lines])
    together = [
        (a, b) for i, (a, b) in enumerate(pairwise(lines)) if on_page[i] == on_page[i + 1] and a.column == b.column
    ]
    pitches = [(a.top - b.top) / _height(a) for a, b in together if not a.row and a.top > b.top]
    usual = median(pitches) if pitches else 0.0
    rights: dict[tuple[int, int], float] = {}
    for page, line in zip(on_page, lines, strict=True):
        rights[page, line.column] = max(line.right, rights.get((page, line.column), 0.0))
    parts: list[str] = []
    starts: list[int] = []
    position = 0
    for i, line in enumerate(lines):
        if i:
            above = lines[i - 1]
            broken = on_page[i] != on_page[i - 1] or line.column != above.column
            edge = rights[on_page[i - 1], above.column]
            glue = "\n" if _same_paragraph(above, line, broken, usual, edge) else "\n\n"
            parts.append(glue)
            position += len(glue)
        starts.append(position)
        parts.append(texts[i])
        position += len(texts[i])
    return "".join(parts), starts


def _same_paragraph(above: Line, below: Line, broken: bool, usual: float, edge: float) -> bool:
    """Whether ``below`` goes on with the paragraph, or the table, of ``above``.

    ``broken``: another page or column begins between. ``usual`` is the pitch of lines in heights,
    ``edge`` where the longest line beside ends.
    """
    if above.row or below.row:
        return above.row and below.row and not below.opens
    if _other_type(above, below):
        return False
    if broken:
        return above.text[-1:] not in ".!?:;。！？：；"
    height = _height(above)
    centred = abs(below.left + below.right - above.left - above.right) <= height
    if below.left > above.left + _INDENT * height and not centred:
        return False
    # Chinese lines are filled: one that is not ends its paragraph
    if is_wide(above.text[-1:]) and above.right < edge - 2 * height:
        return False
    return 0 < above.top - below.top <= _PARAGRAPH_GAP * usual * height


def _other_type(above: Line, below: Line) -> bool:
    """Whether ``below`` is set in another size or weight and does not go on with a sentence of ``above``."""
    if abs(above.size - below.size) > _SIZES_APART * max(above.size, below.size):
        return True
    return above.bold != below.bold and not re.match(r"[a-z]{2}|[a-z] ", below.text)


def _height(line: Line) -> float:
    return max(line.top - line.bottom, 1.0)


def _with_hyphens(texts: list[str]) -> list[str]:
    """``texts`` with the hyphen at a line's end as a hard one where the word is written with it elsewhere."""
    known = {word.casefold() for text in texts for word in re.findall(r"[\w-]+", text)}
    changed = list(texts)
    for i, (text, following) in enumerate(pairwise(texts)):
        if text.endswith(SOFT_HYPHEN):
            head = re.search(r"[\w-]*$", text[:-1])
            tail = re.match(r"[\w-]+", following)
            first, rest = head[0] if head else "", tail[0] if tail else ""
            whole = f"{first}{rest}".casefold() in known
            apart = f"{first}-{rest}".casefold() in known or not rest[:1].islower()
            if apart and not whole:
                changed[i] = text[:-1] + "-"
    if changed and changed[-1].endswith(SOFT_HYPHEN):
        changed[-1] = changed[-1][:-1] + "-"
    return changed


def _pages(on_page: Sequence[int], starts: Sequence[int], count: int, length: int) -> Iterator[Page]:
    """The pages, which together cover the text; one begins where its first line does."""
    begins = [bisect_left(on_page, n) for n in range(count)]
    first = [starts[at] if at < len(starts) else length for at in begins]
    return (Page(n, a, b) for n, (a, b) in enumerate(pairwise([*first, length]), 1))


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
