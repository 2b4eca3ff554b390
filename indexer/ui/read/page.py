"""The Read page: a plan at a place, its section tree on the left, its text or the image of its page on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from indexer.library import Library
from indexer.types import Plan, PlanInfo, Section, Span, page_at
from indexer.ui.read import state
from indexer.ui.read.address import READ, ZOOMS, Reading, View, read_reading, reading_link, reading_query
from indexer.ui.read.hits import Hits, find_hits
from indexer.ui.read.tools import show_link, show_page_box, show_views
from indexer.ui.read.tree import path_to, section_at, tree_html
from indexer.ui.shared import access
from indexer.ui.shared import state as shared
from indexer.ui.shared.excerpt import show_text, stretch_html, surroundings
from indexer.ui.shared.failing import errors_said
from indexer.ui.shared.markup import run_script, show, text_element
from indexer.ui.shared.masthead import show_empty, show_heading
from indexer.ui.shared.original import is_pdf, offer_original
from indexer.ui.shared.page_image import WIDE, pages_of, show_pages

#: Characters of the plan's text on each side of the place: some six printed pages, which a browser lays out at once.
_REACH = 8_000


def page() -> None:
    """Draw the page. Raises IndexerError, which ends it with a sentence."""
    reading = read_reading()
    # the forms of other pages are empty when one comes back: showing another request, they are filled again
    st.session_state[shared.REQUEST] = reading
    library = access.open_library()
    plans = access.list_plans(library)
    show_heading(plans)
    if not plans:
        show_empty(library)
        return
    _show_choice(plans, reading.plan)
    if reading.plan not in {info.id for info in plans}:
        gone = f"“{reading.plan}” is not in this library, or no longer. " if reading.plan else ""
        show(text_element("p", f"{gone}Choose a plan to read it.", "notice"))
        return
    run_script("reading.js")
    st.fragment(_show_plan)(library)


def as_page() -> st.Page:
    """The page, for the navigation and for links to it."""
    return st.Page(page, title="Read", url_path=READ)


def show_way(reading: Reading, label: str) -> None:
    """A link to this page from any other, which opens ``reading``."""
    st.page_link(as_page(), label=label, query_params=reading_query(reading))


def _show_choice(plans: Sequence[PlanInfo], chosen: str) -> None:
    titles = {info.id: info.title for info in plans}
    st.session_state[state.PLAN] = chosen if chosen in titles else None
    st.selectbox(
        "Plan",
        list(titles),
        key=state.PLAN,
        index=None,
        format_func=lambda plan: titles.get(plan, plan),
        placeholder="Choose a plan",
        label_visibility="collapsed",
        on_change=state.pick_plan,
    )


def _show_plan(library: Library) -> None:
    """All of one plan's; in a fragment, so that a step from hit to hit leaves the rest of the page alone."""
    with errors_said():
        asked = read_reading()
        plan = access.read_plan(library, asked.plan)
        reading, said = state.within(asked, plan)
        hits = find_hits(library, plan, reading)
        offset = state.where(plan, reading)
        with st.container(key="reading"):
            with st.container(key="reading-tree"):
                _show_tree(plan, reading, offset)
            with st.container(key="reading-sheet", gap="small"):
                _show_tools(library, plan, reading, offset)
                _show_finding(plan, reading, hits, offset)
                if said:
                    show(text_element("p", said, "notice"))
                _show_crumbs(plan, offset)
                _show_sheet(library, plan, reading, hits, offset)


def _show_tree(plan: Plan, reading: Reading, offset: int) -> None:
    def link(section: Section) -> str:
        return reading_link(replace(reading, at=None, version="", top=section.start, page=None))

    if plan.sections:
        show(tree_html(plan.sections, offset, link))
    else:
        show(text_element("p", "This plan has no sections.", "none"))


def _show_tools(library: Library, plan: Plan, reading: Reading, offset: int) -> None:
    with st.container(key="reading-tools", horizontal=True, vertical_alignment="center", gap="small"):
        if is_pdf(plan):
            show_views(reading.view, state.VIEW, state.turn_view)
        if plan.pages:
            show_page_box(page_shown(plan, reading, offset), len(plan.pages), state.PAGE, state.turn_page)
        if reading.view is View.PAGE and is_pdf(plan):
            with st.container(key="r-zoom", horizontal=True, vertical_alignment="center", gap="xsmall"):
                _show_zoom("Smaller", -1, reading.zoom == ZOOMS[0])
                show(text_element("p", f"{reading.zoom} %", "aside"))
                _show_zoom("Larger", 1, reading.zoom == ZOOMS[-1])
        show_link(reading)
        offer_original(library, plan, "Original file", "r-original")


