"""All passages that were found for questions, one a line, to sort and filter: CSV and a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from indexer.exporting.tables import add_sheet, book_bytes, csv_text, new_book
from indexer.types import Answer, Hit
from indexer.wording import (
    ANSWERS_TITLE,
    Asked,
    answer_quotes,
    none_found,
    noted,
    notes,
    place_line,
    sheet_origin,
    survey_lines,
)

_COLUMNS = (
    ("Question", 30),
    ("Rank", 7),
    ("Plan", 14),
    ("Title", 30),
    ("Section", 40),
    ("Page", 7),
    ("Passage", 80),
    ("Answering words", 50),
    ("Start", 9),
    ("End", 9),
    ("Record", 14),
    ("Note", 30),
)


def write_csv(asked: Sequence[Asked]) -> str:
    """CSV (RFC 4180) with a line of heads; no text is read as a formula."""
    return csv_text([head for head, _ in _COLUMNS], _lines(asked))


def write_xlsx(asked: Sequence[Asked], *, generation: int, made: date) -> bytes:
    """A workbook: the passages; what answers each question; where all this is from."""
    book = new_book()
    add_sheet(book, "Passages", _COLUMNS, _lines(asked))
    add_sheet(book, "Answers", (("Question", 30), ("Answer", 80), ("Place", 60)), _answers(asked))
    about = ([each.result.question, sheet_origin(each, generation, made)] for each in asked)
    add_sheet(book, "About", (("Question", 30), ("Searched", 100)), about)
    book.properties.title = ANSWERS_TITLE
    return book_bytes(book)


def _lines(asked: Sequence[Asked]) -> Iterator[list[str | int | None]]:
    for each in asked:
        answer = each.result if isinstance(each.result, Answer) else None
        for rank, hit in enumerate(each.result.hits, 1):
            yield _line(each.result.question, rank, hit, answer)


def _line(question: str, rank: int, hit: Hit, answer: Answer | None) -> list[str | int | None]:
    passage = hit.passage
    quoted = [
        citation.quote
        for citation in (answer.citations if answer else ())
        if citation.plan == passage.plan and citation.start < passage.end and citation.end > passage.start
    ]
    return [
        question,
        rank,
        passage.plan,
        passage.title,
        " › ".join(passage.section),
        passage.page,
        passage.text,
        "\n".join(quoted) or None,
        passage.start,
        passage.end,
        passage.record,
        "; ".join(notes(passage)) or None,
    ]


def _answers(asked: Sequence[Asked]) -> Iterator[list[str]]:
    for each in asked:
        result = each.result
        if not isinstance(result, Answer):
            yield [result.question, " ".join(survey_lines(result)), ""]
            continue
        for sentence, citation in answer_quotes(result):
            place = noted(place_line(citation, titled=True), cut_off=sentence.cut_off)
            yield [result.question, citation.quote, place]
        if not result.found:
            yield [result.question, " ".join(none_found(result)), ""]
