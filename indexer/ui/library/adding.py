"""Adding files: the drop zone, an empty library's first plans, and what becomes of each file."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path

import streamlit as st

from indexer.library import Library
from indexer.library.jobs import job_queue
from indexer.library.rights import Action
from indexer.library.uploads import Upload, add_uploads
from indexer.reading.loading import LARGEST_FILE, LOADERS
from indexer.translation import N_, _
from indexer.types import PlanInfo
from indexer.ui.library import view as state
from indexer.ui.library.jobs import begin_job, show_job
from indexer.ui.library.view import LibraryView
from indexer.ui.shared.address import link_to
from indexer.ui.shared.markup import element, link, show, show_line
from indexer.wording import counted

_KINDS = N_(
    "Drop plans here: PDF, Office and OpenDocument files, e-books, e-mails, web pages, text, records, and zip archives "
    "of these"
)
#: The sample plans are in a checkout, next to the package; they are not installed with it.
SAMPLES = Path(__file__).resolve().parents[3] / "corpus"
_REPLACES = "replaces"


def show_drop_zone(library: Library) -> None:
    """Where files are dropped, which adds them."""
    key = state.drop_key("files")
    with st.container(key="adding", gap="small"):
        dropped = st.file_uploader(
            _(_KINDS),
            key=key,
            accept_multiple_files=True,
            max_upload_size=LARGEST_FILE >> 20,
            on_change=_add,
            args=(library, key),
        )
        if dropped:  # too many jobs waited when they were dropped
            label = _("Add {files}").format(files=counted(len(dropped), "file"))
            st.button(label, key="add", type="primary", on_click=_add, args=(library, key))
        st.toggle(
            _("A file replaces the plan that has its name"),
            value=True,
            key=_REPLACES,
            help=_("The earlier text is kept and can be put back. Switched off, both plans are kept side by side."),
        )


def show_empty(library: Library) -> None:
    """For the other pages: that the library is empty, and how to add plans."""
    show_job(library)
    edits = library.person.may(Action.EDIT)
    show_first_steps(library, link(_("Drop files on the Library page"), link_to(LibraryView())) if edits else "")


def show_first_steps(library: Library, add: str) -> None:
    """How to fill an empty library: ``add`` says how to add files, to who may; or with the sample plans."""
    if not add:
        nothing = element("p", _("There are no plans that you can read. Editors add them."))
        show(element("section", element("h2", _("The library is empty.")), nothing, css="notice"))
        return
    samples = _samples()
    lines = [element("p", add)]
    if samples:
        lines.append(element("p", _("To look around first, use the sample plans, which restate public facts.")))
    show(element("section", element("h2", _("The library is empty.")), *lines, css="notice"))
    if samples and not job_queue(library).busy:
        label = _("Add the {plans}").format(plans=counted(len(samples), "sample plan"))
        st.button(label, key="samples", type="primary", on_click=_add_samples, args=(library,))
    with st.expander(_("For administrators")):
        show_line(_("This command adds a folder of plans from a terminal:"))
        st.code(f"plancite add FOLDER --library {shlex.quote(library.backend.location)}", language=None)


def show_replacement(library: Library, info: PlanInfo) -> None:
    """Where the new version of one plan is dropped."""
    key = state.drop_key("version")
    show_line(_("The present text is kept as a version. Corrections made by hand, such as the title, stay."))
    st.file_uploader(
        _("Drop the file with the new version"),
        key=key,
        max_upload_size=LARGEST_FILE >> 20,
        on_change=_replace,
        args=(library, key, info),
    )


@state.guarded
def _add(library: Library, key: str) -> None:
    uploads = [Upload(file.name, file.getvalue()) for file in st.session_state.get(key) or ()]
    replaces = bool(st.session_state.get(_REPLACES, True))
    title = _("Adding {files}").format(files=counted(len(uploads), "file"))
    adding = partial(add_uploads, library, uploads, replaces=replaces)
    if uploads and begin_job(library, title, adding, cancellable=True):
        state.empty_drops()
        state.update(plan="")  # the report is below the drop zone


@state.guarded
def _replace(library: Library, key: str, info: PlanInfo) -> None:
    file = st.session_state.get(key)
    if file is None:
        return
    replacing = partial(add_uploads, library, [Upload(file.name, file.getvalue())], into=info.id)
    if begin_job(library, _("Replacing {plan}").format(plan=info.title), replacing, cancellable=True):
        state.empty_drops()


@state.guarded
def _add_samples(library: Library) -> None:
    uploads = [Upload(path.name, path.read_bytes()) for path in _samples()]
    title = _("Adding {files}").format(files=counted(len(uploads), "sample plan"))
    begin_job(library, title, partial(add_uploads, library, uploads), cancellable=True)


def _samples() -> list[Path]:
    return sorted(path for path in SAMPLES.iterdir() if path.suffix in LOADERS) if SAMPLES.is_dir() else []
