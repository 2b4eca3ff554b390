"""One question's answers side by side: aligned rows in columns while the plans fit, else one after another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

import streamlit as st

from indexer.citing import short_chip
from indexer.exporting.wording import ASPECTS, CUT_OFF, not_found, quotes, told
from indexer.library import Library
from indexer.types import AnswerSentence, Cell, Citation, Comparison, Mark, Span
from indexer.ui import compare_state, state
from indexer.ui.answer import place_of_quote
from indexer.ui.markup import element, marked_html, plain, show, text_element
from indexer.ui.passage import place_of, show_actions, show_card
from indexer.ui.source import Place, show_source

#: Plans that stand in columns beside one another.
FITS = 4


def show_side(library: Library, comparison: Comparison, titles: Mapping[str, str]) -> None:
    """The cells of ``comparison``, those that are not done yet left open; what is opened below them."""
    cells = {cell.plan: cell for cell in comparison.cells}
    fits = len(titles) <= FITS
    with st.container(key=f"side-{len(titles) if fits else 'many'}"):
        if fits:
            show(text_element("span", ""))
            for title in titles.values():
                show(text_element("h2", title, "plan-title"))
            show(text_element("h3", "Answer"))
        opened: list[tuple[Place, str]] = []
        for i, (plan, title) in enumerate(titles.items()):
            with st.container(key=f"cell-{i}", gap="xsmall"):
                if not fits:
                    show(text_element("h2", title, "plan-title"))
                if plan in cells:
                    opened += _show_cell(cells[plan], f"cell{i}")
                    if not fits:
                        _show_values(comparison, plan)
                else:
                    show(text_element("p", "…", "aside"))
        for place, key in opened:
            show_source(library, place, key)
        if fits:
            _show_rows(comparison, titles)
    show_legend(mark for cell in comparison.cells for marks in cell.marks for mark in marks)


def show_legend(marks: Iterable[Mark]) -> None:
    """What the underlining of ``marks`` says; nothing where there are none."""
    met = {mark.aspect for mark in marks}
    kinds = [text_element("b", label, aspect.value) for aspect, label in ASPECTS.items() if aspect in met]
    if kinds:
        show(element("p", text_element("span", "Underlined where the plans differ:"), *kinds, css="legend"))


def marks_by_class(marks: tuple[Mark, ...], offset: int = 0) -> dict[str, list[Span]]:
    """Spans of marks by the class of their aspect, moved by ``offset``."""
    found: dict[str, list[Span]] = {}
    for mark in marks:
        found.setdefault(mark.aspect.value, []).append((mark.span[0] + offset, mark.span[1] + offset))
    return found


def _show_cell(cell: Cell, key: str) -> list[tuple[Place, str]]:
    """A plan's sentences, or that it has none; what of it is opened."""
    places: dict[str, Place] = {}
    for sentence, citation, marks in quotes(cell):
        name = f"{key}-citation-{citation.n}"
        _show_quote(sentence, citation, marks, name)
        places[name] = place_of_quote(sentence, citation)
    if not cell.found:
        show(text_element("p", not_found(cell.answer), "none"))
        if cell.answer.unmatched:
            show(text_element("p", "Found nowhere in it: " + ", ".join(cell.answer.unmatched) + ".", "aside"))
        nearest = cell.answer.nearest
        if nearest:
            name = f"{key}-nearest"
            with st.expander("Nearest passage, which does not answer", expanded=name in _touched()):
                show_card(nearest, name)
            places[name] = place_of(nearest)
    opened = st.session_state[state.OPENED]
    return [(places[opened], opened)] if opened in places else []


def _touched() -> tuple[str, ...]:
    return st.session_state[state.OPENED], st.session_state[state.QUOTED]


def _show_quote(sentence: AnswerSentence, citation: Citation, marks: tuple[Mark, ...], key: str) -> None:
    shown = marked_html(sentence.text, {"emphasis": sentence.emphasis, **marks_by_class(marks)})
    show(element("blockquote", shown, css="quote"))
    if sentence.cut_off:
        show(text_element("span", CUT_OFF, "badge"))
    show_actions(
        plain(short_chip(citation)),
        key,
        citation,
        help=plain(" › ".join(citation.section)) or None,
        beside=partial(compare_state.show_counterparts, citation.plan, citation.start),
    )


def _show_rows(comparison: Comparison, titles: Mapping[str, str]) -> None:
    """A row for each aspect in which the plans differ, its values under the answers."""
    for found in comparison.differences:
        show(text_element("h3", ASPECTS[found.aspect]))
        for plan in titles:
            show(text_element("p", told(found, plan), "value"))


def _show_values(comparison: Comparison, plan: str) -> None:
    said = [
        element("p", text_element("span", ASPECTS[found.aspect], "aspect"), text_element("span", told(found, plan)))
        for found in comparison.differences
        if plan in found.values
    ]
    if said:
        show(element("div", *said, css="values"))
