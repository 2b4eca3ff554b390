"""Slides through python-pptx: each a section and a page, its text, lists and tables from the top, then its notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pptx import Presentation

from indexer.reading.formats.blocks import Blocks
from indexer.reading.formats.package import check_package, transitional
from indexer.reading.loading import LONGEST_TEXT, Content, meaningful_title, too_long
from indexer.types import Found, Metadata, Page

ENDINGS = (".pptx",)

_DEEPEST = 20  # groups within groups
_LEFT_OUT = ("DATE", "FOOTER", "SLIDE_NUMBER", "HEADER")  # placeholders that are on every slide


def load(path: Path, data: bytes) -> Content:
    """Read slides. Raises SourceError when the file is damaged, has a password or unpacks beyond bounds."""
    check_package(path, data, "PowerPoint")
    show = Presentation(io.BytesIO(transitional(data)))
    blocks = Blocks()
    starts: list[int] = []
    for slide in show.slides:
        starts.append(blocks.length)
        if blocks.length > LONGEST_TEXT:
            raise too_long(path)
        _read_slide(slide, blocks)
    own = meaningful_title(show.core_properties.title or "")
    first = show.slides[0].shapes.title if len(show.slides) else None
    title = own if own != "PowerPoint Presentation" else ""
    found = Found(title="metadata" if title else "cover")
    title = title or (" ".join(first.text_frame.text.split()) if first is not None else "")
    ends = [*starts[1:], blocks.length]
    return Content(
        blocks.text(),
        title=title,
        pages=tuple(Page(n, a, b) for n, (a, b) in enumerate(zip(starts, ends, strict=True), 1)),
        headings=blocks.headings(title),
        metadata=Metadata(found=found),
        tables=blocks.tables(),
        web=False,
    )


def _read_slide(slide: Any, blocks: Blocks) -> None:
    heading = slide.shapes.title
    if heading is not None:
        blocks.add(" ".join(heading.text_frame.text.split()), level=1)
    for shape in _shapes(slide.shapes):
        if heading is not None and shape.shape_id == heading.shape_id:
            continue
        if shape.has_text_frame:
            _read_text(shape, blocks)
        elif getattr(shape, "has_table", False):
            _read_table(shape.table, blocks)
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        for paragraph in notes.paragraphs:
            blocks.add(_text(paragraph))


def _shapes(shapes: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    """The shapes of a slide, those of groups too, from the top and the left."""
    for shape in sorted(shapes, key=lambda s: (s.top or 0, s.left or 0)):
        if hasattr(shape, "shapes") and depth < _DEEPEST:
            yield from _shapes(shape.shapes, depth + 1)
        elif not (shape.is_placeholder and shape.placeholder_format.type.name in _LEFT_OUT):
            yield shape


def _read_text(shape: Any, blocks: Blocks) -> None:
    """A text box as paragraphs, the body of a slide as a list."""
    listed = shape.is_placeholder and shape.placeholder_format.type.name in ("BODY", "OBJECT")
    paragraphs = [text for paragraph in shape.text_frame.paragraphs if (text := _text(paragraph).strip())]
    for text in paragraphs:
        blocks.add(f"- {text}" if listed and len(paragraphs) > 1 else text, tight=listed)


def _text(paragraph: Any) -> str:
    return str(paragraph.text).replace("\v", "\n")


def _read_table(table: Any, blocks: Blocks) -> None:
    blocks.open_table()
    for row in table.rows:
        blocks.add_row([cell.text for cell in row.cells if not cell.is_spanned])
    blocks.close_table()
