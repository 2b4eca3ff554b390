"""The Library page in a real browser: files dropped on it, what is seen meanwhile, the way back, and that nothing runs."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

import indexer.ui

SCREENSHOTS = Path(__file__).with_name("screenshots")
#: Takes some seconds to embed: long enough to be seen, and to be cancelled.
LONG = "Henan Plan\n\n" + "\n\n".join(
    f"{i}. Task {i}\n\nThe province builds {i * 13} thousand kilowatts of wind power by {2025 + i % 9}. "
    f"District {i} closes its {i} cement kilns and reports on each of them every year."
    for i in range(1, 900)
)
SICHUAN = "# Sichuan Carbon Peak\n\n## 1. Industry\n\nCement kilns close by 2027. Steel output falls by 5%.\n"
EVIL_NAME = "<img src=x onerror=window.__xss=1> **bold** $x^2$ :red[x] [a](javascript:alert(1)).txt"
EVIL = """<b>Evil</b> **plan** $x^2$ :red[title] <img src=x onerror="window.__xss=1">

1. Rules <script>window.__xss=1;alert(1)</script>

Asbestos is banned by <img src=x onerror="window.__xss=1;alert(2)"> 2030, see [this](javascript:alert(3)).
"""
_WAIT = 60_000

pytestmark = pytest.mark.browser


def open_page(page: Page, site: str, **query: str) -> None:
    page.goto(f"{site}/library?{urlencode(query)}")
    page.locator(".masthead").wait_for(timeout=_WAIT)


def zone(page: Page) -> Locator:
    return page.get_by_test_id("stFileUploaderDropzone").first


def drop(page: Page, files: dict[str, str | bytes]) -> None:
    """Let files fall on the drop zone, as a hand would."""
    zone(page).wait_for(timeout=_WAIT)
    packed = [
        {"name": name, "data": base64.b64encode(data.encode() if isinstance(data, str) else data).decode()}
        for name, data in files.items()
    ]
    carried = page.evaluate_handle(
        """files => {
            const carried = new DataTransfer();
            for (const {name, data} of files)
                carried.items.add(new File([Uint8Array.from(atob(data), c => c.charCodeAt(0))], name));
            return carried;
        }""",
        packed,
    )
    for event in ("dragenter", "dragover", "drop"):
        zone(page).dispatch_event(event, {"dataTransfer": carried})


def plans(page: Page) -> Locator:
    return page.locator("[class*='st-key-plan-row-'].stVerticalBlock")


def report(page: Page) -> Locator:
    return page.locator(".st-key-report ul.report li")


def assert_nothing_ran(page: Page) -> None:
    assert page.evaluate("window.__xss") is None
    stray = ".stMain :is(script, img, .katex, iframe, a[href^='javascript'], [onerror])"
    files = sorted((Path(indexer.ui.__file__).parent / "static").glob("*.js"))
    own = {"<script>{}</script>".format("\n".join(file.read_text("utf-8") for file in files))}
    found = {each.evaluate("e => e.outerHTML") for each in page.locator(stray).all()}
    assert found <= own


def test_files_are_dropped_read_and_reported(own_site: str, page: Page) -> None:
    open_page(page, own_site)
    expect(plans(page)).to_have_count(3, timeout=_WAIT)
    drop(page, {"sichuan.md": SICHUAN, "empty.pdf": b"", "henan.txt": LONG, "notes.xyz": "1 2 3"})
    step = page.get_by_test_id("stProgress")
    expect(step).to_contain_text(
        re.compile(r"henan\.txt: embedding · [\d,]+ of [\d,]+ passages · [\d,]+ a second · \d+ s left"), timeout=_WAIT
    )
    page.screenshot(path=SCREENSHOTS / "library-adding.png")
    # the page is there for other things meanwhile
    page.get_by_label("Find").fill("liaoning")
    page.get_by_label("Find").press("Enter")
    expect(plans(page)).to_have_count(1, timeout=10_000)
    expect(step).to_be_visible()
    expect(report(page)).to_have_count(4, timeout=_WAIT)
    expect(report(page).nth(0)).to_contain_text("Replaced")
    expect(report(page).nth(1)).to_contain_text("empty.pdf is empty. Save it again")
    expect(report(page).nth(2)).to_contain_text("Added")
    expect(report(page).nth(3)).to_contain_text("is not a kind of file that can be read")
    page.screenshot(path=SCREENSHOTS / "library-report.png")
    report(page).nth(0).get_by_role("link", name="What changed").click()
    expect(page.locator("ins.passage-text").first).to_be_visible(timeout=_WAIT)
    expect(page).to_have_url(re.compile(r"plan=sichuan&part=changes"))
    # the link leads to the plan, however far down it stands
    expect(page.get_by_role("tab", name="What changed")).to_be_in_viewport()
    page.get_by_role("button", name="Undo").click()
    expect(report(page).filter(has_text="the earlier version is back")).to_be_visible(timeout=_WAIT)
    page.get_by_label("Find").fill("")
    page.get_by_label("Find").press("Enter")
    expect(page.get_by_role("button", name="Sichuan Carbon Peak Implementation Plan")).to_be_visible()


def test_cancelling_leaves_the_library_as_it_was(own_site: str, page: Page) -> None:
    open_page(page, own_site)
    drop(page, {"henan.txt": LONG})
    expect(page.get_by_test_id("stProgress")).to_contain_text("a second", timeout=_WAIT)
    page.get_by_role("button", name="Cancel").click()
    expect(report(page)).to_have_count(1, timeout=_WAIT)
    expect(report(page)).to_contain_text("henan.txt not added")
    expect(page.locator(".masthead")).to_contain_text("3 plans")
    expect(plans(page)).to_have_count(3)


def test_a_file_that_is_too_large_is_refused_with_the_limit(own_site: str, page: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(201 * 1024 * 1024)
    open_page(page, own_site)
    expect(zone(page)).to_contain_text("200MB per file", timeout=_WAIT)
    zone(page).locator("input[type=file]").set_input_files(large)
    expect(zone(page)).to_contain_text("File must be 200.0MB or smaller.")
    expect(page.get_by_role("button", name="Add 1 file")).to_have_count(0)


def test_hostile_files_are_text_on_every_page(own_site: str, page: Page) -> None:
    open_page(page, own_site)
    drop(page, {EVIL_NAME: EVIL, "<script>alert(5)</script>.pdf": b"no PDF"})
    expect(report(page)).to_have_count(2, timeout=_WAIT)
    expect(report(page).nth(0)).to_contain_text(EVIL_NAME)
    expect(report(page).nth(1)).to_contain_text("<script>alert(5)</script>.pdf is not a readable PDF")
    page.screenshot(path=SCREENSHOTS / "library-hostile.png")
    assert_nothing_ran(page)
    row = plans(page).filter(has_text="Evil")
    title = (row.get_by_role("button").text_content() or "").replace("\u2060", "")
    assert title.startswith("<b>Evil</b> **plan** $x^2$ :red[title] <img src=x")
    row.get_by_role("button").click()
    expect(page.locator("dl.facts")).to_be_visible(timeout=_WAIT)
    for part in ("Edit", "Replace", "What changed", "About"):
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)  # a page drawn anew loses the click
        page.get_by_role("tab", name=part).click()
        expect(page.get_by_role("tab", name=part)).to_have_attribute("aria-selected", "true")
        page.wait_for_load_state("networkidle")
        assert_nothing_ran(page)
    page.get_by_role("link", name="Read it").click()
    expect(page.locator(".source-text")).to_contain_text('banned by <img src=x onerror="window', timeout=_WAIT)
    assert_nothing_ran(page)
    page.go_back()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("Removed: <b>Evil</b> **plan** $x^2$ :red[title]", timeout=_WAIT)
    assert_nothing_ran(page)
    page.get_by_role("tab", name="Removed plans").click()
    expect(page.locator("p.card-title")).to_contain_text("<b>Evil</b>", timeout=_WAIT)
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("alert").filter(has_text="Evil")).to_contain_text("for good?", timeout=_WAIT)
    assert_nothing_ran(page)


def test_on_paper_plans_keep_their_titles(site: str, page: Page) -> None:
    open_page(page, site, plan="liaoning")
    expect(page.locator("dl.facts")).to_be_visible(timeout=_WAIT)
    page.emulate_media(media="print")
    expect(plans(page).get_by_role("button").filter(visible=True)).to_have_count(4)
    expect(page.get_by_role("button", name="Remove")).to_be_hidden()


def test_removing_several_and_undoing_it(own_site: str, page: Page) -> None:
    open_page(page, own_site)
    for title in ("Liaoning", "Sichuan"):
        plans(page).filter(has_text=title).locator("label").first.click(timeout=_WAIT)
        page.wait_for_timeout(300)
    page.get_by_role("button", name="Remove 2 plans").click()
    expect(page.locator(".masthead")).to_contain_text("1 plan ", timeout=_WAIT)
    expect(plans(page)).to_have_count(1)
    page.screenshot(path=SCREENSHOTS / "library-removed.png")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".masthead")).to_contain_text("3 plans", timeout=_WAIT)
    expect(plans(page)).to_have_count(3)


def test_the_keyboard_opens_a_plan_and_the_back_button_closes_it(own_site: str, page: Page) -> None:
    open_page(page, own_site)
    title = page.get_by_role("button", name="Liaoning Province Carbon Peak")
    title.wait_for(timeout=_WAIT)
    title.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dl.facts")).to_contain_text("liaoning.pdf", timeout=_WAIT)
    expect(page).to_have_url(re.compile(r"library\?plan=liaoning"))
    page.go_back()
    expect(page.locator("dl.facts")).to_have_count(0)


STATES = {
    "list": {},
    "plan": {"plan": "liaoning"},
    "edit": {"plan": "liaoning", "part": "edit"},
    "questions": {"tab": "questions"},
    "removed": {"tab": "removed"},
    "care": {"tab": "care"},
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 800])
def test_screens_fit_and_are_kept_as_pictures(site: str, page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    SCREENSHOTS.mkdir(exist_ok=True)
    for state, query in STATES.items():
        open_page(page, site, **query)
        page.locator(".plan-list, .st-key-plan-list, dl.facts, .none").first.wait_for(timeout=_WAIT)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
        assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme") == scheme
        assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")
        page.screenshot(path=SCREENSHOTS / f"library-{state}-{width}-{scheme}.png")


def test_a_watched_folder_is_set_and_what_is_dropped_into_it_is_held_and_added(
    page: Page, own_site: str, tmp_path: Path
) -> None:
    drops = tmp_path / "drops"
    drops.mkdir()
    open_page(page, own_site, tab="folders")
    page.get_by_label("Folder on the server").fill(str(drops))
    page.get_by_label("What becomes of files").click()
    page.get_by_role("option", name="Hold files for review").click()
    page.get_by_role("button", name="Watch this folder").click()
    expect(page.get_by_text(f"Watched from now on: {drops}.")).to_be_visible(timeout=_WAIT)
    (drops / "sichuan-peak.md").write_text(SICHUAN)
    (drops / EVIL_NAME.replace("/", "")).write_text(EVIL)
    held = page.locator("[class*='st-key-held-0-']")
    expect(held).to_have_count(2, timeout=_WAIT)  # by itself, once they rest
    expect(held.last).to_contain_text("sichuan-peak.md")
    assert_nothing_ran(page)
    page.screenshot(path=SCREENSHOTS / "library-folders.png")
    held.last.get_by_role("button", name="Add", exact=True).click()
    expect(report(page)).to_contain_text(["sichuan-peak.md"], timeout=_WAIT)
    expect(held).to_have_count(1, timeout=_WAIT)
    held.get_by_role("button", name="Set aside").click()
    expect(page.get_by_text("No file waits.")).to_be_visible(timeout=_WAIT)
    assert_nothing_ran(page)
    drops.rename(tmp_path / "away")
    expect(page.get_by_text("is not there. Its plans stay")).to_be_visible(timeout=_WAIT)
    open_page(page, own_site, find="Sichuan Carbon Peak")
    expect(plans(page).first).to_contain_text("Sichuan Carbon Peak", timeout=_WAIT)
