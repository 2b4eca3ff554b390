"""Word files made with python-docx and by hand, read back: structure, numbers, tables, what is left out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from indexer.errors import SourceError
from indexer.reading.loading import load_plan
from indexer.reading.passages import chunk_plan
from indexer.types import Plan

W = nsdecls("w")


def read(tmp_path: Path, fill: Callable[..., object]) -> Plan:
    document = Document()
    fill(document)
    document.save(str(tmp_path / "plan.docx"))
    return load_plan(tmp_path / "plan.docx")


def numbered(paragraph: object, number: int, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr()  # type: ignore[attr-defined]
    properties.append(parse_xml(f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'))


def define_list(document: object, number: int, levels: list[tuple[str, str, int]], restart: int | None = None) -> None:
    """A list ``number`` whose levels are (format, pattern, start)."""
    root = document.part.numbering_part.element  # type: ignore[attr-defined]
    inner = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{pattern}"/></w:lvl>'
        for i, (form, pattern, start) in enumerate(levels)
    )
    if levels:
        root.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="{number}">{inner}</w:abstractNum>'))
    override = f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{restart}"/></w:lvlOverride>' if restart else ""
    abstract = number if levels else number - 1
    root.append(parse_xml(f'<w:num {W} w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{override}</w:num>'))


@pytest.mark.parametrize(
    ("own", "title"),
    [
        ("Water Report of 2019", "Birch Water Program Charter"),
        ("birch water program charter", "birch water program charter"),
    ],
)
def test_a_title_that_the_document_does_not_show_gives_way_to_what_it_shows(
    own: str, title: str, tmp_path: Path
) -> None:
    def fill(document: object) -> None:
        document.core_properties.title = own  # type: ignore[attr-defined]
        for text in ("Birch Water Program Charter", "Office of Rivers", "The county tests every well twice a year."):
            document.add_paragraph(text)  # type: ignore[attr-defined]

    plan = read(tmp_path, fill)
    assert plan.title == title


def test_headings_title_and_paragraphs(tmp_path: Path) -> None:
    def fill(document: object) -> None:
        document.add_heading("Anhui Carbon Plan", 0)  # type: ignore[attr-defined]
        for text, level in [("Industry", 1), ("Cement", 2), ("Energy", 1)]:
            document.add_heading(text, level)  # type: ignore[attr-defined]
            document.add_paragraph(f"About {text.lower()} it says this. And this.")  # type: ignore[attr-defined]

    plan = read(tmp_path, fill)
    assert plan.title == "Anhui Carbon Plan"
    assert [(s.level, s.title, s.parent) for s in plan.sections] == [
        (1, "Industry", None), (2, "Cement", 0), (1, "Energy", None),
    ]  # fmt: skip
    assert {p.section for p in chunk_plan(plan) if "About cement" in p.text} == {("Industry", "Cement")}
    assert plan.pages == ()


@pytest.mark.parametrize("name", ["Überschrift 2", "标题 2", "Titre 2"])
def test_headings_of_other_languages_and_of_styles_based_on_them(tmp_path: Path, name: str) -> None:
    def fill(document: object) -> None:
        top = document.styles.add_style("Own part", WD_STYLE_TYPE.PARAGRAPH)  # type: ignore[attr-defined]
        top.base_style = document.styles["Heading 1"]  # type: ignore[attr-defined]
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)  # type: ignore[attr-defined]
        document.add_paragraph("Industry", "Own part")  # type: ignore[attr-defined]
        document.add_paragraph("Cement", name)  # type: ignore[attr-defined]
        outlined = document.add_paragraph("Quotas")  # type: ignore[attr-defined]
        outlined._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {W} w:val="2"/>'))
        document.add_paragraph("They hold until 2025.")  # type: ignore[attr-defined]

    plan = read(tmp_path, fill)
    assert [(s.level, s.title) for s in plan.sections] == [(1, "Industry"), (2, "Cement"), (3, "Quotas")]


def test_a_style_based_on_itself_is_no_trap(tmp_path: Path) -> None:
    def fill(document: object) -> None:
        first = document.styles.add_style("First", WD_STYLE_TYPE.PARAGRAPH)  # type: ignore[attr-defined]
        second = document.styles.add_style("Second", WD_STYLE_TYPE.PARAGRAPH)  # type: ignore[attr-defined]
        first.base_style, second.base_style = second, first
        document.add_paragraph("Kilns close.", "First")  # type: ignore[attr-defined]

    assert read(tmp_path, fill).text == "Kilns close."


def test_numbers_as_word_counts_them(tmp_path: Path) -> None:
    levels = [("upperRoman", "%1.", 1), ("decimal", "%1.%2", 1), ("lowerLetter", "%3)", 3)]
    items = [0, 1, 1, 2, 2, 0, 1]

    def fill(document: object) -> None:
        define_list(document, 90, levels)
        for i, level in enumerate(items):
            numbered(document.add_paragraph(f"item {i}"), 90, level)  # type: ignore[attr-defined]
        define_list(document, 91, [], restart=5)
        numbered(document.add_paragraph("goes on"), 91, 0)  # type: ignore[attr-defined]

    lines = read(tmp_path, fill).text.split("\n")
    assert [line.split(" ")[0] for line in lines] == ["I.", "I.1", "I.2", "c)", "d)", "II.", "II.1", "V."]


@pytest.mark.parametrize(
    ("form", "pattern", "start", "first", "second"),
    [
        ("chineseCounting", "%1、", 1, "一、item", "二、item"),
        ("chineseCountingThousand", "（%1）", 20, "（二十）item", "（二十一）item"),
        ("decimalZero", "%1", 9, "09 item", "10 item"),
        ("upperLetter", "%1.", 26, "Z. item", "AA. item"),
        ("lowerRoman", "%1.", 4, "iv. item", "v. item"),
        ("decimalEnclosedCircleChinese", "%1", 1, "① item", "② item"),
        ("bullet", "\uf0b7", 1, "- item", "- item"),
        ("none", "", 1, "item", "item"),
    ],
)
def test_number_formats(tmp_path: Path, form: str, pattern: str, start: int, first: str, second: str) -> None:
    def fill(document: object) -> None:
        define_list(document, 90, [(form, pattern, start)])
        for _ in range(2):
            numbered(document.add_paragraph("item"), 90, 0)  # type: ignore[attr-defined]

    assert read(tmp_path, fill).text.split() == f"{first} {second}".split()


def test_numbered_headings_carry_their_numbers(tmp_path: Path) -> None:
    def fill(document: object) -> None:
        define_list(document, 90, [("decimal", "%1.", 1), ("decimal", "%1.%2", 1)])
        for text, level in [("Industry", 0), ("Cement", 1), ("Energy", 0)]:
            numbered(document.add_heading(text, level + 1), 90, level)  # type: ignore[attr-defined]
            document.add_paragraph("Words follow.")  # type: ignore[attr-defined]

    assert [s.label for s in read(tmp_path, fill).sections] == ["1. Industry", "1.1 Cement", "2. Energy"]


def test_tables_are_rows_and_merged_cells_are_said_in_each(tmp_path: Path) -> None:
    def fill(document: object) -> None:
        document.add_paragraph("Before.")  # type: ignore[attr-defined]
        table = document.add_table(3, 3)  # type: ignore[attr-defined]
        for i, row in enumerate([("Fuel", "Year", "Share"), ("Coal", "2025", "51%"), ("", "2030", "44%")]):
            for j, text in enumerate(row):
                table.cell(i, j).text = text
        table.cell(1, 0).merge(table.cell(2, 0))
        document.add_paragraph("After.")  # type: ignore[attr-defined]

    plan = read(tmp_path, fill)
    assert plan.text == "Before.\n\nFuel | Year | Share\nCoal | 2025 | 51%\nCoal | 2030 | 44%\n\nAfter."
    assert any("Coal | 2025 | 51%\nCoal | 2030 | 44%" in p.text for p in chunk_plan(plan))


def test_a_table_of_one_cell_is_a_frame(tmp_path: Path) -> None:
    def fill(document: object) -> None:
        cell = document.add_table(1, 1).cell(0, 0)  # type: ignore[attr-defined]
        cell.text = "Kilns close."
        cell.add_paragraph("Wind grows.")

    assert read(tmp_path, fill).text == "Kilns close.\n\nWind grows."


def test_deleted_and_hidden_text_and_contents_are_left_out_and_inserted_text_is_read(tmp_path: Path) -> None:
    def fill(document: object) -> None:
        document.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)  # type: ignore[attr-defined]
        document.add_paragraph("Industry\t4", "toc 1")  # type: ignore[attr-defined]
        paragraph = document.add_paragraph("Kilns close")  # type: ignore[attr-defined]
        for xml in (
            f"<w:del {W}><w:r><w:delText> late</w:delText></w:r></w:del>",
            f"<w:ins {W}><w:r><w:t xml:space='preserve'> by 2025.</w:t></w:r></w:ins>",
            f"<w:r {W}><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>",
            f"<w:r {W}><w:instrText>PAGEREF x</w:instrText></w:r>",
        ):
            paragraph._p.append(parse_xml(xml))

    assert read(tmp_path, fill).text == "Kilns close by 2025."


BOX = "<w:txbxContent><w:p><w:r><w:t>In the box.</w:t></w:r></w:p></w:txbxContent>"
#: A text box as Word writes it, for newer and for older readers.
BOX_TWICE = (
    f'<w:r {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:AlternateContent>'
    f"<mc:Choice Requires='wps'>{BOX}</mc:Choice><mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent></w:r>"
)


def test_text_boxes_and_content_controls_are_read_once(tmp_path: Path) -> None:
    control = f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>In the control.</w:t></w:r></w:p></w:sdtContent></w:sdt>"

    def fill(document: object) -> None:
        document.add_paragraph("Beside it.")._p.append(parse_xml(BOX_TWICE))  # type: ignore[attr-defined]
        document.element.body.insert(0, parse_xml(control))  # type: ignore[attr-defined]

    assert read(tmp_path, fill).text == "In the control.\n\nBeside it.\n\nIn the box."


def rewritten(data: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """The package ``data`` with each part as ``change`` makes it, and ``more`` parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in more.items():
            new.writestr(name, part)
    return file.getvalue()


