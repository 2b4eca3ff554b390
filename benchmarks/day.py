"""The morning of a policy officer: 25 tasks in a browser, each with what it has to find, by clicks and seconds.

    python benchmarks/day.py --data DIR [--json FILE] [--shots FOLDER] [--library FOLDER] [--only WORD]

The plans of ``DIR/plans`` and the documents of ``DIR/eval/real/files`` are served by the real command to Chromium, 1440
by 900. A task is done when what was looked for is there: the sentence, the figure, what the downloaded file holds.
Clicks are those of the mouse and Enter; typing is free, with the click into the box. A task that takes more than six
is not done. ``--library`` starts from a copy of a library made before, ``--only`` does the tasks with a word in their
name, ``--shots`` keeps pictures of their screens. The exit status is 0 only if all are done.

Past 500 lines, since the 25 tasks share one session and are read in its order.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

from browsing import BROWSER_OPTIONS, CHROMIUM, serving
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from indexer.library import Library

MOST_CLICKS = 6
_WAIT = 60_000
LIAONING, SICHUAN = "Liaoning Province Carbon Peak", "Sichuan Carbon Peak"
WINSTON, BHP = "2020 Sustainability Plan", "Climate Transition Action Plan"
HARBOUR = "Harbour District Climate Plan"
FIRST = ["Ferries will run on electricity by 2032.", "The district plants 4,000 trees every year."]
SECOND = ["Ferries will run on electricity by 2030.", "The district plants 4,000 trees every year."]


@dataclass(frozen=True, slots=True)
class Done:
    """One task: its clicks and seconds, and what it came to a stop at, empty if it was done."""

    task: str
    clicks: int
    seconds: float
    dead_end: str


class Officer:
    """Someone at a browser, whose clicks are counted."""

    def __init__(self, browser: Browser, library: Path, shots: Path | None) -> None:
        self.browser, self.library, self.shots = browser, library, shots
        self.clicks = 0
        self.site = ""
        self._server = ExitStack()
        self.sit_down()

    def sit_down(self) -> None:
        """At a browser that knows nothing yet."""
        context = self.browser.new_context(viewport={"width": 1440, "height": 900})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page = context.new_page()

    def start(self) -> None:
        """Start the server, or start it again, and open its first page."""
        self._server.close()
        self.site = self._server.enter_context(serving(self.library, self.library.parent))
        self.open()

    def open(self) -> None:
        """Open the first page."""
        self.page.goto(self.site)
        self.page.locator(".masthead").wait_for(timeout=_WAIT)

    def leave(self) -> None:
        self._server.close()

    def click(self, what: Locator) -> None:
        what.click(timeout=_WAIT)
        self.clicks += 1

    def enter(self, box: Locator, text: str) -> None:
        """Type into a box and press Enter."""
        box.fill(text, timeout=_WAIT)
        box.press("Enter")
        self.clicks += 1

    def go(self, name: str) -> None:
        """To another page, by the names on top."""
        self.click(self.page.get_by_test_id("stTopNavLinkContainer").get_by_role("link", name=name, exact=True))
        expect(self.page).to_have_url(re.compile(r"\d/$" if name == "Ask" else f"/{name.lower()}$"))
        self.rest()

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True).first)

    def pick(self, *titles: str) -> None:
        """Choose plans in the box: a click into it, and one for each."""
        box = self.page.get_by_role("combobox", name="Plans")
        self.click(box)
        for title in titles:
            box.fill(title)
            self.click(self.page.get_by_role("option", name=title).first)
        self.page.keyboard.press("Tab")

    def ask(self, question: str) -> Locator:
        """Ask, and give the quotes of the answer."""
        self.enter(self.page.get_by_label("Question", exact=True), question)
        self.wait_for_question(question)
        return self.page.locator("blockquote.quote")

    def wait_for_question(self, question: str) -> None:
        self.page.wait_for_function(
            "asked => new URLSearchParams(location.search).get('q') === asked", arg=question, timeout=_WAIT
        )
        self.rest()

    def cell(self, n: int) -> Locator:
        """The quotes of the ``n``-th plan that is compared."""
        return self.page.locator(f".st-key-cell-{n} blockquote.quote")

    def rest(self) -> None:
        """Wait until the page does nothing more."""
        self.page.wait_for_function(
            "document.querySelector('.stApp')?.getAttribute('data-test-script-state') === 'notRunning'"
            " && !document.querySelector('.stSpinner, [data-testid=stSkeleton], [class*=st-key-stop-]')",
            timeout=_WAIT,
        )
        self.page.wait_for_timeout(300)

    def taken(self, name: str) -> bytes:
        """Click what downloads a file, and give what is in it."""
        with self.page.expect_download(timeout=_WAIT) as started:
            self.button(name)
        return Path(started.value.path()).read_bytes()

    def shot(self, name: str) -> None:
        if self.shots:
            self.page.screenshot(path=self.shots / f"{name}.png")


Task = Callable[[Officer], None]
TASKS: dict[str, Task] = {}


def task(name: str) -> Callable[[Task], Task]:
    def register(function: Task) -> Task:
        TASKS[name] = function
        return function

    return register


def says(quotes: Locator, *words: str) -> None:
    """That one of the quotes holds all of ``words``."""
    quotes.first.wait_for(timeout=_WAIT)
    texts = [" ".join(text.split()) for text in quotes.all_inner_texts()]
    assert any(all(word in text for word in words) for text in texts), f"none of {len(texts)} says {words}: {texts[0]}"


@task("ask in keywords")
def ask_keywords(me: Officer) -> None:
    says(me.ask("container sea-rail intermodal share Liaoning").first, "15%")
    me.shot("01-keywords")


@task("ask in a sentence and copy the quote with its citation")
def ask_sentence(me: Officer) -> None:
    says(me.ask("By when will all new buses and taxis in Liaoning be new energy vehicles?").first, "2025", "100%")
    me.shot("02-sentence")
    me.button("Copy quote")
    expect(me.page.get_by_role("button", name="Copied").first).to_be_visible()
    copied = str(me.page.evaluate("navigator.clipboard.readText()"))
    assert "100%" in copied and LIAONING in copied and "new energy vehicles" in copied, copied


@task("ask with a typo")
def ask_typo(me: Officer) -> None:
    says(me.ask("How much pumped storge will Liaoning have by 2030?").first, "8 million kilowatts")
    expect(me.page.get_by_text("not “storge”")).to_be_visible()
    me.shot("03-typo")


@task("be told that something is not there")
def ask_missing(me: Officer) -> None:
    me.ask("What does Liaoning pay farmers for each hectare of new forest?")
    expect(me.page.locator("section.notice h2")).to_contain_text("Not found")
    me.shot("04-missing")


@task("list everything on a topic")
def ask_list(me: Officer) -> None:
    me.ask("List the pumped storage power stations")
    says(me.page.locator("blockquote.quote, .passage-text"), "Qingyuan", "Zhuanghe", "Xingcheng")
    me.shot("05-list")


@task("ask a follow-up")
def ask_follow_up(me: Officer) -> None:
    says(me.ask("What share of Sichuan's energy consumption will be non-fossil by 2025?").first, "41.5%")
    says(me.ask("and by 2030?").first, "43.5%")
    me.shot("06-follow-up")


@task("name a plan in the question")
def ask_named(me: Officer) -> None:
    me.ask("What does Winston-Salem do about solar energy on city buildings?")
    says(me.page.locator("blockquote.quote"), "solar", "city facilities")
    titles = set(me.page.locator("h2.plan-title").all_inner_texts())
    assert titles == {WINSTON}, titles
    me.shot("07-named")


@task("open the sentence in its plan and on its page")
def open_source(me: Officer) -> None:
    says(me.ask("When will BHP reach net zero operational emissions?").first, "2050")
    quote = me.page.locator("blockquote.quote").first.inner_text()
    marked = me.page.locator(".source-text mark.answer").first
    expect(marked).to_be_in_viewport()
    assert quote[:20] in " ".join(me.page.locator(".source-text").first.inner_text().split()), quote
    me.click(me.page.get_by_test_id("stButtonGroup").get_by_text("Page", exact=True))
    expect(me.page.locator(".page-image .spot").first).to_be_in_viewport(timeout=_WAIT)
    me.shot("08-page-image")


@task("put five quotes into a brief")
def five_quotes(me: Officer) -> None:
    me.ask("hydrogen energy in Liaoning")
    for number in range(1, 6):
        me.click(me.page.locator(".actions a.keep").nth(number))
        expect(me.page.get_by_text(re.compile(rf"which has {number} item")).first).to_be_visible(timeout=_WAIT)
        me.rest()
    me.shot("09-five-quotes")


@task("a brief with a heading and own words, taken to Word")
def brief(me: Officer) -> None:
    me.go("Brief")
    me.rest()
    me.shot("10-brief")
    expect(me.page.locator("blockquote.quote")).to_have_count(5)
    box = me.page.get_by_label("Add own words or a heading")
    box.fill("Hydrogen in the north-east")
    me.button("Add as a heading")
    me.rest()
    me.click(me.page.get_by_role("button", name="To the top").last)
    me.rest()
    box.fill("These are the lines that matter to our ports.")
    me.button("Add words")
    me.rest()
    me.shot("10-brief-written")
    me.button("Download")
    document = Document(BytesIO(me.taken("The brief, Word")))
    said = [paragraph.text for paragraph in document.paragraphs]
    first_quote = next(i for i, text in enumerate(said) if text.startswith("“"))
    assert "Hydrogen in the north-east" in said[:first_quote], said
    assert "These are the lines that matter to our ports." in said, said
    assert sum(text.startswith("“") for text in said) == 5, said


@task("the references of the brief as RIS")
def references(me: Officer) -> None:
    me.go("Brief")
    me.button("Download")
    ris = me.taken("References, RIS").decode()
    assert ris.count("TY  -") == 1 and LIAONING in ris and "ER  -" in ris, ris


@task("ask within one issuer's plans")
def filter_issuer(me: Officer) -> None:
    me.go("Ask")
    me.button("Filter plans")
    me.click(me.page.get_by_role("combobox", name="Region or issuer"))
    me.click(me.page.get_by_role("option", name="BHP Group Limited"))
    me.rest()
    me.shot("12-filter")
    me.ask("What is the target for operational emissions by 2030?")
    titles = set(me.page.locator("h2.plan-title").all_inner_texts())
    assert titles == {BHP}, titles
    says(me.page.locator("blockquote.quote"), "operational emissions", "30 per cent")
    expect(me.page.get_by_test_id("stPopoverBody").filter(visible=True)).to_have_count(0)
    me.shot("12-filtered")


@task("compare two plans")
def compare_two(me: Officer) -> None:
    me.go("Compare")
    me.pick(LIAONING, SICHUAN)
    me.page.get_by_label("Questions or topics").fill("What share of energy consumption will be non-fossil by 2030?")
    me.button("Compare 2 plans")
    says(me.cell(0), "20%")
    says(me.cell(1), "43.5%")
    me.shot("13-compare-two")


@task("compare three plans")
def compare_three(me: Officer) -> None:
    me.go("Compare")
    me.pick(LIAONING, SICHUAN, WINSTON)
    me.page.get_by_label("Questions or topics").fill("How are electric vehicles promoted?")
    me.button("Compare 3 plans")
    for i in range(3):
        says(me.cell(i), "vehicles")
    me.shot("14-compare-three")


@task("a grid of questions")
def grid(me: Officer) -> None:
    me.go("Compare")
    me.pick(LIAONING, SICHUAN)
    asked = ["pumped storage by 2030", "green buildings in cities by 2025", "forest coverage in 2025"]
    me.page.get_by_label("Questions or topics").fill("\n".join(asked))
    me.button("Compare 2 plans")
    me.rest()
    table = me.page.locator("table.grid")
    expect(table.locator("tbody tr")).to_have_count(3, timeout=_WAIT)
    expect(table.locator("tbody tr").nth(0)).to_contain_text("8 million kilowatts")
    expect(table.locator("tbody tr").nth(1)).to_contain_text("green building")
    expect(table.locator("tbody tr").nth(2)).to_contain_text("41%")
    me.shot("15-grid")


@task("find the counterpart of a passage")
def counterpart(me: Officer) -> None:
    me.go("Compare")
    me.pick(LIAONING, SICHUAN)
    me.page.get_by_label("Questions or topics").fill("green building standards for new buildings")
    me.button("Compare 2 plans")
    me.click(me.page.locator(".actions").get_by_role("link", name="Counterparts").first)
    me.rest()
    panes = me.page.locator(".pane")
    expect(panes).to_have_count(2, timeout=_WAIT)
    for i in range(2):
        expect(panes.nth(i).locator(".passage").first).to_contain_text("green building")
    me.shot("16-counterpart")


@task("see what only one plan says")
def only_one(me: Officer) -> None:
    me.go("Compare")
    me.pick(LIAONING, SICHUAN)
    me.click(me.page.get_by_role("tab", name=re.compile("Only one")))
    me.rest()
    me.shot("17-only-one")
    says(me.page.locator(".st-key-result .passage-text"), "Liaohe Estuary National Park")


@task("a target of two plans, taken to Excel")
def targets_excel(me: Officer) -> None:
    me.go("Targets")
    me.rest()
    me.shot("18-targets")
    me.pick(LIAONING, SICHUAN)
    me.enter(me.page.get_by_role("textbox", name="Words"), "non-fossil energy consumption")
    me.rest()
    me.shot("18-targets-found")
    book = load_workbook(BytesIO(me.taken("Excel")))
    rows = [[str(box) for box in row] for row in book["Targets"].values]
    for share in ("41.5", "43.5", "20"):
        assert any(share in row for row in rows), (share, rows)


@task("add a plan by dropping a PDF")
def add_plan(me: Officer) -> None:
    me.go("Library")
    drop(me.page, made_pdf(FIRST), "harbour.pdf")
    report = me.page.locator(".st-key-report ul.report li")
    expect(report).to_contain_text("Added", timeout=_WAIT)
    me.rest()
    me.shot("19-added")
    me.go("Ask")
    says(me.ask("When will ferries run on electricity?").first, "2032")


@task("correct a title")
def correct_title(me: Officer) -> None:
    me.go("Library")
    me.click(me.page.get_by_role("button", name=HARBOUR))
    me.click(me.page.get_by_role("tab", name="Edit"))
    me.page.get_by_role("textbox", name="Title", exact=True).fill("Harbour District Climate Plan 2024")
    me.button("Save")
    me.rest()
    me.shot("20-title")
    expect(
        me.page.locator(".st-key-plan-list").get_by_role("button", name="Harbour District Climate Plan 2024")
    ).to_be_visible(timeout=_WAIT)


@task("replace a plan and see what changed")
def replace_plan(me: Officer) -> None:
    me.go("Library")
    me.click(me.page.get_by_role("button", name=HARBOUR))
    me.click(me.page.get_by_role("tab", name="Replace"))
    me.rest()
    drop(me.page.locator(".st-key-opened-plan"), made_pdf(SECOND), "harbour-new.pdf")
    expect(me.page.locator(".st-key-report ul.report li")).to_contain_text("Replaced", timeout=_WAIT)
    me.rest()
    me.shot("21-replaced")
    me.click(me.page.get_by_role("tab", name="What changed"))
    me.rest()
    me.shot("21-changed")
    panel = me.page.locator(".st-key-opened-plan")
    expect(panel).to_contain_text("2032", timeout=_WAIT)
    expect(panel).to_contain_text("2030")


@task("share a link, opened in another browser")
def share_link(me: Officer) -> None:
    me.go("Ask")
    says(me.ask("How much pumped storage will Liaoning have by 2030?").first, "8 million kilowatts")
    me.button("Link")
    me.button("Copy link")
    address = str(me.page.evaluate("navigator.clipboard.readText()"))
    context = me.browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(address)
    quote = page.locator("blockquote.quote").first
    expect(quote).to_contain_text("8 million kilowatts", timeout=_WAIT)
    expect(quote).to_be_in_viewport()
    context.close()


@task("save a question and find it after a restart")
def save_question(me: Officer) -> None:
    asked = "What is Sichuan's target for raw coal consumption by 2030?"
    says(me.ask(asked).first, "65 million tons")
    me.button("Save question")
    expect(me.page.get_by_role("link", name="Saved")).to_be_visible(timeout=_WAIT)
    me.start()
    me.rest()
    me.shot("23-restarted")
    me.click(me.page.locator(".st-key-saved-list").get_by_role("button", name=asked))
    expect(me.page.locator("blockquote.quote").first).to_contain_text("65 million tons", timeout=_WAIT)


@task("ask in Chinese on Chinese pages")
def chinese(me: Officer) -> None:
    me.button("中文")
    expect(me.page.get_by_role("link", name="提问").first).to_be_visible(timeout=_WAIT)
    box = me.page.get_by_label("问题", exact=True)
    asked = "地下水管理坚持什么原则？"
    me.enter(box, asked)
    me.wait_for_question(asked)
    says(me.page.locator("blockquote.quote").first, "统筹规划")
    me.rest()
    me.shot("24-chinese")
    me.button("English")


@task("remove a plan and undo it")
def remove_undo(me: Officer) -> None:
    me.go("Library")
    me.click(me.page.get_by_role("button", name=HARBOUR))
    me.button("Remove")
    expect(me.page.locator(".notice").first).to_contain_text("Removed", timeout=_WAIT)
    me.rest()
    me.shot("25-removed")
    me.button("Undo")
    expect(me.page.locator(".st-key-plan-list").get_by_role("button", name=HARBOUR)).to_be_visible(timeout=_WAIT)


def drop(where: Page | Locator, data: bytes, name: str) -> None:
    zone = where.get_by_test_id("stFileUploaderDropzone").first
    file = {"name": name, "mimeType": "application/pdf", "buffer": data}
    zone.locator("input[type=file]").set_input_files(file, timeout=_WAIT)


def made_pdf(sentences: list[str]) -> bytes:
    """A plan of one page."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=True)
    for height, (size, line) in zip(
        range(700, 0, -60), [(20, HARBOUR), (14, "1. Measures"), *((11, each) for each in sentences)], strict=False
    ):
        canvas.setFont("Helvetica-Bold" if size > 11 else "Helvetica", size)
        canvas.drawString(70, height, line)
    canvas.save()
    return file.getvalue()


