"""The library as a whole: where it lies and how large it is, whether it is sound, and building it anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import streamlit as st

from indexer.library import Library
from indexer.types import PlanInfo
from indexer.ui.library import state
from indexer.ui.library.jobs import Cancelled, Report, Work, desk
from indexer.ui.shared.markup import element, show, text_element
from indexer.wording import counted


def show_care(library: Library, plans: Sequence[PlanInfo]) -> None:
    """What the library is, and the two things that are done with all of it."""
    model = library.backend.model
    facts = {
        "Folder": library.backend.location,
        "Size": _size(Path(library.backend.location)),
        "Plans": f"{counted(len(plans), 'plan')}, {counted(sum(info.passages for info in plans), 'passage')}",
        "Changes so far": f"{library.backend.generation:,}",
        "Model": Path(model[0]).name if model else "",
    }
    rows = [
        piece for name, text in facts.items() if text for piece in (text_element("dt", name), text_element("dd", text))
    ]
    show(element("dl", *rows, css="facts"))
    busy = desk(library).busy
    lines = {
        "check": "Checking reads everything in the library and holds its parts against each other. It changes nothing.",
        "rebuild": "Rebuilding makes passages, vectors and indexes anew from the plans' texts, for when a check finds "
        "something. Until it is done, questions are answered as before.",
    }
    show(text_element("p", lines["check"], "aside"))
    st.button("Check the library", key="check", on_click=_check, args=(library,), disabled=busy)
    show(text_element("p", lines["rebuild"], "aside"))
    st.button("Rebuild the library", key="rebuild", on_click=_rebuild, args=(library,), disabled=busy or not plans)


@state.guarded
def _check(library: Library) -> None:
    def work(work: Work) -> Iterator[Report]:
        problems = library.check()
        yield from (Report("The library:", "problem", problem) for problem in problems)
        if problems:
            yield Report("What to do:", "problem", "rebuild the library, which makes all of it anew from the texts")
        else:
            passages = counted(sum(info.passages for info in library.plans()), "passage")
            yield Report("The library", "done", f"is sound: each of {passages} is where it belongs")

    state.begin(library, "Checking the library", work)


@state.guarded
def _rebuild(library: Library) -> None:
    def work(work: Work) -> Iterator[Report]:
        try:
            library.rebuild(progress=work.progress())
        except Cancelled:
            yield Report("Rebuilding", "cancelled", "the library is as it was")
            return
        yield Report("The library", "done", f"is built anew: {counted(len(library.plans()), 'plan')}")

    state.begin(library, "Rebuilding the library", work, cancellable=True, breaks_off=True)


def _size(folder: Path) -> str:
    """What the library takes on the disk; "" where it is no folder."""
    if not folder.is_dir():
        return ""
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    return f"{sum(sizes) / 1_000_000:,.1f} MB in {counted(len(sizes), 'file')}"
