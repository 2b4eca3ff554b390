"""Rich text through striprtf: paragraphs, table rows; headings by their numbering."""

from __future__ import annotations

import re
from pathlib import Path

from striprtf.striprtf import rtf_to_text

from indexer.errors import SourceError
from indexer.reading.formats.blocks import Blocks
from indexer.reading.loading import LONGEST_TEXT, Content, meaningful_title, too_long
from indexer.types import Found, Metadata

ENDINGS = (".rtf",)

#: Bytes; pictures are written out in figures, which are left out before the rest is read.
LARGEST = 50 * 1024 * 1024
_PICTURE = re.compile(r"[0-9a-fA-F\s]{2000,}")
_TITLE = re.compile(r"\{\\title ([^{}\\]{1,300})\}")


def load(path: Path, data: bytes) -> Content:
    """Read rich text. Raises SourceError for what is none, and for more than a plan can hold."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise SourceError(f"{path} is not rich text, though its name says so. Save it again as .rtf, or as .docx.")
    source = _PICTURE.sub(" ", data.decode("latin-1"))
    if len(source) > LARGEST:
        raise too_long(path)
    text = rtf_to_text(source, encoding="cp1252", errors="replace")
    if len(text) > LONGEST_TEXT:
        raise too_long(path)
    blocks = Blocks()
    rows = False
    for line in text.split("\n"):
        # a row of a table ends in a bar
        row = line.rstrip().endswith("|") and line.count("|") > 1
        if row and not rows:
            blocks.open_table()
        elif rows and not row:
            blocks.close_table()
        rows = row
        if row:
            blocks.add_row(line.rstrip()[:-1].split("|"))
        else:
            blocks.add(line.replace("•", "- ", 1) if line.lstrip().startswith("•") else line)
    if rows:
        blocks.close_table()
    named = _TITLE.search(source)
    title = meaningful_title(named[1]) if named else ""
    about = Metadata(found=Found(title="metadata"))
    return Content(blocks.text(), title=title, metadata=about, tables=blocks.tables(), web=False)
