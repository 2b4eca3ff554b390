"""Comparing in a real browser: from the question to the files taken away, scrolling, paper, and hostile text."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

SHARE = "What share of energy will be non-fossil by 2030?"
PAIR = ["national", "sichuan"]
SCREENSHOTS = Path(__file__).with_name("screenshots")
QUESTIONS = ["What is the cement capacity rule?", SHARE, "How much offshore wind will be built?"]
STATES: dict[str, dict[str, str | list[str]]] = {
    "nothing-asked": {},
    "side-by-side": {"q": SHARE, "plan": ["liaoning", *PAIR]},
    "one-plan": {"q": SHARE, "plan": "sichuan"},
    "table": {"q": QUESTIONS},
    "map": {"q": QUESTIONS, "map": "1"},
    "counterparts": {"plan": ["sichuan", "liaoning"], "tab": "counterparts", "at": "sichuan:6000"},
    "only": {"plan": ["sichuan", "liaoning"], "tab": "only"},
    "sections": {"plan": ["sichuan", "liaoning"], "tab": "sections", "section": "5"},
}


def link(site: str, **query: str | list[str]) -> str:
    return f"{site}/compare?{urlencode(query, doseq=True)}"


def settled(page: Page) -> None:
    """Wait until all answers and the text of what is open are there."""
    page.locator(".stTabs, .notice").first.wait_for(timeout=30_000)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.locator(":is(.stButton, .stFormSubmitButton) button:visible").first.wait_for(timeout=30_000)
    page.locator(".plan-title, .pane, .card-title, .passage-text, .notice, .st-key-examples").first.wait_for(
        timeout=30_000
    )
    expect(page.locator(".stSpinner")).to_have_count(0, timeout=30_000)
    expect(page.locator("[class*=st-key-stop-]")).to_have_count(0, timeout=30_000)


def download(page: Page, name: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(started.value.path()).read_bytes()


def pick(page: Page, title: str) -> None:
    box = page.get_by_role("combobox", name="Plans")
    box.fill(title)
    page.get_by_role("option", name=title).first.click()


def test_from_the_question_to_the_files(site: str, page: Page) -> None:
    page.goto(site)
    page.get_by_test_id("stTopNavLinkContainer").get_by_role("link", name="Compare").click()
    expect(page.get_by_label("Questions or topics")).to_be_visible(timeout=20_000)  # the page before has plans, too
    pick(page, "Action Plan for Carbon Dioxide Peaking")
    pick(page, "Sichuan Carbon Peak")
    page.keyboard.press("Escape")
    page.get_by_label("Questions or topics").fill(SHARE)
    page.get_by_role("button", name="Compare 2 plans").click()
    settled(page)
    assert parse_qs(urlsplit(page.url).query) == {"q": [SHARE], "plan": PAIR}
    quotes = page.locator("blockquote.quote")
    expect(quotes).to_have_count(2)
    expect(quotes.nth(1).locator("b.figure")).to_have_text("43.5%")

    page.get_by_role("link", name="1(3)").click()
    source = page.get_by_role("region", name="The plan's text around the passage")
    expect(source.locator("mark.answer").first).to_be_in_viewport()
    expect(page.locator(".crumbs").filter(has_text="sichuan.md")).to_be_visible()

    said = [" ".join((quotes.nth(i).text_content() or "").split()) for i in range(2)]
    document = Document(BytesIO(download(page, "Word")))
    boxes = [box.text for row in document.tables[0].rows for box in row.cells]
    assert any("1 question · 2 plans" in paragraph.text for paragraph in document.paragraphs)
    for quote in said:
        assert any(f"“{quote}”" in box for box in boxes)
    book = load_workbook(BytesIO(download(page, "Excel")))
    rows = list(book["Answers"].values)
    column = rows[0].index("Quote")
    assert [" ".join(str(row[column]).split()) for row in rows[1:]] == said
    markdown = download(page, "Markdown").decode()
    assert "43.5%" in markdown.replace("**", "") and f"## {SHARE}" in markdown


def offset(pane: Locator) -> float:
    """How far the passage of a pane stands from the pane's top."""
    return float(
        pane.evaluate("p => p.querySelector('.passage').getBoundingClientRect().top - p.getBoundingClientRect().top")
    )


def test_texts_scroll_together_from_their_passages_until_told_not_to(site: str, page: Page) -> None:
    page.goto(link(site, plan=["sichuan", "liaoning"], tab="counterparts", at="sichuan:9400"))
    settled(page)
    panes = page.locator(".pane")
    expect(panes).to_have_count(2)
    one, other = panes.nth(0), panes.nth(1)
    one.evaluate("p => { p.scrollTop += 150 }")
    page.wait_for_function(
        "() => { const t = p => p.querySelector('.passage').getBoundingClientRect().top - p.getBoundingClientRect().top;"
        "const [a, b] = document.querySelectorAll('.pane'); return Math.abs(t(a) - t(b)) < 2; }"
    )
    before = offset(one)
    other.evaluate("p => { p.scrollTop += 200 }")
    page.wait_for_function(
        "before => { const p = document.querySelector('.pane');"
        "const t = p.querySelector('.passage').getBoundingClientRect().top - p.getBoundingClientRect().top;"
        "return Math.abs(before - 200 - t) < 2; }",
        arg=before,
    )
    page.get_by_text("Scroll together").click()
    expect(page.locator('[class*="-apart"]')).to_have_count(1)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    still = offset(other)
    one.evaluate("p => { p.scrollTop += 120 }")
    page.wait_for_timeout(300)
    assert offset(other) == pytest.approx(still, abs=1)
    assert parse_qs(urlsplit(page.url).query)["apart"] == ["1"]


