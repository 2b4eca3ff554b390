"""The source of a quote: the plan's text around it, or its page, next to the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st

from indexer.library import Library
from indexer.reading.doubts import doubtful_pages
from indexer.translation import _
from indexer.types import Plan, Span
from indexer.ui.ask.view import AskView
from indexer.ui.read.view import ReadView, version_of
from indexer.ui.shared import address as state
from indexer.ui.shared.access import read_plan
from indexer.ui.shared.address import Look
from indexer.ui.shared.downloads import show_original
from indexer.ui.shared.frame import show_errors
from indexer.ui.shared.markup import Html, element, marked_html, show
from indexer.ui.shared.page_image import (
    NARROW,
    is_pdf,
    pages_of,
    show_look_switch,
    show_page_box,
    show_pages,
    show_zoom,
)
from indexer.wording import READS_BADLY

#: Characters of a plan that is opened at its beginning; some eight printed pages.
_OPENING = 20_000
_USUAL = 100  # per cent
#: Characters of a place beyond which it is no passage to highlight, but where one begins to read.
_LONGEST_PASSAGE = 5_000
#: Where a stretch of text may be cut, the better places first: paragraphs, lines, words.
_BREAKS = (re.compile(r"\n[ \t]*\n\s*"), re.compile(r"\n\s*"), re.compile(r"\s+"))


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a plan to open, with spans of the plan's text to mark in it, by class."""

    plan: str
    start: int
    end: int
    section: str
    page: int | None
    marks: Mapping[str, Sequence[Span]]


def show_source(library: Library, place: Place, key: str) -> None:
    """The plan around ``place``; ``key`` is what is opened, "default" if nobody chose it."""
    plan = read_plan(library, place.plan)
    with st.container(key=f"source-{key}"):
        show(element("h2", plan.title, css="source-title"), element("p", whereabouts(plan, place), css="crumbs"))
        if place.page in doubtful_pages(plan.warnings):
            show(element("span", _(READS_BADLY), css="badge"))
        st.fragment(_show_place)(library, place)


def show_opening(library: Library, plan_id: str) -> None:
    """A plan's text from its beginning, to read on from. Raises UnknownPlanError."""
    plan = read_plan(library, plan_id)
    _, end = surroundings(plan.text, (0, 0), _OPENING)
    place = Place(plan.id, 0, end, "", plan.pages[0].number if plan.pages else None, {})
    show_source(library, place, "opening")


def surroundings(text: str, span: Span, reach: int) -> Span:
    """``span`` with up to ``reach`` characters on each side, cut at a paragraph, else at a line or a word."""
    start, end = span
    low, high = max(0, start - reach), min(len(text), end + reach)
    if low:
        low = next((m.end() for cut in _BREAKS for m in cut.finditer(text, low, start)), start)
    if high < len(text):
        ends = ([m.start() for m in cut.finditer(text, end, high)] for cut in _BREAKS)
        high = next((found[-1] for found in ends if found), end)
    return low, high


def excerpt_html(plan: Plan, place: Place, span: Span) -> Html:
    """The plan's text within ``span``, ``place`` and what is marked in it in their classes."""
    around = {"passage": [(place.start, place.end)], "around": [(span[0], place.start), (place.end, span[1])]}
    return stretch_html(plan, span, {**around, **place.marks})


def stretch_html(plan: Plan, span: Span, spans_by_class: Mapping[str, Sequence[Span]]) -> Html:
    """The plan's text within ``span``, headings and spans of the plan's text marked in it by class."""
    low, high = span
    marks = {**spans_by_class, "heading": [(s.start, s.body) for s in plan.sections]}
    moved = {
        name: [(max(a, low) - low, min(b, high) - low) for a, b in spans if a < high and b > low]
        for name, spans in marks.items()
    }
    return marked_html(plan.text[low:high], moved)


def show_text(text: Html, label: str, css: str = "source-text") -> None:
    """A stretch of text in a box of its own, which scrolls, by keyboard, too; ``label`` names it."""
    show(element("div", text, css=css, tabindex="0", role="region", aria_label=label))


def whereabouts(plan: Plan, place: Place) -> str:
    """Section, page and file of a place, on one line."""
    numbers = {"page": place.page, "count": len(plan.pages)}
    page = _("page {page} of {count}").format(**numbers) if place.page is not None and plan.pages else ""
    return " · ".join(filter(None, [place.section, page, PurePath(plan.source).name]))


def _show_place(library: Library, place: Place) -> None:
    """All below the plan's title; in a fragment, so that turning its pages leaves the answers alone."""
    if st.session_state[state.OPENED] == "":
        st.rerun()  # it was closed, which concerns the page around it
    with show_errors():
        plan = read_plan(library, place.plan)
        badly = place.page in doubtful_pages(plan.warnings)
        look = st.session_state.get(state.LOOK, Look.PAGE if badly else Look.TEXT)
        span = (place.start, place.end)
        is_passage = place.end - place.start <= _LONGEST_PASSAGE
        paged = False
        if is_pdf(plan):
            _show_tools(plan, span, look)
            number = st.session_state[state.TURNED]
            zoom = st.session_state.get(state.ZOOM, _USUAL)
            marked = span if is_passage else None
            paged = look is Look.PAGE and show_pages(library, plan, marked, number, NARROW, zoom)
        whole = paged or _show_excerpt(plan, place)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if not whole:
                st.button(_("Show more text"), key="source-more", type="tertiary", on_click=state.reach_further)
            state.show_page_link(_read_view(plan, span, look, is_passage=is_passage), _("Open in plan"))
            show_original(library, plan, _("Original file"), "source-original")
            st.button(_("Close source"), key="source-close", type="tertiary", on_click=state.close_source)


def _show_tools(plan: Plan, span: Span, look: Look) -> None:
    with st.container(key="source-tools", horizontal=True, gap="small", vertical_alignment="center"):
        show_look_switch(look, "source-view", state.turn_look)
        if look is Look.PAGE:
            number = st.session_state[state.TURNED] or pages_of(plan, span)[0]
            show_page_box(min(number, len(plan.pages)), len(plan.pages), "source-page", state.turn_page)
            show_zoom(st.session_state.get(state.ZOOM, _USUAL), "source", state.turn_zoom)


def _show_excerpt(plan: Plan, place: Place) -> bool:
    """Whether that is the whole text."""
    low, high = surroundings(plan.text, (place.start, place.end), st.session_state[state.REACH])
    show_text(excerpt_html(plan, place, (low, high)), _("The plan's text around the passage"))
    return low == 0 and high == len(plan.text)


def _read_view(plan: Plan, span: Span, look: Look, *, is_passage: bool) -> ReadView:
    """The place on the Read page; there one steps through the passages on what was asked here."""
    asked = st.session_state.get(state.VIEW)
    question = asked.question if isinstance(asked, AskView) else ""
    if is_passage:
        return ReadView(plan.id, span, version_of(plan), look=look, question=question)
    return ReadView(plan.id, top=span[0] or None, look=look, question=question)
