"""Pages whose lines stand where they were drawn."""

from __future__ import annotations

import io

from pypdf import PdfWriter
from pypdf.generic import RectangleObject
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

Line = tuple[str, float, float]  # text, x, y
WIDTH, HEIGHT = A4
LINES: list[Line] = [
    ("Kilns that waste heat are closed by the coun-", 72, 700),
    ("ties before 2025. Forests are kept.", 72, 684),
    ("Wind grows at sea.", 72, 650),
]


def draw(*pages: list[Line], rotation: int = 0, size: float = 11) -> bytes:
    """Pages of lines in Helvetica, drawn so that they stand upright on a page turned by ``rotation`` degrees.

    The page is shown upright: its paper lies on its side for 90 and 270 degrees.
    """
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    for lines in pages:
        canvas.setPageRotation(rotation)
        canvas.translate(*{0: (0, 0), 90: (HEIGHT, 0), 180: (WIDTH, HEIGHT), 270: (0, WIDTH)}[rotation])
        canvas.rotate(rotation)
        canvas.setFont("Helvetica", size)
        for text, x, y in lines:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def cropped(data: bytes, box: tuple[float, float, float, float]) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(data))
    for page in writer.pages:
        page.cropbox = RectangleObject(box)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
