"""What only one of the plans says, section by section, and what most of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from indexer.library import Library
from indexer.messages import translated
from indexer.translation import _
from indexer.types import Shared, UniqueSection
from indexer.ui.compare import view as state
from indexer.ui.shared import access
from indexer.ui.shared.address import LISTED, OPENED, list_further, opening_link, place_name
from indexer.ui.shared.choosing import choose_one
from indexer.ui.shared.frame import show_errors
from indexer.ui.shared.markup import element, marked_html, show, show_line
from indexer.ui.shared.passages import place_of, show_card
from indexer.ui.shared.source import show_source
from indexer.wording import counted

#: Groups of shared passages that are listed.
_SHARED = 40


@st.fragment
def show_unique(library: Library, titles: Mapping[str, str]) -> None:
    """What it is, then the passages of the plan that is chosen, then the shared ones, folded."""
    with show_errors():
        chosen = state.read().only
        plan = chosen if chosen in titles else next(iter(titles))
        with st.spinner(_("Comparing all passages")):
            found = access.unique_content(library, tuple(titles), plan)
        show_line(_("These passages have nothing similar in any of the other plans."))
        measure = element("p", translated(found.measure), css="aside")
        show(element("details", element("summary", _("How this is measured")), measure))
        choose_one(_("Only in"), list(titles), plan, state.ONLY_PLAN, state.pick_only, format_func=titles.__getitem__)
        with st.container(key="result"):
            _show_sections(library, found.only)
        _show_shared(found.shared)


def _show_sections(library: Library, sections: Sequence[UniqueSection]) -> None:
    count = sum(len(section.passages) for section in sections)
    if count:
        show_line(counted(count, "passage"))
    else:
        show_line(_("Every passage of this plan has a similar one in another plan."), "none")
    places = {
        f"only-{i}-{j}": place_of(hit) for i, section in enumerate(sections) for j, hit in enumerate(section.passages)
    }
    opened = state.opened_of(places)
    left = max(st.session_state[LISTED], list(places).index(opened) + 1 if opened else 0)
    more = count > left
    for i, section in enumerate(sections):
        if left <= 0:
            break
        show(element("h2", " › ".join(section.section) or _("Before the first section"), css="within"))
        for j, hit in enumerate(section.passages[:left]):
            key = f"only-{i}-{j}"
            at = hit.passage.plan, hit.passage.start
            show_card(hit, key, opening_link(place_name(*at)), counterparts=state.counterparts_link(*at), headed=True)
            if key == opened:
                show_source(library, places[key], key)
            elif st.session_state[OPENED] is None and not opened and i == j == 0:
                show_source(library, places[key], "default")
        left -= len(section.passages)
    if more:
        st.button(_("Load more passages"), key="further", on_click=list_further)


def _show_shared(groups: Sequence[Shared]) -> None:
    """Passages that most plans have alike, each group as one item."""
    if not groups:
        return
    label = _("Shared by most of these plans: {passages}").format(passages=counted(len(groups), "passage"))
    with st.expander(label):
        for group in groups[:_SHARED]:
            said = [
                element(
                    "div",
                    element("p", passage.title, css="crumbs"),
                    element("div", marked_html(passage.text), css="passage-text"),
                )
                for passage in group.passages
            ]
            show(element("div", *said, css="shared"))
        if len(groups) > _SHARED:
            show_line(_("and {count} more").format(count=f"{len(groups) - _SHARED:,}"))
