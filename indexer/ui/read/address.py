"""The address of the Read page: a plan, the place in it and how it is looked at, so that a link shows the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import streamlit as st

from indexer.types import Plan, Span
from indexer.ui.shared.address import link_to, whole_number

#: Where the page is found; the last part of its address.
READ = "read"
#: Sizes of page images, in per cent of the usual one.
ZOOMS = (75, 100, 125, 150, 200)
_USUAL = 100
_VERSION = 8  # characters of a content hash that tell versions of one plan apart


class View(StrEnum):
    """How a plan's source is looked at."""

    TEXT = "text"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read: a plan, the passage ``at`` that is highlighted, and where one has gone on to from there.

    ``top`` is the offset from which the text is shown and ``page`` the page that was turned to, one of
    them at most; neither stands for the passage itself. ``version`` is the one that ``at`` was a place
    in. ``words`` are looked for in the plan, else the passages on ``question`` are what one steps over.
    """

    plan: str = ""
    at: Span | None = None
    version: str = ""
    top: int | None = None
    page: int | None = None
    view: View = View.TEXT
    words: str = ""
    question: str = ""
    zoom: int = _USUAL

    @property
    def at_passage(self) -> bool:
        """Whether one reads at the passage, and has not gone on from it."""
        return self.at is not None and self.top is None and self.page is None


def version_of(plan: Plan) -> str:
    """What tells this version of a plan from others in an address."""
    return plan.sha256[:_VERSION]


def read_reading() -> Reading:
    """The reading in the page's address; what cannot be read there is left out."""
    query = st.query_params
    view, zoom = query.get("view", ""), whole_number(query.get("zoom", ""))
    return Reading(
        plan=query.get("plan", ""),
        at=_span(query.get("at", "")),
        version=query.get("v", ""),
        top=whole_number(query.get("from", "")),
        page=whole_number(query.get("page", "")) or None,
        view=View(view) if view in set(View) else View.TEXT,
        words=" ".join(query.get("find", "").split()),
        question=query.get("q", "").strip(),
        zoom=zoom if zoom in ZOOMS else _USUAL,
    )


def reading_query(reading: Reading) -> dict[str, str]:
    """``reading`` as the query part of an address; what is at rest is left out."""
    query = {
        "plan": reading.plan,
        "at": "{}-{}".format(*reading.at) if reading.at else "",
        "v": reading.version if reading.at else "",
        "from": "" if reading.top is None else str(reading.top),
        "page": str(reading.page or ""),
        "view": reading.view if reading.view is not View.TEXT else "",
        "find": reading.words,
        "q": reading.question,
        "zoom": str(reading.zoom) if reading.zoom != _USUAL else "",
    }
    return {name: value for name, value in query.items() if value}


def reading_link(reading: Reading) -> str:
    """Address of ``reading``, from any page."""
    return f"{READ}{link_to(reading_query(reading))}"


def write_reading(reading: Reading) -> None:
    """Put ``reading`` into the page's address."""
    st.query_params.from_dict(reading_query(reading))


def _span(text: str) -> Span | None:
    """A stretch, of "12-40"; None where it ends before it begins."""
    start, end = (whole_number(part) for part in [*text.split("-"), ""][:2])
    return (start, end) if start is not None and end is not None and start < end else None
