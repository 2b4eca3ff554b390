"""The plan that is open on the Library page: about it, editing, replacing, removing and putting it back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import PurePath
from typing import Any

import streamlit as st

from indexer.library import Library
from indexer.library.jobs import Job, Report
from indexer.library.rights import Action
from indexer.messages import translated
from indexer.translation import N_, _, enumerated
from indexer.types import Facet, Plan, PlanInfo
from indexer.ui.library import view as state
from indexer.ui.library.adding import show_replacement
from indexer.ui.library.bulk import tags_of
from indexer.ui.library.changes import show_changes
from indexer.ui.library.jobs import begin_job
from indexer.ui.library.view import LibraryView, Part
from indexer.ui.read.view import ReadView
from indexer.ui.shared import access
from indexer.ui.shared.address import show_page_link
from indexer.ui.shared.downloads import show_original
from indexer.ui.shared.facets import value_name
from indexer.ui.shared.markup import element, show, show_facts, show_line
from indexer.wording import counted

#: How places where something was found are called in a sentence.
_PLACES = {
    "cover": N_("the cover"),
    "header": N_("the pages' header"),
    "label": N_("a line that says so"),
    "release line": N_("the line of its release"),
    "notice": N_("the head of the notice"),
    "imprint": N_("the imprint"),
    "signature": N_("the signature"),
    "heading": N_("a heading"),
    "opening": N_("the first lines"),
    "title": N_("the title"),
    "bookmark": N_("a bookmark"),
    "metadata": N_("the file's properties"),
    "file name": N_("the file's name"),
}
_LANGUAGES = {"en": N_("English"), "zh": N_("Chinese")}


def language_name(code: str) -> str:
    """The language in a word, where that is known."""
    return _(_LANGUAGES.get(code, code))


def show_plan(library: Library, info: PlanInfo, view: LibraryView) -> None:
    """The panel, with the part that the address names."""
    with st.container(key="panel-head", horizontal=True, gap="small", vertical_alignment="center"):
        show(element("h2", info.title))
        st.button(_("Close"), key="close-plan", type="tertiary", on_click=state.open_plan, args=(info.id,))
    offered = state.parts_for(library.person)
    if view.part not in offered:  # a link of somebody with other rights
        view = dataclasses.replace(view, part=Part.ABOUT)
        st.session_state[state.PART] = offered[view.part]
    tabs = st.tabs(list(offered.values()), key=state.PART, on_change=state.turn_part)
    with tabs[list(offered).index(view.part)]:
        if view.part is Part.EDIT:
            _show_edit(library, info)
        elif view.part is Part.REPLACE:
            show_replacement(library, info)
        elif view.part is Part.CHANGES:
            show_changes(library, info, view)
        else:
            _show_about(library, info)


def _show_about(library: Library, info: PlanInfo) -> None:
    versions = library.versions(info.id)
    known = info.metadata
    facts = {
        _("Short name"): info.id,
        _("File"): PurePath(info.source).name,
        _("Title"): _with_origin(info, "title", info.title),
        _("Region or issuer"): _with_origin(info, "issuer", known.issuer),
        _("Place"): _with_origin(info, "place", known.place),
        _("Date"): _with_origin(info, "date", known.date),
        _("Type"): _with_origin(info, "type", value_name(Facet.TYPE, known.type)),
        _("Status"): _with_origin(info, "status", value_name(Facet.STATUS, known.status)) if known.status else "",
        _("Tags"): enumerated(known.tags),
        _("Collections"): enumerated(
            name for name, plans in access.list_collections(library).items() if info.id in plans
        ),
        _("Language"): language_name(known.language) or _("Unknown"),
        _("Translation"): _("Machine translation") if known.machine_translated else "",
        _("Size"): enumerated(
            [
                *([counted(info.pages, "page")] if info.pages else []),
                counted(info.passages, "passage"),
                counted(info.words, "word"),
            ]
        ),
        _("In the library"): enumerated(
            [
                _("since {date}").format(date=versions[-1].since[:10]),
                *([counted(len(versions), "version")] if len(versions) > 1 else []),
            ]
        ),
        _("Text recognition"): _recognition(access.read_plan(library, info.id)),
    }
    show_facts(facts)
    warnings = list(map(translated, info.warnings))
    if warnings:
        show(
            element(
                "ul",
                *(element("li", _("{sentences}.").format(sentences=f"{w[:1].upper()}{w[1:]}")) for w in warnings),
                css="warnings",
            )
        )
    with st.container(key="plan-actions", horizontal=True, gap="small", vertical_alignment="center"):
        show_page_link(ReadView(info.id), _("Read it"))
        show_original(library, info, _("Download the original"), "original")
        if not library.person.may(Action.EDIT):
            return
        st.button(_("Remove"), key="remove", type="tertiary", on_click=remove, args=(library, [info.id]))
        if st.session_state.get(state.CONFIRMING) != info.id:
            show_purge(library, info.id, info.title, "plan")
    if st.session_state.get(state.CONFIRMING) == info.id:
        show_purge(library, info.id, info.title, "plan")


def _with_origin(info: PlanInfo, field: str, value: str) -> str:
    """What is known of a plan, and where that was found."""
    if not value:
        return _("Unknown")
    where = _PLACES.get(getattr(info.metadata.found, field, ""), "")
    origin = _("set by hand") if field in info.edited else where and _("from {place}").format(place=_(where))
    return _("{value} ({origin})").format(value=value, origin=origin) if origin else value


def _recognition(plan: Plan) -> str:
    """How sure the text recognition was, where pages were images."""
    sure = [page.confidence for page in plan.pages if page.confidence is not None]
    if not sure:
        return ""
    said = _("{pages} read from images, the worst with a confidence of {share}")
    return said.format(pages=counted(len(sure), "page"), share=f"{min(sure):.0%}")


def _show_edit(library: Library, info: PlanInfo) -> None:
    """What is known of the plan, to correct; then the short name."""
    known = info.metadata
    keys = _field_keys(info)
    with st.form("edit", border=False), st.container(key="edit-fields"):
        st.text_input(_("Title"), info.title, key=keys["title"], help=_("Searches look at it, too."), max_chars=300)
        st.text_input(_("Region or issuer"), known.issuer, key=keys["issuer"], max_chars=300)
        st.text_input(_("Date"), known.date, key=keys["date"], placeholder=_("2022, 2022-08 or 2022-08-05"))
        st.text_input(_("Language"), known.language, key=keys["language"], placeholder="en, zh")
        st.text_input(_("Place"), known.place, key=keys["place"], max_chars=300)
        st.text_input(_("Type"), known.type, key=keys["type"], placeholder=_("plan, report"), max_chars=300)
        st.text_input(_("Status"), known.status, key=keys["status"], placeholder=_("draft, in force"), max_chars=300)
        st.text_input(_("Tags"), ", ".join(known.tags), key=keys["tags"], placeholder=_("coal, wind"))
        st.checkbox(_("Machine translation"), known.machine_translated, key=keys["machine_translated"])
        st.form_submit_button(_("Save"), key="edit-save", type="primary", on_click=_edit, args=(library, info))
    with (
        st.form("rename", border=False),
        st.container(key="rename-fields", horizontal=True, vertical_alignment="bottom"),
    ):
        st.text_input(_("Short name"), info.id, key=keys["id"], help=_("Links and downloads use it."))
        st.form_submit_button(_("Rename"), key="rename-save", on_click=_rename, args=(library, info))


def _stored(info: PlanInfo) -> dict[str, str | bool]:
    """What can be corrected, as it is now."""
    known = info.metadata
    return {
        "title": info.title,
        "issuer": known.issuer,
        "date": known.date,
        "language": known.language,
        "place": known.place,
        "type": known.type,
        "status": known.status,
        "tags": ", ".join(known.tags),
        "machine_translated": known.machine_translated,
    }


def _field_keys(info: PlanInfo) -> dict[str, str]:
    """Keys of the fields: others for another plan or stored value, as a field with a key keeps what stands in it."""
    return {
        name: f"edit-{name}-{sha256(repr((info.id, value)).encode()).hexdigest()[:8]}"
        for name, value in {**_stored(info), "id": ""}.items()
    }


@state.guarded
def _edit(library: Library, info: PlanInfo) -> None:
    """Set what differs; a new title is embedded with every passage, which takes its time."""
    before, keys = _stored(info), _field_keys(info)
    given = {name: st.session_state[keys[name]] for name in before}
    changed: dict[str, Any] = {name: value for name, value in given.items() if value != before[name]}
    if "tags" in changed:
        changed["tags"] = tags_of(changed["tags"])
    done = _("is the title now")  # the job's thread has no reader

    def run(job: Job) -> Iterator[Report]:
        library.edit(info.id, **changed, progress=job.progress(info.id))
        yield Report(str(changed["title"]), "done", done)

    if not changed:
        state.notify(_("Nothing was changed."))
    elif "title" in changed:
        begin_job(library, _("Setting the title of {plan}").format(plan=info.id), run)
    else:
        state.notify(_("Saved: {plan}.").format(plan=info.title), edit=library.edit(info.id, **changed))


@state.guarded
def _rename(library: Library, info: PlanInfo) -> None:
    name = str(st.session_state[_field_keys(info)["id"]]).strip()
    if name != info.id:
        library.rename(info.id, name)
        state.update(plan=name)
        state.notify(_("The short name of {plan} is now {name}.").format(plan=info.title, name=name))


@state.guarded
def remove(library: Library, plans: Sequence[str]) -> None:
    """Remove plans, all or none, and offer to undo it."""
    titles = {info.id: info.title for info in library.plans()}
    library.remove(plans)
    named = _("; ").join(titles[plan] for plan in plans) if len(plans) < 4 else counted(len(plans), "plan")
    if state.read().plan in plans:
        state.update(plan="")
    said = _("Removed: {plans}. Find it under “Removed plans”.").format(plans=named)
    state.notify(said, removed=tuple(plans))


@state.guarded
def put_back(library: Library, plans: Sequence[str]) -> None:
    """Put removed plans back."""
    done = _("is back in the library")

    def run(job: Job) -> Iterator[Report]:
        job.names = list(plans)
        for plan in plans:
            library.restore(plan, progress=job.progress(plan))
            yield Report(plan, "done", done)

    begin_job(library, _("Putting back {plans}").format(plans=counted(len(plans), "plan")), run)


def show_purge(library: Library, plan: str, title: str, where: str) -> None:
    """The way to delete a plan for good: a button, then what that means and the button that does it."""
    if st.session_state.get(state.CONFIRMING) != plan:
        label = _("Delete for good")
        st.button(label, key=f"purge-{where}", type="tertiary", on_click=state.confirm_purge, args=(plan,))
        return
    versions = counted(len(library.versions(plan)), "version")
    with st.container(key="confirm-purge", gap="small"):
        show(
            element(
                "section",
                element("h2", _("Delete “{plan}” for good?").format(plan=title)),
                element(
                    "p",
                    _(
                        "Its text, in {versions}, and its file are deleted from the disk. This cannot be undone. "
                        "Removing the plan instead can be."
                    ).format(versions=versions),
                ),
                css="notice",
                role="alert",
            )
        )
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("Delete it for good"), key="purge-yes", type="primary", on_click=_purge, args=(library, plan, title)
            )
            st.button(_("Keep it"), key="purge-no", on_click=state.confirm_purge, args=("",))


def show_removed(library: Library) -> None:
    """Removed plans, the latest first, each to put back or to delete."""
    removed = library.removed()
    if not removed:
        show_line(_("There are no removed plans."), "none")
        return
    show_line(_("Removed plans are not searched. Their text is kept until you delete it for good."))
    for i, version in enumerate(removed):
        with st.container(key=f"removed-{i}", gap="xsmall"):
            removed_on = _("removed on {date}").format(date=version.until[:10])
            caption = " · ".join([version.plan, counted(version.words, "word"), removed_on])
            show(element("p", version.title, css="card-title"), element("p", caption, css="crumbs"))
            with st.container(key=f"back-{i}", horizontal=True, gap="small"):
                st.button(
                    _("Put it back"),
                    key=f"restore-{i}",
                    type="tertiary",
                    on_click=put_back,
                    args=(library, [version.plan]),
                )
                if st.session_state.get(state.CONFIRMING) != version.plan:
                    show_purge(library, version.plan, version.title, f"removed-{i}")
            if st.session_state.get(state.CONFIRMING) == version.plan:
                show_purge(library, version.plan, version.title, f"removed-{i}")


@state.guarded
def _purge(library: Library, plan: str, title: str) -> None:
    done = _("is deleted for good")

    def run(job: Job) -> Iterator[Report]:
        library.remove([plan], purge=True)
        yield Report(title, "done", done)

    if begin_job(library, _("Deleting for good"), run):
        state.update(plan="")
