"""The Compare page: plans and questions in, the plans side by side out."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from indexer.comparing.grid import part_questions
from indexer.library import Library
from indexer.messages import translated
from indexer.translation import _
from indexer.ui.compare import view as state
from indexer.ui.compare.answers import show_answers
from indexer.ui.compare.texts import show_counterparts, show_sections
from indexer.ui.compare.unique import show_unique
from indexer.ui.compare.view import CompareView, Tab
from indexer.ui.library.adding import show_empty
from indexer.ui.library.view import LibraryView
from indexer.ui.shared import access
from indexer.ui.shared.address import link_to
from indexer.ui.shared.facets import filter_plans, plan_options, show_filter, show_none_left
from indexer.ui.shared.frame import show_heading, show_missing, show_plan_choice
from indexer.ui.shared.markup import element, link, plain, show, show_line


def page() -> None:
    """Draw the page. Raises IndexerError, which ends it with a sentence."""
    library = access.open_library()
    plans = access.list_plans(library)
    titles = {info.id: info.title for info in plans}
    view, missing = state.sync(titles)
    show_heading(plans)
    if not plans:
        show_empty(library)
        return
    within = filter_plans(library, plans, view.filter)
    with st.container(key="compared-plans", horizontal=True, vertical_alignment="bottom", gap="medium"):
        show_plan_choice(plan_options(plans, within, view.plans), state.PLANS, state.choose_plans)
        show_filter(library, plans, view.filter, len(within), state.refilter)
    if missing:
        only = _("Only the other plans were compared.")
        show_missing(missing, only if view.plans else _("All plans were compared instead."))
    left = {info.id: info.title for info in within}
    scope = {plan: left[plan] for plan in view.plans or left if plan in left}
    if not scope:
        show_none_left(view.filter, state.refilter)
        return
    st.session_state[state.TAB] = _(state.TABS[view.tab])
    tabs = st.tabs(list(map(_, state.TABS.values())), key=state.TAB, on_change=state.turn_tab)
    # Only the tab that is open is worked out.
    with tabs[list(state.TABS).index(view.tab)]:
        if view.tab is Tab.ANSWERS:
            _show_questions(len(scope))
        if len(scope) < 2:
            _show_too_few(next(iter(scope.values())), len(titles))
        elif view.tab is Tab.COUNTERPARTS:
            show_counterparts(library, scope)
        elif view.tab is Tab.ONLY:
            show_unique(library, scope)
        elif view.tab is Tab.SECTIONS:
            show_sections(library, scope)
        else:
            _show_asked(library, view, scope)


def _show_questions(count: int) -> None:
    with st.form("compare", border=False), st.container(key="comparebox", horizontal=True, vertical_alignment="bottom"):
        st.text_area(
            _("Questions or topics, one per line"),
            key=state.QUESTIONS,
            height="content",
            placeholder=_("Ask all of these plans the same questions"),
        )
        st.form_submit_button(
            _("Compare {count} plans").format(count=count) if count > 1 else _("Compare"),
            key="compare-submit",
            type="primary",
            on_click=state.compare,
        )


def _show_too_few(title: str, there: int) -> None:
    """That one plan cannot be compared, and what to do."""
    if there > 1:
        why = _("Only one plan is chosen: {plan}. Choose two or more to compare.").format(plan=title)
        show(element("section", element("p", why), element("p", _("Add one above, or:")), css="notice"))
        st.button(
            _("Compare all {count} plans").format(count=there),
            key="compare-all",
            on_click=state.compare,
            kwargs={"plans": ()},
        )
    else:
        why = _("This library has only one plan: {plan}. A comparison needs two or more.").format(plan=title)
        remedy = element("p", link(_("Add another on the Library page"), link_to(LibraryView())))
        show(element("section", element("p", why), remedy, css="notice"))


def _show_asked(library: Library, view: CompareView, titles: Mapping[str, str]) -> None:
    """What the plans answer to the questions, or examples where there are none."""
    if not view.questions:
        _show_examples(library)
        return
    asked, errors = part_questions(view.questions)
    for error in errors:
        st.error(plain(translated(error)))
    if asked:
        show_answers(library, tuple(asked), titles)


def _show_examples(library: Library) -> None:
    examples = access.example_questions(library)
    with st.container(key="examples", gap="xsmall"):
        show_line(_("Each plan is asked separately; its answers are quoted side by side."))
        for i, example in enumerate(examples):
            st.button(plain(example), key=f"example-{i}", type="tertiary", on_click=state.compare, args=([example],))
        if len(examples) > 1:
            label = _("All of them at once")
            st.button(label, key="example-all", type="tertiary", on_click=state.compare, args=(examples,))
