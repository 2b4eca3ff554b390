"""Boxes of a span on its pages: against coordinates known beforehand, and against what pdfium finds under them."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from documents import Made, make, set_across_columns, set_by_chromium, set_by_reportlab, without_tables
from drawn_pages import HEIGHT, LINES, WIDTH, cropped, draw
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from under_boxes import drawn, seen, text_under, written

from indexer.errors import SourceError
from indexer.reading.formats import ocr
from indexer.reading.formats.pdf.boxes import Box, find_boxes
from indexer.reading.formats.pdf.images import page_image
from indexer.reading.loading import load_plan
from indexer.types import Page, Plan


def read(folder: Path, data: bytes) -> Plan:
    return load_plan(folder / "plan.pdf", data=data)


def quote(plan: Plan, words: str) -> tuple[int, int]:
    start = plan.text.index(words)
    return start, start + len(words)


def stands(box: Box, text: str, before: str, x: float, y: float, size: float = 11) -> None:
    """``box`` is around ``text``, which was drawn behind ``before`` on the line that begins at (x, y)."""
    left = x + stringWidth(before, "Helvetica", size)
    assert box.left == pytest.approx(left, abs=2)
    assert box.right == pytest.approx(left + stringWidth(text, "Helvetica", size), abs=2)
    # Helvetica's ascent and descent are 0.718 and 0.207 of its size; a line's height has some more above
    assert box.bottom == pytest.approx(y - 0.207 * size, abs=2)
    assert y + 0.718 * size - 1 <= box.top <= y + 1.1 * size


def test_a_quote_within_a_line(tmp_path: Path) -> None:
    data = draw(LINES)
    plan = read(tmp_path, data)
    ((page),) = find_boxes(data, plan, quote(plan, "Forests are kept"))
    assert (page.number, page.width, page.height) == (1, pytest.approx(WIDTH, abs=1), pytest.approx(HEIGHT, abs=1))
    (box,) = page.boxes
    stands(box, "Forests are kept", "ties before 2025. ", 72, 684)


def test_a_word_broken_at_a_line_end_has_two_boxes(tmp_path: Path) -> None:
    data = draw(LINES)
    plan = read(tmp_path, data)
    start = plan.text.index("coun")
    (page,) = find_boxes(data, plan, (start, plan.text.index(" before")))
    stands(page.boxes[0], "coun-", "Kilns that waste heat are closed by the ", 72, 700)
    stands(page.boxes[1], "ties", "", 72, 684)
    assert len(page.boxes) == 2


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_page_is_read_and_marked_as_it_is_shown(tmp_path: Path, rotation: int) -> None:
    data = draw(LINES, rotation=rotation)
    plan = read(tmp_path, data)
    assert plan.text.endswith("ties before 2025. Forests are kept.\n\nWind grows at sea.")
    ((page),) = find_boxes(data, plan, quote(plan, "Forests are kept"))
    assert (page.width, page.height) == pytest.approx((WIDTH, HEIGHT), abs=1)
    stands(page.boxes[0], "Forests are kept", "ties before 2025. ", 72, 684)


def test_a_cropped_page_counts_from_the_corner_that_is_shown(tmp_path: Path) -> None:
    data = cropped(draw(LINES), (50, 300, 500, 760))
    plan = read(tmp_path, data)
    ((page),) = find_boxes(data, plan, quote(plan, "grows at"))
    assert (page.width, page.height) == (450, 460)
    stands(page.boxes[0], "grows at", "Wind ", 72 - 50, 650 - 300)


def test_a_turned_and_cropped_page(tmp_path: Path) -> None:
    # turned by 90 degrees, what is shown begins on the left at the paper's lower edge and below at its right
    data = cropped(draw(LINES, rotation=90), (100, 40, 800, 560))
    plan = read(tmp_path, data)
    ((page),) = find_boxes(data, plan, quote(plan, "grows at"))
    assert (page.width, page.height) == (520, 700)
    stands(page.boxes[0], "grows at", "Wind ", 72 - 40, 650 - (HEIGHT - 800))


def test_a_passage_over_a_page_break_without_what_runs_between(tmp_path: Path) -> None:
    # the header repeats the word with which the page begins, the footer one that the page holds
    pages = [
        [
            ("Wind", 72, 800),
            (f"{first} is first and", 72, 700),
            (f"grows in the {where} until the end", 72, 684),
            (str(n), 300, 30),
        ]
        for n, (first, where) in enumerate([("Coal", "north"), ("Wind", "south"), ("Sun", "east")], 1)
    ]
    data = draw(*pages)
    plan = read(tmp_path, data)
    assert plan.text.count("Wind") == 1
    start = plan.text.index("until the end", plan.text.index("Wind"))
    pages_found = find_boxes(data, plan, (start, plan.text.index(" is first", start)))
    assert [p.number for p in pages_found] == [2, 3]
    stands(pages_found[0].boxes[0], "until the end", "grows in the south ", 72, 684)
    stands(pages_found[1].boxes[0], "Sun", "", 72, 700)
    ((second),) = find_boxes(data, plan, quote(plan, "Wind is"))
    stands(second.boxes[0], "Wind is", "", 72, 700)


def test_white_space_between_pages_is_on_none(tmp_path: Path) -> None:
    data = draw(LINES, [("Sun falls.", 72, 700)])
    plan = read(tmp_path, data)
    end = plan.text.index("sea.") + 4
    assert find_boxes(data, plan, (end, end + 2)) == ()
    assert [p.number for p in find_boxes(data, plan, (end - 4, end + 2))] == [1]
    assert find_boxes(data, plan, (3, 3)) == ()


# -- any span of documents of several producers ----------------------------------------------------

SET: dict[str, tuple[Made, Callable[[Made], tuple[bytes, list[int]]]]] = {
    "one column, Chinese": (make("zh", 31, "zh", 2), set_by_reportlab),
    "two columns": (make("en", 32, "en", 2), lambda made: set_by_reportlab(made, columns=2, size=9)),
    "three columns": (
        without_tables(make("en", 33, "en", 2)),
        lambda made: set_by_reportlab(made, columns=3, size=8),
    ),
    "row by row": (without_tables(make("en", 34, "en", 2)), set_across_columns),
}


@cache
def document(name: str) -> tuple[bytes, Plan]:
    made, sets = SET[name]
    data, _ = sets(made)
    return data, load_plan(Path("plan.pdf"), data=data)


@cache
def characters(name: str, page: int) -> list[tuple[str, float, float]]:
    return drawn(document(name)[0], page)


@pytest.mark.slow
@pytest.mark.parametrize("name", SET)
@given(draw=st.data())
def test_any_span_is_what_stands_under_its_boxes(name: str, draw: st.DataObject) -> None:
    data, plan = document(name)
    start = draw.draw(st.integers(0, len(plan.text) - 1))
    span = (start, draw.draw(st.integers(start, min(start + 600, len(plan.text)))))
    pages = find_boxes(data, plan, span)
    under = "".join(text_under(characters(name, page.number), page.boxes) for page in pages)
    assert under == written(plan, span)
    assert [p.number for p in pages] == sorted({p.number for p in pages})


def test_a_browsers_document_wholly(tmp_path: Path) -> None:
    data, _ = set_by_chromium(make("plan", 35, "en", 3), tmp_path, columns=2)
    plan = read(tmp_path, data)
    assert len(plan.pages) > 2
    whole = (0, len(plan.text))
    assert seen(data, find_boxes(data, plan, whole)) == written(plan, whole)


def test_a_table_has_a_box_a_cell(tmp_path: Path) -> None:
    data, plan = document("two columns")
    row = next(line for line in plan.text.splitlines() if line.count(" | ") == 3)
    (page,) = find_boxes(data, plan, quote(plan, row))
    cells = [text_under(drawn(data, page.number), [box]) for box in page.boxes]
    assert cells == [cell.replace(" ", "") for cell in row.split(" | ")]


# -- pages that changed, files that are none -------------------------------------------------------


def test_a_text_that_was_read_otherwise_is_found_as_far_as_it_is_there(tmp_path: Path) -> None:
    data = draw(LINES)
    plan = read(tmp_path, data)
    text = plan.text.replace("waste heat", "wa5te heat") + " More."
    older = replace(plan, text=text, pages=(Page(1, 0, len(text)),))
    (page,) = find_boxes(data, older, quote(older, "Forests are kept. \n\nWind"[:16]))
    stands(page.boxes[0], "Forests are kept", "ties before 2025. ", 72, 684)
    assert find_boxes(data, older, quote(older, "More"))[0].boxes == ()


def test_what_is_no_pdf_is_refused(tmp_path: Path) -> None:
    plan = read(tmp_path, draw(LINES))
    with pytest.raises(SourceError, match=r"cannot be read as a PDF\. Save it anew"):
        find_boxes(b"Kilns close.", plan, (0, 5))


def test_threads_look_at_pages_side_by_side() -> None:
    # pdfium itself may be used by one thread at a time; without a lock this ends the process
    data, plan = document("two columns")
    whole = (0, len(plan.text))
    expected = find_boxes(data, plan, whole)

    def look(number: int) -> bool:
        if number % 3 == 0:
            return load_plan(Path("plan.pdf"), data=data) == plan
        if number % 3 == 1:
            return page_image(data, 1, scale=0.5).startswith(b"\x89PNG")
        return find_boxes(data, plan, whole) == expected

    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(look, range(18)))


# -- recognized pages ------------------------------------------------------------------------------

SCALE = 170 / 72


def scan() -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (400, 600), "white")
    ImageDraw.Draw(image).rectangle((9, 9, 60, 60), fill="black")
    canvas.drawImage(ImageReader(image), 0, 0, *A4)
    canvas.save()
    return file.getvalue()


@pytest.fixture
def recognizer(monkeypatch: pytest.MonkeyPatch) -> list[list[object]]:
    """What a recognizer finds on whatever it is shown: rows of corners, text, score and characters' corners."""
    found: list[list[object]] = []
    monkeypatch.setattr(ocr, "installed", lambda: True)
    monkeypatch.setattr(ocr, "_engine", lambda: lambda image, **options: (found, [0.0]))
    return found


