"""What stands above every page: the library's size, that it is empty, that plans of a link are gone."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from indexer.library import Library
from indexer.types import PlanInfo
from indexer.ui.markup import element, show, text_element


def show_heading(plans: Sequence[PlanInfo]) -> None:
    """The app's name, and how much is in the library."""
    count = f"{len(plans)} {'plan' if len(plans) == 1 else 'plans'}"
    passages = f"{sum(info.passages for info in plans):,} passages"
    show(
        element(
            "header",
            text_element("h1", "Planlens"),
            text_element("p", f"{count} · {passages}"),
            css="masthead",
        )
    )


def show_empty(library: Library) -> None:
    """That there are no plans yet, and how to add some."""
    show(
        element(
            "section",
            text_element("h2", "The library is empty."),
            element(
                "p",
                element("a", text_element("span", "Add plans on the Library page"), href="library", target="_self"),
                text_element("span", ", or in a terminal with the command below."),
            ),
            css="notice",
        )
    )
    st.code(f"planlens add FILE --library {library.backend.location}", language=None)


def show_missing(missing: Sequence[str], done: str, *, all_instead: bool) -> None:
    """Say which plans of a link are gone, and what was ``done`` without them; the address has lost them already."""
    names = ", ".join(f"“{plan}”" for plan in missing)
    verb = "is" if len(missing) == 1 else "are"
    instead = f"All plans were {done} instead." if all_instead else f"The plans that remain were {done}."
    show(text_element("p", f"{names} {verb} not in this library, or no longer. {instead}", "notice"))
