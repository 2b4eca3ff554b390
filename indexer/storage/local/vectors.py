"""The vector index of a library, derived from the database: one FAISS index on file, and what came after.

All vectors are compared while they are few; where they are many, short codes pick candidates. From ``LARGE`` on,
product quantization says which vectors may be near: rotated to two thirds of their dimensions so that little is
lost, 4 bits for each 4 of these, looked up in registers (Jegou, Douze and Schmid, "Product Quantization for Nearest
Neighbor Search", 2011; Ge, He, Ke and Sun, "Optimized Product Quantization", 2013; Andre, Kermarrec and Le Scouarnec,
"Quicker ADC", 2019). The candidates are then compared exactly, as float16. All codes are scanned: an inverted file
would lose results, since questions lie far from passages. A search takes mostly the time to read the codes from
memory: 32 bytes for 384 dimensions, where RaBitQ has 48. A search within some plans compares all of their vectors,
so that it is exact at any size.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from indexer.errors import LibraryError
from indexer.storage import ScoredKey
from indexer.storage.disk import crc32_of, disk_errors, read_note, write_note
from indexer.storage.local.database import KeyRange

Keys = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

#: Vectors from which codes pay: both ways take as long at 5,000; at 10,000 codes take a third.
LARGE = 10_000
#: Candidates compared exactly: so many for each result asked for, and at least a thousand and a four-hundredth of all.
#: Denser vectors need more: among a million synthetic ones 1,900 candidates hold 0.998 of the ten best and 2,700 hold
#: 0.99 of the hundred best; among the regulations of ObliQA 160 and 430 do.
_REFINED = 8
_LEAST = 1000
_SHARE = 400
#: Vectors that the codes are learned from; FAISS takes no more for 4 bits.
_LEARNED = 4096
#: Rounds in which the rotation is learned, 0.2 s each for 384 dimensions; 50 would save a tenth of the candidates.
_ROUNDS = 10
#: Dimensions that one code of 4 bits covers.
_CODED = 4
_BITS = 4
#: One in so many is the most that is asked of the codes; for more all vectors are compared.
_FEW = 64
#: Share of live vectors below which an index with codes is built again rather than extended.
_WORN = 0.75
#: Vectors copied at once.
_STEP = 50_000
_NOTE_SUFFIX = ".json"
_NOTED = ("generation", "count", "crc32", "removed", "before")
#: Times that a file is read again when a writer replaces it meanwhile.
_TRIES = 5


class VectorBlock:
    """Unit vectors (n, dimension) by ascending key. Removed ones stay in the index, marked as not alive."""

    def __init__(self, index: Any) -> None:
        self._map: Any = index  # an IndexIDMap
        self._index: Any = _kind(index.index)
        self.has_codes = type(self._index) is faiss.IndexRefine
        self._exact: Any = _kind(self._index.refine_index) if self.has_codes else self._index
        self.keys: Keys = faiss.vector_to_array(index.id_map)
        self.alive = np.ones(len(self.keys), dtype=bool)

    @classmethod
    def empty(cls, dimension: int) -> VectorBlock:
        """An empty block without codes."""
        return cls(faiss.IndexIDMap(_exactly(dimension)))

    @classmethod
    def made_of(cls, blocks: list[VectorBlock], dimension: int) -> VectorBlock:
        """One block of what is alive in ``blocks``, in ascending order of keys; with codes if it is large."""
        faiss.omp_set_num_threads(os.cpu_count() or 1)
        count = sum(map(len, blocks))
        if count < LARGE or dimension < 2 * _CODED:
            made = cls.empty(dimension)
        else:
            every = max(1, count // _LEARNED)
            made = cls(_with_codes(np.concatenate([vectors for block in blocks for _, vectors in block.parts(every)])))
        made.extend(blocks)
        return made

    @property
    def dimension(self) -> int:
        return int(self._map.d)

    def write(self, path: Path) -> None:
        """Write the FAISS index to ``path``; what is not alive is noted elsewhere. Raises RuntimeError."""
        faiss.write_index(self._map, str(path))

    def __len__(self) -> int:
        return int(np.count_nonzero(self.alive))

    @property
    def is_due(self) -> bool:
        """Whether to build it again: too much is removed, or its codes are of an older kind."""
        older = self.has_codes and type(_kind(self._index.base_index)) is not faiss.IndexPreTransform
        return older or len(self) < _WORN * len(self.keys)

    def parts(self, every: int = 1) -> Iterator[tuple[Keys, Vectors]]:
        """Keys and vectors of one in ``every`` live ones, in steps."""
        positions = np.flatnonzero(self.alive)[::every]
        for first in range(0, len(positions), _STEP):
            some = positions[first : first + _STEP]
            yield self.keys[some], self._exact.reconstruct_batch(some)

    def extend(self, blocks: list[VectorBlock]) -> None:
        """Add what is alive in ``blocks``."""
        for block in blocks:
            for keys, vectors in block.parts():
                self.add(keys, vectors)

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Add ``vectors`` (n, dimension) under ``keys`` (n,), which ascend and are higher than all before."""
        if len(keys):
            self._map.add_with_ids(np.ascontiguousarray(vectors), keys)
            self.keys = np.concatenate([self.keys, keys])
            self.alive = np.concatenate([self.alive, np.ones(len(keys), dtype=bool)])

    def remove(self, span: KeyRange) -> None:
        """Mark the keys from ``span[0]`` to ``span[1]`` as not alive."""
        self.alive[self._positions(span)] = False

    def removed(self) -> list[KeyRange]:
        """First and last key of each run that is not alive."""
        edges = np.diff(np.concatenate([[True], self.alive, [True]]).astype(np.int8))
        starts, ends = np.flatnonzero(edges == -1), np.flatnonzero(edges == 1) - 1
        return [(int(self.keys[a]), int(self.keys[b])) for a, b in zip(starts, ends, strict=True)]

    def search(self, query: Vectors, k: int, ranges: list[KeyRange] | None) -> list[ScoredKey]:
        """The ``k`` nearest to ``query`` (dimension,), in ``ranges`` where given, and all that tie with the last."""
        if not len(self):
            return []
        # One thread a question: more would wait for each other, on a busy machine ten times as long as the search
        # takes. The setting is per thread.
        faiss.omp_set_num_threads(1)
        row = query.reshape(1, -1).astype(np.float32)
        if ranges is None and self.has_codes and (found := self._search_codes(row, k)) is not None:
            return found
        inside = self.alive
        if ranges is not None:
            inside = np.zeros_like(self.alive)
            for span in ranges:
                inside[self._positions(span)] = True
            inside &= self.alive
        return self._search_all(row, k, inside)

    def _search_codes(self, row: Vectors, k: int) -> list[ScoredKey] | None:
        """What the codes find; None when too many are asked for."""
        asked = k + 1
        while asked <= len(self.keys) // _FEW:
            candidates = max(_REFINED * asked, _LEAST + len(self.keys) // _SHARE)
            parameters = faiss.IndexRefineSearchParameters(k_factor=candidates / asked)  # type: ignore[call-arg]
            scores, positions = (found[0] for found in self._index.search(row, asked, params=parameters))
            kept = (positions >= 0) & self.alive[positions]
            scores, positions = scores[kept], positions[kept]
            if len(scores) > k and scores[-1] < scores[k - 1]:
                return self._found(scores, positions)
            asked *= 2  # the rest are removed, or tie
        return None

    def _search_all(self, row: Vectors, k: int, inside: npt.NDArray[np.bool_]) -> list[ScoredKey]:
        """The nearest among the positions that are ``inside``, all of them compared."""
        count = int(np.count_nonzero(inside))
        if not count:
            return []
        # both must live until the search is done: FAISS keeps bare pointers
        bits = np.packbits(inside, bitorder="little")
        selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
        parameters = faiss.SearchParameters(sel=selector) if count < len(inside) else None  # type: ignore[call-arg]
        # One more than asked for, and more while the last ties with the k-th: FAISS keeps any of
        # those that tie at the cut, and ties are broken by key.
        asked = min(k + 1, count)
        while True:
            scores, positions = (found[0] for found in self._exact.search(row, asked, params=parameters))
            if asked == count or scores[-1] < scores[k - 1]:
                return self._found(scores, positions)
            asked = min(2 * asked, count)

    def _found(self, scores: Vectors, positions: npt.NDArray[np.int64]) -> list[ScoredKey]:
        return list(map(ScoredKey, self.keys[positions].tolist(), scores.tolist()))

    def _positions(self, span: KeyRange) -> slice:
        return slice(*np.searchsorted(self.keys, [span[0], span[1] + 1]))


def _kind(index: Any) -> Any:
    """An index as its own class: FAISS returns members as the base class."""
    return faiss.downcast_index(index)


def _exactly(dimension: int) -> Any:
    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def _with_codes(sample: Vectors) -> Any:
    """An empty index whose codes are learned from ``sample`` (n, dimension)."""
    dimension = sample.shape[1]
    coded = dimension * 2 // 3 // _CODED * _CODED
    parts = coded // _CODED
    rotation = faiss.OPQMatrix(dimension, parts, coded)
    rotation.niter = _ROUNDS
    # FAISS's default, codes of 8 bits, takes ten times as long to learn and fits these less. It keeps a bare
    # pointer to ours, which must live until training is done.
    learned = faiss.ProductQuantizer(coded, parts, _BITS)
    rotation.pq = learned
    codes = faiss.IndexPQFastScan(coded, parts, _BITS, faiss.METRIC_INNER_PRODUCT)
    index = faiss.IndexIDMap(faiss.IndexRefine(faiss.IndexPreTransform(rotation, codes), _exactly(dimension)))
    index.train(sample)
    rotation.pq = None
    return index


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

    def search(self, vector: npt.NDArray[np.float32], k: int, ranges: list[KeyRange] | None) -> list[ScoredKey]:
        """The ``k`` nearest to the unit ``vector`` (dimension,); ties by key."""
        found = [*self._stored.search(vector, k, ranges), *self._recent.search(vector, k, ranges)]
        return sorted(found, key=lambda f: (-f.score, f.key))[:k]

    def save(self, path: Path) -> None:
        """Write to ``path``, and a note with its checksum next to it. Raises LibraryError."""
        temporary = path.with_suffix(".new")
        try:
            with disk_errors(path.parent):
                block = self._whole(path)
                block.write(temporary)
                # The note comes first and describes the file before it as well: a reader between the two writes,
                # or after a crash there, finds the note of the file in place.
                note = {
                    "generation": self.generation,
                    "count": len(block.keys),
                    "crc32": crc32_of(temporary),
                    "removed": block.removed(),
                }
                write_note(path.with_suffix(_NOTE_SUFFIX), {**note, "before": _notes(path)[:1]})
                temporary.replace(path)
                if block.has_codes:
                    block = _read(path, note)
        except LibraryError:
            temporary.unlink(missing_ok=True)
            raise
        self._stored, self._recent = block, VectorBlock.empty(self.dimension)
        self.stored_generation = self.generation

    def _whole(self, path: Path) -> VectorBlock:
        """All in one block: the one on file extended by what came after, if it has codes that can be kept."""
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

    @staticmethod
    def is_whole(path: Path) -> bool:
        """Whether the file at ``path`` has the checksum of its note; also where none is there."""
        return not path.exists() or crc32_of(path) in {note["crc32"] for note in _notes(path)}

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
    large = note["count"] >= LARGE
    block = VectorBlock(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if mapped and large else 0))
    for span in note["removed"]:
        block.remove((span[0], span[1]))
    return block


def _identity(path: Path) -> tuple[int, int]:
    """What differs between one file at ``path`` and the next: an inode number alone may be used again at once."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def _notes(path: Path) -> list[dict[str, Any]]:
    """The notes of the index at ``path`` and of the one before it; empty without a note."""
    try:
        note = read_note(path.with_suffix(_NOTE_SUFFIX), *_NOTED)
        return [_read_note(one) for one in [note, *note.get("before", [])]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _read_note(note: dict[str, Any]) -> dict[str, Any]:
    spans = [[int(first), int(last)] for first, last in note.get("removed", [])]
    return {**{key: int(note[key]) for key in ("generation", "count", "crc32")}, "removed": spans}
