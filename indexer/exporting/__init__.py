"""Comparisons and answers -> the bytes of a file: a Word document, a spreadsheet, Markdown, CSV."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from indexer.errors import IndexerError
from indexer.storage.disk import write_whole
from indexer.types import Comparison

if TYPE_CHECKING:
    from indexer.wording import Asked

#: File ending -> media type, for comparisons.
FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "md": "text/markdown",
}
#: The same for answers: a document in the first two, a table of all passages in the others.
ANSWER_FORMATS = {"docx": FORMATS["docx"], "md": FORMATS["md"], "xlsx": FORMATS["xlsx"], "csv": "text/csv"}


def export_format(name: str | PurePath, formats: Collection[str] = FORMATS, what: str = "a comparison") -> str:
    """The one of ``formats`` that a file name ends in. Raises IndexerError for any other ending."""
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending not in formats:
        known = ", ".join(f".{each}" for each in formats)
        raise IndexerError(f"{name}: {what} is written to a file that ends in one of {known}. Choose one.")
    return ending


def export_comparisons(comparisons: Sequence[Comparison], ending: str, *, generation: int, made: date) -> bytes:
    """The bytes of a file: every quote with its place, the differences, the date and the library's generation.

    ``ending`` is a key of FORMATS. Quotes are the plans' own words; only characters that the format
    cannot hold are replaced, by U+FFFD.
    """
    from indexer.exporting import docx, markdown, tables

    write = {"docx": docx.write_comparisons, "md": markdown.write_comparisons, "xlsx": tables.comparisons_xlsx}[ending]
    return write(comparisons, generation=generation, made=made)


def export_answers(asked: Sequence[Asked], ending: str, *, generation: int, made: date) -> bytes:
    """The bytes of a file: a document with the answers and their places, or a table of all passages.

    ``ending`` is a key of ANSWER_FORMATS. Texts are the plans' own, as in ``export_comparisons``.
    """
    from indexer.exporting import docx, markdown, tables

    if ending == "csv":
        return tables.answers_csv(asked).encode("utf-8-sig")  # Excel needs the byte order mark to read UTF-8
    write = {"docx": docx.write_answers, "md": markdown.write_answers, "xlsx": tables.answers_xlsx}[ending]
    return write(asked, generation=generation, made=made)


def save(path: Path, data: bytes) -> None:
    """Write the file at ``path``, whole or not at all. Raises IndexerError when it cannot be written."""
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)  # a device or a pipe
        else:
            write_whole(path.resolve(), data)  # a link stays one
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or error
        raise IndexerError(f"{path} cannot be written ({reason}). Choose a file in another folder.") from error
