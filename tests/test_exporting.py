"""Comparisons written to files and opened again: what was said is there, and nothing of it is markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from commands import Run
from docx import Document
from docx.enum.text import WD_UNDERLINE
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from openpyxl import load_workbook

from indexer.errors import IndexerError
from indexer.exporting import FORMATS, export_comparisons, export_format
from indexer.types import Answer, AnswerSentence, Aspect, Cell, Citation, Comparison, Difference, Mark
from indexer.wording import clean, format_difference, line, number, pieces, visible_text

DAY = date(2026, 3, 9)
hostile = st.text(alphabet=st.sampled_from("ab 1=+-@#*_[]()<>`|~$&:.!\\\n\t\r\"'“\x00\x02\x0b\ufffe\ud800"), min_size=1)


def cell(
    plan: str, text: str, *, emphasis: tuple[tuple[int, int], ...] = (), marks: tuple[Mark, ...] = (), page: int = 3
) -> Cell:
    """A cell whose answer is one sentence, ``text``."""
    citation = Citation(1, plan, f"The plan of {plan}", ("2. Key actions", "(3) Industry"), page, 10, 99, text)
    answer = Answer("?", 120, (AnswerSentence(text, 1, emphasis),), (citation,))
    return Cell(plan, citation.title, answer, (marks,))


def missing(plan: str) -> Cell:
    return Cell(plan, f"The plan of {plan}", Answer("?", 1240))


COMPARISON = Comparison(
    "What are the cement capacity rules?",
    (
        cell(
            "north",
            "New capacity must stay below 37 GW\nby 2030.",
            emphasis=((4, 12),),
            marks=(Mark((13, 17), Aspect.BINDING), Mark((29, 34), Aspect.FIGURE)),
        ),
        cell("south", "Strive for 1.2 GW."),
        missing("east"),
    ),
    (
        Difference(Aspect.FIGURE, {"north": "37000000 kW", "south": "1200000 kW"}),
        Difference(Aspect.BINDING, {"north": "must", "south": "strive"}),
    ),
)


def export(ending: str, *comparisons: Comparison) -> bytes:
    return export_comparisons(comparisons, ending, generation=12, made=DAY)


def document_text(data: bytes) -> str:
    document = Document(BytesIO(data))
    boxes = [box.text for table in document.tables for row in table.rows for box in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *boxes])


def test_word_document_holds_the_comparison() -> None:
    document = Document(BytesIO(export("docx", COMPARISON)))
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "1 question · 3 plans · 2026-03-09 · change 12 of the library" in said
    assert COMPARISON.question in said
    rows = [[box.text for box in row.cells] for row in document.tables[0].rows]
    assert rows[0] == ["The plan of north", "The plan of south", "The plan of east"]
    assert rows[1] == [
        "“New capacity must stay below 37 GW by 2030.”\n2. Key actions › (3) Industry › p. 3",
        "“Strive for 1.2 GW.”\n2. Key actions › (3) Industry › p. 3",
        "Not found in this plan. 1,240 passages searched.",
    ]
    assert rows[2:] == [
        ["Figures: 37,000,000 kW", "Figures: 1,200,000 kW", "Figures: –"],
        ["How binding: must", "How binding: strive", "How binding: –"],
    ]
    runs = {run.text: run for run in document.tables[0].rows[1].cells[0].paragraphs[0].runs}
    assert runs["capacity"].bold and not runs["must"].bold
    assert runs["must"].font.underline == WD_UNDERLINE.DOUBLE
    assert runs["37 GW"].font.underline is True  # a single line


def test_more_plans_than_fit_stand_below_one_another() -> None:
    many = tuple(cell(f"p{i}", f"Sentence {i}.") for i in range(6))
    values = Difference(Aspect.YEAR, {"p4": "2030"})
    document = Document(BytesIO(export("docx", Comparison("Q?", many, (values,)))))
    rows = [[box.text for box in row.cells] for row in document.tables[0].rows]
    assert [row[0] for row in rows] == ["Plan", *(f"The plan of p{i}" for i in range(6))]
    assert rows[5][1].endswith("p. 3\nYears: 2030") and "Years" not in rows[4][1]


def test_spreadsheet_holds_the_comparison() -> None:
    other = Comparison("And steel?", (missing("south"), cell("north", "No steel.")))
    book = load_workbook(BytesIO(export("xlsx", COMPARISON, other)))
    assert book.sheetnames == ["Overview", "Answers", "Differences", "About"]
    overview = [list(row) for row in book["Overview"].values]
    assert overview[0] == ["Question", "north", "south", "east"]
    assert overview[2][1:3] == ["“New capacity must stay below 37 GW by 2030.”", "“Strive for 1.2 GW.”"]
    assert overview[3] == ["And steel?", "“No steel.”", "Not found in this plan. 1,240 passages searched.", None]
    head, first, _, third, *_ = [list(row) for row in book["Answers"].values]
    entry = dict(zip(head, first, strict=True))
    assert entry["Quote"] == "New capacity must stay below 37 GW\nby 2030."  # as it stands in the plan
    assert (entry["Page"], entry["Start"], entry["End"], entry["Passages searched"]) == (3, 10, 99, 120)
    assert dict(zip(head, third, strict=True))["Found"] == "no"
    assert [list(row) for row in book["Differences"].values][1:] == [
        [COMPARISON.question, "Figures", "37,000,000 kW", "1,200,000 kW", "–"],
        [COMPARISON.question, "How binding", "must", "strive", "–"],
    ]
    assert "2 questions · 3 plans · 2026-03-09 · change 12 of the library" in book["About"]["B2"].value
    assert book["Answers"].freeze_panes == "B2"


def test_markdown_holds_the_comparison() -> None:
    text = export("md", COMPARISON).decode()
    assert "1 question · 3 plans · 2026-03-09 · change 12 of the library" in text
    assert "> New capacity **must** stay below **37 GW** by 2030." in text
    assert "Not found in this plan. 1,240 passages searched." in text
    assert "| Figures | 37,000,000 kW | 1,200,000 kW | – |" in text


def test_thousands_are_apart_in_whole_parts_alone() -> None:
    said = "41.23456%; 1234567.5 t; 12345678901 kW"
    assert (
        format_difference(Difference(Aspect.FIGURE, {"north": said}), "north")
        == "41.23456%; 1,234,567.5 t; 12,345,678,901 kW"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1e10, "10,000,000,000"),
        (12345678901.0, "12,345,678,901"),
        (1.5e12, "1,500,000,000,000"),
        (1234567.25, "1,234,567.25"),
        (200 / 3, "66.67"),
        (13.5, "13.5"),
    ],
)
def test_a_number_is_written_in_full(value: float, shown: str) -> None:
    assert number(value) == shown
    assert number(value * 4, 4.0) == shown


def test_a_figure_that_the_source_cut_off_is_called_so() -> None:
    whole = cell("north", "It will reach 1.")
    sentence = AnswerSentence("It will reach 1.", 1, (), cut_off=True)
    cut = Cell("north", whole.title, Answer("?", 9, (sentence,), whole.answer.citations))
    for ending in ("docx", "md"):
        data = export(ending, Comparison("Q?", (cut, missing("south"))))
        text = document_text(data) if ending == "docx" else data.decode()
        assert "(figure cut off in the source)" in text
    book = load_workbook(BytesIO(export("xlsx", Comparison("Q?", (cut, missing("south"))))))
    assert "Figure cut off in the source" in [value for row in book["Answers"].values for value in row]
    assert book["Overview"]["B3"].value == "“It will reach 1.” (figure cut off in the source)"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil.example")', "#N/A", "=cmd|'/C calc'!A0"]
)
def test_no_text_becomes_a_formula(text: str) -> None:
    comparison = Comparison(text, (cell(text, text), missing("b")), (Difference(Aspect.NAME, {text: text}),))
    book = load_workbook(BytesIO(export("xlsx", comparison)))
    met = 0
    for sheet in book.worksheets:
        for box in (box for row in sheet.iter_rows() for box in row if box.value is not None):
            assert box.data_type in ("s", "n"), (sheet.title, box.coordinate)
            if box.value == text:
                met += 1
                assert box.data_type == "s"
                assert box.quotePrefix == (text[0] in "=+-@")
    assert met >= 8  # question, plan id, quote and value, each on its sheets


@pytest.mark.slow
@given(hostile, hostile)
def test_no_text_breaks_a_file_or_is_lost(question: str, quote: str) -> None:
    comparison = Comparison(question, (cell("a", quote), missing("b")), (Difference(Aspect.NAME, {"a": quote}),))
    boxes = Document(BytesIO(export("docx", comparison))).tables[0].rows[1].cells
    assert " ".join(boxes[0].paragraphs[0].text.split()) == f"“{line(quote)}”"
    book = load_workbook(BytesIO(export("xlsx", comparison)))
    # A spreadsheet's reader takes "\r" for a line end, as XML has it.
    assert ends(book["Answers"]["E2"].value or "") == ends(clean(quote))
    assert export("md", comparison).decode()


def ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def leaves(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from leaves(token.children or [])


@given(hostile)
def test_markdown_reads_back_as_the_text(text: str) -> None:
    """A CommonMark reader with tables and links switched on sees our own marks, and the text as text."""
    comparison = Comparison(text, (cell("a", text), missing("b")), (Difference(Aspect.NAME, {"a": text}),))
    reader = MarkdownIt("gfm-like", {"linkify": False})
    tokens = list(leaves(reader.parse(export("md", comparison).decode())))
    kinds = {token.type for token in tokens}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "code_inline", "fence", "code_block"}
    assert not kinds & {"bullet_list_open", "ordered_list_open", "em_open", "s_open", "strong_open", "hr"}
    said = line(text)
    read = [" ".join(inline_text(token).split()) for token in tokens if token.type == "inline"]
    # As the question, as the quote and as a value of the table; an empty one leaves no trace.
    assert read.count(said) == 3 or not said


def inline_text(token: Token) -> str:
    return "".join(child.content for child in token.children or [])


@given(st.text(alphabet="ab 37\n#.", max_size=30), st.data())
def test_pieces_are_the_sentence_cut_at_the_marks(text: str, data: st.DataObject) -> None:
    offsets = st.integers(0, len(text))
    span = st.tuples(offsets, offsets).map(lambda pair: (min(pair), max(pair)))
    emphasis = data.draw(st.lists(span, max_size=2))
    marks = [Mark(each, Aspect.YEAR) for each in data.draw(st.lists(span, max_size=2))]
    found = pieces(text, emphasis, marks)
    assert " ".join("".join(piece.text for piece in found).split()) == visible_text(text)
    inked = re.sub(r"\s", "", "".join(piece.text for piece in found if piece.aspect))
    shown = {i for m in marks for i in range(*m.span)}
    heads = {i for m in re.finditer(r"^[ \t]*(#{1,6}[ \t]+)\S", text, re.MULTILINE) for i in range(*m.span(1))}
    assert inked == "".join(c for i, c in enumerate(text) if i in shown - heads and not c.isspace())


def test_endings() -> None:
    assert export_format("a/b.DOCX") == "docx"
    assert {export_format(f"x.{ending}") for ending in FORMATS} == {"docx", "xlsx", "md"}
    with pytest.raises(IndexerError, match=r"notes\.pdf: .*\.docx, \.xlsx, \.md"):
        export_format("notes.pdf")


def test_the_command_writes_what_it_prints(run: Run, sample_folder: Path, tmp_path: Path) -> None:
    asked = ["compare", "What share of energy will be non-fossil by 2030?", "--plan", "national", "--plan", "sichuan"]
    for ending in FORMATS:
        path = tmp_path / f"out.{ending}"
        done = run(*asked, "--json", "--export", path, "--library", sample_folder)
        assert done.code == 0 and f"Written: {path}" in done.err
        quote = done.objects[0]["cells"][1]["citations"][0]["quote"]
        if ending == "xlsx":
            assert quote in [value for row in load_workbook(path)["Answers"].values for value in row]
        else:
            text = document_text(path.read_bytes()) if ending == "docx" else path.read_text("utf-8")
            assert line(quote) in re.sub(r"\*\*|\\", "", text)
    done = run(*asked, "--export", "notes.pdf", "--library", sample_folder)
    assert done.code == 2 and "ends in one of .docx, .xlsx, .md" in done.err and not done.out
    done = run(*asked, "--export", tmp_path / "none" / "out.md", "--library", sample_folder)
    assert done.code == 2 and "cannot be written" in done.err
