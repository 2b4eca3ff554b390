"""The language of a session: the one that was chosen here or in this browser before, else the browser's, else English.

Sessions are threads that share all modules, so that the language is looked up for each text and kept in none of them.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from indexer.translation import ENGLISH, LANGUAGES, N_, READER, _
from indexer.ui.shared.markup import set_cookie, show_words

# The session's language, and whether the cookie is to be set.
_LANGUAGE, _NEW = "language", "language-new"
_COOKIE = "plancite_language"
#: What the scripts in ``static`` say, and the words of Streamlit's that they replace.
SCRIPT_WORDS = (
    N_("Upload"),
    N_("{size} per file"),
    N_("Skip to main content"),
    N_("Stop"),
    N_("Select all"),
    N_("No results"),
    N_("Copied"),
    N_("Copy the quote from here:"),
    N_("The connection is lost."),
    N_(
        "Plancite does not answer at the moment. This page reconnects by itself as soon as it does; what you typed "
        "stays. If it takes longer than a minute, tell the people who run the server."
    ),
)


def session_language() -> str:
    """The language of the session that draws the page; English outside pages, for files and API replies."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    if _LANGUAGE not in st.session_state:
        stored = st.context.cookies.get(_COOKIE)
        st.session_state[_LANGUAGE] = stored if stored in LANGUAGES else _of_browser()
    return str(st.session_state[_LANGUAGE])


def use_language() -> None:
    """Put texts in the session's language from here on, and set the page's ``lang`` to it."""
    READER.language = session_language
    language = session_language()
    show_words("zh-CN" if language == "zh" else language, {words: _(words) for words in SCRIPT_WORDS})


def show_language_switch() -> None:
    """A button for each other language, by its own name."""
    for language, name in LANGUAGES.items():
        if language != session_language():
            st.button(name, key=f"language-{language}", type="tertiary", on_click=_choose, args=(language,))
    if st.session_state.pop(_NEW, False):
        set_cookie(_COOKIE, session_language())


def _choose(language: str) -> None:
    st.session_state.update({_LANGUAGE: language, _NEW: True})


def _of_browser() -> str:
    """Chinese for a browser in any Chinese, else English."""
    language = (st.context.locale or "").lower().partition("-")[0]
    return language if language in LANGUAGES else ENGLISH
