"""The Read page in a real browser: from an answer to the very lines, to other pages and hits, by keyboard and by link."""

from __future__ import annotations

import io
import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from indexer.library import Library
from indexer.reading.formats.pdf.boxes import find_boxes

pytestmark = pytest.mark.browser

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
SCREENSHOTS = Path(__file__).with_name("screenshots")
CEMENT = "what is the cement capacity rule?"
WORDS = "Traditionally strong industries will become high-end"
_WAIT = 60_000
#: As in Firefox and Safari, where CSS opens no box elsewhere than at its top.
_OPENS_AT_TOP = """
const known = CSS.supports.bind(CSS);
CSS.supports = (...given) => !given.join().includes("scroll-initial-target") && known(...given);
addEventListener("DOMContentLoaded", () => {
  const style = document.createElement("style");
  style.textContent = "*, *::before { scroll-initial-target: none !important }";
  document.head.append(style);
});
"""


def read(site: str, **query: str) -> str:
    return f"{site}/read?{urlencode(query)}"


def at(library: Library, plan: str, words: str) -> tuple[int, int]:
    start = library.plan(plan).text.index(words)
    return start, start + len(words)


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def region(page: Page) -> Locator:
    return page.locator(".page-images")


def switch(page: Page, name: str) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True).click()


def current(page: Page) -> Locator:
    return page.locator("nav.tree a[aria-current]")


def picture(locator: Locator) -> Image.Image:
    return Image.open(io.BytesIO(locator.screenshot())).convert("RGB")


def is_yellow(colour: tuple[int, ...]) -> bool:
    """Highlighted paper, or the grey around a letter on it; the plan's own colours are blue, grey and black."""
    red, green, blue = colour
    return red >= green > blue + 40


def test_from_an_answer_to_the_lines_on_the_page(site: str, page: Page, sample_library: Library) -> None:
    page.goto(f"{site}/?{urlencode({'q': CEMENT, 'plan': 'liaoning'})}")
    expect(page.locator(".source-text mark.answer").first).to_be_in_viewport(timeout=_WAIT)
    switch(page, "Page")
    expect(page.locator(".page-image img")).to_be_visible(timeout=_WAIT)
    expect(page.locator(".page-image .spot")).to_be_in_viewport()
    assert any(is_yellow(colour) for _, colour in picture(region(page)).getcolors(1 << 24) or [])
    page.get_by_role("link", name="Open in plan").click()
    expect(current(page)).to_be_in_viewport(timeout=_WAIT)
    expect(page.locator(".st-key-reading .page-image .spot")).to_be_in_viewport()
    assert urlsplit(page.url).path == "/read" and query(page)["view"] == ["page"] and query(page)["q"] == [CEMENT]
    switch(page, "Text")
    expect(page.locator(".source-text mark.answer")).to_be_in_viewport(timeout=_WAIT)
    page.go_back()
    expect(page.locator(".page-image .spot")).to_be_in_viewport(timeout=_WAIT)
    page.go_back()
    expect(page.get_by_label("Question", exact=True)).to_have_value(CEMENT, timeout=_WAIT)
    assert urlsplit(page.url).path == "/" and query(page) == {"q": [CEMENT], "plan": ["liaoning"]}


def test_the_highlight_lies_on_the_lines_of_the_passage(site: str, page: Page, sample_library: Library) -> None:
    start, end = at(sample_library, "liaoning", WORDS)
    page.goto(read(site, plan="liaoning", at=f"{start}-{end}", view="page"))
    image = page.locator(".page-image img")
    expect(image).to_be_visible(timeout=_WAIT)
    shown = picture(region(page))
    frame, whole = image.bounding_box(), region(page).bounding_box()
    assert frame and whole
    (there,) = find_boxes((CORPUS / "liaoning.pdf").read_bytes(), sample_library.plan("liaoning"), (start, end))
    scale = frame["width"] / there.width
    left, top = frame["x"] - whole["x"], frame["y"] - whole["y"]
    for box in there.boxes:
        across = range(round(left + box.left * scale) + 2, round(left + box.right * scale) - 2)
        line = round(top + (there.height - (box.top + box.bottom) / 2) * scale)
        yellow = sum(is_yellow(shown.getpixel((x, line))) for x in across)  # type: ignore[arg-type]
        assert yellow > 0.5 * len(across)  # the rest is ink
        beside = round(left + box.left * scale) - 6
        assert not is_yellow(shown.getpixel((beside, line)))  # type: ignore[arg-type]
    heights = [round(top + (there.height - box.top) * scale) for box in there.boxes]
    above = [shown.getpixel((x, min(heights) - 4)) for x in range(20, shown.width - 40)]
    assert not any(is_yellow(colour) for colour in above)  # type: ignore[arg-type]


