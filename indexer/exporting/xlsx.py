"""A comparison as a spreadsheet: an overview to read, and one line a quote to sort and filter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias

from indexer.citing import visible_text
from indexer.exporting.wording import ASPECTS, CUT_OFF, TITLE, clean, not_found, origin, quotes, told
from indexer.types import Cell, Comparison

if TYPE_CHECKING:
    from openpyxl import Workbook

#: Heads of columns and their widths, in characters.
Columns: TypeAlias = Sequence[tuple[str, int]]
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
#: Excel's own limit on the characters of a cell.
_LONGEST = 32_767


def write(comparisons: Sequence[Comparison], *, generation: int, made: date) -> bytes:
    """The workbook: sheets Overview, Answers, Differences and About."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
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
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


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


def add_sheet(book: Workbook, title: str, columns: Columns, rows: Iterable[Sequence[Any]]) -> None:
    """A sheet with a heading row that stays in sight; every text is a text, never a formula."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    for i, (_, width) in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(i)].width = width
    for r, row in enumerate([[head for head, _ in columns], *rows], 1):
        for c, content in enumerate(row, 1):
            cell = sheet.cell(r, c)
            if isinstance(content, str):
                text = clean(content)[:_LONGEST]
                cell.value = text
                # openpyxl reads "=1" as a formula and "#N/A" as an error; the prefix keeps Excel from
                # reading one when somebody edits the cell.
                cell.data_type = "s"
                cell.quotePrefix = text.startswith(("=", "+", "-", "@"))
            else:
                cell.value = content
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=r == 1)
    sheet.freeze_panes = "B2"
