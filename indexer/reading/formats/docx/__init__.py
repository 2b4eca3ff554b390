"""Word files through python-docx: paragraphs, headings, list numbers, tables as rows, notes, text boxes.

Headers and footers, deleted and hidden text and the table of contents are not read. There are no pages: a Word file
has none until it is laid out.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from indexer.errors import SourceError
from indexer.reading.formats.blocks import Blocks
from indexer.reading.formats.docx.styles import Numbering, Styles
from indexer.reading.formats.package import check_package, transitional
from indexer.reading.loading import LONGEST_TEXT, Content, find_title, load_content, meaningful_title, too_long
from indexer.reading.metadata import type_of
from indexer.types import Found, Metadata

ENDINGS = (".docx",)

_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_SKIPPED = {qn(f"w:{name}") for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "sectPr", "rt")}
_LETTERS = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_NOTES = {qn("w:footnoteReference"): "footnote", qn("w:endnoteReference"): "endnote"}
_LONGEST_HEADING = 300  # characters; a longer paragraph in a heading style is none
_OPENING = 2_500  # characters, where a document shows its title


def load(path: Path, data: bytes) -> Content:
    """Read a Word file. Raises SourceError when it is damaged, has a password or unpacks beyond bounds."""
    return _load(path, data, inserted=False)


def _load(path: Path, data: bytes, *, inserted: bool) -> Content:
    check_package(path, data, "Word")
    document = Document(io.BytesIO(transitional(data)))
    reading = _Reading(path, document, inserted=inserted)
    reading.read(document.element.body)
    own = meaningful_title(document.core_properties.title or "")
    shown = _shown_title(reading, own)
    title = shown or own
    warnings = (f"inserted documents that were not read: {reading.unread}",) if reading.unread else ()
    headings = reading.blocks.headings(title)
    about = Metadata(found=Found(title="cover" if shown else "metadata"))
    return Content(
        reading.blocks.text(),
        title=title,
        headings=headings,
        warnings=warnings,
        metadata=about,
        tables=reading.blocks.tables(),
        web=False,
    )


def _shown_title(reading: _Reading, own: str) -> str:
    """The title that the document shows, "" where it shows what it calls itself (``own``) or nothing sure.

    Files keep the title of what they were copied from: a title in the style for it is believed before, and a first
    line that names a kind of document.
    """
    text = reading.blocks.text()
    if own and "".join(own.split()).casefold() in "".join(text[:_OPENING].split()).casefold():
        return ""
    first = find_title(text) if own else ""
    return reading.title or (first if type_of(first) else "")


class _Reading:
    """One pass over a document's body, filling ``blocks`` and finding the title."""

    def __init__(self, path: Path, document: Any, *, inserted: bool) -> None:
        self.blocks = Blocks()
        self.title = ""
        self.unread = 0  # inserted documents that could not be read
        self._path, self._parts, self._inserted = path, document.part.related_parts, inserted
        self._seen: set[str] = set()
        self._styles = Styles(document.styles.element)
        self._numbering = Numbering(_related(document.part, RELATIONSHIP_TYPE.NUMBERING))
        self._notes = {
            "footnote": _notes(_related(document.part, RELATIONSHIP_TYPE.FOOTNOTES)),
            "endnote": _notes(_related(document.part, RELATIONSHIP_TYPE.ENDNOTES)),
        }
        self._numbers: dict[tuple[str, str], int] = {}  # of the notes so far

    def read(self, container: Any) -> None:
        """Read the paragraphs and tables of ``container`` in order."""
        for child in container.iterchildren("*"):
            if self.blocks.length > LONGEST_TEXT:
                raise too_long(self._path)
            if child.tag == qn("w:p"):
                self._paragraph(child)
            elif child.tag == qn("w:tbl"):
                self._table(child)
            elif child.tag == qn("w:altChunk"):
                self._insert(child.get(qn("r:id"), ""))
            elif child.tag not in _SKIPPED:
                self.read(child)

    def _insert(self, part_id: str) -> None:
        """Read a part that Word inserts on opening: a web page, text, or a Word file, whose own parts are not read."""
        part = self._parts.get(part_id)
        if part is None or part_id in self._seen or self._inserted:
            self.unread += 1
            return
        self._seen.add(part_id)
        name = Path(self._path, str(part.partname).lstrip("/"))
        try:
            docx = name.suffix.lower() in ENDINGS
            content = _load(name, part.blob, inserted=True) if docx else load_content(name, part.blob)
        except SourceError:
            self.unread += 1
        else:
            self.blocks.extend(content.text, content.headings, content.tables)

    def _paragraph(self, paragraph: Any) -> None:
        style = self._styles.of(paragraph)
        if style.contents:
            return
        aside: list[Any] = []
        text = "".join(_pieces(paragraph, aside)).strip()
        if text:
            label = self._numbering.label(style)
            level = style.level if len(text) <= _LONGEST_HEADING else None
            if style.title and not self.title:
                self.title, level = " ".join(text.split()), None
            self.blocks.add(_labelled(label, text), level=level, tight=bool(label) and level is None)
        self._read_aside(aside)

    def _read_aside(self, aside: list[Any]) -> None:
        """Read notes and text boxes, after the paragraph that refers to them or holds them."""
        for element in aside:
            if element.tag in _NOTES:
                self._note(_NOTES[element.tag], element.get(qn("w:id")))
            else:
                self.read(element)

    def _note(self, kind: str, note_id: str | None) -> None:
        """Read a note after the first paragraph that refers to it."""
        note = kind, note_id or ""
        if note not in self._numbers:
            self._numbers[note] = len(self._numbers) + 1
            if text := self._notes[kind].get(note[1]):
                self.blocks.add(f"[{self._numbers[note]}] {text}")

    def _table(self, table: Any) -> None:
        """A row a line; a cell merged downwards is repeated in each of its rows.

        A table of one column is a frame around paragraphs.
        """
        rows = list(_inside(table, "w:tr"))
        cells = [list(_inside(row, "w:tc")) for row in rows]
        if max(map(len, cells), default=0) <= 1:
            for row in cells:
                for cell in row:
                    self.read(cell)
            return
        above: dict[int, str] = {}
        self.blocks.open_table()
        for element, row in zip(rows, cells, strict=True):
            if self.blocks.length > LONGEST_TEXT:
                raise too_long(self._path)
            texts, spans = [], []
            aside: list[Any] = []
            column = 0
            for cell in row:
                merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                goes_on = merged is not None and merged.get(qn("w:val")) != "restart"
                text = above.get(column, "") if goes_on else _cell_text(cell, aside)
                above[column] = text
                texts.append(text)
                spans.append((_span(cell), 1))
                column += _span(cell)
            self.blocks.add_row(texts, spans, head=_is_on(element, "w:trPr", "w:tblHeader"))
            self._read_aside(aside)
        self.blocks.close_table()


