"""Answers written to files and opened again: the sheet to read, all passages as a table, and quotes to paste."""

from __future__ import annotations

import csv
import errno
import os
import re
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from commands import Run
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from openpyxl import load_workbook

from indexer.errors import IndexerError
from indexer.exporting import ANSWER_FORMATS, export_answers, save
from indexer.exporting.markdown import markdown_quotation
from indexer.exporting.tables import csv_text
from indexer.types import Answer, AnswerSentence, Citation, Coverage, Hit, Passage, Role
from indexer.wording import Asked, clean, file_name, line, scope_text

DAY = date(2026, 3, 9)
CEMENT = "what are the cement capacity rules?"
hostile = st.text(alphabet=st.sampled_from("ab 1=+-@#*_[]()<>`|~$&:.!\\\n\t\r\"'“\x00\x02\x0b\ufffe\ud800"), min_size=1)


def passage(plan: str, text: str, start: int = 0, *, page: int | None = 3, role: Role = Role.BODY) -> Passage:
    section = ("2. Key actions", "Cement")
    return Passage(plan, f"Plan of {plan}", start, start + len(text), text, section, page, role)


def citation(n: int, of: Passage) -> Citation:
    return Citation(n, of.plan, of.title, of.section, of.page, of.start, of.end, of.text)


NORTH = passage("north", "New capacity must stay below 37 GW\nby 2030.", 100)
SOUTH = passage("south", "Old kilns will close by 2.", 40, page=None)
SUMMARY = passage("north", "The plan closes kilns.", 0, role=Role.SUMMARY)
ANSWER = Answer(
    CEMENT,
    1240,
    # the second plan's sentence stands between two of the first's, as their ranks have it
    (
        AnswerSentence(NORTH.text, 1, ((4, 12),)),
        AnswerSentence(SOUTH.text, 2, (), cut_off=True),
        AnswerSentence(SUMMARY.text, 3),
    ),
    (citation(1, NORTH), citation(2, SOUTH), citation(3, SUMMARY)),
    (Hit(NORTH, 0.9, ((4, 12),)), Hit(SOUTH, 0.8), Hit(SUMMARY, 0.7)),
)
MISSING = Answer("Who won?", 1240, (), (), (Hit(SOUTH, 0.1),), Hit(SOUTH, 0.1), ("won", "cup"))
EVERY = Answer(
    "kilns",
    1240,
    (AnswerSentence(SOUTH.text, 1), AnswerSentence(NORTH.text, 2), AnswerSentence(SUMMARY.text, 3)),
    (citation(1, SOUTH), citation(2, NORTH), citation(3, SUMMARY)),
    (Hit(SOUTH, 0.9), Hit(NORTH, 0.5), Hit(SUMMARY, 0.4)),
    coverage=Coverage(
        {"south": 1, "north": 2},
        {("south", "2. Key actions"): 1, ("north", "2. Key actions"): 1, ("north", ""): 1},
        "the next 50 passages have nothing on it",
    ),
)


def export(ending: str, *results: Answer, scope: str = "all 2 plans") -> bytes:
    return export_answers([Asked(result, scope) for result in results], ending, generation=12, made=DAY)


def paragraphs(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(BytesIO(data)).paragraphs]


def csv_rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_word_sheet_holds_question_day_scope_answers_and_passages() -> None:
    data = export("docx", ANSWER)
    said = paragraphs(data)
    assert said == [
        "Answers from plans",
        CEMENT,
        "Searched in all 2 plans · 1,240 passages searched · 2026-03-09 · change 12 of the library",
        "“New capacity must stay below 37 GW by 2030.”",
        "[1] Plan of north › 2. Key actions › Cement › p. 3",
        "“The plan closes kilns.”",
        "[3] Plan of north › 2. Key actions › Cement › p. 3",
        "“Old kilns will close by 2.”",
        "[2] Plan of south › 2. Key actions › Cement (figure cut off in the source)",
        "Passages, by relevance",
        "1 · Plan of north › 2. Key actions › Cement › p. 3",
        "“New capacity must stay below 37 GW by 2030.”",
        "2 · Plan of south › 2. Key actions › Cement",
        "“Old kilns will close by 2.”",
        "3 · Plan of north › 2. Key actions › Cement › p. 3 (from a summary, not part of the plan's body)",
        "“The plan closes kilns.”",
    ]
    quote = Document(BytesIO(data)).paragraphs[3]
    assert [run.text for run in quote.runs if run.bold] == ["capacity"]


def test_the_markdown_sheet_says_the_same() -> None:
    # read by a reader of Markdown, which undoes the escapes
    tokens = MarkdownIt().parse(export("md", ANSWER).decode())
    read = ["".join(child.content for child in token.children or []) for token in tokens if token.type == "inline"]
    assert read == [text.strip("“”") for text in paragraphs(export("docx", ANSWER))]