def test_pages_hits_and_sections_by_keyboard_alone(site: str, page: Page) -> None:
    page.goto(read(site, plan="liaoning"))
    box = page.get_by_role("textbox", name="Find in this plan")
    box.wait_for(timeout=_WAIT)
    box.focus()
    page.keyboard.type("hydrogen")
    page.keyboard.press("Enter")
    found = page.locator(".source-text mark.emphasis")
    expect(found).to_be_in_viewport(timeout=_WAIT)
    expect(page.locator(".st-key-reading-find")).to_contain_text("1 of 9")
    first = query(page)["at"]
    for _ in range(2):  # over Previous to Next
        page.keyboard.press("Tab")
    following = page.get_by_role("button", name="Next", exact=True)
    expect(following).to_be_focused()
    expect(following).to_have_css("outline-style", "solid")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-reading-find")).to_contain_text("2 of 9", timeout=_WAIT)
    expect(following).to_be_focused()
    expect(found).to_be_in_viewport()
    assert query(page)["at"] != first
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-reading-find")).to_contain_text("1 of 9", timeout=_WAIT)
    assert query(page)["at"] == first
    number = page.get_by_role("spinbutton", name="Page number")
    number.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"page=12"), timeout=_WAIT)
    expect(number).to_have_value("12")
    link = page.locator("nav.tree a").filter(has_text="Main objectives")
    link.focus()
    assert link.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(current(page)).to_have_text("2. Main objectives", timeout=_WAIT)
    expect(current(page)).to_be_focused()
    expect(number).to_have_value("2")
    page.go_back()
    expect(number).to_have_value("12", timeout=_WAIT)


def assert_open_at(box: Locator, target: str) -> None:
    """That ``target`` is seen in ``box``, which was scrolled to it."""
    expect(box.locator(target)).to_be_attached(timeout=_WAIT)
    for _ in range(20):
        inside = box.evaluate(
            """(box, target) => {
                const [shown, found] = [box, box.querySelector(target)].map(each => each.getBoundingClientRect());
                return box.scrollTop > 0 && found.top > shown.top && found.bottom < shown.bottom;
            }""",
            target,
        )
        if inside:
            return
        box.page.wait_for_timeout(100)
    raise AssertionError(f"{target} is not in sight")


def test_boxes_open_at_their_passage_where_css_does_not_open_them(
    site: str, page: Page, sample_library: Library
) -> None:
    page.add_init_script(_OPENS_AT_TOP)
    page.set_viewport_size({"width": 1440, "height": 500})
    passage = {"plan": "liaoning", "at": "{}-{}".format(*at(sample_library, "liaoning", WORDS))}
    opened = [  # address, box, what it opens at
        (read(site, **passage), "nav.tree", "a[aria-current]"),
        (read(site, **passage), ".source-text", "mark.answer"),
        (read(site, **passage, view="page"), ".page-images", ".spot"),
        (f"{site}/library?plan=sichuan", ".stMain", "[class*=st-key-plan-row-open-] button"),
    ]
    for address, box, target in opened:
        page.goto(address)
        assert_open_at(page.locator(box), target)
    page.goto(read(site, plan="liaoning", find="hydrogen"))
    text, following = page.locator(".source-text"), page.get_by_role("button", name="Next", exact=True)
    following.click(timeout=_WAIT)
    assert_open_at(text, "mark.emphasis")
    text.evaluate("box => { box.scrollTop = 0; document.body.append('new') }")
    page.wait_for_timeout(300)
    assert text.evaluate("box => box.scrollTop") == 0  # whoever scrolls is left alone
    following.click()
    expect(page.locator(".st-key-reading-find")).to_contain_text("2 of 9", timeout=_WAIT)
    assert_open_at(text, "mark.emphasis")


