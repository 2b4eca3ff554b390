"""Tables that go on over a page break: one table where the columns agree, without the head that is set again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile, zip_longest

from indexer.reading.formats.pdf.lines import Line
from indexer.reading.tables import rows_above_figures

#: Rows of a head that is set again.
MOST_HEADS = 4
_REACH = 6.0  # points by which a column may be set apart on the two pages
_CONTINUED = re.compile(r"\bcont(?:inued\b|(?:in|[’'])?d\b|\.)|\(续\)|（续）", re.IGNORECASE)
_LONGEST = 120  # characters of a line that says so
#: How far the words of each column reach across the page, of cells in one column; None for a column without.
_Columns = Sequence[tuple[float, float] | None]


@dataclass(frozen=True, slots=True)
class _Ending:
    """The table that ends a page: its first rows, of which ``heads`` name columns, and its columns on all pages."""

    first: Sequence[Line] = ()
    heads: int = 0
    columns: _Columns = ()

    @classmethod
    def of(cls, rows: Sequence[Line]) -> _Ending:
        return cls(rows[: MOST_HEADS + 1], _head_rows(rows), _columns(rows)) if rows else cls()


def continue_tables(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """``pages`` of lines in reading order, a table that ends one and goes on at the top of the next made one."""
    found: list[list[Line]] = []
    table = _Ending()
    for page in pages:
        lines = list(page)
        said = 1 if len(lines) > 1 and not lines[0].row and _says_so(lines[0]) else 0
        first = _first_table(lines[said:])
        heads = _repeated(table.first[: table.heads], first)
        if table.first and len(first) > heads and _goes_on(table, first, heads):
            lines = [replace(lines[said + heads], opens=False), *lines[said + heads + 1 :]]
            if len(first) - heads == len(lines):
                table = replace(table, columns=_joined(table.columns, _columns(first[heads:])))
            else:
                table = _Ending.of(_last_table(lines))
        else:
            table = _Ending.of(_last_table(lines))
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


def _head_rows(rows: Sequence[Line]) -> int:
    """How many of the first rows name columns: those in bold type, those above figures, or where no figure is, one."""
    bold = len(list(takewhile(lambda row: row.bold, rows[: MOST_HEADS + 1])))
    above = rows_above_figures([[run.text for run in row.runs] for row in rows])
    return bold if 0 < bold <= MOST_HEADS else 1 if above is None else above


def _repeated(head: Sequence[Line], following: Sequence[Line]) -> int:
    """How many rows at the top of ``following`` are those of the ``head`` of the table before."""
    pairs = zip(head, following, strict=False)
    return len(list(takewhile(lambda pair: pair[0].text.split() == pair[1].text.split(), pairs)))


def _goes_on(table: _Ending, following: Sequence[Line], heads: int) -> bool:
    """Whether ``following`` has the columns of ``table``, and no head of its own."""
    columns = _columns(following)
    if len(columns) != len(table.columns) or len(columns) < 2:
        return False
    texts = [[run.text for run in row.runs] for row in following]
    if heads and _label(following[heads : heads + 1]) == _label(table.first[heads : heads + 1]) != "":
        return False  # another one of the same form begins
    if not heads and (rows_above_figures(texts) or (following[0].bold and not following[-1].bold)):
        return False
    return all(
        one is None or other is None or min(one[1], other[1]) - max(one[0], other[0]) > -_REACH
        for one, other in zip(table.columns, columns, strict=True)
    )


def _label(row: Sequence[Line]) -> str:
    return row[0].runs[0].text if row and row[0].runs else ""


def _columns(rows: Sequence[Line]) -> _Columns:
    count = max(place.column + place.columns for row in rows for place in row.places)
    found: list[tuple[float, float] | None] = [None] * count
    for row in rows:
        for run, place in zip(row.runs, row.places, strict=True):
            if run.words and place.columns == 1:
                left, right = found[place.column] or (run.left, run.right)
                found[place.column] = min(left, run.left), max(right, run.right)
    return found


def _joined(one: _Columns, other: _Columns) -> _Columns:
    """The columns of rows on several pages."""
    return [
        (min(a[0], b[0]), max(a[1], b[1])) if a and b else a or b for a, b in zip_longest(one, other, fillvalue=None)
    ]
