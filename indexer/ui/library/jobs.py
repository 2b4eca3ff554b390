"""The job in progress on a page, seen by everyone or, where people sign in, by who began it; and its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import streamlit as st

from indexer.errors import IndexerError
from indexer.library import Library
from indexer.library.jobs import Job, Report, Reports, Step, job_queue, settled, undo
from indexer.library.rights import Action
from indexer.ui.library import view as state
from indexer.ui.library.view import LibraryView, Part
from indexer.ui.shared.address import link_to
from indexer.ui.shared.markup import Html, element, link, plain, show, show_line
from indexer.wording import counted

#: Seconds between two looks; finished and waiting files that are listed while one is read.
_TICK, _BEFORE, _AFTER = 0.5, 5, 8
#: Lines of a report that are read at a glance, and the most that it has.
_SHORT, _LONGEST = 12, 500
_BEGUN = "job-begun"  # the job that this session began last
#: What a report's status is called on its line, and in the summary above.
_STATUS = {
    "added": ("Added", "added"),
    "replaced": ("Replaced", "replaced"),
    "same": ("Already there", "already there"),
    "failed": ("Not added", "not added"),
    "cancelled": ("Cancelled", "cancelled"),
    "done": ("Done", ""),
    "problem": ("Problem", ""),
}


def begin_job(
    library: Library, title: str, reports: Reports, *, cancellable: bool = False, breaks_off: bool = False
) -> bool:
    """Start a job on the library; False, with a notice, while another runs."""
    library.person.require(Action.EDIT)
    owner = library.person.name
    job = Job(title, reports, cancellable=cancellable, breaks_off=breaks_off, owner=owner)
    if job_queue(library).begin(job):
        state.clear_notice()
        st.session_state[_BEGUN] = job
        return True
    other = _job(library)
    what = f" ({other.in_words})" if other else ""
    state.notify(f"Something else is running{what}. Wait until it is done or cancel it, then try again.", failed=True)
    return False


def concerns_session(library: Library) -> bool:
    """Whether a job runs, or the last one was begun in this session."""
    job = _job(library)
    return job is not None and (job.task.running or job is st.session_state.get(_BEGUN))


def _job(library: Library) -> Job | None:
    """The job in progress or the last, if the person may see it."""
    job = job_queue(library).job
    return job if job and job.concerns(library.person) else None


def show_job(library: Library) -> None:
    """The job in progress, or the report of the last; nothing once that is dismissed."""
    job = _job(library)
    if job is None:
        return
    if job.task.running:
        st.fragment(_show_progress, run_every=_TICK)(job)
    else:
        _show_report(library, job)


def _show_progress(job: Job) -> None:
    reports = job.task.look()
    if not job.task.running:
        st.rerun()  # the page without the clock, with what has changed
    with st.container(key="work", gap="small"):
        done = len(reports)
        place = f", {min(done + 1, len(job.names))} of {len(job.names)}" if len(job.names) > 1 else ""
        show(element("h2", job.title + place))
        if done > _BEFORE:
            show_line(f"{counted(done - _BEFORE, 'file')} before these.")
        if reports:
            show(_lines(reports[-_BEFORE:]))
        step = job.step
        with st.container(key="step", horizontal=True, vertical_alignment="center"):
            share = step.done / step.total if step and step.total else 0.0
            # the bar's text is Markdown, a file's name is not
            st.progress(min(share, 1.0), text=plain(_step_text(step)) if step else "Getting ready")
            if job.cancellable:
                label = "Cancelling" if job.cancelled() else "Cancel"
                st.button(label, key="cancel-work", on_click=job.cancel, disabled=job.cancelled())
        waiting = job.names[done + 1 :]
        if waiting:
            more = f" and {len(waiting) - _AFTER:,} more" if len(waiting) > _AFTER else ""
            show_line(f"Waiting: {', '.join(waiting[:_AFTER])}{more}.")


def _step_text(step: Step) -> str:
    """What is in progress, on one line: stage, passages, rate, time left."""
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


def _show_report(library: Library, job: Job) -> None:
    """What became of each file, and the way back."""
    reports = settled(job.task.look())
    with st.container(key="report", gap="small"):
        counts = Counter(report.status for report in reports)
        summary = ", ".join(f"{counts[key]:,} {word}" for key, (_, word) in _STATUS.items() if word and counts[key])
        show(element("h2", f"{job.title}: {summary}" if summary else job.title))
        if len(reports) > _SHORT:
            # what needs attention comes first among hundreds
            reports.sort(key=lambda report: report.status in ("added", "replaced", "same", "done"))
        if reports:
            show(_lines(reports[:_LONGEST]))
        if len(reports) > _LONGEST:
            show_line(f"and {len(reports) - _LONGEST:,} more")
        if job.task.error:
            st.error(plain(_reason(job.task.error)))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if any(report.undoable for report in reports):
                st.button(plain(f"Undo {job.in_words}"), key="undo-work", on_click=_undo, args=(library, reports))
            st.button("Close this report", key="close-work", type="tertiary", on_click=job_queue(library).dismiss)


def _undo(library: Library, reports: Sequence[Report]) -> None:
    if job_queue(library).busy:
        return  # another session was quicker; the page shows what it does
    count = sum(report.undoable for report in reports)
    begin_job(library, f"Undoing the change of {counted(count, 'plan')}", partial(undo, library, reports))


def _lines(reports: Sequence[Report]) -> Html:
    return element("ul", *map(_line, reports), css="report")


def _line(report: Report) -> Html:
    """One file: its status, its name, what there is to know about it, and where it can be seen."""
    links = []
    if report.plan and report.status in ("added", "replaced", "same"):
        links.append(_link("Open", LibraryView(plan=report.plan)))
    if report.earlier:
        links.append(_link("What changed", LibraryView(plan=report.plan, part=Part.CHANGES)))
    detail = report.detail.removeprefix(report.name).strip()  # many sentences begin with the name
    name = element("b", report.name)
    return element(
        "li",
        element("span", _STATUS[report.status][0], css=f"status {report.status}"),
        element("span", name, element("span", f" {detail}" if detail else ""), *links),
    )


def _link(label: str, view: LibraryView) -> Html:
    # the blank keeps words apart for screen readers
    return element("span", element("span", " "), link(label, link_to(view)))


def _reason(error: Exception) -> str:
    if isinstance(error, IndexerError):
        return str(error)
    return (
        f"This stopped because of an unexpected error ({type(error).__name__}: {error}). No plan is half-written: each "
        "is as it was before or as reported above. Check the library, then try again."
    )
