"""A passage of one plan, and what the others say beside it, read side by side."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from indexer.language.sentences import fold_space
from indexer.library import Library
from indexer.types import Counterpart, Mark, Passage, Plan
from indexer.ui.compare import state
from indexer.ui.compare.panes import Pane, show_panes
from indexer.ui.compare.side import marks_by_class, show_legend
from indexer.ui.shared import access
from indexer.ui.shared.address import read_comparing
from indexer.ui.shared.excerpt import Place
from indexer.ui.shared.failing import errors_said

#: Plans that a passage is read beside at once.
_BESIDE = 3


@st.fragment
def show_counterparts(library: Library, titles: Mapping[str, str]) -> None:
    """The picked passage, and its nearest in the plans beside it."""
    with errors_said():
        comparing = read_comparing()
        plan, start = comparing.at or (next(iter(titles)), 0)
        if plan not in titles:
            plan, start = next(iter(titles)), 0
        others = [other for other in titles if other != plan]
        beside = [other for other in comparing.beside if other in others] or others[:_BESIDE]
        passages = access.read_passages(library, plan)
        index = max(bisect_right(passages, start, key=lambda p: p.start) - 1, 0)
        _show_pickers(library, titles, passages[index], others, beside)
        with st.spinner("Looking for counterparts"):
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
        st.session_state[state.PICKED] = plan.id
        st.selectbox(
            "Passage of",
            list(titles),
            key=state.PICKED,
            format_func=lambda each: titles[each],
            on_change=state.pick_plan,
        )
        if plan.sections:
            _show_section_picker(plan, passage)
        if len(others) > 1:
            st.session_state[state.BESIDE] = list(beside)
            st.multiselect(
                "Beside",
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
    st.session_state[state.SECTION] = begun[-1] if begun else None
    st.selectbox(
        "Section",
        list(starts),
        index=0 if begun else None,
        key=state.SECTION,
        format_func=lambda start: "\u2003" * (starts[start].level - 1) + fold_space(starts[start].label),
        placeholder="Before the first section",
        on_change=state.pick_section,
        args=(plan.id,),
    )


def _picked(library: Library, passages: Sequence[Passage], index: int, marks: tuple[Mark, ...]) -> Pane:
    passage = passages[index]

    def step() -> None:
        for label, other in (("Previous", index - 1), ("Next", index + 1)):
            there = 0 <= other < len(passages)
            at = (passage.plan, passages[other].start if there else 0)
            st.button(
                label,
                key=f"passage-{label}",
                type="tertiary",
                disabled=not there,
                on_click=partial(state.turn, at=at),
            )

    plan = access.read_plan(library, passage.plan)
    return Pane(plan, _place(passage, marks), f"Passage {index + 1} of {len(passages)}", step)


def _counterpart(library: Library, plan_id: str, found: Sequence[Counterpart]) -> Pane:
    plan = access.read_plan(library, plan_id)
    if not found:
        return Pane(plan, None, "Nothing in this plan comes near.")
    rank = _rank(found, plan_id)
    shown = found[rank]

    def step() -> None:
        for label, other in (("Nearer", rank - 1), ("Further", rank + 1)):
            st.button(
                label,
                key=f"{label}-{plan_id}",
                type="tertiary",
                disabled=not 0 <= other < len(found),
                on_click=state.turn_to,
                args=(plan_id, other),
            )

    note = "Each is the other's nearest" if shown.mutual else f"Counterpart {rank + 1} of {len(found)}"
    return Pane(plan, _place(shown.hit.passage, shown.marks), note, step)


def _rank(found: Sequence[Counterpart], plan_id: str) -> int:
    return min(dict(read_comparing().ranks).get(plan_id, 0), len(found) - 1)


def _place(passage: Passage, marks: tuple[Mark, ...]) -> Place:
    spans = {"answer": [(passage.start, passage.end)], **marks_by_class(marks, passage.start)}
    return Place(passage.plan, passage.start, passage.end, " › ".join(passage.section), passage.page, spans)
