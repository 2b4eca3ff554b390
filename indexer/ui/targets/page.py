"""The Targets page: what plans commit to in figures, to filter, to chart, to take away, each with its quote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from indexer.library import Library
from indexer.targets.sectors import sector_of
from indexer.types import Binding, Sector, Target, TargetRow
from indexer.ui.shared import access
from indexer.ui.shared.address import Listing
from indexer.ui.shared.markup import show, text_element
from indexer.ui.shared.masthead import show_empty, show_heading, show_missing
from indexer.ui.targets import state
from indexer.ui.targets.charts import show_charts
from indexer.ui.targets.table import show_tables


def page() -> None:
    """Draw the page. Raises IndexerError, which ends it with a sentence."""
    library = access.open_library()
    plans = access.list_plans(library)
    show_heading(plans)
    if not plans:
        show_empty(library)
        return
    titles = {info.id: info.title for info in plans}
    listing, missing = state.take_listing(list(titles))
    scope = {plan: titles[plan] for plan in listing.plans or titles}
    found = [t for t in access.list_targets(library) if t.plan in scope]
    _show_filters(titles, found, listing)
    if missing:
        show_missing(missing, "listed", all_instead=not listing.plans)
    chosen = [t for t in found if _passes(t, listing)]
    if not chosen:
        told = "No target in these plans fits all the filters. Widen one of them." if found else _none(len(scope))
        show(text_element("p", told, "none"))
        return
    rows = _aligned(library, scope)
    show_charts(listing, rows, chosen, scope)
    show_tables(library, listing, _rows_with(rows, chosen, listing.words), chosen, scope)


def _none(plans: int) -> str:
    where = "this plan" if plans == 1 else "these plans"
    return f"No target was found in {where}: no sentence commits to a figure. Read them on the Ask page."


def _show_filters(titles: Mapping[str, str], found: Sequence[Target], listing: Listing) -> None:
    """The filters in one row."""
    # a year of a link that no target has stays to be seen
    years = sorted({t.year for t in found if t.year is not None} | ({listing.year} if listing.year else set()))
    with st.container(key="t-filters", horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.multiselect(
            "Plans",
            list(titles),
            key=state.PLANS,
            format_func=lambda plan: titles.get(plan, plan),
            placeholder=f"All {len(titles)} plans" if len(titles) > 1 else "The one plan",
            on_change=state.refine,
        )
        for label, options, key in (
            ("Sector", list(map(str, Sector)), state.SECTOR),
            ("Year", years, state.YEAR),
            ("How binding", list(map(str, Binding)), state.BINDING),
        ):
            st.selectbox(label, [state.ANY, *options], key=key, format_func=_capitalized, on_change=state.refine)
        st.text_input("Words", key=state.WORDS, placeholder="In the indicator or the quote", on_change=state.refine)


def _capitalized(option: object) -> str:
    text = str(option)
    return text[:1].upper() + text[1:]


def _passes(target: Target, listing: Listing) -> bool:
    return (
        listing.sector in ("", sector_of(target))
        and listing.year in (None, target.year)
        and listing.binding in ("", target.binding)
        and state.holds(f"{target.indicator} {target.quote}", listing.words)
    )


def _aligned(library: Library, scope: Mapping[str, str]) -> list[TargetRow]:
    with st.spinner("Laying the plans' indicators side by side"):
        return access.align_targets(library, tuple(scope))


def _rows_with(rows: Sequence[TargetRow], targets: Sequence[Target], words: str) -> list[TargetRow]:
    """Rows that hold one of ``targets``, whole: what other plans say beside it is what they are read for.

    Indicators that ``words`` are about come before those whose quotes mention them, then those that most plans have.
    """
    wanted = set(targets)
    shared: dict[int, set[str]] = {}
    for row in rows:
        shared.setdefault(row.series, set()).update(cell.target.plan for cell in row.cells)
    held = [row for row in rows if any(cell.target in wanted for cell in row.cells)]
    about = {row.series for row in held if state.holds(row.indicator, words)}
    return sorted(held, key=lambda row: (row.series not in about, -len(shared[row.series]), row.series))
