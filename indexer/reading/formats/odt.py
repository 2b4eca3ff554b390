"""OpenDocument texts, from their XML: headings, lists with their numbers, tables as rows, notes after their paragraph.

Deleted text, comments and the table of contents are not read (OASIS OpenDocument 1.3, part 3).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexer.reading.formats.blocks import Blocks
from indexer.reading.formats.package import check_package, parse_part
from indexer.reading.loading import LONGEST_TEXT, Content, meaningful_title, too_long
from indexer.reading.metadata import iso_date
from indexer.types import Found, Metadata

ENDINGS = (".odt",)

_SPACES = {
    "text": "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}",
    "table": "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}",
    "office": "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}",
    "style": "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}",
    "draw": "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}",
    "dc": "{http://purl.org/dc/elements/1.1/}",
}
_MOST_REPEATED = 100  # times that a cell may be repeated; a sheet put into a text may claim a million
_MOST_CELLS = 2_000  # of a row
_BULLET = "-"
_SPACE = re.compile(r"\s+")


def _name(short: str) -> str:
    space, _, name = short.partition(":")
    return _SPACES[space] + name


_SKIPPED = frozenset(
    map(_name, ("text:tracked-changes", "text:table-of-content", "text:illustration-index", "text:table-index",
                "office:annotation", "office:forms", "text:sequence-decls", "text:variable-decls"))
)  # fmt: skip
_LETTERS = {_name("text:tab"): " ", _name("text:line-break"): "\n", _name("text:s"): " "}
_ASIDE = frozenset(map(_name, ("text:note", "draw:text-box")))


def load(path: Path, data: bytes) -> Content:
    """Read an OpenDocument text. Raises SourceError when it is damaged or unpacks beyond bounds."""
    check_package(path, data, "OpenDocument", "LibreOffice")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        root = parse_part(package, "content.xml")
        about = parse_part(package, "meta.xml") if "meta.xml" in package.namelist() else None
    reading = _Reading(path, root)
    for body in root.iter(_name("office:text")):
        reading.read(body)
    own = meaningful_title(_first(about, "dc:title"))
    title = own or reading.title
    return Content(
        reading.blocks.text(),
        title=title,
        headings=reading.blocks.headings(title),
        metadata=Metadata(
            date=iso_date(_first(about, "dc:date")[:10]),
            language=_first(about, "dc:language")[:2].lower(),
            found=Found(title="metadata" if own else "cover"),
        ),
        tables=reading.blocks.tables(),
        web=False,
    )


def _first(about: Any | None, name: str) -> str:
    """The text of the first element ``name`` of the document's metadata."""
    element = next(about.iter(_name(name)), None) if about is not None else None
    return " ".join((element.text or "").split()) if element is not None else ""


class _Reading:
    """One pass over a document's body, filling ``blocks`` and finding the title."""

    def __init__(self, path: Path, root: Any) -> None:
        self.blocks = Blocks()
        self.title = ""
        self._path = path
        self._notes = 0
        self._parents = {
            s.get(_name("style:name")): s.get(_name("style:parent-style-name")) for s in root.iter(_name("style:style"))
        }
        self._numbered = {
            style.get(_name("style:name"))
            for style in root.iter(_name("text:list-style"))
            if len(style) and style[0].tag == _name("text:list-level-style-number")
        }

    def read(self, container: Any) -> None:
        """Read the paragraphs, lists and tables of ``container`` in order."""
        for child in container.iterchildren("*"):
            if self.blocks.length > LONGEST_TEXT:
                raise too_long(self._path)
            if child.tag in (_name("text:p"), _name("text:h")):
                self._paragraph(child)
            elif child.tag == _name("text:list"):
                self._list(child, child.get(_name("text:style-name")))
            elif child.tag == _name("table:table"):
                self._table(child)
            elif child.tag not in _SKIPPED:
                self.read(child)

    def _paragraph(self, element: Any, mark: str = "") -> None:
        aside: list[Any] = []
        text = "".join(_pieces(element, aside)).strip()
        written = element.get(_name("text:outline-level"), "1")
        level = int(written) if element.tag == _name("text:h") and written.isdecimal() and len(written) < 3 else None
        style = element.get(_name("text:style-name"))
        if text and not self.title and "Title" in (style, self._parents.get(style)):
            self.title, level = " ".join(text.split()), None
        self.blocks.add(f"{mark} {text}" if mark and text else text, level=level, tight=bool(mark))
        for other in aside:
            if other.tag == _name("text:note"):
                self._notes += 1
                said = " ".join("".join(_pieces(p, [])) for p in other.iter(_name("text:p")))
                self.blocks.add(f"[{self._notes}] {said}" if said.strip() else "")
            else:
                self.read(other)

    def _list(self, element: Any, style: str | None) -> None:
        count = 0
        for item in element.iterchildren(_name("text:list-item"), _name("text:list-header")):
            count += item.tag == _name("text:list-item")
            mark = f"{count}." if style in self._numbered else _BULLET
            for child in item.iterchildren("*"):
                if child.tag == _name("text:p"):
                    self._paragraph(child, mark)
                    mark = ""
                elif child.tag == _name("text:h"):
                    self._paragraph(child)
                elif child.tag == _name("text:list"):
                    self._list(child, child.get(_name("text:style-name")) or style)

    def _table(self, table: Any) -> None:
        """A row a line; a table of one column is a frame around paragraphs."""
        rows = list(_rows(table))
        if max(map(len, rows), default=0) <= 1:
            for row in rows:
                for cell in row:
                    self.read(cell)
            return
        self.blocks.open_table()
        for row in rows:
            if self.blocks.length > LONGEST_TEXT:
                raise too_long(self._path)
            texts = []
            for cell in row:
                said = " ".join("".join(_pieces(p, [])) for p in cell.iter(_name("text:p"), _name("text:h")))
                texts.append(said)
            self.blocks.add_row(texts)
        self.blocks.close_table()


def _rows(table: Any) -> Iterator[list[Any]]:
    """The cells of each row of ``table``, without those that others cover."""
    for child in table.iterchildren("*"):
        if child.tag == _name("table:table-row"):
            cells = []
            for cell in child.iterchildren(_name("table:table-cell")):
                cells += [cell] * _count(cell, "table:number-columns-repeated")
                if len(cells) > _MOST_CELLS:
                    break
            yield cells
        elif child.tag in (_name("table:table-header-rows"), _name("table:table-rows"), _name("table:table-row-group")):
            yield from _rows(child)


def _count(element: Any, name: str) -> int:
    written = element.get(_name(name), "1")
    return min(max(int(written), 1), _MOST_REPEATED) if written.isdecimal() and len(written) < 9 else 1


def _pieces(element: Any, aside: list[Any]) -> Iterator[str]:
    """The text within ``element``, white space folded; notes and text boxes are put ``aside``."""
    yield _SPACE.sub(" ", element.text or "")
    for child in element.iterchildren("*"):
        if child.tag in _ASIDE:
            aside.append(child)
        elif child.tag in _LETTERS:
            yield _LETTERS[child.tag]
        elif child.tag not in _SKIPPED:
            yield from _pieces(child, aside)
        yield _SPACE.sub(" ", child.tail or "")
