"""The office's glossary: a CSV file in the library's folder with other names for one thing, read with each question.

Columns are those of a thesaurus: ``preferred``, the name that the office prefers; ``other``, what else it is called;
``not``, what is spelled alike and means something else. Several names in one cell are parted by ``;`` or ``|``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from indexer.errors import LibraryError, SourceError
from indexer.storage import Backend
from indexer.storage.disk import write_whole
from indexer.types import GlossaryEntry

FILE = "glossary.csv"
COLUMNS = ("preferred", "other", "not")
#: Characters of a glossary, some ten thousand entries, and of a name in it.
_LARGEST, _LONGEST_NAME = 1_000_000, 200
#: The apostrophe that an export puts before what a spreadsheet would read as a formula.
_DEFUSED = re.compile(r"^'(?=[=+\-@＝＋－＠])")
_SEVERAL = re.compile(r"[;|；]")


def glossary_file(backend: Backend) -> Path:
    """The file that holds the glossary; it may not exist."""
    return backend.folder / FILE


def read_glossary(backend: Backend) -> list[GlossaryEntry]:
    """The library's glossary; empty without one. Raises SourceError for a file that is no glossary."""
    file = glossary_file(backend)
    return load_glossary(file) if file.exists() else []


def load_glossary(file: Path) -> list[GlossaryEntry]:
    """The glossary in ``file``, CSV in UTF-8. Raises SourceError."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourceError(f"The glossary {file} cannot be read ({error.strerror or error}). Check its name.") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"The glossary {file} is not text in UTF-8. Save it as “CSV UTF-8”.") from error
    return parse_glossary(text, str(file))


def parse_glossary(text: str, name: str = "glossary") -> list[GlossaryEntry]:
    """The entries of a glossary as CSV, those with one preferred name joined. Raises SourceError."""
    if len(text) > _LARGEST:
        raise SourceError(f"{name} is no glossary: it has {len(text):,} characters, {_LARGEST:,} at most are read.")
    head = text.partition("\n")[0]
    try:
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ","))
    except csv.Error as error:
        raise SourceError(f"{name} cannot be read as CSV ({error}). Save it as “CSV UTF-8”.") from error
    columns = {column.strip().lower(): column for row in rows[:1] for column in row if column}
    if rows and "preferred" not in columns:
        raise SourceError(f"{name} has no column “preferred”. Its first line has to be: {','.join(COLUMNS)}")
    return join_entries(
        GlossaryEntry(preferred[0], (*preferred[1:], *other), negative)
        for row in rows
        for preferred, other, negative in [[_names(row.get(columns.get(c, "")), name) for c in COLUMNS]]
        if preferred
    )


def join_entries(entries: Iterable[GlossaryEntry]) -> list[GlossaryEntry]:
    """One entry for each preferred name, in order, with the names of all of its."""
    joined: dict[str, GlossaryEntry] = {}
    for entry in entries:
        known = joined.get(entry.preferred.lower(), GlossaryEntry(entry.preferred))
        other = dict.fromkeys(name for name in (*known.other, *entry.other) if name.lower() != known.preferred.lower())
        joined[entry.preferred.lower()] = GlossaryEntry(
            known.preferred, tuple(other), tuple(dict.fromkeys((*known.negative, *entry.negative)))
        )
    return list(joined.values())


def format_glossary(entries: Sequence[GlossaryEntry]) -> str:
    """``entries`` as CSV."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows((entry.preferred, "; ".join(entry.other), "; ".join(entry.negative)) for entry in entries)
    return written.getvalue()


def write_glossary(backend: Backend, entries: Iterable[GlossaryEntry]) -> None:
    """Put ``entries`` in the place of the library's glossary. Raises LibraryError on a full or read-only disk."""
    file = glossary_file(backend)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, format_glossary(join_entries(entries)))
    except OSError as error:
        raise LibraryError(
            f"The glossary {file} cannot be written ({error.strerror or error}). "
            "Check the disk's free space and the folder's permissions."
        ) from error


def _names(cell: object, file: str) -> tuple[str, ...]:
    typed = (" ".join(name.split()) for name in _SEVERAL.split(str(cell or "")))
    names = tuple(filter(None, (_DEFUSED.sub("", name) for name in typed)))
    if long := next((name for name in names if len(name) > _LONGEST_NAME), ""):
        raise SourceError(f"{file}: “{long[:40]}…” is too long for a name. Part several names by “;”.")
    return names