def simple() -> bytes:
    file = io.BytesIO()
    document = Document()
    document.add_paragraph("Kilns close by 2025.")
    document.save(file)
    return file.getvalue()


def with_notes(document: object, notes: dict[int, str]) -> bytes:
    """The document with footnotes: the runs of each, by its id."""
    inner = "".join(f"<w:footnote w:id='{i}'><w:p>{runs}</w:p></w:footnote>" for i, runs in notes.items())

    def change(name: str, part: bytes) -> bytes:
        if name == "word/_rels/document.xml.rels":
            kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
            added = f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/></Relationships>'
            return part.replace(b"</Relationships>", added.encode())
        return part

    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    part = f"<w:footnotes {W}>{inner}</w:footnotes>".encode()
    return rewritten(file.getvalue(), change, **{"word/footnotes.xml": part})


def refer(paragraph: object, note: int) -> None:
    paragraph._p.append(parse_xml(f"<w:r {W}><w:footnoteReference w:id='{note}'/></w:r>"))  # type: ignore[attr-defined]


def test_footnotes_stand_behind_their_paragraph_or_row(tmp_path: Path) -> None:
    document = Document()
    refer(document.add_paragraph("Kilns close by 2025."), 2)
    table = document.add_table(2, 2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("Fuel", "Share", "Coal", "51%"), strict=True):
        cell.text = text
    refer(table.cell(0, 1).paragraphs[0], 3)
    refer(table.cell(1, 0).paragraphs[0], 4)
    refer(document.add_paragraph("Wind grows."), 5)
    said = {2: "Of 2020.", 3: "Of power.", 4: "With lignite.", 5: "At sea."}
    path = tmp_path / "plan.docx"
    path.write_bytes(with_notes(document, {i: f"<w:r><w:t>{text}</w:t></w:r>" for i, text in said.items()}))
    assert load_plan(path).text.split("\n\n") == [
        "Kilns close by 2025.", "[1] Of 2020.", "Fuel | Share", "[2] Of power.", "Coal | 51%", "[3] With lignite.",
        "Wind grows.", "[4] At sea.",
    ]  # fmt: skip


