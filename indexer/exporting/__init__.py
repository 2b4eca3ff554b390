"""Comparisons -> a file to take away: a Word document, a spreadsheet, Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib import import_module
from pathlib import Path, PurePath

from indexer.errors import IndexerError
from indexer.types import Comparison

#: File ending -> its media type; the module of the same name writes it.
FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "md": "text/markdown",
}


def export_format(name: str | PurePath) -> str:
    """The key of FORMATS that a file's name asks for. Raises IndexerError for any other ending."""
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        known = ", ".join(f".{each}" for each in FORMATS)
        raise IndexerError(f"{name}: a comparison is written to a file that ends in one of {known}. Name one.")
    return ending


def export_comparisons(comparisons: Sequence[Comparison], ending: str, *, generation: int, made: date) -> bytes:
    """The file's bytes: every quote with its place, what differs, the day and the library's generation.

    ``ending`` is a key of FORMATS. Quotes are the plans' own words; only characters that the format
    cannot hold are replaced, by U+FFFD.
    """
    written: bytes = import_module(f"indexer.exporting.{ending}").write(comparisons, generation=generation, made=made)
    return written


def save_comparisons(path: Path, comparisons: Sequence[Comparison], *, generation: int, made: date) -> None:
    """Write the file at ``path``, in the format of its ending. Raises IndexerError when that cannot be done."""
    data = export_comparisons(comparisons, export_format(path), generation=generation, made=made)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise IndexerError(f"{path} cannot be written ({error.strerror}). Name a file in a folder of yours.") from error
