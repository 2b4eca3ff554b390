"""Targets as a table to take away: a line a target, as CSV or as a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO

from indexer.citing import visible_text
from indexer.exporting.wording import CUT_OFF, clean
from indexer.types import Target

#: Heads of columns and their widths in a spreadsheet, in characters.
COLUMNS = (
    ("Plan", 14),
    ("Kind", 10),
    ("Indicator", 45),
    ("Comparator", 11),
    ("Value", 14),
    ("High", 14),
    ("Unit", 12),
    ("Change", 9),
    ("Year", 7),
    ("Base year", 10),
    ("Scope", 30),
    ("Binding", 11),
    ("Figure", 24),
    ("Quote", 70),
    ("Section", 40),
    ("Page", 7),
    ("Start", 9),
    ("End", 9),
    ("Note", 30),
)
#: What makes a spreadsheet program read a cell as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def target_line(target: Target) -> list[str | float | int | None]:
    """The values of ``COLUMNS``."""
    return [
        target.plan,
        str(target.kind),
        target.indicator,
        str(target.comparator),
        target.value,
        target.high,
        target.unit,
        str(target.change) if target.change else None,
        target.year,
        target.base_year,
        target.scope,
        str(target.binding),
        target.figure,
        target.quote,
        " › ".join(target.section),
        target.page,
        target.start,
        target.end,
        note(target),
    ]


def note(target: Target) -> str:
    """What a reader must know of the figure: that it is cut off, or what could not be told."""
    return CUT_OFF if target.cut_off else target.doubt


def targets_csv(targets: Sequence[Target]) -> str:
    """CSV (RFC 4180) with a line of heads. A text that would be read as a formula has an apostrophe before it."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow([head for head, _ in COLUMNS])
    for target in targets:
        writer.writerow([_as_text(value) if isinstance(value, str) else value for value in target_line(target)])
    return buffer.getvalue()


def targets_xlsx(targets: Sequence[Target]) -> bytes:
    """A workbook with one sheet; every text is a text, never a formula."""
    from openpyxl import Workbook

    from indexer.exporting.xlsx import add_sheet

    book = Workbook()
    book.remove(book.worksheets[0])
    add_sheet(book, "Targets", COLUMNS, map(target_line, targets))
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _as_text(text: str) -> str:
    shown = clean(visible_text(text))
    return f"'{shown}" if shown.startswith(_FORMULA) and len(shown) > 1 else shown
