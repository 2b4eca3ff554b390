"""What stands above every page: the library's size and the size of type; that it is empty, or a link's plans gone."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from indexer.library import Library
from indexer.types import PlanInfo
from indexer.ui.library.adding import show_samples
from indexer.ui.library.report import show_work
from indexer.ui.shared.markup import element, show, text_element
from indexer.ui.shared.text_size import show_text_size


def show_heading(plans: Sequence[PlanInfo]) -> None:
    """The app's name, and how much is in the library."""
    count = f"{len(plans)} {'plan' if len(plans) == 1 else 'plans'}"
    passages = f"{sum(info.passages for info in plans):,} passages"
    with st.container(key="masthead", horizontal=True, gap="small", vertical_alignment="center"):
        show(
            element(
                "header",
                text_element("h1", "Plancite"),
                text_element("p", f"{count} · {passages}"),
                css="masthead",
            )
        )
        show_text_size()


def show_empty(library: Library) -> None:
    """That there are no plans yet, and the ways to have some; the sample plans are added right here."""
    link = element("a", text_element("span", "Drop files on the Library page"), href="library", target="_self")
    add = element("p", link, text_element("span", ", or add a folder in a terminal with the command below."))
    show_work(library)
    show_samples(library, add)


def show_missing(missing: Sequence[str], done: str, *, all_instead: bool) -> None:
    """Say which plans of a link are gone, and what was ``done`` without them; the address has lost them already."""
    names = ", ".join(f"“{plan}”" for plan in missing)
    verb = "is" if len(missing) == 1 else "are"
    instead = f"All plans were {done} instead." if all_instead else f"The plans that remain were {done}."
    show(text_element("p", f"{names} {verb} not in this library, or no longer. {instead}", "notice"))
