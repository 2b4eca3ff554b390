"""What the engines raise on a full or read-only disk, as one error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import LibraryError


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Raise LibraryError for what tantivy (ValueError), FAISS (RuntimeError) and the system raise of a disk."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        raise LibraryError(
            f"{folder} cannot be written ({error}). Check the disk's free space and the folder's permissions."
        ) from error
