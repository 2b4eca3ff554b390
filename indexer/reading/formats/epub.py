"""E-books: the parts of the spine in order, each read as a web page without navigation."""

from __future__ import annotations

import io
import posixpath
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from indexer.errors import SourceError
from indexer.reading.formats.blocks import Blocks
from indexer.reading.formats.html import parse_page, read_whole
from indexer.reading.formats.package import check_package, parse_part
from indexer.reading.loading import LONGEST_TEXT, Content, meaningful_title, too_long
from indexer.reading.metadata import iso_date
from indexer.types import Found, Metadata

ENDINGS = (".epub",)

_PAGE = "application/xhtml+xml"


def load(path: Path, data: bytes) -> Content:
    """Read an e-book. Raises SourceError when it is damaged, protected or unpacks beyond bounds."""
    check_package(path, data, "EPUB", "the program it was made with")
    blocks = Blocks()
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = set(package.namelist())
        if "META-INF/encryption.xml" in names and "META-INF/rights.xml" in names:
            raise SourceError(f"{path} is protected against copying. Give a copy without protection, or its text.")
        container = parse_part(package, "META-INF/container.xml")
        place = next(e.get("full-path", "") for e in container.iter("{*}rootfile"))
        root = parse_part(package, place)
        items = {item.get("id"): item for item in root.iter("{*}item")}
        read: set[str] = set()
        for reference in root.iter("{*}itemref"):
            item = items.get(reference.get("idref"))
            if item is None or item.get("media-type") != _PAGE or "nav" in (item.get("properties") or "").split():
                continue
            name = posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(item.get("href", ""))))
            if name not in names or name in read:
                continue
            read.add(name)
            read_whole(parse_page(Path(path, name), package.read(name)), blocks)
            if blocks.length > LONGEST_TEXT:
                raise too_long(path)
    title = meaningful_title(_first(root, "title"))
    return Content(
        blocks.text(),
        title=title,
        headings=blocks.headings(title),
        metadata=Metadata(
            issuer=_first(root, "publisher"),
            date=iso_date(_first(root, "date")[:10]),
            language=_first(root, "language")[:2].lower(),
            found=Found(title="metadata"),
        ),
        tables=blocks.tables(),
        web=False,
    )


def _first(root: Any, name: str) -> str:
    """The first of the book's own words for ``name``, an element of Dublin Core."""
    element = next(root.iter(f"{{http://purl.org/dc/elements/1.1/}}{name}"), None)
    return " ".join((element.text or "").split()) if element is not None else ""
