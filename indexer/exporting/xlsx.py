"""A comparison as a spreadsheet: an overview to read, and one line a quote to sort and filter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from indexer.exporting.tables import add_sheet, book_bytes, new_book
from indexer.types import Cell, Comparison
from indexer.wording import ASPECTS, CUT_OFF, TITLE, not_found, origin, quotes, told, visible_text

_ANSWERS = (
    ("Question", 30),
    ("Plan", 14),
    ("Title", 30),
    ("Found", 8),
    ("Quote", 70),
    ("Section", 40),
    ("Page", 8),
    ("Start", 9),
    ("End", 9),
    ("Note", 24),
    ("Passages searched", 12),
)


def write(comparisons: Sequence[Comparison], *, generation: int, made: date) -> bytes:
    """The workbook: sheets Overview, Answers, Differences and About."""
    book = new_book()
    titles = {cell.plan: cell.title for comparison in comparisons for cell in comparison.cells}
    add_sheet(book, "Overview", [("Question", 30), *((plan, 45) for plan in titles)], _overview(comparisons, titles))
    add_sheet(book, "Answers", _ANSWERS, (row for c in comparisons for cell in c.cells for row in _answers(c, cell)))
    add_sheet(
        book,
        "Differences",
        [("Question", 30), ("Aspect", 14), *((plan, 30) for plan in titles)],
        (
            [c.question, ASPECTS[found.aspect], *(told(found, plan) for plan in titles)]
            for c in comparisons
            for found in c.differences
        ),
    )
    about = [[TITLE, origin(comparisons, generation, made)], *([plan, title] for plan, title in titles.items())]
    add_sheet(book, "About", [("What", 24), ("", 90)], about)
    book.properties.title = TITLE
    return book_bytes(book)


def _overview(comparisons: Sequence[Comparison], titles: dict[str, str]) -> Iterable[list[Any]]:
    yield ["", *titles.values()]
    for comparison in comparisons:
        cells = {cell.plan: cell for cell in comparison.cells}
        yield [comparison.question, *(_summary(cells[plan]) if plan in cells else "" for plan in titles)]


def _summary(cell: Cell) -> str:
    if not cell.found:
        return not_found(cell.answer)
    noted = {True: f" ({CUT_OFF.lower()})", False: ""}
    return "\n".join(f"“{visible_text(s.text)}”{noted[s.cut_off]}" for s in cell.answer.sentences)


def _answers(comparison: Comparison, cell: Cell) -> Iterable[list[Any]]:
    searched = cell.answer.searched
    for sentence, cited, _ in quotes(cell):
        note = CUT_OFF if sentence.cut_off else ""
        place = [" › ".join(cited.section), cited.page, cited.start, cited.end]
        yield [comparison.question, cell.plan, cell.title, "yes", cited.quote, *place, note, searched]
    if not cell.found:
        empty = [None] * 6
        yield [comparison.question, cell.plan, cell.title, "no", *empty, searched]
