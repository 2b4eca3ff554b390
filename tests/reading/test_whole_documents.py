"""What designed documents do to their readers, page after page: gutters, headlines, quotes, covers, running lines."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
from made_pdfs import LEFT, SENTENCES, cells, pdf, prose, say
from made_plans import Drawn, made_plans
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from under_boxes import seen, written

from indexer.language.sentences import fold_space
from indexer.reading.formats.pdf import load
from indexer.reading.formats.pdf.boxes import find_boxes
from indexer.reading.loading import load_plan
from indexer.reading.passages import chunk_plan
from indexer.types import Plan

Page = Callable[[Canvas], None]


#: Marks of notes are drawn as small figures.
PLAIN = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹⁰", "1234567890")


def read(data: bytes) -> Plan:
    return load_plan(Path("plan.pdf"), data=data)


def labels(plan: Plan) -> list[str]:
    return [section.label for section in plan.sections]


def chapter(name: str, *, turn: int = 0) -> Page:
    """A page of prose under a heading."""

    def page(canvas: Canvas) -> None:
        say(canvas, name, LEFT, 790, size=14, bold=True)
        prose(canvas, 765, sentences=SENTENCES[turn:] + SENTENCES[:turn])

    return page


def cover(canvas: Canvas) -> None:
    say(canvas, "Water Plan 2033", LEFT, 600, size=30, bold=True)


@pytest.mark.parametrize("made", list(islice(made_plans(), 1, 12, 3)), ids=lambda made: made.name)
def test_drawn_plans_are_read_whole(made: Drawn) -> None:
    plan = read(made.data)
    places = [next(p.number for p in plan.pages if p.start <= s.start < p.end) for s in plan.sections]
    assert list(zip(places, labels(plan), strict=True)) == list(made.headings)
    assert plan.title == made.title
    assert plan.warnings == ()
    own = {text for _, text in made.headings}
    assert not [text for page, text in made.running if page > 1 and text not in own and text in plan.text]
    for passage in list(chunk_plan(plan))[::25]:
        span = (passage.start, passage.end)
        under = seen(made.data, find_boxes(made.data, plan, span))
        assert sorted(under) == sorted(written(plan, span).translate(PLAIN))


def test_a_stray_sign_before_the_gutter_makes_no_other_one() -> None:
    halves = (SENTENCES[:3] * 2, SENTENCES[3:] * 2)

    def page(canvas: Canvas) -> None:
        prose(canvas, 700, x=60, width=226, sentences=halves[0])
        say(canvas, ".", 284, 630)
        prose(canvas, 696, x=310, width=226, sentences=halves[1])

    text = fold_space(read(pdf(page)).text).replace(" .", "")
    assert " ".join(halves[1]) in text
    assert text.index(halves[0][-1]) < text.index(halves[1][0])


def test_letters_set_apart_are_words() -> None:
    def page(canvas: Canvas) -> None:
        x = LEFT
        for word in ("RIVER", "WAVES", "TODAY"):
            for i, letter in enumerate(word):
                # as kerning has it, some letters stand a little further apart
                x = say(canvas, letter, x, 760, size=24, bold=True) + 2.6 + (1.3 if i % 3 == 1 else 0)
            x += 12
        prose(canvas, 720)

    assert labels(read(pdf(cover, page, chapter("Wells")))) == ["RIVER WAVES TODAY", "Wells"]


def test_a_headline_at_the_side_of_its_text_is_a_heading() -> None:
    def page(canvas: Canvas) -> None:
        for i, line in enumerate(("CLEAN", "WATER")):
            end = 190 - canvas.stringWidth(line, "Helvetica-Bold", 22)
            say(canvas, line, end, 742 - 25 * i, size=22, bold=True)
        prose(canvas, 750, x=220, width=300)

    plan = read(pdf(cover, chapter("Wells"), page))
    assert labels(plan) == ["Wells", "CLEAN WATER"]
    assert " ".join(SENTENCES) in fold_space(plan.text[plan.pages[2].start :])


def test_what_is_quoted_in_large_type_and_by_whom_is_no_heading() -> None:
    def page(canvas: Canvas) -> None:
        y = prose(canvas, 790, sentences=SENTENCES[:3]) - 20
        say(canvas, "\u201cOur wells were never as clean as they are now.\u201d", LEFT, y, size=15)
        say(canvas, "Keeper of the upper weir", LEFT, y - 24, size=12)
        say(canvas, "We will take six steps under these four heads, in this order:", LEFT, y - 50, size=14)
        prose(canvas, y - 80, sentences=SENTENCES[3:])

    assert labels(read(pdf(cover, chapter("Wells"), page))) == ["Wells"]


def test_lines_that_follow_one_another_in_one_look_are_a_list() -> None:
    def page(canvas: Canvas) -> None:
        say(canvas, "Thanks", LEFT, 790, size=16, bold=True)
        y = prose(canvas, 760, sentences=SENTENCES[:2]) - 12
        for name in ("Alder Valley School", "Birch Hill School", "Cedar Lane School", "Dogwood School"):
            say(canvas, name, LEFT, y, bold=True)
            y -= 30
        prose(canvas, y, sentences=SENTENCES[2:])

    assert labels(read(pdf(cover, page, chapter("Wells")))) == ["Thanks", "Wells"]


def test_nothing_on_a_cover_is_a_section() -> None:
    def full(canvas: Canvas) -> None:
        say(canvas, "County of Alder", LEFT, 700, size=20, bold=True)
        cover(canvas)
        say(canvas, "Office of Rivers", LEFT, 500, size=14, bold=True)

    assert labels(read(pdf(full, chapter("Wells"), chapter("Weirs", turn=2)))) == ["Wells", "Weirs"]


def test_a_heading_at_the_top_does_not_go_on_with_the_caption_before() -> None:
    def page(canvas: Canvas) -> None:
        say(canvas, "Wells", LEFT, 790, size=12, bold=True)
        y = prose(canvas, 770)
        say(canvas, "Figure 1: Herons by year", LEFT, y - 20, size=12, bold=True)

    def following(canvas: Canvas) -> None:
        say(canvas, "Weirs of the county", LEFT, 790, size=12, bold=True)
        prose(canvas, 770, sentences=SENTENCES[::-1])

    assert labels(read(pdf(cover, page, following))) == ["Wells", "Weirs of the county"]


def test_a_heading_in_the_bodys_size_that_begins_some_pages_stays() -> None:
    def page(n: int) -> Page:
        def draw(canvas: Canvas) -> None:
            if n in (2, 5, 8):
                say(canvas, "OBJECTIVES", LEFT, 790, bold=True)
                prose(canvas, 775)
            else:
                y = prose(canvas, 790, sentences=SENTENCES[n % 6 :] + SENTENCES[: n % 6]) - 10
                say(canvas, "MEASURES", LEFT, y, bold=True)
                say(canvas, f"Step {n} comes before the next one.", LEFT, y - 13)
                y = prose(canvas, y - 26)

        return draw

    assert labels(read(pdf(cover, *map(page, range(10))))).count("OBJECTIVES") == 3


@pytest.mark.parametrize("kind", ["joined", "spread", "table", "shape"])
def test_footers_are_left_out(kind: str) -> None:
    """The number at a footer's side or apart, counted by spreads, in a table's last row, on a page of another shape."""
    footer = "Water plan of the county of Alder"

    def page(n: int) -> Page:
        def draw(canvas: Canvas) -> None:
            number = 2 * n + 1 if kind == "spread" else n + 1
            wide = kind == "shape" and n == 2
            canvas.setPageSize(A4[::-1] if wide else A4)
            y = 300 if wide else 40
            if kind == "table" and n == 2:
                ys = [90 - 16 * i for i in range(4)]
                for line in (102, 86, 70, 54, 34):
                    canvas.line(70, line, 470, line)
                for x in (70, 300, 470):
                    canvas.line(x, 34, x, 102)
                rows = [("Weir", "Herons"), ("Upper", "12"), ("Lower", "31")]
                cells(canvas, rows, (LEFT, 305), ys[:3])
                prose(canvas, 790)
            else:
                prose(canvas, 550 if wide else 790, sentences=SENTENCES[n % 6 :] + SENTENCES[: n % 6])
            end = say(canvas, footer, LEFT, y, size=8)
            say(canvas, str(number), end + (3 if kind == "joined" or n == 2 else 200), y, size=8)

        return draw

    plan = read(pdf(*map(page, range(6))))
    assert footer not in fold_space(plan.text)
    assert kind != "table" or "Lower | 31" in plan.text


def test_load_keeps_a_table_at_the_foot_that_no_page_repeats() -> None:
    def page(canvas: Canvas) -> None:
        prose(canvas, 790)
        for line in (102, 86, 70):
            canvas.line(70, line, 470, line)
        for x in (70, 300, 470):
            canvas.line(x, 70, x, 102)
        cells(canvas, [("Upper", "12"), ("Lower", "31")], (LEFT, 305), (90, 74))

    (table,) = load(Path("plan.pdf"), pdf(page, chapter("Wells"))).tables
    assert len(table.rows) == 2


def test_the_last_row_of_a_table_on_each_page_keeps_its_label() -> None:
    def page(number: int) -> Page:
        def draw(canvas: Canvas) -> None:
            prose(canvas, 780, sentences=SENTENCES[number:] + SENTENCES[:number])
            for row, (name, figure) in enumerate((("Water drawn (units)", 512), ("Gas burnt (units) each year", 746))):
                say(canvas, name, LEFT, 200 - 20 * row)
                say(canvas, f"{number + 3},{figure}", 400, 200 - 20 * row)

        return draw

    plan = read(pdf(*(page(number) for number in range(4))))
    for number in range(4):
        assert f"Gas burnt (units) each year | {number + 3},746" in plan.text


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (("City of Weir Climate Change", "Resilience Strategy"), "City of Weir Climate Change Resilience Strategy"),
        (("City of Weir", "Water Plan"), "City of Weir Water Plan"),
    ],
)
def test_a_title_that_begins_as_a_letterhead_does_is_whole(lines: tuple[str, str], title: str) -> None:
    def first(canvas: Canvas) -> None:
        say(canvas, lines[0], LEFT, 700, size=26, bold=True)
        say(canvas, lines[1], LEFT, 668, size=26, bold=True)
        say(canvas, "June 2027", LEFT, 620, size=14)

    plan = read(pdf(first, chapter("Summary"), chapter("Wells", turn=2)))
    assert (plan.title, labels(plan)) == (title, ["Summary", "Wells"])
