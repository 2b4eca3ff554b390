"""The Read page as a person meets it: places, pages, words to find, links that lead nowhere any more."""

from __future__ import annotations

import base64
import io
import math
import re
import sys
import zipfile
from pathlib import Path

import pytest
from pages import OpenApp, address, follow, go, page_html
from PIL import Image
from streamlit.testing.v1 import AppTest

from indexer.encoding import Encoder
from indexer.library import Library
from indexer.library.jobs import Job, Report
from indexer.library.uploads import Upload, add_uploads
from indexer.reading.formats.pdf.boxes import find_boxes
from indexer.reading.formats.pdf.images import HIGHLIGHT
from indexer.types import Plan

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "reading"))
from drawn_pages import LINES, draw

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
KILNS = "Kilns that waste heat are closed by the coun-"


def text_shown(app: AppTest) -> str:
    return next(b.proto.body for b in app.get("html") if 'class="source-text"' in b.proto.body)


def images(app: AppTest) -> list[Image.Image]:
    found = re.findall(r'src="data:image/png;base64,([^"]+)"', page_html(app))
    return [Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB") for data in found]


def marked(app: AppTest, css: str) -> list[str]:
    return re.findall(rf'class="{css}">([^<]*)<', text_shown(app))


def span_of(plan: Plan, words: str) -> str:
    start = plan.text.index(words)
    return f"{start}-{start + len(words)}"


def yellow(image: Image.Image, box: tuple[int, int, int, int] | None = None) -> int:
    """Dots of highlighted paper."""
    part = image.crop(box) if box else image
    return {colour: count for count, colour in part.getcolors(1 << 24) or []}.get(HIGHLIGHT, 0)


@pytest.fixture
def kilns(tmp_path: Path, encoder: Encoder) -> Path:
    """A library with one PDF of two pages, whose first sentence goes on over the page break."""
    (tmp_path / "kilns.pdf").write_bytes(draw(LINES[:1], LINES[1:]))
    with Library.open(tmp_path / "library", create=True, encoder=encoder) as library:
        library.add([tmp_path / "kilns.pdf"])
    return tmp_path / "library"


def test_a_plan_opens_at_a_place_with_its_tree(open_app: OpenApp, sample_library: Library) -> None:
    plan = sample_library.plan("liaoning")
    words = "Traditionally strong industries will become high-end"
    app = open_app(page="read", plan="liaoning", at=span_of(plan, words))
    assert not app.exception and not app.error
    assert marked(app, "answer") == [words]
    start = plan.text.index(words)
    assert app.number_input(key="r-page").value == next(p.number for p in plan.pages if p.end > start)
    tree = next(b.proto.body for b in app.get("html") if 'class="tree"' in b.proto.body)
    assert re.findall(r'aria-current="true"><span>([^<]*)<', tree) == ["(2) Carbon peak in industry"]
    assert "3. Key tasks › (2) Carbon peak in industry" in page_html(app)
    assert app.get("download_button")[0].proto.label == "Original file"


def test_words_are_found_stepped_over_and_marked(open_app: OpenApp, sample_library: Library) -> None:
    text = sample_library.plan("liaoning").text
    starts = [m.start() for m in re.finditer("hydrogen", text, re.IGNORECASE)]
    app = open_app(page="read", plan="liaoning")
    app.text_input(key="r-words").set_value("  Hydrogen ").run()
    assert f"1 of {len(starts)}" in page_html(app)
    assert address(app)["at"] == [f"{starts[0]}-{starts[0] + 8}"]
    assert [word.lower() for word in marked(app, "emphasis")] == ["hydrogen"]
    app.button(key="r-next").click().run()
    assert address(app)["at"] == [f"{starts[1]}-{starts[1] + 8}"] and f"2 of {len(starts)}" in page_html(app)
    app.button(key="r-previous").click().run()
    app.button(key="r-previous").click().run()
    assert address(app)["at"] == [f"{starts[-1]}-{starts[-1] + 8}"]
    app.text_input(key="r-words").set_value("zebra <b>").run()
    assert "“zebra &lt;b&gt;” is not found in this plan." in page_html(app)
    assert not [b for b in app.button if b.key == "r-next"]


def test_passages_on_a_question_are_stepped_over(open_app: OpenApp, sample_library: Library) -> None:
    hits = {h.passage.start: h for h in sample_library.ask("offshore wind", plans=["liaoning"]).hits}
    assert len(hits) == 10 and sum(bool(h.highlights) for h in hits.values()) >= 3
    app = open_app(page="read", plan="liaoning", q="offshore wind")
    assert "Previous and next go through the passages closest to “offshore wind”." in page_html(app)
    seen = []
    for _ in range(10):
        app.button(key="r-next").click().run()
        seen.append(int(address(app)["at"][0].partition("-")[0]))
        hit = hits[seen[-1]]
        for a, b in hit.highlights:
            assert f'<u class="met">{hit.passage.text[a:b]}</u>' in page_html(app)
    assert len(set(seen)) == 10 and seen == sorted(seen) and "10 of 10" in page_html(app)


def test_the_page_image_has_the_very_lines_highlighted(open_app: OpenApp, sample_library: Library) -> None:
    plan = sample_library.plan("liaoning")
    words = "Traditionally strong industries will become high-end"
    app = open_app(page="read", plan="liaoning", at=span_of(plan, words), view="page")
    (image,) = images(app)
    start = plan.text.index(words)
    (there,) = find_boxes((CORPUS / "liaoning.pdf").read_bytes(), plan, (start, start + len(words)))
    scale = 2  # dots a point
    assert image.size == (math.ceil(there.width * scale), math.ceil(there.height * scale))
    under = 0
    for box in there.boxes:
        top, bottom = (there.height - box.top) * scale, (there.height - box.bottom) * scale
        inside = (round(box.left * scale), round(top), round(box.right * scale), round(bottom))
        assert yellow(image, inside) > 0.5 * (inside[2] - inside[0]) * (inside[3] - inside[1])
        under += yellow(image, inside)
    assert under == yellow(image)
    app.number_input(key="r-page").set_value(there.number + 1).run()
    assert address(app)["page"] == [str(there.number + 1)]
    (other,) = images(app)
    assert other.size == image.size and other.tobytes() != image.tobytes() and not yellow(other)
    app.number_input(key="r-page").set_value(there.number).run()
    assert images(app)[0].tobytes() == image.tobytes()
    app.button(key="r-larger").click().run()
    assert images(app)[0].width == round(image.width * 1.25) and address(app)["zoom"] == ["125"]
    app.segmented_control(key="r-view").set_value("Text").run()
    assert not images(app) and text_shown(app)


def test_a_passage_over_a_page_break_is_shown_on_both_pages(open_app: OpenApp, kilns: Path) -> None:
    app = open_app(folder=kilns, page="read", plan="kilns", at="0-60", view="page")
    assert len(images(app)) == 2 and all(yellow(image) for image in images(app))
    assert 'aria-label="Image of page 1 and page 2"' in page_html(app)
    app.number_input(key="r-page").set_value(2).run()
    assert len(images(app)) == 1 and yellow(images(app)[0])


def test_a_missing_or_other_original_is_a_sentence_and_the_text(open_app: OpenApp, kilns: Path, tmp_path: Path) -> None:
    query = {"plan": "kilns", "at": "0-30", "view": "page"}
    assert images(open_app(folder=kilns, page="read", **query))
    (tmp_path / "kilns.pdf").write_bytes(b"%PDF-1.4 another by now")
    app = open_app(folder=kilns, page="read", **query)
    assert not app.exception and not images(app) and not app.get("download_button")
    assert "The original file kilns.pdf is no longer in its place, or has changed." in page_html(app)
    assert marked(app, "answer") == [KILNS[:30]]
    (tmp_path / "kilns.pdf").unlink()
    app = open_app(folder=kilns, page="read", **query)
    assert "Add the file again. The text is shown instead." in page_html(app)


@pytest.mark.parametrize("into", [None, "kilns"], ids=["dropped", "as a new version"])
def test_a_missing_original_is_kept_when_the_file_is_added_again(
    open_app: OpenApp, encoder: Encoder, tmp_path: Path, into: str | None
) -> None:
    name, data = "Kilns  (final).PDF", draw(LINES[:1], LINES[1:])  # the drop zone keeps files under simpler names
    with zipfile.ZipFile(tmp_path / "plans.zip", "w") as package:
        package.writestr(name, data)
    with Library.open(tmp_path / "library", create=True, encoder=encoder) as library:
        library.add([tmp_path / "plans.zip"], plan_id="kilns")
        query = {"folder": tmp_path / "library", "page": "read", "plan": "kilns", "view": "page"}
        assert "Add the file again." in page_html(open_app(**query))
        job = Job("Adding", lambda job: add_uploads(library, [Upload("other.pdf", data)], job, into=into))
        (report,) = job.task.look(20)
    detail = "same as kilns; its original file was missing and is there again"
    assert report == Report("other.pdf", "same", detail, "kilns")
    app = open_app(**query)
    assert len(images(app)) == 1 and app.get("download_button")


def test_a_plan_that_is_gone_is_said_and_another_can_be_chosen(open_app: OpenApp) -> None:
    app = open_app(page="read", plan="atlantis<b>", at="3-9")
    assert not app.exception
    assert "“atlantis&lt;b&gt;” is not in this library. It may have been removed or renamed." in page_html(app)
    app.selectbox(key="r-plan").set_value("sichuan").run()
    assert address(app) == {"plan": ["sichuan"]} and text_shown(app)
    assert not [each for each in app.segmented_control if each.key == "r-view"]  # it has no pages
    assert "Choose a plan to read" in page_html(open_app(page="read"))


def test_a_place_of_another_version_is_said(open_app: OpenApp) -> None:
    app = open_app(page="read", plan="sichuan", at="10-30", v="00000000", view="page")
    assert "This plan has been replaced since the link was made" in page_html(app) and text_shown(app)
    app = open_app(page="read", plan="sichuan", at="10-99999999")
    assert "points past the end of this plan" in page_html(app) and text_shown(app)


def test_one_reads_on_and_back_in_the_text(open_app: OpenApp, sample_library: Library) -> None:
    plan = sample_library.plan("liaoning")
    app = open_app(page="read", plan="liaoning")
    assert app.button(key="r-earlier").disabled
    app.button(key="r-later").click().run()
    offset = int(address(app)["from"][0])
    assert 8_000 < offset <= 16_000
    assert app.number_input(key="r-page").value == next(p.number for p in plan.pages if p.end > offset)
    app.button(key="r-earlier").click().run()
    assert address(app)["from"] == ["0"]


def test_the_source_beside_an_answer_turns_to_its_page_and_leads_into_the_plan(open_app: OpenApp) -> None:
    app = open_app(q="what are the cement capacity rules?", plan="liaoning")
    app.segmented_control(key="source-view").set_value("Page").run()
    assert yellow(images(app)[0])
    number = app.number_input(key="source-page").value
    app.number_input(key="source-page").set_value(number + 1).run()
    assert not yellow(images(app)[0])
    (way,) = [link.proto for link in app.get("page_link")]
    assert way.label == "Open in plan" and "view=page" in way.query_string and "plan=liaoning" in way.query_string
    follow(app, "Show in its surroundings", 1)
    assert images(app) and app.number_input(key="source-page").value  # the page image stays chosen


@pytest.mark.parametrize(
    ("page", "query", "key", "value"),
    [
        ("", {"q": "cement", "plan": ["liaoning"]}, "question", "cement"),
        ("", {"q": "cement", "plan": ["liaoning"], "open": "passage-2"}, "plans", ["liaoning"]),
        ("compare", {"q": ["cement", "steel"], "plan": ["liaoning", "sichuan"]}, "questions", "cement\nsteel"),
        ("targets", {"sector": "energy"}, "t-sector", "energy"),
    ],
)
def test_the_form_that_one_comes_back_to_says_what_was_asked(
    open_app: OpenApp, page: str, query: dict[str, str | list[str]], key: str, value: object
) -> None:
    app = open_app(page=page, **query)
    before = address(app)
    go(app, "read", plan="liaoning")
    assert not app.exception and key not in app.session_state
    go(app, page, **query)
    assert app.session_state[key] == value and address(app) == before


def test_hostile_text_is_shown_as_text(open_app: OpenApp, tmp_path: Path, encoder: Encoder) -> None:
    evil = (
        "<b>Evil</b> plan\n\n1. <img src=x onerror=alert(1)> rules\n\nAll <script>alert(2)</script> is banned here.\n"
    )
    (tmp_path / "evil.txt").write_text(evil, "utf-8")
    with Library.open(tmp_path / "library", create=True, encoder=encoder) as library:
        library.add([tmp_path / "evil.txt"])
    app = open_app(folder=tmp_path / "library", page="read", plan="evil", find="<script>", at="5-9")
    assert not app.exception and not app.error
    assert not re.search(r"<(script|img|b)\b", page_html(app)) and "&lt;script&gt;" in text_shown(app)


def test_with_no_plan_chosen_all_are_there_to_choose(open_app: OpenApp, sample_library: Library) -> None:
    html = page_html(open_app(page="read"))
    found = re.findall(r'<a href="read\?plan=(\w+)" target="_self">', html)
    assert found == [info.id for info in sorted(sample_library.plans(), key=lambda info: info.title.casefold())]


def test_page_images_beside_an_answer_have_sizes(open_app: OpenApp) -> None:
    app = open_app(q="What does Liaoning say about offshore wind?")
    app.segmented_control(key="source-view").set_value("page").run()
    app.button(key="source-larger").click().run()
    assert 'style="--zoom: 1.25"' in page_html(app) and "125 %" in page_html(app)
    app.button(key="source-fit").click().run()
    assert 'style="--zoom: 1.0"' in page_html(app) and app.button(key="source-fit").disabled
