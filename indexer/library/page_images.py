"""The pages of a plan's PDF as images, a passage's lines highlighted on them.

They are drawn in the process that reads files: a pattern of patterns, a kilobyte in its file, is drawn for hours, and
would hold up every other page.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from indexer.errors import SourceError
from indexer.library import process
from indexer.library.originals import missing_original
from indexer.reading.formats.pdf.boxes import find_boxes
from indexer.reading.formats.pdf.images import page_image
from indexer.types import Plan, Span

#: Seconds of processor time for the pages of one call; a dense map takes two.
TIME = 20.0
#: How many calls draw at a time; the others wait.
_AT_ONCE = 2
_drawing = BoundedSemaphore(_AT_ONCE)
#: Pages that could not be drawn, by the hash of their file, and why: they are not tried again.
_given_up: dict[tuple[str, tuple[int, ...]], str] = {}


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as PNG, ``width`` by ``height`` dots; ``spot`` is how far down it the first box is, 0 to 1."""

    number: int
    png: bytes
    width: int
    height: int
    spot: float | None


def draw_pages(path: Path, plan: Plan, numbers: Sequence[int], span: Span | None, scale: float) -> list[PageImage]:
    """The pages ``numbers`` of the plan's file, with boxes on the lines of ``plan.text[start:end]``.

    ``scale`` is dots a point. Raises SourceError when the file is gone, cannot be read as a PDF, has no such page, or
    takes more than ``TIME`` to draw.
    """
    key = plan.sha256, tuple(numbers)
    try:
        if key in _given_up:
            raise process.ProcessEnded(_given_up[key])
        with _drawing, process.run(_draw, path, plan, tuple(numbers), span, scale, seconds=TIME) as images:
            return list(images)
    except process.ProcessEnded as error:
        _given_up[key] = str(error)
        raise SourceError(
            f"Page {numbers[0]} cannot be shown: drawing it {error}. Open the original file instead."
        ) from error


def _draw(path: Path, plan: Plan, numbers: tuple[int, ...], span: Span | None, scale: float) -> Iterator[PageImage]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise missing_original(plan) from error
    boxed = {page.number: page for page in find_boxes(data, plan, span)} if span else {}
    for number in numbers:
        page = boxed.get(number)
        boxes = page.boxes if page else ()
        png = page_image(data, number, boxes, scale=scale)
        width, height = struct.unpack(">II", png[16:24])  # the header that every PNG begins with
        spot = 1 - boxes[0].top / page.height if page and boxes else None
        yield PageImage(number, png, width, height, spot)
