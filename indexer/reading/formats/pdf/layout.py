"""Runs of words -> the lines of a page in reading order: columns one after another, tables row by row.

A gutter that runs through a stretch of the page with prose on either side makes columns; what crosses it
(a heading over both) parts the columns above from those below. Tables are seen by their ruled lines, or by
short runs in aligned rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from indexer.reading.formats.pdf.grids import is_open_table, open_rows
from indexer.reading.formats.pdf.lines import Line, Run

_GUTTER = 0.4  # times the line's height
_COLUMN = 9.0  # times the line's height; a narrower column is a table's
_COLUMN_LINES = 3
_DEEPEST_INDENT = 5.0  # times the line's height, within a column
_FILLED = 0.5  # share of a column's width that its lines usually fill
_ALIGNED = 3.0  # points
_MOST_WRAPPED = 3  # lines of a table in a row that hold one cell alone
_TABLE_GAP = 3.0  # times the line's height, between the rows of one table
_WRAP_GAP = 0.9  # times the line's height, between the lines of one cell
_MARK = re.compile(r"[-*•·–—●▪◦]|[(（]?[\w一二三四五六七八九十]{1,4}[.)、）．]+")


def read_order(runs: Sequence[Run], tables: Sequence[Sequence[Line]] = (), turned: Sequence[Run] = ()) -> list[Line]:
    """``runs``, with the ``tables`` found before, as lines in the order in which they are read.

    ``turned`` runs, which stand in the margin or in a picture, come last.
    """
    blocks: list[Line | _Table] = [Line((run,)) for run in runs]
    blocks += [_Table(tuple(rows)) for rows in tables if rows]
    ordered: list[Line] = []
    for number, group in enumerate(_columns(blocks)):
        for line in _rows(group):
            ordered.append(replace(line, column=number))
    first = ordered[-1].column + 1 if ordered else 0
    return ordered + [Line((run,), column=first + i) for i, run in enumerate(turned)]


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
    lines: list[Line] = []
    levels: list[list[Run]] = []

    def close() -> None:
        lines.extend(_open_tables(levels))
        levels.clear()

    for block in sorted(blocks, key=lambda b: (-b.top, b.left)):
        if isinstance(block, _Table):
            close()
            lines += block.rows
        elif levels and _level(levels[-1][0], block):
            levels[-1] = sorted([*levels[-1], *block.runs], key=lambda run: run.left)
        else:
            levels.append(list(block.runs))
    close()
    return lines


def _open_tables(levels: Sequence[list[Run]]) -> list[Line]:
    """``levels`` of runs as lines, those of tables without rules as rows."""
    rows = [
        len(level) > 1
        and not _MARK.fullmatch(level[0].text)
        and any(
            len(other) > 1 and _aligned(level, other) for other in (*levels[max(i - 1, 0) : i], *levels[i + 1 : i + 2])
        )
        for i, level in enumerate(levels)
    ]
    lines: list[Line] = []
    i = 0
    while i < len(levels):
        end = _table_end(levels, rows, i)
        table = open_rows([levels[i:end]]) if end > i else []
        if is_open_table(table):
            lines.append(replace(table[0], opens=True))
            lines += table[1:]
            i = end
        else:
            end = max(end, i + 1)
            lines += [Line(tuple(level)) for level in levels[i:end]]
            i = end
    return lines


def _table_end(levels: Sequence[Sequence[Run]], rows: Sequence[bool], start: int) -> int:
    """Behind the last row of the table that begins at ``start``, which may have cells of several lines."""
    if not rows[start]:
        return start
    end = start + 1
    i = end
    while i < len(levels) and i - end <= _MOST_WRAPPED:
        if rows[i]:
            if levels[end - 1][0].bottom - levels[i][0].top > _TABLE_GAP * levels[i][0].height and i == end:
                break
            end = i + 1
        elif not _wraps(levels[i], levels[i - 1], levels[start:end]):
            break
        i += 1
    while (
        end < i
        and _wraps(levels[end], levels[end - 1], levels[start:end])
        and levels[end][0].left > levels[start][0].left + _ALIGNED
    ):
        end += 1
    return end


def _wraps(level: Sequence[Run], above: Sequence[Run], rows: Sequence[Sequence[Run]]) -> bool:
    """Whether ``level`` goes on with cells of ``rows``, close under ``above``: begins where cells do, crosses none."""
    close = above[0].bottom - level[0].top <= _WRAP_GAP * level[0].height
    lefts = [run.left for row in rows for run in row]
    several = [row for row in rows if len(row) > 1]
    crosses = any(
        sum(run.left < cell.right and cell.left < run.right for cell in row) > 1
        for run in level
        for row in several[-1:]
    )
    return close and not crosses and all(any(abs(run.left - left) <= _ALIGNED for left in lefts) for run in level)


def _level(a: Run | Line, b: Run | Line) -> bool:
    """Whether two runs stand at one height."""
    overlap = min(a.top, b.top) - max(a.bottom, b.bottom)
    return overlap >= 0.5 * min(a.top - a.bottom, b.top - b.bottom)


def _aligned(row: Sequence[Run], other: Sequence[Run]) -> bool:
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
