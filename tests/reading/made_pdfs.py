"""PDFs drawn line by line, for what real ones do to their readers: frames, marks, headers, turned pages."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import reportlab
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

LEFT = 72.0
SENTENCES = (
    "The county repairs nine bridges before the winter of 2033 and inspects every culvert each spring.",
    "Wells are sunk where the ground allows it, and their water is tested twice a year by the laboratory.",
    "Farmers who leave strips of meadow along the brooks are paid for each hectare from the flood levy.",
    "The sluice at the upper weir is opened by hand until the motor has been replaced by the works.",
    "Volunteers count the herons at dawn, and what they count is printed in the almanac of the county.",
    "No permit is given for a gravel pit within a mile of the springs unless the geologist agrees to it.",
)


def pdf(*pages: Callable[[Canvas], None], size: tuple[float, float] = A4, **about: str) -> bytes:
    """A PDF whose pages the functions draw; ``about`` sets the title or other metadata."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=size, invariant=1)
    for name, value in about.items():
        getattr(canvas, f"set{name.title()}")(value)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def say(
    canvas: Canvas, text: str, x: float, y: float, *, size: float = 10.0, bold: bool = False, rise: float = 0.0
) -> float:
    """Draw ``text`` and return where it ends."""
    font = "Helvetica-Bold" if bold else "Helvetica"
    canvas.setFont(font, size)
    canvas.drawString(x, y + rise, text)
    return x + float(canvas.stringWidth(text, font, size))


def prose(
    canvas: Canvas,
    y: float,
    *,
    x: float = LEFT,
    width: float = 440.0,
    size: float = 10.0,
    leading: float = 1.25,
    sentences: Sequence[str] = SENTENCES,
) -> float:
    """Sentences as lines of ``width``, ``leading`` sizes apart, from ``y`` down; where the next line would stand."""
    words = " ".join(sentences).split()
    line: list[str] = []
    for word in [*words, ""]:
        if not word or canvas.stringWidth(" ".join([*line, word]), "Helvetica", size) > width:
            say(canvas, " ".join(line), x, y, size=size)
            y -= leading * size
            line = []
        line.append(word)
    return y


def cells(
    canvas: Canvas, rows: Sequence[Sequence[str]], xs: Sequence[float], ys: Sequence[float], **type_: Any
) -> None:
    """Texts by row and column."""
    for row, y in zip(rows, ys, strict=True):
        for text, x in zip(row, xs, strict=True):
            if text:
                say(canvas, text, x, y, **type_)


def unmapped(text: str, letters: str = "<20> <7E>") -> bytes:
    """A PDF whose font maps ``letters``, all of them, to private characters, as fonts that were cut down badly do."""
    cmap = (
        "begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
        f"1 beginbfrange {letters} <E020> endbfrange endcmap"
    )
    lines = " ".join(f"({text[i : i + 60]}) Tj 0 -14 Td" for i in range(0, len(text), 60))
    drawn = f"BT /F 11 Tf 72 720 Td {lines} ET"
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
    ]
    return _assembled(bodies)


def numbered(*pages: Sequence[str], mapped: Sequence[bool]) -> bytes:
    """A PDF of pages of lines whose text is numbers of glyphs (Identity-H), each page with a map to letters or not.

    A letter's number is its code, so that readers who take one for the other read the lines as they are given, while
    the font draws something else.
    """
    font = (Path(reportlab.__file__).parent / "fonts" / "Vera.ttf").read_bytes().decode("latin-1")
    cmap = (
        "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange "
        "1 beginbfrange <0020> <007E> <0020> endbfrange endcmap"
    )
    kids = " ".join(f"{6 + 3 * i} 0 R" for i in range(len(pages)))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        f"<< /Length {len(font)} /Length1 {len(font)} >>\nstream\n{font}\nendstream",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+Vera /DW 600 /CIDToGIDMap /Identity "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor << "
        "/Type /FontDescriptor /FontName /AAAAAA+Vera /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 "
        "/Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 /FontFile2 3 0 R >> >>",
    ]
    for i, (lines, has_map) in enumerate(zip(pages, mapped, strict=True)):
        shown = " ".join(f"<{''.join(f'{ord(c):04x}' for c in line)}> Tj 0 -14 Td" for line in lines)
        drawn = f"BT /F 11 Tf 40 780 Td {shown} ET"
        bodies += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Contents {7 + 3 * i} 0 R /Resources << /Font << /F {8 + 3 * i} 0 R >> >> >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
            "<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Vera /Encoding /Identity-H /DescendantFonts [5 0 R] "
            f"{'/ToUnicode 4 0 R' if has_map else ''} >>",
        ]
    return _assembled(bodies)


def _assembled(bodies: Sequence[str]) -> bytes:
    """A PDF file of objects, numbered from 1."""
    out = "%PDF-1.4\n"
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count, start = len(bodies) + 1, len(out)
    out += f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer << /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF"
    return out.encode("latin-1")
