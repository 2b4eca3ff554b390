"""A comparison as a Word document: a table a question, plans side by side while they fit, else below one another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

from indexer.types import Aspect, Cell, Comparison, Mark, Span
from indexer.wording import (
    ASPECTS,
    TITLE,
    line,
    not_found,
    noted,
    origin,
    pieces,
    place_line,
    quotes,
    told,
)

if TYPE_CHECKING:
    from docx.document import Document

#: Columns of quotes that a landscape page can hold.
_SIDE_BY_SIDE = 4
_KEY = "Words that differ between the plans are underlined: figures with a line, years dotted, names dashed, "
_KEY += "and how binding the words are with a double line. Words that answer the question are bold."


def write(comparisons: Sequence[Comparison], *, generation: int, made: date) -> bytes:
    """The document, A4, on its side where more than two plans stand side by side."""
    from docx import Document

    document = Document()
    lay_out(document, landscape=any(len(comparison.cells) > 2 for comparison in comparisons))
    document.core_properties.title = TITLE
    document.add_heading(TITLE, 0)
    document.add_paragraph(origin(comparisons, generation, made))
    document.add_paragraph(_KEY)
    for comparison in comparisons:
        document.add_heading(line(comparison.question), 1)
        if len(comparison.cells) <= _SIDE_BY_SIDE:
            _add_columns(document, comparison)
        else:
            _add_rows(document, comparison)
    return document_bytes(document)


def _add_columns(document: Document, comparison: Comparison) -> None:
    """A column a plan: its answer, then a row for each aspect in which the plans differ."""
    table = add_table(document, [line(cell.title) for cell in comparison.cells])
    for box, cell in zip(table.add_row().cells, comparison.cells, strict=True):
        _fill(box, cell)
    for found in comparison.differences:
        for box, cell in zip(table.add_row().cells, comparison.cells, strict=True):
            put(box.paragraphs[0], f"{ASPECTS[found.aspect]}: {line(told(found, cell.plan))}")


def _add_rows(document: Document, comparison: Comparison) -> None:
    """A row a plan, its values in the aspects below its answer."""
    table = add_table(document, ["Plan", "Answer"])
    for cell in comparison.cells:
        title, answer = table.add_row().cells
        put(title.paragraphs[0], line(cell.title))
        _fill(answer, cell)
        for found in comparison.differences:
            if cell.plan in found.values:
                put(answer.add_paragraph(), f"{ASPECTS[found.aspect]}: {line(told(found, cell.plan))}")


def _fill(box: Any, cell: Cell) -> None:
    """The sentences of an answer, each with its place; or that there is none."""
    paragraph = box.paragraphs[0]
    for sentence, citation, marks in quotes(cell):
        add_quote(paragraph, sentence.text, sentence.emphasis, marks)
        put(box.add_paragraph(), noted(place_line(citation), cut_off=sentence.cut_off))
        if sentence is not cell.answer.sentences[-1]:
            paragraph = box.add_paragraph()
    if not cell.found:
        paragraph.add_run(not_found(cell.answer)).italic = True


def add_quote(paragraph: Any, text: str, emphasis: Sequence[Span], marks: Sequence[Mark] = ()) -> None:
    """A quote in its marks: words that matter in bold, those that differ underlined."""
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


def put(paragraph: Any, text: str) -> None:
    """``text`` in small type."""
    from docx.shared import Pt

    paragraph.add_run(text).font.size = Pt(9)


def add_table(document: Document, heads: Sequence[str]) -> Any:
    """A table whose first row is a heading that comes again on each page."""
    from docx.oxml import OxmlElement

    table: Any = document.add_table(1, len(heads), style="Table Grid")
    for box, head in zip(table.rows[0].cells, heads, strict=True):
        box.paragraphs[0].add_run(head).bold = True
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    return table


def lay_out(document: Document, *, landscape: bool) -> None:
    """Make the pages A4, with margins of 2 cm."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    section = document.sections[0]
    width, height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = width, height
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)


def document_bytes(document: Document) -> bytes:
    """The document's file."""
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()
