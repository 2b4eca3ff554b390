"""The Targets page: what plans commit to in figures, to filter, to chart and to download, each with its quote."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from indexer.library import Library
from indexer.targets.sectors import sector_of
from indexer.translation import N_, _, ngettext, pgettext
from indexer.types import Binding, PlanInfo, Sector, Target, TargetKind, TargetRow
from indexer.ui.library.adding import show_empty
from indexer.ui.shared import access
from indexer.ui.shared.facets import filter_plans, plan_options, show_filter, show_none_left
from indexer.ui.shared.frame import show_heading, show_missing, show_plan_choice
from indexer.ui.shared.markup import show_line
from indexer.ui.targets import view as state
from indexer.ui.targets.charts import show_charts
from indexer.ui.targets.table import BINDINGS, show_tables
from indexer.ui.targets.view import TargetsView
from indexer.wording import counted

_OTHERS = N_("Statistics, estimates, what was already reached, and the limits from which a rule applies.")
#: What the filters offer.
_OPTIONS: dict[str, str] = {
    Sector.ECONOMY: N_("whole economy"),
    Sector.ENERGY: N_("energy"),
    Sector.INDUSTRY: N_("industry"),
    Sector.BUILDINGS: N_("buildings"),
    Sector.TRANSPORT: N_("transport"),
    Sector.LAND: N_("agriculture and land"),
    Sector.WASTE: N_("waste and circular economy"),
    Sector.OTHER: N_("other"),
    **BINDINGS,
}


def page() -> None:
    """Draw the page. Raises IndexerError, which ends it with a sentence."""
    library = access.open_library()
    plans = access.list_plans(library)
    show_heading(plans)
    if not plans:
        show_empty(library)
        return
    titles = {info.id: info.title for info in plans}
    view, missing = state.sync(titles)
    within = filter_plans(library, plans, view.filter)
    left = {info.id: info.title for info in within}
    scope = {plan: left[plan] for plan in view.plans or left if plan in left}
    found = [t for t in access.list_targets(library) if t.plan in scope]
    _show_filters(library, plans, within, found, view)
    if missing:
        only = _("Only the other plans were listed.")
        show_missing(missing, only if view.plans else _("All plans were listed instead."))
    if not scope:
        show_none_left(view.filter, state.refilter)
        return
    passed = [t for t in found if _passes(t, view)]
    chosen = [t for t in passed if view.rest or t.kind is TargetKind.TARGET]
    _show_count(sum(t.kind is TargetKind.TARGET for t in passed), len(passed), view)
    if not chosen:
        show_line(_why_none(found, passed, len(scope)), "none")
        return
    with st.spinner(_("Matching the plans' indicators")):
        rows = access.align_targets(library, tuple(scope))
    show_charts(view, rows, chosen, scope)
    show_tables(library, view, _rows_with(rows, chosen, view.words), chosen, scope)


def _why_none(found: Sequence[Target], passed: Sequence[Target], plans: int) -> str:
    if passed:
        return _("None of these figures is a commitment.")
    if found:
        return _("No target matches all the filters. Try removing one.")
    return ngettext(
        "No targets were found in this plan: no sentence commits to a figure.",
        "No targets were found in these plans: no sentence commits to a figure.",
        plans,
    )


def _show_count(commitments: int, total: int, view: TargetsView) -> None:
    """How many figures are commitments, and the switch that shows the others too."""
    if not total:
        return
    with st.container(key="t-count", horizontal=True, vertical_alignment="center", gap="medium"):
        others = total - commitments
        counts = [counted(commitments, "commitment"), *([counted(others, "other figure")] if others else [])]
        show_line(_("; ").join(counts))
        if others:
            st.session_state[state.REST] = view.rest
            st.toggle(_("Show other figures too"), key=state.REST, on_change=state.turn_rest, help=_(_OTHERS))


def _show_filters(
    library: Library, plans: Sequence[PlanInfo], within: Sequence[PlanInfo], found: Sequence[Target], view: TargetsView
) -> None:
    """The filters in one row."""
    # the year of a link is listed even if no target has it
    years = sorted({t.year for t in found if t.year is not None} | ({view.year} if view.year else set()))
    with st.container(key="t-filters", horizontal=True, vertical_alignment="bottom", gap="medium"):
        show_plan_choice(plan_options(plans, within, view.plans), state.PLANS, state.refine)
        for label, options, key in (
            (_("Sector"), list(map(str, Sector)), state.SECTOR),
            (_("Year"), years, state.YEAR),
            (_("How binding"), list(map(str, Binding)), state.BINDING),
        ):
            st.selectbox(label, [state.ANY, *options], key=key, format_func=_option, on_change=state.refine)
        place = _("In the indicator or the quote")
        st.text_input(pgettext("to look for", "Words"), key=state.WORDS, placeholder=place, on_change=state.refine)
        show_filter(library, plans, view.filter, len(within), state.refilter)


def _option(option: object) -> str:
    text = _(_OPTIONS.get(str(option), str(option)))
    return text[:1].upper() + text[1:]


def _passes(target: Target, view: TargetsView) -> bool:
    return (
        view.sector in ("", sector_of(target))
        and view.year in (None, target.year)
        and view.binding in ("", target.binding)
        and state.contains(f"{target.indicator} {target.quote}", view.words)
    )


def _rows_with(rows: Sequence[TargetRow], targets: Sequence[Target], words: str) -> list[TargetRow]:
    """Rows that hold one of ``targets``, whole: they are read to compare it with other plans.

    Indicators that ``words`` are about come before those whose quotes mention them, then those that most plans have.
    """
    wanted = set(targets)
    shared: dict[int, set[str]] = {}
    for row in rows:
        shared.setdefault(row.series, set()).update(cell.target.plan for cell in row.cells)
    held = [row for row in rows if any(cell.target in wanted for cell in row.cells)]
    about = {row.series for row in held if state.contains(row.indicator, words)}
    return sorted(held, key=lambda row: (row.series not in about, -len(shared[row.series]), row.series))
