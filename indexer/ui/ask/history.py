"""Questions to ask again: saved ones, and those asked recently: by who signed in, or in this library by anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from indexer.library import Library
from indexer.library.questions import (
    MOST,
    forget_questions,
    questions_file,
    recent_questions,
    record_question,
    records_questions,
    set_recording,
)
from indexer.translation import _, enumerated
from indexer.types import AskedQuestion, PlanInfo
from indexer.ui.ask import view as state
from indexer.ui.ask.view import AskView
from indexer.ui.library.view import LibraryTab, LibraryView
from indexer.ui.shared.address import link_to
from indexer.ui.shared.facets import filter_text
from indexer.ui.shared.frame import show_errors_later
from indexer.ui.shared.markup import element, link, plain, show, show_line

_KEEPS, _NOTED, _ALL = "keep-asked", "noted", "asked-all"
#: Questions of each kind that are listed at first, and in the menu next to an answer.
_SHOWN, _IN_MENU = 12, 8


def note_question(library: Library, view: AskView) -> None:
    """Keep what was asked, once for each time that it is: a page is drawn anew at every click."""
    question = _question(view)
    if st.session_state.get(_NOTED) != question:
        st.session_state[_NOTED] = question
        record_question(library.backend, question)


def show_saving(library: Library, view: AskView, within: Sequence[PlanInfo]) -> None:
    """The button that saves the question, or a link to the saved ones if it is among them.

    It is saved for the plans that a filter means today, those ``within``.
    """
    plans = view.plans or (tuple(info.id for info in within) if view.filter.chosen else ())
    scope = (view.question, plans or None, view.section or None)
    if any((each.question, each.plans, each.section) == scope for each in library.saved()):
        show(element("p", link(_("Saved"), _saved_questions()), css="saved"))
    else:
        st.button(
            _("Save question"),
            key="save-question-now",
            type="tertiary",
            on_click=_save,
            args=(library, *scope),
            help=_("Save it with today's answer. The Library page shows when the answer changes."),
        )


def show_history(library: Library, titles: Mapping[str, str]) -> None:
    """All of them, with the ways to remove them and to keep none; for the page on which nothing is asked."""
    _show_saved(library, titles)
    recent = recent_questions(library.backend)
    keeps = records_questions(library.backend)
    if not recent and keeps:
        return
    show(element("h2", _recent(library), css="rule"))
    shown = recent if st.session_state.get(_ALL) else recent[:_SHOWN]
    with st.container(key="asked", gap=None):
        for i, question in enumerate(shown):
            with st.container(key=f"asked-{i}", horizontal=True, gap="small", vertical_alignment="center"):
                _offer(question, f"ask-again-{i}", titles)
                st.button(
                    _("Remove"),
                    key=f"remove-asked-{i}",
                    type="tertiary",
                    on_click=_forget,
                    args=(library, question),
                    help=plain(_("Remove “{question}” from this list").format(question=question.question)),
                )
    if len(recent) > len(shown):
        st.button(
            _("Show all {count}").format(count=len(recent)), key="show-asked", type="tertiary", on_click=_show_all
        )
    _show_keeping(library, recent, keeps)


def show_recent(library: Library, titles: Mapping[str, str]) -> None:
    """The first of them, in a menu next to the answer to what was noted last."""
    saved = _saved(library)[:_IN_MENU]
    known = [st.session_state[_NOTED], *saved]
    recent = [question for question in recent_questions(library.backend) if question not in known][:_IN_MENU]
    if not saved and not recent:
        return
    with st.popover(_("Earlier questions"), type="tertiary"):
        for label, name, questions in ((_("Saved"), "saved", saved), (_recent(library), "recent", recent)):
            if questions:
                show(element("h3", label))
                for i, question in enumerate(questions):
                    _offer(question, f"earlier-{name}-{i}", titles)
        show(element("p", link(_("Show all"), "./")))


def _recent(library: Library) -> str:
    return _("Your recent questions") if library.person.name else _("Recent questions in this library")


def _show_saved(library: Library, titles: Mapping[str, str]) -> None:
    saved = _saved(library)
    if not saved:
        return
    show(element("h2", _("Saved questions"), css="rule"))
    with st.container(key="saved-list", gap=None):
        for i, question in enumerate(saved[:_SHOWN]):
            _offer(question, f"ask-saved-{i}", titles)
    show(element("p", link(_("See which answers have changed"), _saved_questions()), css="aside"))


def _show_keeping(library: Library, recent: Sequence[AskedQuestion], keeps: bool) -> None:
    """Where recent questions are kept, who sees them, and how they go away."""
    own = bool(library.person.name)
    if keeps and own:
        said = _("Your last {count} questions are kept on the server. Only you see them here.")
        show_line(said.format(count=MOST))
    elif keeps:
        said = _("The last {count} questions are kept in {file}. Everyone here can see them.")
        show_line(said.format(count=MOST, file=questions_file(library.backend)))
    elif own:
        show_line(_("Questions are not kept. If you switch this on, only you see them."))
    else:
        show_line(_("Questions are not kept. If you switch this on, everyone who uses this library can see them."))
    st.session_state[_KEEPS] = keeps
    with st.container(key="asked-keeping", horizontal=True, gap="medium", vertical_alignment="center"):
        st.toggle(_("Keep recent questions"), key=_KEEPS, on_change=_keep, args=(library,))
        if recent:
            st.button(_("Remove all"), key="remove-asked", type="tertiary", on_click=_forget, args=(library,))


def _offer(question: AskedQuestion, key: str, titles: Mapping[str, str]) -> None:
    """A button that asks the question again, named by it and its filters."""
    within = _("; ").join(titles.get(plan, plan) for plan in question.plans)
    section = _("sections with “{words}”").format(words=question.section) if question.section else ""
    every = _("every answer") if question.every else ""
    narrowed = enumerated(filter(None, [within, section, filter_text(question.filter), every]))
    named = _("{question} ({narrowed})").format(question=question.question, narrowed=narrowed)
    label = named if narrowed else question.question
    view = AskView(question.question, question.plans, question.section, question.every, filter=question.filter)
    st.button(plain(label), key=key, type="tertiary", wrap=True, on_click=state.ask_again, args=(view,))


def _question(view: AskView) -> AskedQuestion:
    return AskedQuestion(view.question, view.plans, view.section, view.every, view.filter)


def _saved(library: Library) -> list[AskedQuestion]:
    return [AskedQuestion(each.question, each.plans or (), each.section or "") for each in library.saved()]


def _saved_questions() -> str:
    return link_to(LibraryView(LibraryTab.QUESTIONS))


def _show_all() -> None:
    st.session_state[_ALL] = True


@show_errors_later()
def _save(library: Library, question: str, plans: tuple[str, ...] | None, section: str | None) -> None:
    library.save_question(question, plans=plans, section=section)


@show_errors_later()
def _forget(library: Library, question: AskedQuestion | None = None) -> None:
    forget_questions(library.backend, question)


@show_errors_later()
def _keep(library: Library) -> None:
    set_recording(library.backend, bool(st.session_state[_KEEPS]))
