"""Tables that go on over a page break: one table where the columns agree, without the head that is set again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from indexer.reading.formats.pdf.lines import Line
from indexer.reading.tables import rows_above_figures

#: Rows of a head that is set again.
MOST_HEADS = 4
_REACH = 6.0  # points by which a column may be set apart on the two pages
_CONTINUED = re.compile(r"\bcont(?:inued\b|(?:in|[’'])?d\b|\.)|\(续\)|（续）", re.IGNORECASE)
_LONGEST = 120  # characters of a line that says so


def continue_tables(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """``pages`` of lines in reading order, a table that ends one and goes on at the top of the next made one."""
    found: list[list[Line]] = []
    table: list[Line] = []  # which ends the page before, from its first row
    for page in pages:
        lines = list(page)
        said = 1 if len(lines) > 1 and not lines[0].row and _says_so(lines[0]) else 0
        first = _first_table(lines[said:])
        heads = _repeated(table, first)
        if table and len(first) > heads and _goes_on(table, first, heads):
            lines = [replace(lines[said + heads], opens=False), *lines[said + heads + 1 :]]
            ends = len(first) - heads == len(lines)
            table = [*table, *first[heads:]] if ends else _last_table(lines)
        else:
            table = _last_table(lines)
        found.append(lines)
    return found


def _says_so(line: Line) -> bool:
    return len(line.text) <= _LONGEST and bool(_CONTINUED.search(line.text))


def _first_table(lines: Sequence[Line]) -> list[Line]:
    """The rows of the table that ``lines`` begin with."""
    if not lines or not lines[0].row:
        return []
    return [lines[0], *takewhile(lambda line: line.row and not line.opens, lines[1:])]


def _last_table(lines: Sequence[Line]) -> list[Line]:
    """The rows of the table that ``lines`` end with."""
    rows = list(takewhile(lambda line: line.row, reversed(lines)))[::-1]
    opens = [i for i, row in enumerate(rows) if row.opens]
    return rows[opens[-1] :] if opens else rows


def _repeated(table: Sequence[Line], following: Sequence[Line]) -> int:
    """How many rows at the top of ``following`` are those at the top of ``table``."""
    both = zip(table[:MOST_HEADS], following, strict=False)
    return len(list(takewhile(lambda pair: pair[0].text.split() == pair[1].text.split(), both)))


def _goes_on(table: Sequence[Line], following: Sequence[Line], heads: int) -> bool:
    """Whether ``following`` has the columns of ``table``, and no head of its own."""
    columns = [_columns(rows) for rows in (table, following)]
    if len(columns[0]) != len(columns[1]) or len(columns[0]) < 2:
        return False
    texts = [[run.text for run in row.runs] for row in following]
    if not heads and (rows_above_figures(texts) or (following[0].bold and not following[-1].bold)):
        return False
    return all(
        one is None or other is None or min(one[1], other[1]) - max(one[0], other[0]) > -_REACH
        for one, other in zip(*columns, strict=True)
    )


def _columns(rows: Sequence[Line]) -> list[tuple[float, float] | None]:
    """How far the words of each column reach across the page, of cells in one column; None for a column without."""
    count = max(place.column + place.columns for row in rows for place in row.places)
    found: list[tuple[float, float] | None] = [None] * count
    for row in rows:
        for run, place in zip(row.runs, row.places, strict=True):
            if run.words and place.columns == 1:
                left, right = found[place.column] or (run.left, run.right)
                found[place.column] = min(left, run.left), max(right, run.right)
    return found
