"""A page of a PDF -> its runs of words, its tables and what stands turned in its margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from indexer.reading.formats.pdf.lines import Line, Run, make_runs
from indexer.reading.formats.pdf.opening import PdfiumError, open_page, open_text
from indexer.reading.formats.pdf.rules import read_rules
from indexer.reading.formats.pdf.tables import read_tables
from indexer.reading.formats.pdf.words import Frame, Word, read_words, unmapped_share


@dataclass(frozen=True, slots=True)
class PageWords:
    """What stands on a page: runs of words, ruled tables, turned runs outside of them.

    ``pictured`` says that it holds images or drawings, ``unmapped`` which share of its characters has no known letter.
    """

    runs: list[Run]
    tables: list[list[Line]]
    turned: list[Run] = field(default_factory=list)
    pictured: bool = False
    frame: Frame | None = None
    unmapped: float = 0.0


def read_page_words(page: Any, textpage: Any) -> PageWords:
    """The words of an open page."""
    words, frame = read_words(page, textpage)
    drawn = read_rules(page, frame)
    rest, tables = read_tables(words, drawn)
    upright = [kept for line in rest if (kept := [word for word in line if not word.type.angle])]
    turned = _turned_runs([word for line in rest for word in line if word.type.angle])
    return PageWords(make_runs(upright), tables, turned, drawn.pictured, frame, unmapped_share(textpage))


def _turned_runs(words: Sequence[Word]) -> list[Run]:
    """Turned words as they come, those on one line of type together."""
    runs: list[list[Word]] = []
    for word in words:
        last = runs[-1][-1] if runs else None
        if last and last.type.angle == word.type.angle and last.size == word.size and _goes_on(last, word):
            runs[-1].append(word)
        else:
            runs.append([word])
    return [Run(tuple(run)) for run in runs]


def _goes_on(word: Word, following: Word) -> bool:
    """Whether a turned word stands on the line of the one before, not far from it."""
    across = min(word.right, following.right) - max(word.left, following.left)
    apart = max(following.bottom - word.top, word.bottom - following.top)
    if word.type.angle in (90, 270):
        return across > 0 and apart <= 1.5 * word.size
    return apart <= word.size and max(following.left - word.right, word.left - following.right) <= 1.5 * word.size


def read_page(document: Any, index: int) -> PageWords:
    """The words of one page; nothing of a page that pdfium cannot open."""
    try:
        with open_page(document, index) as page, open_text(page) as textpage:
            return read_page_words(page, textpage)
    except PdfiumError:
        return PageWords([], [])
