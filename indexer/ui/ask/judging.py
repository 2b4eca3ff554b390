"""Whether an answer was right, as the person who asked says: a line for `plancite eval`."""

from __future__ import annotations

import streamlit as st

from indexer.library import Library
from indexer.library.judgements import Judgement, record_judgement
from indexer.translation import N_, _
from indexer.types import Answer
from indexer.ui.ask.view import AskView
from indexer.ui.shared.frame import show_errors_later
from indexer.ui.shared.markup import show_line

_JUDGED = "judged"


def show_judging(library: Library, view: AskView, answer: Answer) -> None:
    """The question, until it is answered. An answer to a part of the plans' sections is not asked about."""
    if view.section:
        return
    if st.session_state.get(_JUDGED) == view:
        show_line(_("Noted."), "saved")
        return
    with st.popover(_("Was this right?"), type="tertiary"):
        show_line(_("What you say is kept with the library, to measure later changes by. It is not sent anywhere."))
        for label, judgement in _judgements(view, answer).items():
            args = library, view, judgement
            st.button(_(label), key=f"judge-{label[:3]}", type="tertiary", on_click=_record, args=args)


def _judgements(view: AskView, answer: Answer) -> dict[str, Judgement]:
    if not answer.found:
        return {N_("Yes, no plan answers this"): Judgement(view.question, view.plans, unanswerable=True)}
    first = answer.citations[0].quote
    return {
        N_("Yes, the first sentence answers"): Judgement(view.question, view.plans, quote=first),
        N_("No, it does not answer"): Judgement(view.question, view.plans, wrong=first),
    }


@show_errors_later()
def _record(library: Library, view: AskView, judgement: Judgement) -> None:
    record_judgement(library.backend, judgement)
    st.session_state[_JUDGED] = view
