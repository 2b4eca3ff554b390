"""The Ask page: a question and its filters in, the answer and the passages out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from indexer.library import Library
from indexer.types import Answer, PlanInfo, Survey
from indexer.ui.ask.answer import show_answer
from indexer.ui.ask.history import note_request, show_earlier, show_history
from indexer.ui.ask.survey import show_survey
from indexer.ui.library.report import show_work
from indexer.ui.library.state import concerns_session
from indexer.ui.shared import access, state
from indexer.ui.shared.address import Request
from indexer.ui.shared.failing import show_failed
from indexer.ui.shared.markup import element, plain, show, text_element
from indexer.ui.shared.masthead import show_empty, show_heading, show_missing
from indexer.ui.shared.source import show_opening
from indexer.ui.shared.takeaway import show_link, show_saving, show_taking_away
from indexer.wording import Asked, scope_text

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
    show_failed()
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
        if concerns_session(library):
            show_work(library)
        _show_examples()
        show_history(library, titles)
        _show_plans(plans)
        return
    scope = scope_text(titles, request.plans, access.named_plans(library, request.question), request.section)
    show(text_element("p", f"In {scope}.", "aside"))
    with st.container(key="result"):
        _show_result(library, request, scope, sum(info.passages for info in plans), titles)


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


def _show_result(library: Library, request: Request, scope: str, passages: int, titles: dict[str, str]) -> None:
    found: Answer | Survey
    with st.spinner(f"Searching {passages:,} passages"):
        if request.every:
            found = access.survey(library, request)
        else:
            answer = access.ask(library, request, state.PAGE_LENGTH)
            # A longer list looks at more passages; the answer above it stays as it was.
            longer = access.ask(library, request, max(st.session_state[state.LISTED], state.PAGE_LENGTH))
            found = replace(answer, hits=longer.hits)
    note_request(library, request)
    with st.container(key="result-tools", horizontal=True, gap="small", vertical_alignment="center"):
        show_saving(library, request)
        show_taking_away(library, Asked(found, scope))
        show_link(request)
        show_earlier(library, titles)
    if isinstance(found, Survey):
        show_survey(library, found, by_place=request.by_place)
    else:
        show_answer(library, request, found)
