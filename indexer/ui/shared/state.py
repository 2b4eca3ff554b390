"""What a visitor's session remembers beside the address: the widgets' values and what is unfolded."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from indexer.ui.read.address import View
from indexer.ui.shared.address import Request, read_address, read_opened, whole_number, write_address, write_opened

# Keys of the widgets.
QUESTION, PLANS, SECTION, EVERY, ORDER = "question", "plans", "section", "every", "order"
# The request that the widgets of the open page show; the source that is open, None for the page's
# own choice and "" for none; how much of the plan's text stands around it; how many passages are listed.
REQUEST, OPENED, REACH, LISTED = "request", "opened", "reach", "listed"
# How sources are looked at, which stays from one to the next; the page that was turned to in the one
# that is open, None for the passage's own.
VIEW, TURNED = "viewed", "turned"

#: What the source of a passage is called, before its rank.
PASSAGE = "passage-"
#: What passages are listed by.
ORDERS = ("Relevance", "Place")
#: Passages listed at first, and further ones a click.
PAGE_LENGTH = 10
#: The most that a link can have listed, by the passage that it opens.
_MOST_LISTED = 100
#: Those below an answer, which says most of it: each is drawn in every browser that asks.
BELOW_ANSWER = 5
#: Characters of the plan's text on each side of an opened passage.
_REACH_AT_FIRST = 1200


def take_request(known: list[str]) -> tuple[Request, list[str]]:
    """The request in the address, cleared of plans that are not there; and the ids of those.

    An address that this session did not write, of a link or of the Back button, is put into the
    widgets; one that it did leaves them alone, so that a half-typed question survives a change of
    the filters.
    """
    asked = read_address()
    request = asked.within(known)
    missing = [plan for plan in asked.plans if plan not in known]
    opened = read_opened()
    if st.session_state.get(REQUEST) != request or missing:
        ask_again(request)
    follow_opened(opened, PASSAGE)
    return request, missing


def follow_opened(opened: str | None, numbered: str = "") -> None:
    """Open the source that a link has ``opened``, as ``read_opened`` gave it before the address was written.

    Where names of sources are ``numbered``, the number behind that, the list goes on as far as to it.
    """
    if opened != st.session_state[OPENED]:
        open_source(opened)
    if numbered and opened and opened.startswith(numbered):
        rank = whole_number(opened.removeprefix(numbered)) or 0
        st.session_state[LISTED] = max(st.session_state[LISTED], min(rank, _MOST_LISTED))


def ask(question: str | None = None) -> None:
    """Ask what stands in the box, or ``question`` in its place."""
    if question is not None:
        st.session_state[QUESTION] = question
    _remember(_of_widgets(st.session_state[QUESTION]))


def ask_again(request: Request) -> None:
    """Ask ``request``, which the widgets show from now on."""
    st.session_state[QUESTION] = request.question
    st.session_state[PLANS] = list(request.plans)
    st.session_state[SECTION] = request.section
    st.session_state[EVERY] = request.every
    _remember(request)


def refine() -> None:
    """Ask the same question with the filters as they are now."""
    _remember(_of_widgets(read_address().question))


def reorder() -> None:
    """List the passages by what was clicked; what is open stays open."""
    request = replace(read_address(), by_place=st.session_state[ORDER] == ORDERS[1])
    write_address(request, st.session_state[OPENED])
    st.session_state[REQUEST] = request


def open_source(key: str | None) -> None:
    """Open the source of the answer or passage with this key, None for the page's own choice."""
    write_opened(key)
    _look_at(key)


def turn_view(view: View) -> None:
    """Look at sources as text, or as page images."""
    st.session_state[VIEW] = view


def turn_page(number: int) -> None:
    """Turn to this page of the open source."""
    st.session_state[TURNED] = number


def close_source() -> None:
    """Open no source, not even the first answer's."""
    open_source("")


def reach_further() -> None:
    """Show twice as much of the text around the open passage."""
    st.session_state[REACH] *= 2


def list_further() -> None:
    """List further passages."""
    st.session_state[LISTED] += PAGE_LENGTH


def _of_widgets(question: str) -> Request:
    chosen = st.session_state
    return Request.of(question, chosen[PLANS], chosen[SECTION], chosen[EVERY], read_address().by_place)


def _remember(request: Request) -> None:
    write_address(request)
    begin(request, PAGE_LENGTH if request.every else BELOW_ANSWER)


def begin(request: object, listed: int = PAGE_LENGTH) -> None:
    """Show ``request`` from now on, with nothing opened and ``listed`` passages."""
    st.session_state[REQUEST] = request
    st.session_state[LISTED] = listed
    _look_at(None)


def _look_at(key: str | None) -> None:
    st.session_state[OPENED] = key
    st.session_state[REACH] = _REACH_AT_FIRST
    st.session_state[TURNED] = None
