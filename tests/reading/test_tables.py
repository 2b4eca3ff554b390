"""Tables: each cell is its text, in every format; heads, captions, spans; what passages and quotes hold of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from made_pdfs import cells, pdf, prose, say
from openpyxl import Workbook
from reportlab.pdfgen.canvas import Canvas

from indexer.language.sentences import split_sentences
from indexer.reading.formats.pdf.boxes import find_boxes
from indexer.reading.loading import load_plan
from indexer.reading.passages import chunk_plan, indexed_text, table_context
from indexer.reading.tables import head_of
from indexer.types import Plan, Table, page_at

HEAD = ["Sector", "2025", "2030"]
ROWS = [["Buildings", "12%", "30%"], ["Transport", "8%", "25%"], ["Waste and water", "3%", "9%"]]
CAPTION = "Table 2: Share of emissions to be cut"

words = st.text(st.sampled_from("abcde Üé"), min_size=0, max_size=12).map(lambda text: " ".join(text.split()))
tables = st.lists(st.lists(words, min_size=3, max_size=3), min_size=2, max_size=6).map(
    lambda rows: [["Sector", "Unit", "Goal"], *([f"r{i}", *row[1:]] for i, row in enumerate(rows))]
)


def as_markdown(rows: list[list[str]]) -> bytes:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(["# Plan", "", "The goals are set here.", "", lines[0], "|---|---|---|", *lines[1:], ""]).encode()


def as_html(rows: list[list[str]]) -> bytes:
    lines = [
        "".join(f"<{tag}>{cell}</{tag}>" for cell in row)
        for row, tag in zip(rows, ["th", *["td"] * (len(rows) - 1)], strict=True)
    ]
    table = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<html><body><p>The goals of the plan are set here.</p><table>{table}</table></body></html>".encode()


def as_docx(rows: list[list[str]]) -> bytes:
    document = Document()
    document.add_paragraph("The goals of the plan are set here.")
    table = document.add_table(len(rows), len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_pdf(rows: list[list[str]]) -> bytes:
    def page(canvas: Canvas) -> None:
        prose(canvas, 760)
        say(canvas, CAPTION, 72, 640, bold=True)
        for row, y in zip(rows, range(620, 0, -20), strict=False):
            cells(canvas, [row], (76, 226, 376), (y,))
        bottom = 632 - 20 * len(rows)
        canvas.grid([72, 222, 372, 522], [632 - 20 * i for i in range(len(rows) + 1)])
        prose(canvas, bottom - 40)

    return pdf(page)


MAKERS = {".md": as_markdown, ".html": as_html, ".docx": as_docx, ".pdf": as_pdf}


def texts(plan: Plan, table: Table) -> list[list[str]]:
    return [[plan.text[cell.start : cell.end] for cell in row] for row in table.rows]


@pytest.mark.parametrize("ending", MAKERS)
@settings(max_examples=15, deadline=None)
@given(tables)
def test_each_cell_is_a_span_of_the_text(ending: str, rows: list[list[str]]) -> None:
    plan = load_plan(Path("plan" + ending), data=MAKERS[ending](rows))
    (table,) = plan.tables
    assert texts(plan, table) == rows
    assert [[cell.column for cell in row] for row in table.rows] == [[0, 1, 2]] * len(rows)


@pytest.mark.parametrize("ending", MAKERS)
def test_a_head_and_the_rows_below_it(ending: str) -> None:
    plan = load_plan(Path("plan" + ending), data=MAKERS[ending]([HEAD, *ROWS]))
    (table,) = plan.tables
    assert (table.heads, head_of(plan.text, table)) == (1, tuple(HEAD))
    (passage,) = (passage for passage in chunk_plan(plan) if passage.table)
    assert passage.table
    held = [[passage.text[cell.start : cell.end] for cell in row.cells] for row in passage.table.rows]
    assert (held, passage.table.head, passage.table.heads) == ([HEAD, *ROWS], tuple(HEAD), 1)


def test_the_caption_is_the_labelled_line_above() -> None:
    plan = load_plan(Path("plan.pdf"), data=as_pdf([HEAD, *ROWS]))
    (table,) = plan.tables
    assert table.caption and plan.text[slice(*table.caption)] == CAPTION


@pytest.mark.parametrize("below", [False, True])
def test_captions_stand_on_the_side_where_others_of_the_document_do(below: bool) -> None:
    captions = [f"Table {n}: Herons at {place}" for n, place in enumerate(("weirs", "wells", "springs"), 1)]
    rows = "| Year | Herons |\n| --- | --- |\n| 2031 | 12 |\n| 2032 | 14 |"
    parts = [part for caption in captions for part in ((rows, caption) if below else (caption, rows))]
    text = "\n\n".join(
        ["# County Water Plan", "Herons are counted at dawn.", *parts, "Counts are printed in the almanac."]
    )
    plan = load_plan(Path("plan.md"), data=text.encode())
    assert [plan.text[slice(*table.caption)] for table in plan.tables if table.caption] == captions


def test_rows_far_below_the_head_carry_it_in_what_is_indexed() -> None:
    rows = [HEAD, *([f"Measure {i}", f"{i}%", f"{2 * i}%"] for i in range(40))]
    plan = load_plan(Path("plan.pdf"), data=as_pdf(rows[:25]))
    first, *others = [p for p in chunk_plan(plan) if p.table]
    assert table_context(first) == []
    assert others
    for passage in others:
        assert table_context(passage) == [CAPTION, "Sector | 2025 | 2030"]
        assert f"{CAPTION}. Sector | 2025 | 2030. {passage.text.split(' | ')[0]}" in indexed_text(passage)
        assert plan.text[passage.start : passage.end] == passage.text


def test_a_row_is_one_sentence_of_its_passage_and_knows_its_cells() -> None:
    body = [["Retrofit. Every school.", "Done. See below.", "City"], ["Heat pumps.", "Begun.", "State. Federal."]]
    plan = load_plan(Path("plan.docx"), data=as_docx([["Measure", "Status", "Payer"], *body]))
    passage = next(passage for passage in chunk_plan(plan) if passage.table)
    assert passage.table
    quoted = []
    for start, end in split_sentences(passage.text):
        if row := passage.table.within(start, end):
            quoted += [[passage.text[start:end][c.start : c.end] for c in cells.cells] for cells in row.rows]
    assert quoted == body


def test_spans_of_cells_are_kept() -> None:
    page = """<html><body><p>The goals of the plan are set here.</p><table><thead><tr><th rowspan=2>Sector</th>
    <th colspan=2>Share cut</th></tr><tr><th>2025</th><th>2030</th></tr></thead><tr><td rowspan="2">Buildings</td><td>1</td>
    <td>2</td></tr><tr><td>3</td><td>4</td></tr></table></body></html>"""
    plan = load_plan(Path("plan.html"), data=page.encode())
    (table,) = plan.tables
    assert table.heads == 2
    assert head_of(plan.text, table) == ("Sector", "Share cut 2025", "Share cut 2030")


def test_a_cell_that_reaches_down_names_the_rows_below() -> None:
    def page(canvas: Canvas) -> None:
        prose(canvas, 760)
        cells(
            canvas,
            [HEAD, ["", "1%", "2%"], ["Buildings", "", ""], ["", "3%", "4%"]],
            (76, 226, 376),
            (620, 600, 590, 580),
        )
        canvas.lines([(72, y, 522, y) for y in (632, 612, 572)] + [(222, 592, 522, 592)])
        canvas.lines([(x, 572, x, 632) for x in (72, 222, 372, 522)])

    plan = load_plan(Path("plan.pdf"), data=pdf(page))
    assert texts(plan, plan.tables[0]) == [HEAD, ["Buildings", "1%", "2%"], ["3%", "4%"]]
    passage = next(passage for passage in chunk_plan(plan) if passage.table)
    assert passage.table
    assert [row.above for row in passage.table.rows] == [(), (), ((0, "Buildings"),)]


def test_cells_merged_in_word_are_the_text_of_each_row() -> None:
    document = Document()
    table = document.add_table(3, 3)
    for row, written in zip(table.rows, (HEAD, ["Buildings", "1", "2"], ["", "3", "4"]), strict=True):
        for cell, text in zip(row.cells, written, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    file = io.BytesIO()
    document.save(file)
    plan = load_plan(Path("plan.docx"), data=file.getvalue())
    assert [row[0] for row in texts(plan, plan.tables[0])] == ["Sector", "Buildings", "Buildings"]


def test_a_sheet_is_a_table() -> None:
    book = Workbook()
    for row in [[None, None, None], HEAD, ["Buildings", 0.12, 0.3], ["Transport", 0.08, 0.25]]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    plan = load_plan(Path("plan.xlsx"), data=file.getvalue())
    assert [texts(plan, table) for table in plan.tables] == [
        [HEAD, ["Buildings", "0.12", "0.3"], ["Transport", "0.08", "0.25"]]
    ]
    assert plan.tables[0].heads == 1


def test_passages_of_markdown_hold_whole_lines() -> None:
    data = as_markdown([HEAD, *ROWS]) + b"\nLand is another matter.\n"
    passages = [passage.text for passage in chunk_plan(load_plan(Path("plan.md"), data=data))]
    assert passages[-1] == "Land is another matter."
    assert passages[-2].startswith("| Sector") and passages[-2].endswith("| 9% |")


def _over_pages(*tables: list[list[str]], above: str = "") -> bytes:
    """A PDF with one ruled table a page, the first at the foot of its page, the others at the top of theirs."""

    def page(rows: list[list[str]], top: int, foot: bool) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            if foot:
                prose(canvas, 780)
            elif above:
                say(canvas, above, 72, 790)
            cells(canvas, rows, (76, 226, 376), range(top, top - 20 * len(rows), -20))
            canvas.grid([72, 222, 372, 522], [top + 13 - 20 * i for i in range(len(rows) + 1)])
            if not foot:
                prose(canvas, 300)

        return draw

    first, *others = tables
    return pdf(page(first, 40 + 20 * len(first), True), *(page(rows, 770, False) for rows in others))


@pytest.mark.parametrize("above", ["", "Table 2 (continued)"])
def test_a_table_over_a_page_break_is_one_and_its_head_is_not_set_again(above: str) -> None:
    data = _over_pages([HEAD, *ROWS[:2]], [HEAD, *ROWS[2:], ["Land", "1%", "2%"]], above=above)
    plan = load_plan(Path("plan.pdf"), data=data)
    (table,) = plan.tables
    assert texts(plan, table) == [HEAD, *ROWS, ["Land", "1%", "2%"]]
    assert plan.text.count("2030") == 1
    assert "continued" not in plan.text
    cell = table.rows[3][2]
    assert page_at(plan.pages, cell.start) == 2
    (there,) = find_boxes(data, plan, (cell.start, cell.end))
    assert (there.number, len(there.boxes)) == (2, 1)
    assert 376 - 1 <= there.boxes[0].left <= 376 + 1


def test_another_table_of_the_same_form_begins_with_the_same_row() -> None:
    plan = load_plan(Path("plan.pdf"), data=_over_pages([HEAD, *ROWS], [HEAD, ["Buildings", "1%", "2%"], *ROWS[1:]]))
    assert [texts(plan, table)[:2] for table in plan.tables] == [[HEAD, ROWS[0]], [HEAD, ["Buildings", "1%", "2%"]]]


def test_a_table_with_a_head_of_its_own_on_the_next_page_is_another() -> None:
    other = [["Vehicle", "Number", "Fuel"], ["Buses", "12", "gas"], ["Vans", "40", "oil"]]
    plan = load_plan(Path("plan.pdf"), data=_over_pages([HEAD, *ROWS], other))
    assert [texts(plan, table) for table in plan.tables] == [[HEAD, *ROWS], other]


def test_rows_that_go_on_without_a_head_are_of_the_table_above() -> None:
    plan = load_plan(Path("plan.pdf"), data=_over_pages([HEAD, *ROWS[:2]], [*ROWS[2:], ["Land", "1%", "2%"]]))
    assert [len(table.rows) for table in plan.tables] == [5]
