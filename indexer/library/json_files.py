"""What people make beside the plans, as briefs and alerts, in files of JSON: read as their types, written whole."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from indexer.errors import LibraryError
from indexer.storage.disk import write_whole

_T = TypeVar("_T")


def read_json_file(path: Path, kind: type[_T], remedy: str = "Put back a copy of it, or delete it.") -> _T | None:
    """What the file holds; None where there is none. Raises LibraryError, with ``remedy``, if it is no ``kind``."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LibraryError(f"{path} cannot be read ({error}). {remedy}") from error


def write_json_file(path: Path, content: object, *, private: bool = False) -> None:
    """Write ``content`` and make the folder; a ``private`` file is its owner's alone. Raises LibraryError."""
    try:
        make_folder(path.parent)
        if private:
            path.touch(mode=0o600)
        write_whole(path, msgspec.json.format(msgspec.json.encode(content), indent=1))
        if private:
            path.chmod(0o600)
    except OSError as error:
        raise LibraryError(
            f"{path} cannot be changed ({error.strerror or error}). Check the disk's free space and the folder's "
            "permissions."
        ) from error


def make_folder(folder: Path) -> None:
    """Make ``folder`` if it is not there. Raises LibraryError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            f"{folder} cannot be made ({error.strerror or error}). Check the folder's permissions."
        ) from error
