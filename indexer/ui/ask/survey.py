"""Every passage on a topic: how many in which plan and section, where the search ended, and all of them."""

from __future__ import annotations

import streamlit as st

from indexer.library import Library
from indexer.types import Survey
from indexer.ui.shared import state
from indexer.ui.shared.markup import Html, element, show, text_element
from indexer.ui.shared.passage import ranked, show_passages, show_sorting
from indexer.wording import counted, counts, survey_lines


def show_survey(library: Library, survey: Survey, *, by_place: bool) -> None:
    """The counts, then the passages, some at a time."""
    heading, ended = survey_lines(survey)
    show(text_element("h2", heading), text_element("p", ended), _counts(survey))
    found, listed = len(survey.hits), st.session_state[state.LISTED]
    if not found:
        return
    show_sorting(counted(found, "passage"), by_place)
    show_passages(library, ranked(survey.hits, listed, by_place=by_place, of_all=True))
    if found > listed:
        st.button("Load more passages", key="further", on_click=state.list_further)


def _counts(survey: Survey) -> Html:
    """A table of passages by plan and, within it, by outermost section."""
    rows = [_row(section or plan, number, "section" if section else "plan") for plan, section, number in counts(survey)]
    head = element("tr", text_element("th", "Plan and section"), text_element("th", "Passages", "count"))
    return element("table", element("thead", head), element("tbody", *rows), css="counts")


def _row(name: str, count: int, css: str) -> Html:
    return element("tr", text_element("th", name), text_element("td", f"{count:,}", "count"), css=css)
