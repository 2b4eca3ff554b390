"""The one place where an error of ours becomes a sentence: on the page, or for the page that a click draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from indexer.errors import IndexerError, LibraryBusyError, LibraryError
from indexer.ui.shared.access import missing_library
from indexer.ui.shared.markup import element, plain, show, text_element

#: What the last click failed with.
_FAILED = "failed"


@contextmanager
def errors_said() -> Iterator[None]:
    """Say what of ours is raised within; for a page, and for each fragment, which runs by itself."""
    try:
        yield
    except LibraryBusyError as error:
        st.error(plain(str(error)))  # the library is open, and readers need not wait
    except LibraryError as error:
        _show_no_library(error)
    except IndexerError as error:
        st.error(plain(str(error)))


@contextmanager
def errors_told(tell: Callable[[str], None]) -> Iterator[None]:
    """Give what of ours is raised within to ``tell``; for a click, after which the page is drawn."""
    try:
        yield
    except IndexerError as error:
        tell(str(error))


#: Before a click's function: what that raises of ours is said by ``show_failed`` on the page that is drawn next.
said_on_page = errors_told(lambda text: st.session_state.update({_FAILED: text}))


def show_failed() -> None:
    """Say once what the last click failed with."""
    if told := st.session_state.pop(_FAILED, None):
        st.error(plain(told))


def _show_no_library(error: LibraryError) -> None:
    lines = [
        text_element("p", str(error)),
        text_element("p", "Then reload this page. In a checkout, make run makes a library of the sample plans."),
    ]
    if missing_library():
        link = element(
            "a", text_element("span", "Make an empty one on the Library page"), href="library", target="_self"
        )
        lines.append(element("p", link))
    show(element("section", text_element("h1", "The library cannot be opened"), *lines, css="notice", role="alert"))