def corners(left: float, top: float, right: float, bottom: float) -> list[list[float]]:
    """A rectangle of points from the upper left corner, as the recognizer tells it in dots."""
    return [[x * SCALE, y * SCALE] for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]


def test_a_recognized_line_is_marked_where_its_characters_were_seen(
    tmp_path: Path, recognizer: list[list[object]]
) -> None:
    text = "Kilns close."
    each = [corners(100 + 10 * i, 50, 108 + 10 * i, 62) for i in range(len(text))]
    recognizer.append([corners(100, 50, 218, 62), text, 0.9, each, list(text), [0.9] * len(text)])
    recognizer.append([corners(100, 70, 200, 82), " 森林覆盖率。", 0.9])
    data = scan()
    plan = read(tmp_path, data)
    recognizer.clear()  # what was seen is kept: nothing is recognized again
    (page,) = find_boxes(data, plan, quote(plan, "close"))
    (box,) = page.boxes
    # the sixth character, between 158 and 168
    assert (box.left, box.right) == (pytest.approx(159, abs=0.2), pytest.approx(209, abs=0.2))
    assert (box.top, box.bottom) == (pytest.approx(HEIGHT - 50, abs=1), pytest.approx(HEIGHT - 62, abs=1))
    (page,) = find_boxes(data, plan, (plan.text.index("close"), len(plan.text)))
    assert [round(b.left) for b in page.boxes] == [159, 108]
    # where characters are not told, six wide ones and a space share the line
    (page,) = find_boxes(data, plan, quote(plan, "覆盖"))
    width = 100 / 13
    assert page.boxes[0].left == pytest.approx(100 + 5 * width, abs=0.2)
    assert page.boxes[0].right == pytest.approx(100 + 9 * width, abs=0.2)


def test_pages_recognized_before_places_were_kept_have_no_boxes(tmp_path: Path, recognizer: list[list[object]]) -> None:
    recognizer.append([corners(100, 50, 218, 62), "Kilns close.", 0.9])
    data = scan()
    plan = read(tmp_path, data)
    older = replace(plan, pages=tuple(replace(page, lines=()) for page in plan.pages))
    assert find_boxes(data, plan, (0, 5))[0].boxes
    assert find_boxes(data, older, (0, 5))[0].boxes == ()
