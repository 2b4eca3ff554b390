"""Texts of plans side by side: a passage and its counterparts, or the sections of two plans."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from indexer.language.sentences import fold_space
from indexer.library import Library
from indexer.translation import N_, _
from indexer.types import Counterpart, Mark, Passage, Plan, page_at
from indexer.ui.compare import view as state
from indexer.ui.shared import access
from indexer.ui.shared.choosing import choose_one
from indexer.ui.shared.frame import show_errors
from indexer.ui.shared.markup import element, plain, show, show_line
from indexer.ui.shared.passages import marks_by_class, show_legend
from indexer.ui.shared.source import Place, excerpt_html, show_text, surroundings, whereabouts

#: Characters of a plan's text on each side of the passage: enough to read on, little enough to send.
_REACH = 15_000


@dataclass(frozen=True, slots=True)
class Pane:
    """One text: where it is opened (None where the plan has nothing to open), a note on it, and its buttons."""

    plan: Plan
    place: Place | None
    note: str
    actions: Callable[[], None] | None = None


def show_panes(panes: Sequence[Pane]) -> None:
    """The panes as columns; their heads, notes and texts start on the same lines."""
    apart = state.read().apart
    st.session_state[state.TOGETHER] = not apart
    st.toggle(_("Scroll together"), key=state.TOGETHER, on_change=state.turn_scrolling)
    with st.container(key=f"panes-{len(panes)}-{'apart' if apart else 'together'}"):
        for pane in panes:
            where = whereabouts(pane.plan, pane.place) if pane.place else ""
            show(element("h2", pane.plan.title, css="source-title"), element("p", where, css="crumbs"))
        if any(pane.note for pane in panes):
            for i, pane in enumerate(panes):
                with st.container(key=f"pane-{i}", horizontal=True, vertical_alignment="center", gap="small"):
                    show(element("span", pane.note, css="badge" if pane.place else "none"))
                    if pane.actions:
                        pane.actions()
        for pane in panes:
            _show_text(pane)


def _show_text(pane: Pane) -> None:
    place = pane.place
    if place is None:
        show(element("span", ""))  # the next text keeps its column
        return
    span = surroundings(pane.plan.text, (place.start, place.end), _REACH)
    label = _("{plan}: the text around the passage").format(plan=pane.plan.title)
    show_text(excerpt_html(pane.plan, place, span), label, "source-text pane")


#: Plans whose counterparts of a passage are shown at once.
_BESIDE = 3


@st.fragment
def show_counterparts(library: Library, titles: Mapping[str, str]) -> None:
    """The picked passage, and its closest ones in other plans."""
    with show_errors():
        view = state.read()
        plan, start = view.at or (next(iter(titles)), 0)
        if plan not in titles:
            plan, start = next(iter(titles)), 0
        others = [other for other in titles if other != plan]
        beside = [other for other in view.beside if other in others] or others[:_BESIDE]
        passages = access.read_passages(library, plan)
        index = max(bisect_right(passages, start, key=lambda p: p.start) - 1, 0)
        _show_pickers(library, titles, passages[index], others, beside)
        with st.spinner(_("Looking for counterparts")):
            found = {other: access.similar(library, plan, passages[index].start, other) for other in beside}
        panes = [_counterpart(library, other, found[other]) for other in beside]
        shown = [found[pane.plan.id][_rank(found[pane.plan.id], pane.plan.id)] for pane in panes if pane.place]
        own = tuple(dict.fromkeys(mark for counterpart in shown for mark in counterpart.own_marks))
        show_panes([_picked(library, passages, index, own), *panes])
        show_legend((*own, *(mark for counterpart in shown for mark in counterpart.marks)))


def _show_pickers(
    library: Library, titles: Mapping[str, str], passage: Passage, others: Sequence[str], beside: Sequence[str]
) -> None:
    plan = access.read_plan(library, passage.plan)
    with st.container(key="pickers", horizontal=True, vertical_alignment="bottom", gap="medium"):
        choose_one(
            _("Passage of"),
            list(titles),
            plan.id,
            state.PICKED,
            state.pick_plan,
            format_func=lambda each: titles[each],
        )
        if plan.sections:
            _show_section_picker(plan, passage)
        if len(others) > 1:
            st.session_state[state.BESIDE] = list(beside)
            st.multiselect(
                _("Next to"),
                others,
                key=state.BESIDE,
                format_func=lambda each: titles[each],
                max_selections=_BESIDE,
                wrap=True,
                on_change=state.pick_beside,
            )


def _show_section_picker(plan: Plan, passage: Passage) -> None:
    """The sections by where they begin; the one that holds the passage is the innermost that has begun."""
    starts = {section.start: section for section in plan.sections}
    begun = [start for start in starts if start <= passage.start]
    choose_one(
        _("Section"),
        list(starts),
        begun[-1] if begun else None,
        state.SECTION,
        state.pick_section,
        plan.id,
        format_func=lambda start: "\u2003" * (starts[start].level - 1) + fold_space(starts[start].label),
        placeholder=_("Before the first section"),
    )


def _picked(library: Library, passages: Sequence[Passage], index: int, marks: tuple[Mark, ...]) -> Pane:
    passage = passages[index]

    def step() -> None:
        for label, other in ((N_("Previous"), index - 1), (N_("Next"), index + 1)):
            there = 0 <= other < len(passages)
            at = (passage.plan, passages[other].start if there else 0)
            st.button(
                _(label),
                key=f"passage-{label}",
                type="tertiary",
                disabled=not there,
                on_click=state.go_to,
                args=at,
            )

    plan = access.read_plan(library, passage.plan)
    note = _("Passage {number} of {count}").format(number=index + 1, count=len(passages))
    return Pane(plan, _place(passage, marks), note, step)


def _counterpart(library: Library, plan_id: str, found: Sequence[Counterpart]) -> Pane:
    plan = access.read_plan(library, plan_id)
    if not found:
        return Pane(plan, None, _("Nothing in this plan corresponds."))
    rank = _rank(found, plan_id)
    shown = found[rank]

    def step() -> None:
        for label, other in ((N_("Closer"), rank - 1), (N_("Less close"), rank + 1)):
            st.button(
                _(label),
                key=f"{label}-{plan_id}",
                type="tertiary",
                disabled=not 0 <= other < len(found),
                on_click=state.turn_to,
                args=(plan_id, other),
            )

    place = _("Counterpart {number} of {count}").format(number=rank + 1, count=len(found))
    note = _("Closest in both directions") if shown.mutual else place
    return Pane(plan, _place(shown.hit.passage, shown.marks), note, step)


def _rank(found: Sequence[Counterpart], plan_id: str) -> int:
    return min(dict(state.read().ranks).get(plan_id, 0), len(found) - 1)


def _place(passage: Passage, marks: tuple[Mark, ...]) -> Place:
    spans = {"answer": [(passage.start, passage.end)], **marks_by_class(marks, passage.start)}
    return Place(passage.plan, passage.start, passage.end, " › ".join(passage.section), passage.page, spans)


@st.fragment
def show_sections(library: Library, titles: Mapping[str, str]) -> None:
    """The two section trees line by line; the pair that is opened is shown below its line."""
    with show_errors():
        view = state.read()
        pair = view.pair if all(plan in titles for plan in view.pair) else ()
        one, other = pair if len(pair) == 2 else tuple(titles)[:2]
        _show_pair_pickers(titles, one, other)
        if one == other:
            show_line(_("Choose two different plans."), "notice")
            return
        with st.spinner(_("Matching sections")):
            pairs = access.align_sections(library, one, other)
        left, right = access.read_plan(library, one), access.read_plan(library, other)
        if not pairs:
            show_line(_("Neither of these plans has sections."), "none")
        with st.container(key="pairs"):
            for i, matched in enumerate(pairs):
                opened = view.section == i
                _show_line(left, matched.one, f"line-one-{i}", i, opened)
                _show_line(right, matched.other, f"line-other-{i}", i, opened)
                if opened:
                    with st.container(key="opened-pair"):
                        show_panes([_section_pane(left, matched.one), _section_pane(right, matched.other)])


def _show_pair_pickers(titles: Mapping[str, str], one: str, other: str) -> None:
    with st.container(key="pickers", horizontal=True, vertical_alignment="bottom", gap="medium"):
        for key, label, chosen in ((state.ONE, _("Sections of"), one), (state.OTHER, _("Next to those of"), other)):
            choose_one(label, list(titles), chosen, key, state.pick_pair, format_func=lambda each: titles[each])


def _show_line(plan: Plan, index: int | None, key: str, line: int, opened: bool) -> None:
    """A section's heading, indented by its level, to press; a dash where there is no counterpart."""
    if index is None:
        show_line("–", "none")
        return
    section = plan.sections[index]
    with st.container(key=f"level{min(section.level, 4)}-{key}"):
        st.button(
            plain(section.label),
            key=key,
            type="tertiary",
            on_click=partial(state.update, section=None if opened else line),
        )


def _section_pane(plan: Plan, index: int | None) -> Pane:
    if index is None:
        return Pane(plan, None, _("This plan has no matching section."))
    section = plan.sections[index]
    page = page_at(plan.pages, section.start)
    return Pane(plan, Place(plan.id, section.start, section.end, section.label, page, {}), "")
