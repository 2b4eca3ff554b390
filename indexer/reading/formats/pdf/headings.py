"""Headings of a PDF: from its bookmarks where they are found on their pages, else from larger type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pypdf import PdfReader

from indexer.language.sentences import fold_space
from indexer.reading.formats.pdf.lines import Line
from indexer.reading.outline import Heading, build_sections

_LARGER = 1.12  # times the body's type size makes a heading
_HEADING_LINES = 4
_MOST_BOOKMARKS = 5_000

#: (title, page index, level from 1)
Bookmark = tuple[str, int, int]


def read_bookmarks(reader: PdfReader) -> list[Bookmark]:
    """The bookmarks in order; empty when there are none. Raises what pypdf raises at a broken file."""
    found: list[Bookmark] = []

    def walk(entries: list[Any], level: int) -> None:
        for entry in entries[:_MOST_BOOKMARKS]:
            if isinstance(entry, list):
                walk(entry, level + 1)
            elif (page := reader.get_destination_page_number(entry)) is not None:
                found.append((fold_space(str(entry.title)), page, level))

    walk(reader.outline, 1)
    return found


def find_headings(
    lines: Sequence[Line], pages: Sequence[int], starts: Sequence[int], marks: Sequence[Bookmark], title: str
) -> tuple[Heading, ...]:
    """Headings among ``lines``, whose page indices and offsets are ``pages`` and ``starts``, without the title.

    The title is the first heading if it says what ``title`` does, or if all others stand under it and it has
    no number.
    """
    found = _bookmarked(lines, pages, starts, marks) or _larger(lines, starts)
    if found:
        first = [line for line, start in zip(lines, starts, strict=True) if found[0].start <= start < found[0].end]
        above_all = len(found) > 1 and found[0].level < min(h.level for h in found[1:])
        named = bool(title) and _joined(first) == _compared(title)
        if named or (above_all and not build_sections(first[0].text)):
            found = found[1:]
    lowest = min((h.level for h in found), default=1)
    return tuple(Heading(h.start, h.end, h.level - lowest + 1) for h in found)


def _bookmarked(
    lines: Sequence[Line], pages: Sequence[int], starts: Sequence[int], marks: Sequence[Bookmark]
) -> list[Heading]:
    """Headings where a bookmark's title stands on its page, over several lines if need be."""
    found = []
    at = 0
    for title, page, level in marks:
        wanted = _compared(title)
        for i in range(at, len(lines)):
            if pages[i] > page + 1:
                break
            if pages[i] < page or not wanted.startswith(_compared(lines[i].text)[:8]):
                continue
            count = next((n for n in range(1, _HEADING_LINES + 1) if _joined(lines[i : i + n]) == wanted), 0)
            if count:
                end = i + count - 1
                found.append(Heading(starts[i], starts[end] + len(lines[end].text), level))
                at = end + 1
                break
    return found


def _joined(lines: Sequence[Line]) -> str:
    return _compared("\n".join(line.text for line in lines))


def _compared(text: str) -> str:
    """``text`` without white space and case, for bookmarks and lines are spaced differently."""
    return "".join(fold_space(text).split()).casefold()


def _goes_on(lines: Sequence[Line], starts: Sequence[int], i: int) -> bool:
    """Whether line ``i`` is of the paragraph of the line before: one character, the line end, lies between."""
    return starts[i] == starts[i - 1] + len(lines[i - 1].text) + 1


def _larger(lines: Sequence[Line], starts: Sequence[int]) -> list[Heading]:
    """Headings by type size: a few lines in a row larger than the body's, a level for each size."""
    weights: Counter[float] = Counter()
    for line in lines:
        if line.size:  # recognized lines do not tell it
            weights[line.size] += len(line.text)
    if not weights:
        return []
    body = weights.most_common(1)[0][0]
    sizes = sorted({line.size for line in lines if line.size >= _LARGER * body}, reverse=True)
    found: list[Heading] = []
    i = 0
    while i < len(lines):
        size = lines[i].size
        run = 1
        while i + run < len(lines) and lines[i + run].size == size and _goes_on(lines, starts, i + run):
            run += 1
        if size in sizes and run <= _HEADING_LINES:
            end = i + run - 1
            found.append(Heading(starts[i], starts[end] + len(lines[end].text), sizes.index(size) + 1))
        i += run
    return found
