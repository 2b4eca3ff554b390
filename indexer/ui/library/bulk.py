"""What is known of many plans, set at once, and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from indexer.library import Library
from indexer.translation import _, enumerated
from indexer.types import NOT_GIVEN, Edit, Facet
from indexer.ui.library import view as state
from indexer.ui.shared import access
from indexer.ui.shared.facets import LABELS
from indexer.ui.shared.markup import show_line
from indexer.wording import counted

_FIELDS = (Facet.ISSUER, Facet.PLACE, Facet.TYPE, Facet.STATUS, Facet.LANGUAGE)
_DATE = "date"
_TAG, _UNTAG, _JOIN, _LEAVE = "bulk-tag", "bulk-untag", "bulk-join", "bulk-leave"


def show_bulk_edit(library: Library, picked: Sequence[str]) -> None:
    """The form, in a menu, for the plans that are picked."""
    known = sorted(access.list_collections(library))
    with (
        st.popover(_("Edit {plans}").format(plans=counted(len(picked), "plan")), key="bulk-edit"),
        st.form("bulk", border=False, clear_on_submit=True),
    ):
        show_line(_("What is left empty stays as it is. “{word}” clears what is there.").format(word=_(NOT_GIVEN)))
        for facet in _FIELDS:
            st.text_input(_(LABELS[facet]), key=f"bulk-{facet}", max_chars=300)
        st.text_input(_("Date"), key=f"bulk-{_DATE}", placeholder=_("2022, 2022-08 or 2022-08-05"))
        st.text_input(_("Add tags"), key=_TAG, placeholder=_("coal, wind"))
        st.text_input(_("Take tags away"), key=_UNTAG)
        st.selectbox(
            _("Put into a collection"),
            known,
            index=None,
            key=_JOIN,
            accept_new_options=True,
            placeholder=_("Choose one, or type a new name"),
        )
        if known:
            st.selectbox(_("Take out of a collection"), known, index=None, key=_LEAVE, placeholder=_("None"))
        st.form_submit_button(_("Save"), key="bulk-save", type="primary", on_click=_edit, args=(library, picked))


def tags_of(text: str) -> tuple[str, ...]:
    """Tags as they are typed, with commas between them."""
    return tuple(filter(None, (tag.strip() for tag in text.replace("，", ",").split(","))))


@state.guarded
def _edit(library: Library, picked: Sequence[str]) -> None:
    typed = {field: st.session_state[f"bulk-{field}"].strip() for field in (*map(str, _FIELDS), _DATE)}
    fields: dict[str, Any] = {
        field: "" if value in (NOT_GIVEN, _(NOT_GIVEN)) else value for field, value in typed.items() if value
    }
    join, leave = st.session_state[_JOIN], st.session_state.get(_LEAVE)
    edit = library.edit(
        picked,
        **fields,
        add_tags=tags_of(st.session_state[_TAG]),
        remove_tags=tags_of(st.session_state[_UNTAG]),
        join=[join] if join else (),
        leave=[leave] if leave else (),
    )
    if edit.changed:
        state.notify(_("Changed: {plans}.").format(plans=counted(len(edit.changed), "plan")), edit=edit)
    else:
        state.notify(_("Nothing was changed."))


@state.guarded
def take_back(library: Library, edit: Edit) -> None:
    """Undo an edit."""
    kept = library.undo_edit(edit)
    said = _("The change is undone. Changed since, and left as they are: {plans}.").format(plans=enumerated(kept))
    state.notify(said if kept else _("The change is undone."))
