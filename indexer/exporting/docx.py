"""Comparisons and answers as a Word document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

from indexer.types import Answer, Aspect, Cell, Comparison, Excerpt, Hit, Mark, Span
from indexer.wording import (
    ANSWERS_TITLE,
    ASPECTS,
    NEAREST,
    TITLE,
    Asked,
    around_table,
    blocks,
    counts,
    coverage_lines,
    difference_text,
    format_difference,
    line,
    moved,
    none_found,
    not_found,
    noted,
    notes,
    origin,
    passages_heading,
    pieces,
    place_line,
    quotes,
    read_line,
    route_lines,
    sheet_origin,
    table_rows,
    table_texts,
)

if TYPE_CHECKING:
    from docx.document import Document


#: Columns of quotes that a landscape page can hold.
_SIDE_BY_SIDE = 4
_KEY = "Words that differ between the plans are underlined: figures with a line, years dotted, names dashed, "
_KEY += "and how binding the words are with a double line. Words that answer the question are bold."


def write_comparisons(comparisons: Sequence[Comparison], *, generation: int, made: date) -> bytes:
    """The comparisons as an A4 document, landscape where there are more than two plans."""
    from docx import Document

    document = Document()
    lay_out(document, landscape=any(len(comparison.cells) > 2 for comparison in comparisons))
    document.core_properties.title = TITLE
    document.add_heading(TITLE, 0)
    document.add_paragraph(origin(comparisons, generation, made))
    document.add_paragraph(_KEY)
    for comparison in comparisons:
        document.add_heading(line(comparison.question), 1)
        if comparison.said:
            put(document.add_paragraph(), line(difference_text(comparison.said)))
        if len(comparison.cells) <= _SIDE_BY_SIDE:
            _add_columns(document, comparison)
        else:
            _add_rows(document, comparison)
    return document_bytes(document)


def _add_columns(document: Document, comparison: Comparison) -> None:
    """One column per plan: its answer, then a row for each aspect in which the plans differ."""
    table = add_table(document, [line(cell.title) for cell in comparison.cells])
    for box, cell in zip(table.add_row().cells, comparison.cells, strict=True):
        _fill_cell(box, cell)
    for found in comparison.differences:
        for box, cell in zip(table.add_row().cells, comparison.cells, strict=True):
            put(box.paragraphs[0], f"{ASPECTS[found.aspect]}: {line(format_difference(found, cell.plan))}")


def _add_rows(document: Document, comparison: Comparison) -> None:
    """One row per plan, its differing values below its answer."""
    table = add_table(document, ["Plan", "Answer"])
    for cell in comparison.cells:
        title, answer = table.add_row().cells
        put(title.paragraphs[0], line(cell.title))
        _fill_cell(answer, cell)
        for found in comparison.differences:
            if cell.plan in found.values:
                put(answer.add_paragraph(), f"{ASPECTS[found.aspect]}: {line(format_difference(found, cell.plan))}")


def _fill_cell(box: Any, cell: Cell) -> None:
    """The sentences of an answer, each with its place; or "not found"."""
    paragraph = box.paragraphs[0]
    for sentence, citation, marks in quotes(cell):
        add_quote(paragraph, sentence.text, sentence.emphasis, marks)
        put(box.add_paragraph(), noted(place_line(citation), sentence))
        if sentence is not cell.answer.quotes[-1][0]:
            paragraph = box.add_paragraph()
    if not cell.found:
        paragraph.add_run(not_found(cell.answer)).italic = True


def add_quote(paragraph: Any, text: str, emphasis: Sequence[Span], marks: Sequence[Mark] = ()) -> None:
    """A quotation: emphasized words in bold, words that differ underlined."""
    from docx.enum.text import WD_UNDERLINE

    lines = {
        Aspect.FIGURE: WD_UNDERLINE.SINGLE,
        Aspect.YEAR: WD_UNDERLINE.DOTTED,
        Aspect.NAME: WD_UNDERLINE.DASH,
        Aspect.BINDING: WD_UNDERLINE.DOUBLE,
    }
    paragraph.add_run("“")
    for piece in pieces(text, emphasis, marks):
        run = paragraph.add_run(piece.text)
        run.bold = piece.emphasis or None
        run.font.underline = lines[piece.aspect] if piece.aspect else None
    paragraph.add_run("”")


def add_text(document: Document, text: str, table: Excerpt | None, emphasis: Sequence[Span]) -> None:
    """A quotation; the rows of ``table`` in it as a table below its head."""
    around = around_table(text, table)
    if table is None or around is None:
        add_quote(document.add_paragraph(), text, emphasis)
        return
    for lead in filter(None, map(line, (around[0] or table.caption,))):
        document.add_paragraph(lead)
    head, *_ = table_texts(text, table)
    rows = add_table(document, head)
    for row in table_rows(text, table):
        for box, (shown, start) in zip(rows.add_row().cells, row, strict=True):
            for piece in pieces(shown, moved(emphasis, start, start + len(shown)) if start >= 0 else (), ()):
                box.paragraphs[0].add_run(piece.text).bold = piece.emphasis or None
    if rest := line(around[1]):
        document.add_paragraph(rest)


def put(paragraph: Any, text: str) -> None:
    """``text`` in small type."""
    from docx.shared import Pt

    paragraph.add_run(text).font.size = Pt(9)


def add_table(document: Document, heads: Sequence[str]) -> Any:
    """A table whose heading row repeats on each page."""
    from docx.oxml import OxmlElement

    table: Any = document.add_table(1, len(heads), style="Table Grid")
    for box, head in zip(table.rows[0].cells, heads, strict=True):
        box.paragraphs[0].add_run(head).bold = True
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    return table


def lay_out(document: Document, *, landscape: bool) -> None:
    """A4 pages with margins of 2 cm."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    section = document.sections[0]
    width, height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = width, height
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)


