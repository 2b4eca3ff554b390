"""Questions x plans: what each plan answers, filling while it is worked out, side by side or as a table or map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from indexer.exporting import FORMATS, export_comparisons
from indexer.library import Library
from indexer.types import Comparison
from indexer.ui.compare import state
from indexer.ui.compare.grid import grid_html, map_html
from indexer.ui.compare.side import FITS, show_side
from indexer.ui.shared import access
from indexer.ui.shared.address import comparing_query, link_to, read_comparing, whole_link
from indexer.ui.shared.failing import errors_said
from indexer.ui.shared.job import Job
from indexer.ui.shared.markup import show, text_element
from indexer.wording import counted

#: Seconds that a page waits for answers before it shows itself without them, and between two looks.
_PATIENCE, _TICK = 0.4, 0.5
_KINDS = {"docx": "Word", "xlsx": "Spreadsheet", "md": "Markdown"}


def show_answers(library: Library, questions: tuple[str, ...], titles: Mapping[str, str]) -> None:
    """The answers of the plans of ``titles``, in a fragment that looks again while more are to come."""
    jobs: list[Job[Any]] = [access.compare(library, questions, tuple(titles))]
    if _shows_map(questions):
        jobs.append(access.count_passages(library, questions, tuple(titles)))
    for job in jobs:
        job.look(_PATIENCE)
    filling = any(job.running for job in jobs)
    st.fragment(_answers, run_every=_TICK if filling else None)(library, questions, titles, filling)


def _shows_map(questions: Sequence[str]) -> bool:
    return read_comparing().as_map and len(questions) > 0


def _answers(library: Library, questions: tuple[str, ...], titles: Mapping[str, str], filling: bool) -> None:
    state.rerun_if_asked()
    comparing = read_comparing()
    job = access.compare(library, questions, tuple(titles))
    rows = dict(job.look())
    counts = access.count_passages(library, questions, tuple(titles)) if comparing.as_map else None
    if filling and not job.running and not (counts and counts.running):
        st.rerun()  # the page without the clock
    with errors_said():
        _show_progress(job, "answers")
        if not job.running and rows:
            _show_taking_away(library, list(rows.values()))
        if len(questions) > 1 or len(titles) > FITS:
            _show_overview(questions, titles, rows, counts)
        if len(questions) > 1:
            _show_choice(questions, comparing.chosen)
        chosen = min(comparing.chosen, len(questions) - 1)
        show(text_element("h2", questions[chosen], "on-paper"))
        show_side(library, rows.get(chosen) or Comparison(questions[chosen], ()), titles)
        if job.error:
            raise job.error


def _show_progress(job: Job[Any], what: str) -> None:
    """How far the work is, and the way to stop it or go on; nothing once it is done."""
    done = len(job.look())
    if job.error or (not job.running and not job.stopped) or done == job.total:
        return
    with st.container(key=f"progress-{what}", horizontal=True, vertical_alignment="center"):
        told = f"{done:,} of {counted(job.total, what.removesuffix('s'))}"
        if job.stopped:
            show(text_element("p", f"Stopped at {told}.", "aside"))
            st.button("Go on", key=f"go-on-{what}", on_click=partial(state.rerun_after, job.go_on))
        else:
            st.progress(done / job.total, text=told)
            st.button("Stop", key=f"stop-{what}", on_click=partial(state.rerun_after, job.stop))


def _show_taking_away(library: Library, comparisons: Sequence[Comparison]) -> None:
    """The files are made when they are asked for."""
    today = date.today()
    with st.container(key="takeaway", horizontal=True, gap="small", vertical_alignment="center"):
        for ending, kind in _KINDS.items():
            write = partial(
                export_comparisons, list(comparisons), ending, generation=library.backend.generation, made=today
            )
            st.download_button(
                kind,
                data=write,
                file_name=f"comparison-{today.isoformat()}.{ending}",
                mime=FORMATS[ending],
                key=f"export-{ending}",
                type="tertiary",
                on_click="ignore",
            )
        with st.popover("Link", type="tertiary"):
            st.code(whole_link(comparing_query(read_comparing())), language=None, wrap_lines=True)


def _show_overview(
    questions: Sequence[str],
    titles: Mapping[str, str],
    rows: Mapping[int, Comparison],
    counts: Job[tuple[int, dict[str, int]]] | None,
) -> None:
    """All questions and plans at once, in a box of its own that keeps its place while it fills."""
    st.session_state[state.VIEW] = state.VIEWS[counts is not None]
    st.segmented_control(
        "Overview", state.VIEWS, key=state.VIEW, required=True, label_visibility="collapsed", on_change=state.turn_view
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
    asked = replace(read_comparing(), chosen=question, opened=(plan, start))
    return link_to(comparing_query(asked))


def _show_choice(questions: Sequence[str], chosen: int) -> None:
    st.session_state[state.READ] = min(chosen, len(questions) - 1)
    st.selectbox(
        "Side by side",
        range(len(questions)),
        format_func=lambda i: questions[i],
        key=state.READ,
        on_change=state.turn_question,
    )