def test_a_text_box_in_a_cell_or_a_note_is_read_once(tmp_path: Path) -> None:
    document = Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "Coal"
    table.cell(0, 1).text = "Less of it"
    table.cell(0, 1).paragraphs[0]._p.append(parse_xml(BOX_TWICE))
    refer(document.add_paragraph("Kilns close."), 2)
    path = tmp_path / "plan.docx"
    path.write_bytes(with_notes(document, {2: f"<w:r><w:t>By law.</w:t></w:r>{BOX_TWICE}"}))
    assert load_plan(path).text == "Coal | Less of it\n\nIn the box.\n\nKilns close.\n\n[1] By law. In the box."


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "kiln kiln kiln"><!ENTITY b "' + "&a;" * 50 + '"><!ENTITY c SYSTEM "/etc/passwd">]>'

    def change(name: str, part: bytes) -> bytes:
        if name != "word/document.xml":
            return part
        declaration, rest = part.split(b"?>", 1)
        return declaration + b"?>" + bomb.encode() + rest.replace(b"2025", b"2025&b;&c;")

    path = tmp_path / "plan.docx"
    path.write_bytes(rewritten(simple(), change))
    text = load_plan(path).text
    assert text.startswith("Kilns close by 2025")
    assert "kiln kiln" not in text
    assert "root:" not in text


