"""What a page of the app says, read off its elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from streamlit.testing.v1 import AppTest

OpenApp: TypeAlias = Callable[..., AppTest]


def page_html(app: AppTest) -> str:
    """All HTML that the page wrote, save the app's own script."""
    return "\n".join(block.proto.body for block in app.get("html") if not block.proto.unsafe_allow_javascript)


def address(app: AppTest) -> dict[str, list[str]]:
    """The query part of the page's address."""
    return {name: [value] if isinstance(value, str) else list(value) for name, value in app.query_params.items()}
