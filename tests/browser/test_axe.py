"""What a screen reader meets: axe-core finds nothing serious on any page, in light and dark."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from indexer.library import Library

pytestmark = pytest.mark.browser

CEMENT, OTHER = "what is the cement capacity rule?", "What share of energy will be non-fossil by 2030?"
QUESTIONS = {"q": [CEMENT, OTHER]}
PAGES: dict[str, tuple[str, dict[str, Any], str]] = {
    # name: path, query, what shows that it is drawn
    "ask-nothing-asked": ("", {}, "ul.plans"),
    "ask-answer": ("", {"q": CEMENT}, "blockquote.quote"),
    "ask-not-found": ("", {"q": "Which football club won the cup?"}, ".notice"),
    "ask-every": ("", {"q": "cement production", "all": "1", "sort": "place"}, "table.counts"),
    "ask-plan": ("", {"plan": "sichuan"}, ".source-text"),
    "compare-answers": ("compare", QUESTIONS, "blockquote.quote"),
    "compare-map": ("compare", {**QUESTIONS, "map": "1"}, "table.map"),
    "compare-counterparts": ("compare", {"tab": "counterparts", "at": "sichuan:0"}, ".source-text"),
    "compare-only": ("compare", {"tab": "only"}, ".stMain .passage-text"),
    "compare-sections": ("compare", {"tab": "sections", "pair": ["sichuan", "liaoning"]}, ".st-key-pairs"),
    "read-no-plan": ("read", {}, ".stMain h1"),
    "read-text": ("read", {"plan": "liaoning", "at": "2000-2300"}, ".source-text"),
    "read-page": ("read", {"plan": "liaoning", "view": "page", "find": "offshore wind"}, ".page-image img"),
    "targets": ("targets", {}, ".stVegaLiteChart"),
    "targets-every": ("targets", {"every": "1"}, ".stVegaLiteChart"),
    "library": ("library", {}, ".plan-heads"),
    "library-plan": ("library", {"plan": "sichuan"}, "dl.facts"),
    "library-changes": ("library", {"plan": "evil", "part": "changes"}, "del.passage-text mark.emphasis"),
    "library-edit": ("library", {"plan": "sichuan", "part": "edit"}, ".st-key-edit-fields"),
    "library-questions": ("library", {"tab": "questions"}, ".st-key-save-fields"),
    "library-folders": ("library", {"tab": "folders"}, "[data-testid=stForm]"),
    "library-removed": ("library", {"tab": "removed"}, "p.none"),
    "library-care": ("library", {"tab": "care"}, "dl.facts"),
}


def serious(page: Page) -> list[str]:
    """Serious and critical findings, each with where it is."""
    found = Axe().run(page).response["violations"]
    return [
        f"{finding['id']}: {' '.join(node['target'])} ({node['html'][:200]})"
        for finding in found
        if finding["impact"] in ("serious", "critical")
        for node in finding["nodes"]
    ]


def opened(page: Page, address: str, shown: str) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(address)
    page.locator(f"{shown}:visible").first.wait_for(timeout=60_000)
    settled(page)


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=60_000)
    expect(page.locator("[data-stale=true]")).to_have_count(0)


def assert_nothing_serious(page: Page) -> None:
    """In light, then in dark."""
    assert serious(page) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("getComputedStyle(document.querySelector('.stApp')).colorScheme === 'dark'")
    settled(page)
    assert serious(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_serious(site: str, page: Page, name: str) -> None:
    path, query, shown = PAGES[name]
    opened(page, f"{site}/{path}?{urlencode(query, doseq=True)}", shown)
    assert_nothing_serious(page)


def take_away(page: Page) -> None:
    page.get_by_role("button", name="Download").click()
    page.get_by_role("button", name="Answer sheet, Word").wait_for()


def earlier(page: Page) -> None:
    page.get_by_role("button", name="Earlier questions").click()
    page.get_by_text("Recent questions in this library").wait_for()


def text_size(page: Page) -> None:
    page.get_by_role("button", name="Text size").click()
    page.get_by_role("radio", name="Largest").click()
    page.wait_for_function("getComputedStyle(document.documentElement).fontSize > '16px'")


def copy(page: Page) -> None:
    page.get_by_role("button", name="Copy quote").first.click()
    page.get_by_role("button", name="Copied").wait_for()


@pytest.mark.parametrize("act", [take_away, earlier, text_size, copy])
def test_nothing_serious_in_what_unfolds(site: str, page: Page, act: Callable[[Page], None]) -> None:
    for question in (OTHER, CEMENT):  # the first is what was asked earlier
        opened(page, f"{site}/?{urlencode({'q': question})}", "blockquote.quote")
    act(page)
    settled(page)
    assert_nothing_serious(page)


def test_nothing_serious_where_there_are_no_plans(
    serve: Callable[[Path, Path], AbstractContextManager[str]], page: Page, tmp_path: Path
) -> None:
    Library.open(tmp_path / "library", create=True).close()
    with serve(tmp_path / "library", tmp_path) as empty:
        for path in ("", "compare", "targets", "read", "library"):
            opened(page, f"{empty}/{path}", ".stMain h1")
            assert_nothing_serious(page)
