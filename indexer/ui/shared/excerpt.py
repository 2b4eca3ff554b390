"""A stretch of a plan's text as the pages show it: around a place, with what is marked in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from indexer.types import Plan, Span
from indexer.ui.shared.markup import Html, element, marked_html, show

#: Where a stretch of text may be cut, the better places first: paragraphs, lines, words.
_BREAKS = (re.compile(r"\n[ \t]*\n\s*"), re.compile(r"\n\s*"), re.compile(r"\s+"))


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a plan to open, with spans of the plan's text to mark in it, by class."""

    plan: str
    start: int
    end: int
    section: str
    page: int | None
    marks: Mapping[str, Sequence[Span]]


def surroundings(text: str, span: Span, reach: int) -> Span:
    """``span`` with up to ``reach`` characters on each side, cut at a paragraph, else at a line or a word."""
    start, end = span
    low, high = max(0, start - reach), min(len(text), end + reach)
    if low:
        low = next((m.end() for cut in _BREAKS for m in cut.finditer(text, low, start)), start)
    if high < len(text):
        ends = ([m.start() for m in cut.finditer(text, end, high)] for cut in _BREAKS)
        high = next((found[-1] for found in ends if found), end)
    return low, high


def excerpt_html(plan: Plan, place: Place, span: Span) -> Html:
    """The plan's text within ``span``, ``place`` and what is marked in it in their classes."""
    around = {"passage": [(place.start, place.end)], "around": [(span[0], place.start), (place.end, span[1])]}
    return stretch_html(plan, span, {**around, **place.marks})


def stretch_html(plan: Plan, span: Span, spans_by_class: Mapping[str, Sequence[Span]]) -> Html:
    """The plan's text within ``span``, headings and spans of the plan's text marked in it by class."""
    low, high = span
    marks = {**spans_by_class, "heading": [(s.start, s.body) for s in plan.sections]}
    moved = {
        name: [(max(a, low) - low, min(b, high) - low) for a, b in spans if a < high and b > low]
        for name, spans in marks.items()
    }
    return marked_html(plan.text[low:high], moved)


def show_text(text: Html, label: str, css: str = "source-text") -> None:
    """A stretch of text in a box of its own, which scrolls, by keyboard, too; ``label`` names it."""
    show(element("div", text, css=css, tabindex="0", role="region", aria_label=label))


def whereabouts(plan: Plan, place: Place) -> str:
    """Section, page and file of a place, on one line."""
    page = f"page {place.page} of {len(plan.pages)}" if place.page is not None and plan.pages else ""
    return " · ".join(filter(None, [place.section, page, PurePath(plan.source).name]))
