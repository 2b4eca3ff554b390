"""The passages found for a question, each a card: where it stands, its text, what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from indexer.library import Library
from indexer.types import Citation, Hit, Passage, Span
from indexer.ui.shared import state
from indexer.ui.shared.actions import actions_html
from indexer.ui.shared.address import opening_link
from indexer.ui.shared.excerpt import Place
from indexer.ui.shared.markup import element, marked_html, show, text_element
from indexer.ui.shared.source import show_source
from indexer.wording import breadcrumb, notes


def show_sorting(told: str, by_place: bool) -> None:
    """How many passages are listed, in words, and what they are listed by."""
    st.session_state[state.ORDER] = state.ORDERS[by_place]
    with st.container(key="sorting", horizontal=True, gap="small", vertical_alignment="center"):
        show(text_element("h2", f"{told}, sorted by", "within"))
        st.segmented_control(
            "Sorted by",
            state.ORDERS,
            key=state.ORDER,
            required=True,
            label_visibility="collapsed",
            on_change=state.reorder,
        )


def ranked(hits: Sequence[Hit], listed: int, *, by_place: bool, of_all: bool = False) -> list[tuple[int, Hit]]:
    """(rank by relevance from 1, hit) of the first ``listed``: by relevance, or in reading order plan by plan.

    ``by_place`` takes the ``listed`` most relevant, or with ``of_all`` the first in reading order.
    """
    found = list(enumerate(hits, 1))
    if by_place:
        found = sorted(found if of_all else found[:listed], key=lambda pair: _place(pair[1]))
    return found[:listed]


def show_passages(library: Library, hits: Sequence[tuple[int, Hit]], citations: Sequence[Citation] = ()) -> None:
    """A card for each of ``hits`` with its rank, behind the one that is opened its source.

    The first one's source opens by itself where there is no answer, by citations, to open instead.
    """
    opened = st.session_state[state.OPENED]
    for i, (rank, hit) in enumerate(hits):
        key = f"{state.PASSAGE}{rank}"
        show_card(hit, key, opening_link(key), citations, rank)
        if key == opened:
            show_source(library, place_of(hit, citations), key)
        elif opened is None and i == 0 and not citations:
            show_source(library, place_of(hit), "default")


def show_card(
    hit: Hit,
    key: str,
    address: str,
    citations: Sequence[Citation] = (),
    rank: int | None = None,
    counterparts: str = "",
    headed: bool = False,
) -> None:
    """One passage; sentences of ``citations`` in it are shaded.

    ``address`` opens its source and ``counterparts`` those in other plans; ``headed`` says that its plan and
    section stand above.
    """
    passage = hit.passage
    number = [text_element("span", f"{rank}", "rank")] if rank else []
    heading = [
        element("p", *number, text_element("span", passage.title), css="card-title"),
        text_element("p", breadcrumb(passage), "crumbs"),
    ]
    with st.container(key=f"card-{key}"):
        show(
            *(() if headed else heading),
            *(text_element("span", badge, "badge") for badge in notes(passage)),
            element(
                "div",
                marked_html(passage.text, {"answer": _answering(passage, citations), "met": hit.highlights}),
                css="passage-text",
            ),
            actions_html("Show in its surroundings", address, passage, counterparts=counterparts),
        )


def place_of(hit: Hit, citations: Sequence[Citation] = ()) -> Place:
    """Where to open a passage, its words and answering sentences marked as on its card."""
    passage = hit.passage
    marks = {
        "answer": [(c.start, c.end) for c in citations if c.plan == passage.plan],
        "met": [(passage.start + a, passage.start + b) for a, b in hit.highlights],
    }
    return Place(passage.plan, passage.start, passage.end, " › ".join(passage.section), passage.page, marks)


def _answering(passage: Passage, citations: Sequence[Citation]) -> list[Span]:
    """Spans of the passage's text that ``citations`` quote."""
    return [
        (max(c.start, passage.start) - passage.start, min(c.end, passage.end) - passage.start)
        for c in citations
        if c.plan == passage.plan and c.start < passage.end and c.end > passage.start
    ]


def _place(hit: Hit) -> tuple[str, int]:
    return hit.passage.plan, hit.passage.start
