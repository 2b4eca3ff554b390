"""Comparisons and answers as spreadsheets and CSV, in which every text stays a text."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, TypeAlias

from indexer.asking.glossary import COLUMNS as GLOSSARY_COLUMNS
from indexer.types import Answer, Cell, Comparison, GlossaryEntry, Hit
from indexer.wording import (
    ANSWERS_TITLE,
    ASPECTS,
    CUT_OFF,
    TITLE,
    Asked,
    answer_quotes,
    clean,
    coverage_lines,
    format_difference,
    none_found,
    not_found,
    noted,
    notes,
    origin,
    place_line,
    quotes,
    sheet_origin,
    visible_text,
)

if TYPE_CHECKING:
    from openpyxl import Workbook


#: (heading, width in characters) of each column.
Columns: TypeAlias = Sequence[tuple[str, int]]
#: Excel's limit on the characters of a cell.
_LONGEST = 32_767
#: What makes a spreadsheet program read a cell as a formula; full-width signs do in East Asian versions of Excel.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Many versions of Excel separate at semicolons, even within a text.
_LATER_FORMULA = re.compile(r";(?=[=+\-@＝＋－＠])")


def new_book() -> Workbook:
    """A workbook without sheets."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def add_sheet(book: Workbook, title: str, columns: Columns, rows: Iterable[Sequence[Any]]) -> None:
    """A sheet with a frozen heading row. Every string is text, never a formula."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    for i, (_, width) in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(i)].width = width
    for r, row in enumerate([[head for head, _ in columns], *rows], 1):
        for c, content in enumerate(row, 1):
            cell = sheet.cell(r, c)
            if isinstance(content, str):
                text = clean(content)[:_LONGEST]
                cell.value = text
                # openpyxl would store "=1" as a formula and "#N/A" as an error; the prefix keeps Excel
                # from making it one when the cell is edited.
                cell.data_type = "s"
                cell.quotePrefix = text.startswith(_FORMULA)
            else:
                cell.value = content
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=r == 1)
    sheet.freeze_panes = "B2"


def book_bytes(book: Workbook) -> bytes:
    """The bytes of the .xlsx file."""
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def csv_text(heads: Sequence[str], lines: Iterable[Sequence[str | float | int | None]]) -> str:
    """CSV (RFC 4180) with a heading row. Text that a spreadsheet would read as a formula starts with an apostrophe."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    for line in [heads, *lines]:
        writer.writerow([_as_text(value) if isinstance(value, str) else value for value in line])
    return buffer.getvalue()


def glossary_csv(entries: Iterable[GlossaryEntry]) -> bytes:
    """The glossary as CSV with the byte order mark by which Excel knows UTF-8; ``parse_glossary`` reads it."""
    rows = ((entry.preferred, "; ".join(entry.other), "; ".join(entry.negative)) for entry in entries)
    return csv_text(GLOSSARY_COLUMNS, rows).encode("utf-8-sig")


def _as_text(text: str) -> str:
    """``text`` on one line, with an apostrophe before what a spreadsheet would read as a formula."""
    shown = _LATER_FORMULA.sub(";'", clean(visible_text(text)))
    return f"'{shown}" if shown.startswith(_FORMULA) and len(shown) > 1 else shown


_QUOTE_COLUMNS = (
    ("Question", 30),
    ("Plan", 14),
    ("Title", 30),
    ("Found", 8),
    ("Quote", 70),
    ("Section", 40),
    ("Page", 8),
    ("Start", 9),
    ("End", 9),
    ("Note", 24),
    ("Passages searched", 12),
)


def _difference_rows(comparison: Comparison, plans: Iterable[str]) -> Iterator[list[str]]:
    """What each plan does, where that differs, then a row for each aspect."""
    does = {part.plan: f"{part.verb} {visible_text(part.text)}" for part in comparison.said}
    if does:
        yield [comparison.question, "In a sentence", *(does.get(plan, "") for plan in plans)]
    for found in comparison.differences:
        yield [comparison.question, ASPECTS[found.aspect], *(format_difference(found, plan) for plan in plans)]


