"""What tables say of their rows: head rows and captions, where a format does not give them, and excerpts of tables.

A head row stands above the first row with a figure and names columns rather than holding values; years name columns.
A caption is labelled ("Table 3") and stands above or below as others of the document do, or it is a short line of its
own right above the table.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from operator import attrgetter

from indexer.language.sentences import fold_space, is_heading_like
from indexer.types import Excerpt, ExcerptRow, Plan, Section, Span, Table, TableCell, rows_within

#: Characters of a caption and of a head that stand for a table where it is indexed.
LONGEST_CAPTION, LONGEST_HEAD = 120, 200
_LABEL = re.compile(
    r"(?:table|tab\.|exhibit|schedule|tabelle|tableau|tabla|tabela|表)\s*(?:[A-Z]{1,3}[-. ]?)?(?:\d+|[IVX]+\b)",
    re.IGNORECASE,
)
_BARE_LABEL = re.compile(rf"(?:{_LABEL.pattern})[\d.\-–a-z]*[.:]?", re.IGNORECASE)
_FARTHEST = 400  # characters in which a caption stands
_MOST_HEADS = 4
_MOST_COLUMNS = 100  # of a table whose head and reaching cells are kept with each passage
_LONGEST_KEPT = 4_000  # characters of such a head
_LONGEST_NAME = 80  # characters of a cell that names a column
_NAMED_COLUMNS = 3  # with fewer, a first row without other signs is a pair of label and value
_FIGURE = re.compile(
    r"[-+–−(<>~≈±*$€£¥]*\s?\d[\d.,\s/%:–−-]*[)%*†‡°]*\s?[A-Za-zµ]{0,3}|[-–—…]+|n\.?/?a\.?|nil|[✓✔✗xX●○•]", re.IGNORECASE
)
_VALUE = re.compile(r"[-+–−(<>~≈±$€£¥\s]*\d(?!\d?(?:[.)]\s+|\s*[-–]\s*)[^\W\d_]{3})")
_YEAR = re.compile(r"(?:FY\s?)?(?:19|20)\d\d(?:\s?[-–/]\s?(?:\d\d|\d{4}))?\W?")


def is_figure(text: str) -> bool:
    """Whether a cell holds one figure, or a sign in the place of one."""
    return bool(_FIGURE.fullmatch(text.strip()))


def complete_tables(text: str, tables: Sequence[Table], sections: Sequence[Section]) -> tuple[Table, ...]:
    """``tables`` in reading order with their head rows, where none are known, and their captions."""
    ordered = sorted(tables, key=attrgetter("start"))
    headings = {section.start for section in sections}
    edges = [0, *(edge for table in ordered for edge in (table.start, table.end)), len(text)]
    rooms = [(edges[2 * i], edges[2 * i + 3]) for i in range(len(ordered))]
    below = _stand_below(text, ordered, rooms)
    found: list[Table] = []
    for table, (start, end) in zip(ordered, rooms, strict=True):
        # who marks more rows as heads marks all
        heads = table.heads if 0 < table.heads <= _MOST_HEADS else _head_rows(text, table.rows)
        while table.heads and heads < min(len(table.rows) - 1, _MOST_HEADS) and _names_years(text, table.rows[heads]):
            heads += 1
        taken = found[-1].caption if found else None
        room = max(start, taken[1] if taken else 0), end
        caption = table.caption or _caption(text, table, heads, room, headings, below=below)
        if not heads and caption and _LABEL.match(text, *caption):
            heads = _first_names(text, table.rows)
        found.append(replace(table, heads=min(heads, len(table.rows) - 1), caption=caption))
    return tuple(found)


def _head_rows(text: str, rows: Sequence[tuple[TableCell, ...]]) -> int:
    """How many rows at the beginning name columns."""
    texts = [[text[cell.start : cell.end] for cell in row] for row in rows]
    above = rows_above_figures(texts)
    if above is not None or len(rows) < 2:
        return above or 0
    heads = max((cell.rows for cell in rows[0]), default=1) if any(cell.columns > 1 for cell in rows[0]) else 1
    columns = _columns(rows)
    full = sum(map(bool, texts[0])) >= max(columns - 1, 2)
    return heads if columns >= _NAMED_COLUMNS and full and heads < len(rows) and _are_names(texts[:heads]) else 0


def _names_years(text: str, row: Sequence[TableCell]) -> bool:
    """Whether a row has years alone, and nothing in its first column."""
    filled = [cell for cell in row if cell.start < cell.end]
    return bool(filled) and all(cell.column and _YEAR.fullmatch(text, cell.start, cell.end) for cell in filled)


def _first_names(text: str, rows: Sequence[tuple[TableCell, ...]]) -> int:
    """1 where the first row of a labelled table may name its columns: each cell is short and comes once."""
    columns = _columns(rows)
    texts = [text[cell.start : cell.end] for cell in rows[0]]
    plain = rows_above_figures([[text[cell.start : cell.end] for cell in row] for row in rows]) is None
    short = max(map(len, texts)) <= _LONGEST_NAME / 2
    return int(plain and short and len(rows) > 2 and len(set(filter(None, texts))) == columns)


def rows_above_figures(rows: Sequence[Sequence[str]]) -> int | None:
    """How many of ``rows``, the texts of their cells, name the columns of the figures below; None without figures."""
    first = next((i for i, row in enumerate(rows) if _holds_figures(row)), len(rows))
    if first == 0:
        return 0
    if first > _MOST_HEADS or first == len(rows):
        return None
    # of the rows above the first figures, those that are whole; a group's name has its first cell alone
    named = list(takewhile(lambda i: i == 0 or sum(map(bool, rows[i])) > 1, range(first)))
    return len(named) if _are_names(rows[i] for i in named) else 0


def _holds_figures(row: Sequence[str]) -> bool:
    """Whether a cell behind the first begins with a figure that is no year."""
    return any(_VALUE.match(cell.strip()) and not _YEAR.fullmatch(cell.strip()) for cell in row[1:])


def _are_names(rows: Iterable[Sequence[str]]) -> bool:
    return all(len(cell) <= _LONGEST_NAME for row in rows for cell in row)


def _stand_below(text: str, tables: Sequence[Table], rooms: Sequence[Span]) -> bool:
    """Whether captions stand below their tables: of tables with a label at one side, more have it below."""
    sides = [
        (_label_above(text, _above(text, table, room)) is None, _label_below(text, _below(text, table, room)) is None)
        for table, room in zip(tables, rooms, strict=True)
    ]
    return sides.count((True, False)) > sides.count((False, True))


def _above(text: str, table: Table, room: Span) -> list[Span]:
    return _paragraphs(text, max(room[0], table.start - _FARTHEST), table.start)


def _below(text: str, table: Table, room: Span) -> list[Span]:
    return _paragraphs(text, table.end, min(room[1], table.end + _FARTHEST))


def _label_above(text: str, above: Sequence[Span]) -> Span | None:
    for span in reversed(above[-2:]):
        if _LABEL.match(text, *span):
            # "Table 3" may stand on a line of its own, above what it is called
            last = above[-1] if _BARE_LABEL.fullmatch(text, *span) else span
            return span[0], last[1]
    return None


def _label_below(text: str, below: Sequence[Span]) -> Span | None:
    return below[0] if below and _LABEL.match(text, *below[0]) else None


def _caption(text: str, table: Table, heads: int, room: Span, headings: set[int], *, below: bool) -> Span | None:
    """Where the caption of ``table`` is, within ``room``: above it, below it, or a first row of one cell.

    ``below``: captions of the document stand below their tables.
    """
    above, under = _above(text, table, room), _below(text, table, room)
    upper, lower = _label_above(text, above), _label_below(text, under)
    if lower and below:
        return lower
    if upper:
        return upper
    if lower and (len(under) > 1 or room[1] - table.end > _FARTHEST):
        return lower
    if heads and len(table.rows[0]) == 1:
        return table.rows[0][0].start, table.rows[0][0].end
    if above and above[-1][0] not in headings and "\n" not in (line := text[slice(*above[-1])]):
        return above[-1] if is_heading_like(line) and re.search(r"[^\W\d_]{2}", line) else None
    return None


def _paragraphs(text: str, start: int, end: int) -> list[Span]:
    """Spans of the paragraphs that begin in ``text[start:end]``."""
    found = []
    for match in re.finditer(r"(?:[^\n]|\n(?!\s*\n))+", text[start:end]):
        bare = match[0].strip()
        if bare and (match.start() > 0 or start == 0 or text[start - 1] == "\n" or match[0][0] == "\n"):
            first = start + match.start() + match[0].index(bare[0])
            found.append((first, first + len(bare)))
    return found


def head_of(text: str, table: Table) -> tuple[str, ...]:
    """What the head rows of ``table`` call each column, one row's name after another; empty without head rows."""
    columns = _columns(table.rows)
    if columns > _MOST_COLUMNS:
        return ()
    names: list[list[str]] = [[] for _ in range(columns)]
    for number, row in enumerate(table.rows[: table.heads]):
        before = ""
        for cell in row:
            name = _name(text, cell)
            # a format that gives no spans has empty cells beside a name that stands above several columns
            if not name and number + 1 < table.heads:
                name = before
            before = name if cell.column else ""
            for column in range(cell.column, cell.column + cell.columns):
                if name and name not in names[column]:
                    names[column].append(name)
    kept = any(names) and sum(len(name) for parts in names for name in parts) <= _LONGEST_KEPT
    return tuple(" ".join(parts) for parts in names) if kept else ()