@pytest.mark.parametrize("ending", ["docx", "md"])
def test_that_nothing_was_found_says_how_much_was_searched_and_what_came_nearest(ending: str) -> None:
    data = export(ending, MISSING)
    said = "\n".join(paragraphs(data)) if ending == "docx" else data.decode().replace("\\", "")
    assert "Not found in these plans. 1,240 passages searched. Found nowhere in them: won, cup." in said
    assert "The nearest passage; it may not answer: Plan of south › 2. Key actions › Cement" in said
    assert "Near passages; they may not answer" in said and "Passages, by relevance" not in said


def test_every_answer_is_counted_and_listed_whole() -> None:
    document = Document(BytesIO(export("docx", EVERY)))
    rows = [[box.text for box in row.cells] for row in document.tables[0].rows]
    assert rows == [
        ["Plan", "Section", "Passages"],
        ["Plan of north", "", "2"],
        ["Plan of north", "Before the first section", "1"],
        ["Plan of north", "2. Key actions", "1"],
        ["Plan of south", "", "1"],
        ["Plan of south", "2. Key actions", "1"],
    ]
    said = [paragraph.text for paragraph in document.paragraphs]
    assert "3 sentences of 2 plans, in 3 passages of 1,240 searched." in said
    assert [text[0] for text in said if " · Plan of" in text] == ["1", "2", "3"]
    assert "| Plan of north |  | 2 |" in export("md", EVERY).decode()


def test_the_table_has_a_line_a_passage_with_its_offsets_and_what_answers() -> None:
    rows = csv_rows(export("csv", ANSWER, MISSING))
    assert [(row["Question"], row["Rank"], row["Plan"]) for row in rows] == [
        (CEMENT, "1", "north"),
        (CEMENT, "2", "south"),
        (CEMENT, "3", "north"),
        ("Who won?", "1", "south"),
    ]
    first, second, third, missed = rows
    assert first["Passage"] == first["Answering words"] == "New capacity must stay below 37 GW by 2030."
    assert (first["Page"], first["Start"], first["End"]) == ("3", "100", str(NORTH.end))
    assert second["Page"] == "" and missed["Answering words"] == ""
    assert third["Note"] == "From a summary, not part of the plan's body"
    book = load_workbook(BytesIO(export("xlsx", ANSWER, MISSING)))
    assert book.sheetnames == ["Passages", "Answers", "About"]
    head, *lines = [list(row) for row in book["Passages"].values]
    assert head == list(rows[0])
    assert lines[0][head.index("Passage")] == NORTH.text  # as it stands in the plan
    assert lines[0][head.index("Start")] == 100
    answers = [list(row) for row in book["Answers"].values][1:]
    assert [row[0] for row in answers] == [CEMENT] * 3 + ["Who won?"]
    assert answers[2][1:] == [SOUTH.text, "Plan of south › 2. Key actions › Cement (figure cut off in the source)"]
    assert answers[3][1] == "Not found in these plans. 1,240 passages searched. Found nowhere in them: won, cup."
    assert book["About"]["B2"].value.startswith("Searched in all 2 plans · 1,240 passages searched · 2026-03-09")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "=cmd|'/C calc'!A0"])
def test_no_text_becomes_a_formula(text: str) -> None:
    evil = passage(text, text)
    asked = Answer(text, 9, (AnswerSentence(text, 1),), (citation(1, evil),), (Hit(evil, 1.0),))
    cells = [value for row in csv.reader(StringIO(export("csv", asked).decode("utf-8-sig"))) for value in row]
    assert not any(value.startswith(("=", "+", "-", "@")) for value in cells)
    book = load_workbook(BytesIO(export("xlsx", asked, scope=text)))
    met = [box for sheet in book for row in sheet.iter_rows() for box in row if box.value == text]
    assert len(met) >= 6  # question, plan, passage and what answers; and on the other sheets
    assert all(box.data_type == "s" and box.quotePrefix == (text[0] in "=+-@") for box in met)


@pytest.mark.slow
@given(hostile, hostile)
def test_no_text_breaks_a_file_or_is_lost(question: str, text: str) -> None:
    found = passage("a", text)
    asked = Answer(question, 9, (AnswerSentence(text, 1),), (citation(1, found),), (Hit(found, 1.0),))
    assert paragraphs(export("docx", asked))[3] == f"“{line(text)}”"
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(export("md", asked).decode())
    kinds = {child.type for token in tokens for child in [token, *(token.children or [])]}
    assert not kinds & {
        "html_block",
        "html_inline",
        "link_open",
        "image",
        "code_inline",
        "fence",
        "strong_open",
        "em_open",
    }
    (row,) = csv_rows(export("csv", asked))
    assert row["Passage"].removeprefix("'") == line(text).removeprefix("'")
    book = load_workbook(BytesIO(export("xlsx", asked)))
    assert re.sub(r"\r\n?", "\n", book["Passages"]["G2"].value or "") == re.sub(r"\r\n?", "\n", clean(text))


