"""What is done with an answer as a whole: save its question, take it away as a file, pass on its link."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from indexer.exporting import ANSWER_FORMATS, export_answers
from indexer.library import Library
from indexer.types import SavedQuestion
from indexer.ui.library.state import library_link
from indexer.ui.shared.address import Request, request_query, whole_link
from indexer.ui.shared.failing import said_on_page
from indexer.ui.shared.markup import element, show, text_element
from indexer.wording import Asked, file_name

_KINDS = {
    "docx": "Answer sheet, Word",
    "md": "Answer sheet, Markdown",
    "xlsx": "All passages, spreadsheet",
    "csv": "All passages, CSV",
}


def show_saving(library: Library, request: Request) -> None:
    """The button that saves the question, or that it is saved and the way to those that are."""
    if _saved(library, request) is None:
        st.button(
            "Save question",
            key="save-question-now",
            type="tertiary",
            on_click=_save,
            args=(library, request),
            help="Keep it with its answer of today, and be told on the Library page when the answer changes",
        )
    else:
        link = element("a", text_element("span", "Saved"), href=library_link(tab="questions"), target="_self")
        show(element("p", link, css="saved"))


def show_taking_away(library: Library, asked: Asked) -> None:
    """The files are made when they are asked for."""
    today = date.today()
    with st.popover("Take away", type="tertiary"):
        for ending, kind in _KINDS.items():
            st.download_button(
                kind,
                data=partial(export_answers, [asked], ending, generation=library.backend.generation, made=today),
                file_name=file_name(asked.result.question, today, ending),
                mime=ANSWER_FORMATS[ending],
                key=f"take-{ending}",
                type="tertiary",
                on_click="ignore",
            )


def show_link(request: Request) -> None:
    """The address that opens this answer again."""
    with st.popover("Link", type="tertiary"):
        st.code(whole_link(request_query(request)), language=None, wrap_lines=True)


def _saved(library: Library, request: Request) -> SavedQuestion | None:
    """The saved question that asks this of these plans."""
    scope = (request.question, request.plans or None, request.section or None)
    return next((each for each in library.saved() if (each.question, each.plans, each.section) == scope), None)


@said_on_page
def _save(library: Library, request: Request) -> None:
    library.save_question(request.question, plans=request.plans or None, section=request.section or None)