def test_xml_without_end_in_depth_is_refused(tmp_path: Path) -> None:
    deep = b"<w:sdt><w:sdtContent>" * 5000 + b"</w:sdtContent></w:sdt>" * 5000
    path = tmp_path / "deep.docx"
    path.write_bytes(
        rewritten(
            simple(), lambda name, part: part.replace(b"<w:body>", b"<w:body>" + deep) if "document" in name else part
        )
    )
    with pytest.raises(SourceError, match=r"deep\.docx is damaged.*save it again"):
        load_plan(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    path.write_bytes(rewritten(simple(), lambda name, part: part, **{"word/extra.xml": bytes(60 << 20)}))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(SourceError, match=r"bomb\.docx unpacks to more than a plan can hold"):
        load_plan(path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"old Word file or one with a password.*save it as \.docx"),
        (b"not a package", r"is not a readable Word file\. Open it in Word"),
        (simple()[:900], r"is not a readable Word file"),
    ],
)
def test_what_is_no_word_file(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "plan.docx"
    path.write_bytes(data)
    with pytest.raises(SourceError, match=said) as caught:
        load_plan(path)
    assert str(path) in str(caught.value)


def test_a_note_is_read_once_however_often_it_is_referred_to(tmp_path: Path) -> None:
    document = Document()
    for i in range(300):
        refer(document.add_paragraph(f"Kiln {i} closes."), 2)
    note = f"<w:r><w:t>{'See the law. ' * 500}</w:t></w:r>"
    path = tmp_path / "plan.docx"
    path.write_bytes(with_notes(document, {2: note}))
    text = load_plan(path).text
    assert text.count("[1] See the law.") == 1 and "Kiln 299 closes." in text


def test_merged_cells_stop_at_the_longest_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document()
    table = document.add_table(rows=60, cols=2)
    table.cell(0, 0).text = "Kilns close. " * 200
    for row in range(60):
        table.cell(row, 1).text = f"kiln {row}"
    table.cell(0, 0).merge(table.cell(59, 0))
    path = tmp_path / "plan.docx"
    document.save(str(path))
    assert load_plan(path).text.count("kiln 59") == 1
    monkeypatch.setattr("indexer.reading.formats.docx.LONGEST_TEXT", 20_000)
    with pytest.raises(SourceError, match="million characters"):
        load_plan(path)


def inserted(data: bytes, name: str, part: bytes) -> bytes:
    """A Word file that inserts ``part`` behind its text (altChunk)."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def change(each: str, content: bytes) -> bytes:
        if each == "word/_rels/document.xml.rels":
            added = f'<Relationship Id="rId98" Type="{kind}" Target="{name}"/></Relationships>'
            return content.replace(b"</Relationships>", added.encode())
        if each == "word/document.xml":
            chunk = f'<w:altChunk xmlns:r="{office}" r:id="rId98"/>'
            return content.replace(b"<w:sectPr", chunk.encode() + b"<w:sectPr", 1)
        if each == "[Content_Types].xml":
            ending = name.rsplit(".", 1)[-1]
            return content.replace(
                b"<Default ", f'<Default Extension="{ending}" ContentType="text/any"/><Default '.encode(), 1
            )
        return content

    return rewritten(data, change, **{f"word/{name}": part})


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("chunk.html", b"<html><body><h1>Wind</h1><p>Wind farms grow to 20 GW.</p></body></html>"),
        ("chunk.txt", b"Wind farms grow to 20 GW."),
        ("chunk.rtf", b"{\\rtf1 Wind farms grow to 20 GW.}"),
        ("chunk.docx", b""),
    ],
)
def test_inserted_documents_are_read(tmp_path: Path, name: str, part: bytes) -> None:
    if not part:
        file = io.BytesIO()
        document = Document()
        document.add_paragraph("Wind farms grow to 20 GW.")
        document.save(file)
        part = file.getvalue()
    path = tmp_path / "plan.docx"
    path.write_bytes(inserted(simple(), name, part))
    plan = load_plan(path)
    assert plan.text.index("Kilns close by 2025.") < plan.text.index("Wind farms grow to 20 GW.")
    assert plan.warnings == ()


def test_an_inserted_document_of_no_known_kind_is_warned_about(tmp_path: Path) -> None:
    path = tmp_path / "plan.docx"
    path.write_bytes(inserted(simple(), "chunk.bin", b"Wind farms grow."))
    plan = load_plan(path)
    assert "Wind" not in plan.text and plan.warnings == ("inserted documents that were not read: 1",)
