"""Markdown: the text as written; its headings give the section tree, its pipe tables are tables."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from indexer.reading.formats.text import decode
from indexer.reading.loading import Content
from indexer.reading.outline import Heading
from indexer.types import Table, TableCell

ENDINGS = (".md", ".markdown")

# Closing hashes are removed in code: a pattern would backtrack over every blank of a long line.
_HEADING = re.compile(r"^(#{1,6})[ \t]+(\S.*)$", re.MULTILINE)
_UNDER_HEAD = re.compile(r"^[ \t]*(?:\|[ \t]*)?(?::?-+:?[ \t]*\|[ \t]*)+(?::?-+:?[ \t]*)?$", re.MULTILINE)
_CELL = re.compile(r"(?:[^|\\\n]|\\.)+|(?<=\|)(?=\|)")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def load(path: Path, data: bytes) -> Content:
    """Read a Markdown file; a single first-level heading is the title, not a section.

    Raises SourceError for bytes that are no text.
    """
    text = decode(path, data)
    fences = [m.span() for m in _FENCE.finditer(text)]
    starts = [start for start, _ in fences]

    def fenced(offset: int) -> bool:
        at = bisect_right(starts, offset) - 1
        return at >= 0 and offset < fences[at][1]

    found = [m for m in _HEADING.finditer(text) if not fenced(m.start())]
    top = [m for m in found if len(m[1]) == 1]
    title = top[0][2].rstrip(" \t").rstrip("#").rstrip(" \t") if top else ""
    if len(top) == 1:
        found.remove(top[0])
    lowest = min((len(m[1]) for m in found), default=1)
    headings = tuple(Heading(m.start(), m.end(), len(m[1]) - lowest + 1) for m in found)
    tables = tuple(table for table in _tables(text) if not fenced(table.start))
    return Content(text, title=re.sub(r"[*_`]", "", title), headings=headings, tables=tables)


def _tables(text: str) -> Iterator[Table]:
    """Pipe tables: a head row, the line under it, then rows up to a line without a bar."""
    position = 0
    for under in _UNDER_HEAD.finditer(text):
        if under.start() < position:  # a row of the table before
            continue
        head = text.rfind("\n", 0, max(under.start() - 1, 0)) + 1
        rows = [_row(text, head, under.start() - 1)]
        position = under.end() + 1
        while position < len(text):
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            if "|" not in text[position:end]:
                break
            rows.append(_row(text, position, end))
            position = end + 1
        if rows[0] and len(rows) > 1:
            yield Table(tuple(filter(None, rows)), heads=1)


def _row(text: str, start: int, end: int) -> tuple[TableCell, ...]:
    """The cells of a line, whose outer bars may be left out."""
    line = text[start:end].strip()
    first = start + text[start:end].find(line) if line else start
    cells: list[TableCell] = []
    for match in _CELL.finditer(text, first, first + len(line)):
        bare = match[0].strip()
        at = match.start() + match[0].find(bare)
        cells.append(TableCell(at, at + len(bare), len(cells)))
    return tuple(cells)
