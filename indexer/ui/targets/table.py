"""Targets as a table: one indicator a row and a column a plan, or every target; a click opens the quotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from indexer.exporting import FORMATS
from indexer.exporting.targets import (
    aligned_csv,
    cell_text,
    cells_text,
    figure_text,
    note,
    row_divisor,
    targets_csv,
    targets_xlsx,
)
from indexer.library import Library
from indexer.messages import translated
from indexer.translation import N_, _
from indexer.types import Binding, Citation, Target, TargetCell, TargetKind, TargetRow
from indexer.ui.shared.address import OPENED, open_source, opening_link, place_name
from indexer.ui.shared.downloads import show_download
from indexer.ui.shared.markup import element, marked_html, plain, show, show_line
from indexer.ui.shared.passages import actions_html
from indexer.ui.shared.source import Place, show_source
from indexer.ui.targets import view as state
from indexer.ui.targets.view import TargetsView
from indexer.wording import chip, counted, number

#: Columns of the tables and their widths.
_WIDTHS = {
    N_("Indicator"): 280, N_("Figure"): "medium", N_("Year"): "small", N_("Unit"): "small", N_("Gap"): "small",
    N_("Pathway"): "large", N_("Note"): "medium", N_("How binding"): 105, N_("Plan"): None,
}  # fmt: skip
#: Height of a row in pixels, which lets long texts wrap.
_ROW = 66
#: Quotes that a click opens at once; a row may have one of each of a hundred plans.
_MOST = 8
_KINDS = {TargetKind.TARGET: "", TargetKind.THRESHOLD: N_("Threshold."), TargetKind.FIGURE: N_("No commitment.")}
#: The degrees of obligation in words.
BINDINGS: dict[str, str] = {
    Binding.MUST: N_("must"),
    Binding.SHOULD: N_("should"),
    Binding.STRIVE: N_("strive"),
    Binding.ENCOURAGE: N_("encourage"),
}


def show_tables(
    library: Library,
    view: TargetsView,
    rows: Sequence[TargetRow],
    targets: Sequence[Target],
    titles: Mapping[str, str],
) -> None:
    """The table that ``view`` asks for, its downloads, and next to it the quotes that a click or a link opens.

    ``titles`` are those of the plans in scope, by id.
    """
    with st.container(key="targets"):
        with st.container(key="targets-table"):
            _show_choice(view)
            clicked = _show_every(targets, titles) if view.every else _show_rows(rows, titles)
            _show_downloads(view, rows, targets, titles)
        # a link names its quote by its place, as what was clicked is in no address
        listed = dict.fromkeys([*targets, *(cell.target for row in rows for cell in row.cells)])
        named = [target for target in listed if _name(target) == st.session_state[OPENED]]
        opened = clicked if set(clicked) & set(named) else named or clicked
        if opened:
            with st.container(key="targets-quotes"):
                _show_quotes(library, opened, titles)


def _show_choice(view: TargetsView) -> None:
    st.session_state[state.TABLE] = state.TABLES[view.every]
    st.segmented_control(
        _("Table"),
        state.TABLES,
        format_func=_,
        key=state.TABLE,
        required=True,
        label_visibility="collapsed",
        on_change=state.turn_table,
    )


def _show_every(targets: Sequence[Target], titles: Mapping[str, str]) -> list[Target]:
    """One line a target or threshold; the targets of the line that was clicked."""
    show_line(_("Click one to read its quote."))
    selected = _selected([_line(t, titles) for t in targets], {})
    return [targets[selected[0]]] if selected and selected[0] < len(targets) else []


def _show_rows(rows: Sequence[TargetRow], titles: Mapping[str, str]) -> list[Target]:
    """One line an indicator and year, a column a plan; the targets of the cell, or of the line, that was clicked."""
    if not rows:
        show_line(_("None of these is a commitment. See “Every target”."), "none")
        return []
    summary = _("{indicators}. Click a value to read its quote, or an indicator to read all of them.").format(
        indicators=counted(len({row.series for row in rows}), "indicator")
    )
    present = {cell.target.plan for row in rows for cell in row.cells}
    absent = [title for plan, title in titles.items() if plan not in present]
    if absent:
        more = _("Not in: {plans} and {count} more.") if len(absent) > _MOST else _("Not in: {plans}.")
        named = more.format(plans=_("; ").join(absent[:_MOST]), count=len(absent) - _MOST)
        summary = f"{summary} {named}"
    titles = {plan: title for plan, title in titles.items() if plan in present}
    show_line(summary)
    paths = _pathways(rows, titles)
    selected = _selected([_row(row, titles, paths) for row in rows], titles)
    if not selected or selected[0] >= len(rows):
        return []
    at, column = selected
    found = [cell.target for cell in rows[at].cells]
    return [t for t in found if t.plan == column] if column in titles else found


def _selected(lines: Sequence[Mapping[str, str]], labels: Mapping[str, str]) -> tuple[int, str] | None:
    """Draw the table; the line and column of the cell that was clicked. ``labels``: heads of columns, by name.

    A head is drawn as it is, without Markdown, so that nothing in it is escaped.
    """
    config = {
        name: st.column_config.Column(label=_(name), width=width, pinned=name == "Indicator")  # type: ignore[arg-type]
        for name, width in _WIDTHS.items()
    }
    config |= {
        name: st.column_config.Column(label=label, help=plain(label), width="medium") for name, label in labels.items()
    }
    key = state.table_key()
    chosen = st.dataframe(
        lines,
        key=key,
        hide_index=True,
        row_height=_ROW,
        on_select=partial(open_source, None),
        selection_mode="single-cell",
        column_config=config,
    )
    cells = chosen.selection.cells
    return (int(cells[0][0]), str(cells[0][1])) if cells else None


def _pathways(rows: Sequence[TargetRow], titles: Mapping[str, str]) -> dict[int, str]:
    """By series what each plan says for several years, "2025: 20, 2030: 25"."""
    values: dict[int, dict[str, dict[str, str]]] = {}
    for row in rows:
        for cell in row.cells:
            if row.year is not None and cell.value is not None and cell.target.plan in titles:
                of_plan = values.setdefault(row.series, {}).setdefault(cell.target.plan, {})
                of_plan.setdefault(str(row.year), cell_text(cell, row_divisor(row)[0], row_divisor(row)[1]))
    return {
        series: _("; ").join(
            f"{titles[plan]} " + " → ".join(f"{year}: {value}" for year, value in sorted(years.items()))
            for plan, years in plans.items()
            if len(years) > 1
        )
        for series, plans in values.items()
    }


def _row(row: TargetRow, titles: Mapping[str, str], paths: Mapping[int, str]) -> dict[str, str]:
    divisor, unit = row_divisor(row)
    cells: dict[str, list[TargetCell]] = {}
    for cell in row.cells:
        cells.setdefault(cell.target.plan, []).append(cell)
    values = {plan: cells_text(cells.get(plan, ()), divisor) for plan in titles}
    gap = "" if row.gap is None else number(row.gap, divisor)
    path = {"Pathway": paths.get(row.series, "")} if any(paths.values()) else {}
    start = {"Indicator": row.indicator, "Year": _year(row.year), "Unit": unit}
    return {**start, **values, "Gap": gap, **path, "Note": translated(row.note)}


def _year(year: int | None) -> str:
    return "" if year is None else str(year)


def _line(target: Target, titles: Mapping[str, str]) -> dict[str, str]:
    return {
        "Indicator": target.indicator,
        "Figure": figure_text(target),
        "Year": _year(target.year),
        "How binding": _(BINDINGS[target.binding]),
        "Plan": titles[target.plan],
        "Note": " ".join(filter(None, [_(_KINDS[target.kind]), translated(note(target))])),
    }


def _show_quotes(library: Library, targets: Sequence[Target], titles: Mapping[str, str]) -> None:
    """The sentences of ``targets``, each once with its place, and the source of one, at first the first one's."""
    sentences: dict[tuple[str, int], list[Target]] = {}
    for target in targets:
        sentences.setdefault((target.plan, target.start), []).append(target)
    opened = st.session_state[OPENED]
    for i, group in enumerate(list(sentences.values())[:_MOST]):
        target, name = group[0], _name(group[0])
        spans = [(t.span[0] - t.start, t.span[1] - t.start) for t in group]
        cited = Citation(
            i + 1, target.plan, titles[target.plan], target.section, target.page, target.start, target.end, target.quote
        )
        show(
            element("blockquote", marked_html(target.quote, {"emphasis": spans}), css="quote"),
            *(element("span", translated(text), css="badge") for text in dict.fromkeys(filter(None, map(note, group)))),
            actions_html(chip(cited), opening_link(name), cited, hint=" › ".join(target.section)),
        )
        if opened == name or (opened is None and i == 0):
            marks = {"answer": [(target.start, target.end)], "emphasis": [t.span for t in group]}
            section = " › ".join(target.section)
            show_source(library, Place(target.plan, target.start, target.end, section, target.page, marks), name)
    if len(sentences) > _MOST:
        said = _("The first {most} of {count}; click a value to read one plan's.")
        show_line(said.format(most=_MOST, count=f"{len(sentences):,}"))


def _name(target: Target) -> str:
    """What the address calls the quote of ``target``."""
    return place_name(target.plan, target.start)


def _show_downloads(
    view: TargetsView, rows: Sequence[TargetRow], targets: Sequence[Target], titles: Mapping[str, str]
) -> None:
    """The table as it stands; the spreadsheet has both."""
    write = partial(targets_csv, targets) if view.every else partial(aligned_csv, rows, titles)
    with st.container(key="t-takeaway", horizontal=True, gap="small"):
        # the mark of order says UTF-8 to Excel
        show_download("CSV", lambda: write().encode("utf-8-sig"), "targets.csv", "text/csv", "t-csv")
        show_download("Excel", partial(targets_xlsx, targets, rows, titles), "targets.xlsx", FORMATS["xlsx"], "t-xlsx")
