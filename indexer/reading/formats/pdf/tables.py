"""Tables with ruled lines: words into cells, cells into rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from indexer.reading.formats.pdf.lines import Line, Run
from indexer.reading.formats.pdf.words import Rule, Word

_SAME = 3.0  # points; a border drawn as a thin box has two edges this close
_FEWEST_RULES = 3
_FEWEST_WALLS = 3  # with as many lines down, one row is a table: the rest of it may be on another page
_FULL_GRID = 4  # rules across; fewer part the head from the body, whose rows have none between them


def read_tables(
    lines: Sequence[Sequence[Word]], across: Sequence[Rule], down: Sequence[Rule]
) -> tuple[list[list[Word]], list[list[Line]]]:
    """The lines of words that stand in no ruled table, and the tables, each as its rows."""
    rest = [list(line) for line in lines]
    tables = []
    standing = _merged(down)
    for grid in (part for whole in _grids(_merged(across)) for part in _parted(whole, standing)):
        low, high, left, right = grid[-1].at, grid[0].at, grid[0].low, grid[0].high
        inside = [word for line in rest for word in line if _within(word, left, right, low, high)]
        walls = [r for r in standing if left - _SAME <= r.at <= right + _SAME and r.low < high and r.high > low]
        rows = _rows(inside, grid, sorted({wall.at for wall in walls}))
        if sum(len(row.runs) > 1 for row in rows) < (1 if len(walls) >= _FEWEST_WALLS else 2):
            continue  # a frame around prose
        tables.append(rows)
        taken = {id(word) for word in inside}
        rest = [kept for line in rest if (kept := [word for word in line if id(word) not in taken])]
    return rest, tables


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """``rules`` with those that touch end to end, or lie on one another, made one; the highest first."""
    merged: list[Rule] = []
    for rule in sorted(rules, key=lambda r: (-round(r.at / _SAME), r.low)):
        last = merged[-1] if merged else None
        if last and abs(last.at - rule.at) <= _SAME and rule.low <= last.high + _SAME:
            merged[-1] = Rule(last.at, last.low, max(last.high, rule.high))
        else:
            merged.append(rule)
    # what rounding parted
    joined: list[Rule] = []
    for rule in sorted(merged, key=lambda r: -r.at):
        near = next((k for k, other in enumerate(joined) if _touch(other, rule)), None)
        if near is None:
            joined.append(rule)
        else:
            joined[near] = Rule(joined[near].at, min(joined[near].low, rule.low), max(joined[near].high, rule.high))
    return joined


def _touch(a: Rule, b: Rule) -> bool:
    return abs(a.at - b.at) <= _SAME and a.low <= b.high + _SAME and b.low <= a.high + _SAME


def _grids(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Rules across of the same extent, the highest first."""
    grids: list[list[Rule]] = []
    for rule in rules:
        for grid in grids:
            if abs(grid[0].low - rule.low) <= _SAME and abs(grid[0].high - rule.high) <= _SAME:
                grid.append(rule)
                break
        else:
            grids.append([rule])
    return [grid for grid in grids if len(grid) > 1]


def _parted(grid: Sequence[Rule], down: Sequence[Rule]) -> list[list[Rule]]:
    """``grid`` parted where no wall stands between two rules: there one table ends and another begins."""
    left, right = grid[0].low - _SAME, grid[0].high + _SAME
    walls = [rule for rule in down if left <= rule.at <= right]
    parts = [[grid[0]]]
    for upper, lower in pairwise(grid):
        middle = (upper.at + lower.at) / 2
        if walls and not any(wall.low <= middle <= wall.high for wall in walls):
            parts.append([])
        parts[-1].append(lower)
    fewest = 2 if len(walls) >= _FEWEST_WALLS else _FEWEST_RULES
    return [part for part in parts if len(part) >= fewest]


def _within(word: Word, left: float, right: float, low: float, high: float) -> bool:
    x, y = (word.left + word.right) / 2, (word.bottom + word.top) / 2
    return left - _SAME <= x <= right + _SAME and low <= y <= high


def _rows(words: Sequence[Word], grid: Sequence[Rule], walls: Sequence[float]) -> list[Line]:
    full = len(grid) >= _FULL_GRID or len(walls) > 2
    rows = []
    for upper, lower in pairwise(grid):
        band = [word for word in words if lower.at <= (word.bottom + word.top) / 2 < upper.at]
        for row in [band] if full else _levels(band):
            cells = _cells(row, walls)
            if cells:
                rows.append(Line(tuple(Run(tuple(cell)) for cell in cells), row=True))
    return rows


def _levels(words: Sequence[Word]) -> list[list[Word]]:
    """``words`` by their height on the page, from the top."""
    levels: list[list[Word]] = []
    for word in sorted(words, key=lambda w: -w.top):
        if levels and min(levels[-1][0].top, word.top) - max(levels[-1][0].bottom, word.bottom) >= 0.5 * word.height:
            levels[-1].append(word)
        else:
            levels.append([word])
    return levels


def _cells(words: Sequence[Word], walls: Sequence[float]) -> list[list[Word]]:
    """``words`` of one row by cell, from the left; within a cell line by line."""
    cells: list[list[Word]] = []
    edge = float("-inf")
    for word in sorted(words, key=lambda w: w.left):
        middle = (word.left + word.right) / 2
        walled = len(walls) > 2
        new = any(edge < wall <= middle for wall in walls) if walled else word.left > edge + word.height
        if new or not cells:
            cells.append([])
        cells[-1].append(word)
        edge = middle if walled else max(edge, word.right)
    return [[word for level in _levels(cell) for word in sorted(level, key=lambda w: w.left)] for cell in cells]
