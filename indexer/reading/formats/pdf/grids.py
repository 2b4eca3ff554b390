"""Tables whose rows or columns no rule parts: runs at one height are cells, what no run crosses parts columns.

A wrapped cell goes on below its first line. Where a row begins is seen by a wider gap above it, by a figure in a
column of figures, or by its first cell.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from indexer.reading.formats.pdf.lines import Line, Place, Run, make_runs
from indexer.reading.formats.pdf.words import Word
from indexer.reading.tables import is_figure

#: Times the height of a line, between cells where there is a table.
CELL_GAP = 0.6
_GAP = 0.35  # times the height of a line, between two columns
_WIDER = 1.25  # times the closest pitch of lines, above a row whose cells hold several lines
_FULL = 0.6  # of the runs of the level that has most: fewer are a head that spans columns, or miss cells
_OVER = 2.0  # points by which a cell may reach into the gap beside its column
_RULED = 4  # bands between rules; with fewer these part the head from the body
_DENSITY = 0.45  # share of a table's cells that hold words
_SHORT = 40  # characters of a cell in a table of two columns without figures
_FEWEST_ROWS = 3  # of such a table
_LIST_MARK = re.compile(r"[-*•·–—●▪◦■□❖✓➢➤]|\(?\w{1,2}[.)]")  # first cells that are these alone make a list
# Columns of prose between two rules that part them from a page's header and footer.
_PROSE_LINES = 5
_PROSE_COLUMNS = 3
_PROSE_HEIGHTS = 15  # at which lines stand; fewer may be a row whose cells are centred
_PROSE_LINE = 25  # characters
_OVERLAP = 0.2  # times the height of a line: lines that overlap more stand at heights of their own
_STAGGERED = 1 / 3  # of the lines of columns that were each set by itself
_CLEAR = 0.25  # times the height of a line, above the usual, of white across all columns
#: Runs at one height by column.
_Level = dict[int, list[Run]]


def by_level(words: Sequence[Word]) -> list[list[Word]]:
    """``words`` by their height on the page, from the top, each level from the left; turned words as they come."""
    if any(word.type.angle for word in words):
        return [list(words)]
    levels: list[list[Word]] = []
    for word in sorted(words, key=lambda w: -(w.top + w.bottom)):
        if levels and min(levels[-1][0].top, word.top) - max(levels[-1][0].bottom, word.bottom) >= 0.5 * word.height:
            levels[-1].append(word)
        else:
            levels.append([word])
    return [sorted(level, key=lambda w: w.left) for level in levels]


def run_levels(runs: Sequence[Run]) -> list[list[Run]]:
    """``runs`` by their height on the page, from the top, each level from the left."""
    levels: list[list[Run]] = []
    for run in sorted(runs, key=lambda r: -(r.top + r.bottom)):
        at = levels[-1][0] if levels else None
        if at and min(at.top, run.top) - max(at.bottom, run.bottom) >= 0.5 * min(at.height, run.height):
            levels[-1].append(run)
        else:
            levels.append([run])
    return [sorted(level, key=lambda r: r.left) for level in levels]


def _cell(words: Sequence[Word]) -> Run:
    return Run(tuple(word for level in by_level(words) for word in level))


def split_band(cells: Sequence[tuple[Place, Sequence[Word]]], *, gaps: bool) -> list[Line]:
    """The rows of one band of a ruled table: one, unless its cells show that rules between rows are left out.

    ``gaps``: whether a wider gap or a name in the first column is such a sign, and not only columns of figures.
    """
    whole = [Line(tuple(_cell(words) for _, words in cells), row=True, places=tuple(place for place, _ in cells))]
    if len(cells) < 2 or any(place.rows > 1 for place, _ in cells):
        return whole
    levels = _levels_of([[Run(tuple(level)) for level in by_level(words)] for _, words in cells])
    starts = _figure_rows(levels) or ((_gapped_rows(levels, alone=False) or _named_rows(levels)) if gaps else [])
    if len(starts) < 2:
        return whole
    rows = []
    for first, end in pairwise([*starts, len(levels)]):
        merged = [_joined([run for level in levels[first:end] for run in level.get(i, [])]) for i in range(len(cells))]
        rows.append(Line(tuple(merged), row=True, places=tuple(place for place, _ in cells)))
    return rows


def _levels_of(cells: Sequence[Sequence[Run]]) -> list[_Level]:
    """The runs of cells side by side, by level and column, from the top."""
    columns = {id(run): i for i, runs in enumerate(cells) for run in runs}
    found = []
    for level in run_levels([run for runs in cells for run in runs]):
        by_column: _Level = {}
        for run in level:
            by_column.setdefault(columns[id(run)], []).append(run)
        found.append(by_column)
    return found


def _joined(runs: Sequence[Run]) -> Run:
    return Run(tuple(word for run in runs for word in run.words))


def _text(runs: Sequence[Run]) -> str:
    return " ".join(run.text for run in runs)


def _figure_rows(levels: Sequence[_Level]) -> list[int]:
    """Where rows begin that each hold figures in two columns; empty where there are none such."""
    columns = sorted({column for level in levels for column in level})
    figures = []
    for column in columns[1:]:
        there = [i for i, level in enumerate(levels) if column in level]
        if len(there) > 1 and all(is_figure(_text(levels[i][column])) for i in there):
            figures.append(there)
    if not figures:
        return []
    anchors = max(figures, key=len)
    alike = sum(
        [i for i, level in enumerate(levels) if column in level and i in anchors] == anchors for column in columns
    )
    return [0, *anchors[1:]] if alike > 1 else []


def _pitches(levels: Sequence[_Level]) -> list[float]:
    tops = [max(run.top for runs in level.values() for run in runs) for level in levels]
    return [above - below for above, below in pairwise(tops)]


def _gapped_rows(levels: Sequence[_Level], *, alone: bool) -> list[int]:
    """Where rows begin by a wider gap above them; empty where all lines are as far apart.

    ``alone``: whether a row may have its first cell alone.
    """
    pitches = _pitches(levels)
    if len(pitches) < 2:
        return []
    first = min(min(level) for level in levels)
    wide = [i for i, pitch in enumerate(pitches, 1) if pitch > _WIDER * min(pitches)]
    if not wide or len(wide) == len(pitches):
        return []
    starts = [i for i in wide if first in levels[i] and (alone or len(levels[i]) > 1)]
    return [0, *starts] if len(starts) == len(wide) else []


def _named_rows(levels: Sequence[_Level]) -> list[int]:
    """Where rows begin that their first cell names: it is silent above, and all cells begin a sentence there."""
    columns = {column for level in levels for column in level}
    named = [i for i, level in enumerate(levels) if min(columns) in level]
    starts = [i for i in named if i - 1 not in named]
    cells = [_text(runs) for i in starts for runs in levels[i].values()]
    if starts[:1] != [0] or len(cells) < len(starts) * len(columns) or any(text[:1].islower() for text in cells):
        return []
    return starts if len(starts) >= (_FEWEST_ROWS if len(columns) == 2 else 2) else []


def columns_of(levels: Sequence[Sequence[Run]]) -> list[float]:
    """Where columns part, midway in the gaps that no run crosses in the levels of many runs; others may span them."""
    most = max(map(len, levels), default=0)
    full = [level for level in levels if len(level) > max(1, _FULL * most)]
    if most < 2 or not full:
        return []
    narrowest = _GAP * median(run.height for level in full for run in level)
    found = []
    reach = float("inf")
    for run in sorted((run for level in full for run in level), key=lambda r: r.left):
        if run.left - reach >= narrowest:
            found.append((reach + run.left) / 2)
        reach = max(reach, run.right) if reach < float("inf") else run.right
    return found


def is_prose(levels: Sequence[Sequence[Run]]) -> bool:
    """Whether ``levels`` of runs are columns of prose rather than of cells: long, filled, and without gaps."""
    placed: list[_Level] = [dict(enumerate([run] for run in level)) for level in levels]
    return _are_long(levels) and (_are_staggered(levels) or not _gapped_rows(placed, alone=True))


def is_set_in_columns(levels: Sequence[Sequence[Run]]) -> bool:
    """Whether ``levels`` are columns of prose whose lines stand at heights of their own, as those of no row do."""
    return len(levels) >= _PROSE_HEIGHTS and _are_long(levels) and _are_staggered(levels)


def _are_long(levels: Sequence[Sequence[Run]]) -> bool:
    several = [level for level in levels if len(level) > 1]
    if len(several) < _PROSE_LINES or max(map(len, several)) > _PROSE_COLUMNS:
        return False
    return median(len(run.text) for level in several for run in level) >= _PROSE_LINE


def _are_staggered(levels: Sequence[Sequence[Run]]) -> bool:
    """Whether lines overlap those of the other columns in height, and nowhere is white across all columns."""
    height = median(run.height for level in levels for run in level)
    edges = columns_of(levels)
    gaps, own = [], []
    floors: dict[int, float] = {}
    for level in levels:
        top = max(run.top for run in level)
        gaps += [min(floors.values()) - top] if floors else []
        for run in level:
            column = bisect_left(edges, run.left)
            own += [floors[column] - run.top] if column in floors else []
            floors[column] = run.bottom
    staggered = sum(gap < -_OVERLAP * height for gap in gaps) >= _STAGGERED * len(gaps)
    return staggered and max(gaps) <= median(own or [0.0]) + _CLEAR * height


def open_rows(bands: Sequence[Sequence[Sequence[Run]]]) -> list[Line]:
    """Levels of runs as the rows of a table, cells that are missing as empty runs; no row goes on over two bands.

    A single row or column comes back as what it is.
    """
    bands = [[make_runs([run.words for run in level], gap=CELL_GAP) for level in band] for band in bands]
    edges = columns_of([level for band in bands for level in band])
    rows = []
    for band in bands:
        placed: list[_Level] = []
        spans: dict[int, dict[int, int]] = {}
        for number, level in enumerate(band):
            placed.append({})
            for run in level:
                column = bisect_left(edges, run.left + _OVER)
                last = max(bisect_left(edges, run.right - _OVER), column)
                placed[-1].setdefault(column, []).append(run)
                widest = spans.setdefault(number, {})
                widest[column] = max(widest.get(column, 1), last - column + 1)
        starts = _figure_rows(placed) or ([0] if len(bands) >= _RULED else _row_starts(placed))
        for first, end in pairwise([*starts, len(placed)]):
            rows.append(_open_row(placed[first:end], [spans[i] for i in range(first, end)], len(edges) + 1))
    return rows


def _open_row(levels: Sequence[_Level], spans: Sequence[dict[int, int]], columns: int) -> Line:
    cells, places = [], []
    column = 0
    while column < columns:
        wide = max(span.get(column, 1) for span in spans)
        taken = [c for c in range(column + 1, column + wide) if any(c in level for level in levels)]
        wide = taken[0] - column if taken else wide
        cells.append(_joined([run for level in levels for run in level.get(column, [])]))
        places.append(Place(column, wide))
        column += wide
    return Line(tuple(cells), row=True, places=tuple(places))


def is_open_table(rows: Sequence[Line]) -> bool:
    """Whether ``rows`` are a table's: two of several cells; with two columns, figures or three short ones.

    Figures alone, of which every row misses one, are a chart's.
    """
    filled = [sum(bool(run.words) for run in row.runs) for row in rows]
    several = [row for row, count in zip(rows, filled, strict=True) if count > 1]
    # the labels of a chart stand in rows and columns, too, but few where another is
    if len(several) < 2 or sum(filled) < _DENSITY * sum(len(row.runs) for row in rows):
        return False
    if all(len(row.runs) > count for row, count in zip(rows, filled, strict=True)) and not any(
        character.isalpha() for row in rows for character in row.text
    ):
        return False
    if max(len(row.runs) for row in rows) > 2:
        return True
    if all(_LIST_MARK.fullmatch(row.runs[0].text.strip()) for row in several):
        return False
    last = [row.runs[-1].text for row in several]
    figures = sum(map(is_figure, last))
    short = median(len(text) for text in last) <= _SHORT
    return figures > len(last) / 2 or (len(several) >= _FEWEST_ROWS and short)


def _row_starts(levels: Sequence[_Level]) -> list[int]:
    """Where the rows of an open table begin."""
    if starts := _gapped_rows(levels, alone=True):
        return starts
    first = min(min(level) for level in levels)
    columns = {column for level in levels for column in level}
    pitches = _pitches(levels)
    starts = [0]
    for i, level in enumerate(levels[1:], 1):
        others = [column for column in level if column != first]
        figures = sum(is_figure(_text(level[column])) for column in others)
        tight = pitches[i - 1] <= _WIDER * min(pitches)
        if first in level:
            goes_on = not others and tight and _text(level[first])[:1].islower()
        else:
            goes_on = tight and figures < 2 and len(others) < len(columns) - 1
        if not goes_on:
            starts.append(i)
    return starts
