"""The web app: page setup, the pages, and what all of them share."""

from __future__ import annotations

import streamlit as st

from indexer.ui.ask import page as ask
from indexer.ui.compare import page as compare
from indexer.ui.library import page as library
from indexer.ui.read import page as reading
from indexer.ui.shared.failing import errors_said
from indexer.ui.shared.markup import STATIC, run_script
from indexer.ui.shared.text_size import apply_text_size
from indexer.ui.targets import page as targets

_STYLESHEET = STATIC / "style.css"


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="Plancite", layout="wide", menu_items={"About": None})
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
