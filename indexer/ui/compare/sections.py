"""Two plans' sections, matched: what stands in the one beside what stands in the other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from indexer.library import Library
from indexer.types import Plan, page_at
from indexer.ui.compare import state
from indexer.ui.compare.panes import Pane, show_panes
from indexer.ui.shared import access
from indexer.ui.shared.address import read_comparing
from indexer.ui.shared.excerpt import Place
from indexer.ui.shared.failing import errors_said
from indexer.ui.shared.markup import plain, show, text_element


@st.fragment
def show_sections(library: Library, titles: Mapping[str, str]) -> None:
    """The two trees line by line; the pair that is opened is read below its line."""
    with errors_said():
        comparing = read_comparing()
        pair = comparing.pair if all(plan in titles for plan in comparing.pair) else ()
        one, other = pair if len(pair) == 2 else tuple(titles)[:2]
        _show_pickers(titles, one, other)
        if one == other:
            show(text_element("p", "Choose two different plans.", "notice"))
            return
        with st.spinner("Matching sections"):
            pairs = access.align_sections(library, one, other)
        left, right = access.read_plan(library, one), access.read_plan(library, other)
        if not pairs:
            show(text_element("p", "Neither of these plans has sections.", "none"))
        with st.container(key="pairs"):
            for i, matched in enumerate(pairs):
                opened = comparing.section == i
                _show_line(left, matched.one, f"line-one-{i}", i, opened)
                _show_line(right, matched.other, f"line-other-{i}", i, opened)
                if opened:
                    with st.container(key="opened-pair"):
                        show_panes([_pane(left, matched.one), _pane(right, matched.other)])


def _show_pickers(titles: Mapping[str, str], one: str, other: str) -> None:
    with st.container(key="pickers", horizontal=True, vertical_alignment="bottom", gap="medium"):
        for key, label, chosen in ((state.ONE, "Sections of", one), (state.OTHER, "Beside those of", other)):
            st.session_state[key] = chosen
            st.selectbox(
                label,
                list(titles),
                key=key,
                format_func=lambda each: titles[each],
                on_change=state.pick_pair,
            )


def _show_line(plan: Plan, index: int | None, key: str, line: int, opened: bool) -> None:
    """A section's heading, indented by its level, to press; a dash where there is no counterpart."""
    if index is None:
        show(text_element("p", "–", "none"))
        return
    section = plan.sections[index]
    with st.container(key=f"level{min(section.level, 4)}-{key}"):
        st.button(
            plain(section.label),
            key=key,
            type="tertiary",
            on_click=partial(state.turn, section=None if opened else line),
        )


def _pane(plan: Plan, index: int | None) -> Pane:
    if index is None:
        return Pane(plan, None, "This plan has no such section.")
    section = plan.sections[index]
    page = page_at(plan.pages, section.start)
    return Pane(plan, Place(plan.id, section.start, section.end, section.label, page, {}), "")
