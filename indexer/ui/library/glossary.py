"""The glossary on the Library page: a table to edit, and CSV in and out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from indexer.asking.glossary import COLUMNS, FILE, parse_glossary
from indexer.errors import SourceError
from indexer.exporting.tables import glossary_csv
from indexer.library import Library
from indexer.library.rights import Action
from indexer.translation import N_, _
from indexer.types import GlossaryEntry
from indexer.ui.library import view as state
from indexer.ui.shared.downloads import show_download
from indexer.ui.shared.markup import element, show
from indexer.wording import counted

_TABLE = "glossary-table"
_LABELS = dict(zip(COLUMNS, (N_("Preferred name"), N_("Other names"), N_("Not to be mixed up with")), strict=True))


def show_glossary(library: Library) -> None:
    """The table with the button that saves it; below it the file to download and the box to drop another one."""
    entries = library.glossary()
    note = _("A question that has one of these names is searched with the others as well. Part several names by “;”.")
    show(element("p", note, css="aside"))
    rows = [(e.preferred, "; ".join(e.other), "; ".join(e.negative)) for e in entries] or [("", "", "")]
    edits = library.person.may(Action.EDIT)
    edited = st.data_editor(
        [dict(zip(COLUMNS, row, strict=True)) for row in rows],
        key=f"{_TABLE}-{state.drop_key('glossary')}",
        column_config={column: _(label) for column, label in _LABELS.items()},
        num_rows="dynamic" if edits else "fixed",
        disabled=not edits,
        hide_index=True,
        width="stretch",
    )
    with st.container(key="glossary-tools", horizontal=True, gap="small", vertical_alignment="center"):
        if edits:
            label = _("Save the glossary")
            st.button(label, key="save-glossary", type="primary", on_click=_save, args=(library, edited))
        if entries:
            show_download(_("Download, CSV"), glossary_csv(entries), FILE, "text/csv", "glossary-csv")
    if not edits:
        return
    key = state.drop_key("glossary-file")
    st.file_uploader(
        _("Take all entries from a CSV file with the columns preferred, other, not"),
        type="csv",
        key=key,
        on_change=_take,
        args=(library, key),
    )


@state.guarded
def _save(library: Library, rows: Sequence[dict[str, Any]]) -> None:
    written = [[str(row.get(column) or "") for column in COLUMNS] for row in rows]
    entries = [parse_row(*row) for row in written if row[0].strip()]
    _put(library, entries)


@state.guarded
def _take(library: Library, key: str) -> None:
    dropped = st.session_state[key]
    if dropped is None:
        return
    try:
        text = dropped.getvalue().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        said = _("{file} is not text in UTF-8. Save it as “CSV UTF-8”.").format(file=dropped.name)
        raise SourceError(said) from error
    _put(library, parse_glossary(text, dropped.name))


def parse_row(preferred: str, other: str, negative: str) -> GlossaryEntry:
    """One row of the table as an entry."""
    names = ([name for each in cell.split(";") if (name := " ".join(each.split()))] for cell in (other, negative))
    others, negatives = map(tuple, names)
    return GlossaryEntry(" ".join(preferred.split()), others, negatives)


def _put(library: Library, entries: Sequence[GlossaryEntry]) -> None:
    library.set_glossary(entries)
    state.empty_drops()
    state.notify(_("The glossary has {names} now.").format(names=counted(len(library.glossary()), "name")))