def _related(part: Any, kind: str) -> Any | None:
    """The root of the part that ``part`` relates to as ``kind``, parsed; None where there is none."""
    try:
        related = part.part_related_by(kind)
    except KeyError:
        return None
    element = getattr(related, "element", None)
    return element if element is not None else parse_xml(related.blob)


def _notes(root: Any | None) -> dict[str, str]:
    if root is None:
        return {}
    kept = [note for note in root if note.get(qn("w:type")) in (None, "normal")]
    return {note.get(qn("w:id"), ""): " ".join(_note_text(note).split()) for note in kept}


def _note_text(note: Any) -> str:
    """All text of a note, with that of its text boxes at the end."""
    aside: list[Any] = []
    text = _cell_text(note, aside)
    return " ".join([text, *(_note_text(box) for box in aside if box.tag not in _NOTES)])


def _pieces(element: Any, aside: list[Any]) -> Iterator[str]:
    """The text within ``element``; notes referred to and text boxes are put ``aside``."""
    for child in element.iterchildren("*"):
        tag = child.tag
        if tag in (qn("w:t"), _MATH_TEXT):
            yield child.text or ""
        elif tag in _LETTERS:
            yield _LETTERS[tag]
        elif tag in _NOTES or tag == qn("w:txbxContent"):
            aside.append(child)
        elif tag == f"{_COMPATIBILITY}AlternateContent":
            # the same content twice, for newer and older programs
            choice = child.find(f"{_COMPATIBILITY}Choice")
            yield from _pieces(choice if choice is not None else child, aside)
        elif tag not in _SKIPPED and not (tag == qn("w:r") and _hidden(child)):
            yield from _pieces(child, aside)


def _hidden(run: Any) -> bool:
    return _is_on(run, "w:rPr", "w:vanish")


def _is_on(element: Any, properties: str, name: str) -> bool:
    """Whether ``element`` has the property ``name`` and does not turn it off."""
    found = element.find(f"{qn(properties)}/{qn(name)}")
    return found is not None and found.get(qn("w:val")) not in ("0", "false", "off")


def _cell_text(cell: Any, aside: list[Any]) -> str:
    """The text of a cell or note on one line; notes referred to and text boxes are put ``aside``."""
    parts = ("".join(_pieces(paragraph, aside)) for paragraph in _paragraphs(cell))
    return " ".join(part for part in parts if part.strip())


def _paragraphs(container: Any) -> Iterator[Any]:
    """The paragraphs of ``container`` and of tables in it, each once; those of text boxes are put aside with theirs."""
    for child in container.iterchildren("*"):
        if child.tag == qn("w:p"):
            yield child
        elif child.tag not in _SKIPPED and child.tag != f"{_COMPATIBILITY}Fallback":
            yield from _paragraphs(child)


def _inside(container: Any, name: str) -> Iterator[Any]:
    """Children called ``name``, also within content controls."""
    for child in container.iterchildren("*"):
        if child.tag == qn(name):
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            yield from _inside(child, name)


def _span(cell: Any) -> int:
    span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    written = span.get(qn("w:val"), "1") if span is not None else "1"
    return int(written) if re.fullmatch(r"\d{1,3}", written) else 1


def _labelled(label: str, text: str) -> str:
    # no space after Chinese numerals: "一、", "（二）"
    return label + text if label[-1:] in "、）．" else f"{label} {text}".strip()
