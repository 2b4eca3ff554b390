"""A box to choose one of a list, which shows what the page's view says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

_T = TypeVar("_T")


def choose_one(
    label: str,
    options: Sequence[_T],
    chosen: _T | None,
    key: str,
    on_change: Callable[..., None],
    *args: Any,
    format_func: Callable[[_T], str] = str,
    clearable: bool = False,
    **look: Any,
) -> None:
    """Offer ``options``, of which ``chosen`` is shown, None for none; ``look`` is Streamlit's.

    ``on_change``, with ``args``, is called for one of ``options`` alone, or none where the box is ``clearable``: a
    browser may send the label of one that it showed before the list changed, which Streamlit hands on as it comes.
    """
    st.session_state[key] = chosen
    st.selectbox(
        label,
        options,
        index=None if clearable or chosen is None else 0,
        key=key,
        format_func=format_func,
        on_change=_changed,
        args=(key, [*options, None] if clearable else options, on_change, args),
        **look,
    )


def _changed(key: str, options: Sequence[object], on_change: Callable[..., None], args: tuple[Any, ...]) -> None:
    if st.session_state[key] in options:
        on_change(*args)
