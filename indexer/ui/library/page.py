"""The Library page: plans are added, corrected, replaced, removed and put back here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import streamlit as st

from indexer.library import Library
from indexer.library.jobs import Cancelled, Job, Report, job_queue
from indexer.library.rights import Action
from indexer.translation import _, enumerated
from indexer.types import PlanInfo
from indexer.ui.library import view as state
from indexer.ui.library.adding import show_drop_zone, show_first_steps
from indexer.ui.library.bulk import take_back
from indexer.ui.library.changes import keep_again, show_questions
from indexer.ui.library.collections import put_collection_back, show_collections
from indexer.ui.library.folders import hold_files_again, show_folders
from indexer.ui.library.glossary import show_glossary
from indexer.ui.library.jobs import begin_job, show_job
from indexer.ui.library.listing import show_list
from indexer.ui.library.people import show_people
from indexer.ui.library.plan import put_back, show_removed
from indexer.ui.library.view import LibraryTab
from indexer.ui.shared import access
from indexer.ui.shared.frame import show_heading
from indexer.ui.shared.markup import element, plain, show, show_facts, show_line
from indexer.wording import counted

#: What draws each tab that needs no more than the library.
_SHOWN = {
    LibraryTab.COLLECTIONS: show_collections,
    LibraryTab.GLOSSARY: show_glossary,
    LibraryTab.FOLDERS: show_folders,
    LibraryTab.REMOVED: show_removed,
    LibraryTab.PEOPLE: show_people,
}


def page() -> None:
    """Draw the page. Raises IndexerError, which ends it with a sentence."""
    if folder := access.missing_library():
        _show_making(folder)
        return
    library = access.open_library()
    plans = access.list_plans(library)
    view, missing = state.sync([info.id for info in plans])
    show_heading(plans)
    offered = state.tabs_for(library.person)
    if view.tab not in offered:  # a link of somebody with other rights
        view = replace(view, tab=LibraryTab.PLANS)
        st.session_state[state.TAB] = offered[view.tab]
    edits = library.person.may(Action.EDIT)
    tabs = st.tabs(list(offered.values()), key=state.TAB, on_change=state.turn_tab)
    with tabs[list(offered).index(view.tab)]:

        def show_state() -> None:
            # Containers that are there even when empty: what is below keeps its place and its scroll position.
            with st.container(key="at-work"):
                show_job(library)
            with st.container(key="said"):
                _show_notice(library)
                if missing:
                    _show_missing(library, missing[0])

        if view.tab is LibraryTab.PLANS and edits:
            show_drop_zone(library)
        if not view.plan:
            show_state()
        if view.tab is LibraryTab.QUESTIONS:
            show_questions(library, {info.id: info.title for info in plans})
        elif show_tab := _SHOWN.get(view.tab):
            show_tab(library)
        elif view.tab is LibraryTab.MAINTENANCE:
            show_maintenance(library, plans)
        elif plans:
            show_list(library, plans, view, show_state)
        else:
            show_first_steps(library, _("Drop files above.") if edits else "")


def _show_making(folder: str) -> None:
    """That there is no library yet, and the button that makes one."""
    lines = [_("There is no library in {folder} yet. Make an empty one, then add plans here.").format(folder=folder)]
    if notice := state.notice():
        lines.append(notice.text)
    show(element("section", element("h2", _("Make a library")), *(element("p", line) for line in lines), css="notice"))
    st.button(_("Make an empty library"), key="make", type="primary", on_click=state.guarded(access.make_library))


def _show_notice(library: Library) -> None:
    """The last notice, with the button that undoes what it says."""
    notice = state.notice()
    if notice is None:
        return
    with st.container(key="notice", horizontal=True, gap="small", vertical_alignment="center"):
        if notice.failed:
            st.error(plain(notice.text))
        else:
            show(element("p", element("span", notice.text), css="notice", role="status"))
        if notice.removed:
            st.button(_("Undo"), key="undo", on_click=put_back, args=(library, notice.removed))
        if notice.edit:
            st.button(_("Undo"), key="undo", on_click=take_back, args=(library, notice.edit))
        if notice.collection:
            st.button(_("Undo"), key="undo", on_click=put_collection_back, args=(library, *notice.collection))
        if notice.forgotten:
            st.button(_("Undo"), key="undo", on_click=keep_again, args=(library, notice.forgotten))
        if notice.aside:
            st.button(_("Undo"), key="undo", on_click=hold_files_again, args=(library, *notice.aside))
        st.button(_("Close"), key="close-notice", type="tertiary", on_click=state.clear_notice)


def _show_missing(library: Library, plan: str) -> None:
    """That a link's plan is not there, and where it may be."""
    removed = library.person.may(Action.EDIT) and plan in {version.plan for version in library.removed()}
    there = _("“{plan}” is not in this library. It was removed; you can put it back under “Removed plans”.")
    gone = _("“{plan}” is not in this library. It may have been renamed.")
    show_line((there if removed else gone).format(plan=plan), "notice")


