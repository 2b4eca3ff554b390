"""A day's work in one run, by clicking and typing: from an empty library to an answer on its page, its file, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from indexer.library import Library

pytestmark = pytest.mark.browser

Serve = Callable[[Path, Path], AbstractContextManager[str]]

SCREENSHOTS = Path(__file__).with_name("screenshots")
TITLE = "Coastal Province Carbon Peak Plan"
SAMPLE = "Action Plan for Carbon Dioxide Peaking Before 2030"
ANSWER = "By 2030, tidal power stations of 750,000 kilowatts will be running along the coast."
ASKED, SHARE = "How much tidal power will be running by 2030?", "What share of energy will be non-fossil by 2030?"
PAGES = [
    [
        (20, TITLE),
        (15, "1. Main objectives"),
        (11, "By 2030, non-fossil energy will make up 31% of energy consumption."),
        (11, "Forest cover will reach 52% by 2030."),
        (15, "2. Power from the sea"),
        (11, "Sites for tidal power will be surveyed in every bay and registered by the province."),
    ],
    [
        (15, "3. Building"),
        (11, ANSWER),
        (11, "Older tidal barrages will be rebuilt or taken away."),
        (15, "4. Safeguards"),
        (11, "Each county will report once a year on what was done."),
    ],
]
_WAIT = 400_000


def made_pdf() -> bytes:
    """A plan of two pages, a sentence a line."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=True)
    for page in PAGES:
        height = 480.0  # a page opens some lines above the highlighted one, which takes such lines
        for size, line in page:
            canvas.setFont("Helvetica-Bold" if size > 11 else "Helvetica", size)
            canvas.drawString(70, height, line)
            height -= 2.4 * size
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def go(page: Page, name: str) -> None:
    """To another page, by the names on top."""
    page.get_by_test_id("stTopNavLinkContainer").get_by_role("link", name=name, exact=True).click()
    expect(page).to_have_url(re.compile(r"/\w*$" if name == "Ask" else f"/{name.lower()}"))


def turn(page: Page, name: str) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True).click()


def pick(page: Page, title: str) -> None:
    page.get_by_role("combobox", name="Plans").fill(title)
    page.get_by_role("option", name=title).first.click()


def taken(page: Page, name: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(started.value.path()).read_bytes()


def report(page: Page) -> Locator:
    return page.locator(".st-key-report ul.report li")


def reach(box: Locator, camera: Camera) -> None:
    """On a narrow screen, where a source opens under what was clicked, move on to its box, but not within it."""
    if camera.width < 1000:
        box.scroll_into_view_if_needed(timeout=_WAIT)


class Camera:
    """Takes each step in light and dark, and finds that it fits the window."""

    def __init__(self, page: Page, width: int) -> None:
        self.page, self.width, self.step = page, width, 0

    def take(self, name: str) -> None:
        self.step += 1
        page = self.page
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
        expect(page.locator(".stSpinner")).to_have_count(0, timeout=_WAIT)
        page.mouse.move(0, 0)
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.wait_for_function(
                "scheme => getComputedStyle(document.querySelector('.stApp')).colorScheme === scheme", arg=scheme
            )
            assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth"), name
            page.wait_for_timeout(200)  # colours fade into each other
            page.screenshot(path=SCREENSHOTS / f"day-{self.step:02}-{name}-{self.width}-{scheme}.png")


@pytest.mark.parametrize("width", [1440, 800])
def test_a_days_work(serve: Serve, page: Page, tmp_path: Path, width: int) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.set_viewport_size({"width": width, "height": 900})
    camera = Camera(page, width)
    (tmp_path / "coastal.pdf").write_bytes(made_pdf())
    with Library.open(tmp_path / "library", create=True):
        pass
    with serve(tmp_path / "library", tmp_path) as site:
        page.goto(site)
        fill_the_library(page, camera, tmp_path / "coastal.pdf")
        from_question_to_page(page, camera)
        find_in_plan(page, camera)
        compare(page, camera)
        filter_targets(page, camera)
        download_answer(page, camera)
        remove_and_put_back(page, camera)


def fill_the_library(page: Page, camera: Camera, file: Path) -> None:
    expect(page.get_by_role("heading", name="The library is empty.")).to_be_visible(timeout=_WAIT)
    camera.take("empty")
    page.get_by_role("button", name="Add the 3 sample plans").click()
    expect(page.get_by_test_id("stProgress")).to_be_visible(timeout=_WAIT)
    expect(page.locator("ul.plans li")).to_have_count(3, timeout=_WAIT)
    expect(page.locator(".masthead")).to_contain_text("3 plans")
    camera.take("samples")

    go(page, "Library")
    zone = page.get_by_test_id("stFileUploaderDropzone")
    with page.expect_file_chooser() as chooser:
        zone.locator("button").click(timeout=_WAIT)
    chooser.value.set_files(file)
    expect(report(page)).to_have_count(1, timeout=_WAIT)
    expect(report(page)).to_contain_text(re.compile(r"Added.*coastal\.pdf", re.DOTALL))
    expect(page.locator(".masthead")).to_contain_text("4 plans")
    expect(page.get_by_role("button", name=TITLE)).to_be_visible()
    camera.take("added")
    page.get_by_role("button", name="Close this report").click()
    expect(report(page)).to_have_count(0)


def from_question_to_page(page: Page, camera: Camera) -> None:
    go(page, "Ask")
    page.get_by_label("Question", exact=True).fill(ASKED, timeout=_WAIT)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("blockquote.quote").first).to_have_text(ANSWER, timeout=_WAIT)
    camera.take("answer")
    page.get_by_role("link", name=f"[1] {TITLE}").click()
    source = page.get_by_role("region", name="The plan's text around the passage")
    reach(source, camera)
    expect(source.locator("mark.answer").first).to_be_in_viewport()
    expect(page.locator(".crumbs").filter(has_text="page 2 of 2 · coastal.pdf")).to_be_visible()
    camera.take("source-text")
    turn(page, "Page")
    expect(page.locator(".page-image img")).to_be_visible(timeout=_WAIT)
    reach(page.locator(".page-images"), camera)
    expect(page.locator(".page-image .spot")).to_be_in_viewport()
    if camera.width >= 1000:  # beside the answer: all of its box is seen without scrolling
        expect(page.get_by_role("region", name="Image of page 2")).to_be_in_viewport(ratio=1)
    camera.take("source-page")


