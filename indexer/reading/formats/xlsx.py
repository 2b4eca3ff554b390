"""Spreadsheets through openpyxl: each sheet a section, its rows those of tables, values as they are shown.

Formulas give the values that the program last saved. A row with one cell is a line of text; an empty row ends a
table. Hidden sheets are not read.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from indexer.reading.formats.blocks import Blocks
from indexer.reading.formats.package import check_package, transitional
from indexer.reading.loading import LONGEST_TEXT, Content, meaningful_title, too_long
from indexer.types import Found, Metadata

ENDINGS = (".xlsx", ".xlsm")

#: Rows of a sheet and cells of a row that are looked at: a sheet may say that it has a million of both.
MOST_ROWS = 100_000
MOST_COLUMNS = 500
_EMPTY_ROWS = 1_000  # in a row, behind which a sheet has ended
_SIGNIFICANT = 12  # digits of a number; more are the rounding of binary fractions
_MOST_DIGITS = 400  # of a number that is written out
#: What of a number format is no text: colours and languages, but a currency in them; widths; escapes.
_LITERAL = re.compile(r"\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|_.|\*.|\\")
_DIGITS = re.compile(r"[#0?][#0?,. ]*%?")


def load(path: Path, data: bytes) -> Content:
    """Read a spreadsheet. Raises SourceError when it is damaged, has a password or unpacks beyond bounds."""
    check_package(path, data, "Excel")
    book = load_workbook(io.BytesIO(transitional(data)), read_only=True, data_only=True, keep_links=False)
    blocks = Blocks()
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in shown:
        blocks.add(sheet.title, level=1)
        sheet.reset_dimensions()  # what a sheet says of its extent may be wrong
        _read(path, sheet.iter_rows(), blocks)
    title = meaningful_title(str(book.properties.title or ""))
    hidden = len(book.worksheets) - len(shown)
    return Content(
        blocks.text(),
        title=title,
        headings=blocks.headings(title),
        warnings=(f"hidden sheets that were not read: {hidden}",) if hidden else (),
        metadata=Metadata(found=Found(title="metadata")),
        tables=blocks.tables(),
        web=False,
    )


def _read(path: Path, rows: Iterable[Sequence[Any]], blocks: Blocks) -> None:
    """Read the rows of a sheet; those between empty ones with several cells are a table."""
    table: list[list[str]] = []
    empty = 0
    for row in islice(rows, MOST_ROWS):
        texts = [" ".join(show(cell.value, cell.number_format).split()) for cell in row[:MOST_COLUMNS]]
        filled = sum(map(bool, texts))
        empty = 0 if filled else empty + 1
        if filled > 1 or (filled and table):
            table.append(texts)
        else:
            _add_table(table, blocks)
            table = []
            blocks.add(" ".join(filter(None, texts)))
        if empty > _EMPTY_ROWS:
            break
        if blocks.length + sum(len(text) for text in texts) > LONGEST_TEXT:
            raise too_long(path)
    _add_table(table, blocks)


def _add_table(rows: Sequence[Sequence[str]], blocks: Blocks) -> None:
    """Add a table without its empty columns."""
    kept = [i for i in range(max(map(len, rows), default=0)) if any(i < len(row) and row[i] for row in rows)]
    if not kept:
        return
    blocks.open_table()
    for row in rows:
        blocks.add_row([row[i] if i < len(row) else "" for i in kept])
    blocks.close_table()


def show(value: object, form: str = "General") -> str:
    """A cell's ``value`` in its number format ``form``: decimals, thousands, percent, currency and unit; ISO dates."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return _number(value, form) if isinstance(value, int | float) else str(value)


def _number(value: float, form: str) -> str:
    literal = _LITERAL.sub(r"\1", form.partition(";")[0]).replace('"', "")
    digits = _DIGITS.search(literal)
    if digits is None or "E" in literal or not math.isfinite(value):
        return f"{value:.{_SIGNIFICANT}g}"
    pattern = digits[0].rstrip(" ")
    percent = pattern.endswith("%")
    whole, _, places = pattern.rstrip("%").partition(".")
    scale = 2 * percent - 3 * (len(whole) - len(whole.rstrip(",")) if not places else 0)
    number = Decimal(repr(value)).scaleb(scale)
    with localcontext(prec=_MOST_DIGITS):
        shown = number.quantize(Decimal(1).scaleb(-len(places.rstrip(","))), ROUND_HALF_UP)
    written = f"{shown:{',' if ',' in whole.rstrip(',') else ''}f}{'%' if percent else ''}"
    return f"{literal[: digits.start()]}{written}{literal[digits.start() + len(pattern) :]}".strip()
