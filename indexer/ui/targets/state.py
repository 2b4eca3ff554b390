"""What a visitor's session remembers on the Targets page: the widgets' values, and how they move the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from indexer.ui.shared import state
from indexer.ui.shared.address import Listing, read_listing, read_opened, write_listing

# Keys of the widgets.
PLANS, SECTOR, YEAR, BINDING, WORDS = "t-plans", "t-sector", "t-year", "t-binding", "t-words"
VIEW, CHART, INDICATOR, LINE_PLAN = "t-view", "t-chart", "t-indicator", "t-line"
#: What a filter says that narrows nothing.
ANY = "Any"
VIEWS = ("Side by side", "Every target")
CHARTS = ("One indicator across plans", "One plan on a time line")
# The plans of a link that are gone; what tells the table of one listing from that of the next.
_MISSING, _TABLE = "t-missing", "t-table"


def take_listing(known: Sequence[str]) -> tuple[Listing, list[str]]:
    """The listing in the address, cleared of plans that are not there; and the ids of those.

    An address that this session did not write is put into the widgets, as on the Ask page. The ids are
    told until something else is listed, however often the page is drawn.
    """
    asked = read_listing()
    listing = asked.within(known)
    named = (*asked.plans, *(asked.at or ())[:1], asked.line)
    missing = [plan for plan in dict.fromkeys(map(str, filter(None, named))) if plan not in known]
    opened = read_opened()
    if st.session_state.get(state.REQUEST) != listing or missing:
        st.session_state[PLANS] = list(listing.plans)
        st.session_state[SECTOR] = listing.sector or ANY
        st.session_state[YEAR] = ANY if listing.year is None else listing.year
        st.session_state[BINDING] = listing.binding or ANY
        st.session_state[WORDS] = listing.words
        st.session_state[_MISSING] = missing
        _show(listing)
    state.follow_opened(opened)
    return listing, st.session_state[_MISSING]


def holds(text: str, words: str) -> bool:
    """Whether every one of ``words`` is in ``text``, whatever its case."""
    held = text.casefold()
    return all(word in held for word in words.casefold().split())


def refine() -> None:
    """List what the filters say."""
    chosen = st.session_state
    turn(
        plans=tuple(chosen[PLANS]),
        sector="" if chosen[SECTOR] == ANY else chosen[SECTOR],
        year=None if chosen[YEAR] == ANY else chosen[YEAR],
        binding="" if chosen[BINDING] == ANY else chosen[BINDING],
        words=" ".join(chosen[WORDS].split()),
    )


def turn_view() -> None:
    """Show indicators side by side, or every target."""
    turn(every=st.session_state[VIEW] == VIEWS[1])


def turn_chart(plan: str) -> None:
    """Chart one indicator, or the time line of ``plan``."""
    turn(line=plan if st.session_state[CHART] == CHARTS[1] else "")


def pick_indicator() -> None:
    """Chart the indicator that was chosen."""
    turn(at=st.session_state[INDICATOR])


def pick_line() -> None:
    """Put the plan that was chosen on the time line."""
    turn(line=st.session_state[LINE_PLAN])


def turn(**changes: Any) -> None:
    """Look at the targets otherwise: ``changes`` of the fields of ``Listing``."""
    st.session_state[_MISSING] = []
    _show(replace(read_listing(), **changes))


def table_key() -> str:
    """The key of the table: another one for what is listed otherwise, so that no old choice stays."""
    return f"{_TABLE}-{st.session_state[_TABLE]}"


def _show(listing: Listing) -> None:
    write_listing(listing)
    st.session_state[_TABLE] = st.session_state.get(_TABLE, 0) + 1
    state.begin(listing)
