"""Packages of office programs and e-books: zip files of parts, measured before anything is unpacked."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

from lxml import etree

from indexer.errors import SourceError

#: Bytes of a file's parts, unpacked. A bomb packs a thousand to one; a plan full of pictures stays below.
LARGEST_UNPACKED = 256 * 1024 * 1024
#: Bytes of text parts together: a tree of XML takes eight times that in memory.
LARGEST_XML = 48 * 1024 * 1024
_MARKUP = (".xml", ".rels", ".html", ".xhtml", ".htm", ".opf")
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_OLE = b"\xd0\xcf\x11\xe0"  # the container of old office files, and of new ones with a password


def check_package(path: Path, data: bytes, kind: str, program: str = "") -> None:
    """Raise SourceError where ``data`` is no package of its ``kind``, is damaged, or unpacks beyond bounds.

    ``program`` opens it, where that is called otherwise.
    """
    program = program or kind
    if data.startswith(_OLE):
        raise SourceError(
            f"{path} is an old {kind} file or one with a password. Open it, save it as {path.suffix.lower()} "
            "without one, and add that."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            xml = sum(part.file_size for part in parts if part.filename.lower().endswith(_MARKUP))
            if xml > LARGEST_XML or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise SourceError(f"{path} unpacks to more than a plan can hold. Save its text alone, or split it.")
            # declared sizes may be wrong: testzip reads in chunks, the readers each part at once
            damaged = package.testzip()
    except SourceError:
        raise
    except Exception as error:  # zipfile does not wrap errors of the decompressors
        raise SourceError(f"{path} is not a readable {kind} file. Open it in {program} and save it again.") from error
    if damaged:
        raise SourceError(f"{path} is damaged at {damaged}. Open it in {program} and save it again.")


def transitional(data: bytes) -> bytes:
    """A Strict package of Office (ISO/IEC 29500) with the namespaces that its readers know; any other as it is."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if "_rels/.rels" not in package.namelist() or _STRICT.search(package.read("_rels/.rels")) is None:
            return data
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
            for name in dict.fromkeys(package.namelist()):
                part = package.read(name)
                markup = name.lower().endswith(_MARKUP)
                written.writestr(
                    name, _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", part) if markup else part
                )
    return file.getvalue()


def parse_part(package: zipfile.ZipFile, name: str) -> Any:
    """The root of the XML part ``name``. Entities are not expanded. Raises KeyError and lxml's XMLSyntaxError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    return etree.fromstring(package.read(name), parser)