def document_bytes(document: Document) -> bytes:
    """The bytes of the .docx file."""
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def write_answers(asked: Sequence[Asked], *, generation: int, made: date) -> bytes:
    """The answers and their passages as an A4 document."""
    from docx import Document

    document = Document()
    lay_out(document, landscape=False)
    document.core_properties.title = ANSWERS_TITLE
    document.add_heading(ANSWERS_TITLE, 0)
    for each in asked:
        document.add_heading(line(each.result.question), 1)
        put(document.add_paragraph(), line(sheet_origin(each, generation, made)))
        _add_answer(document, each.result)
        if each.result.hits:
            document.add_heading(passages_heading(each.result), 2)
        for rank, hit in enumerate(each.result.hits, 1):
            _add_passage(document, f"{rank} · ", hit)
    return document_bytes(document)


def _add_answer(document: Document, answer: Answer) -> None:
    """The answering sentences, each with its place; or "not found" and the nearest passage."""
    for text in (*read_line(answer), *coverage_lines(answer)):
        document.add_paragraph(line(text))
    for block in blocks(answer) if answer.found else ():
        for text in filter(None, (block.heading, block.said)):
            document.add_paragraph(line(text))
        for sentence, citation in block.quotes:
            add_text(document, sentence.text, sentence.table, sentence.emphasis)
            place = noted(place_line(citation, titled=True), sentence)
            put(document.add_paragraph(), f"[{citation.n}] {place}")
    for text in route_lines(answer):
        document.add_paragraph(line(text))
    if not answer.found:
        document.add_paragraph().add_run(line(" ".join(none_found(answer)))).bold = True
        if answer.nearest:
            _add_passage(document, f"{NEAREST}: ", answer.nearest)
    if answer.coverage and answer.coverage.by_plan:
        _add_counts(document, answer)


def _add_counts(document: Document, answer: Answer) -> None:
    table = add_table(document, ["Plan", "Section", "Passages"])
    for plan, section, number in counts(answer):
        for box, text in zip(table.add_row().cells, (plan, section, f"{number:,}"), strict=True):
            put(box.paragraphs[0], line(text))


def _add_passage(document: Document, label: str, hit: Hit) -> None:
    """A passage below its place, with the matched words in bold."""
    place = document.add_paragraph()
    place.paragraph_format.keep_with_next = True
    remarks = "".join(f" ({note.lower()})" for note in notes(hit.passage))
    put(place, f"{label}{place_line(hit.passage, titled=True)}{remarks}")
    add_text(document, hit.passage.text, hit.passage.table, hit.highlights)