def find_in_plan(page: Page, camera: Camera) -> None:
    page.get_by_role("link", name="Open in plan").click()
    reach(page.locator(".st-key-reading .page-images"), camera)
    expect(page.locator(".st-key-reading .page-image .spot")).to_be_in_viewport(timeout=_WAIT)
    expect(page.get_by_role("spinbutton", name="Page number")).to_have_value("2")
    camera.take("read-page")
    box = page.get_by_role("textbox", name="Find in this plan")
    box.fill("tidal")
    box.press("Enter")
    tools = page.locator(".st-key-reading-find")
    expect(tools).to_contain_text("of 3", timeout=_WAIT)
    turn(page, "Text")
    reach(page.locator(".source-text"), camera)
    expect(page.locator(".source-text mark.emphasis")).to_be_in_viewport(timeout=_WAIT)
    count = tools.locator("p.aside")
    before = count.inner_text()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(count).not_to_have_text(before, timeout=_WAIT)
    expect(page.locator(".source-text mark.emphasis")).to_have_text("tidal")
    camera.take("read-found")


def compare(page: Page, camera: Camera) -> None:
    go(page, "Compare")
    pick(page, TITLE)
    pick(page, SAMPLE)
    page.keyboard.press("Escape")
    page.get_by_label("Questions or topics").fill(SHARE)
    page.get_by_role("button", name="Compare 2 plans").click()
    quotes = page.locator("blockquote.quote")
    expect(quotes).to_have_count(2, timeout=_WAIT)
    figures = sorted(quotes.nth(i).locator("b.figure").all_inner_texts() for i in range(2))
    # the sample says its share twice, once among other targets
    assert [marked[0] for marked in figures] == ["25%", "31%"] and figures[1] == ["31%"]
    camera.take("compared")


def filter_targets(page: Page, camera: Camera) -> None:
    go(page, "Targets")
    page.locator(".stVegaLiteChart canvas, .stVegaLiteChart svg").first.wait_for(timeout=_WAIT)
    camera.take("targets")
    pick(page, TITLE)
    page.keyboard.press("Escape")
    words = page.get_by_role("textbox", name="Words")
    words.fill("tidal")
    words.press("Enter")
    expect(page.locator("p.aside").filter(has_text="1 indicator.")).to_be_visible(timeout=_WAIT)
    camera.take("targets-filtered")
    rows = list(load_workbook(BytesIO(taken(page, "Excel")))["Targets"].values)
    assert len(rows) == 2
    assert ANSWER in rows[1]


def download_answer(page: Page, camera: Camera) -> None:
    go(page, "Ask")
    page.locator('[class*="st-key-ask-again-"]').get_by_role("button", name=ASKED).click(timeout=_WAIT)
    expect(page.locator("blockquote.quote").first).to_have_text(ANSWER, timeout=_WAIT)
    page.get_by_role("button", name="Download").click()
    expect(page.get_by_role("button", name="Answer sheet, Word")).to_be_visible()
    camera.take("take-away")
    said = [paragraph.text for paragraph in Document(BytesIO(taken(page, "Answer sheet, Word"))).paragraphs]
    assert f"“{ANSWER}”" in said
    page.keyboard.press("Escape")


def remove_and_put_back(page: Page, camera: Camera) -> None:
    go(page, "Library")
    page.get_by_role("button", name=TITLE).click(timeout=_WAIT)
    expect(page.locator("dl.facts")).to_contain_text("coastal.pdf", timeout=_WAIT)
    camera.take("plan")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator(".notice")).to_contain_text(f"Removed: {TITLE}", timeout=_WAIT)
    expect(page.locator(".masthead")).to_contain_text("3 plans")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    camera.take("removed")
    page.get_by_role("tab", name="Removed plans").click()
    expect(page.locator("p.card-title")).to_have_text(TITLE, timeout=_WAIT)
    camera.take("removed-plans")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator(".masthead")).to_contain_text("4 plans", timeout=_WAIT)
    go(page, "Read")
    page.get_by_role("combobox", name="Plan").click(timeout=_WAIT)
    page.get_by_role("option", name=TITLE).click()
    expect(page.locator(".source-text")).to_contain_text(ANSWER, timeout=_WAIT)
    camera.take("read-again")
