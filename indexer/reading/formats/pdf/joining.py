"""Lines in reading order -> the canonical text, with its paragraphs, pages and tables."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from indexer.language.sentences import is_wide
from indexer.reading.formats.blocks import CELL
from indexer.reading.formats.pdf.continued import MOST_HEADS
from indexer.reading.formats.pdf.lines import Line
from indexer.types import Page, Table, TableCell

_PARAGRAPH_GAP = 1.35  # times the usual pitch of lines, which is measured in their heights
_SIZES_APART = 0.04  # share by which type sizes of one paragraph may differ
_SHORT = 0.25  # share of a column that the last line in it leaves free, if no paragraph goes on behind it
_HANGING = 3.0  # points
_MARK = re.compile(r"[-*•·–—●▪◦■□❖✓➢➤o§]|\(?\w{1,3}[.)]")
_INDENT = 1.2  # times the line's height: a line that begins this much further in begins a paragraph


def join_lines(lines: Sequence[Line], on_page: Sequence[int]) -> tuple[str, list[int]]:
    """Canonical text and the offset of each line in it."""
    texts = [line.text for line in lines]
    together = [
        (a, b) for i, (a, b) in enumerate(pairwise(lines)) if on_page[i] == on_page[i + 1] and a.column == b.column
    ]
    usual = _usual_pitch([(a, b) for a, b in together if not a.row and a.top > b.top])
    rights: dict[tuple[int, int], float] = {}
    for page, line in zip(on_page, lines, strict=True):
        rights[page, line.column] = max(line.right, rights.get((page, line.column), 0.0))
    parts: list[str] = []
    starts: list[int] = []
    position = 0
    for i, line in enumerate(lines):
        if i:
            above = lines[i - 1]
            broken = on_page[i] != on_page[i - 1] or line.column != above.column
            edge = rights[on_page[i - 1], above.column]
            glue = "\n" if _same_paragraph(above, line, broken, usual, edge) else "\n\n"
            parts.append(glue)
            position += len(glue)
        starts.append(position)
        parts.append(texts[i])
        position += len(texts[i])
    return "".join(parts), starts


def _usual_pitch(pairs: Sequence[tuple[Line, Line]]) -> float:
    """The median pitch of lines in heights, each counted by its letters: labels of charts and letterheads are short."""
    pitches = sorted(((a.top - b.top) / _height(a), len(a.text)) for a, b in pairs)
    rest = sum(letters for _, letters in pitches) / 2
    for pitch, letters in pitches:
        rest -= letters
        if rest <= 0:
            return pitch
    return 0.0


def _same_paragraph(above: Line, below: Line, broken: bool, usual: float, edge: float) -> bool:
    """Whether ``below`` goes on with the paragraph, or the table, of ``above``.

    ``broken``: another page or column begins between. ``usual`` is the pitch of lines in heights,
    ``edge`` where the longest line beside ends.
    """
    if above.row or below.row:
        return above.row and below.row and not below.opens
    if _other_type(above, below):
        return False
    if broken:
        return above.text[-1:] not in ".!?:;。！？：；" and not _begins_anew(above, below, edge)
    height = _height(above)
    centred = abs(below.left + below.right - above.left - above.right) <= height
    # behind a bullet or a number the lines of an item hang
    words = above.runs[0].words if len(above.runs) == 1 else tuple(run.words[0] for run in above.runs)
    hangs = len(words) > 1 and bool(_MARK.fullmatch(words[0].text)) and below.left <= words[1].left + _HANGING
    if below.left > above.left + _INDENT * height and not centred and not hangs:
        return False
    # Chinese lines are filled: one that is not ends its paragraph
    if is_wide(above.text[-1:]) and above.right < edge - 2 * height:
        return False
    return 0 < above.top - below.top <= _PARAGRAPH_GAP * usual * height


def _begins_anew(above: Line, below: Line, edge: float) -> bool:
    """Whether ``below``, the first of a column, is a heading or such: in capitals, or behind a short line."""
    if below.capital and not above.capital:
        return True
    return below.text[:1].isupper() and above.right < edge - _SHORT * (edge - above.left)


def _other_type(above: Line, below: Line) -> bool:
    """Whether ``below`` is set in another size or weight and does not go on with a sentence of ``above``."""
    if abs(above.size - below.size) > _SIZES_APART * max(above.size, below.size):
        return True
    return above.bold != below.bold and not re.match(r"[a-z]{2}|[a-z] ", below.text)


def _height(line: Line) -> float:
    return max(line.top - line.bottom, 1.0)


def find_pages(on_page: Sequence[int], starts: Sequence[int], count: int, length: int) -> Iterator[Page]:
    """The pages, which together cover the text; one begins where its first line does."""
    begins = [bisect_left(on_page, n) for n in range(count)]
    first = [starts[at] if at < len(starts) else length for at in begins]
    return (Page(n, a, b) for n, (a, b) in enumerate(pairwise([*first, length]), 1))


def find_tables(lines: Sequence[Line], starts: Sequence[int]) -> Iterator[Table]:
    """The tables among ``lines``, which begin at ``starts`` of the text.

    Their head rows are those in bold type above others; without bold type they are not known.
    """
    rows: list[tuple[TableCell, ...]] = []
    bold: list[bool] = []

    def table() -> Table:
        heads = next((i for i, row in enumerate(bold) if not row), 0)
        return Table(tuple(rows), heads if heads <= MOST_HEADS else 0)

    for line, offset in zip(lines, starts, strict=True):
        start = offset
        if rows and (line.opens or not line.row):
            yield table()
            rows, bold = [], []
        if line.row:
            cells = []
            for run, place in zip(line.runs, line.places, strict=True):
                cells.append(TableCell(start, start + len(run.text), place.column, place.columns, place.rows))
                start += len(run.text) + len(CELL)
            rows.append(tuple(cells))
            bold.append(line.bold)
    if rows:
        yield table()
