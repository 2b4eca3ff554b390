"""What a visitor's session remembers on the Read page: the widgets' values, and how they move the address."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from indexer.language.finding import find_words
from indexer.types import Plan, Span
from indexer.ui.read.address import ZOOMS, Reading, View, read_reading, version_of, write_reading
from indexer.ui.shared import state

# Keys of the widgets.
PLAN, VIEW, PAGE, WORDS = "r-plan", "r-view", "r-page", "r-words"


def pick_plan() -> None:
    """Read the plan that was chosen, from its beginning."""
    now = read_reading()
    write_reading(Reading(st.session_state[PLAN] or "", view=now.view, zoom=now.zoom))


def turn_view(view: View) -> None:
    """Look at the text, or at the page image; the place stays."""
    state.turn_view(view)
    turn(view=view)


def turn_page(number: int) -> None:
    """Turn to this page."""
    turn(page=number, top=None)


def read_from(offset: int) -> None:
    """Read on from this offset."""
    turn(top=offset, page=None)


def open_place(plan: Plan, span: Span) -> None:
    """Highlight this stretch and read there."""
    turn(at=span, version=version_of(plan), top=None, page=None)


def find(plan: Plan, offset: int) -> None:
    """Look for the words that were typed, and open the first place at or behind ``offset`` where they stand."""
    words = " ".join(st.session_state[WORDS].split())
    spans = find_words(plan.text, words)
    turn(words=words)
    if spans:
        open_place(plan, next((span for span in spans if span[0] >= offset), spans[0]))


def zoom(steps: int) -> None:
    """Show page images larger by so many steps, or smaller."""
    at = ZOOMS.index(read_reading().zoom) + steps
    turn(zoom=ZOOMS[min(max(at, 0), len(ZOOMS) - 1)])


def turn(**changes: Any) -> None:
    """Read otherwise: ``changes`` of the fields of ``Reading``."""
    write_reading(replace(read_reading(), **changes))


def within(reading: Reading, plan: Plan) -> tuple[Reading, str]:
    """``reading`` as far as the plan has what it names, and a sentence on what it has not; "" where it has all."""
    lost: dict[str, Any] = {}
    said = ""
    if reading.at and reading.version and reading.version != version_of(plan):
        said = "The plan has been replaced since this link was made. Its place may be another now."
    if reading.at and reading.at[1] > len(plan.text):
        lost["at"] = None
        said = "The place of this link lies beyond the end of the plan. Choose a section, or find words in the plan."
    if reading.page and reading.page > len(plan.pages):
        lost["page"] = None
        said = f"The plan has {len(plan.pages) or 'no'} pages, so that page {reading.page} cannot be shown."
    if reading.top is not None and reading.top >= len(plan.text):
        lost["top"] = None
    return replace(reading, **lost), said


def where(plan: Plan, reading: Reading) -> int:
    """The offset at which one reads, in a reading that is within the plan."""
    if reading.top is not None:
        return reading.top
    if reading.page:
        return plan.pages[reading.page - 1].start
    return reading.at[0] if reading.at else 0
