"""The Ask page: a question and its filters in, the answer and the passages out."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from indexer.library import Library
from indexer.types import PlanInfo
from indexer.ui import access, state
from indexer.ui.address import Request
from indexer.ui.answer import show_answer
from indexer.ui.markup import element, plain, show, text_element
from indexer.ui.masthead import show_empty, show_heading, show_missing
from indexer.ui.source import show_opening
from indexer.ui.survey import show_survey

EXAMPLES = (
    "What are the cement capacity rules?",
    "What share of energy will be non-fossil by 2030?",
    "What does Liaoning say about offshore wind?",
)
_PLANS_SHOWN = 12


def page() -> None:
    """Draw the page. Raises IndexerError, which ends it with a sentence."""
    library = access.open_library()
    plans = access.list_plans(library)
    titles = {info.id: info.title for info in plans}
    request, missing = state.take_request(list(titles))
    show_heading(plans)
    if not plans:
        show_empty(library)
        return
    _show_form()
    _show_filters(titles)
    if missing:
        show_missing(missing, "searched", all_instead=not request.plans)
    if not request.question:
        if len(request.plans) == 1 and st.session_state[state.OPENED] is None:
            show_opening(library, request.plans[0])
            return
        _show_examples()
        _show_plans(plans)
        return
    _show_scope(library, request, titles)
    with st.container(key="result"):
        _show_result(library, request, titles, sum(info.passages for info in plans))


def _show_form() -> None:
    with st.form("ask", border=False), st.container(key="box", horizontal=True, gap="small"):
        st.text_input(
            "Question",
            key=state.QUESTION,
            label_visibility="collapsed",
            placeholder="Ask the plans a question",
            autocomplete="off",
        )
        st.form_submit_button("Ask", key="submit", type="primary", on_click=state.ask)


def _show_filters(titles: dict[str, str]) -> None:
    with st.container(key="filters", horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.multiselect(
            "Plans",
            list(titles),
            key=state.PLANS,
            format_func=lambda plan: titles.get(plan, plan),
            placeholder=f"All {len(titles)} plans" if len(titles) > 1 else "The one plan",
            on_change=state.refine,
        )
        st.text_input(
            "Section",
            key=state.SECTION,
            placeholder="Any section",
            help="Only sections whose heading holds these words",
            on_change=state.refine,
        )
        st.toggle(
            "Every passage on the topic",
            key=state.EVERY,
            help="List them all, with counts by plan and section, instead of answering",
            on_change=state.refine,
        )


def _show_examples() -> None:
    with st.container(key="examples", gap="xsmall"):
        show(text_element("p", "Every answer is a plan's own sentence, with its place. For example:", "aside"))
        for i, example in enumerate(EXAMPLES):
            st.button(plain(example), key=f"example-{i}", type="tertiary", on_click=state.ask, args=(example,))


def _show_plans(plans: Sequence[PlanInfo]) -> None:
    """The first plans of the library with their size, so that it is seen what can be asked about."""
    lines = [element("li", text_element("span", info.title), text_element("span", _size(info))) for info in plans]
    if len(plans) > _PLANS_SHOWN:
        lines[_PLANS_SHOWN:] = [text_element("li", f"and {len(plans) - _PLANS_SHOWN:,} more")]
    show(text_element("h2", "In this library", "rule"), element("ul", *lines, css="plans"))


def _size(info: PlanInfo) -> str:
    pages = f"{info.pages} pages · " if info.pages else ""
    return f"{pages}{info.words:,} words"


def _show_scope(library: Library, request: Request, titles: dict[str, str]) -> None:
    """Say what is searched, above all when the question narrowed it by itself."""
    named = access.named_plans(library, request.question)
    if request.plans:
        within = "; ".join(titles[plan] for plan in request.plans)
    elif named:
        within = "; ".join(titles.get(plan, plan) for plan in named)
        within += ", as the question names " + ("it" if len(named) == 1 else "them")
    else:
        within = f"all {len(titles)} plans" if len(titles) > 1 else "the one plan"
    section = f"; only sections whose heading holds “{request.section}”" if request.section else ""
    show(text_element("p", f"In {within}{section}.", "aside"))


def _show_result(library: Library, request: Request, titles: dict[str, str], passages: int) -> None:
    with st.spinner(f"Searching {passages:,} passages"):
        if request.every:
            survey = access.survey(library, request)
        else:
            answer = access.ask(library, request, state.PAGE_LENGTH)
            # A longer list looks at more passages; the answer above it stays as it was.
            listed = access.ask(library, request, st.session_state[state.LISTED])
    if request.every:
        show_survey(library, survey, titles)
    else:
        show_answer(library, answer, listed)
