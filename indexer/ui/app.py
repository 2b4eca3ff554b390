"""The web app: page setup, the pages, and what all of them share."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from indexer.ui import ask, compare, library, reading, targets
from indexer.ui.failing import errors_said
from indexer.ui.markup import run_script
from indexer.ui.text_size import apply_text_size

_STYLESHEET = Path(__file__).with_name("style.css")


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="Planlens", layout="wide", menu_items={"About": None})
    st.html(_STYLESHEET)
    apply_text_size()
    run_script("follow.js")
    run_script("reach.js")
    run_script("copy.js")
    pages = [
        st.Page(ask.page, title="Ask", url_path="ask", default=True),
        st.Page(compare.page, title="Compare", url_path="compare"),
        st.Page(targets.page, title="Targets", url_path="targets"),
        reading.as_page(),
        st.Page(library.page, title="Library", url_path="library"),
    ]
    chosen = st.navigation(pages, position="top")
    with errors_said():
        chosen.run()