def comparisons_xlsx(comparisons: Sequence[Comparison], *, generation: int, made: date) -> bytes:
    """The comparisons as a workbook: sheets Overview, Answers, Differences and About."""
    book = new_book()
    titles = {cell.plan: cell.title for comparison in comparisons for cell in comparison.cells}
    add_sheet(
        book, "Overview", [("Question", 30), *((plan, 45) for plan in titles)], _overview_rows(comparisons, titles)
    )
    add_sheet(
        book, "Answers", _QUOTE_COLUMNS, (row for c in comparisons for cell in c.cells for row in _quote_rows(c, cell))
    )
    add_sheet(
        book,
        "Differences",
        [("Question", 30), ("Aspect", 14), *((plan, 30) for plan in titles)],
        (row for c in comparisons for row in _difference_rows(c, titles)),
    )
    about = [[TITLE, origin(comparisons, generation, made)], *([plan, title] for plan, title in titles.items())]
    add_sheet(book, "About", [("What", 24), ("", 90)], about)
    book.properties.title = TITLE
    return book_bytes(book)


def _overview_rows(comparisons: Sequence[Comparison], titles: dict[str, str]) -> Iterable[list[Any]]:
    yield ["", *titles.values()]
    for comparison in comparisons:
        cells = {cell.plan: cell for cell in comparison.cells}
        yield [comparison.question, *(_summary(cells[plan]) if plan in cells else "" for plan in titles)]


def _summary(cell: Cell) -> str:
    if not cell.found:
        return not_found(cell.answer)
    return "\n".join(noted(f"“{visible_text(s.text)}”", s) for s, _ in cell.answer.quotes)


def _quote_rows(comparison: Comparison, cell: Cell) -> Iterable[list[Any]]:
    searched = cell.answer.searched
    for sentence, cited, _ in quotes(cell):
        note = CUT_OFF if sentence.cut_off else ""
        place = [" › ".join(cited.section), cited.page, cited.start, cited.end]
        yield [comparison.question, cell.plan, cell.title, "yes", cited.quote, *place, note, searched]
    if not cell.found:
        empty = [None] * 6
        yield [comparison.question, cell.plan, cell.title, "no", *empty, searched]


_PASSAGE_COLUMNS = (
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


def answers_csv(asked: Sequence[Asked]) -> str:
    """All passages as CSV, one a row, to sort and filter."""
    return csv_text([head for head, _ in _PASSAGE_COLUMNS], _passage_rows(asked))


def answers_xlsx(asked: Sequence[Asked], *, generation: int, made: date) -> bytes:
    """All passages as a workbook: sheets Passages, Answers and About."""
    book = new_book()
    add_sheet(book, "Passages", _PASSAGE_COLUMNS, _passage_rows(asked))
    add_sheet(book, "Answers", (("Question", 30), ("Answer", 80), ("Place", 60)), _answer_rows(asked))
    about = ([each.result.question, sheet_origin(each, generation, made)] for each in asked)
    add_sheet(book, "About", (("Question", 30), ("Searched", 100)), about)
    book.properties.title = ANSWERS_TITLE
    return book_bytes(book)


def _passage_rows(asked: Sequence[Asked]) -> Iterator[list[str | int | None]]:
    for each in asked:
        for rank, hit in enumerate(each.result.hits, 1):
            yield _passage_row(each.result.question, rank, hit, each.result)


def _passage_row(question: str, rank: int, hit: Hit, answer: Answer) -> list[str | int | None]:
    passage = hit.passage
    quoted = [
        citation.quote
        for citation in answer.citations
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


def _answer_rows(asked: Sequence[Asked]) -> Iterator[list[str]]:
    for each in asked:
        result = each.result
        if result.coverage:
            yield [result.question, " ".join(coverage_lines(result)), ""]
        for sentence, citation in answer_quotes(result):
            place = noted(place_line(citation, titled=True), sentence)
            yield [result.question, citation.quote, place]
        if not result.found:
            yield [result.question, " ".join(none_found(result)), ""]
