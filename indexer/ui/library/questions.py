"""Saved questions: what they are answered by now, held against what answered them when they were saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from indexer.library import Library
from indexer.types import ChangedAnswer, SavedQuestion
from indexer.ui.library import state
from indexer.ui.library.changes import answer_html
from indexer.ui.shared import access
from indexer.ui.shared.failing import errors_said
from indexer.ui.shared.markup import element, show, text_element
from indexer.wording import counted

#: Seconds that the page waits before it shows itself without the answers, and between two looks.
_PATIENCE, _TICK = 0.4, 0.5
_QUESTION, _PLANS = "save-question", "save-plans"


def show_questions(library: Library, titles: Mapping[str, str]) -> None:
    """The form, then the questions with what became of their answers, asked again beside the page."""
    with st.form("save", border=False), st.container(key="save-fields", horizontal=True, vertical_alignment="bottom"):
        st.text_input("Question to keep", key=_QUESTION, placeholder="To be told when its answer changes")
        st.multiselect(
            "Plans", list(titles), key=_PLANS, format_func=lambda plan: titles.get(plan, plan), placeholder="All plans"
        )
        st.form_submit_button("Save", key="save-submit", type="primary", on_click=_save, args=(library,))
    questions = library.saved()
    if not questions:
        show(text_element("p", "No question is saved yet. A saved one is asked again when plans change.", "none"))
        return
    job = access.changed_answers(library)
    job.look(_PATIENCE)
    st.fragment(_show_changed, run_every=_TICK if job.running else None)(library, questions, titles, job.running)


def _show_changed(
    library: Library, questions: Sequence[SavedQuestion], titles: Mapping[str, str], filling: bool
) -> None:
    job = access.changed_answers(library)
    found = job.look()
    if filling and not job.running:
        st.rerun()  # the page without the clock
    changed = {answer.saved.id: answer for answer in found[0]} if found else None
    with errors_said():
        for i, question in enumerate(questions):
            _show_question(library, question, i, titles, changed)
        if job.error:
            raise job.error


def _show_question(
    library: Library,
    question: SavedQuestion,
    i: int,
    titles: Mapping[str, str],
    changed: Mapping[int, ChangedAnswer] | None,
) -> None:
    answer = changed.get(question.id) if changed else None
    with st.container(key=f"saved-{i}", gap="xsmall"):
        if answer:
            show(answer_html(answer))
        else:
            show(text_element("p", question.question, "card-title"))
        show(text_element("p", _told(question, titles, answer, asked=changed is not None), "crumbs"))
        with st.container(key=f"saved-actions-{i}", horizontal=True, gap="small", vertical_alignment="center"):
            query: dict[str, str | Sequence[str]] = {"q": question.question}
            if question.plans:
                query["plan"] = question.plans
            if question.section:
                query["section"] = question.section
            show(element("a", text_element("span", "Ask again"), href=state.ask_link(**query), target="_self"))
            if answer:
                st.button(
                    "Keep today's answer",
                    key=f"resave-{i}",
                    type="tertiary",
                    on_click=_resave,
                    args=(library, question),
                )
            st.button("Forget", key=f"forget-{i}", type="tertiary", on_click=_forget, args=(library, question))


def _told(question: SavedQuestion, titles: Mapping[str, str], answer: ChangedAnswer | None, *, asked: bool) -> str:
    within = "; ".join(titles.get(plan, plan) for plan in question.plans) if question.plans else "all plans"
    section = f", sections with “{question.section}”" if question.section else ""
    quotes = counted(len(question.quotes), "sentence") if question.quotes else "nothing"
    now = "another answer now" if answer else "the same answer now"
    return f"In {within}{section} · answered by {quotes} on {question.at[:10]} · {now if asked else 'asking it again'}"


@state.guarded
def _save(library: Library) -> None:
    plans = st.session_state[_PLANS]
    saved = library.save_question(st.session_state[_QUESTION], plans=plans or None)
    st.session_state[_QUESTION] = ""
    state.said(f"Saved, answered by {counted(len(saved.quotes), 'sentence')} today.")


@state.guarded
def _resave(library: Library, question: SavedQuestion) -> None:
    library.save_question(question.question, plans=question.plans, section=question.section)
    state.said("Its answer of today is kept from now on.")


@state.guarded
def _forget(library: Library, question: SavedQuestion) -> None:
    library.forget_question(question.id)
    state.said(f"Forgotten: {question.question}", forgotten=question)


@state.guarded
def keep_again(library: Library, question: SavedQuestion) -> None:
    """Take back that a question was forgotten: it is kept with the answer that it had."""
    library.backend.save_question(question)
