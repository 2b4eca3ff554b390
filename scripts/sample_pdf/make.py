"""Make corpus/liaoning.pdf, a sample plan, from the Markdown next to this script.

Run it as `python scripts/sample_pdf/make.py` from anywhere; it needs reportlab and nothing else.
Of Markdown it knows headings (# to ####), paragraphs and paragraphs that are *italic* throughout;
blocks are parted by blank lines. The same text gives the same bytes on every run.
"""

import io
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Frame, PageTemplate, Paragraph
from reportlab.platypus.flowables import Flowable

SOURCE = Path(__file__).resolve().parent / "liaoning.md"
TARGET = Path(__file__).resolve().parents[2] / "corpus" / "liaoning.pdf"
AUTHOR = "Plancite sample plans"
SUBJECT = "A restatement in our own words from public facts, not the official text"

MARGIN = 25 * mm
INK = HexColor("#1f3a4d")
GREY = HexColor("#666666")
# Heading level -> font size, space before, space after, height that must be left on the page:
# enough for the headings that may follow it and three lines of text.
HEADINGS = {1: (20, 0, 10, 0), 2: (16, 11, 6, 130), 3: (13, 7, 5, 80), 4: (11, 4, 3, 70)}
BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=11, leading=15, spaceAfter=7)
BODY.allowWidows = BODY.allowOrphans = 0
NOTE = ParagraphStyle("note", parent=BODY, fontName="Times-Italic")


def heading_style(level: int) -> ParagraphStyle:
    """Return the style of a heading."""
    size, before, after, _ = HEADINGS[level]
    return ParagraphStyle(
        f"heading{level}",
        fontName="Helvetica-Bold",
        fontSize=size,
        leading=size * 1.25,
        textColor=INK,
        spaceBefore=before,
        spaceAfter=after,
    )


class Heading(Paragraph):
    """A heading that also adds itself to the PDF outline."""

    def __init__(self, text: str, level: int, key: str) -> None:
        super().__init__(escape(text), heading_style(level))
        self.title, self.level, self.key = text, level, key

    def draw(self) -> None:
        self.canv.bookmarkHorizontal(self.key, 0, self.height)
        self.canv.addOutlineEntry(self.title, self.key, self.level - 1, closed=self.level > 1)
        super().draw()


def parse(markdown: str) -> list[Flowable]:
    """Turn the Markdown into platypus flowables."""
    story: list[Flowable] = []
    for number, block in enumerate(markdown.strip().split("\n\n")):
        text = " ".join(block.split())
        if text.startswith("#"):
            marks, _, title = text.partition(" ")
            level = len(marks)
            story.append(CondPageBreak(HEADINGS[level][3]))
            story.append(Heading(title, level, f"heading-{number}"))
        elif text.startswith("*") and text.endswith("*"):
            story.append(Paragraph(escape(text[1:-1]), NOTE))
        else:
            story.append(Paragraph(escape(text), BODY))
    return story


def build(markdown: str, title: str, pages: int = 0) -> tuple[bytes, int]:
    """Lay the document out; return its bytes and its number of pages.

    `pages` is the total that the footer names.
    """
    width, height = A4

    def furniture(canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 8.5)
        canvas.setFillColor(GREY)
        canvas.setStrokeColor(GREY)
        canvas.drawString(MARGIN, height - 15 * mm, title)
        canvas.line(MARGIN, height - 17 * mm, width - MARGIN, height - 17 * mm)
        canvas.drawCentredString(width / 2, 13 * mm, f"Page {canvas.getPageNumber()} of {pages}")

    buffer = io.BytesIO()
    document = BaseDocTemplate(buffer, pagesize=A4, title=title, author=AUTHOR, subject=SUBJECT, invariant=1)
    frame = Frame(MARGIN, 22 * mm, width - 2 * MARGIN, height - 46 * mm, 0, 0, 0, 0, id="text")
    document.addPageTemplates(PageTemplate(id="page", frames=[frame], onPage=furniture))
    document.build(parse(markdown))
    return buffer.getvalue(), document.page


def main() -> None:
    """Build twice: the first run finds the number of pages that the footer of the second names."""
    markdown = SOURCE.read_text(encoding="utf-8")
    markdown.encode("latin-1")  # the standard fonts have no further characters
    title = markdown.splitlines()[0].removeprefix("# ")
    _, pages = build(markdown, title)
    data, _ = build(markdown, title, pages)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(data)
    print(f"{TARGET.name}: {pages} pages, {len(data)} bytes")


if __name__ == "__main__":
    main()
