"""The file that a plan was read from, as it was handed in: where it is, and to take away."""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st

from indexer.errors import SourceError
from indexer.library import Library
from indexer.library.originals import find_original
from indexer.types import Plan, PlanInfo


def is_pdf(plan: Plan) -> bool:
    """Whether the plan was read from a file that has pages to show."""
    return bool(plan.pages) and PurePath(plan.source).suffix.lower() == ".pdf"


def missing_original(plan: Plan) -> SourceError:
    """The error for a plan whose file is needed and is not there."""
    name = PurePath(plan.source).name
    return SourceError(
        f"The original file {name} is not where it was, or has changed. Add it again on the Library page."
    )


def offer_original(library: Library, plan: Plan | PlanInfo, label: str, key: str) -> None:
    """A button that downloads the plan's file, byte by byte as it came; nothing where it is gone."""
    path = find_original(library.backend, plan)
    if path:
        # read when it is asked for
        st.download_button(
            label, path.read_bytes, PurePath(plan.source).name, key=key, type="tertiary", on_click="ignore"
        )
