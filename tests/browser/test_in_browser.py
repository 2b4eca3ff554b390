"""The app in a real browser: what is seen, what opens, what a link brings back, and that nothing hostile runs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

import indexer.ui

pytestmark = pytest.mark.browser

CEMENT = "what is the cement capacity rule?"
SCREENSHOTS = Path(__file__).with_name("screenshots")
STATES = {
    "found": {"q": CEMENT},
    "not-found": {"q": "Which football club won the cup?"},
    "survey": {"q": "cement production", "all": "1"},
    "nothing-asked": {},
}


def link(site: str, **query: str) -> str:
    return f"{site}/?{urlencode(query)}"


def ask(page: Page, question: str) -> None:
    box = page.get_by_label("Question", exact=True)
    box.fill(question)
    box.press("Enter")


def source(page: Page) -> Locator:
    return page.get_by_role("region", name="The plan's text around the passage")


def in_surroundings(page: Page, title: str) -> Locator:
    """The link that opens the first passage listed of the plan with ``title``."""
    card = page.locator('[class*="st-key-card-"]').filter(has_text=title).first
    return card.get_by_role("link", name="Show in its surroundings")


def test_ask_read_cite_and_open(site: str, page: Page) -> None:
    page.goto(site)
    ask(page, CEMENT)
    quote = page.locator("blockquote.quote").first
    expect(quote).to_have_text("New capacity for cement clinker and flat glass is strictly prohibited.", timeout=30_000)
    expect(quote.locator("mark").filter(has_text="cement")).to_be_visible()
    chip = page.get_by_role("link", name="[1] Sichuan Carbon Peak… · 2(3)4")
    expect(chip).to_be_visible()
    expect(chip).to_have_attribute("title", re.compile("Building materials"))
    # The first citation's source stands open beside it, scrolled to the sentence.
    expect(source(page).locator("mark.answer").first).to_be_in_viewport()
    page.evaluate("window.same = true")
    page.get_by_label("Question", exact=True).fill("half typed")
    in_surroundings(page, "Liaoning").click()
    expect(page.get_by_text("liaoning.pdf")).to_be_visible()
    expect(source(page).locator(".passage").first).to_be_in_viewport()
    address = parse_qs(urlsplit(page.url).query)
    assert address.keys() == {"q", "open"} and address["q"] == [CEMENT]
    assert re.fullmatch(r"passage-\d+", address["open"][0])
    expect(page.get_by_label("Question", exact=True)).to_have_value("half typed")
    assert page.evaluate("window.same"), "the page was loaded anew"
    page.go_back()
    expect(page.get_by_text("liaoning.pdf")).to_have_count(0)
    expect(source(page).locator("mark.answer").first).to_be_in_viewport()


def test_link_back_button_and_half_typed_question(site: str, page: Page) -> None:
    page.goto(link(site, q=CEMENT))
    expect(page.locator("blockquote.quote").first).to_be_visible(timeout=30_000)
    page.get_by_label("Question", exact=True).fill("steel")
    page.get_by_text("Every answer").click()
    expect(page.locator("table.counts")).to_be_visible()
    expect(page.get_by_label("Question", exact=True)).to_have_value("steel")
    assert parse_qs(urlsplit(page.url).query) == {"q": [CEMENT], "all": ["1"]}
    page.get_by_label("Question", exact=True).press("Enter")
    expect(page).to_have_url(re.compile("q=steel"))
    page.go_back()
    expect(page.get_by_label("Question", exact=True)).to_have_value(CEMENT)


def test_by_keyboard_alone(site: str, page: Page) -> None:
    page.goto(link(site, q=CEMENT))
    copy = page.get_by_role("button", name="Copy quote").first
    copy.wait_for(timeout=30_000)
    page.get_by_role("link", name="[1] Sichuan").focus()
    page.keyboard.press("Tab")
    expect(copy).to_be_focused()
    assert copy.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Copy as Markdown").first).to_be_focused()
    in_surroundings(page, "Liaoning").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("liaoning.pdf")).to_be_visible()


@pytest.mark.parametrize("lent", [True, False], ids=["clipboard", "no clipboard"])
def test_a_quote_goes_to_the_clipboard_with_its_citation(site: str, page: Page, lent: bool) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if not lent:  # as on a page of another machine without https
        page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('not lent'))")
    page.goto(link(site, q=CEMENT))
    for name, begins in (("Copy quote", '"New capacity for cement'), ("Copy as Markdown", "> New capacity for cement")):
        page.get_by_role("button", name=name).first.click(timeout=30_000)
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        copied = str(page.evaluate("navigator.clipboard.readText()"))
        assert copied.startswith(begins) and "Building materials" in copied
        expect(page.get_by_role("button", name="Copied")).to_have_count(0)
        expect(page.get_by_role("button", name=name).first).to_be_visible()


def test_where_nothing_can_be_copied_the_quote_is_shown(site: str, page: Page) -> None:
    page.add_init_script(
        "navigator.clipboard.writeText = () => Promise.reject(new Error('not lent')); document.execCommand = () => false;"
        "window.prompt = (told, text) => { window.shown = text }"
    )
    page.goto(link(site, q=CEMENT))
    page.get_by_role("button", name="Copy quote").first.click(timeout=30_000)
    assert page.wait_for_function("window.shown").json_value().startswith('"New capacity for cement')


def test_narrow_screen_opens_the_source_under_what_was_chosen(site: str, page: Page) -> None:
    page.set_viewport_size({"width": 800, "height": 900})
    page.goto(link(site, q=CEMENT))
    chip = page.get_by_role("link", name="[1] Sichuan")
    chip.wait_for(timeout=30_000)
    expect(source(page)).to_be_hidden()
    chip.click()
    expect(source(page)).to_be_visible()
    opened, above = source(page).bounding_box(), chip.bounding_box()
    below = page.locator(".card-title").first.bounding_box()
    assert opened and above and below
    assert above["y"] < opened["y"] < below["y"]
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")


def test_hostile_text_stays_text(site: str, page: Page) -> None:
    page.goto(link(site, q="Which asbestos <img src=x onerror=alert(3)> rule is banned?", plan="evil", section="rules"))
    expect(page.locator("blockquote.quote")).to_contain_text("[link](javascript:alert(1)) and <img", timeout=30_000)
    expect(page.locator("blockquote.quote")).to_contain_text("$x^2$ tons of **bold** asbestos")
    chip = page.get_by_role("link", name="[1]").text_content() or ""
    assert chip.startswith("[1] <b>Evil</b> **plan** $x^2$…")
    expect(page.locator("h2.plan-title")).to_contain_text("<b>Evil</b> **plan** $x^2$ :red[title]")
    assert page.locator(".stMain").locator("img, .katex, a[href^='javascript'], a[href*='evil.example']").count() == 0
    assert page.locator(".stMain script").count() == 1  # the app's own
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy quote").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert "<script>window.__xss=1;alert(1)</script>" in page.evaluate("navigator.clipboard.readText()")
    assert page.evaluate("window.__xss") is None
    page.goto(link(site, q="?<b>**", plan="<img src=x onerror=alert(4)>"))
    expect(page.locator("p.notice")).to_contain_text(
        "“<img src=x onerror=alert(4)>” is not in this library", timeout=30_000
    )


def test_the_look_comes_along_wherever_the_server_is_started(site: str, page: Page) -> None:
    theme = tomllib.loads((Path(indexer.ui.__file__).parent / "theme.toml").read_text("utf-8"))["theme"]
    page.goto(site)
    page.locator(".masthead").wait_for(timeout=30_000)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.reload()
        page.locator(".masthead").wait_for(timeout=30_000)
        color = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
        channels = tuple(bytes.fromhex(theme[scheme]["backgroundColor"].removeprefix("#")))
        assert color == f"rgb{channels}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 800])
def test_screens_fit_and_are_kept_as_pictures(site: str, page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    SCREENSHOTS.mkdir(exist_ok=True)
    for state, query in STATES.items():
        page.goto(link(site, **query))
        page.locator(".passage-text:visible, .notice, ul.plans").first.wait_for(timeout=30_000)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
        expect(page.get_by_role("combobox", name="Plans")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme") == scheme
        assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")
        page.screenshot(path=SCREENSHOTS / f"{state}-{width}-{scheme}.png")
