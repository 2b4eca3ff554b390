"""The Targets page: what plans commit to in figures, to filter, to chart, to take away, each with its quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from indexer.exporting import FORMATS
from indexer.exporting.targets import note, targets_csv, targets_xlsx
from indexer.exporting.wording import counted
from indexer.library import Library
from indexer.types import Binding, Target, TargetKind
from indexer.ui import access, state
from indexer.ui.markup import show, text_element
from indexer.ui.masthead import show_empty, show_heading
from indexer.ui.source import Place, show_source
from indexer.ui.targets_charts import show_charts

# Keys of the widgets.
PLANS, SECTOR, YEAR, BINDING, WORDS, TABLE = (
    "t-plans", "t-sector", "t-year", "t-binding", "t-words", "t-table"
)  # fmt: skip
_ANY = "Any"
#: Columns of the table and their widths.
_WIDTHS = {"Plan": "small", "Indicator": "large", "Figure": "medium", "Year": "small", "How binding": "small"}


@dataclass(frozen=True, slots=True)
class Listing:
    """That this page is what the session shows."""


def page() -> None:
    """Draw the page. Raises IndexerError, which ends it with a sentence."""
    library = access.open_library()
    plans = access.list_plans(library)
    show_heading(plans)
    if not plans:
        show_empty(library)
        return
    if st.session_state.get(state.REQUEST) != Listing():
        state.begin(Listing())
    titles = {info.id: info.title for info in plans}
    chosen = _filtered(access.list_targets(library), titles)
    if not chosen:
        show(text_element("p", "No target in these plans fits all the filters. Widen one of them.", "none"))
        return
    show_charts(library, chosen, titles)
    _show_table(library, chosen)
    _show_downloads(chosen)


def _filtered(targets: Sequence[Target], titles: dict[str, str]) -> list[Target]:
    """The filters in one row, and the targets that pass them all."""
    sectors = sorted({t.section[0] for t in targets if t.section})
    years = sorted({t.year for t in targets if t.year is not None})
    columns = st.columns([2, 2, 1, 1, 2])
    plans = columns[0].multiselect(
        "Plans", list(titles), key=PLANS, format_func=lambda p: titles.get(p, p), placeholder=f"All {len(titles)} plans"
    )
    sector = columns[1].selectbox("Sector", [_ANY, *sectors], key=SECTOR)
    year = columns[2].selectbox("Year", [_ANY, *years], key=YEAR)
    binding = columns[3].selectbox("How binding", [_ANY, *map(str, Binding)], key=BINDING)
    words = columns[4].text_input("Words", key=WORDS, placeholder="In the indicator or the quote").casefold().split()
    return [
        t
        for t in targets
        if (not plans or t.plan in plans)
        and (sector == _ANY or t.section[:1] == (sector,))
        and year in (_ANY, t.year)
        and binding in (_ANY, t.binding)
        and all(word in f"{t.indicator} {t.quote}".casefold() for word in words)
    ]


def _show_table(library: Library, targets: Sequence[Target]) -> None:
    """One line a target; the one that is clicked opens in its plan."""
    show(
        text_element("p", f"{counted(len(targets), 'target')} and thresholds. Click a row to read its quote.", "aside")
    )
    chosen = st.dataframe(
        [_line(t) for t in targets],
        key=TABLE,
        hide_index=True,
        on_select=_open,
        selection_mode="single-row",
        column_config={name: st.column_config.Column(width=width) for name, width in _WIDTHS.items()},  # type: ignore[arg-type]
    )
    rows = chosen.selection.rows
    if rows and rows[0] < len(targets) and st.session_state[state.OPENED] == TABLE:
        target = targets[rows[0]]
        marks = {"answer": [(target.start, target.end)], "met": [target.span]}
        place = Place(target.plan, target.start, target.end, " › ".join(target.section), target.page, marks)
        show_source(library, place, TABLE)


def _open() -> None:
    state.open_source(TABLE)


def _line(target: Target) -> dict[str, str | int | None]:
    figure = "cut off" if target.cut_off else f"{target.comparator} {target.figure}".removeprefix("range ")
    change = f", {target.change} from {target.base_year}" if target.change and target.base_year else ""
    threshold = "Threshold. " if target.kind is TargetKind.THRESHOLD else ""
    return {
        "Plan": target.plan,
        "Indicator": target.indicator,
        "Figure": figure + change,
        "Year": target.year,
        "Scope": target.scope or "",
        "How binding": str(target.binding),
        "Note": f"{threshold}{note(target)}".strip(),
    }


def _show_downloads(targets: Sequence[Target]) -> None:
    with st.container(horizontal=True, gap="small"):
        data = targets_csv(targets).encode("utf-8-sig")
        st.download_button("Download CSV", data, "targets.csv", "text/csv", key="t-csv", on_click="ignore")
        st.download_button(
            "Download XLSX",
            lambda: targets_xlsx(targets),
            "targets.xlsx",
            FORMATS["xlsx"],
            key="t-xlsx",
            on_click="ignore",
        )
