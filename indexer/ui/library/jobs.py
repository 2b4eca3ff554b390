"""The job in progress on a page, seen by everyone or, where people sign in, by who began it; and its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import streamlit as st

from indexer.errors import IndexerError, LibraryError
from indexer.library import Library
from indexer.library.jobs import Job, Report, Reports, Step, job_queue, settled, undo
from indexer.library.rights import Action
from indexer.messages import translated
from indexer.translation import N_, _, enumerated
from indexer.types import Stage
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
    "added": (N_("Added"), N_("{count} added")),
    "replaced": (N_("Replaced"), N_("{count} replaced")),
    "same": (N_("Already there"), N_("{count} already there")),
    "failed": (N_("Not added"), N_("{count} not added")),
    "cancelled": (N_("Cancelled"), N_("{count} cancelled")),
    "done": (N_("Done"), ""),
    "problem": (N_("Problem"), ""),
}
_STAGES: dict[str, str] = {
    Stage.READING: N_("reading"),
    Stage.EMBEDDING: N_("embedding"),
    Stage.TARGETS: N_("embedding targets"),
    Stage.STORING: N_("storing"),
}


def begin_job(
    library: Library, title: str, reports: Reports, *, cancellable: bool = False, breaks_off: bool = False
) -> bool:
    """Put a job on the library, which starts when those before it are done; False, with a notice, for too many."""
    library.person.require(Action.EDIT)
    owner = library.person.name
    job = Job(title, reports, cancellable=cancellable, breaks_off=breaks_off, owner=owner)
    try:
        job_queue(library).put(job)
    except LibraryError as error:
        state.notify(translated(str(error)), failed=True)
        return False
    state.clear_notice()
    st.session_state[_BEGUN] = job
    return True


def concerns_session(library: Library) -> bool:
    """Whether a job runs or waits, or one with a report was begun last in this session."""
    return any(job.task.running or job is st.session_state.get(_BEGUN) for job in _jobs(library))


def _jobs(library: Library) -> list[Job]:
    """The jobs that the person may see, in the order in which they came."""
    return [job for job in job_queue(library).jobs if job.concerns(library.person)]


def show_job(library: Library) -> None:
    """The job in progress and those that wait, and the reports of those that are done, the last first."""
    jobs = _jobs(library)
    going = [job for job in jobs if job.task.running]
    if going:
        st.fragment(_show_going, run_every=_TICK)(library, going, [job.waits for job in going])
    for i, job in enumerate(reversed([job for job in jobs if job not in going])):
        _show_report(library, job, f"-{i}" if i or going else "")


def _show_going(library: Library, jobs: Sequence[Job], waits: Sequence[bool]) -> None:
    """What runs and what waits, as it was when the page was drawn; the page anew once that has changed."""
    if [job.waits for job in jobs] != waits or not all(job.task.running for job in jobs):
        st.rerun()  # the page without the clock, with what has changed
    with st.container(key="work", gap="small"):
        for job in jobs:
            if not job.waits:
                _show_progress(job)
        waiting = [job for job in jobs if job.waits]
        if waiting and len(waiting) == len(jobs):
            show_line(_("Others' work is done first."))
        for i, job in enumerate(waiting):
            with st.container(key=f"waits-{i}", horizontal=True, gap="small", vertical_alignment="center"):
                show_line(_("Waiting: {names}.").format(names=translated(job.title)))
                st.button(_("Cancel"), key=f"cancel-waiting-{i}", type="tertiary", on_click=job.cancel)


def _show_progress(job: Job) -> None:
    reports = job.look()
    done = len(reports)
    title = translated(job.title)  # that of a watched folder was made for no reader
    place = _("{job}, {number} of {count}").format(
        job=title, number=min(done + 1, len(job.names)), count=len(job.names)
    )
    show(element("h2", place if len(job.names) > 1 else title))
    if done > _BEFORE:
        show_line(_("{files} before these.").format(files=counted(done - _BEFORE, "file")))
    if reports:
        show(_lines(reports[-_BEFORE:]))
    step = job.step
    with st.container(key="step", horizontal=True, vertical_alignment="center"):
        share = step.done / step.total if step and step.total else 0.0
        # the bar's text is Markdown, a file's name is not
        st.progress(min(share, 1.0), text=plain(_step_text(step)) if step else _("Getting ready"))
        if job.cancellable:
            label = _("Cancelling") if job.cancelled() else _("Cancel")
            st.button(label, key="cancel-work", on_click=job.cancel, disabled=job.cancelled())
    waiting = job.names[done + 1 :]
    if waiting:
        more = len(waiting) - _AFTER
        said = _("Waiting: {names} and {count} more.") if more > 0 else _("Waiting: {names}.")
        show_line(said.format(names=enumerated(waiting[:_AFTER]), count=f"{more:,}"))


def _step_text(step: Step) -> str:
    """What is in progress, on one line: stage, passages or texts of targets, rate, time left."""
    parts = [_(": ").join([step.name, _(_STAGES.get(step.stage, step.stage))])]
    if step.total:
        total = counted(step.total, "text") if step.stage == Stage.TARGETS else counted(step.total, "passage")
        parts.append(_("{number} of {count}").format(number=f"{step.done:,}", count=total))
    if step.rate and step.done < step.total:
        parts.append(_("{count} a second").format(count=f"{step.rate:,.0f}"))
    if step.left is not None and step.done < step.total:
        parts.append(_("{time} left").format(time=_duration(step.left)))
    return " · ".join(parts)


def _duration(seconds: float) -> str:
    whole = max(1, round(seconds))
    return (_("{count} s") if whole < 100 else _("{count} min")).format(
        count=whole if whole < 100 else round(whole / 60)
    )


def _show_report(library: Library, job: Job, further: str) -> None:
    """What became of each file, and the way back; ``further`` tells its keys from those of the last report."""
    reports = settled(job.look())
    with st.container(key=f"report{further}", gap="small"):
        counts = Counter(report.status for report in reports)
        summary = enumerated(
            _(said).format(count=f"{counts[key]:,}") for key, (_label, said) in _STATUS.items() if said and counts[key]
        )
        show(element("h2", _(": ").join(filter(None, [translated(job.title), summary]))))
        if len(reports) > _SHORT:
            # what needs attention comes first among hundreds
            reports.sort(key=lambda report: report.status in ("added", "replaced", "same", "done"))
        if reports:
            show(_lines(reports[:_LONGEST]))
        if len(reports) > _LONGEST:
            show_line(_("and {count} more").format(count=f"{len(reports) - _LONGEST:,}"))
        if job.task.error:
            st.error(plain(_reason(job.task.error)))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if any(report.undoable for report in reports):
                label = plain(_("Undo {job}").format(job=job.in_words))
                st.button(label, key=f"undo-work{further}", on_click=_undo, args=(library, reports))
            close = job_queue(library).dismiss
            st.button(_("Close this report"), key=f"close-work{further}", type="tertiary", on_click=close, args=(job,))


def _undo(library: Library, reports: Sequence[Report]) -> None:
    if job_queue(library).busy:
        return  # another session was quicker; the page shows what it does
    count = sum(report.undoable for report in reports)
    title = _("Undoing the change of {plans}").format(plans=counted(count, "plan"))
    begin_job(library, title, partial(undo, library, reports))


def _lines(reports: Sequence[Report]) -> Html:
    return element("ul", *map(_line, reports), css="report")


def _line(report: Report) -> Html:
    """One file: its status, its name, what there is to know about it, and where it can be seen."""
    links = []
    if report.plan and report.status in ("added", "replaced", "same"):
        links.append(_link(_("Open"), LibraryView(plan=report.plan)))
    if report.earlier:
        links.append(_link(_("What changed"), LibraryView(plan=report.plan, part=Part.CHANGES)))
    detail = translated(report.detail).removeprefix(report.name).strip()  # many sentences begin with the name
    name = element("b", report.name)
    return element(
        "li",
        element("span", _(_STATUS[report.status][0]), css=f"status {report.status}"),
        element("span", name, element("span", f" {detail}" if detail else ""), *links),
    )


def _link(label: str, view: LibraryView) -> Html:
    # the blank keeps words apart for screen readers
    return element("span", element("span", " "), link(label, link_to(view)))


def _reason(error: Exception) -> str:
    if isinstance(error, IndexerError):
        return translated(str(error))
    return _(
        "This stopped because of an unexpected error ({error}). No plan is half-written: each is as it was before or "
        "as reported above. Check the library, then try again."
    ).format(error=f"{type(error).__name__}: {error}")
