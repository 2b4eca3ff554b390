"""Watched folders on the Library page: which they are, and the files in them that wait to be reviewed."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit import config

from indexer.errors import RightsError
from indexer.library import Library
from indexer.library.folder_rounds import FolderState, Held, add_held, watching_of
from indexer.library.folders import Folder, forget_folder, hold_again, set_aside, set_folder
from indexer.library.jobs import job_queue
from indexer.library.rights import Action
from indexer.messages import translated
from indexer.translation import N_, _
from indexer.ui.library import view as state
from indexer.ui.library.jobs import begin_job
from indexer.ui.shared.markup import element, show, show_line
from indexer.wording import counted

_PATH, _MODE = "folder-path", "folder-mode"
_MODES = {False: N_("Add files at once"), True: N_("Hold files for review")}
_DOES = {False: N_("Files are added at once."), True: N_("Files are held for review.")}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: Seconds between two looks for what has changed, and files that are listed of one folder.
_TICK, _MOST = 2.0, 100


def show_folders(library: Library) -> None:
    """The folders with what waits in each, and for admins the form that sets one."""
    library.person.require(Action.EDIT)
    found = watching_of(library).states(library)
    st.fragment(_look_again, run_every=_TICK)(library, found)
    note = _("Plans put into these folders on the server come into the library. A file that goes away removes no plan.")
    show(element("p", note, css="aside"))
    for i, each in enumerate(found):
        _show_folder(library, each, i)
    if not found:
        show_line(_("No folder is watched."), "none")
    if not library.person.may(Action.ADMINISTER):
        return
    if not _may_set(library):
        show_line(_("Folders are set where people sign in, or in a browser on the server's own machine."), "none")
        return
    with st.form("folder", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(_("Folder on the server"), key=_PATH, max_chars=1000)
        st.selectbox(_("What becomes of files"), list(_MODES), format_func=lambda held: _(_MODES[held]), key=_MODE)
        st.form_submit_button(_("Watch this folder"), key="folder-set", on_click=_set, args=(library,))


def _look_again(library: Library, drawn: Sequence[FolderState]) -> None:
    """Draw the page anew once a round has found something else."""
    if watching_of(library).states(library) != drawn:
        st.rerun()


def _show_folder(library: Library, found: FolderState, i: int) -> None:
    folder = found.folder
    with st.container(key=f"watched-{i}", gap="small"):
        with st.container(key=f"watched-head-{i}", horizontal=True, gap="small", vertical_alignment="center"):
            show(element("h2", folder.path))
            if library.person.may(Action.ADMINISTER):
                st.button(_("Stop watching"), key=f"folder-forget-{i}", type="tertiary", on_click=_forget,
                          args=(library, folder))  # fmt: skip
        show_line(_(_DOES[folder.review]))
        if found.problem:
            said = _("{reason} Its plans stay, and it is tried again.").format(reason=translated(found.problem))
            show(element("p", said, css="notice", role="status"))
        for name, reason in found.failed:
            said = _("Not added: {reason}").format(reason=translated(reason.replace(f"{folder.path}/", "")))
            show(element("p", said if name in said else f"{name}: {said}", css="notice"))
        if folder.review and found.looked and not found.problem and not found.held:
            show_line(_("No file waits."), "none")
        if found.held:
            _show_held(library, folder, found.held, i)


def _show_held(library: Library, folder: Folder, held: Sequence[Held], i: int) -> None:
    busy = job_queue(library).busy
    with st.container(key=f"held-{i}", horizontal=True, gap="small", vertical_alignment="center"):
        show(element("p", element("b", _("{files} to review").format(files=counted(len(held), "file")))))
        if len(held) > 1:
            st.button(_("Add all"), key=f"held-add-{i}", on_click=_add, args=(library, folder, held), disabled=busy)
            st.button(_("Set all aside"), key=f"held-aside-{i}", type="tertiary", on_click=_set_aside,
                      args=(library, folder, held))  # fmt: skip
    for j, file in enumerate(held[:_MOST]):
        with st.container(key=f"held-{i}-{j}", horizontal=True, gap="small", vertical_alignment="center"):
            about = _("{size}, changed {time}").format(size=_size(file.size), time=_time(file.changed))
            show(element("p", element("b", file.name), f" {about}"))
            st.button(_("Add"), key=f"held-add-{i}-{j}", on_click=_add, args=(library, folder, [file]), disabled=busy)
            st.button(_("Set aside"), key=f"held-aside-{i}-{j}", type="tertiary", on_click=_set_aside,
                      args=(library, folder, [file]))  # fmt: skip
    if len(held) > _MOST:
        show_line(_("and {count} more").format(count=f"{len(held) - _MOST:,}"))


@state.guarded
def _set(library: Library) -> None:
    if not _may_set(library):
        said = _("Folders are set where people sign in, or in a browser on the server's own machine.")
        raise RightsError(said)
    folder = set_folder(library.backend, str(st.session_state[_PATH]), review=bool(st.session_state[_MODE]))
    st.session_state[_PATH] = ""
    state.notify(_("Watched from now on: {folder}.").format(folder=folder.path))


@state.guarded
def _forget(library: Library, folder: Folder) -> None:
    forget_folder(library.backend, folder.path)
    state.notify(_("Not watched any more: {folder}. Its plans stay.").format(folder=folder.path))


@state.guarded
def _add(library: Library, folder: Folder, held: Sequence[Held]) -> None:
    title = _("Adding {files}").format(files=counted(len(held), "file"))
    begin_job(library, title, partial(add_held, library, folder, held))


@state.guarded
def _set_aside(library: Library, folder: Folder, held: Sequence[Held]) -> None:
    set_aside(library.backend, folder.path, {file.path: file.content for file in held})
    said = _("Set aside: {files}.").format(files=held[0].name if len(held) == 1 else counted(len(held), "file"))
    state.notify(said, aside=(folder.path, tuple(file.path for file in held)))


@state.guarded
def hold_files_again(library: Library, path: str, files: Sequence[Path]) -> None:
    """Hold files of the folder at ``path`` again that were set aside."""
    hold_again(library.backend, path, files)


def _may_set(library: Library) -> bool:
    """Whether a folder of the server may be named: by an admin who signed in, or on one's own machine.

    Without sign-in everyone is an admin: only the machine's own user may then set folders of the server.
    """
    own = config.get_option("server.address") in _LOOPBACK and not config.is_manually_set("browser.serverAddress")
    return bool(library.person.name) or (own and _is_near(st.context.ip_address))


def _is_near(address: str | None) -> bool:
    """Whether the address that a browser comes from, as proxies forward it, is this machine's."""
    try:
        return address is None or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _size(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB" if size >= 100_000 else f"{max(size / 1000, 0.1):,.1f} kB"


def _time(changed: float) -> str:
    return datetime.fromtimestamp(changed).strftime("%Y-%m-%d %H:%M")
