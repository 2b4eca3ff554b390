"""The plan that is open on the Library page: what is known of it, what a person corrects, what is done with it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import PurePath

import streamlit as st

from indexer.library import Library
from indexer.library.editing import edit_plan
from indexer.types import Plan, PlanInfo
from indexer.ui.library import state
from indexer.ui.library.adding import show_replacement
from indexer.ui.library.address import Browsing, Part
from indexer.ui.library.changes import show_changes
from indexer.ui.library.jobs import Report, Work
from indexer.ui.library.removed import remove, show_purge
from indexer.ui.read.address import Reading
from indexer.ui.read.page import show_way
from indexer.ui.shared import access
from indexer.ui.shared.markup import Html, element, show, text_element
from indexer.ui.shared.original import offer_original
from indexer.wording import counted

_LANGUAGES = {"en": "English", "zh": "Chinese"}


def language_name(code: str) -> str:
    """The language in a word, where that is known."""
    return _LANGUAGES.get(code, code)


def show_plan(library: Library, info: PlanInfo, browsing: Browsing) -> None:
    """The panel, with the part that the address names."""
    with st.container(key="opened-plan", gap="small"):
        tabs = st.tabs(list(state.PARTS.values()), key=state.PART, on_change=state.turn_part)
        with tabs[list(state.PARTS).index(browsing.part)]:
            if browsing.part is Part.EDIT:
                _show_edit(library, info)
            elif browsing.part is Part.REPLACE:
                show_replacement(library, info)
            elif browsing.part is Part.CHANGES:
                show_changes(library, info, browsing)
            else:
                _show_about(library, info)


def _show_about(library: Library, info: PlanInfo) -> None:
    versions = library.versions(info.id)
    known = info.metadata
    facts = {
        "Short name": info.id,
        "File": PurePath(info.source).name,
        "Region or issuer": known.issuer or "Not told",
        "Date": known.date or "Not told",
        "Language": language_name(known.language) or "Not told",
        "Translation": "By a machine" if known.machine_translated else "",
        "Size": ", ".join(
            [
                *([counted(info.pages, "page")] if info.pages else []),
                counted(info.passages, "passage"),
                counted(info.words, "word"),
            ]
        ),
        "In the library": f"since {versions[-1].since[:10]}"
        + (f", {counted(len(versions), 'version')}" if len(versions) > 1 else ""),
        "Text recognition": _recognition(access.read_plan(library, info.id)),
    }
    rows = [
        piece for name, text in facts.items() if text for piece in (text_element("dt", name), text_element("dd", text))
    ]
    show(element("dl", *rows, css="facts"), *_warnings(info))
    with st.container(key="plan-actions", horizontal=True, gap="small", vertical_alignment="center"):
        show_way(Reading(info.id), "Read it")
        offer_original(library, info, "Download the original", "original")
        st.button("Remove", key="remove", type="tertiary", on_click=remove, args=(library, [info.id]))
        if st.session_state.get(state.CONFIRMING) != info.id:
            show_purge(library, info.id, info.title, "plan")
    if st.session_state.get(state.CONFIRMING) == info.id:
        show_purge(library, info.id, info.title, "plan")


def _recognition(plan: Plan) -> str:
    """How sure the text recognition was, where pages were images."""
    sure = [page.confidence for page in plan.pages if page.confidence is not None]
    return f"{counted(len(sure), 'page')} were images; the least sure was read at {min(sure):.2f} of 1" if sure else ""


def _warnings(info: PlanInfo) -> list[Html]:
    if not info.warnings:
        return []
    lines = [text_element("li", f"{warning[:1].upper()}{warning[1:]}.") for warning in info.warnings]
    return [element("ul", *lines, css="warnings")]


def _show_edit(library: Library, info: PlanInfo) -> None:
    """What the file told or did not, to correct; then the short name."""
    known = info.metadata
    keys = _field_keys(info)
    with st.form("edit", border=False), st.container(key="edit-fields"):
        st.text_input("Title", info.title, key=keys["title"], help="Every passage is found by it, too.", max_chars=300)
        st.text_input("Region or issuer", known.issuer, key=keys["issuer"], max_chars=300)
        st.text_input("Date", known.date, key=keys["date"], placeholder="2022, 2022-08 or 2022-08-05")
        st.text_input("Language", known.language, key=keys["language"], placeholder="en, zh")
        st.checkbox("A machine did the translation", known.machine_translated, key=keys["machine_translated"])
        st.form_submit_button("Save", key="edit-save", type="primary", on_click=_edit, args=(library, info))
    with (
        st.form("rename", border=False),
        st.container(key="rename-fields", horizontal=True, vertical_alignment="bottom"),
    ):
        st.text_input(
            "Short name", info.id, key=keys["id"], help="Commands, links and spreadsheets call the plan by it."
        )
        st.form_submit_button("Rename", key="rename-save", on_click=_rename, args=(library, info))


def _stored(info: PlanInfo) -> dict[str, str | bool]:
    """What can be corrected, as it is now."""
    known = info.metadata
    return {
        "title": info.title,
        "issuer": known.issuer,
        "date": known.date,
        "language": known.language,
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
    changed = {name: value for name, value in given.items() if value != before[name]}

    def work(work: Work) -> Iterator[Report]:
        edit_plan(library.backend, lambda: library.encoder, info.id, changed, work.progress(info.id))
        yield Report(str(changed["title"]), "done", "is its title now, by which its passages are found")

    if not changed:
        state.said("Nothing was changed.")
    elif "title" in changed:
        state.begin(library, f"Setting the title of {info.id}", work)
    else:
        library.edit(info.id, **changed)
        state.said(f"Saved what is known of {info.title}.")


@state.guarded
def _rename(library: Library, info: PlanInfo) -> None:
    name = str(st.session_state[_field_keys(info)["id"]]).strip()
    if name != info.id:
        library.rename(info.id, name)
        state.turn(plan=name)
        state.said(f"{info.title} has the short name {name} now.")
