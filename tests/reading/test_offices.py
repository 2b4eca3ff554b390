"""Spreadsheets, slides, OpenDocument, rich text, e-books and e-mails: what is kept of each, and what is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from documents import make
from offices import MAKERS, epub, odt, zipped
from openpyxl import Workbook
from pptx import Presentation
from pptx.util import Inches

from indexer.errors import SourceError
from indexer.reading.formats.xlsx import show
from indexer.reading.loading import load_plan
from indexer.types import Found, Plan

MADE = make("office", 11, "en", 3)


def read(tmp_path: Path, name: str, data: bytes) -> Plan:
    (tmp_path / name).write_bytes(data)
    return load_plan(tmp_path / name)


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", MAKERS)
def test_every_sentence_and_row_is_read_in_order(tmp_path: Path, name: str) -> None:
    plan = read(tmp_path, name, MAKERS[name](MADE))
    assert plan.title == MADE.title
    read_so_far, text = 0, bare(plan.text)
    tables = [parts for kind, parts in MADE.blocks if kind == "table"]
    for kind, parts in MADE.blocks:
        if kind == "table" and name.endswith(".pptx"):
            continue  # a slide's table stands below its text, wherever it was drawn
        for part in parts:
            at = text.find(bare(part.lstrip("– ")), read_so_far)
            assert at >= 0, part
            read_so_far = at
    assert all(row in plan.text for rows in tables for row in rows)
    assert not plan.asides


@pytest.mark.parametrize("name", ["plan.odt", "plan.epub", "plan.eml"])
def test_headings_are_sections_of_their_level(tmp_path: Path, name: str) -> None:
    plan = read(tmp_path, name, MAKERS[name](MADE))
    wanted = [(int(kind[1]), bare(parts[0])) for kind, parts in MADE.blocks if kind in ("h1", "h2")]
    assert [(s.level, bare(s.label)) for s in plan.sections] == wanted


# -- spreadsheets -------------------------------------------------------------------------------------


def workbook(fill: Callable[[Workbook], object]) -> bytes:
    book = Workbook()
    fill(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_sheets_are_sections_and_rows_are_rows(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        sheet = book.active
        sheet.title = "Targets"
        sheet["B1"] = "All figures are for the county."
        for row in (["Fuel", None, 2030], ["Coal", None, 0.125], ["Wind", None, 40250.5]):
            sheet.append([None, *row])
        sheet["D3"].number_format = "0.0%"
        sheet["D4"].number_format = "#,##0.0"
        sheet["B7"] = "Sum"
        sheet["D7"] = "=1+1"
        book.create_sheet("Costs").append(["Wells", 12])
        book.create_sheet("Notes to self").sheet_state = "hidden"

    plan = read(tmp_path, "plan.xlsx", workbook(fill))
    assert [s.title for s in plan.sections] == ["Targets", "Costs"]
    assert "county.\n\nFuel | 2030\nCoal | 12.5%\nWind | 40,250.5" in plan.text
    assert "Wells | 12" in plan.text and "1+1" not in plan.text
    assert plan.warnings == ("hidden sheets that were not read: 1",)


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (0.1 + 0.2, "General", "0.3"),
        (2030, "General", "2030"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (0.125, "0%", "13%"),
        (2.5, '0.0" t"', "2.5 t"),
        (1500000, "#,##0,", "1,500"),
        (1250, "[$€-407]#,##0.00", "€1,250.00"),
        (1e300, "0", "1" + 300 * "0"),
        (float("nan"), "0.0", "nan"),
        (0.375, "0.0%", "37.5%"),
        (1250000, '#,##0 "t"', "1,250,000 t"),
        (True, "General", "TRUE"),
        (None, "General", ""),
        (3.5, "0.00E+00", "3.5"),
        (-2, "0;(0)", "-2"),
    ],
)
def test_values_are_shown_as_their_format_says(value: object, form: str, shown: str) -> None:
    assert show(value, form) == shown


# -- slides -------------------------------------------------------------------------------------------


def test_slides_are_pages_and_sections_with_lists_tables_and_notes(tmp_path: Path) -> None:
    show_ = Presentation()
    for title in ("Wells", "Weirs"):
        slide = show_.slides.add_slide(show_.slide_layouts[1])
        slide.shapes.title.text_frame.text = title
        slide.placeholders[1].text_frame.text = f"{title} are inspected."
        slide.placeholders[1].text_frame.add_paragraph().text = "Twice a year."
        slide.notes_slide.notes_text_frame.text = f"Say why {title.lower()} matter."
    table = slide.shapes.add_table(2, 3, Inches(1), Inches(6), Inches(6), Inches(1)).table
    table.cell(0, 0).merge(table.cell(0, 1))
    for (row, column), text in {(0, 0): "Weir", (0, 2): "Year", (1, 0): "Upper", (1, 1): "new", (1, 2): "2031"}.items():
        table.cell(row, column).text = text
    file = io.BytesIO()
    show_.save(file)
    plan = read(tmp_path, "plan.pptx", file.getvalue())
    assert plan.title == "Wells"
    assert "- Weirs are inspected.\n- Twice a year." in plan.text
    assert "Weir | Year\nUpper | new | 2031\n\nSay why weirs matter." in plan.text
    assert [plan.text[p.start : p.end].split()[0] for p in plan.pages] == ["Wells", "Weirs"]
    assert [s.label for s in plan.sections] == ["Weirs"]


# -- OpenDocument -------------------------------------------------------------------------------------


def test_odt_lists_notes_breaks_and_what_is_left_out(tmp_path: Path) -> None:
    styles = (
        '<text:list-style style:name="L1"><text:list-level-style-number text:level="1"/></text:list-style>'
        '<style:style style:name="P1" style:parent-style-name="Title"/>'
    )
    body = """<text:tracked-changes><text:p>Gone.</text:p></text:tracked-changes><text:table-of-content><text:p>Wells 3</text:p>
      </text:table-of-content><text:p text:style-name="P1">County <text:s/>Plan</text:p>
      <text:p>Wells<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Deep
      ones.</text:p></text:note-body></text:note> are <text:span>deep<text:tab/>and</text:span> old.</text:p>
      <text:list text:style-name="L1"><text:list-item><text:p>one</text:p></text:list-item><text:list-item><text:p>two</text:p>
      </text:list-item></text:list><text:list><text:list-item><text:p>dot</text:p></text:list-item></text:list>
      <table:table><table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>Head</text:p></table:table-cell>
      <table:covered-table-cell/></table:table-row><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>
      <table:table-cell table:number-columns-repeated="2"><text:p>b</text:p></table:table-cell></table:table-row></table:table>"""
    plan = read(tmp_path, "plan.odt", odt(body, styles=styles))
    assert plan.title == "County Plan"
    assert "Wells are deep and old.\n\n[1] Deep ones.\n\n1. one\n2. two\n- dot\n\nHead\na | b | b" in plan.text
    assert "Gone" not in plan.text and "Wells 3" not in plan.text


# -- rich text, e-books, e-mails ----------------------------------------------------------------------


def test_rich_text_of_other_scripts_and_pictures(tmp_path: Path) -> None:
    picture = "{\\pict\\pngblip " + "89504e47" * 2000 + "}"
    data = "{\\rtf1\\ansi\\ansicpg1251 \\'c2\\'ee\\'e4\\'e0 \\u27700?\\par " + picture + "\\bullet  Wells\\par}"
    plan = read(tmp_path, "plan.rtf", data.encode("ascii"))
    assert plan.text.split() == ["Вода", "水", "-", "Wells"]


def test_an_e_book_is_read_in_the_order_of_its_spine_without_navigation(tmp_path: Path) -> None:
    pages = {
        "b.xhtml": "<nav>Go</nav><h1>Weirs</h1><p>Second.</p>",
        "a%20b.xhtml": "",
        "c.xhtml": "<h1>Wells</h1>First.",
    }
    about = "<dc:title>County Plan</dc:title><dc:publisher>The County</dc:publisher><dc:date>2031-05-02</dc:date>"
    plan = read(tmp_path, "plan.epub", epub(pages, about=about, spine=["c.xhtml", "b.xhtml", "lost.xhtml"]))
    assert plan.text == "Wells\n\nFirst.\n\nWeirs\n\nSecond."
    assert (plan.title, plan.metadata.issuer, plan.metadata.date) == ("County Plan", "The County", "2031-05-02")


def test_an_e_mail_has_its_sender_date_and_attachments_named(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "County Water Plan", "Water Office <water@county.example>"
    message["Date"] = "Fri, 02 May 2031 10:00:00 +0200"
    message.set_content("Wells are deep.\n\nWeirs are old.\n")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="annex.pdf")
    plan = read(tmp_path, "plan.eml", message.as_bytes())
    assert plan.text == "Wells are deep.\n\nWeirs are old."
    assert (plan.title, plan.metadata.issuer, plan.metadata.date) == ("County Water Plan", "Water Office", "2031-05-02")
    assert plan.metadata.found == Found("header", "header", "header")
    assert plan.warnings == ("attachments that were not read: annex.pdf; save them and add them",)


# -- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.pptx", "plan.odt", "plan.epub"])
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            r"or one with a password\. Open it, save it as \.\w+ without",
        ),
        (b"not a package", r"is not a readable .* file\. Open it in .* and save it again"),
        (zipped({"a.xml": "<a/>"}), r"is damaged: .* Open it in the program it was made with and save it again"),
        (
            zipped({"a.xml": bytes(60 << 20)}),
            r"unpacks to more than a plan can hold\. Save its text alone, or split it",
        ),
    ],
)
def test_what_is_no_such_file(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read(tmp_path, name, data)


def test_what_is_no_rich_text_and_no_e_mail(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"is not rich text, though its name says so"):
        read(tmp_path, "plan.rtf", b"Wells are deep.")
    with pytest.raises(SourceError, match=r"is not text|holds no text"):
        read(tmp_path, "plan.eml", bytes(range(256)) * 20)


def test_xml_of_any_depth_and_entities_are_harmless(tmp_path: Path) -> None:
    deep = odt("<text:section>" * 3000 + "<text:p>deep</text:p>" + "</text:section>" * 3000)
    with pytest.raises(SourceError, match=r"is damaged"):
        read(tmp_path, "plan.odt", deep)
    content = (
        '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><office:document-content xmlns:office="urn:oasis:names:tc:'
        'opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        "<office:text><text:p>Wells &b; are deep.</text:p></office:text></office:body></office:document-content>"
    )
    assert "lol" not in read(tmp_path, "plan.odt", zipped({"content.xml": content})).text