def _show_zoom(label: str, steps: int, at_end: bool) -> None:
    st.button(label, key=f"r-{label.lower()}", type="tertiary", disabled=at_end, on_click=state.zoom, args=(steps,))


def page_shown(plan: Plan, reading: Reading, offset: int) -> int:
    """Number of the page at which one reads."""
    if reading.at and reading.at_passage:
        return pages_of(plan, reading.at)[0]
    return reading.page or page_at(plan.pages, offset) or 1


def _show_finding(plan: Plan, reading: Reading, hits: Hits, offset: int) -> None:
    """The words to look for, and the steps from hit to hit."""
    with st.container(key="reading-find", horizontal=True, vertical_alignment="center", gap="small"):
        st.session_state[state.WORDS] = reading.words
        st.text_input(
            "Find in this plan",
            key=state.WORDS,
            label_visibility="collapsed",
            placeholder="Find in this plan",
            autocomplete="off",
            on_change=state.find,
            args=(plan, offset),
        )
        if hits.spans:
            here = hits.at(offset) if reading.at_passage else None
            # on a page that was turned to, a hit at its very beginning is the next one
            after = hits.after(offset if reading.at_passage else offset - 1)
            _show_step("Previous", plan, hits.before(offset))
            told = f"{len(hits.spans):,} found" if here is None else f"{here + 1:,} of {len(hits.spans):,}"
            show(text_element("p", told, "aside"))
            _show_step("Next", plan, after)
    if reading.words and not hits.spans:
        show(text_element("p", f"“{reading.words}” does not stand in this plan.", "aside"))
    elif hits.spans and not reading.words:
        show(text_element("p", f"Previous and next lead to the passages nearest to “{reading.question}”.", "aside"))


def _show_step(label: str, plan: Plan, hit: Span) -> None:
    st.button(label, key=f"r-{label.lower()}", type="tertiary", on_click=state.open_place, args=(plan, hit))


def _show_crumbs(plan: Plan, offset: int) -> None:
    path = path_to(plan.sections, section_at(plan.sections, offset))
    show(text_element("p", " › ".join(plan.sections[i].label for i in path), "crumbs"))


def _show_sheet(library: Library, plan: Plan, reading: Reading, hits: Hits, offset: int) -> None:
    """The page image where that is looked at and can be, or else the text."""
    if reading.view is View.PAGE and is_pdf(plan):
        number = None if reading.at_passage else page_shown(plan, reading, offset)
        if show_pages(library, plan, reading.at, number, WIDE, reading.zoom):
            return
    low, high = text_window(plan, reading, offset)
    marks = {name: list(spans) for name, spans in hits.marks.items()}
    if reading.at:
        is_found = bool(reading.words) and reading.at in hits.spans
        marks.setdefault("emphasis" if is_found else "answer", []).append(reading.at)
        marks["passage"] = [reading.at] if reading.at_passage else []  # the box opens there
    show_text(stretch_html(plan, (low, high), marks), f"The text of {plan.title}")
    with st.container(key="reading-on", horizontal=True, gap="small"):
        _show_going_on("Earlier text", text_before(plan.text, low), low == 0)
        _show_going_on("Later text", high, high == len(plan.text))


def _show_going_on(label: str, offset: int, at_end: bool) -> None:
    key = f"r-{label.removesuffix(' text').lower()}"
    st.button(label, key=key, type="tertiary", disabled=at_end, on_click=state.read_from, args=(offset,))


def text_window(plan: Plan, reading: Reading, offset: int) -> Span:
    """The stretch of the text that is sent to the browser: around the passage, or on from ``offset``."""
    if reading.at and reading.at_passage:
        start, end = reading.at
        return surroundings(plan.text, (start, min(end, start + _REACH)), _REACH)
    end = surroundings(plan.text, (offset, offset), 2 * _REACH)[1]
    # a text without any white space is cut where it comes
    return offset, end if end > offset else min(offset + 2 * _REACH, len(plan.text))


def text_before(text: str, offset: int) -> int:
    """Where to read from so as to see what comes before ``offset``."""
    start = surroundings(text, (offset, offset), 2 * _REACH)[0]
    return start if start < offset else max(0, offset - 2 * _REACH)
