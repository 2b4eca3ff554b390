"""Questions x plans: what each plan answers, filling while it is worked out, side by side or as a table or map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any, TypeAlias

import streamlit as st

from indexer.exporting import FORMATS, export_comparisons
from indexer.library import Library
from indexer.library.task import Task
from indexer.translation import _, enumerated
from indexer.types import Cell, Citation, Comparison
from indexer.ui.compare import view as state
from indexer.ui.shared import access
from indexer.ui.shared.address import link_to, opening_link, place_name
from indexer.ui.shared.choosing import choose_one
from indexer.ui.shared.downloads import show_download, show_link
from indexer.ui.shared.frame import show_errors
from indexer.ui.shared.markup import Html, element, link, sentence_html, show, show_line
from indexer.ui.shared.passages import (
    actions_html,
    marks_by_class,
    place_of,
    place_of_quote,
    quote_html,
    show_card,
    show_legend,
)
from indexer.ui.shared.source import Place, show_source
from indexer.wording import (
    ASPECTS,
    NEAREST,
    counted,
    difference_text,
    format_difference,
    not_found,
    notes,
    page_label,
    quotes,
    searched_lines,
    section_numbers,
)

#: Seconds that a page waits for answers before it shows itself without them, and between two looks.
_PATIENCE, _TICK = 0.4, 0.5
_FILES = {"docx": "Word", "xlsx": "Excel", "md": "Markdown"}
#: Passages on a topic from which a plan is shown a step darker.
_STEPS = (1, 3, 6, 10)
#: Plans that have room in columns.
FITS = 4

#: (index of the question, plan, offset of the quote) -> the address at which its source is open.
OpeningLink: TypeAlias = Callable[[int, str, int], str]


def show_answers(library: Library, questions: tuple[str, ...], titles: Mapping[str, str]) -> None:
    """The answers of the plans of ``titles``, in a fragment that looks again while more are to come."""
    tasks: list[Task[Any]] = [access.compare(library, questions, tuple(titles))]
    if state.read().as_map:
        tasks.append(access.count_passages(library, questions, tuple(titles)))
    for task in tasks:
        task.look(_PATIENCE)
    filling = any(task.running for task in tasks)
    st.fragment(_answers, run_every=_TICK if filling else None)(library, questions, titles, filling)


def _answers(library: Library, questions: tuple[str, ...], titles: Mapping[str, str], filling: bool) -> None:
    state.rerun_if_asked()
    view = state.read()
    task = access.compare(library, questions, tuple(titles))
    rows = dict(task.look())
    counts = access.count_passages(library, questions, tuple(titles)) if view.as_map else None
    if filling and not task.running and not (counts and counts.running):
        st.rerun()  # the page without the clock
    with show_errors():
        _show_progress(task, "answers")
        if not task.running and rows:
            _show_downloads(library, list(rows.values()))
        if len(questions) > 1 or len(titles) > FITS:
            _show_overview(questions, titles, rows, counts)
        chosen = min(view.chosen, len(questions) - 1)
        if len(questions) > 1:
            _show_choice(questions, chosen)
        row = rows.get(chosen) or Comparison(questions[chosen], ())
        show(element("h2", questions[chosen], css="on-paper"))
        for line in searched_lines(row.cells[0].answer) if row.cells else ():
            show_line(line)
        show_side(library, row, titles)
        if task.error:
            raise task.error


def _show_progress(task: Task[Any], what: str) -> None:
    """How far the task is, and the way to stop or resume it; nothing once it is done."""
    done = len(task.look())
    if task.error or (not task.running and not task.stopped) or done == task.total:
        return
    with st.container(key=f"progress-{what}", horizontal=True, vertical_alignment="center"):
        total = counted(task.total, "answer") if what == "answers" else counted(task.total, "topic")
        progress = _("{number} of {count}").format(number=f"{done:,}", count=total)
        if task.stopped:
            show_line(_("Stopped at {progress}.").format(progress=progress))
            st.button(_("Continue"), key=f"go-on-{what}", on_click=partial(state.rerun_after, task.resume))
        else:
            st.progress(done / task.total, text=progress)
            st.button(_("Stop"), key=f"stop-{what}", on_click=partial(state.rerun_after, task.stop))


def _show_downloads(library: Library, comparisons: Sequence[Comparison]) -> None:
    today, generation = date.today(), library.backend.generation
    with st.container(key="takeaway", horizontal=True, gap="small", vertical_alignment="center"):
        for ending, label in _FILES.items():
            data = partial(export_comparisons, list(comparisons), ending, generation=generation, made=today)
            name = f"comparison-{today.isoformat()}.{ending}"
            show_download(label, data, name, FORMATS[ending], f"export-{ending}")
        show_link(state.read())


def _show_overview(
    questions: Sequence[str],
    titles: Mapping[str, str],
    rows: Mapping[int, Comparison],
    counts: Task[tuple[int, dict[str, int]]] | None,
) -> None:
    """All questions and plans at once, in a box of its own that keeps its place while it fills."""
    st.session_state[state.OVERVIEW] = state.OVERVIEWS[counts is not None]
    st.segmented_control(
        _("Overview"),
        state.OVERVIEWS,
        format_func=_,
        key=state.OVERVIEW,
        required=True,
        label_visibility="collapsed",
        on_change=state.turn_overview,
    )
    if counts:
        _show_progress(counts, "topics")
        with st.container(key="grid-map"):
            show(map_html(questions, titles, dict(counts.look())))
    else:
        with st.container(key="grid-table"):
            show(grid_html(questions, titles, rows, _opening))


def _opening(question: int, plan: str, start: int) -> str:
    """The address of this comparison with the source of one quote open."""
    return link_to(replace(state.read(), chosen=question), place_name(plan, start))


def _show_choice(questions: Sequence[str], chosen: int) -> None:
    numbers = range(len(questions))
    choose_one(_("Side by side"), numbers, chosen, state.READ, state.turn_question, format_func=lambda i: questions[i])


def grid_html(
    questions: Sequence[str], titles: Mapping[str, str], rows: Mapping[int, Comparison], link: OpeningLink
) -> Html:
    """A table of the answers so far, plans or questions downwards, whichever are more.

    Each quote's place leads to its source, by the address that ``link`` gives.
    """
    cells = {(i, cell.plan): cell for i, row in rows.items() for cell in row.cells}
    return _table(questions, titles, lambda i, plan: _grid_cell(cells.get((i, plan)), i, link), "grid")


def map_html(questions: Sequence[str], titles: Mapping[str, str], counts: Mapping[int, Mapping[str, int]]) -> Html:
    """How many passages each plan has on each topic, darker for more, and what the shades mean."""

    def box(i: int, plan: str) -> Html:
        if i not in counts:
            return element("td", "…", css="pending")
        number = counts[i].get(plan, 0)
        return element("td", f"{number:,}", css=f"level-{_level(number)}")

    steps = [_("none"), *(f"{low}–{high - 1}" for low, high in pairwise(_STEPS))]
    steps.append(_("{count} or more").format(count=_STEPS[-1]))
    shades = [element("span", step, css=f"level-{level}") for level, step in enumerate(steps)]
    legend = element("p", element("span", _("Passages on the topic:")), *shades, css="shades")
    return element("div", _table(questions, titles, box, "grid map"), legend)


def _level(number: int) -> int:
    return sum(number >= step for step in _STEPS)


def _table(questions: Sequence[str], titles: Mapping[str, str], box: Callable[[int, str], Html], css: str) -> Html:
    plans = list(titles)
    if len(plans) > len(questions):
        corner, across, down = _("Plan"), list(questions), list(titles.values())
        boxes = [[box(i, plan) for i in range(len(questions))] for plan in plans]
    else:
        corner, across, down = _("Question"), list(titles.values()), list(questions)
        boxes = [[box(i, plan) for plan in plans] for i in range(len(questions))]
    head = element("tr", *(_head(text, "col") for text in (corner, *across)))
    body = [element("tr", _head(text, "row"), *row) for text, row in zip(down, boxes, strict=True)]
    return element("table", element("thead", head), element("tbody", *body), css=css)


def _head(text: str, scope: str) -> Html:
    return element("th", element("span", text), scope=scope)


def _grid_cell(cell: Cell | None, question: int, to: OpeningLink) -> Html:
    if cell is None:
        return element("td", "…", css="pending")
    if not cell.found:
        searched = _("{passages} searched").format(passages=counted(cell.answer.searched, "passage"))
        lines = [
            element("span", _("Not found")),
            element("span", searched, css="place"),
        ]
        nearest = cell.answer.nearest
        if nearest:
            lines.append(link(_("Nearest passage"), to(question, cell.plan, nearest.passage.start), css="place"))
        return element("td", *lines, css="none")
    lines = []
    for sentence, citation, marks in quotes(cell):
        shown = sentence_html(sentence, marks_by_class(marks))
        label = " · ".join([_place_label(citation), *(note.lower() for note in notes(sentence))])
        source = link(label, to(question, citation.plan, citation.start), css="place")
        lines += [element("div", shown, css="clip"), source]
    return element("td", *lines)


def _place_label(citation: Citation) -> str:
    """Section and page of a quote. Its number would begin anew in each plan, and so is left out."""
    place = filter(None, [section_numbers(citation.section), page_label(citation)])
    return " · ".join(place) or _("Open in the text")


def show_side(library: Library, comparison: Comparison, titles: Mapping[str, str]) -> None:
    """One question's cells in aligned columns while the plans fit, else one after another; then the open source."""
    cells = {cell.plan: cell for cell in comparison.cells}
    fits = len(titles) <= FITS
    if comparison.said:
        show(element("p", difference_text(comparison.said), css="said"))
    with st.container(key=f"side-{len(titles) if fits else 'many'}"):
        if fits:
            show(element("span", ""))
            for title in titles.values():
                show(element("h2", title, css="plan-title"))
            show(element("h3", _("Answer")))
        places = {
            key: place
            for i, plan in enumerate(titles)
            if plan in cells
            for key, place in _places(cells[plan], f"cell{i}").items()
        }
        opened = state.opened_of(places)
        for i, (plan, title) in enumerate(titles.items()):
            with st.container(key=f"cell-{i}", gap="xsmall"):
                if not fits:
                    show(element("h2", title, css="plan-title"))
                if plan in cells:
                    _show_cell(cells[plan], f"cell{i}", opened)
                    if not fits:
                        _show_values(comparison, plan)
                else:
                    show_line("…")
        if opened:
            show_source(library, places[opened], opened)
        if fits:
            _show_rows(comparison, titles)
    show_legend(mark for cell in comparison.cells for marks in cell.marks for mark in marks)


