"""A made-up plan as files of office programs, e-books and e-mails."""

from __future__ import annotations

import html
import io
import zipfile
from email.message import EmailMessage

from documents import Made
from openpyxl import Workbook
from pptx import Presentation
from pptx.util import Inches

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = " ".join(f'xmlns:{name}="{_ODF}:{name}:1.0"' for name in ("office", "text", "table", "style", "meta"))


def zipped(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def as_xlsx(made: Made) -> bytes:
    """A sheet of paragraphs, one a row, with the plan's tables between."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Plan"
    book.properties.title = made.title
    for kind, parts in made.blocks:
        for row in parts if kind == "table" else [" ".join(parts)]:
            sheet.append(row.split(" | ") if kind == "table" else [row])
        sheet.append([])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_pptx(made: Made) -> bytes:
    """A slide a section, its paragraphs in the body, its tables below."""
    show = Presentation()
    show.core_properties.title = made.title
    slide = None
    for kind, parts in made.blocks:
        if kind == "h1" or slide is None:
            slide = show.slides.add_slide(show.slide_layouts[1])
        if kind == "h1":
            slide.shapes.title.text_frame.text = parts[0]
        elif kind == "table":
            rows = [row.split(" | ") for row in parts]
            frame = slide.shapes.add_table(len(rows), len(rows[0]), Inches(1), Inches(6), Inches(6), Inches(1))
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    frame.table.cell(i, j).text = cell
        else:
            slide.placeholders[1].text_frame.add_paragraph().text = " ".join(parts)
    file = io.BytesIO()
    show.save(file)
    return file.getvalue()


def odt(body: str, *, styles: str = "", title: str = "") -> bytes:
    content = (
        f'<?xml version="1.0"?><office:document-content {_SPACES}><office:automatic-styles>{styles}'
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    about = f'<office:document-meta {_SPACES} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:title>{title}</dc:title></office:meta></office:document-meta>'
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, "meta.xml": about})


def as_odt(made: Made) -> bytes:
    parts = []
    for kind, pieces in made.blocks:
        text = html.escape(" ".join(pieces))
        if kind == "table":
            rows = "".join(
                "<table:table-row>"
                + "".join(
                    f"<table:table-cell><text:p>{html.escape(c)}</text:p></table:table-cell>" for c in row.split(" | ")
                )
                + "</table:table-row>"
                for row in pieces
            )
            parts.append(f"<table:table>{rows}</table:table>")
        elif kind in ("h1", "h2"):
            parts.append(f'<text:h text:outline-level="{kind[1]}">{text}</text:h>')
        elif kind == "li":
            parts.append(f"<text:list><text:list-item><text:p>{text}</text:p></text:list-item></text:list>")
        else:
            parts.append(f"<text:p>{text}</text:p>")
    return odt("".join(parts), title=made.title)


def as_rtf(made: Made) -> bytes:
    parts = []
    for kind, pieces in made.blocks:
        if kind == "table":
            parts += ["\\trowd " + "".join(f"{cell}\\cell " for cell in row.split(" | ")) + "\\row" for row in pieces]
        else:
            parts.append(" ".join(pieces) + "\\par")
    written = "\n".join(parts).replace("–", "\\u8211?")
    return f"{{\\rtf1\\ansi{{\\info{{\\title {made.title}}}}}\n{written}\n}}".encode("cp1252")


def markup(made: Made) -> str:
    """The plan's blocks as HTML."""
    parts = []
    for kind, pieces in made.blocks:
        text = html.escape(" ".join(pieces))
        if kind == "table":
            rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row.split(" | ")) + "</tr>" for row in pieces)
            parts.append(f"<table>{rows}</table>")
        elif kind == "li":
            parts.append(f"<ul><li>{text}</li></ul>")
        else:
            parts.append(f"<{kind}>{text}</{kind}>")
    return "".join(parts)


def epub(pages: dict[str, str], *, about: str = "", spine: list[str] | None = None) -> bytes:
    """An e-book of ``pages`` by name, in the order of the ``spine``."""
    items = "".join(f'<item id="{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in pages)
    order = "".join(f'<itemref idref="{n}"/>' for n in spine or pages)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{about}</metadata><manifest>{items}</manifest><spine>{order}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    )
    written: dict[str, str | bytes] = {"META-INF/container.xml": container, "OEBPS/book.opf": package}
    return zipped(written | {f"OEBPS/{name}": f"<html><body>{page}</body></html>" for name, page in pages.items()})


def as_epub(made: Made) -> bytes:
    return epub({"plan.xhtml": markup(made)}, about=f"<dc:title>{made.title}</dc:title>")


def as_eml(made: Made) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"] = made.title, "Energy Office <office@county.example>"
    message["Date"] = "Mon, 12 May 2031 10:00:00 +0000"
    message.set_content(made.text())
    message.add_alternative(f"<html><body>{markup(made)}</body></html>", subtype="html")
    message.set_boundary("=" * 10)
    return message.as_bytes()


MAKERS = {
    "plan.xlsx": as_xlsx,
    "plan.pptx": as_pptx,
    "plan.odt": as_odt,
    "plan.rtf": as_rtf,
    "plan.epub": as_epub,
    "plan.eml": as_eml,
}
