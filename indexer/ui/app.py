"""The web app: its pages, and what all of them share; ``plancite serve`` runs this file by Streamlit."""

from __future__ import annotations

import streamlit as st

from indexer.translation import N_, _
from indexer.ui.ask import page as ask
from indexer.ui.brief import page as brief
from indexer.ui.compare import page as compare
from indexer.ui.library import page as library
from indexer.ui.read import page as read
from indexer.ui.shared.frame import dress_page, show_errors, show_navigation
from indexer.ui.shared.keeping import follow_keeping_link
from indexer.ui.shared.language import use_language
from indexer.ui.shared.markup import run_scripts
from indexer.ui.shared.signing_in import begin_session
from indexer.ui.targets import page as targets

#: The pages in their order, each by its title, which in English and lower case is its path. A new page is a line here,
#: and a module with a function ``page``. A style sheet named like its path, if there is one, is loaded with it.
PAGES = {
    N_("Ask"): ask.page,
    N_("Compare"): compare.page,
    N_("Targets"): targets.page,
    N_("Read"): read.page,
    N_("Brief"): brief.page,
    N_("Library"): library.page,
}


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="Plancite", layout="wide", menu_items={"About": None})
    use_language()
    pages = {
        title: st.Page(page, title=_(title), url_path=title.lower(), default=number == 0)
        for number, (title, page) in enumerate(PAGES.items())
    }
    chosen = st.navigation(list(pages.values()), position="top")
    current = next(title for title, page in pages.items() if page is chosen)
    dress_page(current.lower())
    run_scripts()
    show_navigation(list(PAGES), current)
    with show_errors():
        if begin_session():
            follow_keeping_link()
            chosen.run()


if __name__ == "__main__":
    main()
