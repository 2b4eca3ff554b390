"""The Ask page in a real browser: files taken away, a quote in the clipboard's box, type that stays, history over a restart."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO, StringIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from served import copy_library

Serve = Callable[[Path, Path], AbstractContextManager[str]]

pytestmark = pytest.mark.browser

CEMENT = "what is the cement capacity rule?"
QUOTE = "New capacity for cement clinker and flat glass is strictly prohibited."
SCREENSHOTS = Path(__file__).with_name("screenshots")
ROOT_SIZE = "parseFloat(getComputedStyle(document.documentElement).fontSize)"


def link(site: str, **query: str) -> str:
    return f"{site}/?{urlencode(query)}"


def take(page: Page, kind: str) -> tuple[str, bytes]:
    """Name and content of a file of the answer that is shown."""
    if not page.get_by_role("button", name=kind).is_visible():
        page.get_by_role("button", name="Download").click()
    with page.expect_download() as started:
        page.get_by_role("button", name=kind).click()
    return started.value.suggested_filename, Path(started.value.path()).read_bytes()


def test_an_answer_is_downloaded_in_four_formats(site: str, page: Page) -> None:
    page.goto(link(site, q=CEMENT))
    expect(page.locator("blockquote.quote").first).to_have_text(QUOTE, timeout=60_000)
    name, data = take(page, "Answer sheet, Word")
    assert name.startswith("what-is-the-cement-capacity-rule-") and name.endswith(".docx")
    said = [paragraph.text for paragraph in Document(BytesIO(data)).paragraphs]
    assert f"“{QUOTE}”" in said and any(text.startswith("Searched in all ") for text in said)
    _, data = take(page, "Answer sheet, Markdown")
    assert f"> {QUOTE}" in data.decode()
    _, data = take(page, "All passages, Excel")
    assert load_workbook(BytesIO(data))["Passages"].max_row == 11
    _, data = take(page, "All passages, CSV")
    assert len(list(csv.DictReader(StringIO(data.decode("utf-8-sig"))))) == 10


def test_every_passage_is_downloaded_though_ten_are_shown(site: str, page: Page) -> None:
    page.goto(link(site, q="energy", all="1"))
    heading = page.locator("h2", has_text=re.compile(r"in [\d,]+ passages"))
    heading.wait_for(timeout=60_000)
    found = int(re.findall(r"in ([\d,]+) passages", heading.text_content() or "")[0].replace(",", ""))
    assert found > 10
    _, data = take(page, "All passages, CSV")
    assert len(list(csv.DictReader(StringIO(data.decode("utf-8-sig"))))) == found


def test_the_size_of_type_outlives_links_and_reloads(site: str, page: Page) -> None:
    page.goto(link(site, q=CEMENT))
    page.get_by_role("button", name="Text size").click(timeout=60_000)
    page.get_by_role("radio", name="Larger").click()
    page.wait_for_function(f"{ROOT_SIZE} > 18")
    page.wait_for_function("document.cookie.includes('plancite_text_size=larger')")
    page.goto(f"{site}/library")
    page.locator(".plan-heads").wait_for(timeout=60_000)
    assert page.evaluate(ROOT_SIZE) > 18
    page.get_by_role("button", name="Text size").click()
    page.get_by_role("radio", name="Normal").click()
    page.wait_for_function(f"{ROOT_SIZE} < 17")


def test_history_by_keyboard_and_over_a_restart(serve: Serve, sample_folder: Path, tmp_path: Path, page: Page) -> None:
    library = tmp_path / "library"
    copy_library(sample_folder, library)
    with serve(library, tmp_path) as site:
        page.goto(link(site, q=CEMENT))
        expect(page.locator("blockquote.quote").first).to_be_visible(timeout=60_000)
        page.get_by_role("button", name="Save question").click()
        expect(page.get_by_role("link", name="Saved")).to_be_visible()
    with serve(library, tmp_path) as site:
        page.goto(site)
        expect(page.get_by_text("Recent questions in this library")).to_be_visible(timeout=60_000)
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)  # a page drawn anew takes the focus away
        again = page.locator('[class*="st-key-ask-again-"]').get_by_role("button", name=CEMENT)
        again.focus()
        page.keyboard.press("Tab")
        remove = page.get_by_role("button", name="Remove", exact=True)
        expect(remove).to_be_focused()
        assert remove.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        expect(page.locator("blockquote.quote").first).to_have_text(QUOTE, timeout=60_000)
        page.goto(site)
        remove.click(timeout=60_000)
        expect(again).to_have_count(0)
        # what is saved stays
        expect(page.locator(".st-key-saved-list").get_by_role("button", name=CEMENT)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 400])
def test_what_unfolds_fits(site: str, page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    SCREENSHOTS.mkdir(exist_ok=True)
    page.goto(link(site, q=CEMENT, sort="place"))
    page.get_by_role("button", name="Download").click(timeout=60_000)
    expect(page.get_by_role("button", name="All passages, CSV")).to_be_in_viewport()
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")
    page.screenshot(path=SCREENSHOTS / f"take-away-{width}-{scheme}.png")
