"""Runs of words -> the lines of a page in reading order: columns one after another, tables row by row.

A gutter that runs through a stretch of the page with prose on either side makes columns; what crosses it
(a heading over both) parts the columns above from those below. Tables are seen by their ruled lines, or by
short runs in aligned rows.
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from indexer.reading.formats.pdf.grids import is_open_table, open_rows
from indexer.reading.formats.pdf.lines import Line, Run

_MOST_RUNS = 1_000  # of a page, above which it is a map or a drawing: looking for columns takes the square
_GUTTER = 0.4  # times the line's height
_COLUMN = 9.0  # times the line's height; a narrower column is a table's
_COLUMN_LINES = 3
_DEEPEST_INDENT = 5.0  # times the line's height, within a column
_BESIDE_LINES = 5  # of prose that has a chart or a sidebar at its side
_MUCH_LARGER = 1.5  # times the type size of the prose beside
_HEADLINE = 2.0  # times the type size of what stands at its height but in another line
_BREAK = 1.0  # times the line's height, between parts of a page
_LEVEL = 0.08  # times the line's height
_SAME_HEIGHT = 0.5  # share of the lines of a chart or sidebar that stand level with lines of the prose by chance
_SAME_SIZE = 0.1  # share by which the type sizes of a table's cells may differ
_LISTED = re.compile(r"(?:[-*•·●▪◦]|\(?[a-zA-Z\d]{1,2}[.)])\s")
_FILLED = 0.5  # share of a column's width that its lines usually fill
_ALIGNED = 3.0  # points
_MOST_WRAPPED = 3  # lines of a table in a row that hold one cell alone
_TABLE_GAP = 3.0  # times the line's height, between the rows of one table
_WRAP_GAP = 0.9  # times the line's height, between the lines of one cell
_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})+\.?")
_MARK = re.compile(r"[-*•·–—●▪◦]|[(（]?[\w一二三四五六七八九十]{1,4}[.)、）．]+")


def read_order(runs: Sequence[Run], tables: Sequence[Sequence[Line]] = (), turned: Sequence[Run] = ()) -> list[Line]:
    """``runs``, with the ``tables`` found before, as lines in the order in which they are read.

    ``turned`` runs, which stand in the margin or in a picture, come last.
    """
    blocks: list[Line | _Table] = [Line((run,)) for run in runs]
    blocks += [_Table(tuple(rows)) for rows in tables if rows]
    ordered: list[Line] = []
    for number, group in enumerate(_columns(blocks) if len(blocks) <= _MOST_RUNS else [blocks]):
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


_Block = Line | _Table


def _columns(blocks: Sequence[_Block]) -> list[list[_Block]]:
    """``blocks`` in groups that are each read from top to bottom, one group after another."""
    parted = [_parted(blocks, edge) for edge in _edges(blocks)]
    # a gutter seen where there is none, behind a stray sign or an indent, makes columns of fewer lines
    groups, _ = max(parted, key=lambda found: found[1], default=([], 0))
    if len(groups) > 1:
        return [inner for group in groups for inner in _columns(group)]
    return [list(blocks)] if blocks else []


def _edges(blocks: Sequence[_Block]) -> list[float]:
    """Where a second column may begin: where several lines do, or what stands beside a column of lines."""
    lines = [block for block in blocks if isinstance(block, Line)]
    if len(lines) < _COLUMN_LINES:
        return []
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.left):
        if groups and line.left - groups[-1][0].left <= _ALIGNED:
            groups[-1].append(line)
        else:
            groups.append([line])
    found = {group[0].left for group in groups if len(group) >= _COLUMN_LINES}
    for group in groups:
        if len(group) >= _BESIDE_LINES:
            top, bottom = max(line.top for line in group), min(line.bottom for line in group)
            right = median(sorted(line.right for line in group)[len(group) // 2 :])
            beside = [b.left for b in blocks if b.left > right and bottom < (b.top + b.bottom) / 2 < top]
            found |= {min(beside)} if beside else set()
    return sorted(found)


def _parted(blocks: Sequence[_Block], edge: float) -> tuple[list[list[_Block]], int]:
    """``blocks`` in the groups that a column beginning at ``edge`` makes, one group where there is none; how many
    stand in columns.

    What crosses the gutter parts the columns above it from those below.
    """
    heights = [block.height for block in blocks if isinstance(block, Line)]
    height = median(heights)
    gutter = edge - _GUTTER * height
    stretches = _stretches(blocks, edge - _ALIGNED, gutter, height)
    groups: list[list[_Block]] = []
    across: list[_Block] = []
    count = 0
    for stretch in stretches:
        for columnar, part in _columnar(stretch, edge, height):
            if not columnar:
                across += part
                continue
            groups += [across, *_sides(part, edge)]
            count += len(part)
            across = []
    return [group for group in [*groups, across] if group], count


def _stretches(blocks: Sequence[_Block], edge: float, gutter: float, height: float) -> list[list[list[_Block]]]:
    """``blocks`` from top to bottom in stretches that nothing that crosses the gutter parts, each in the parts
    between wide gaps; what crosses is a stretch of its own."""
    stretches: list[list[list[_Block]]] = [[]]
    floor = float("inf")
    for block in sorted(blocks, key=lambda b: (-b.top, b.left)):
        if block.left < edge and block.right > gutter:
            stretches += [[[block]], []]
            floor = float("inf")
            continue
        if not stretches[-1] or floor - block.top >= _BREAK * height:
            stretches[-1].append([])
        stretches[-1][-1].append(block)
        floor = min(floor, block.bottom)
    return [stretch for stretch in stretches if stretch]


def _columnar(parts: Sequence[list[_Block]], edge: float, height: float) -> list[tuple[bool, list[_Block]]]:
    """The parts of a stretch, those that are columns together, with whether they are."""
    whole = [block for part in parts for block in part]
    if _are_columns(*_sides(whole, edge), edge, height):
        return [(True, whole)]
    found: list[tuple[bool, list[_Block]]] = []
    for part in parts:
        columnar = _are_columns(*_sides(part, edge), edge, height)
        if columnar and found and found[-1][0]:
            found[-1] = (True, found[-1][1] + part)
        else:
            found.append((columnar, part))
    return found


def _sides(blocks: Sequence[_Block], edge: float) -> tuple[list[_Block], list[_Block]]:
    return [b for b in blocks if b.left < edge - _ALIGNED], [b for b in blocks if b.left >= edge - _ALIGNED]


def _are_columns(left: Sequence[_Block], right: Sequence[_Block], edge: float, height: float) -> bool:
    """Whether what stands at the two sides of a gutter is read side after side."""
    # a third column is not looked at: it is found when the rest is looked at again
    first = [line for line in left if isinstance(line, Line)]
    second = [line for line in right if isinstance(line, Line) and line.left <= edge + _DEEPEST_INDENT * height]
    if not first or not second:
        return False
    top = min(max(line.top for line in first), max(line.top for line in second))
    bottom = max(min(line.bottom for line in first), min(line.bottom for line in second))
    sides = [[line for line in side if bottom <= (line.top + line.bottom) / 2 <= top] for side in (first, second)]
    if all(_is_column(side, height) for side in sides):
        return True
    # prose beside a chart or a narrow sidebar: their lines stand at other heights than those of the prose
    for prose, other in (sides, sides[::-1]):
        if len(prose) >= _BESIDE_LINES and len(other) > 1 and _is_column(prose, height):
            level = sum(any(_is_level_cell(a, b) for b in prose) for a in other)
            if level <= _SAME_HEIGHT * len(other):
                return True
    # a heading in much larger type at the side of its text, or a chart's title
    for prose, other in ((first, second), (second, first)):
        if len(prose) >= _BESIDE_LINES and _is_column(prose, height) and _is_headline_beside(other, prose):
            return True
    return all(sum(bool(_LISTED.match(line.text)) for line in side) >= _COLUMN_LINES for side in sides)


def _is_level_cell(a: Line, b: Line) -> bool:
    """Whether ``a`` stands on the line of ``b`` as the next cell of a row does, in type of its size."""
    return abs(a.bottom - b.bottom) <= _LEVEL * b.height and abs(a.size - b.size) <= _SAME_SIZE * b.size


def _is_headline_beside(lines: Sequence[Line], prose: Sequence[Line]) -> bool:
    """Whether ``lines`` are a few in much larger type that stand at the height of ``prose``."""
    size = median(line.size for line in prose)
    large = all(line.size >= _MUCH_LARGER * size and len(line.text) >= _COLUMN_LINES for line in lines)
    top, bottom = max(line.top for line in prose), min(line.bottom for line in prose)
    return (
        large and len(lines) <= _BESIDE_LINES and all(bottom <= (line.top + line.bottom) / 2 <= top for line in lines)
    )


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
        elif levels and _level(levels[-1][0], block) and not _is_other_type(levels[-1][0], block.runs[0]):
            for run in block.runs:
                insort(levels[-1], run, key=lambda run: run.left)
        else:
            levels.append(list(block.runs))
    close()
    return lines


def _open_tables(levels: Sequence[list[Run]]) -> list[Line]:
    """``levels`` of runs as lines, those of tables without rules as rows."""
    rows = [
        len(level) > 1
        and not _is_item(level)
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


def _is_item(level: Sequence[Run]) -> bool:
    """Whether the first run is an item's mark, or the number of a heading."""
    if _MARK.fullmatch(level[0].text):
        return True
    return len(level) == 2 and bool(_NUMBER.fullmatch(level[0].text)) and level[1].text[:1].isalpha()


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


def _is_other_type(a: Run, b: Run) -> bool:
    """Whether one is a headline whose letters reach down beside the other; a large initial is none."""
    small, large = sorted((a, b), key=lambda run: run.words[0].size)
    return large.words[0].size >= _HEADLINE * small.words[0].size > 0 and len(large.text) >= _COLUMN_LINES


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
