"""Collections, each to open, to rename and to delete."""

from __future__ import annotations

import streamlit as st

from indexer.library import Library
from indexer.library.people import read_people
from indexer.library.rights import Action
from indexer.translation import _, enumerated, pgettext
from indexer.types import Filter
from indexer.ui.ask.view import AskView
from indexer.ui.compare.view import CompareView
from indexer.ui.library import view as state
from indexer.ui.library.view import LibraryView
from indexer.ui.shared import access
from indexer.ui.shared.address import View, link_to
from indexer.ui.shared.markup import element, link, show, show_line
from indexer.ui.targets.view import TargetsView
from indexer.wording import counted


def show_collections(library: Library) -> None:
    """One collection a row, with the ways to its plans."""
    found, person = access.list_collections(library), library.person
    edits = person.may(Action.EDIT)
    what = _("A collection is a named set of plans.")
    how = _("A collection is a named set of plans. Pick plans in the list and edit them to put them into one.")
    show_line(how if edits else what)
    if not found:
        show_line(_("There are no collections yet."), "none")
    for i, (name, plans) in enumerate(found.items()):
        with st.container(key=f"collection-{i}", gap="xsmall"):
            show(element("p", name, css="card-title"), element("p", counted(len(plans), "plan"), css="crumbs"))
            with st.container(key=f"of-collection-{i}", horizontal=True, gap="small", vertical_alignment="center"):
                if plans:
                    show(element("p", *_ways(Filter(collection=(name,)))))
                if person.name and person.may(Action.ADMINISTER):
                    _show_readers(library, name, i)
                if not edits:
                    continue
                with st.popover(_("Rename"), key=f"rename-collection-{i}", type="tertiary"):
                    key = f"collection-name-{i}"
                    st.text_input(_("New name"), name, key=key, max_chars=100)
                    st.button(_("Save"), key=f"save-collection-{i}", on_click=_rename, args=(library, name, key))
                st.button(
                    _("Delete"), key=f"delete-collection-{i}", type="tertiary", on_click=_delete, args=(library, name)
                )


def _show_readers(library: Library, name: str, i: int) -> None:
    """Who reads the collection, to change."""
    readers = read_people(library.backend).readers.get(name.casefold(), ())
    label = _("Readers: {count}").format(count=len(readers)) if readers else _("Readers: all")
    with st.popover(label, key=f"readers-{i}", type="tertiary"):
        show_line(_("Names, with commas between; a group as @group. Without any, everyone reads it."))
        st.text_input(_("Readers"), ", ".join(readers), key=f"reader-names-{i}", max_chars=2000)
        st.button(_("Save"), key=f"save-readers-{i}", on_click=_set_readers, args=(library, name, f"reader-names-{i}"))


def _ways(chosen: Filter) -> list[str]:
    """Links to the pages, on which the filter is set."""
    pages: dict[str, View] = {
        pgettext("of plans", "List"): LibraryView(filter=chosen),
        _("Ask"): AskView(filter=chosen),
        _("Compare"): CompareView(filter=chosen),
        _("Targets"): TargetsView(filter=chosen),
    }
    return [element("span", link(label, link_to(view)), element("span", " ")) for label, view in pages.items()]


@state.guarded
def _set_readers(library: Library, name: str, key: str) -> None:
    readers = [reader.strip() for reader in str(st.session_state[key]).split(",") if reader.strip()]
    library.set_readers(name, readers)
    by = _("{collection} is read by {people}.").format(collection=name, people=enumerated(readers))
    state.notify(by if readers else _("{collection} is read by everyone.").format(collection=name))


@state.guarded
def _rename(library: Library, name: str, key: str) -> None:
    library.rename_collection(name, str(st.session_state[key]))
    state.notify(_("{old} is now called {new}.").format(old=name, new=st.session_state[key]))


@state.guarded
def _delete(library: Library, name: str) -> None:
    plans = library.delete_collection(name)
    said = _("Deleted: {collection}. Its plans stay in the library.").format(collection=name)
    state.notify(said, collection=(name, plans))


@state.guarded
def put_collection_back(library: Library, name: str, plans: tuple[str, ...]) -> None:
    """Undo the deletion of a collection."""
    present = {info.id for info in library.plans()}
    library.set_collection(name, [plan for plan in plans if plan in present])
