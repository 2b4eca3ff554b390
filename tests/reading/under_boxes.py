"""What pdfium itself finds under boxes, to hold against the span that they were made for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import pypdfium2

from indexer.reading.formats.pdf.boxes import Box, PageBoxes
from indexer.types import Plan, Span

Place = tuple[str, float, float]


def drawn(data: bytes, number: int) -> list[Place]:
    """The characters of a page that are no white space, each with its middle on the page as it is shown."""
    with pypdfium2.PdfDocument(data) as document:
        page = document[number - 1]
        text = page.get_textpage()
        shown = page.render(scale=10, may_draw_forms=False)
        across = shown.get_posconv(page)
        found = []
        for i in range(text.count_chars()):
            character = text.get_text_range(i, 1, errors="replace")
            left, bottom, right, top = text.get_charbox(i)
            if character.strip():
                x, y = across.to_bitmap((left + right) / 2, (bottom + top) / 2)
                found.append((character, x / 10, page.get_height() - y / 10))
        return found


def text_under(places: Sequence[Place], boxes: Iterable[Box]) -> str:
    """The characters whose middle lies in a box, box by box; those in two of them stand there twice."""
    return "".join(
        re.sub("[\ufffe\x02\u00ad]", "-", character)
        for box in boxes
        for character, x, y in places
        if box.left <= x <= box.right and box.bottom <= y <= box.top
    )


def seen(data: bytes, pages: Iterable[PageBoxes]) -> str:
    """What stands under the boxes of all pages."""
    return "".join(text_under(drawn(data, page.number), page.boxes) for page in pages)


def written(plan: Plan, span: Span) -> str:
    """What should: the span without white space and without the bars that reading puts between cells."""
    text = re.sub(r" ?\| ?", " ", plan.text[slice(*span)])
    return "".join(text.replace("\u00ad", "-").split())


def spans(plan: Plan, starts: Iterable[int], length: int) -> Iterator[Span]:
    """Spans of ``length`` characters, fewer at the end, that begin at ``starts``."""
    for start in starts:
        yield start, min(start + length, len(plan.text))
