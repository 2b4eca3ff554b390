"""What can be taken away from a page: files that are made on demand, originals, links."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

import streamlit as st

from indexer.library import Library
from indexer.library.originals import find_original
from indexer.translation import _
from indexer.types import Plan, PlanInfo
from indexer.ui.shared.address import View, full_link
from indexer.ui.shared.markup import copy_button, element, show


def show_download(label: str, data: bytes | Callable[[], bytes | str], name: str, kind: str | None, key: str) -> None:
    """A button that downloads ``data``, which may be made only then, as a file of this name and media type."""
    st.download_button(label, data, name, kind, key=key, type="tertiary", on_click="ignore")


def show_original(library: Library, plan: Plan | PlanInfo, label: str, key: str) -> None:
    """A button that downloads the plan's file, byte by byte as it came; nothing where it is gone."""
    path = find_original(library.backend, plan)
    if path:
        show_download(label, path.read_bytes, PurePath(plan.source).name, None, key)


def show_link(view: View, label: str = "") -> None:
    """The address that opens ``view`` again, to copy."""
    address = full_link(view)
    with st.popover(label or _("Link"), type="tertiary"):
        show(
            element("p", address, css="link"),
            element("div", copy_button(_("Copy link"), address), css="actions"),
        )
