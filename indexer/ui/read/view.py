"""What the Read page shows: a plan, the place in it and how it is shown; and how its widgets change that."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import streamlit as st

from indexer.errors import QuestionError
from indexer.language.finding import find_words
from indexer.library import Library
from indexer.translation import _, ngettext
from indexer.types import Plan, Span
from indexer.ui.shared import access, address
from indexer.ui.shared.address import PAGE_LENGTH, Look, View, number, one_of, span
from indexer.ui.shared.page_image import ZOOMS

# Keys of the widgets.
PLAN, LOOK, PAGE_NUMBER, WORDS = "r-plan", "r-view", "r-page", "r-words"
_VERSION = 8  # characters of a content hash that tell versions of one plan apart


@dataclass(frozen=True, slots=True)
class ReadView(View):
    """What is read: a plan, the passage ``at`` that is highlighted, and where one has gone on to from there.

    ``top`` is the offset from which the text is shown and ``page`` the page that was turned to, one of them at most;
    neither means the passage itself. ``version`` is the plan's version that ``at`` is a place in. ``words`` are
    looked for in the plan, else the passages on ``question`` are what one steps through.
    """

    PAGE: ClassVar[str] = "read"

    plan: str = address.text("plan")
    at: Span | None = span("at")
    version: str = address.text("v")
    top: int | None = number("from")
    page: int | None = number("page", least=1)
    look: Look = one_of("view", Look.TEXT, Look)
    words: str = address.words("find")
    question: str = address.text("q")
    zoom: int = one_of("zoom", 100, ZOOMS)

    @property
    def at_passage(self) -> bool:
        """Whether one reads at the passage, and has not gone on from it."""
        return self.at is not None and self.top is None and self.page is None


def version_of(plan: Plan) -> str:
    """What tells this version of a plan from others in an address."""
    return plan.sha256[:_VERSION]


def read() -> ReadView:
    """The view in the address."""
    return address.read_view(ReadView)


def update(**changes: Any) -> None:
    """Change fields of the view."""
    address.update_view(ReadView, **changes)


def pick_plan() -> None:
    """Read the plan that was chosen, from its beginning."""
    now = read()
    address.show_view(ReadView(st.session_state[PLAN] or "", look=now.look, zoom=now.zoom))


def turn_look(look: Look) -> None:
    """Show the text, or the page image; the place stays."""
    address.turn_look(look)
    update(look=look)


def turn_page(number: int) -> None:
    """Turn to this page."""
    update(page=number, top=None)


def read_from(offset: int) -> None:
    """Read on from this offset."""
    update(top=offset, page=None)


def open_place(plan: Plan, span: Span) -> None:
    """Highlight this span and read there."""
    update(at=span, version=version_of(plan), top=None, page=None)


def find(plan: Plan, offset: int) -> None:
    """Look for the words that were typed, and open the first match at or after ``offset``."""
    words = " ".join(st.session_state[WORDS].split())
    spans = find_words(plan.text, words)
    update(words=words)
    if spans:
        open_place(plan, next((span for span in spans if span[0] >= offset), spans[0]))


def turn_zoom(zoom: int) -> None:
    """Show page images in this size, in per cent."""
    update(zoom=zoom)


def fit(view: ReadView, plan: Plan) -> tuple[ReadView, str]:
    """``view`` without places that the plan does not have, and a sentence about them; "" where it has all."""
    lost: dict[str, Any] = {}
    notice = ""
    if view.at and view.version and view.version != version_of(plan):
        notice = _("This plan has been replaced since the link was made, so the passage may have moved.")
    if view.at and view.at[1] > len(plan.text):
        lost["at"] = None
        notice = _("The link points past the end of this plan. Choose a section, or search the plan for words.")
    if view.page and view.page > len(plan.pages):
        lost["page"] = None
        none = _("This plan has no pages, so page {page} cannot be shown.")
        some = ngettext(
            "This plan has {count} page, so page {page} cannot be shown.",
            "This plan has {count} pages, so page {page} cannot be shown.",
            len(plan.pages),
        )
        notice = (some if plan.pages else none).format(count=len(plan.pages), page=view.page)
    if view.top is not None and view.top >= len(plan.text):
        lost["top"] = None
    return replace(view, **lost), notice


def where(plan: Plan, view: ReadView) -> int:
    """The offset at which one reads, of a view that fits the plan."""
    if view.top is not None:
        return view.top
    if view.page:
        return plan.pages[view.page - 1].start
    return view.at[0] if view.at else 0


@dataclass(frozen=True, slots=True)
class Hits:
    """What one steps through: spans of a plan's text in order, and what is marked in and around them, by class."""

    spans: Sequence[Span] = ()
    marks: Mapping[str, Sequence[Span]] = field(default_factory=dict)

    def at(self, offset: int) -> int | None:
        """Index of the hit that holds ``offset``; None between them."""
        index = bisect_right(self.spans, offset, key=_start) - 1
        return index if index >= 0 and offset < self.spans[index][1] else None

    def after(self, offset: int) -> Span:
        """The first hit that begins behind ``offset``; behind the last comes the first."""
        return self.spans[bisect_right(self.spans, offset, key=_start) % len(self.spans)]

    def before(self, offset: int) -> Span:
        """The last hit that is over, or begins, before the one at ``offset``; before the first comes the last."""
        here = self.at(offset)
        start = offset if here is None else self.spans[here][0]
        return self.spans[bisect_left(self.spans, start, key=_start) - 1]


def find_hits(library: Library, plan: Plan, view: ReadView) -> Hits:
    """The hits of ``view`` in its plan; none where it asks for none. Raises IndexerError."""
    if view.words:
        spans = access.find_words(library, plan.id, view.words)
        return Hits(spans, {"answer": spans})
    if not view.question:
        return Hits()
    try:
        answer = access.ask(library, view.question, (plan.id,), "", PAGE_LENGTH)
    except QuestionError:
        return Hits()  # of a link that was made by hand
    met = [(hit.passage.start + a, hit.passage.start + b) for hit in answer.hits for a, b in hit.highlights]
    return Hits(sorted((hit.passage.start, hit.passage.end) for hit in answer.hits), {"met": met})


def _start(span: Span) -> int:
    return span[0]
