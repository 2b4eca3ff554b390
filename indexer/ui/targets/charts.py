"""Charts of targets: one indicator across plans and years, and a plan's targets on a time line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from textwrap import wrap
from typing import Any, TypeAlias

import altair as alt
import streamlit as st

from indexer.exporting.targets import cell_text, draw_png, draw_svg, figure_text
from indexer.messages import translated
from indexer.translation import _
from indexer.types import Target, TargetKind, TargetRow
from indexer.ui.shared.choosing import choose_one
from indexer.ui.shared.downloads import show_download
from indexer.ui.shared.markup import show_line
from indexer.ui.targets import view as state
from indexer.ui.targets.view import TargetsView
from indexer.wording import counted, number, reading_unit, visible_text, with_unit

#: A figure of a plan: the plan and where the figure begins.
_At: TypeAlias = tuple[str, int]
#: Lines of a time line at first, and the most; more would not be read.
_FEW, _MOST = 12, 40
#: Heights of a line and of a bar in it, the size of text, the width of a downloaded chart; in pixels.
_LINE, _BAR, _TEXT, _WIDTH = 42, 12, 12, 640
#: Height of a line over the years, and of each plan in the legend below it.
_PATHWAY, _LEGEND = 300, 30
#: Characters of a heading's line on it.
_COLUMNS = 80
#: The colour of the text around a chart, light or dark.
_INK = alt.value("currentColor")


def show_charts(
    view: TargetsView, rows: Sequence[TargetRow], targets: Sequence[Target], titles: Mapping[str, str]
) -> None:
    """The chart that ``view`` asks for, of the rows that hold one of ``targets``, or of these themselves."""
    st.session_state[state.CHART] = state.CHARTS[bool(view.line)]
    with st.container(key="t-chart-box"):
        with st.container(key="t-chart-choice", horizontal=True, vertical_alignment="bottom", gap="medium"):
            plans = list(dict.fromkeys(t.plan for t in targets))
            st.segmented_control(
                _("Chart"),
                state.CHARTS,
                format_func=_,
                key=state.CHART,
                required=True,
                label_visibility="collapsed",
                on_change=state.turn_chart,
                args=(plans[0],),
            )
            if view.line:
                plan = _pick_plan(plans, view, titles)
            else:
                series = _pick_series(rows, targets, view)
        if view.line:
            _show_line([t for t in targets if t.plan == plan], titles)
        else:
            _show_indicator(series, titles)


def _pick_series(rows: Sequence[TargetRow], targets: Sequence[Target], view: TargetsView) -> list[TargetRow]:
    """The rows of the indicator that is charted; what the words are about comes first, then what most plans have."""
    shown = set(targets)
    series: dict[int, list[TargetRow]] = {}
    for row in rows:
        series.setdefault(row.series, []).append(row)
    found: dict[_At, list[TargetRow]] = {}
    for of_series in series.values():
        drawn = [r for r in of_series if r.year is not None and any(c.value is not None for c in r.cells)]
        if drawn and any(c.target in shown for r in of_series for c in r.cells):
            first = of_series[0].cells[0].target
            found[first.plan, first.span[0]] = drawn
    if not found:
        return []
    about = {at for at, drawn in found.items() if any(state.contains(row.indicator, view.words) for row in drawn)}
    order = sorted(found, key=lambda at: (at not in about, -len(_plans(found[at]))))
    wanted = (at for at in order for r in found[at] for c in r.cells if (c.target.plan, c.target.span[0]) == view.at)
    chosen = next(wanted, order[0])
    choose_one(
        _("Indicator"),
        order,
        chosen,
        state.INDICATOR,
        state.pick_indicator,
        format_func=lambda at: _label(found[at]),
    )
    return found[chosen]


def _plans(rows: Sequence[TargetRow]) -> list[str]:
    return list(dict.fromkeys(c.target.plan for r in rows for c in r.cells))


def _label(rows: Sequence[TargetRow]) -> str:
    return " · ".join([visible_text(rows[0].indicator), counted(len(_plans(rows)), "plan")])


def _pick_plan(plans: Sequence[str], view: TargetsView, titles: Mapping[str, str]) -> str:
    chosen = view.line if view.line in plans else plans[0]
    choose_one(_("Plan"), plans, chosen, state.LINE_PLAN, state.pick_line, format_func=lambda plan: titles[plan])
    return chosen


def _show_indicator(rows: Sequence[TargetRow], titles: Mapping[str, str]) -> None:
    if not rows:
        show_line(_("None of these targets has both a value and a year."), "none")
        return
    divisor, unit = _scale(rows)
    points = _("percentage points") if unit == "%" else unit
    of_gap = _("gap {value}")
    gaps = ["" if r.gap is None else of_gap.format(value=with_unit(number(r.gap, divisor), points)) for r in rows]
    said = ((row.year, gap or translated(row.note)) for row, gap in zip(rows, gaps, strict=True))
    remarks = [_(": ").join([str(year), text]) for year, text in said if text]
    chart = pathway_chart(rows, titles) if is_pathway(rows) else indicator_chart(rows, titles)
    _show_chart(chart, visible_text(rows[0].indicator), remarks, "indicator")


def _scale(rows: Sequence[TargetRow]) -> tuple[float, str]:
    """What the values of all ``rows`` are divided by, and the unit then."""
    values = [abs(v) for r in rows for c in r.cells for v in (c.value, c.high) if v is not None]
    return reading_unit(max(values, default=None), next((r.unit for r in rows if r.unit), ""))


def indicator_chart(rows: Sequence[TargetRow], titles: Mapping[str, str]) -> alt.LayerChart | alt.FacetChart:
    """A bar for each value of one indicator under its year and plan, labelled with what the plan says of it."""
    divisor, unit = _scale(rows)
    # what a plan says twice is one bar
    said = {
        (row.year, cell.target.plan, cell_text(cell, divisor)): (row.year, cell)
        for row in rows
        for cell in row.cells
        if cell.value is not None
    }
    points = [
        {
            "Line": i,
            "Name": f"{year} · {cell_text(cell, divisor, unit)} · {titles[cell.target.plan]}",
            "Plan": cell.target.plan,
            "From": 0 if cell.high is None else (cell.value or 0.0) / divisor,
            "To": ((cell.value if cell.high is None else cell.high) or 0.0) / divisor,
        }
        for i, (year, cell) in enumerate(said.values())
    ]
    # a plan keeps its colour, whatever is charted; the names tell plans apart where there are many
    colour = alt.Color("Plan:N", legend=None, scale=alt.Scale(domain=list(titles)))
    base = _lines(points)
    bars = base.mark_bar(size=_BAR).encode(x=alt.X("From:Q", title=unit or _("number")), x2="To:Q", color=colour)
    return alt.layer(bars, _names(base), height=alt.Step(_LINE))


def is_pathway(rows: Sequence[TargetRow]) -> bool:
    """Whether a plan gives the indicator values of one kind for several years, which a line can join."""
    years: dict[tuple[str, object], set[int]] = {}
    for row in rows:
        for cell in row.cells:
            if row.year is not None and cell.value is not None:
                years.setdefault((cell.target.plan, cell.target.change), set()).add(row.year)
    return any(len(each) > 1 for each in years.values())


def pathway_chart(rows: Sequence[TargetRow], titles: Mapping[str, str]) -> alt.LayerChart | alt.FacetChart:
    """The values of one indicator over the years, a line a plan, each point labelled with what the plan says."""
    divisor, unit = _scale(rows)
    found = {
        (row.year, cell_text(cell, divisor, unit), cell.target.plan): {
            "Year": str(row.year),
            "Value": cell.value / divisor,
            "Name": f"{row.year} · {cell_text(cell, divisor, unit)} · {titles[cell.target.plan]}",
            "Label": cell_text(cell, divisor, unit),
            "Plan": titles[cell.target.plan],
        }
        for row in rows
        for cell in row.cells
        if row.year is not None and cell.value is not None
    }
    points = list(found.values())
    named = [title for title in titles.values() if any(point["Plan"] == title for point in points)]
    base = alt.Chart({"values": points}).encode(
        x=alt.X("Year:O", title=None, axis=alt.Axis(labelAngle=0, labelFontSize=_TEXT)),
        y=alt.Y("Value:Q", title=unit or _("number"), scale=alt.Scale(zero=False, padding=24)),
        color=alt.Color(
            "Plan:N",
            scale=alt.Scale(domain=named),
            legend=alt.Legend(orient="bottom", columns=1, labelLimit=600, title=None),
        ),
        tooltip=["Name:N"],
    )
    labels = base.mark_text(dy=-14, fontSize=_TEXT, limit=200).encode(text="Label:N", color=_INK)
    return alt.layer(base.mark_line(point=alt.OverlayMarkDef(size=70)), labels, height=_PATHWAY + _LEGEND * len(named))


def _lines(points: Sequence[Mapping[str, Any]]) -> alt.Chart:
    """``points`` by their "Line", from the top down."""
    return alt.Chart({"values": list(points)}).encode(y=alt.Y("Line:O", axis=None), tooltip=["Name:N"])


def _names(base: alt.Chart) -> alt.Chart:
    """What each line says, above it and as wide as the chart: beside it there is no room on narrow screens."""
    names: alt.Chart = base.mark_text(align="left", dy=-14, fontSize=_TEXT, limit=alt.expr("width")).encode(
        x=alt.value(2), text="Name:N", color=_INK
    )
    return names


def _show_line(targets: Sequence[Target], titles: Mapping[str, str]) -> None:
    dated = [t for t in targets if t.year is not None and t.kind is TargetKind.TARGET]
    if not dated:
        show_line(_("None of these targets names a year."), "none")
        return
    cut = _("The first {most} of {targets}; use the filters to see others.")
    remarks = [cut.format(most=_MOST, targets=counted(len(dated), "target"))] if len(dated) > _MOST else []
    shown = dated[:_MOST] if st.session_state.get(state.WHOLE_LINE) else dated[:_FEW]
    _show_chart(line_chart(shown), titles[dated[0].plan], remarks, "time-line")
    if len(dated) > _FEW:
        more = _("Show all {count}").format(count=min(len(dated), _MOST))
        label = _("Show fewer") if len(shown) > _FEW else more
        st.button(label, key="t-whole", type="tertiary", on_click=state.toggle_line)


def line_chart(targets: Sequence[Target]) -> alt.LayerChart | alt.FacetChart:
    """A plan's targets, each on a line of its own under its name, at the year by which it is to be reached."""
    ordered = sorted(targets, key=lambda t: (t.year or 0, t.start, t.span))
    points = [
        {"Line": i, "Year": str(t.year), "Name": _(": ").join([visible_text(t.indicator), figure_text(t)])}
        for i, t in enumerate(ordered)
    ]
    base = _lines(points)
    years = alt.X("Year:O", title=None, axis=alt.Axis(labelAngle=0, orient="top", grid=True, labelFontSize=_TEXT))
    # one plan, in the theme's first colour, which both light and dark can show
    return alt.layer(
        base.mark_point(filled=True, size=70, opacity=1).encode(x=years), _names(base), height=alt.Step(_LINE)
    )


def _show_chart(chart: alt.LayerChart | alt.FacetChart, title: str, remarks: Sequence[str], name: str) -> None:
    """The chart with remarks on it, and both as a file, drawn here for paper."""
    with st.container(key="t-chart-drawn"):
        st.altair_chart(chart)
    for remark in remarks:
        show_line(remark)
    heading = alt.Title(wrap(title, _COLUMNS), subtitle=list(remarks), anchor="start", offset=12)
    drawn = chart.properties(width=_WIDTH, title=heading).to_dict()
    with st.container(key="t-chart-takeaway", horizontal=True, gap="small"):
        show_download("PNG", partial(draw_png, drawn), f"{name}.png", "image/png", "t-png")
        show_download("SVG", partial(draw_svg, drawn), f"{name}.svg", "image/svg+xml", "t-svg")
