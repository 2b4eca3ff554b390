"""The library's work on the page: how far it is while it goes on, what became of each file afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import streamlit as st

from indexer.errors import IndexerError
from indexer.library import Library
from indexer.ui.library import state
from indexer.ui.library.jobs import Report, Step, Work, desk
from indexer.ui.library.uploads import settled, take_back, undoable
from indexer.ui.shared.markup import Html, element, plain, show, text_element
from indexer.wording import counted

#: Seconds between two looks; files listed while they are read, before the one in hand and after it.
_TICK = 0.5
_BEFORE, _AFTER = 5, 8
#: Lines that are taken in at a glance, and the most that a report has.
_SHORT, _LONGEST = 12, 500
_STATUS = {
    "added": "Added",
    "replaced": "Replaced",
    "same": "Already there",
    "failed": "Not added",
    "cancelled": "Cancelled",
    "done": "Done",
    "problem": "Problem",
}
_COUNTS = {
    "added": "added",
    "replaced": "replaced",
    "same": "there already",
    "failed": "not added",
    "cancelled": "cancelled",
}


def show_work(library: Library) -> None:
    """The work in hand, or the report of the last; nothing when that was put away."""
    work = desk(library).work
    if work is None:
        return
    if work.job.running:
        st.fragment(_show_progress, run_every=_TICK)(work)
    else:
        _show_report(library, work)


def _show_progress(work: Work) -> None:
    reports = work.job.look()
    if not work.job.running:
        st.rerun()  # the page without the clock, with what has changed
    with st.container(key="work", gap="small"):
        done = len(reports)
        place = f", {min(done + 1, len(work.names))} of {len(work.names)}" if len(work.names) > 1 else ""
        show(text_element("h2", work.title + place))
        step = work.step
        if done > _BEFORE:
            show(text_element("p", f"{counted(done - _BEFORE, 'file')} before these.", "aside"))
        if reports:
            show(_lines(reports[-_BEFORE:]))
        with st.container(key="step", horizontal=True, vertical_alignment="center"):
            share = step.done / step.total if step and step.total else 0.0
            # the bar's words are Markdown: what a file is called is text
            st.progress(min(share, 1.0), text=plain(_told(step)) if step else "Getting ready")
            if work.cancellable:
                label = "Cancelling" if work.cancelled() else "Cancel"
                st.button(label, key="cancel-work", on_click=work.cancel, disabled=work.cancelled())
        waiting = work.names[done + 1 :]
        if waiting:
            more = f" and {len(waiting) - _AFTER:,} more" if len(waiting) > _AFTER else ""
            show(text_element("p", f"Waiting: {', '.join(waiting[:_AFTER])}{more}.", "aside"))


def _told(step: Step) -> str:
    """What is in hand, on one line: stage, passages, rate, time left."""
    parts = [f"{step.name}: {step.stage}"]
    if step.total:
        parts.append(f"{step.done:,} of {counted(step.total, 'passage')}")
    if step.rate and step.done < step.total:
        parts.append(f"{step.rate:,.0f} a second")
    if step.left is not None and step.done < step.total:
        parts.append(f"{_duration(step.left)} left")
    return " · ".join(parts)


def _duration(seconds: float) -> str:
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 100 else f"{round(whole / 60)} min"


def _show_report(library: Library, work: Work) -> None:
    """What became of each file, and the way back."""
    reports = settled(work.job.look())
    with st.container(key="report", gap="small"):
        counts = Counter(report.status for report in reports)
        told = ", ".join(f"{counts[status]:,} {word}" for status, word in _COUNTS.items() if counts[status])
        show(text_element("h2", f"{work.title}: {told}" if told else work.title))
        if len(reports) > _SHORT:
            # what needs somebody's doing is not to be looked for among hundreds
            reports.sort(key=lambda report: report.status in ("added", "replaced", "same", "done"))
        if reports:
            show(_lines(reports[:_LONGEST]))
        if len(reports) > _LONGEST:
            show(text_element("p", f"and {len(reports) - _LONGEST:,} more", "aside"))
        if work.job.error:
            st.error(plain(_reason(work.job.error)))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if undoable(reports):
                st.button(plain(f"Undo {work.doing}"), key="undo-work", on_click=_take_back, args=(library, reports))
            st.button("Close this report", key="close-work", type="tertiary", on_click=desk(library).put_away)


def _take_back(library: Library, reports: Sequence[Report]) -> None:
    if desk(library).busy:
        return  # another session was quicker; the page shows what it does
    count = sum(report.status == "added" or report.earlier > 0 for report in reports)
    state.begin(library, f"Taking back {counted(count, 'plan')}", partial(take_back, library, reports))


def _lines(reports: Sequence[Report]) -> Html:
    return element("ul", *map(_line, reports), css="report")


def _line(report: Report) -> Html:
    """One file: its status, its name, what is to be said of it, and where it can be looked at."""
    links = []
    if report.plan and report.status in ("added", "replaced", "same"):
        links.append(_link("Open", state.library_link(plan=report.plan)))
    if report.earlier:
        links.append(_link("What changed", state.library_link(plan=report.plan, part="changes")))
    detail = report.detail.removeprefix(report.name).strip()  # many a sentence begins with the name
    return element(
        "li",
        text_element("span", _STATUS[report.status], f"status {report.status}"),
        element(
            "span",
            text_element("b", report.name),
            text_element("span", f" {detail}" if detail else ""),
            *links,
        ),
    )


def _link(label: str, href: str) -> Html:
    # the blank keeps words apart for those who hear the page
    return element(
        "span", text_element("span", " "), element("a", text_element("span", label), href=href, target="_self")
    )


def _reason(error: Exception) -> str:
    if isinstance(error, IndexerError):
        return str(error)
    return (
        f"The work broke off ({type(error).__name__}: {error}). Every plan is whole, as it was before or as it is "
        "reported above. Check the library, then try again."
    )
