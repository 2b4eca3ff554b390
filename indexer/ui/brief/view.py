"""What the Brief page shows: a brief, and the words that items are found by; and how its widgets change that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import streamlit as st

from indexer.ui.shared import address
from indexer.ui.shared.address import View
from indexer.ui.shared.keeping import CHOSEN

# Keys of the widgets.
NAME, WORDS, NEW, RENAMED = "b-name", "b-words", "b-new", "b-renamed"


@dataclass(frozen=True, slots=True)
class BriefView(View):
    """Which brief is shown, "" for the chosen one, or the items of all briefs that hold ``words``."""

    PAGE: ClassVar[str] = "brief"

    name: str = address.text("name")
    words: str = address.words("find")


def sync() -> BriefView:
    """The view in the address; its brief is where quotes go from now on."""
    view, _ = address.sync_from_url(BriefView, (), _fill)
    if view.name:
        st.session_state[CHOSEN] = view.name
    return view


def update(**changes: Any) -> None:
    """Change fields of the view."""
    address.update_view(BriefView, **changes)


def choose() -> None:
    """Show the brief that was chosen."""
    open_brief(st.session_state[NAME])


def open_brief(name: str) -> None:
    """Show this brief, to which quotes go from now on."""
    st.session_state.update({CHOSEN: name, RENAMED: name})
    update(name=name, words="")


def find() -> None:
    """List what holds the words in the box."""
    update(words=st.session_state[WORDS])


def _fill(view: BriefView) -> None:
    st.session_state[WORDS] = view.words
