"""Texts of several plans beside one another, each opened at a passage, scrolling together or apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from indexer.types import Plan
from indexer.ui.compare import state
from indexer.ui.shared.address import read_comparing
from indexer.ui.shared.excerpt import Place, excerpt_html, show_text, surroundings, whereabouts
from indexer.ui.shared.markup import run_script, show, text_element

#: Characters of a plan's text on each side of the passage: enough to read on, little enough to send.
_REACH = 15_000


@dataclass(frozen=True, slots=True)
class Pane:
    """One text: where it is opened (None where the plan has nothing to open), what is said of it and done with it."""

    plan: Plan
    place: Place | None
    note: str
    actions: Callable[[], None] | None = None


def show_panes(panes: Sequence[Pane]) -> None:
    """The panes as columns; their heads, notes and texts stand on the same lines."""
    apart = read_comparing().apart
    st.session_state[state.TOGETHER] = not apart
    st.toggle("Scroll together", key=state.TOGETHER, on_change=state.turn_scrolling)
    with st.container(key=f"panes-{len(panes)}-{'apart' if apart else 'together'}"):
        for pane in panes:
            where = whereabouts(pane.plan, pane.place) if pane.place else ""
            show(text_element("h2", pane.plan.title, "source-title"), text_element("p", where, "crumbs"))
        if any(pane.note for pane in panes):
            for i, pane in enumerate(panes):
                with st.container(key=f"pane-{i}", horizontal=True, vertical_alignment="center", gap="small"):
                    show(text_element("span", pane.note, "badge" if pane.place else "none"))
                    if pane.actions:
                        pane.actions()
        for pane in panes:
            _show_text(pane)
    run_script("together.js")


def _show_text(pane: Pane) -> None:
    place = pane.place
    if place is None:
        show(text_element("span", ""))  # the next text keeps its column
        return
    span = surroundings(pane.plan.text, (place.start, place.end), _REACH)
    label = f"{pane.plan.title}: the text around the passage"
    show_text(excerpt_html(pane.plan, place, span), label, "source-text pane")
