"""Tables with ruled lines: rules that touch make a grid, the grid cells, the cells rows; some have none down.

A cell is what no wall parts: walls count only where they run along the cell, so merged cells stay whole. Page
frames, coloured boxes and side rules make grids too; a grid is a table if two of its rows have two cells with
words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from indexer.reading.formats.pdf.grids import (
    CELL_GAP,
    by_level,
    is_open_table,
    is_prose,
    is_set_in_columns,
    open_rows,
    run_levels,
    split_band,
)
from indexer.reading.formats.pdf.lines import Line, Place, make_runs
from indexer.reading.formats.pdf.rules import SAME, Drawn, Rule
from indexer.reading.formats.pdf.words import Word

_NARROWEST = 5.0  # points; two walls closer than this are one, drawn double
_MOST_RULES = 250_000  # pairs of rules that are compared; more are a drawing's
_MOST_CELLS = 20_000
_FEW_BANDS = 2  # a head and a body whose rows have no rules between them
_FORM_ROWS = 3
_LONGEST_LABEL = 80  # characters of what a form asks for
_FEWEST_WALLED = 3  # cells of a lone row, whose table may go on from another page


def read_tables(lines: Sequence[Sequence[Word]], drawn: Drawn) -> tuple[list[list[Word]], list[list[Line]]]:
    """The lines of words that are in no ruled table, and the tables, each as its rows."""
    rest = [list(line) for line in lines]
    tables = []
    # small ones first: a table may stand in a frame
    grids = sorted(_grids(drawn), key=lambda grid: (grid.right - grid.left) * (grid.top - grid.bottom))
    for grid in grids:
        inside = [word for line in rest for word in line if grid.holds(word)]
        if len(inside) < 2:
            continue
        rows = grid.rows(inside)
        if not _is_table(rows):
            continue
        tables.append([replace(rows[0], opens=True), *rows[1:]])
        rest = _without(rest, inside)
    for rules in _same_extent(drawn.across):
        rest, found = _between_rules(rest, rules)
        tables += found
    return rest, tables


def _without(lines: Iterable[list[Word]], taken: Iterable[Word]) -> list[list[Word]]:
    gone = {id(word) for word in taken}
    return [kept for line in lines if (kept := [word for word in line if id(word) not in gone])]


def _is_table(rows: Sequence[Line]) -> bool:
    filled = [sum(bool(run.words) for run in row.runs) for row in rows]
    several = sum(count > 1 for count in filled)
    if len(rows) == 1:
        return filled[0] >= _FEWEST_WALLED
    if several >= 2:
        return True
    short = all(len(run.text) <= _LONGEST_LABEL for row in rows for run in row.runs)
    # the first row may go on from the page before, without the name that stands there
    if several and short and len(rows[0].runs) > 1 and not rows[0].runs[0].words and filled[0]:
        return True
    # a form to be filled in has words in its head and its first column alone
    forms = sum(len(row.runs) > 1 for row in rows)
    return forms >= (_FORM_ROWS if several else _FORM_ROWS + 1) and short


def _same_extent(rules: Iterable[Rule]) -> list[list[Rule]]:
    """Rules across in groups of the same extent, the highest first."""
    groups: list[list[Rule]] = []
    for rule in rules:
        for group in groups:
            if abs(group[0].low - rule.low) <= SAME and abs(group[0].high - rule.high) <= SAME:
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [group for group in groups if len(group) > 1]


def _between_rules(lines: list[list[Word]], rules: Sequence[Rule]) -> tuple[list[list[Word]], list[list[Line]]]:
    """Tables without walls: bands between ``rules`` most of whose lines are cells side by side."""
    left, right = rules[0].low - SAME, rules[0].high + SAME
    bands = []
    for upper, lower in pairwise(rules):
        inside = [
            [
                w
                for w in line
                if left <= (w.left + w.right) / 2 <= right and lower.at <= (w.bottom + w.top) / 2 < upper.at
            ]
            for line in lines
        ]
        bands.append(run_levels(make_runs([words for words in inside if words], gap=CELL_GAP)))
    tables = []
    at = 0
    while at < len(bands):
        end = at
        while end < len(bands) and bands[end] and 2 * sum(len(level) > 1 for level in bands[end]) >= len(bands[end]):
            end += 1
        # prose may stand between a rule of the page and the table's first
        while at < end and is_set_in_columns(bands[at]):
            at += 1
        levels = [level for band in bands[at:end] for level in band]
        if levels and not is_prose(levels):
            rows = open_rows(bands[at:end])
            if is_open_table(rows):
                tables.append([replace(rows[0], opens=True), *rows[1:]])
                lines = _without(lines, (word for row in rows for word in row.words))
        at = end + 1
    return lines, tables


class _Grid:
    """Rules that touch one another."""

    def __init__(self, across: Sequence[Rule], down: Sequence[Rule]) -> None:
        self.across, self.down = across, down
        self.xs = _clustered([r.at for r in down] + [end for r in across for end in (r.low, r.high)])
        self.ys = _clustered([r.at for r in across] + [end for r in down for end in (r.low, r.high)])[::-1]
        self.left, self.right, self.top, self.bottom = self.xs[0], self.xs[-1], self.ys[0], self.ys[-1]

    def holds(self, word: Word) -> bool:
        x, y = (word.left + word.right) / 2, (word.bottom + word.top) / 2
        return self.left - SAME <= x <= self.right + SAME and self.bottom <= y <= self.top

    def rows(self, words: Sequence[Word]) -> list[Line]:
        """``words`` by row and cell."""
        owner = self._owners(words)
        bands, columns = len(self.ys) - 1, len(self.xs) - 1
        inside: dict[int, list[Word]] = {}
        falling = [-y for y in self.ys]
        for word in words:
            column = min(max(bisect_right(self.xs, (word.left + word.right) / 2) - 1, 0), columns - 1)
            band = min(max(bisect_right(falling, -(word.bottom + word.top) / 2) - 1, 0), bands - 1)
            inside.setdefault(owner[band][column], []).append(word)
        extents: dict[int, tuple[int, int, int, int]] = {}
        for band in range(bands):
            for column in range(columns):
                name = owner[band][column]
                top, left, bottom, right = extents.get(name, (band, column, band, column))
                extents[name] = (min(top, band), min(left, column), max(bottom, band), max(right, column))
        kept_bands = sorted({extents[name][0] for name in inside})
        kept_columns = sorted({extents[name][1] for name in inside})
        found = []
        for band in kept_bands:
            cells = []
            for name in dict.fromkeys(owner[band]):
                top, left, bottom, right = extents[name]
                span = sum(left <= column <= right for column in kept_columns)
                if top == band and span:
                    first = sum(column < left for column in kept_columns)
                    rows = sum(top <= kept <= bottom for kept in kept_bands)
                    walls = [self.xs[column] for column in kept_columns if left < column <= right]
                    parts = _fallen_apart(inside.get(name, []), walls)
                    if len(parts) == span:
                        cells += [(Place(first + i, 1, rows), part) for i, part in enumerate(parts)]
                    else:
                        cells.append((Place(first, span, rows), inside.get(name, [])))
            if cells:
                found += split_band(cells, gaps=len(kept_bands) <= _FEW_BANDS)
        return found

    def _owners(self, words: Sequence[Word]) -> list[list[int]]:
        """For each elementary cell, by band and column, the number of the cell that it is a part of."""
        bands, columns = list(pairwise(self.ys)), list(pairwise(self.xs))
        parent = list(range(len(bands) * len(columns)))

        def root(i: int) -> int:
            while parent[i] != i:
                parent[i] = parent[parent[i]]
                i = parent[i]
            return i

        for j, (top, bottom) in enumerate(bands):
            for i, (left, right) in enumerate(columns):
                here = j * len(columns) + i
                if i + 1 < len(columns) and not self._walled(right, bottom, top, words):
                    parent[root(here + 1)] = root(here)
                if j + 1 == len(bands) or _runs_along(self.across, bottom, left, right):
                    continue
                if not self._sums_up(i, j, words):
                    parent[root(here + len(columns))] = root(here)
        return _rectangles([[root(j * len(columns) + i) for i in range(len(columns))] for j in range(len(bands))])

    def _sums_up(self, column: int, band: int, words: Sequence[Word]) -> bool:
        """Whether a rule below ``band`` in other columns parts rows from their total in ``column``, too.

        Each line of ``column``, above and below, stands level with one of theirs.
        """
        top, bottom, lowest = self.ys[band : band + 3]
        left, right = self.xs[column : column + 2]
        if not any(abs(rule.at - bottom) <= _NARROWEST for rule in self.across):
            return False
        counts = []
        for high, low in ((top, bottom), (bottom, lowest)):
            there = [word for word in words if low < (word.bottom + word.top) / 2 < high]
            own = by_level([word for word in there if left < (word.left + word.right) / 2 < right])
            levels = by_level(there)
            mixed = [level for level in levels if any(not left < (w.left + w.right) / 2 < right for w in level)]
            if not len(own) == len(levels) == len(mixed):
                return False
            counts.append(len(own))
        return counts[0] > 1 and counts[1] > 0

    def _walled(self, x: float, bottom: float, top: float, words: Sequence[Word]) -> bool:
        """Whether a wall stands at ``x`` between ``bottom`` and ``top`` that crosses no word."""
        if not _runs_along(self.down, x, bottom, top):
            return False
        return not any(
            word.left < x - SAME and word.right > x + SAME and bottom < (word.bottom + word.top) / 2 < top
            for word in words
        )


def _fallen_apart(words: Sequence[Word], walls: Sequence[float]) -> list[list[Word]]:
    """The words of a cell by the columns that it covers, where wide gaps part them as ``walls`` part the rows below:
    names of columns between which no rule is drawn. All together where they are not so parted."""
    parts: list[list[Word]] = [[] for _ in range(len(walls) + 1)]
    for word in words:
        parts[bisect_right(walls, (word.left + word.right) / 2)].append(word)
    if not all(parts):
        return [list(words)]
    gap = CELL_GAP * max(word.height for word in words)
    apart = all(min(w.left for w in right) - max(w.right for w in left) >= gap for left, right in pairwise(parts))
    return parts if apart else [list(words)]


def _rectangles(owner: list[list[int]]) -> list[list[int]]:
    """``owner`` with cells that are no rectangles cut up band by band."""
    fresh = sum(map(len, owner))
    for name in {name for band in owner for name in band}:
        places = [(j, i) for j, band in enumerate(owner) for i, other in enumerate(band) if other == name]
        height = max(j for j, _ in places) - min(j for j, _ in places) + 1
        width = max(i for _, i in places) - min(i for _, i in places) + 1
        if height * width == len(places):
            continue
        for j in sorted({j for j, _ in places}):
            before = None
            for i in sorted(i for at, i in places if at == j):
                fresh += before is None or i != before + 1
                owner[j][i] = fresh
                before = i
            fresh += 1
    return owner


def _runs_along(rules: Sequence[Rule], at: float, low: float, high: float) -> bool:
    return any(abs(rule.at - at) <= _NARROWEST and rule.covers(low, high) for rule in rules)


def _clustered(places: Iterable[float]) -> list[float]:
    """``places`` in order, those that are close made one."""
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > _NARROWEST:
            found.append(place)
    return found


def _grids(drawn: Drawn) -> list[_Grid]:
    """The rules of a page in groups that touch, as far as they have walls within or could have."""
    across, down = drawn.across, drawn.down
    if len(across) * len(down) > _MOST_RULES:
        return []
    parent = list(range(len(across) + len(down)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, level in enumerate(across):
        for j, wall in enumerate(down, len(across)):
            if level.low - SAME <= wall.at <= level.high + SAME and wall.low - SAME <= level.at <= wall.high + SAME:
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for i, rule in enumerate([*across, *down]):
        groups.setdefault(root(i), ([], []))[i >= len(across)].append(rule)
    found = []
    for levels, walls in groups.values():
        # three walls, or one between the ends of the rules across
        if len(levels) < 2 or not walls:
            continue
        grid = _Grid(levels, walls)
        if len(grid.xs) > 2 and len(grid.ys) > 1 and len(grid.xs) * len(grid.ys) <= _MOST_CELLS:
            found.append(grid)
    return found
