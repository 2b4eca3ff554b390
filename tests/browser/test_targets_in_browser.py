"""The Targets page in a real browser: the table is drawn, a row opens its quote, the chart is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SCREENSHOTS = Path(__file__).with_name("screenshots")

pytestmark = pytest.mark.browser


def test_a_row_opens_its_quote_in_its_place(site: str, page: Page) -> None:
    page.goto(f"{site}/targets")
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible(timeout=60_000)
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    # the boxes that pick a row stand in the first column; the heads are the first line
    page.mouse.click(box["x"] + 12, box["y"] + 52)
    source = page.locator(".source-text")
    expect(source).to_be_visible(timeout=30_000)
    expect(source.locator(".answer").first).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "targets.png", full_page=True)
