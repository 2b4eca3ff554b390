"""Runs of words -> the lines of a page in reading order: columns one after another, tables row by row.

A gutter that runs through a stretch of the page with prose on either side makes columns; what crosses it
(a heading over both) parts the columns above from those below. Tables are seen by their ruled lines, or by
short runs in aligned rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.reading.formats.pdf.lines import Line, Run

_GUTTER = 0.4  # times the line's height
_COLUMN = 9.0  # times the line's height; a narrower column is a table's
_COLUMN_LINES = 3
_DEEPEST_INDENT = 5.0  # times the line's height, within a column
_FILLED = 0.5  # share of a column's width that its lines usually fill
_ALIGNED = 3.0  # points
_MARK = re.compile(r"[-*•·–—●▪◦]|[(（]?[\w一二三四五六七八九十]{1,4}[.)、）．]+")


def read_order(runs: Sequence[Run], tables: Sequence[Sequence[Line]] = ()) -> list[Line]:
    """``runs``, with the ``tables`` found before, as lines in the order in which they are read."""
    blocks: list[Line | _Table] = [Line((run,)) for run in runs]
    blocks += [_Table(tuple(rows)) for rows in tables if rows]
    ordered: list[Line] = []
    for number, group in enumerate(_columns(blocks)):
        for line in _rows(group):
            ordered.append(Line(line.runs, line.row, number))
    return ordered


@dataclass(frozen=True, slots=True)
class _Table:
    rows: tuple[Line, ...]

    @property
    def left(self) -> float:
        return min(row.left for row in self.rows)

    @property
    def right(self) -> float:
        return max(row.right for row in self.rows)

    @property
    def top(self) -> float:
        return max(row.top for row in self.rows)

    @property
    def bottom(self) -> float:
        return min(row.bottom for row in self.rows)


def _columns(blocks: Sequence[Line | _Table]) -> list[list[Line | _Table]]:
    """``blocks`` in groups that are each read from top to bottom, one group after another."""
    edge = _gutter(blocks)
    if edge is None:
        return [list(blocks)] if blocks else []
    groups: list[list[Line | _Table]] = []
    left: list[Line | _Table] = []
    right: list[Line | _Table] = []
    across: list[Line | _Table] = []

    def close() -> None:
        for side in (left, right):
            groups.extend(_columns(side))
            side.clear()

    for block in sorted(blocks, key=lambda b: (-b.top, b.left)):
        crosses = block.left < edge - _ALIGNED and block.right > edge + _ALIGNED
        if crosses:
            close()
            across.append(block)
            continue
        if across:
            groups.append(list(across))
            across.clear()
        (left if block.right <= edge + _ALIGNED else right).append(block)
    close()
    if across:
        groups.append(list(across))
    return groups


def _gutter(blocks: Sequence[Line | _Table]) -> float | None:
    """The left edge of the second column, where there are columns; None for a page read straight down."""
    lines = [block for block in blocks if isinstance(block, Line)]
    if len(lines) < 2 * _COLUMN_LINES:
        return None
    height = sorted(line.top - line.bottom for line in lines)[len(lines) // 2]
    edges: list[float] = []
    for left in sorted(line.left for line in lines):
        if not edges or left - edges[-1] > _ALIGNED:
            edges.append(left)
    for edge in edges:
        right = [line for line in lines if line.left >= edge - _ALIGNED]
        if sum(abs(line.left - edge) <= _ALIGNED for line in right) < _COLUMN_LINES:
            continue
        left_side = [line for line in lines if line.right < edge - _GUTTER * height]
        # a third column is not looked at: it is found when the rest is looked at again
        right = [line for line in right if line.left <= edge + _DEEPEST_INDENT * height]
        top = min(max(_tops(left_side), default=0.0), max(_tops(right), default=0.0))
        bottom = max(min(_bottoms(left_side), default=0.0), min(_bottoms(right), default=0.0))
        sides = [
            [line for line in side if bottom <= (line.top + line.bottom) / 2 <= top] for side in (left_side, right)
        ]
        crossing = sum(
            line.left < edge - _ALIGNED and line.right >= edge - _GUTTER * height and bottom < line.top <= top
            for line in lines
        )
        if all(_is_column(side, height) for side in sides) and crossing <= 0.25 * (len(sides[0]) + len(sides[1])):
            return edge
    return None


def _tops(lines: Iterable[Line]) -> Iterable[float]:
    return (line.top for line in lines)


def _bottoms(lines: Iterable[Line]) -> Iterable[float]:
    return (line.bottom for line in lines)


def _is_column(lines: Sequence[Line], height: float) -> bool:
    """Whether ``lines``, one above another, are prose: wide, and most of them full."""
    if len(lines) < _COLUMN_LINES:
        return False
    width = max(line.right for line in lines) - min(line.left for line in lines)
    usual = sorted(line.right - line.left for line in lines)[len(lines) // 2]
    return width >= _COLUMN * height and usual >= _FILLED * width


def _rows(blocks: Sequence[Line | _Table]) -> list[Line]:
    """``blocks`` from top to bottom; runs at one height are a row of cells, or one line."""
    rows: list[list[Line | _Table]] = []
    for block in sorted(blocks, key=lambda b: (-b.top, b.left)):
        at = rows[-1][0] if rows else None
        if at and isinstance(block, Line) and isinstance(at, Line) and _level(at, block):
            rows[-1].append(block)
        else:
            rows.append([block])
    lines: list[Line] = []
    for i, row in enumerate(rows):
        first = row[0]
        if isinstance(first, _Table):
            lines += first.rows
            continue
        runs = [run for line in sorted(row, key=lambda b: b.left) if isinstance(line, Line) for run in line.runs]
        beside = [
            other for other in (rows[i - 1] if i else [], rows[i + 1] if i + 1 < len(rows) else []) if len(other) > 1
        ]
        is_row = len(runs) > 1 and not _MARK.fullmatch(runs[0].text) and any(_aligned(row, other) for other in beside)
        lines.append(Line(tuple(runs), is_row))
    return lines


def _level(a: Line, b: Line) -> bool:
    """Whether two runs stand at one height."""
    overlap = min(a.top, b.top) - max(a.bottom, b.bottom)
    return overlap >= 0.5 * min(a.top - a.bottom, b.top - b.bottom)


def _aligned(row: Sequence[Line | _Table], other: Sequence[Line | _Table]) -> bool:
    """Whether most cells behind the first begin, end or are centred where one of ``other`` does."""
    ordered, others = (sorted(cells, key=lambda c: c.left)[1:] for cells in (row, other))
    aligned = sum(
        any(
            min(abs(a.left - b.left), abs(a.right - b.right), abs(a.left + a.right - b.left - b.right) / 2) <= _ALIGNED
            for b in others
        )
        for a in ordered
    )
    return aligned > 0.5 * len(ordered)
