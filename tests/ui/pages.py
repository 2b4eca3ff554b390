"""What a page of the app says, read off its elements."""

from __future__ import annotations

import time
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


def settle(app: AppTest) -> AppTest:
    """The page once everything that it works out in the background is there, as its clock would show it."""
    for _ in range(300):
        if not any(button.key and button.key.startswith("stop-") for button in app.button):
            return app
        time.sleep(0.1)
        app.run()
    raise AssertionError("The page was still filling after half a minute")
