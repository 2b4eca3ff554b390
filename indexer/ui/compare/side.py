"""One question's answers side by side: aligned rows in columns while the plans fit, else one after another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from indexer.library import Library
from indexer.types import AnswerSentence, Cell, Citation, Comparison, Mark, Span
from indexer.ui.ask.answer import place_of_quote, quote_html
from indexer.ui.compare import state as compare_state
from indexer.ui.shared.actions import actions_html
from indexer.ui.shared.address import opening_link, place_name
from indexer.ui.shared.excerpt import Place
from indexer.ui.shared.markup import element, sentence_html, show, text_element
from indexer.ui.shared.passage import place_of, show_card
from indexer.ui.shared.source import show_source
from indexer.wording import ASPECTS, format_difference, not_found, quotes, short_chip

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
        places = {
            key: place
            for i, plan in enumerate(titles)
            if plan in cells
            for key, place in _places(cells[plan], f"cell{i}").items()
        }
        opened = compare_state.opened_of(places)
        for i, (plan, title) in enumerate(titles.items()):
            with st.container(key=f"cell-{i}", gap="xsmall"):
                if not fits:
                    show(text_element("h2", title, "plan-title"))
                if plan in cells:
                    _show_cell(cells[plan], f"cell{i}", opened)
                    if not fits:
                        _show_values(comparison, plan)
                else:
                    show(text_element("p", "…", "aside"))
        if opened:
            show_source(library, places[opened], opened)
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


def _places(cell: Cell, key: str) -> dict[str, Place]:
    """What of a cell can be opened, by the key of its button."""
    found = {f"{key}-citation-{cited.n}": place_of_quote(sentence, cited) for sentence, cited, _ in quotes(cell)}
    nearest = cell.answer.nearest
    return found if cell.found or not nearest else {f"{key}-nearest": place_of(nearest)}


def _show_cell(cell: Cell, key: str, opened: str) -> None:
    """A plan's sentences, or that it has none."""
    for sentence, citation, marks in quotes(cell):
        _show_quote(sentence, citation, marks)
    if not cell.found:
        show(text_element("p", not_found(cell.answer), "none"))
        if cell.answer.unmatched:
            show(text_element("p", "Found nowhere in it: " + ", ".join(cell.answer.unmatched) + ".", "aside"))
        nearest = cell.answer.nearest
        if nearest:
            name = f"{key}-nearest"
            with st.expander("Nearest passage, which does not answer", expanded=name == opened):
                show_card(nearest, name, opening_link(place_name(nearest.passage.plan, nearest.passage.start)))


def _show_quote(sentence: AnswerSentence, citation: Citation, marks: tuple[Mark, ...]) -> None:
    place = citation.plan, citation.start
    show(
        *quote_html(sentence, sentence_html(sentence, marks_by_class(marks))),
        actions_html(
            short_chip(citation),
            opening_link(place_name(*place)),
            citation,
            hint=" › ".join(citation.section),
            counterparts=compare_state.counterparts_link(*place),
        ),
    )


def _show_rows(comparison: Comparison, titles: Mapping[str, str]) -> None:
    """A row for each aspect in which the plans differ, its values under the answers."""
    for found in comparison.differences:
        show(text_element("h3", ASPECTS[found.aspect]))
        for plan in titles:
            show(text_element("p", format_difference(found, plan), "value"))


def _show_values(comparison: Comparison, plan: str) -> None:
    said = [
        element(
            "p",
            text_element("span", ASPECTS[found.aspect], "aspect"),
            text_element("span", format_difference(found, plan)),
        )
        for found in comparison.differences
        if plan in found.values
    ]
    if said:
        show(element("div", *said, css="values"))
