"""The Ask page: a question and its filters in, the answer and the passages out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import streamlit as st

from indexer.asking.syntax import as_typed
from indexer.exporting import ANSWER_FORMATS, FORMATS, export_answers
from indexer.exporting.briefs import export_absence
from indexer.library import Library
from indexer.translation import N_, _
from indexer.types import Answer, PlanInfo
from indexer.ui.ask import view as state
from indexer.ui.ask.answer import show_answer
from indexer.ui.ask.history import note_question, show_history, show_recent, show_saving
from indexer.ui.ask.judging import show_judging
from indexer.ui.ask.view import AskView
from indexer.ui.library.adding import show_empty
from indexer.ui.library.jobs import concerns_session, show_job
from indexer.ui.shared import access
from indexer.ui.shared.address import LISTED, OPENED, PAGE_LENGTH
from indexer.ui.shared.downloads import show_download, show_link
from indexer.ui.shared.facets import filter_plans, filter_text, plan_options, show_filter, show_none_left
from indexer.ui.shared.frame import show_heading, show_missing, show_plan_choice
from indexer.ui.shared.markup import element, plain, show, show_facts, show_line
from indexer.ui.shared.source import show_opening
from indexer.wording import SYNTAX, Asked, counted, file_name, scope_text, searched_lines

_PLANS_SHOWN = 12
_FILES = {
    "docx": N_("Answer sheet, Word"),
    "md": N_("Answer sheet, Markdown"),
    "xlsx": N_("All passages, Excel"),
    "csv": N_("All passages, CSV"),
}


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
    _show_form(library)
    _show_filters(library, plans, view, within)
    if missing:
        only = _("Only the other plans were searched.")
        show_missing(missing, only if view.plans else _("All plans were searched instead."))
    if not within:
        show_none_left(view.filter, state.refilter)
    elif view.question:
        _show_result(library, view, within, titles)
    elif len(view.plans) == 1 and st.session_state[OPENED] is None:
        show_opening(library, view.plans[0])
    else:
        if concerns_session(library):
            show_job(library)
        _show_examples(library)
        show_history(library, titles)
        _show_plans(within)


def _show_form(library: Library) -> None:
    options = [element("option", value=text) for text in access.suggestions(library)]
    show(element("datalist", *options, id="suggestions"))
    with st.form("ask", border=False), st.container(key="box", horizontal=True, gap="small"):
        st.text_input(
            _("Question"),
            key=state.QUESTION,
            label_visibility="collapsed",
            placeholder=_("Ask the plans a question"),
            autocomplete="off",
        )
        st.form_submit_button(_("Ask"), key="submit", type="primary", on_click=state.ask)


def _show_filters(library: Library, plans: Sequence[PlanInfo], view: AskView, within: Sequence[PlanInfo]) -> None:
    with st.container(key="filters", horizontal=True, vertical_alignment="bottom", gap="medium"):
        show_plan_choice(plan_options(plans, within, view.plans), state.PLANS, state.refine, labelled=False)
        st.text_input(
            _("Section"),
            key=state.SECTION,
            label_visibility="collapsed",
            placeholder=_("Any section"),
            on_change=state.refine,
        )
        st.toggle(
            _("Every answer"),
            key=state.EVERY,
            on_change=state.refine,
        )
        show_filter(library, plans, view.filter, len(within), state.refilter, view.question)
        with st.popover(_("Search help"), type="tertiary"):
            show_facts({typed: _(meaning) for typed, meaning in SYNTAX})


def _show_examples(library: Library) -> None:
    with st.container(key="examples", gap="xsmall"):
        show_line(_("Answers are sentences quoted from the plans, each with its source."))
        for i, example in enumerate(access.example_questions(library)):
            st.button(plain(example), key=f"example-{i}", type="tertiary", on_click=state.ask, args=(example,))


def _show_plans(plans: Sequence[PlanInfo]) -> None:
    """The first plans of the library with their size, so that it is seen what can be asked about."""
    lines = [element("li", element("span", info.title), element("span", _size(info))) for info in plans]
    if len(plans) > _PLANS_SHOWN:
        lines[_PLANS_SHOWN:] = [element("li", _("and {count} more").format(count=f"{len(plans) - _PLANS_SHOWN:,}"))]
    show(element("h2", _("In this library"), css="rule"), element("ul", *lines, css="plans"))


def _size(info: PlanInfo) -> str:
    pages = counted(info.pages, "page") if info.pages else ""
    return " · ".join(filter(None, [pages, counted(info.words, "word")]))


def _show_result(library: Library, view: AskView, plans: Sequence[PlanInfo], titles: dict[str, str]) -> None:
    alone = replace(view, question=access.read_with(library, view.question, view.after), after="")
    left = {info.id for info in plans}
    meant = () if view.wide else access.named_plans(library, alone.question)
    named = tuple(plan for plan in meant if plan in left)

    def scope() -> str:
        return scope_text(titles, view.plans, named, view.section, filter_text(view.filter))

    if view.plans or view.section or view.filter.chosen or named:
        with st.container(key="searched-in", horizontal=True, gap="small", vertical_alignment="center"):
            show_line(_("In {scope}.").format(scope=scope()))
            if named and not view.plans and len(named) < len(left):
                wide = replace(view, wide=True)
                st.button(_("Search all plans"), key="wide", type="tertiary", on_click=state.ask_again, args=(wide,))

    def show_tools() -> None:
        with st.container(key="result-tools", horizontal=True, gap="small", vertical_alignment="center"):
            show_saving(library, alone, plans)
            show_judging(library, alone, found)
            _show_downloads(library, alone, found, scope)
            show_link(view)
            show_recent(library, titles)

    with st.container(key="result"):
        searched = counted(sum(info.passages for info in plans), "passage")
        with st.spinner(_("Searching {passages}").format(passages=searched)):
            found = _find(library, alone)
        st.session_state[state.READ] = alone.question
        note_question(library, alone)
        if alone.question != view.question:
            _show_reading(view, alone.question)
        show_searched(alone, found)
        show_answer(library, alone, found, show_tools)


def _show_reading(view: AskView, read_as: str) -> None:
    """How a follow-up was read, and the way to ask it by itself."""
    with st.container(key="read-as", horizontal=True, gap="small", vertical_alignment="center"):
        show_line(_("Read as: {question}").format(question=read_as))
        itself = replace(view, after="")
        st.button(_("Ask it by itself"), key="alone", type="tertiary", on_click=state.ask_again, args=(itself,))


def show_searched(view: AskView, found: Answer) -> None:
    """How the question was searched, where that is not word for word, each change with the button that undoes it."""
    how = found.searched_for
    instead = _("Search for “{words}” instead")
    changes = [(typed, instead.format(words=typed)) for typed, _searched in how.corrected] if how else []
    changes += [(each.typed, _("Leave out")) for each in how.also] if how else []
    for i, line in enumerate(searched_lines(found)):
        with st.container(key=f"searched-{i}", horizontal=True, gap="small", vertical_alignment="center"):
            show_line(line)
            if i < len(changes):
                typed, label = changes[i]
                undone = replace(view, question=as_typed(view.question, typed))
                st.button(plain(label), key=f"as-typed-{i}", type="tertiary", on_click=state.ask_again, args=(undone,))


def _find(library: Library, view: AskView) -> Answer:
    asked = view.question, view.plans, view.section
    if view.every:
        return access.ask_for_every(library, *asked, view.filter, not view.wide)
    answer = access.ask(library, *asked, PAGE_LENGTH, view.filter, not view.wide)
    # A longer list looks at more passages; the answer above it stays as it was.
    longer = access.ask(library, *asked, max(st.session_state[LISTED], PAGE_LENGTH), view.filter, not view.wide)
    return replace(answer, hits=longer.hits)


def _show_downloads(library: Library, view: AskView, found: Answer, scope: Callable[[], str]) -> None:
    today = date.today()

    def export(ending: str) -> bytes | str:
        # a file is made as it is downloaded, in its own words
        asked = Asked(found, scope())
        return export_answers([asked], ending, generation=library.backend.generation, made=today)

    with st.popover(_("Download"), type="tertiary"):
        for ending, label in _FILES.items():
            name = file_name(found.question, today, ending)
            show_download(_(label), partial(export, ending), name, ANSWER_FORMATS[ending], f"take-{ending}")
        if not found.found:
            certify = partial(_certificate, library, view)
            name = file_name(f"not found {found.question}", today, "docx")
            label = _("Certificate that nothing answers, Word")
            show_download(label, certify, name, FORMATS["docx"], "take-absence")


def _certificate(library: Library, view: AskView) -> bytes:
    absence = library.certify_absence(
        view.question, plans=view.plans or None, section=view.section or None, filter=view.filter
    )
    return export_absence(absence, "docx")
