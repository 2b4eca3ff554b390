"""A row of a table as it is quoted: below its head on the page, in the terminal, in files and in JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from io import BytesIO

import pytest
from docx import Document
from markdown_it import MarkdownIt

from indexer.cli.asking import answer_text
from indexer.exporting import export_answers
from indexer.exporting.objects import answer_object
from indexer.types import Answer, AnswerSentence, Citation, Excerpt, ExcerptRow, Hit, Passage, TableCell
from indexer.ui.shared.markup import sentence_html, text_html
from indexer.wording import Asked

HEAD = ("Sector <b>", "2025", "2030")
CAPTION = "Table 2: Shares | cut"
TEXT = "Buildings & homes | 12% | 30%\n| 8% | 25%"
FIRST, SECOND = TEXT.split("\n")


def _row(text: str, offset: int, cells: tuple[str, ...], column: int = 0) -> tuple[TableCell, ...]:
    starts = [offset + text.index(cell) for cell in cells]
    return tuple(TableCell(a, a + len(c), column + i) for i, (a, c) in enumerate(zip(starts, cells, strict=True)))


ROWS = (
    ExcerptRow(_row(FIRST, 0, ("Buildings & homes", "12%", "30%"))),
    ExcerptRow(_row(SECOND, len(FIRST) + 1, ("8%", "25%"), 1), ((0, "Buildings & homes"),)),
)
TABLE = Excerpt(CAPTION, HEAD, ROWS)
SHOWN = [[*HEAD], ["Buildings & homes", "12%", "30%"], ["Buildings & homes", "8%", "25%"]]
PASSAGE = Passage("city", "City plan", 100, 100 + len(TEXT), TEXT, page=3, table=TABLE)
start = TEXT.index("12%")
ANSWER = Answer(
    "What is 2025 of buildings?",
    10,
    (AnswerSentence(FIRST, 1, ((start, start + 3),), span=(start, start + 3), table=TABLE.within(0, len(FIRST))),),
    (Citation(1, "city", "City plan", (), 3, 100, 100 + len(FIRST), FIRST),),
    (Hit(PASSAGE, 1.0, ((start, start + 3),)),),
)


class _Cells(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.outside = ""
        self._cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        self._cell = self._cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][-1] += data
        else:
            self.outside += data


def test_the_excerpt_of_a_quote_is_its_row() -> None:
    table = TABLE.within(len(FIRST) + 1, len(TEXT))
    assert table and [SECOND[c.start : c.end] for c in table.rows[0].cells] == ["8%", "25%"]
    assert TABLE.within(0, 5) is None  # a part of a row
    assert replace(TABLE, heads=1).within(0, len(FIRST)) is None  # a head is no row of the body


def test_the_page_shows_a_row_below_its_head_and_escapes_it() -> None:
    html = sentence_html(ANSWER.sentences[0])
    assert _Cells(html).rows == SHOWN[:2]
    assert _Cells(html).outside == CAPTION
    assert '<strong class="span"><mark class="emphasis">12%</mark></strong>' in html
    assert _Cells(text_html(TEXT, TABLE, {})).rows == SHOWN


def test_a_table_between_whose_rows_other_text_stands_is_shown_as_text() -> None:
    text = TEXT.replace("\n", "\n[1] A note.\n")
    moved = ExcerptRow(tuple(replace(c, start=c.start + 12, end=c.end + 12) for c in ROWS[1].cells), ROWS[1].above)
    html = text_html(text, Excerpt(CAPTION, HEAD, (ROWS[0], moved)), {})
    assert not _Cells(html).rows
    assert "A note." in html


def test_the_terminal_aligns_the_columns() -> None:
    lines = answer_text(ANSWER).split("\n")
    assert lines[:4] == [CAPTION, "Sector <b>         2025  2030", "Buildings & homes  12%   30%", "[1]"]
    wide = AnswerSentence(
        "x " * 200 + "| y", 1, table=Excerpt("", (), (ExcerptRow((TableCell(0, 399, 0), TableCell(402, 403, 1))),))
    )
    assert max(map(len, answer_text(replace(ANSWER, sentences=(wide,))).split("\n")[:5])) <= 96


@pytest.mark.parametrize("ending", ["docx", "md"])
def test_files_hold_a_table(ending: str) -> None:
    data = export_answers([Asked(ANSWER, "all plans")], ending, generation=1, made=date(2026, 3, 9))
    if ending == "docx":
        read = [[[box.text for box in row.cells] for row in table.rows] for table in Document(BytesIO(data)).tables]
    else:
        html = MarkdownIt("commonmark").enable("table").render(data.decode())
        both = _Cells(html).rows
        read = [both[:2], both[2:]]
        assert "<b>" not in html
    assert read == [SHOWN[:2], SHOWN]


def test_json_has_the_table() -> None:
    answer = json.loads(json.dumps(answer_object(ANSWER)))
    assert answer["answer"][0]["table"] == {"caption": CAPTION, "head": [*HEAD], "rows": SHOWN[1:2]}
    assert answer["passages"][0]["table"]["rows"] == SHOWN[1:]
