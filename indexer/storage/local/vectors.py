"""The vector index of a library, derived from the database: what is on file, and what came after.

The file is written in one piece beside a note of the generation it reflects, and read in one, or mapped
where it is large: then only what a search looks at is in memory. A reader adds what came after from
the database, in a block of its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from indexer.errors import LibraryError
from indexer.storage import Found
from indexer.storage.local import vector_block
from indexer.storage.local.checksums import crc32_of
from indexer.storage.local.database import KeyRange
from indexer.storage.local.disk import disk_errors
from indexer.storage.local.vector_block import VectorBlock

_NOTE_SUFFIX = ".json"
#: Times that a file is read again when a writer replaces it meanwhile.
_TRIES = 5


class VectorIndex:
    """Unit vectors (n, dimension) by key; scores are cosines. ``stored_generation`` is that of the file."""

    def __init__(self, dimension: int, generation: int = 0) -> None:
        self.dimension = dimension
        self.generation = generation
        self.stored_generation = -1
        self._stored = VectorBlock.empty(dimension)
        self._recent = VectorBlock.empty(dimension)

    def __len__(self) -> int:
        return len(self._stored) + len(self._recent)

    def add(self, keys: npt.NDArray[np.int64], vectors: npt.NDArray[np.float32]) -> None:
        """Add ``vectors`` (n, dimension) under ``keys`` (n,), which ascend and are higher than all before."""
        self._recent.add(keys, vectors)

    def remove(self, span: KeyRange) -> None:
        """Drop the keys from ``span[0]`` to ``span[1]``."""
        self._stored.remove(span)
        self._recent.remove(span)

    def search(self, vector: npt.NDArray[np.float32], k: int, ranges: list[KeyRange] | None) -> list[Found]:
        """The ``k`` nearest to the unit ``vector`` (dimension,); ties by key."""
        found = [*self._stored.search(vector, k, ranges), *self._recent.search(vector, k, ranges)]
        return sorted(found, key=lambda f: (-f.score, f.key))[:k]

    def save(self, path: Path) -> None:
        """Write to ``path`` and the note beside it, each in one piece. Raises LibraryError."""
        temporary = path.with_suffix(".new")
        try:
            with disk_errors(path.parent):
                block = self._whole(path)
                block.write(temporary)
                # The note comes first and tells of the file before as well: whoever looks between the two
                # writings, or after a death there, finds what is in place.
                note = {
                    "generation": self.generation,
                    "count": len(block.keys),
                    "crc32": crc32_of(temporary),
                    "removed": block.removed(),
                }
                before = _notes(path)[:1]
                note_file = path.with_suffix(_NOTE_SUFFIX)
                new_note = note_file.with_suffix(".note")
                new_note.write_text(json.dumps({**note, "before": before}), "ascii")
                new_note.replace(note_file)
                temporary.replace(path)
                if block.has_codes:
                    block = _read(path, note)
        except LibraryError:
            temporary.unlink(missing_ok=True)  # half of it takes room for nothing
            raise
        self._stored, self._recent = block, VectorBlock.empty(self.dimension)
        self.stored_generation = self.generation

    def _whole(self, path: Path) -> VectorBlock:
        """All in one block: the one on file with what came after, where it has codes that can be kept."""
        notes = _notes(path)
        if (
            self._stored.has_codes
            and not self._stored.is_due
            and notes
            and notes[0]["generation"] == self.stored_generation
        ):
            block = _read(path, notes[0], mapped=False)
            block.alive[:] = self._stored.alive
            block.extend([self._recent])
            return block
        return VectorBlock.made_of([self._stored, self._recent], self.dimension)

    @staticmethod
    def generation_at(path: Path) -> tuple[int, int]:
        """(generation, count) of the index stored at ``path``; (-1, 0) when there is none."""
        notes = _notes(path)
        return (notes[0]["generation"], notes[0]["count"]) if notes and path.exists() else (-1, 0)

    @classmethod
    def load(cls, path: Path, dimension: int) -> VectorIndex | None:
        """The index at ``path``, or None when it is missing, damaged or of another dimension.

        An empty one fits any dimension.
        """
        note = block = None
        for _ in range(_TRIES):
            try:
                seen = _identity(path)
                crc32 = crc32_of(path)
                note = next((note for note in _notes(path) if note["crc32"] == crc32), None)
                block = _read(path, note) if note else None
                if seen == _identity(path):
                    break  # else a writer put another file there meanwhile
            except (OSError, RuntimeError):
                return None
        else:
            return None
        if note is None or block is None:
            return None
        rows = len(block.keys)
        if rows != note["count"] or (rows and block.dimension != dimension):
            return None
        loaded = cls(dimension, note["generation"])
        loaded.stored_generation = loaded.generation
        if rows:
            loaded._stored = block
        return loaded


def _read(path: Path, note: dict[str, Any], *, mapped: bool = True) -> VectorBlock:
    """The block in the file at ``path``; a large one is ``mapped``: it can be searched and not added to."""
    large = note["count"] >= vector_block.LARGE
    block = VectorBlock(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if mapped and large else 0))
    for span in note["removed"]:
        block.remove((span[0], span[1]))
    return block


def _identity(path: Path) -> tuple[int, int]:
    """What tells one file at ``path`` from the next: a number in the file system may come again at once."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def _notes(path: Path) -> list[dict[str, Any]]:
    """What is noted of the index at ``path`` and, behind it, of the one before; empty without a note."""
    try:
        note = json.loads(path.with_suffix(_NOTE_SUFFIX).read_text("ascii"))
        return [_read_note(one) for one in [note, *note.get("before", [])]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _read_note(note: dict[str, Any]) -> dict[str, Any]:
    spans = [[int(first), int(last)] for first, last in note.get("removed", [])]
    return {**{key: int(note[key]) for key in ("generation", "count", "crc32")}, "removed": spans}
