"""Every passage on a topic: how many in which plan and section, where the search ended, and all of them."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from indexer.library import Library
from indexer.types import Survey
from indexer.ui import state
from indexer.ui.markup import Html, element, show, text_element
from indexer.ui.passage import show_passages


def show_survey(library: Library, survey: Survey, titles: Mapping[str, str]) -> None:
    """The counts, then the passages, some at a time; ``titles`` are the plans', by id."""
    found = len(survey.hits)
    heading = f"{found} passages on the topic" if found != 1 else "1 passage on the topic"
    show(
        text_element("h2", f"{heading}, of {survey.searched:,} searched"),
        text_element("p", f"The search went from the nearest passage outwards; it ended because {survey.stopped}."),
        _counts(survey, titles),
        text_element("h2", "The passages, by relevance", "rule"),
    )
    listed = st.session_state[state.LISTED]
    show_passages(library, survey.hits[:listed])
    if found > listed:
        st.button("Load more passages", key="further", on_click=state.list_further)


def _counts(survey: Survey, titles: Mapping[str, str]) -> Html:
    """A table of passages by plan and, within it, by outermost section."""
    rows = []
    for plan, count in sorted(survey.by_plan.items(), key=lambda entry: (-entry[1], entry[0])):
        rows.append(_row(titles.get(plan, plan), count, "plan"))
        sections = [(name, n) for (of, name), n in survey.by_section.items() if of == plan]
        for name, n in sorted(sections, key=lambda entry: (-entry[1], entry[0])):
            rows.append(_row(name or "Before the first section", n, "section"))
    head = element("tr", text_element("th", "Plan and section"), text_element("th", "Passages", "count"))
    return element("table", element("thead", head), element("tbody", *rows), css="counts")


def _row(name: str, count: int, css: str) -> Html:
    return element("tr", text_element("th", name), text_element("td", f"{count:,}", "count"), css=css)
