"""How large all pages are set: chosen once, remembered by the browser in a cookie that holds nothing else."""

from __future__ import annotations

from enum import StrEnum

import streamlit as st

from indexer.ui.shared.markup import set_cookie, show, text_element

# The size of this session; the widget's; whether the browser is still to be told.
_SIZE, _CHOICE, _NEW = "text-size", "text-size-choice", "text-size-new"
_COOKIE = "plancite_text_size"


class TextSize(StrEnum):
    """Sizes of all type, beside what the browser itself is set to."""

    NORMAL = "normal"
    LARGER = "larger"
    LARGEST = "largest"


#: Every length of the pages is relative to the root's type.
_PERCENT = {TextSize.NORMAL: 100, TextSize.LARGER: 115, TextSize.LARGEST: 132}


def apply_text_size() -> None:
    """Set the page in the size of this session, which a new one has from the browser."""
    if _SIZE not in st.session_state:
        stored = st.context.cookies.get(_COOKIE, "")
        st.session_state[_SIZE] = TextSize(stored) if stored in set(TextSize) else TextSize.NORMAL
    percent = _PERCENT[st.session_state[_SIZE]]
    show(text_element("style", f":root {{ font-size: {percent}%; }}"))


def show_text_size() -> None:
    """The control, folded behind a button."""
    with st.popover("Text size", type="tertiary"):
        st.session_state[_CHOICE] = st.session_state[_SIZE]
        st.segmented_control(
            "Text size",
            list(TextSize),
            format_func=str.capitalize,
            key=_CHOICE,
            required=True,
            label_visibility="collapsed",
            on_change=_choose,
        )
        if st.session_state.pop(_NEW, False):
            set_cookie(_COOKIE, st.session_state[_SIZE])


def _choose() -> None:
    st.session_state[_SIZE] = TextSize(st.session_state[_CHOICE])
    st.session_state[_NEW] = True
