"""The Library page: plans are added, corrected, replaced, removed and put back here, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from indexer.library import Library
from indexer.types import PlanInfo
from indexer.ui.library import state
from indexer.ui.library.adding import show_drop_zone, show_samples
from indexer.ui.library.address import Browsing, Shelf
from indexer.ui.library.listing import show_list
from indexer.ui.library.maintenance import show_care
from indexer.ui.library.questions import keep_again, show_questions
from indexer.ui.library.removed import put_back, show_removed
from indexer.ui.library.report import show_work
from indexer.ui.shared import access
from indexer.ui.shared.markup import element, plain, show, text_element
from indexer.ui.shared.masthead import show_heading


def page() -> None:
    """Draw the page. Raises IndexerError, which ends it with a sentence."""
    if folder := access.missing_library():
        _show_making(folder)
        return
    library = access.open_library()
    plans = access.list_plans(library)
    browsing, missing = state.take_browsing([info.id for info in plans])
    show_heading(plans)
    tabs = st.tabs(list(state.SHELVES.values()), key=state.TAB, on_change=state.turn_shelf)
    with tabs[list(state.SHELVES).index(browsing.shelf)]:
        if browsing.shelf is Shelf.PLANS:
            show_drop_zone(library, plans)
        # Places of their own, taken or not: what stands below keeps its own, and where it was scrolled to.
        with st.container(key="at-work"):
            show_work(library)
        with st.container(key="said"):
            _show_notice(library)
            if missing:
                _show_missing(library, missing)
        _show_shelf(library, plans, browsing)


def _show_making(folder: str) -> None:
    """That there is no library yet, and the button that makes one."""
    lines = [f"There is none in {folder} yet. An empty one takes a moment; plans are added here afterwards."]
    if notice := state.notice():
        lines.append(notice.text)
    show(
        element(
            "section", text_element("h2", "Make a library"), *(text_element("p", line) for line in lines), css="notice"
        )
    )
    st.button("Make an empty library", key="make", type="primary", on_click=state.guarded(access.make_library))


def _show_shelf(library: Library, plans: Sequence[PlanInfo], browsing: Browsing) -> None:
    if browsing.shelf is Shelf.QUESTIONS:
        show_questions(library, {info.id: info.title for info in plans})
    elif browsing.shelf is Shelf.REMOVED:
        show_removed(library)
    elif browsing.shelf is Shelf.CARE:
        show_care(library, plans)
    elif plans:
        show_list(library, plans, browsing)
    else:
        told = "Drop files above, or add a folder in a terminal with the command below."
        show_samples(library, text_element("p", told))


def _show_notice(library: Library) -> None:
    """What was said last, with the button that takes it back."""
    notice = state.notice()
    if notice is None:
        return
    with st.container(key="notice", horizontal=True, gap="small", vertical_alignment="center"):
        if notice.failed:
            st.error(plain(notice.text))
        else:
            show(element("p", text_element("span", notice.text), css="notice", role="status"))
        if notice.removed:
            st.button("Undo", key="undo", on_click=put_back, args=(library, notice.removed))
        if notice.forgotten:
            st.button("Undo", key="undo", on_click=keep_again, args=(library, notice.forgotten))
        st.button("Close", key="close-notice", type="tertiary", on_click=state.silence)


def _show_missing(library: Library, plan: str) -> None:
    """That the plan of a link is gone, and where it may be."""
    removed = plan in {version.plan for version in library.removed()}
    hint = "It was removed, and can be put back under “Removed plans”." if removed else "It may have another name now."
    show(text_element("p", f"“{plan}” is not in this library, or no longer. {hint}", "notice"))
