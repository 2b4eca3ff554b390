"""Targets as tables to read and to take away: a line a target, or one indicator a line and a column a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from indexer.exporting.tables import Columns, add_sheet, book_bytes, csv_text, new_book
from indexer.types import Comparator, Target, TargetCell, TargetRow
from indexer.wording import CUT_OFF, number, reading_unit, with_unit

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
_SIGNS = {
    Comparator.ABOUT: "≈",
    Comparator.MORE: ">",
    Comparator.AT_LEAST: "≥",
    Comparator.LESS: "<",
    Comparator.AT_MOST: "≤",
}


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


def figure_text(target: Target) -> str:
    """The figure as the plan writes it, with what bounds it: "≥ 9%", "fall of 14% from 2020 (excluding canoes)"."""
    return _bounded(target, target.figure)


def row_divisor(row: TargetRow) -> tuple[float, str]:
    """What the values of a row are divided by on a page, and the unit that they are in then."""
    values = [abs(value) for cell in row.cells for value in (cell.value, cell.high) if value is not None]
    return reading_unit(max(values, default=None), row.unit)


def cell_text(cell: TargetCell, divisor: float, unit: str = "") -> str:
    """One plan's value in a row, over ``divisor``: "> 37", "15 to 20%", "fall of 14 from 2020", "cut off"."""
    value = "" if cell.value is None else number(cell.value, divisor)
    values = value if cell.high is None else f"{value} to {number(cell.high, divisor)}"
    return _bounded(cell.target, with_unit(values, unit))


def cells_text(cells: Iterable[TargetCell], divisor: float) -> str:
    """All values of one plan in a row; what it says twice is one."""
    return "; ".join(dict.fromkeys(cell_text(cell, divisor) for cell in cells))


def _bounded(target: Target, figure: str) -> str:
    if target.cut_off:
        return "cut off"
    comparator = "" if target.comparator in (Comparator.EQUAL, Comparator.RANGE) else f"{_SIGNS[target.comparator]} "
    change = f"{target.change} of " if target.change else ""
    base = f" from {target.base_year}" if target.base_year else ""
    scope = f" ({target.scope})" if target.scope else ""
    return f"{change}{comparator}{' '.join(figure.split())}{base}{scope}"


def aligned_columns(plans: Mapping[str, str]) -> Columns:
    """Heads of the table of aligned targets and their widths, a column a plan (id -> title)."""
    own = [(title, 26) for title in plans.values()]
    return [("Indicator", 45), ("Year", 7), ("Unit", 12), *own, ("Gap", 14), ("Note", 40)]


def aligned_line(row: TargetRow, plans: Iterable[str]) -> list[str | float | int | None]:
    """The values of ``aligned_columns``, in the row's unit: a number for a bare figure, else words."""
    values = [_aligned_value([cell for cell in row.cells if cell.target.plan == plan]) for plan in plans]
    return [row.indicator, row.year, row.unit, *values, row.gap, row.note]


def _aligned_value(cells: Sequence[TargetCell]) -> str | float | None:
    said = cells_text(cells, 1.0)
    return cells[0].value if cells and said == number(cells[0].value or 0.0) else said or None


def targets_csv(targets: Sequence[Target]) -> str:
    """A line a target as CSV."""
    return csv_text([head for head, _ in COLUMNS], map(target_line, targets))


def aligned_csv(rows: Sequence[TargetRow], plans: Mapping[str, str]) -> str:
    """The table of aligned targets as CSV, a column a plan (id -> title)."""
    return csv_text([head for head, _ in aligned_columns(plans)], (aligned_line(row, plans) for row in rows))


def targets_xlsx(
    targets: Sequence[Target], rows: Sequence[TargetRow] = (), plans: Mapping[str, str] | None = None
) -> bytes:
    """A workbook: a sheet of targets, one of aligned ``rows`` if given; every text is a text, never a formula."""
    book = new_book()
    if rows and plans:
        add_sheet(book, "Side by side", aligned_columns(plans), (aligned_line(row, plans) for row in rows))
    add_sheet(book, "Targets", COLUMNS, map(target_line, targets))
    return book_bytes(book)
