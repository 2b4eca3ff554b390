"""What a page of the app says, read off its elements."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from html import unescape
from typing import TypeAlias
from urllib.parse import parse_qs

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

OpenApp: TypeAlias = Callable[..., AppTest]


def page_html(app: AppTest) -> str:
    """All HTML that the page wrote, save the app's own script with its words and the links to its pages."""
    bodies = [block.proto.body for block in app.get("html") if not block.proto.unsafe_allow_javascript]
    return "\n".join(body for body in bodies if not body.startswith(('<nav class="pages"', '<div class="words"')))


def address(app: AppTest) -> dict[str, list[str]]:
    """The query part of the page's address."""
    return {name: [value] if isinstance(value, str) else list(value) for name, value in app.query_params.items()}


def quote_links(app: AppTest, *, keeping: bool = False) -> list[tuple[str, dict[str, list[str]]]]:
    """What the links beside quotes say and where they lead, in the page's order; or those that put it into a brief."""
    return [(label, query) for label, query in _links(app) if ("keep" in query) == keeping]


def _links(app: AppTest) -> list[tuple[str, dict[str, list[str]]]]:
    found = re.findall(r'<div class="actions">(.*?)</div>', page_html(app), re.DOTALL)
    links = re.findall(r'<a [^>]*?href="\w*\?([^"]*)"[^>]*><span>(.*?)</span></a>', "".join(found), re.DOTALL)
    return [(unescape(label), parse_qs(unescape(query), keep_blank_values=True)) for query, label in links]


def follow(app: AppTest, label: str, nth: int = 0) -> AppTest:
    """Click on the ``nth`` link beside a quote that begins with ``label``: the browser changes the address alone."""
    query = [query for said, query in _links(app) if said.startswith(label)][nth]
    app.query_params.clear()
    app.query_params.update(query)
    return app.run()


def go(app: AppTest, page: str, **query: str | list[str]) -> AppTest:
    """Another page's address in the same session, as a link or the Back button leads to it."""
    # AppTest knows pages that are functions by the hash of their address only.
    app._page_hash = calc_hash(page)
    app.query_params.clear()
    app.query_params.update(query)
    return app.run()


def to_copy(app: AppTest) -> list[str]:
    """What the buttons beside quotes take to the clipboard, each plain and then as Markdown."""
    carried = re.findall(r'<button type="button" data-copied="([^"]*)"><span>Copy (?!link)', page_html(app))
    return [json.loads(unescape(text)) for text in carried]


def settle(app: AppTest) -> AppTest:
    """The page once everything that it works out in the background is there, as its clock would show it."""
    for _ in range(300):
        if not any(button.key and button.key.startswith("stop-") for button in app.button):
            return app
        time.sleep(0.1)
        app.run()
    raise AssertionError("The page was still filling after half a minute")
