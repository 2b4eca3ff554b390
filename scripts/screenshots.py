"""Takes the pictures of docs/tour.md: the sample plans, added, asked, read and compared in a real browser.

    python scripts/screenshots.py [FOLDER]

Needs Chromium, as tests/browser does, and writes tour-*.png into FOLDER, or else into docs/images.
"""

from __future__ import annotations

import sys
import tempfile
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "browser"))
from conftest import BROWSER_OPTIONS, CHROMIUM, serving

from indexer.library import Library

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
IMAGES = ROOT / "docs/images"
WIDTH, HEIGHT = 1280, 800
#: So few colours that a picture stays small, and so many that shades of paper differ.
COLOURS = 128
CEMENT, SHARE = "What are the cement capacity rules?", "What share of energy will be non-fossil by 2030?"
WIND = "What does Liaoning say about offshore wind?"


def library(page: Page, site: str) -> None:
    """The sample plans, just added by hand."""
    page.goto(f"{site}/library")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        sorted(path for path in CORPUS.iterdir() if path.is_file())
    )
    expect(page.locator(".st-key-report ul.report li")).to_have_count(3, timeout=300_000)


def answer(page: Page, site: str) -> None:
    """An answer with its source."""
    page.goto(f"{site}/?{urlencode({'q': CEMENT})}")
    page.locator("blockquote.quote").first.wait_for()
    expect(page.locator(".source-text mark.answer").first).to_be_in_viewport()


def page_image(page: Page, site: str) -> None:
    """The same for a PDF, its page in the place of its text."""
    page.goto(f"{site}/?{urlencode({'q': WIND})}")
    page.get_by_test_id("stButtonGroup").get_by_text("Page", exact=True).click()
    expect(page.locator(".page-image .spot")).to_be_in_viewport()


def not_found(page: Page, site: str) -> None:
    """A question that no plan answers."""
    page.goto(f"{site}/?{urlencode({'q': 'Which football club won the cup?'})}")
    page.locator(".st-key-result .notice").wait_for()


def read(page: Page, site: str) -> None:
    """Words found within one plan."""
    page.goto(f"{site}/read?{urlencode({'plan': 'liaoning'})}")
    box = page.get_by_role("textbox", name="Find in this plan")
    box.fill("hydrogen")
    box.press("Enter")
    expect(page.locator(".st-key-reading-find")).to_contain_text("1 of")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator(".st-key-reading-find")).to_contain_text("2 of")
    expect(page.locator(".source-text mark.emphasis")).to_be_in_viewport()


def compare(page: Page, site: str) -> None:
    """One question asked of three plans."""
    page.goto(f"{site}/compare?{urlencode({'q': SHARE})}")
    expect(page.locator("blockquote.quote:has(b.figure)")).to_have_count(3)


def targets(page: Page, site: str) -> None:
    """Targets of two plans on one matter."""
    given = {"plan": ["liaoning", "national"], "words": "storage"}
    page.goto(f"{site}/targets?{urlencode(given, doseq=True)}")
    page.locator(".stVegaLiteChart canvas, .stVegaLiteChart svg").first.wait_for()


#: In the order in which they are taken: the first fills the library.
PICTURES = {
    "library": library,
    "answer": answer,
    "page": page_image,
    "not-found": not_found,
    "read": read,
    "compare": compare,
    "targets": targets,
}


def take(page: Page, path: Path) -> None:
    """Write what is shown, when nothing moves any more."""
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.locator(".stSpinner")).to_have_count(0)
    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    image = Image.open(BytesIO(page.screenshot())).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        with Library.open(Path(place) / "library", create=True):
            pass
        with serving(Path(place) / "library", Path(place)) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_OPTIONS)
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
            page.set_default_timeout(60_000)
            for name, show in PICTURES.items():
                show(page, site)
                path = folder / f"tour-{name}.png"
                take(page, path)
                print(f"{path.name}: {path.stat().st_size >> 10} KiB")
            browser.close()


if __name__ == "__main__":
    main()
