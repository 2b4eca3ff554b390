"""Where people stumbled in a morning's work, each in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect
from served import copy_library

pytestmark = pytest.mark.browser

CEMENT = "What is the cement capacity rule?"
WIND = "What does Liaoning say about offshore wind?"
_WAIT = 90_000
Serve = Callable[[Path, Path], AbstractContextManager[str]]


def test_the_answer_is_at_the_top_with_its_source_beside_it(site: str, page: Page) -> None:
    for width, height in ((1440, 900), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{site}/?{urlencode({'q': CEMENT})}")
        quote = page.locator("blockquote.quote").first
        expect(quote).to_be_visible(timeout=_WAIT)
        source = page.locator(".source-text")
        expect(source).to_be_visible()
        # while the page is drawn, what is to go stands above it
        page.wait_for_function(
            "half => document.querySelector('blockquote.quote').getBoundingClientRect().bottom < half", arg=height / 2
        )
        answer, beside = quote.bounding_box(), source.bounding_box()
        assert answer and beside
        assert beside["x"] > answer["x"] + answer["width"] and beside["y"] < height / 2
        assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")


def test_on_a_telephone_the_answer_is_on_the_first_screen(site: str, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site}/?{urlencode({'q': CEMENT})}")
    quote = page.locator("blockquote.quote").first
    expect(quote).to_be_visible(timeout=_WAIT)
    expect(quote).to_be_in_viewport(ratio=1)


def test_on_a_telephone_all_pages_are_a_touch_away(site: str, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site}/?{urlencode({'q': CEMENT})}")
    expect(page.locator("blockquote.quote").first).to_be_visible(timeout=_WAIT)
    links = page.get_by_role("navigation", name="Pages", exact=True).get_by_role("link")
    assert links.all_inner_texts() == ["Ask", "Compare", "Targets", "Read", "Brief", "Library"]
    for each in links.all():
        box = each.bounding_box()
        assert box and box["height"] >= 24 and box["x"] + box["width"] <= 390
    page.evaluate("window.same = true")
    links.filter(has_text="Read").click()
    expect(page.get_by_role("heading", name="Choose a plan to read")).to_be_visible(timeout=_WAIT)
    page.locator("ul.plans").get_by_role("link", name="Sichuan").click()
    expect(page.locator(".source-text")).to_be_visible(timeout=_WAIT)
    assert page.evaluate("window.same"), "the page was loaded anew"


def test_the_page_image_beside_an_answer_can_be_made_larger(site: str, page: Page) -> None:
    page.goto(f"{site}/?{urlencode({'q': WIND})}")
    page.get_by_test_id("stButtonGroup").get_by_text("Page", exact=True).click(timeout=_WAIT)
    image = page.locator(".page-image img").first
    expect(image).to_be_visible(timeout=_WAIT)
    tools = [
        page.get_by_text(re.compile(r"^of \d+$")),
        *map(page.get_by_role("button").get_by_text, ("Smaller", "Fit width")),
    ]
    places = [tool.bounding_box() for tool in (*tools, page.locator(".page-images"))]
    count, smaller, fit, sheet = [place for place in places if place]
    assert count["x"] + count["width"] < smaller["x"] and fit["x"] + fit["width"] <= sheet["x"] + sheet["width"]
    before = image.bounding_box()
    assert before
    page.get_by_role("button", name="Larger", exact=True).click()
    expect(page.get_by_text("125 %")).to_be_visible(timeout=_WAIT)
    width = "document.querySelector('.page-image img').getBoundingClientRect().width"
    page.wait_for_function(f"before => {width} > 1.2 * before", arg=before["width"])
    expect(page.locator(".page-image .spot").first).to_be_in_viewport()
    page.get_by_role("button", name="Fit width").click()
    expect(page.get_by_text("100 %")).to_be_visible(timeout=_WAIT)


def test_a_plans_panel_is_in_view_next_to_the_list(site: str, page: Page) -> None:
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{site}/library")
        title = page.get_by_role("button", name="Sichuan Carbon Peak")
        title.click(timeout=_WAIT)
        facts = page.locator("dl.facts")
        expect(facts).to_be_visible(timeout=_WAIT)
        expect(page.locator(".st-key-panel-head")).to_be_in_viewport(ratio=1)
        panel, row = page.locator(".st-key-opened-plan").bounding_box(), title.bounding_box()
        assert panel and row
        if width > 1000:
            assert panel["x"] > row["x"] + 200 and abs(panel["y"] - row["y"]) < height / 2
            expect(facts).to_be_in_viewport(ratio=0.9)
        else:
            assert panel["y"] < row["y"]
        page.get_by_role("button", name="Close", exact=True).click()
        expect(facts).to_have_count(0)


def test_a_replacement_reports_where_the_file_was_dropped(own_site: str, page: Page) -> None:
    page.goto(f"{own_site}/library?plan=sichuan&part=replace")
    zone = page.locator(".st-key-opened-plan").get_by_test_id("stFileUploaderDropzone")
    zone.locator("input[type=file]").set_input_files(
        {
            "name": "new.txt",
            "mimeType": "text/plain",
            "buffer": b"Sichuan Plan\n\n1. Wind\n\nWind power doubles by 2030.\n",
        }
    )
    report = page.locator(".st-key-opened-plan .st-key-report ul.report li")
    expect(report).to_contain_text("Replaced", timeout=_WAIT)
    expect(report).to_be_in_viewport(ratio=1)


def test_what_was_saved_is_said_where_one_looks(own_site: str, page: Page) -> None:
    for width, height in ((1440, 700), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{own_site}/library?plan=sichuan&part=edit")
        page.get_by_role("textbox", name="Tags").fill(f"width {width}", timeout=_WAIT)
        page.get_by_role("button", name="Save", exact=True).click()
        notice = page.locator(".st-key-opened-plan .notice")
        expect(notice).to_contain_text("Saved", timeout=_WAIT)
        expect(notice).to_be_in_viewport(ratio=1)
        below = page.evaluate("box => box.getBoundingClientRect().top", notice.element_handle())
        assert below > page.evaluate("document.querySelector('header').getBoundingClientRect().bottom") - 1


def test_the_name_of_the_open_page_leads_to_its_beginning(site: str, page: Page) -> None:
    page.goto(f"{site}/?{urlencode({'q': CEMENT})}")
    expect(page.locator("blockquote.quote").first).to_be_visible(timeout=_WAIT)
    names = page.get_by_test_id("stTopNavLinkContainer")
    names.get_by_role("link", name="Ask").click()
    expect(page.get_by_label("Question", exact=True)).to_have_value("", timeout=_WAIT)
    expect(page.locator("blockquote.quote")).to_have_count(0)
    page.go_back()
    expect(page.locator("blockquote.quote").first).to_be_visible(timeout=_WAIT)
    names.get_by_role("link", name="Compare").click()
    expect(page.get_by_label("Questions or topics")).to_be_visible(timeout=_WAIT)


def test_charts_do_not_trap_the_wheel(site: str, page: Page) -> None:
    page.goto(f"{site}/targets?line=sichuan")
    chart = page.locator(".st-key-t-chart-drawn")
    chart.locator("canvas, svg").first.wait_for(timeout=_WAIT)
    assert chart.evaluate("e => getComputedStyle(e).overflowY") == "visible"
    assert chart.evaluate("e => e.scrollHeight <= e.clientHeight + 1")


def test_asking_closes_the_menu_of_the_filter(site: str, page: Page) -> None:
    page.goto(site)
    page.get_by_role("button", name="Filter plans").click(timeout=_WAIT)
    menu = page.get_by_test_id("stPopoverBody").filter(visible=True)
    expect(menu).to_have_count(1)
    box = page.get_by_label("Question", exact=True)
    box.fill(CEMENT)
    box.press("Enter")
    expect(page.locator("blockquote.quote").first).to_be_visible(timeout=_WAIT)
    expect(menu).to_have_count(0)


def test_no_form_says_press_enter(site: str, page: Page) -> None:
    page.goto(site)
    box = page.get_by_label("Question", exact=True)
    box.fill("cement", timeout=_WAIT)
    expect(page.get_by_text(re.compile("Press (Enter|⌘)"))).to_be_hidden()


def test_a_lost_connection_is_said_in_our_words(site: str, page: Page) -> None:
    page.goto(site)
    page.locator(".masthead").wait_for(timeout=_WAIT)
    page.evaluate(
        "() => { const d = document.createElement('div'); d.setAttribute('role', 'dialog');"
        "d.innerHTML = '<div><p>Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in '"
        "+ 'your terminal:</p><pre><code>streamlit run yourscript.py</code></pre></div>'; document.body.append(d); }"
    )
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The connection is lost")
    expect(dialog).not_to_contain_text("streamlit")


def test_a_page_without_its_server_says_so_and_rests(
    serve: Serve, sample_folder: Path, tmp_path: Path, page: Page
) -> None:
    copy_library(sample_folder, tmp_path / "library")
    with serve(tmp_path / "library", tmp_path) as site:
        page.goto(site)
        page.locator(".masthead").wait_for(timeout=_WAIT)
    expect(page.get_by_role("dialog")).to_contain_text("The connection is lost", timeout=_WAIT)
    changes = page.evaluate(
        "() => new Promise(done => { let n = 0; new MutationObserver(() => n++)"
        ".observe(document.body, { childList: true, subtree: true }); setTimeout(() => done(n), 2000); })"
    )
    assert changes < 20
