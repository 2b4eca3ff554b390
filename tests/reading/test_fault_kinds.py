"""Kinds of pages that readers get wrong, drawn anew and read right: wholly, in order, with sections, tables and title."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from fault_kinds import KINDS, Drawn, Page, turned
from made_pdfs import SENTENCES, cells, pdf, prose, say
from reportlab.pdfgen.canvas import Canvas

from indexer.reading.loading import load_plan
from indexer.reading.passages import chunk_plan
from indexer.types import Plan, Role

#: How the page is set: as it was found, smaller and further in, a little larger.
SETTINGS = {"as found": (1.0, 0.0, 0.0), "smaller": (0.8, 70.0, 90.0), "larger": (1.04, -20.0, -30.0)}


def read(drawn: Drawn, setting: tuple[float, float, float]) -> Plan:
    scale, right, up = setting

    def moved(page: Page) -> Page:
        def draw(canvas: Canvas) -> None:
            canvas.translate(right, up)
            canvas.scale(scale, scale)
            page(canvas)

        return draw

    return load_plan(Path("wells.pdf"), data=pdf(*map(moved, drawn.pages), **drawn.about))


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("count", [1, 2], ids=["by itself", "with more pages"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_read_right(kind: str, count: int, setting: str) -> None:
    drawn = KINDS[kind](count)
    right = drawn.right
    plan = read(drawn, SETTINGS[setting])
    words, wanted = plan.text.split(), " ".join(right.parts).split()
    assert words[: len(wanted)] == wanted
    assert Counter(words[len(wanted) :]) == Counter(right.around)
    tables = [[[plan.text[c.start : c.end] for c in row] for row in table.rows] for table in plan.tables]
    assert tables == [[list(row) for row in rows] for rows in right.tables]
    assert tuple(section.label for section in plan.sections) == right.sections
    if right.title is not None:
        assert plan.title == (right.title or "wells")
    assert (plan.metadata.date, plan.metadata.issuer) == (right.date, right.issuer)
    assert plan.warnings == ()
    # nothing is taken for what a web page leaves around a text
    assert {passage.role for passage in chunk_plan(plan)} == {Role.BODY}


def test_a_row_whose_name_has_two_parts_stays_one() -> None:
    """Beside the second part a sentence goes on, so that no row begins there."""
    row = ("Alder Brook", *SENTENCES[:2])

    def page(canvas: Canvas) -> None:
        for y in (700, 680, 600):
            canvas.line(60, y, 535, y)
        for x in (150, 340):
            canvas.line(x, 600, x, 700)
        cells(canvas, [("Brook", "Bridges", "Wells")], (65, 155, 345), (685,))
        say(canvas, "Alder Brook", 65, 666)
        say(canvas, "Upper half", 65, 640)
        for x, sentence in zip((155, 345), row[1:], strict=True):
            prose(canvas, 666, x=x, width=175, leading=1.3, sentences=[sentence])

    plan = load_plan(Path("wells.pdf"), data=pdf(page))
    (table,) = plan.tables
    assert [[plan.text[c.start : c.end] for c in cells_] for cells_ in table.rows][1:] == [
        ["Alder Brook Upper half", *SENTENCES[:2]]
    ]


def test_a_title_that_stands_again_above_the_text_is_no_section() -> None:
    def page(n: int) -> Page:
        def draw(canvas: Canvas) -> None:
            if n < 2:
                say(canvas, "County Water Plan", 60, 780, size=22, bold=True)
            say(canvas, f"Part {'ABC'[n]}", 60, 740, size=14, bold=True)
            prose(canvas, 715, x=60, sentences=turned(n))

        return draw

    plan = load_plan(Path("wells.pdf"), data=pdf(*map(page, range(3))))
    assert (plan.title, [s.label for s in plan.sections]) == ("County Water Plan", ["Part A", "Part B", "Part C"])
