"""Questions to ask again: those saved, then those asked lately by anybody who uses this library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from indexer.library import Library
from indexer.library.questions import (
    MOST,
    asked_file,
    asked_lately,
    forget_asked,
    keep_asked,
    keeps_asked,
    note_asked,
)
from indexer.types import AskedQuestion
from indexer.ui.library.state import library_link
from indexer.ui.shared import state
from indexer.ui.shared.address import Request
from indexer.ui.shared.failing import said_on_page
from indexer.ui.shared.markup import element, plain, show, text_element

_KEEPS, _NOTED, _ALL = "keep-asked", "noted", "asked-all"
#: Questions of each kind that are listed at first, and those beside an answer.
_SHOWN, _BESIDE = 12, 8


def note_request(library: Library, request: Request) -> None:
    """Keep what was asked, once for each time that it is: a page is drawn anew at every click."""
    request = request.unsorted()
    if st.session_state.get(_NOTED) != request:
        st.session_state[_NOTED] = request
        note_asked(library.backend, _asked(request))


def show_history(library: Library, titles: Mapping[str, str]) -> None:
    """All of them, with the ways to remove them and to keep none; for the page on which nothing is asked."""
    _show_saved(library, titles)
    lately = asked_lately(library.backend)
    keeps = keeps_asked(library.backend)
    if not lately and keeps:
        return
    show(text_element("h2", "Asked lately in this library", "rule"))
    shown = lately if st.session_state.get(_ALL) else lately[:_SHOWN]
    with st.container(key="asked", gap=None):
        for i, question in enumerate(shown):
            with st.container(key=f"asked-{i}", horizontal=True, gap="small", vertical_alignment="center"):
                _offer(question, f"ask-again-{i}", titles)
                st.button(
                    "Remove",
                    key=f"remove-asked-{i}",
                    type="tertiary",
                    on_click=_forget,
                    args=(library, question),
                    help=plain(f"Remove “{question.question}” from this list"),
                )
    if len(lately) > len(shown):
        st.button(f"Show all {len(lately)}", key="show-asked", type="tertiary", on_click=_show_all)
    _show_keeping(library, lately, keeps)


def show_earlier(library: Library, titles: Mapping[str, str]) -> None:
    """The first of them, beside the answer to what was noted last."""
    saved = _saved(library)[:_BESIDE]
    known = [_asked(st.session_state[_NOTED]), *saved]
    lately = [question for question in asked_lately(library.backend) if question not in known][:_BESIDE]
    if not saved and not lately:
        return
    with st.popover("Earlier questions", type="tertiary"):
        for label, name, questions in (("Saved", "saved", saved), ("Asked lately in this library", "lately", lately)):
            if questions:
                show(text_element("h3", label))
                for i, question in enumerate(questions):
                    _offer(question, f"earlier-{name}-{i}", titles)
        show(element("p", element("a", text_element("span", "All of them"), href="./", target="_self")))


def _show_saved(library: Library, titles: Mapping[str, str]) -> None:
    saved = _saved(library)
    if not saved:
        return
    show(text_element("h2", "Saved questions", "rule"))
    with st.container(key="saved-list", gap=None):
        for i, question in enumerate(saved[:_SHOWN]):
            _offer(question, f"ask-saved-{i}", titles)
    link = text_element("span", "What changed in their answers")
    show(element("p", element("a", link, href=library_link(tab="questions"), target="_self"), css="aside"))


def _show_keeping(library: Library, lately: Sequence[AskedQuestion], keeps: bool) -> None:
    """Where all this is kept, who sees it, and how it goes away."""
    place = asked_file(library.backend)
    told = f"The last {MOST} are kept in {place} and seen by all who use this library."
    show(
        text_element(
            "p", told if keeps else "No questions are kept here. Switched on, all who use it see them.", "aside"
        )
    )
    st.session_state[_KEEPS] = keeps
    with st.container(key="asked-keeping", horizontal=True, gap="medium", vertical_alignment="center"):
        st.toggle("Keep the questions asked here", key=_KEEPS, on_change=_keep, args=(library,))
        if lately:
            st.button("Remove all", key="remove-asked", type="tertiary", on_click=_forget, args=(library,))


def _offer(question: AskedQuestion, key: str, titles: Mapping[str, str]) -> None:
    """The question as a button that asks it again, what narrowed it in the words of the button."""
    within = "; ".join(titles.get(plan, plan) for plan in question.plans)
    section = f"sections with “{question.section}”" if question.section else ""
    every = "every passage" if question.every else ""
    narrowed = ", ".join(filter(None, [within, section, every]))
    label = f"{question.question} ({narrowed})" if narrowed else question.question
    request = Request(question.question, question.plans, question.section, question.every)
    st.button(plain(label), key=key, type="tertiary", wrap=True, on_click=state.ask_again, args=(request,))


def _asked(request: Request) -> AskedQuestion:
    return AskedQuestion(request.question, request.plans, request.section, request.every)


def _saved(library: Library) -> list[AskedQuestion]:
    return [AskedQuestion(each.question, each.plans or (), each.section or "") for each in library.saved()]


def _show_all() -> None:
    st.session_state[_ALL] = True


@said_on_page
def _forget(library: Library, question: AskedQuestion | None = None) -> None:
    forget_asked(library.backend, question)


@said_on_page
def _keep(library: Library) -> None:
    keep_asked(library.backend, bool(st.session_state[_KEEPS]))