class Excerpts:
    """What stretches of a plan hold of its tables."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rows: dict[int, tuple[tuple[ExcerptRow, ...], tuple[str, ...]]] = {}

    def find(self, start: int, end: int) -> Excerpt | None:
        """What ``plan.text[start:end]`` holds of a table; None where it holds no row, or not the whole of one."""
        text, tables = self._plan.text, self._plan.tables
        at = bisect_left(tables, start, key=attrgetter("end"))
        if at == len(tables) or tables[at].start >= end:
            return None
        table = tables[at]
        if at not in self._rows:
            self._rows[at] = tuple(_rows(text, table)), head_of(text, table)
        rows, head = self._rows[at]
        first, last = (bisect_left(rows, edge, key=attrgetter("start")) for edge in (start, end))
        kept = rows_within(rows[max(first - 1, 0) : last], start, end)
        if not kept:
            return None
        caption = fold_space(text[slice(*table.caption)]) if table.caption else ""
        heads = sum(any(start <= cell.start < end for cell in row) for row in table.rows[: table.heads])
        return Excerpt(caption, head, kept, heads)


def _rows(text: str, table: Table) -> Iterator[ExcerptRow]:
    reaching: list[tuple[int, TableCell]] = []  # with the number of rows that they still reach down
    wide = _columns(table.rows) > _MOST_COLUMNS
    group = ""
    for number, row in enumerate(table.rows):
        above = [(cell.column, _name(text, cell)) for _, cell in reaching]
        first = row[0]
        if number >= table.heads and not first.column:
            group = _name(text, first) or group
            # where a format gives no spans, the cells under a name that holds for several rows are empty
            above += [(0, group)] if group and first.start == first.end else []
        yield ExcerptRow(row, () if wide else tuple(above))
        reaching = [(left - 1, cell) for left, cell in reaching if left > 1]
        reaching += [(cell.rows - 1, cell) for cell in row if cell.rows > 1 and cell.start < cell.end]


def _columns(rows: Iterable[Sequence[TableCell]]) -> int:
    return max(cell.column + cell.columns for row in rows for cell in row)


def _name(text: str, cell: TableCell) -> str:
    return fold_space(text[cell.start : cell.end])[:LONGEST_HEAD]
