"""What a source is looked at with, beside an answer and on the Read page: text or page, the page's number, a link."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

import streamlit as st

from indexer.ui.read.address import Reading, View, reading_link
from indexer.ui.shared.markup import show, text_element

_LABELS = {View.TEXT: "Text", View.PAGE: "Page"}


def show_views(view: View, key: str, turn: Callable[[View], None]) -> None:
    """A switch between the text and the page image, which calls ``turn``."""

    def turned() -> None:
        turn(next(view for view, label in _LABELS.items() if label == st.session_state[key]))

    st.session_state[key] = _LABELS[view]
    st.segmented_control(
        "Look at", list(_LABELS.values()), key=key, required=True, label_visibility="collapsed", on_change=turned
    )


def show_page_box(number: int, count: int, key: str, turn: Callable[[int], None]) -> None:
    """The page's number of ``count``, to type another or to step on, which calls ``turn``."""

    def turned() -> None:
        turn(int(st.session_state[key]))

    st.session_state[key] = number
    with st.container(key=f"{key}-box", horizontal=True, vertical_alignment="center", gap="xsmall"):
        show(text_element("p", "Page", "aside"))
        st.number_input("Page number", 1, count, key=key, label_visibility="collapsed", on_change=turned, width=120)
        show(text_element("p", f"of {count:,}", "aside"))


def show_link(reading: Reading) -> None:
    """The address at which the same place opens, to copy."""
    with st.popover("Link to this place", type="tertiary"):
        st.code(urljoin(st.context.url or "", reading_link(reading)), language=None, wrap_lines=True)
