"""The Compare page: plans and questions in, the plans side by side out."""

from __future__ import annotations

import streamlit as st

from indexer.comparing.grid import part_questions
from indexer.library import Library
from indexer.ui.compare import state
from indexer.ui.compare.answers import show_answers
from indexer.ui.compare.counterparts import show_counterparts
from indexer.ui.compare.sections import show_sections
from indexer.ui.compare.unique import show_only
from indexer.ui.library.adding import show_command
from indexer.ui.shared import access
from indexer.ui.shared.address import Comparing, Tab
from indexer.ui.shared.markup import element, plain, show, text_element
from indexer.ui.shared.masthead import show_empty, show_heading, show_missing

EXAMPLES = (
    "What are the cement capacity rules?",
    "What share of energy will be non-fossil by 2030?",
    "How much offshore wind will be built?",
)


def page() -> None:
    """Draw the page. Raises IndexerError, which ends it with a sentence."""
    library = access.open_library()
    plans = access.list_plans(library)
    titles = {info.id: info.title for info in plans}
    comparing, missing = state.take_comparing(list(titles))
    show_heading(plans)
    if not plans:
        show_empty(library)
        return
    _show_form(titles)
    if missing:
        show_missing(missing, "compared", all_instead=not comparing.plans)
    scope = comparing.plans or tuple(titles)
    if len(scope) < 2:
        _show_too_few(library, titles[scope[0]], len(titles))
        return
    _show_tabs(library, comparing, {plan: titles[plan] for plan in scope})


def _show_form(titles: dict[str, str]) -> None:
    """The plans stand outside the form, so that its button can say how many are compared."""
    with st.container(key="comparing"):
        st.multiselect(
            "Plans",
            list(titles),
            key=state.PLANS,
            format_func=lambda plan: titles.get(plan, plan),
            placeholder=f"All {len(titles)} plans" if len(titles) > 1 else "The one plan",
        )
        _show_questions(len(st.session_state[state.PLANS]) or len(titles))


def _show_questions(count: int) -> None:
    with st.form("compare", border=False), st.container(key="comparebox", horizontal=True, vertical_alignment="bottom"):
        st.text_area(
            "Questions or topics, one a line",
            key=state.QUESTIONS,
            height="content",
            placeholder="Ask all of these plans the same questions",
        )
        st.form_submit_button(
            f"Compare {count} plans" if count > 1 else "Compare",
            key="compare-submit",
            type="primary",
            on_click=state.compare,
        )


def _show_too_few(library: Library, title: str, there: int) -> None:
    """That one plan cannot be compared, and the way on."""
    if there > 1:
        told = f"Comparing takes two plans or more, and only one is picked: {title}."
        way = text_element("p", "Pick another one above, or:")
    else:
        told = f"Comparing takes two plans or more, and this library holds one: {title}."
        link = element("a", text_element("span", "Drop another on the Library page"), href="library", target="_self")
        rest = ", or add one in a terminal with the command below, then reload this page."
        way = element("p", link, text_element("span", rest))
    show(element("section", text_element("p", told), way, css="notice"))
    if there > 1:
        st.button(f"Compare all {there} plans", key="compare-all", on_click=state.compare, kwargs={"plans": ()})
    else:
        show_command(library, "FILE")


def _show_tabs(library: Library, comparing: Comparing, titles: dict[str, str]) -> None:
    """Only the tab that is open is worked out."""
    st.session_state[state.TAB] = state.TABS[comparing.tab]
    tabs = st.tabs(list(state.TABS.values()), key=state.TAB, on_change=state.turn_tab)
    with tabs[list(state.TABS).index(comparing.tab)]:
        if comparing.tab is Tab.COUNTERPARTS:
            show_counterparts(library, titles)
        elif comparing.tab is Tab.ONLY:
            show_only(library, titles)
        elif comparing.tab is Tab.SECTIONS:
            show_sections(library, titles)
        elif comparing.questions:
            asked, refused = part_questions(comparing.questions)
            for told in refused:
                st.error(plain(told))
            if asked:
                show_answers(library, tuple(asked), titles)
        else:
            _show_examples()


def _show_examples() -> None:
    with st.container(key="examples", gap="xsmall"):
        show(
            text_element(
                "p", "Each plan is asked by itself; answers are its own sentences, side by side. For example:", "aside"
            )
        )
        for i, example in enumerate(EXAMPLES):
            st.button(plain(example), key=f"example-{i}", type="tertiary", on_click=state.compare, args=([example],))
        st.button("All three at once", key="example-all", type="tertiary", on_click=state.compare, args=(EXAMPLES,))
