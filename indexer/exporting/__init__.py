"""Comparisons and answers -> a file to take away: a Word document, a spreadsheet, Markdown, CSV."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from indexer.errors import IndexerError
from indexer.types import Comparison

if TYPE_CHECKING:
    from indexer.wording import Asked

#: File ending -> its media type; the module of the same name writes a comparison.
FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "md": "text/markdown",
}
#: The same for answers: a sheet to read in the first two, all passages as a table in the others.
ANSWER_FORMATS = {"docx": FORMATS["docx"], "md": FORMATS["md"], "xlsx": FORMATS["xlsx"], "csv": "text/csv"}


def export_format(name: str | PurePath, formats: Collection[str] = FORMATS, what: str = "a comparison") -> str:
    """The one of ``formats`` that a file's name asks for. Raises IndexerError for any other ending."""
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending not in formats:
        known = ", ".join(f".{each}" for each in formats)
        raise IndexerError(f"{name}: {what} is written to a file that ends in one of {known}. Name one.")
    return ending


def export_comparisons(comparisons: Sequence[Comparison], ending: str, *, generation: int, made: date) -> bytes:
    """The file's bytes: every quote with its place, what differs, the day and the library's generation.

    ``ending`` is a key of FORMATS. Quotes are the plans' own words; only characters that the format
    cannot hold are replaced, by U+FFFD.
    """
    written: bytes = import_module(f"indexer.exporting.{ending}").write(comparisons, generation=generation, made=made)
    return written


def export_answers(asked: Sequence[Asked], ending: str, *, generation: int, made: date) -> bytes:
    """The file's bytes: a sheet with the answers and their places, or all passages as a table.

    ``ending`` is a key of ANSWER_FORMATS. Texts are the plans' own, as in ``export_comparisons``.
    """
    if ending in ("docx", "md"):
        sheet: bytes = import_module(f"indexer.exporting.answers_{ending}").write(
            asked, generation=generation, made=made
        )
        return sheet
    from indexer.exporting import results

    if ending == "xlsx":
        return results.write_xlsx(asked, generation=generation, made=made)
    return results.write_csv(asked).encode("utf-8-sig")  # the mark of order says UTF-8 to Excel


def save(path: Path, data: bytes) -> None:
    """Write the file at ``path``. Raises IndexerError when that cannot be done."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise IndexerError(f"{path} cannot be written ({error.strerror}). Name a file in a folder of yours.") from error
