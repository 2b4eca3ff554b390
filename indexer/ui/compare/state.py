"""What a visitor's session remembers on the Compare page: the widgets' values, and how they move the address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from indexer.ui.shared import state
from indexer.ui.shared.address import (
    Comparing,
    Tab,
    comparing_query,
    link_to,
    read_comparing,
    read_opened,
    write_comparing,
)
from indexer.ui.shared.excerpt import Place

# Keys of the widgets.
QUESTIONS, PLANS, TAB = "questions", "compared", "tab"
VIEW, READ, TOGETHER, ONLY_PLAN = "view", "read", "together", "only-plan"
PICKED, SECTION, BESIDE = "picked", "picked-section", "beside"
ONE, OTHER = "pair-one", "pair-other"
# Whether what a fragment did concerns the rest of the page; the plans of a link that are gone.
_WHOLE, _MISSING = "whole-page", "missing"

VIEWS = ("Table", "Map")
TABS = {
    Tab.ANSWERS: "Answers",
    Tab.COUNTERPARTS: "Counterparts",
    Tab.ONLY: "Only one says",
    Tab.SECTIONS: "Sections side by side",
}
_BY_LABEL = {label: tab for tab, label in TABS.items()}


def take_comparing(known: Sequence[str]) -> tuple[Comparing, list[str]]:
    """The comparison in the address, cleared of plans that are not there; and the ids of those.

    An address that this session did not write is put into the widgets, as on the Ask page. The ids
    are told until something else is compared, however often the page is drawn.
    """
    asked = read_comparing()
    comparing = asked.within(known)
    missing = [plan for plan in asked.plans if plan not in known]
    opened = read_opened()
    shown = st.session_state.get(state.REQUEST)
    if missing or not isinstance(shown, Comparing) or replace(shown, opened=comparing.opened) != comparing:
        st.session_state[QUESTIONS] = "\n".join(comparing.questions)
        st.session_state[PLANS] = list(comparing.plans)
        st.session_state[TAB] = TABS[comparing.tab]
        st.session_state[_MISSING] = missing
        write_comparing(comparing)
        state.begin(comparing)
    st.session_state[state.REQUEST] = comparing
    state.follow_opened(opened)
    return comparing, st.session_state[_MISSING]


def compare(questions: Iterable[str] | None = None, plans: Iterable[str] | None = None) -> None:
    """Compare what the widgets say, or ``questions`` or ``plans`` in their place."""
    if questions is not None:
        st.session_state[QUESTIONS] = "\n".join(questions)
    if plans is not None:
        st.session_state[PLANS] = list(plans)
    asked = Comparing.of(st.session_state[QUESTIONS].splitlines(), st.session_state[PLANS])
    now = read_comparing()
    # Other plans leave the tab open, another question leads to its answers.
    tab = now.tab if asked.questions == now.questions else Tab.ANSWERS
    st.session_state[_MISSING] = []
    _show(replace(asked, tab=tab, as_map=now.as_map, apart=now.apart))


def turn(**changes: Any) -> None:
    """Look at the same comparison otherwise: ``changes`` of the fields of ``Comparing``; what was open is closed."""
    now = read_comparing()
    # Ranks are of one passage's counterparts.
    kept = {"ranks": () if "at" in changes else now.ranks, "opened": None}
    _show(replace(now, **{**kept, **changes}))


def turn_tab() -> None:
    """Open the tab that was clicked."""
    turn(tab=_BY_LABEL[st.session_state[TAB]])


def turn_view() -> None:
    """Show all questions and plans as the table or as the map."""
    turn(as_map=st.session_state[VIEW] == VIEWS[1])


def turn_question() -> None:
    """Read the question that was chosen side by side."""
    turn(chosen=st.session_state[READ])


def turn_scrolling() -> None:
    """Keep texts side by side together, or not."""
    turn(apart=not st.session_state[TOGETHER])


def pick_plan() -> None:
    """Begin at the first passage of the plan that was chosen."""
    plan = st.session_state[PICKED]
    turn(at=(plan, 0), beside=tuple(p for p in read_comparing().beside if p != plan))


def pick_section(plan: str) -> None:
    """Go to the section of ``plan`` that was chosen, by the offset at which it begins."""
    turn(at=(plan, st.session_state[SECTION] or 0))


def pick_beside() -> None:
    """Read the passage beside the plans that were chosen."""
    turn(beside=tuple(st.session_state[BESIDE]))


def pick_pair() -> None:
    """Match the sections of the two plans that were chosen."""
    turn(pair=(st.session_state[ONE], st.session_state[OTHER]), section=None)


def pick_only() -> None:
    """List the passages of the plan that was chosen."""
    turn(only=st.session_state[ONLY_PLAN])


def turn_to(plan: str, rank: int) -> None:
    """Show the counterpart of this rank, from 0, in ``plan``."""
    ranks = {**dict(read_comparing().ranks), plan: rank}
    turn(ranks=tuple(entry for entry in ranks.items() if entry[1]))


def opened_of(places: Mapping[str, Place]) -> str:
    """The key of the source that the address has open, of ``places`` by key; "" for none."""
    opened = read_comparing().opened
    return next((name for name, place in places.items() if (place.plan, place.start) == opened), "")


def rerun_after(action: Callable[[], None]) -> None:
    """Do something that concerns the whole page."""
    action()
    st.session_state[_WHOLE] = True


def counterparts_link(plan: str, start: int) -> str:
    """The address of the counterparts of the passage of ``plan`` that holds ``start``."""
    beside = replace(read_comparing(), tab=Tab.COUNTERPARTS, at=(plan, start), ranks=(), opened=None)
    return link_to(comparing_query(beside))


def rerun_if_asked() -> None:
    """At the head of a fragment: draw the whole page where a click within concerns it."""
    if st.session_state.pop(_WHOLE, False):
        st.rerun()


def _show(comparing: Comparing) -> None:
    write_comparing(comparing)
    state.begin(comparing)