def show_maintenance(library: Library, plans: Sequence[PlanInfo]) -> None:
    """The library's size, and the two things that are done with all of it."""
    model = library.backend.model
    facts = {
        _("Folder"): library.backend.location,
        _("Size"): _size(Path(library.backend.location)),
        _("Plans"): enumerated([counted(len(plans), "plan"), counted(sum(info.passages for info in plans), "passage")]),
        _("Changes so far"): f"{library.backend.generation:,}",
        _("Model"): Path(model[0]).name if model else "",
    }
    show_facts(facts)
    busy = job_queue(library).busy
    lines = {
        "check": _("A check reads everything in the library and looks for damage. It changes nothing."),
        "rebuild": _(
            "Rebuilding makes the search index again from the plans' texts, for when a check finds a problem. Until it "
            "is done, questions are answered as before."
        ),
    }
    show(element("p", lines["check"], css="aside"))
    st.button(_("Check the library"), key="check", on_click=_check, args=(library,), disabled=busy)
    show(element("p", lines["rebuild"], css="aside"))
    st.button(_("Rebuild the library"), key="rebuild", on_click=_rebuild, args=(library,), disabled=busy or not plans)


@state.guarded
def _check(library: Library) -> None:
    # in the words of who began it: the job's thread has no reader
    name, remedy = _("The library"), _("rebuild the library, which makes the search index again")
    named, to_do = _("The library:"), _("What to do:")
    passages = counted(sum(info.passages for info in library.plans()), "passage")
    in_order = _("is in order: {passages} checked").format(passages=passages)

    def run(job: Job) -> Iterator[Report]:
        problems = library.check()
        yield from (Report(named, "problem", problem) for problem in problems)
        if problems:
            yield Report(to_do, "problem", remedy)
        else:
            yield Report(name, "done", in_order)

    begin_job(library, _("Checking the library"), run)


@state.guarded
def _rebuild(library: Library) -> None:
    name, cancelled = _("Rebuilding"), _("the library is as it was")
    rebuilt = _("is rebuilt: {plans}").format(plans=counted(len(library.plans()), "plan"))
    whole = _("The library")

    def run(job: Job) -> Iterator[Report]:
        try:
            library.rebuild(progress=job.progress())
        except Cancelled:
            yield Report(name, "cancelled", cancelled)
            return
        yield Report(whole, "done", rebuilt)

    begin_job(library, _("Rebuilding the library"), run, cancellable=True, breaks_off=True)


def _size(folder: Path) -> str:
    """What the library takes up on disk; "" where it is no folder."""
    if not folder.is_dir():
        return ""
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    size = f"{sum(sizes) / 1_000_000:,.1f} MB"
    return _("{size} in {files}").format(size=size, files=counted(len(sizes), "file"))
