"""Blocks of a document with a structure (Word, web page) -> canonical text, its headings and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from indexer.language.sentences import fold_space
from indexer.reading.hyphens import SOFT_HYPHEN, drop_soft_hyphens
from indexer.reading.outline import Heading
from indexer.types import Span, Table, TableCell

#: Between the cells of a table's row, a row a line.
CELL = " | "
#: Columns or rows of a table that a cell may cover; a damaged file may claim any number.
_WIDEST = 100
#: Columns of a table in which cells may cover those below.
_MOST_COLUMNS = 1_000
_BREAK = re.compile(rf"{SOFT_HYPHEN}[^\S\n]+")


class Blocks:
    """Canonical text built block by block: blank lines between paragraphs, a line for each row and list item."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._count = 0
        self._tight = False
        self._headings: list[Heading] = []
        self._tables: list[_Rows] = []
        self._open: list[_Rows] = []

    def add(self, text: str, *, level: int | None = None, tight: bool = False) -> int | None:
        """Add one block; ``level`` makes it a heading; no blank line comes between ``tight`` blocks.

        White space is folded, line breaks stay. A block without text is left out. Returns where it begins.
        """
        text = drop_soft_hyphens(_BREAK.sub(f"{SOFT_HYPHEN}\n", text)) if SOFT_HYPHEN in text else text
        lines = (" ".join(line.split()) for line in text.split("\n"))
        folded = "\n".join(lines).strip()
        folded = re.sub(r"\n{2,}", "\n\n", folded)
        if not folded:
            return None
        if self._parts:
            self._put("\n" if tight and self._tight else "\n\n")
        start = self._length
        self._put(folded)
        self._count += 1
        self._tight = tight
        if level is not None:
            self._headings.append(Heading(start, self._length, level))
        return start

    def open_table(self) -> None:
        """The rows added until ``close_table`` are those of one table; with a blank line before and behind it.

        A table may stand in a cell of another.
        """
        self._open.append(_Rows())
        self._tight = False

    def add_row(self, cells: Sequence[str], spans: Sequence[Span] = (), *, head: bool = False) -> None:
        """Add a row of the open table as one line, "a | b | c"; a row without text is left out.

        ``spans`` are the columns and rows that each cell covers, one where they are not given; ``head`` says that
        the row names the columns.
        """
        line, places = "", []
        for i, cell in enumerate(map(fold_space, cells)):
            line += (" |" if line else "|") if i else ""
            line += " " if cell and line else ""
            places.append((len(line), len(line) + len(cell)))
            line += cell
        start = self.add(line, tight=True) if any(a < b for a, b in places) else None
        if self._open:
            self._open[-1].add(start, places, spans or [(1, 1)] * len(places), head=head)

    def close_table(self) -> None:
        """End the open table."""
        if self._open and (rows := self._open.pop()).found:
            self._tables.append(rows)
        self._tight = False

    def tables(self) -> tuple[Table, ...]:
        """The tables in reading order, with the head rows that were named."""
        found = (Table(tuple(rows.found), rows.heads) for rows in self._tables)
        return tuple(sorted(found, key=lambda table: table.start))

    def extend(self, text: str, headings: Sequence[Heading], tables: Sequence[Table] = ()) -> None:
        """Add canonical ``text`` with its ``headings`` and ``tables``."""
        if not text.strip():
            return
        if self._parts:
            self._put("\n\n")
        start = self._length
        self._put(text)
        self._count += 1
        self._tight = False
        self._headings += (Heading(start + h.start, start + h.end, h.level) for h in headings)
        self._tables += (_Rows.of(table, start) for table in tables)

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
        if found and title and fold_space(text[found[0].start : found[0].end]) == fold_space(title):
            found = found[1:]
        lowest = min((h.level for h in found), default=1)
        return tuple(Heading(h.start, h.end, h.level - lowest + 1) for h in found)

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


class _Rows:
    """The rows of a table so far, each cell in the first column that no cell from above covers."""

    def __init__(self) -> None:
        self.found: list[tuple[TableCell, ...]] = []
        self.heads = 0
        self._reach: dict[int, int] = {}  # how many rows from this one on a cell from above covers a column

    def add(self, start: int | None, places: Sequence[Span], spans: Sequence[Span], *, head: bool) -> None:
        """Add a row whose line begins at ``start``, or count one without text."""
        column = 0
        cells = []
        reach = {c: rows - 1 for c, rows in self._reach.items() if rows > 1}
        for (first, last), (columns, rows) in zip(places, spans, strict=True):
            while column in self._reach:
                column += 1
            wide, high = (min(max(count, 1), _WIDEST) for count in (columns, rows))
            cells.append(TableCell((start or 0) + first, (start or 0) + last, column, wide, high))
            if high > 1 and column < _MOST_COLUMNS:
                reach |= dict.fromkeys(range(column, column + wide), high - 1)
            column += wide
        self._reach = reach
        if start is not None:
            self.heads += head and self.heads == len(self.found)
            self.found.append(tuple(cells))

    @classmethod
    def of(cls, table: Table, offset: int) -> _Rows:
        """The rows of ``table``, moved by ``offset``."""
        rows = cls()
        rows.heads = table.heads
        rows.found = [
            tuple(replace(cell, start=offset + cell.start, end=offset + cell.end) for cell in row) for row in table.rows
        ]
        return rows
