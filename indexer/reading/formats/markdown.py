"""Markdown: the text as written; its headings give the section tree."""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path

from indexer.reading.formats.text import decode
from indexer.reading.loading import Content
from indexer.reading.outline import Heading

ENDINGS = (".md", ".markdown")

# Closing hashes are removed in code: a pattern would backtrack over every blank of a long line.
_HEADING = re.compile(r"^(#{1,6})[ \t]+(\S.*)$", re.MULTILINE)
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
    return Content(text, title=re.sub(r"[*_`]", "", title), headings=headings)