def test_a_page_image_is_whole_on_paper(site: str, page: Page) -> None:
    page.goto(read(site, plan="liaoning", view="page", page="2", zoom="200"))
    box, image = page.locator(".page-images"), page.locator(".page-image img")
    expect(image).to_be_visible(timeout=_WAIT)
    assert box.evaluate("e => e.scrollWidth > e.clientWidth && e.scrollHeight > e.clientHeight")
    page.emulate_media(media="print")
    for each in (box, page.locator("nav.tree")):
        assert each.evaluate("e => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight + 1")


def test_a_link_shows_the_same_to_another(site: str, page: Page, browser: Browser) -> None:
    page.goto(read(site, plan="liaoning", find="offshore wind", view="page"))
    page.get_by_role("button", name="Next", exact=True).click(timeout=_WAIT)
    expect(page.locator(".page-image .spot")).to_be_in_viewport(timeout=_WAIT)
    usual = page.locator(".page-image img").get_attribute("src") or ""
    page.get_by_role("button", name="Larger").click()
    expect(page.get_by_text("125 %")).to_be_visible(timeout=_WAIT)
    expect(page.locator(".page-image img")).not_to_have_attribute("src", usual, timeout=_WAIT)
    page.get_by_role("button", name="Link to this place").click()
    link = (page.locator("p.link").text_content() or "").strip()
    assert link == page.url and urlsplit(link).path == "/read"
    source = page.locator(".page-image img").get_attribute("src")
    other = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    other.goto(link)
    expect(other.locator(".page-image .spot")).to_be_in_viewport(timeout=_WAIT)
    assert other.locator(".page-image img").get_attribute("src") == source
    expect(other.get_by_role("textbox", name="Find in this plan")).to_have_value("offshore wind")
    other.context.close()


def test_the_original_is_downloaded_byte_by_byte(site: str, page: Page) -> None:
    page.goto(read(site, plan="liaoning"))
    with page.expect_download(timeout=_WAIT) as started:
        page.get_by_role("button", name="Original file").click(timeout=_WAIT)
    assert started.value.suggested_filename == "liaoning.pdf"
    assert Path(started.value.path()).read_bytes() == (CORPUS / "liaoning.pdf").read_bytes()


def test_hostile_text_and_links_stay_text(site: str, page: Page) -> None:
    page.goto(read(site, plan="evil", find="<script>window", at="4-9"))
    expect(page.locator(".source-text")).to_contain_text("<script>window.__xss=1;alert(1)</script>", timeout=_WAIT)
    expect(page.locator("nav.tree a")).to_contain_text("Rules **on** asbestos <script>window.__xss=1</script>")
    assert page.locator(".source-text, nav.tree").locator("script, img, a[href^='javascript']").count() == 0
    page.goto(read(site, plan="<img src=x onerror=alert(4)>", at="1-2"))
    expect(page.locator("p.notice")).to_contain_text("“<img src=x onerror=alert(4)>” is not in this", timeout=_WAIT)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 800, 400])
def test_screens_fit_and_are_kept_as_pictures(
    site: str, page: Page, width: int, scheme: str, sample_library: Library
) -> None:
    start, end = at(sample_library, "liaoning", WORDS)
    states = {
        "text": {"plan": "liaoning", "at": f"{start}-{end}"},
        "page": {"plan": "liaoning", "at": f"{start}-{end}", "view": "page"},
        "zoomed": {"plan": "liaoning", "at": f"{start}-{end}", "view": "page", "zoom": "200"},
        "found": {"plan": "sichuan", "find": "cement", "at": "{}-{}".format(*at(sample_library, "sichuan", "cement"))},
        "plan-gone": {"plan": "atlantis"},
        "other-version": {"plan": "sichuan", "at": "500-600", "v": "00000000"},
    }
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    SCREENSHOTS.mkdir(exist_ok=True)
    for state, given in states.items():
        page.goto(read(site, **given))
        page.locator(".source-text, .page-image img, p.notice").first.wait_for(timeout=_WAIT)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
        page.wait_for_timeout(300)
        assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth"), state
        page.screenshot(path=SCREENSHOTS / f"read-{state}-{width}-{scheme}.png")
