"""A place in a plan, opened: the text around it, as it stands in the plan."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st

from indexer.library import Library
from indexer.types import Plan, Span
from indexer.ui import state
from indexer.ui.access import read_plan
from indexer.ui.markup import Html, element, marked_html, show, text_element

#: Where a stretch of text may be cut, the better places first: paragraphs, lines, words.
_BREAKS = (re.compile(r"\n[ \t]*\n\s*"), re.compile(r"\n\s*"), re.compile(r"\s+"))

#: Characters of a plan that is opened at its beginning; some eight printed pages.
_OPENING = 20_000


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a plan to open, with spans of the plan's text to mark in it, by class."""

    plan: str
    start: int
    end: int
    section: str
    page: int | None
    marks: Mapping[str, Sequence[Span]]


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


def show_source(library: Library, place: Place, key: str) -> None:
    """The plan's text around ``place``; ``key`` is what is opened, "default" if nobody chose it."""
    plan = read_plan(library, place.plan)
    low, high = surroundings(plan.text, (place.start, place.end), st.session_state[state.REACH])
    with st.container(key=f"source-{key}"):
        show(
            text_element("h2", plan.title, "source-title"),
            text_element("p", whereabouts(plan, place), "crumbs"),
            element(
                "div",
                excerpt_html(plan, place, (low, high)),
                css="source-text",
                tabindex="0",
                role="region",
                aria_label="The plan's text around the passage",
            ),
        )
        with st.container(horizontal=True, gap="small"):
            if low > 0 or high < len(plan.text):
                st.button("Show more text", key="source-more", type="tertiary", on_click=state.reach_further)
            st.button("Close source", key="source-close", type="tertiary", on_click=state.close_source)


def show_opening(library: Library, plan_id: str) -> None:
    """A plan's text from its beginning, to read on from. Raises UnknownPlanError."""
    plan = read_plan(library, plan_id)
    _, end = surroundings(plan.text, (0, 0), _OPENING)
    place = Place(plan.id, 0, end, "", plan.pages[0].number if plan.pages else None, {})
    show_source(library, place, "opening")


def excerpt_html(plan: Plan, place: Place, span: Span) -> Html:
    """The plan's text within ``span``, ``place`` and what is marked in it in their classes."""
    low, high = span
    marks: dict[str, Sequence[Span]] = {"passage": [(place.start, place.end)], **place.marks}
    marks["around"] = [(low, place.start), (place.end, high)]
    marks["heading"] = [(s.start, s.body) for s in plan.sections]
    moved = {
        name: [(max(a, low) - low, min(b, high) - low) for a, b in spans if a < high and b > low]
        for name, spans in marks.items()
    }
    return marked_html(plan.text[low:high], moved)


def whereabouts(plan: Plan, place: Place) -> str:
    """Section, page and file of a place, on one line."""
    page = f"page {place.page} of {len(plan.pages)}" if place.page is not None and plan.pages else ""
    return " · ".join(filter(None, [place.section, page, PurePath(plan.source).name]))
