"""Answers as a Word document to read: the quotes with their places, then the passages that were found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from indexer.exporting.docx import add_quote, add_table, document_bytes, lay_out, put
from indexer.types import Answer, Hit, Survey
from indexer.wording import (
    ANSWERS_TITLE,
    NEAREST,
    Asked,
    answer_quotes,
    counts,
    line,
    none_found,
    noted,
    notes,
    passages_heading,
    place_line,
    sheet_origin,
    survey_lines,
)

if TYPE_CHECKING:
    from docx.document import Document


def write(asked: Sequence[Asked], *, generation: int, made: date) -> bytes:
    """The document, A4."""
    from docx import Document

    document = Document()
    lay_out(document, landscape=False)
    document.core_properties.title = ANSWERS_TITLE
    document.add_heading(ANSWERS_TITLE, 0)
    for each in asked:
        document.add_heading(line(each.result.question), 1)
        put(document.add_paragraph(), line(sheet_origin(each, generation, made)))
        if isinstance(each.result, Survey):
            _add_counts(document, each.result)
        else:
            _add_answer(document, each.result)
        if each.result.hits:
            document.add_heading(passages_heading(each.result), 2)
        for rank, hit in enumerate(each.result.hits, 1):
            _add_passage(document, f"{rank} · ", hit)
    return document_bytes(document)


def _add_answer(document: Document, answer: Answer) -> None:
    """The sentences that answer, each with its place; or that none does, and what came nearest."""
    for sentence, citation in answer_quotes(answer):
        add_quote(document.add_paragraph(), sentence.text, sentence.emphasis)
        place = noted(place_line(citation, titled=True), cut_off=sentence.cut_off)
        put(document.add_paragraph(), f"[{citation.n}] {place}")
    if not answer.found:
        document.add_paragraph().add_run(line(" ".join(none_found(answer)))).bold = True
        if answer.nearest:
            _add_passage(document, f"{NEAREST}: ", answer.nearest)


def _add_counts(document: Document, survey: Survey) -> None:
    for told in survey_lines(survey):
        document.add_paragraph(told)
    table = add_table(document, ["Plan", "Section", "Passages"])
    for plan, section, number in counts(survey):
        for box, text in zip(table.add_row().cells, (plan, section, f"{number:,}"), strict=True):
            put(box.paragraphs[0], line(text))


def _add_passage(document: Document, label: str, hit: Hit) -> None:
    """A passage with its place above it, the words that met the question in bold."""
    place = document.add_paragraph()
    place.paragraph_format.keep_with_next = True
    remarks = "".join(f" ({note.lower()})" for note in notes(hit.passage))
    put(place, f"{label}{place_line(hit.passage, titled=True)}{remarks}")
    add_quote(document.add_paragraph(), hit.passage.text, hit.highlights)