@given(hostile)
def test_a_quote_in_markdown_is_a_block_quote_with_its_place(text: str) -> None:
    place = Citation(1, "a", f"Plan {text}", ("2. Key", text), 12, 0, len(text), text)
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown_quotation(place))
    assert tokens[0].type == "blockquote_open" and tokens[-1].type == "blockquote_close"
    read = ["".join(child.content for child in token.children or []) for token in tokens if token.type == "inline"]
    assert read[-1].startswith("— Plan") and read[-1].endswith("p. 12")
    assert (read[0] if len(read) == 2 else "") == line(text)


def test_a_quote_in_markdown_reads_as_written() -> None:
    assert markdown_quotation(citation(1, SOUTH)) == (
        "> Old kilns will close by 2.\n>\n> — Plan of south, 2. Key actions › Cement"
    )


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (CEMENT, "what-are-the-cement-capacity-rules-2026-03-09.md"),
        ("水泥产能规则？", "水泥产能规则-2026-03-09.md"),
        ("../../etc/<b>passwd", "etc-b-passwd-2026-03-09.md"),
        ("???", "question-2026-03-09.md"),
        ("word " * 40, "-".join(["word"] * 12) + "-2026-03-09.md"),
    ],
)
def test_files_are_named_after_their_question(words: str, name: str) -> None:
    assert file_name(words, DAY, "md") == name


def test_the_scope_in_words() -> None:
    titles = {"a": "Plan A", "b": "Plan B"}
    assert scope_text(titles, (), (), "") == "all 2 plans"
    assert scope_text({"a": "Plan A"}, (), (), "") == "the one plan"
    assert scope_text(titles, ("b", "gone"), ("a",), "land") == (
        "Plan B; gone; only sections whose heading holds “land”"
    )
    assert scope_text(titles, (), ("a",), "") == "Plan A, as the question names it"


def test_the_command_writes_every_format(run: Run, sample_folder: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"out.{ending}" for ending in ANSWER_FORMATS]
    exports = [argument for file in files for argument in ("--export", file)]
    ran = run("ask", CEMENT, "--library", sample_folder, "--top-k", 7, *exports)
    assert ran.code == 0, ran.err
    assert "Written: " in ran.err
    assert "“New capacity for cement clinker and flat glass is strictly prohibited.”" in paragraphs(
        files[0].read_bytes()
    )
    assert len(csv_rows((tmp_path / "out.csv").read_bytes())) == 7
    assert load_workbook(tmp_path / "out.xlsx")["Passages"].max_row == 8
    assert "all 3 plans" in (tmp_path / "out.md").read_text("utf-8")


def test_the_command_writes_every_passage_of_many_questions(run: Run, sample_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    ran = run(
        "ask", "--from", "-", "--all", "--json", "--library", sample_folder, "--export", out, stdin="forest\nsteel\n"
    )
    found = {survey["question"]: survey["found"] for survey in ran.objects}
    rows = csv_rows(out.read_bytes())
    assert {question: sum(row["Question"] == question for row in rows) for question in found} == found


def test_the_command_refuses_other_endings_before_it_asks(run: Run, sample_folder: Path, tmp_path: Path) -> None:
    ran = run("ask", CEMENT, "--library", sample_folder, "--export", tmp_path / "out.pdf")
    assert ran.code == 2 and not ran.out
    assert "an answer is written to a file that ends in one of .docx, .md, .xlsx, .csv" in ran.err
    ran = run("ask", CEMENT, "--library", sample_folder, "--export", tmp_path / "nowhere" / "out.md")
    assert ran.code == 2 and "cannot be written" in ran.err


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\r@"])
def test_no_cell_is_a_formula_wherever_a_spreadsheet_separates(sign: str) -> None:
    text = csv_text([f"{sign}1+1"], [[f"{sign}SUM(A1)", f"said;{sign}1+1"]])
    for separator in ",;":
        cells = [cell for row in csv.reader(StringIO(text), delimiter=separator) for cell in row]
        assert not any(cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")) for cell in cells)


def test_a_full_disk_leaves_no_half_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "answers.docx"
    out.write_bytes(b"the export before")
    write = Path.write_bytes

    def fills(path: Path, data: bytes) -> int:
        write(path, data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fills)
    with pytest.raises(IndexerError, match=r"answers\.docx cannot be written \(No space left on device\)"):
        save(out, b"many bytes of another export")
    with pytest.raises(IndexerError, match="No space left"):
        save(tmp_path / "new.docx", b"many bytes of a new export")
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"answers.docx": b"the export before"}


def test_an_export_goes_through_links_and_to_devices(tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to(tmp_path / "real.md")
    save(tmp_path / "link.md", b"text")
    assert (tmp_path / "link.md").is_symlink() and (tmp_path / "real.md").read_bytes() == b"text"
    save(Path(os.devnull), b"text")
    assert not Path(os.devnull).is_file()
    save(tmp_path / f"{'计' * 80}.md", b"text")  # as long as a name may be
    assert len(list(tmp_path.iterdir())) == 3