def _places(cell: Cell, key: str) -> dict[str, Place]:
    """What of a cell can be opened, by its key."""
    nearest = cell.answer.nearest
    if nearest and not cell.found:
        return {f"{key}-nearest": place_of(nearest)}
    return {f"{key}-citation-{cited.n}": place_of_quote(sentence, cited) for sentence, cited, _ in quotes(cell)}


def _show_cell(cell: Cell, key: str, opened: str) -> None:
    """A plan's sentences, or that it has none."""
    for sentence, citation, marks in quotes(cell):
        place, hint = (citation.plan, citation.start), " › ".join(citation.section)
        to, counterparts = opening_link(place_name(*place)), state.counterparts_link(*place)
        actions = actions_html(_place_label(citation), to, citation, hint=hint, counterparts=counterparts)
        show(*quote_html(sentence, marks_by_class(marks)), actions)
    if not cell.found:
        show_line(not_found(cell.answer), "none")
        if cell.answer.unmatched:
            show_line(_("Not in this plan: {words}.").format(words=enumerated(cell.answer.unmatched)))
        nearest = cell.answer.nearest
        if nearest:
            name = f"{key}-nearest"
            with st.expander(_(NEAREST), expanded=name == opened):
                show_card(nearest, name, opening_link(place_name(nearest.passage.plan, nearest.passage.start)))


def _show_rows(comparison: Comparison, titles: Mapping[str, str]) -> None:
    """A row for each aspect in which the plans differ, its values under the answers."""
    for found in comparison.differences:
        show(element("h3", _(ASPECTS[found.aspect])))
        for plan in titles:
            show_line(format_difference(found, plan), "value")


def _show_values(comparison: Comparison, plan: str) -> None:
    lines = [
        element(
            "p",
            element("span", _(ASPECTS[found.aspect]), css="aspect"),
            element("span", format_difference(found, plan)),
        )
        for found in comparison.differences
        if plan in found.values
    ]
    if lines:
        show(element("div", *lines, css="values"))