def test_an_answer_leads_to_its_counterparts_and_back(site: str, page: Page) -> None:
    page.goto(link(site, q=SHARE, plan=PAIR))
    settled(page)
    page.locator(".actions").get_by_role("link", name="Counterparts").last.click()
    expect(page.locator(".pane")).to_have_count(2, timeout=30_000)
    expect(page.get_by_role("tab", name="Counterparts")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".pane").first.locator("mark.answer").first).to_be_in_viewport()
    page.go_back()
    expect(page.locator("blockquote.quote")).to_have_count(2)


def test_a_place_in_the_table_opens_its_source_in_view(site: str, page: Page) -> None:
    page.goto(link(site, q=QUESTIONS))
    settled(page)
    page.evaluate("window.same = true")
    place = page.locator("table.grid tr", has_text="Sichuan").locator("a.place").nth(1)
    place.click()
    source = page.get_by_role("region", name="The plan's text around the passage")
    expect(source).to_contain_text("43.5%")
    expect(source.locator("mark.answer").first).to_be_in_viewport()
    assert page.evaluate("window.same"), "the page was loaded anew"
    given = parse_qs(urlsplit(page.url).query)
    assert given["read"] == ["2"] and given["open"][0].startswith("sichuan:")
    page.reload()
    expect(source.locator("mark.answer").first).to_be_in_viewport(timeout=30_000)
    page.go_back()
    expect(source).to_have_count(0)


def test_work_is_stopped_while_the_page_stays_usable(site: str, page: Page) -> None:
    page.goto(link(site, q=[f"What about topic number {n}?" for n in range(40)]))
    page.locator("td").first.wait_for(timeout=30_000)
    page.get_by_label("Questions or topics").fill("half typed")
    page.locator(".st-key-stop-answers button").click()
    expect(page.get_by_text("Stopped at")).to_be_visible()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    expect(page.get_by_label("Questions or topics")).to_have_value("half typed")
    assert page.locator("td.pending").count() > 0


def test_hostile_text_stays_text(site: str, page: Page) -> None:
    asked = ["Which asbestos <img src=x onerror=alert(3)> rule is banned?", "**asbestos** $x^2$ <b>tons</b>"]
    page.goto(link(site, q=asked, plan=["evil", "sichuan"]))
    settled(page)
    expect(page.locator("table.grid th").filter(has_text="<img src=x onerror=alert(3)>")).to_have_count(1)
    expect(page.locator("blockquote.quote").first).to_contain_text("[link](javascript:alert(1)) and <img")
    for tab in ("counterparts", "only", "sections"):
        page.goto(link(site, plan=["evil", "sichuan"], tab=tab, at="evil:0", section="0"))
        settled(page)
        expect(page.locator(".stMain").get_by_text("<b>Evil</b>").first).to_be_attached()
        found = page.locator(".stMain").locator("img, .katex, a[href^='javascript'], a[href*='evil.example']")
        assert found.count() == 0
        assert page.locator(".stMain script").count() == 1  # the app's own


def test_on_paper_the_comparison_stands_alone_and_whole(site: str, page: Page) -> None:
    page.goto(link(site, q=QUESTIONS))
    settled(page)
    page.emulate_media(media="print")
    expect(page.locator("blockquote.quote").first).to_be_visible()
    expect(page.get_by_role("heading", name=QUESTIONS[0])).to_be_visible()
    for name in ("Copy quote", "Word", "Compare 4 plans"):
        expect(page.get_by_role("button", name=name).first).to_be_hidden()
    box = page.locator(".st-key-grid-table")
    assert box.evaluate("e => e.scrollHeight <= e.clientHeight + 1")
    assert len(page.pdf(format="A4", landscape=True)) > 10_000


def test_on_paper_sections_keep_their_headings(site: str, page: Page) -> None:
    page.goto(link(site, plan=["sichuan", "liaoning"], tab="sections", section="5"))
    settled(page)
    headings = page.locator(".st-key-pairs [class*=st-key-line-] button")
    headings.nth(20).wait_for()
    count = headings.count()
    page.emulate_media(media="print")
    expect(headings.filter(visible=True)).to_have_count(count)
    expect(page.get_by_role("button", name="Compare 2 plans")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 800])
def test_screens_fit_and_are_kept_as_pictures(site: str, page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    SCREENSHOTS.mkdir(exist_ok=True)
    for state, query in STATES.items():
        page.goto(link(site, **query))
        settled(page)
        assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme") == scheme
        assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth"), state
        page.screenshot(path=SCREENSHOTS / f"compare-{state}-{width}-{scheme}.png")