def do(me: Officer, name: str) -> Done:
    """Do one task; where it fails, begin anew for the next."""
    me.clicks, dead_end = 0, ""
    begun = time.perf_counter()
    try:
        TASKS[name](me)
    except Exception as error:  # whatever stops a task is its dead end
        dead_end = " ".join(str(error).split())[:300]
    seconds = round(time.perf_counter() - begun, 1)
    if dead_end:
        me.shot(f"dead-end-{len(name)}-{name.rsplit(maxsplit=1)[-1]}")
        me.sit_down()
        me.open()
    elif me.clicks > MOST_CLICKS:
        dead_end = f"more than {MOST_CLICKS} clicks"
    return Done(name, me.clicks, seconds, dead_end)


def measure(library: Path, only: str, shots: Path | None) -> list[Done]:
    """The tasks one after another."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_OPTIONS)
        me = Officer(browser, library, shots)
        try:
            me.start()
            return [do(me, name) for name in TASKS if only in name]
        finally:
            me.leave()
            browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--shots", type=Path)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    expect.set_options(timeout=15_000)
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        if arguments.library:
            shutil.copytree(arguments.library, library)
        else:
            files = [*(arguments.data / "plans").glob("*.txt"), *(arguments.data / "eval" / "real" / "files").iterdir()]
            with Library.open(library, create=True) as made:
                made.add(sorted(files))
        if arguments.shots:
            arguments.shots.mkdir(parents=True, exist_ok=True)
        done = measure(library, arguments.only, arguments.shots)
    for each in done:
        print(f"{each.task:55} {each.clicks:2} clicks {each.seconds:5.1f} s  {each.dead_end or 'done'}")
    succeeded = sum(not each.dead_end for each in done)
    print(f"{succeeded} of {len(done)} tasks done, at most {max(each.clicks for each in done)} clicks")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(each) for each in done], indent=2) + "\n", "utf-8")
    sys.exit(succeeded < len(done))


if __name__ == "__main__":
    main()
