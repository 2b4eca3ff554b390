"""Files to add: the drop zone, what would become of what is dropped, and the sample plans for an empty library."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from indexer.library import Library
from indexer.reading.loading import LARGEST_FILE, LOADERS
from indexer.types import PlanInfo
from indexer.ui.library import state
from indexer.ui.library.jobs import desk
from indexer.ui.library.uploads import Upload, add_uploads, plan_of_name
from indexer.ui.shared.markup import Html, element, show, text_element
from indexer.wording import counted

_KINDS = "PDF, Word, saved web pages, Markdown, text, JSON lines, and zip archives of these"
#: The sample plans lie beside the package in a checkout, and are not installed with it.
SAMPLES = Path(__file__).resolve().parents[3] / "corpus"
_REPLACES = "replaces"
_SHOWN = 20  # dropped files that are listed


def show_drop_zone(library: Library, plans: Sequence[PlanInfo]) -> None:
    """Where files are dropped; below it what each of them would become, and the button that adds them."""
    busy = desk(library).busy
    key = state.drop_key("files")
    with st.container(key="adding", gap="small"):
        dropped = st.file_uploader(
            f"Drop plans here: {_KINDS}",
            key=key,
            accept_multiple_files=True,
            max_upload_size=LARGEST_FILE >> 20,
            disabled=busy,
        )
        if dropped and not busy:
            names = [file.name for file in dropped]
            sizes = [file.size for file in dropped]
            show(element("ul", *_lines(names, sizes, plans), css="report"))
            if any(_is_archive(name) or _replaced(name, plans) for name in names):
                st.toggle(
                    "Put files in the place of plans with the same name",
                    value=True,
                    key=_REPLACES,
                    help="What such a plan said is kept and can be put back. Otherwise both stand side by side.",
                )
            label = f"Add {counted(len(names), 'file')}"
            st.button(label, key="add", type="primary", on_click=_add, args=(library, key))


def show_samples(library: Library, add: Html) -> None:
    """The ways from an empty library: ``add``, a paragraph on how files are added; or the sample plans."""
    samples = _samples()
    if samples:
        told = "To look around first, take the sample plans, which are restated from public facts."
    else:
        told = "To look around first, add the sample plans: the folder corpus of Plancite's own source holds them."
    show(element("section", text_element("h2", "The library is empty."), add, text_element("p", told), css="notice"))
    if samples and not desk(library).busy:
        label = f"Add the {counted(len(samples), 'sample plan')}"
        st.button(label, key="samples", type="primary", on_click=_add_samples, args=(library,))
    show_command(library, "FOLDER")


def show_command(library: Library, given: str) -> None:
    """The command that adds what is ``given`` to this library, to take to a terminal."""
    st.code(f"plancite add {given} --library {shlex.quote(library.backend.location)}", language=None)


def show_replacement(library: Library, info: PlanInfo) -> None:
    """Where the new version of one plan is dropped."""
    if desk(library).busy:
        show(text_element("p", "The library is at work. When that is done, a new version can be dropped here.", "none"))
        return
    key = state.drop_key("version")
    show(text_element("p", "What the plan says now is kept as a version, and what a person has set stays.", "aside"))
    dropped = st.file_uploader("The file with the new version", key=key, max_upload_size=LARGEST_FILE >> 20)
    if dropped:
        st.button("Replace the plan", key="replace", type="primary", on_click=_replace, args=(library, key, info))


def _lines(names: Sequence[str], sizes: Sequence[int], plans: Sequence[PlanInfo]) -> list[Html]:
    lines = [
        element(
            "li",
            text_element("span", _size(size), "status"),
            element("span", text_element("b", name), text_element("span", _fate(name, plans))),
        )
        for name, size in zip(names[:_SHOWN], sizes, strict=False)
    ]
    if len(names) > _SHOWN:
        lines.append(text_element("li", f"and {len(names) - _SHOWN:,} more"))
    return lines


def _fate(name: str, plans: Sequence[PlanInfo]) -> str:
    """What would become of a file of this name, as far as the name tells."""
    if _is_archive(name):
        return " is unpacked"
    if not _is_readable(name):
        return " is of no kind that can be read"
    there = _replaced(name, plans)
    return f" has the name of a plan that is there, {there.title}" if there else ""


def _is_archive(name: str) -> bool:
    return name.lower().endswith(".zip")


def _is_readable(name: str) -> bool:
    return Path(name.lower()).suffix in LOADERS


def _replaced(name: str, plans: Sequence[PlanInfo]) -> PlanInfo | None:
    """The plan in whose place a file of this name would go; none where the file cannot become a plan."""
    return plan_of_name(name, plans) if _is_readable(name) else None


def _size(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB" if size >= 100_000 else f"{-(-size // 1000)} kB"


@state.guarded
def _add(library: Library, key: str) -> None:
    uploads = [Upload(file.name, file.getvalue()) for file in st.session_state.get(key) or ()]
    replaces = bool(st.session_state.get(_REPLACES, True))
    title = f"Adding {counted(len(uploads), 'file')}"
    adding = partial(add_uploads, library, uploads, replaces=replaces)
    if uploads and state.begin(library, title, adding, cancellable=True):
        state.empty_drops()


@state.guarded
def _replace(library: Library, key: str, info: PlanInfo) -> None:
    file = st.session_state.get(key)
    if file is None:
        return
    uploads = [Upload(file.name, file.getvalue())]
    title = f"Replacing {info.title}"
    if state.begin(library, title, partial(add_uploads, library, uploads, into=info.id), cancellable=True):
        state.empty_drops()


@state.guarded
def _add_samples(library: Library) -> None:
    uploads = [Upload(path.name, path.read_bytes()) for path in _samples()]
    title = f"Adding {counted(len(uploads), 'sample plan')}"
    state.begin(library, title, partial(add_uploads, library, uploads), cancellable=True)


def _samples() -> list[Path]:
    return sorted(path for path in SAMPLES.iterdir() if path.suffix in LOADERS) if SAMPLES.is_dir() else []
