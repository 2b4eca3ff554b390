"""The address of the Library page: the tab, what is looked for, the plan that is open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import streamlit as st

from indexer.ui.shared.address import whole_number


class Shelf(StrEnum):
    """The tabs of the Library page."""

    PLANS = "plans"
    QUESTIONS = "questions"
    REMOVED = "removed"
    CARE = "care"


class Part(StrEnum):
    """What is shown of the plan that is open on the Library page."""

    ABOUT = "about"
    EDIT = "edit"
    REPLACE = "replace"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Browsing:
    """What of the library is looked at: the tab, the words that plans are found by, and the one that is open.

    ``old`` and ``new`` are the versions of it that are held against each other, None for the last two.
    """

    shelf: Shelf = Shelf.PLANS
    words: str = ""
    plan: str = ""
    part: Part = Part.ABOUT
    old: int | None = None
    new: int | None = None

    def within(self, known: Collection[str]) -> Browsing:
        """The same without a plan that is not ``known``."""
        return self if not self.plan or self.plan in known else Browsing(self.shelf, self.words)


def read_browsing() -> Browsing:
    """What the page's address shows of the library; what cannot be read there is left out."""
    query = st.query_params
    shelf, part = query.get("tab", ""), query.get("part", "")
    return Browsing(
        Shelf(shelf) if shelf in set(Shelf) else Shelf.PLANS,
        query.get("find", "").strip(),
        query.get("plan", ""),
        Part(part) if part in set(Part) else Part.ABOUT,
        whole_number(query.get("old", "")) or None,
        whole_number(query.get("new", "")) or None,
    )


def write_browsing(browsing: Browsing) -> None:
    """Put ``browsing`` into the page's address; what is at rest is left out."""
    query = {
        "tab": browsing.shelf if browsing.shelf is not Shelf.PLANS else "",
        "find": browsing.words,
        "plan": browsing.plan,
        "part": browsing.part if browsing.part is not Part.ABOUT else "",
        "old": str(browsing.old or ""),
        "new": str(browsing.new or ""),
    }
    st.query_params.from_dict({name: value for name, value in query.items() if value})
