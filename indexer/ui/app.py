"""The web app: page setup, the pages, and the one place where an error becomes a sentence."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from indexer.errors import IndexerError, LibraryError
from indexer.ui import ask
from indexer.ui.markup import element, plain, show, text_element

_STYLESHEET = Path(__file__).with_name("style.css")


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="Planlens", layout="wide", menu_items={"About": None})
    st.html(_STYLESHEET)
    pages = [st.Page(ask.page, title="Ask", url_path="ask", default=True)]
    chosen = st.navigation(pages, position="top")
    try:
        chosen.run()
    except LibraryError as error:
        _show_no_library(error)
    except IndexerError as error:
        st.error(plain(str(error)))


def _show_no_library(error: LibraryError) -> None:
    show(
        element(
            "section",
            text_element("h1", "The library cannot be opened"),
            text_element("p", str(error)),
            text_element("p", "Then reload this page. In a checkout, make run makes a library of the sample plans."),
            css="notice",
            role="alert",
        )
    )
