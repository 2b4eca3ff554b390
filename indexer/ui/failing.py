"""The one place where an error becomes a sentence on the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from indexer.errors import IndexerError, LibraryBusyError, LibraryError
from indexer.ui.markup import element, plain, show, text_element


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
