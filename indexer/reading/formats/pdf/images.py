"""A page of a PDF -> its image as PNG, with boxes drawn on it as a highlighter would."""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image, ImageChops, ImageDraw

from indexer.errors import SourceError
from indexer.reading.formats.pdf.boxes import Box
from indexer.reading.formats.pdf.opening import PdfiumError, open_document, open_page

#: Dots along a page's longer side, whatever the scale; a poster would take the machine's memory.
MOST_DOTS = 5_000
#: Each colour of the page is multiplied by it: paper turns yellow, ink stays black.
HIGHLIGHT = (255, 226, 110)
_LITTLE_PACKED = 1  # zlib's level; packing takes half of the time that a page image takes


def page_image(data: bytes, number: int, boxes: Iterable[Box] = (), *, scale: float = 2.0) -> bytes:
    """The page ``number`` (from 1) as it is shown, as PNG, with ``boxes`` highlighted.

    ``scale`` is dots a point; less where the image would be larger than ``MOST_DOTS``. A point (x, y) of
    the page is at (x * scale, (height - y) * scale) from the image's upper left corner. Raises
    SourceError when ``data`` is not a readable PDF or has no such page.
    """
    try:
        with open_document(data) as document:
            if not 1 <= number <= len(document):
                raise SourceError(f"The file has pages 1 to {len(document)}, not {number}. Choose one of these.")
            with open_page(document, number - 1) as page:
                width, height = page.get_size()
                scale = min(scale, MOST_DOTS / max(width, height, 1.0))
                image = page.render(scale=scale).to_pil().convert("RGB")
    except PdfiumError as error:
        raise SourceError(f"Page {number} cannot be shown: it is damaged. Open the original file instead.") from error
    mask = Image.new("L", image.size)  # for boxes that overlap are no darker there
    draw = ImageDraw.Draw(mask)
    for box in boxes:
        left, right = round(box.left * scale), round(box.right * scale) - 1
        top, bottom = round((height - box.top) * scale), round((height - box.bottom) * scale) - 1
        draw.rectangle((left, top, max(left, right), max(top, bottom)), fill=255)
    if around := mask.getbbox():
        part = image.crop(around)
        image.paste(ImageChops.multiply(part, Image.new("RGB", part.size, HIGHLIGHT)), around, mask.crop(around))
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=_LITTLE_PACKED)
    return file.getvalue()
