"""Targets as tables and charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from indexer.exporting.tables import Columns, add_sheet, book_bytes, csv_text, new_book
from indexer.translation import _
from indexer.types import Comparator, Target, TargetCell, TargetRow, Trend
from indexer.wording import CUT_OFF, number, reading_unit, with_unit

#: (heading, width in characters) of each column.
COLUMNS = (
    ("Plan", 14),
    ("Kind", 10),
    ("Indicator", 45),
    ("Comparator", 16),
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


_BOUNDS = {
    Comparator.EQUAL: "exactly",
    Comparator.ABOUT: "about",
    Comparator.MORE: "more than",
    Comparator.AT_LEAST: "at least",
    Comparator.LESS: "less than",
    Comparator.AT_MOST: "at most",
    Comparator.RANGE: "from",
}


def target_line(target: Target) -> list[str | float | int | None]:
    """One row of values, in the order of ``COLUMNS``."""
    return [
        target.plan,
        str(target.kind),
        target.indicator,
        bound_words(target),
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
    """A warning about the figure: that it is cut off, or what is uncertain about it."""
    return CUT_OFF if target.cut_off else target.doubt


def figure_text(target: Target) -> str:
    """The figure in the plan's words with its bounds: "≥ 9%", "fall of 14% from 2020 (excluding canoes)"."""
    return _bounded(target, target.figure)


def row_divisor(row: TargetRow) -> tuple[float, str]:
    """The divisor for displaying the values of a row, and the unit they are then in."""
    values = [abs(value) for cell in row.cells for value in (cell.value, cell.high) if value is not None]
    return reading_unit(max(values, default=None), row.unit)


def cell_text(cell: TargetCell, divisor: float, unit: str = "") -> str:
    """One plan's value, divided by ``divisor``: "> 37", "15 to 20%", "fall of 14 from 2020", "cut off"."""
    value = "" if cell.value is None else number(cell.value, divisor)
    values = value if cell.high is None else _("{low} to {high}").format(low=value, high=number(cell.high, divisor))
    return _bounded(cell.target, with_unit(values, unit))


def cells_text(cells: Iterable[TargetCell], divisor: float) -> str:
    """All values of one plan in a row, without duplicates."""
    return _("; ").join(dict.fromkeys(cell_text(cell, divisor) for cell in cells))


def _bounded(target: Target, figure: str) -> str:
    if target.cut_off:
        return _("cut off")
    comparator = "" if target.comparator in (Comparator.EQUAL, Comparator.RANGE) else f"{_SIGNS[target.comparator]} "
    shown = f"{comparator}{' '.join(figure.split())}"
    if target.change:
        shown = (_("fall of {figure}") if target.change is Trend.FALL else _("rise of {figure}")).format(figure=shown)
    if target.base_year:
        shown = _("{figure} from {year}").format(figure=shown, year=target.base_year)
    return f"{shown} ({target.scope})" if target.scope else shown


def aligned_columns(plans: Mapping[str, str]) -> Columns:
    """Columns of the table of aligned targets, for each plan (id -> title) its number and how that is meant."""
    own = [column for title in plans.values() for column in ((title, 18), (f"{title}: comparator", 24))]
    return [("Indicator", 45), ("Year", 7), ("Unit", 12), *own, ("Gap", 14), ("Note", 40)]


def aligned_line(row: TargetRow, plans: Iterable[str]) -> list[str | float | int | None]:
    """One row of ``aligned_columns``, the numbers in the row's unit."""
    values: list[str | float | None] = []
    for plan in plans:
        values += _aligned_value([cell for cell in row.cells if cell.target.plan == plan])
    return [row.indicator, row.year, row.unit, *values, row.gap, row.note]


def _aligned_value(cells: Sequence[TargetCell]) -> tuple[float | None, str | None]:
    """The number of the first of one plan's ``cells``, and how it is meant: its bounds, its scope, further figures."""
    if not cells:
        return None, None
    first, *others = cells
    words = [bound_words(first.target)]
    if first.high is not None:
        words.append(f"to {number(first.high)}")
    if first.target.base_year:
        words.append(f"from {first.target.base_year}")
    if first.target.scope:
        words.append(f"({first.target.scope})")
    more = [text for cell in others if (text := cell_text(cell, 1.0)) != cell_text(first, 1.0)]
    return first.value, "; also ".join([" ".join(words), *dict.fromkeys(more)])


def bound_words(target: Target) -> str:
    """How a figure is meant, in words: "at least", "reduce by", "reduce by at least"; "cut off" where it is."""
    if target.cut_off:
        return "cut off"
    words = _BOUNDS[target.comparator]
    if target.change is None:
        return words
    change = "reduce by" if target.change is Trend.FALL else "increase by"
    return change if target.comparator is Comparator.EQUAL else f"{change} {words}"


def targets_csv(targets: Sequence[Target]) -> str:
    """CSV with one target a row."""
    return csv_text([head for head, _ in COLUMNS], map(target_line, targets))


def aligned_csv(rows: Sequence[TargetRow], plans: Mapping[str, str]) -> str:
    """CSV of aligned targets, one column for each plan (id -> title)."""
    return csv_text([head for head, _ in aligned_columns(plans)], (aligned_line(row, plans) for row in rows))


def targets_xlsx(
    targets: Sequence[Target], rows: Sequence[TargetRow] = (), plans: Mapping[str, str] | None = None
) -> bytes:
    """A workbook with a sheet of targets, and one of aligned ``rows`` if given."""
    book = new_book()
    if rows and plans:
        add_sheet(book, "Side by side", aligned_columns(plans), (aligned_line(row, plans) for row in rows))
    add_sheet(book, "Targets", COLUMNS, map(target_line, targets))
    return book_bytes(book)


#: Twice the size in CSS pixels: some 190 dpi on paper.
_SCALE = 2.0
#: Latin and Chinese fonts of Linux, Windows and macOS; vl-convert ships Liberation Sans as the fallback.
_FONTS = "Liberation Sans, Arial, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"
_CONFIG = {"font": _FONTS, "background": "white", "view": {"stroke": None}}


def draw_png(chart: Mapping[str, Any]) -> bytes:
    """A Vega-Lite chart with inline data as a PNG image. Nothing is fetched."""
    import vl_convert  # late: it loads a JavaScript engine

    return bytes(vl_convert.vegalite_to_png(dict(chart), scale=_SCALE, config=_CONFIG, allowed_base_urls=[]))


def draw_svg(chart: Mapping[str, Any]) -> str:
    """A Vega-Lite chart with inline data as an SVG document whose words are text. Nothing is fetched."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(dict(chart), config=_CONFIG, allowed_base_urls=[]))
