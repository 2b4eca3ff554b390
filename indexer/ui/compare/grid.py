"""All questions and plans at once: a table of answers, and a map of how much each plan says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from indexer.types import Cell, Comparison
from indexer.ui.compare.side import marks_by_class
from indexer.ui.shared.markup import Html, element, sentence_html, text_element
from indexer.wording import CUT_OFF, counted, quotes, section_numbers

#: Passages on a topic from which a plan is shown a step darker.
_STEPS = (1, 3, 6, 10)

#: (index of the question, plan, offset of the quote) -> the address at which its source is open.
OpeningLink: TypeAlias = Callable[[int, str, int], str]


def grid_html(
    questions: Sequence[str], titles: Mapping[str, str], rows: Mapping[int, Comparison], link: OpeningLink
) -> Html:
    """A table of the answers so far, plans or questions downwards, whichever are more.

    Each quote's place leads to its source, by the address that ``link`` gives.
    """
    cells = {(i, cell.plan): cell for i, row in rows.items() for cell in row.cells}
    return _table(questions, titles, lambda i, plan: _answer(cells.get((i, plan)), i, link), "grid")


def map_html(questions: Sequence[str], titles: Mapping[str, str], counts: Mapping[int, Mapping[str, int]]) -> Html:
    """How many passages each plan has on each topic, darker for more, and what the shades mean."""

    def box(i: int, plan: str) -> Html:
        if i not in counts:
            return text_element("td", "…", "pending")
        number = counts[i].get(plan, 0)
        return text_element("td", f"{number:,}", f"level-{_level(number)}")

    steps = ["none", *(f"{low}–{high - 1}" for low, high in pairwise(_STEPS)), f"{_STEPS[-1]} or more"]
    shades = [text_element("span", step, f"level-{level}") for level, step in enumerate(steps)]
    legend = element("p", text_element("span", "Passages on the topic:"), *shades, css="shades")
    return element("div", _table(questions, titles, box, "grid map"), legend)


def _level(number: int) -> int:
    return sum(number >= step for step in _STEPS)


def _table(questions: Sequence[str], titles: Mapping[str, str], box: Callable[[int, str], Html], css: str) -> Html:
    plans = list(titles)
    if len(plans) > len(questions):
        corner, across, down = "Plan", list(questions), list(titles.values())
        boxes = [[box(i, plan) for i in range(len(questions))] for plan in plans]
    else:
        corner, across, down = "Question", list(titles.values()), list(questions)
        boxes = [[box(i, plan) for plan in plans] for i in range(len(questions))]
    head = element("tr", *(_head(text, "col") for text in (corner, *across)))
    body = [element("tr", _head(text, "row"), *row) for text, row in zip(down, boxes, strict=True)]
    return element("table", element("thead", head), element("tbody", *body), css=css)


def _head(text: str, scope: str) -> Html:
    return element("th", text_element("span", text), scope=scope)


def _answer(cell: Cell | None, question: int, link: OpeningLink) -> Html:
    if cell is None:
        return text_element("td", "…", "pending")
    if not cell.found:
        told = [
            text_element("span", "Not found"),
            text_element("span", f"{counted(cell.answer.searched, 'passage')} searched", "place"),
        ]
        nearest = cell.answer.nearest
        if nearest:
            told.append(_link(link(question, cell.plan, nearest.passage.start), "Nearest passage"))
        return element("td", *told, css="none")
    lines = []
    for sentence, citation, marks in quotes(cell):
        shown = sentence_html(sentence, marks_by_class(marks))
        page = f"p. {citation.page}" if citation.page is not None else ""
        cut_off = CUT_OFF.lower() if sentence.cut_off else ""
        place = " · ".join(filter(None, [section_numbers(citation.section), page, cut_off]))
        to = link(question, citation.plan, citation.start)
        lines += [element("div", shown, css="clip"), _link(to, place or "Open in the text")]
    return element("td", *lines)


def _link(address: str, label: str) -> Html:
    return element("a", text_element("span", label), css="place", href=address, target="_self")
