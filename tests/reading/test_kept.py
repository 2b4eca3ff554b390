"""What is read right and has to stay so: lists in boxes and cells, narrow columns, close cells, doubled text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from made_pdfs import SENTENCES, cells, pdf, prose, say
from offices import zipped
from reportlab.pdfgen.canvas import Canvas

from indexer.language.sentences import fold_space
from indexer.reading.loading import load_plan
from indexer.types import Plan


def read(tmp_path: Path, name: str, data: bytes) -> Plan:
    (tmp_path / name).write_bytes(data)
    return load_plan(tmp_path / name)


def word(*blocks: str) -> bytes:
    """A Word file whose body is the XML of ``blocks``."""
    document = Document()
    for block in blocks:
        document.element.body.insert(-1, parse_xml(block.replace(">", f" {nsdecls('w', 'wp', 'a')}>", 1)))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def test_content_controls_in_a_line_around_paragraphs_and_around_cells(tmp_path: Path) -> None:
    row = "<w:tr><w:tc>{}</w:tc><w:sdt><w:sdtContent><w:tc>{}</w:tc></w:sdtContent></w:sdt></w:tr>"
    plan = read(
        tmp_path,
        "plan.docx",
        word(
            "<w:p><w:r><w:t xml:space='preserve'>The deadline is </w:t></w:r><w:sdt><w:sdtContent><w:r><w:t>31 May 2031</w:t>"
            "</w:r></w:sdtContent></w:sdt><w:r><w:t>.</w:t></w:r></w:p>",
            f"<w:sdt><w:sdtContent>{paragraph('Four thousand trees.')}</w:sdtContent></w:sdt>",
            f"<w:tbl>{row.format(paragraph('Ward'), paragraph('Trees'))}{row.format(paragraph('South'), paragraph('977'))}</w:tbl>",
        ),
    )
    assert plan.text == "The deadline is 31 May 2031.\n\nFour thousand trees.\n\nWard | Trees\nSouth | 977"


def test_a_list_in_a_text_box_stands_between_its_paragraphs(tmp_path: Path) -> None:
    box = "".join(paragraph(text, "ListBullet") for text in ("Plant trees.", "Water trees."))
    anchored = (
        f"<w:p><w:r><w:t>Before.</w:t></w:r><w:r><w:pict><w:txbxContent>{box}</w:txbxContent></w:pict></w:r></w:p>"
    )
    plan = read(tmp_path, "plan.docx", word(anchored, paragraph("After.")))
    assert plan.text == "Before.\n\n- Plant trees.\n- Water trees.\n\nAfter."


def test_a_strict_word_file_is_read(tmp_path: Path) -> None:
    """ISO/IEC 29500 Strict has other namespaces and relationship types (part 1, annex A)."""

    def strict(part: bytes) -> bytes:
        for name in ("officeDocument", "wordprocessingml", "drawingml"):
            part = part.replace(
                f"http://schemas.openxmlformats.org/{name}/2006/".encode(),
                f"http://purl.oclc.org/ooxml/{name}/".encode(),
            )
        return part

    document = Document()
    document.add_heading("Wells", 1)
    document.add_paragraph("Wells are deep.", "List Bullet")
    file = io.BytesIO()
    document.save(file)
    with zipfile.ZipFile(file) as package:
        parts = {name: strict(package.read(name)) for name in package.namelist()}
    assert b"schemas.openxmlformats.org/wordprocessingml" not in parts["word/document.xml"]
    plan = read(tmp_path, "plan.docx", zipped(parts))
    assert (plan.text, [s.title for s in plan.sections]) == ("Wells\n\n- Wells are deep.", ["Wells"])


def test_a_strict_word_file_of_the_fewest_parts_is_read(tmp_path: Path) -> None:
    content = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    body = (
        '<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main" w:conformance="strict"><w:body><w:p><w:r>'
        "<w:t>Four thousand trees.</w:t></w:r></w:p></w:body></w:document>"
    )
    parts: dict[str, str | bytes] = {"[Content_Types].xml": content, "_rels/.rels": rels, "word/document.xml": body}
    assert read(tmp_path, "plan.docx", zipped(parts)).text == "Four thousand trees."


def test_a_list_in_a_cell_of_a_web_page_stays_in_its_row(tmp_path: Path) -> None:
    rows = "".join(
        f"<tr><td>{d}</td><td><ul><li>{t}</li></ul></td></tr>" for d, t in (("Mon", "10 to 20"), ("Tue", "Closed"))
    )
    text = f"<p>{' '.join(SENTENCES)}</p>"
    page = f"<html><body><main><article><h1>Hours</h1>{text}<table>{rows}</table>{text}</article></main></body></html>"
    assert "Mon | 10 to 20\nTue | Closed" in read(tmp_path, "plan.html", page.encode()).text


def drawn(tmp_path: Path, *pages: Callable[[Canvas], None]) -> Plan:
    return read(tmp_path, "plan.pdf", pdf(*pages))


def test_three_columns_are_read_one_after_another(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for column in range(3):
            prose(canvas, 780, x=40 + 180 * column, width=160, sentences=SENTENCES[column * 2 : column * 2 + 2])

    assert " ".join(SENTENCES) in fold_space(drawn(tmp_path, page).text)


def grid(canvas: Canvas, xs: list[float], ys: list[float]) -> None:
    for x in xs:
        canvas.line(x, ys[0], x, ys[-1])
    for y in ys:
        canvas.line(xs[0], y, xs[-1], y)


def test_cells_a_space_apart_are_cells(tmp_path: Path) -> None:
    rows = [
        ["Date", "Measure", "Cost"],
        ["07.01.2027", "Lamps in schools", "1,200"],
        ["08.01.2027 to", "the end of May", "1,400"],
    ]

    def page(canvas: Canvas) -> None:
        grid(canvas, [55, 127, 325, 435], [774, 754, 734, 714])
        cells(canvas, rows, (60, 130, 330), (760, 740, 720))

    plan = drawn(tmp_path, page)
    assert plan.text == "\n".join(" | ".join(row) for row in rows)
    assert plan.title == "plan"


def test_a_head_of_two_rows_and_a_cell_over_three(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.rect(60, 660, 440, 120)
        for x0, y0, x1, y1 in ((60, 740, 500, 740), (60, 720, 500, 720), (160, 700, 500, 700), (160, 680, 500, 680),
                               (160, 780, 160, 660), (330, 780, 330, 660), (245, 740, 245, 660), (415, 740, 415, 660)):  # fmt: skip
            canvas.line(x0, y0, x1, y1)
        cells(
            canvas,
            [["", "Trees", "", "Buses", ""], ["Ward", "2027", "2031", "2027", "2031"]],
            (65, 165, 250, 335, 420),
            (762, 726),
        )
        cells(
            canvas,
            [["10", "20", "3", "4"], ["11", "21", "5", "6"], ["12", "22", "7", "8"]],
            (165, 250, 335, 420),
            (706, 686, 666),
        )
        say(canvas, "North ward", 65, 690)

    lines = drawn(tmp_path, page).text.split("\n")
    assert lines[1:] == [
        "Ward | 2027 | 2031 | 2027 | 2031",
        "North ward | 10 | 20 | 3 | 4",
        "11 | 21 | 5 | 6",
        "12 | 22 | 7 | 8",
    ]


def test_words_without_space_glyphs_and_a_spaced_heading(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        spaced = canvas.beginText(72, 780)
        spaced.setFont("Helvetica", 14)
        spaced.setCharSpace(3)
        spaced.textOut("SPACED HEADING")
        spaced.setCharSpace(0)
        canvas.drawText(spaced)
        for i, sentence in enumerate(SENTENCES[:3]):
            x = 72.0
            for word_ in sentence.split():
                x = say(canvas, word_, x, 740 - 14 * i, size=8) + 2.2

    text = fold_space(drawn(tmp_path, page).text)
    assert " ".join(SENTENCES[:3]) in text
    assert "SPACED HEADING" in text


@pytest.mark.parametrize("apart", [0.0, 0.3])
def test_text_drawn_twice_is_read_once(tmp_path: Path, apart: float) -> None:
    def page(canvas: Canvas) -> None:
        for x in (72.0, 72.0 + apart):
            say(canvas, "County Plan", x, 790, size=14)
            prose(canvas, 760, x=x)

    assert fold_space(drawn(tmp_path, page).text) == f"County Plan {' '.join(SENTENCES)}"
