"""The Targets page in a real browser: a click opens quotes, charts are taken away, screens of any width fit."""

from __future__ import annotations

import csv
import re
from io import BytesIO, StringIO
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Page, expect

SCREENSHOTS = Path(__file__).with_name("screenshots")
STATES: dict[str, dict[str, str | list[str]]] = {
    "side-by-side": {},
    "time-line": {"line": "sichuan", "sector": "energy"},
    "every-target": {"every": "1"},
    "nothing-fits": {"year": "1999"},
    "plan-gone": {"plan": "atlantis"},
}

pytestmark = pytest.mark.browser


def link(site: str, **query: str | list[str]) -> str:
    return f"{site}/targets?{urlencode(query, doseq=True)}"


def settled(page: Page) -> None:
    page.locator(".stVegaLiteChart canvas, .stVegaLiteChart svg, p.none").first.wait_for(timeout=60_000)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.locator(".stSpinner")).to_have_count(0, timeout=30_000)


def click_cell(page: Page, across: float, line: int) -> None:
    """Click the table at a share of its width, in this line under the heads."""
    table = page.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    page.wait_for_timeout(300)  # it may still be scrolling
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + across * box["width"], box["y"] + 35 + 66 * (line - 0.5))


def download(page: Page, name: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(started.value.path()).read_bytes()


def test_an_indicator_opens_the_quotes_of_all_plans_and_a_value_its_own(site: str, page: Page) -> None:
    page.goto(link(site, plan=["liaoning", "sichuan"], words="sea-rail"))
    settled(page)
    click_cell(page, 0.1, 1)
    quotes = page.locator("blockquote.quote")
    expect(quotes).to_have_count(2, timeout=30_000)
    expect(quotes.first.locator("mark.emphasis")).to_be_in_viewport()
    expect(page.locator(".source-text .answer").first).to_be_visible()
    click_cell(page, 0.75, 1)  # the table is narrower beside the quotes
    expect(quotes).to_have_count(1, timeout=30_000)
    expect(quotes.locator("mark.emphasis")).to_be_in_viewport()
    expect(page.locator(".source-text mark.emphasis").first).to_be_visible()
    expect(page.get_by_role("button", name="Copy quote")).to_have_attribute(
        "data-copied", re.compile("Liaoning Province")
    )
    assert parse_qs(urlsplit(page.url).query) == {"plan": ["liaoning", "sichuan"], "words": ["sea-rail"]}
    page.get_by_role("link", name="[1] Liaoning").click()
    expect(page).to_have_url(re.compile("open=liaoning"))
    page.reload()
    settled(page)
    expect(quotes).to_have_count(1, timeout=30_000)
    expect(page.locator(".source-text mark.emphasis").first).to_be_in_viewport()


def test_charts_and_tables_are_taken_away(site: str, page: Page) -> None:
    page.goto(link(site, plan=["national", "liaoning"], sector="energy", words="storage"))
    settled(page)
    drawing = ElementTree.fromstring(download(page, "SVG"))
    said = ["".join(each.itertext()) for each in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert any("> 30 million kW" in text for text in said)
    assert any("> 1 million kW" in text for text in said)
    image = Image.open(BytesIO(download(page, "PNG"))).convert("RGB")
    assert image.width > 1000 and len(image.getcolors(1 << 20) or []) > 20
    rows = list(csv.reader(StringIO(download(page, "CSV").decode("utf-8-sig"))))
    storage = next(row for row in rows if "energy storage" in row[0] and row[1] == "2025")
    assert storage[2] == "kW" and {"30000000.0", "more than", "29000000.0"} <= set(storage)
    book = load_workbook(BytesIO(download(page, "Excel")))
    assert book.sheetnames == ["Side by side", "Targets"]
    assert list(next(book["Side by side"].values)) == rows[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 800, 400])
def test_screens_fit_and_are_kept_as_pictures(site: str, page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    SCREENSHOTS.mkdir(exist_ok=True)
    for state, query in STATES.items():
        page.goto(link(site, **query))
        settled(page)
        assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth"), state
        for chart in page.locator(".stVegaLiteChart").all():
            assert chart.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), state
        page.screenshot(path=SCREENSHOTS / f"targets-{state}-{width}-{scheme}.png")
