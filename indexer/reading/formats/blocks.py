"""Blocks of a document with a structure (Word, web page) -> canonical text and its headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.reading.outline import Heading

#: Between the cells of a table's row, a row a line.
CELL = " | "


class Blocks:
    """Canonical text built block by block: blank lines between paragraphs, a line for each row and list item."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._count = 0
        self._tight = False
        self._headings: list[Heading] = []

    def add(self, text: str, *, level: int | None = None, tight: bool = False) -> None:
        """Add one block; ``level`` makes it a heading; no blank line comes between ``tight`` blocks.

        White space is folded, line breaks stay. A block without text is left out.
        """
        lines = (" ".join(line.split()) for line in text.split("\n"))
        folded = "\n".join(lines).strip()
        folded = re.sub(r"\n{2,}", "\n\n", folded)
        if not folded:
            return
        if self._parts:
            self._put("\n" if tight and self._tight else "\n\n")
        start = self._length
        self._put(folded)
        self._count += 1
        self._tight = tight
        if level is not None:
            self._headings.append(Heading(start, self._length, level))

    def open_table(self) -> None:
        """The rows added until ``close_table`` are those of one table, with a blank line before and behind it."""
        self._tight = False

    def close_table(self) -> None:
        """End the open table."""
        self._tight = False

    def add_row(self, cells: list[str]) -> None:
        """Add a table's row as one line, "a | b | c"; a row without text is left out."""
        folded = [" ".join(cell.split()) for cell in cells]
        if any(folded):
            self.add(CELL.join(folded), tight=True)

    def extend(self, text: str, headings: Sequence[Heading]) -> None:
        """Add canonical ``text`` with its ``headings``."""
        if not text.strip():
            return
        if self._parts:
            self._put("\n\n")
        start = self._length
        self._put(text)
        self._count += 1
        self._tight = False
        self._headings += (Heading(start + h.start, start + h.end, h.level) for h in headings)

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    def __len__(self) -> int:
        """Blocks so far."""
        return self._count

    def text(self) -> str:
        return "".join(self._parts)

    def headings(self, title: str = "") -> tuple[Heading, ...]:
        """The headings, outermost at level 1; without a first one that repeats ``title``."""
        text = self.text()
        found = self._headings
        if found and title and text[found[0].start : found[0].end].split() == title.split():
            found = found[1:]
        lowest = min((h.level for h in found), default=1)
        return tuple(Heading(h.start, h.end, h.level - lowest + 1) for h in found)

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
