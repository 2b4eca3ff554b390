"""JSON lines: one record a line, {"id", "text", "section"?, "page"?}; each stays one passage.

``section`` is a heading or a list of headings from the outermost in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from indexer.errors import SourceError
from indexer.reading.formats.text import decode
from indexer.reading.hyphens import drop_soft_hyphens
from indexer.reading.loading import LONGEST_TEXT, Content, storable
from indexer.types import Found, Metadata, Page, Record

ENDINGS = (".jsonl",)

_BETWEEN = "\n\n"
_LAST_PAGE = 1_000_000  # no document has more; a number past 64 bits cannot be stored


def load(path: Path, data: bytes) -> Content:
    """Read records; their texts, in order, are the canonical text. Records without text are left out.

    Raises SourceError with the line's number for a line that is no record.
    """
    parts: list[str] = []
    records: list[Record] = []
    pages: list[Page] = []
    seen: set[str] = set()
    position = empty = 0
    for number, line in enumerate(decode(path, data).split("\n"), 1):
        if not line.strip():
            continue
        record = _parse(path, number, line)
        text = drop_soft_hyphens(record["text"]).strip()
        if record["id"] in seen:
            raise SourceError(f"{path}, line {number}: the id {record['id']!r} comes twice. Give each record its own.")
        seen.add(record["id"])
        if not text:
            empty += 1
            continue
        records.append(Record(record["id"], position, position + len(text), record["section"]))
        page = record.get("page")
        if type(page) is int and 1 <= page <= _LAST_PAGE:  # true and false are numbers to Python, but no pages
            pages.append(Page(page, position, position + len(text)))
        parts.append(text)
        position += len(text) + len(_BETWEEN)
    about = Metadata(found=Found(title="file name"))
    warnings = (f"{empty} records without text were left out",) if empty else ()
    return Content(
        _BETWEEN.join(parts),
        title=path.stem,
        records=tuple(records),
        pages=tuple(pages),
        warnings=warnings,
        metadata=about,
    )


def _parse(path: Path, number: int, line: str) -> dict[str, Any]:
    if len(line) > LONGEST_TEXT:
        raise SourceError(
            f"{path}, line {number}: longer than {LONGEST_TEXT // 1_000_000} million characters. Split the record."
        )
    try:
        record = json.loads(line)
    except ValueError as error:
        raise SourceError(f"{path}, line {number}: not JSON ({error}). Write one JSON object a line.") from None
    if not isinstance(record, dict) or not isinstance(record.get("text"), str) or "id" not in record:
        raise SourceError(f'{path}, line {number}: not a record. Each line needs "id" and "text".')
    section = record.get("section") or []
    labels = [section] if isinstance(section, str) else section
    record["section"] = tuple(storable(str(label)) for label in labels) if isinstance(labels, list) else ()
    record["id"] = storable(str(record["id"]))
    return record
