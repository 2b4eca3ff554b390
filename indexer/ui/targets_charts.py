"""Charts of targets: one indicator across plans and years, and a plan's targets on a time line.

The buttons that stand on a chart save it as PNG, in the browser and without a network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import streamlit as st

from indexer.exporting.wording import counted
from indexer.library import Library
from indexer.types import Target, TargetKind, TargetRow
from indexer.ui import access
from indexer.ui.markup import show, text_element

INDICATOR, LINE_PLAN = "t-indicator", "t-line-plan"
_HEIGHT = 260
#: Lines of a time line; more would not be read.
_MOST = 40


def show_charts(library: Library, targets: Sequence[Target], titles: Mapping[str, str]) -> None:
    """Both charts, folded into tabs, of the targets that passed the filters."""
    across, line = st.tabs(["One indicator across plans", "One plan on a time line"])
    with across:
        _show_indicator(access.align_targets(library), targets)
    with line:
        _show_line(targets, titles)


def _show_indicator(rows: Sequence[TargetRow], targets: Sequence[Target]) -> None:
    shown = set(targets)
    series: dict[int, list[TargetRow]] = {}
    for row in rows:
        if any(c.target in shown and c.value is not None and row.year is not None for c in row.cells):
            series.setdefault(row.series, []).append(row)
    if not series:
        show(text_element("p", "None of these targets has both a value and a year.", "none"))
        return
    # what most plans have comes first
    order = sorted(series, key=lambda n: (-len({c.target.plan for r in series[n] for c in r.cells}), n))
    number = st.selectbox("Indicator", order, key=INDICATOR, format_func=lambda n: series[n][0].indicator)
    chosen = series[number]
    points = [
        {
            "Year": str(r.year),
            "Value": c.value,
            "Plan": c.target.plan,
            "Figure": f"{c.target.comparator} {c.target.figure}",
        }
        for r in chosen
        for c in r.cells
        if c.value is not None and c.target in shown and r.year is not None
    ]
    chart = (
        alt.Chart({"values": points})
        .mark_bar()
        .encode(
            x=alt.X("Year:O", axis=alt.Axis(labelAngle=0)),
            xOffset="Plan:N",
            y=alt.Y("Value:Q", title=chosen[0].unit or "number"),
            color="Plan:N",
            tooltip=["Plan:N", "Year:O", "Figure:N"],
        )
        .properties(height=_HEIGHT)
    )
    st.altair_chart(chart)
    for row in chosen:
        gap = "" if row.gap is None else f"gap {row.gap:,.10g} {row.unit}"
        if gap or row.note:
            show(text_element("p", f"{row.year or 'No year'}: {gap or row.note}", "aside"))


def _show_line(targets: Sequence[Target], titles: Mapping[str, str]) -> None:
    plans = list(dict.fromkeys(t.plan for t in targets))
    plan = st.selectbox("Plan", plans, key=LINE_PLAN, format_func=lambda p: titles.get(p, p))
    dated = [t for t in targets if t.plan == plan and t.year is not None and t.kind is TargetKind.TARGET]
    if not dated:
        show(text_element("p", "None of these targets names a year.", "none"))
        return
    figures: dict[tuple[str, str], list[str]] = {}
    for t in dated[:_MOST]:
        said = "cut off" if t.cut_off else f"{t.comparator} {t.figure}".removeprefix("range ")
        figures.setdefault((str(t.year), t.indicator), []).append(said)
    points = [
        {"Year": year, "Indicator": indicator, "Figure": "; ".join(said), "Plan": plan}
        for (year, indicator), said in figures.items()
    ]
    base = alt.Chart({"values": points}).encode(
        x=alt.X("Year:O", axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("Indicator:N", sort=None, title=None, axis=alt.Axis(labelLimit=420)),
        color=alt.Color("Plan:N", legend=None),  # the theme's colour, which both light and dark can show
        tooltip=["Indicator:N", "Year:O", "Figure:N"],
    )
    st.altair_chart(base.mark_point(filled=True, size=60) + base.mark_text(align="left", dx=8).encode(text="Figure:N"))
    if len(dated) > _MOST:
        show(text_element("p", f"The first {_MOST} of {counted(len(dated), 'target')}; filter to see others.", "aside"))
