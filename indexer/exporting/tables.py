"""Tables to take away, in which every text stays a text: sheets of a workbook, and CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, TypeAlias

from indexer.wording import clean, visible_text

if TYPE_CHECKING:
    from openpyxl import Workbook

#: Heads of columns and their widths, in characters.
Columns: TypeAlias = Sequence[tuple[str, int]]
#: Excel's own limit on the characters of a cell.
_LONGEST = 32_767
#: What makes a spreadsheet program read a cell of CSV as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def new_book() -> Workbook:
    """A workbook without a sheet."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    return book


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


def book_bytes(book: Workbook) -> bytes:
    """The workbook's file."""
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def csv_text(heads: Sequence[str], lines: Iterable[Sequence[str | float | int | None]]) -> str:
    """CSV (RFC 4180) with a line of heads. A text that would be read as a formula has an apostrophe before it."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    for line in [heads, *lines]:
        writer.writerow([_as_text(value) if isinstance(value, str) else value for value in line])
    return buffer.getvalue()


def _as_text(text: str) -> str:
    shown = clean(visible_text(text))
    return f"'{shown}" if shown.startswith(_FORMULA) and len(shown) > 1 else shown
