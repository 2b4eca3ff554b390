"""A place in a plan, opened beside an answer: the text around it, or its page, and the way into the whole plan."""

from __future__ import annotations

import streamlit as st

from indexer.library import Library
from indexer.types import Plan
from indexer.ui.read.address import Reading, View, version_of
from indexer.ui.read.page import show_way
from indexer.ui.read.tools import show_page_box, show_views
from indexer.ui.shared import state
from indexer.ui.shared.access import read_plan
from indexer.ui.shared.address import Request
from indexer.ui.shared.excerpt import Place, excerpt_html, show_text, surroundings, whereabouts
from indexer.ui.shared.failing import errors_said
from indexer.ui.shared.markup import show, text_element
from indexer.ui.shared.original import is_pdf, offer_original
from indexer.ui.shared.page_image import NARROW, pages_of, show_pages

#: Characters of a plan that is opened at its beginning; some eight printed pages.
_OPENING = 20_000
#: Characters of a place beyond which it is no passage to highlight, but where one begins to read.
_LONGEST_PASSAGE = 5_000


def show_source(library: Library, place: Place, key: str) -> None:
    """The plan around ``place``; ``key`` is what is opened, "default" if nobody chose it."""
    plan = read_plan(library, place.plan)
    with st.container(key=f"source-{key}"):
        show(text_element("h2", plan.title, "source-title"), text_element("p", whereabouts(plan, place), "crumbs"))
        st.fragment(_show_place)(library, place)


def show_opening(library: Library, plan_id: str) -> None:
    """A plan's text from its beginning, to read on from. Raises UnknownPlanError."""
    plan = read_plan(library, plan_id)
    _, end = surroundings(plan.text, (0, 0), _OPENING)
    place = Place(plan.id, 0, end, "", plan.pages[0].number if plan.pages else None, {})
    show_source(library, place, "opening")


def _show_place(library: Library, place: Place) -> None:
    """All below the plan's title; in a fragment, so that turning its pages leaves the answers alone."""
    if st.session_state[state.OPENED] == "":
        st.rerun()  # it was closed, which concerns the page around it
    with errors_said():
        plan = read_plan(library, place.plan)
        view = st.session_state.get(state.VIEW, View.TEXT)
        if is_pdf(plan):
            _show_tools(plan, place, view)
        paged = view is View.PAGE and is_pdf(plan) and _show_page(library, plan, place)
        whole = paged or _show_excerpt(plan, place)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if not whole:
                st.button("Show more text", key="source-more", type="tertiary", on_click=state.reach_further)
            show_way(_reading(plan, place, view), "Open in plan")
            offer_original(library, plan, "Original file", "source-original")
            st.button("Close source", key="source-close", type="tertiary", on_click=state.close_source)


def _show_tools(plan: Plan, place: Place, view: View) -> None:
    with st.container(key="source-tools", horizontal=True, gap="small", vertical_alignment="center"):
        show_views(view, "source-view", state.turn_view)
        if view is View.PAGE:
            number = st.session_state[state.TURNED] or pages_of(plan, (place.start, place.end))[0]
            show_page_box(min(number, len(plan.pages)), len(plan.pages), "source-page", state.turn_page)


def _show_page(library: Library, plan: Plan, place: Place) -> bool:
    number = st.session_state[state.TURNED]
    span = (place.start, place.end) if _is_passage(place) else None
    return show_pages(library, plan, span, number, NARROW)


def _show_excerpt(plan: Plan, place: Place) -> bool:
    """Whether that is the whole text."""
    low, high = surroundings(plan.text, (place.start, place.end), st.session_state[state.REACH])
    show_text(excerpt_html(plan, place, (low, high)), "The plan's text around the passage")
    return low == 0 and high == len(plan.text)


def _reading(plan: Plan, place: Place, view: View) -> Reading:
    """The place as the Read page opens it; there one steps over the passages on what was asked here."""
    asked = st.session_state.get(state.REQUEST)
    question = asked.question if isinstance(asked, Request) else ""
    if _is_passage(place):
        at = place.start, place.end
        return Reading(plan.id, at, version_of(plan), view=view, question=question)
    return Reading(plan.id, top=place.start or None, view=view, question=question)


def _is_passage(place: Place) -> bool:
    return place.end - place.start <= _LONGEST_PASSAGE
