"""Vectors in one FAISS index: all compared while they are few, picked by short codes where they are many.

From ``LARGE`` on, product quantization says which vectors may be near: rotated to two thirds of their dimensions so
that little is lost, 4 bits for each 4 of these, looked up in registers (Jegou, Douze and Schmid, "Product Quantization
for Nearest Neighbor Search", 2011; Ge, He, Ke and Sun, "Optimized Product Quantization", 2013; Andre, Kermarrec and
Le Scouarnec, "Quicker ADC", 2019). These are then compared exactly, as float16. All codes are looked at, for lists of
near codes lose what is asked for: questions lie far from passages. What a search takes is mostly reading the codes
from memory: 32 bytes for 384 dimensions, where RaBitQ has 48. A search within some plans compares all of their
vectors, so that it is exact at any size.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from indexer.storage import Found
from indexer.storage.local.database import KeyRange

Keys = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

#: Vectors from which codes are worth it: both ways take as long at 5,000; at 10,000 codes take a third.
LARGE = 10_000
#: Candidates compared exactly: so many for each one asked for, and at least a thousand and a four-hundredth of all. The
#: denser vectors lie, the more come between: of a million made ones 1,900 candidates hold 0.998 of the ten best, 2,700
#: hold 0.99 of the hundred; among the regulations of ObliQA 160 and 430 do.
_REFINED = 8
_LEAST = 1000
_SHARE = 400
#: Vectors that the codes are learned from; FAISS takes no more for 4 bits.
_LEARNED = 4096
#: Rounds in which the rotation is learned, 0.2 s each for 384 dimensions. Of real vectors, 50 save a tenth of the
#: candidates.
_ROUNDS = 10
#: Dimensions a code of 4 bits stands for.
_CODED = 4
_BITS = 4
#: Above this share of all, what is asked for is too much for candidates, and all are compared.
_FEW = 64
#: Share that is alive below which an index with codes is made anew rather than grows.
_WORN = 0.75
#: Vectors copied at once.
_STEP = 50_000


class VectorBlock:
    """Unit vectors (n, dimension) by ascending key. What is removed stays in the index and is struck out."""

    def __init__(self, index: Any) -> None:
        self._map: Any = index  # an IndexIDMap
        self._index: Any = _kind(index.index)
        self.has_codes = type(self._index) is faiss.IndexRefine
        self._exact: Any = _kind(self._index.refine_index) if self.has_codes else self._index
        self.keys: Keys = faiss.vector_to_array(index.id_map)
        self.alive = np.ones(len(self.keys), dtype=bool)

    @classmethod
    def empty(cls, dimension: int) -> VectorBlock:
        """Without codes, for some."""
        return cls(faiss.IndexIDMap(_exactly(dimension)))

    @classmethod
    def made_of(cls, blocks: list[VectorBlock], dimension: int) -> VectorBlock:
        """One of all that is alive in ``blocks``, which are of ascending keys; with codes if it is large."""
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
        """Write the FAISS index to ``path``; what is struck out is noted elsewhere. Raises RuntimeError."""
        faiss.write_index(self._map, str(path))

    def __len__(self) -> int:
        return int(np.count_nonzero(self.alive))

    @property
    def is_due(self) -> bool:
        """Whether it had better be made anew: so much is struck out, or its codes are of an older kind."""
        older = self.has_codes and type(_kind(self._index.base_index)) is not faiss.IndexPreTransform
        return older or len(self) < _WORN * len(self.keys)

    def parts(self, every: int = 1) -> Iterator[tuple[Keys, Vectors]]:
        """Keys and vectors of one in ``every`` that are alive, some at a time."""
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
        """Strike out the keys from ``span[0]`` to ``span[1]``."""
        self.alive[self._positions(span)] = False

    def removed(self) -> list[KeyRange]:
        """First and last key of each run that is struck out."""
        edges = np.diff(np.concatenate([[True], self.alive, [True]]).astype(np.int8))
        starts, ends = np.flatnonzero(edges == -1), np.flatnonzero(edges == 1) - 1
        return [(int(self.keys[a]), int(self.keys[b])) for a, b in zip(starts, ends, strict=True)]

    def search(self, query: Vectors, k: int, ranges: list[KeyRange] | None) -> list[Found]:
        """The ``k`` nearest to ``query`` (dimension,), in ``ranges`` where given, and all that tie with the last."""
        if not len(self):
            return []
        # One question is looked for by one thread all the same: more would only wait for each other, on a busy
        # machine ten times as long as the search takes. The setting is this thread's own.
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

    def _search_codes(self, row: Vectors, k: int) -> list[Found] | None:
        """What the codes find; None where the asked for are too many for them."""
        asked = k + 1
        while asked <= len(self.keys) // _FEW:
            candidates = max(_REFINED * asked, _LEAST + len(self.keys) // _SHARE)
            parameters = faiss.IndexRefineSearchParameters(k_factor=candidates / asked)  # type: ignore[call-arg]
            scores, positions = (found[0] for found in self._index.search(row, asked, params=parameters))
            kept = (positions >= 0) & self.alive[positions]
            scores, positions = scores[kept], positions[kept]
            if len(scores) > k and scores[-1] < scores[k - 1]:
                return self._found(scores, positions)
            asked *= 2  # the rest are struck out, or tie
        return None

    def _search_all(self, row: Vectors, k: int, inside: npt.NDArray[np.bool_]) -> list[Found]:
        """The nearest among the positions that are ``inside``, every one compared."""
        count = int(np.count_nonzero(inside))
        if not count:
            return []
        # both are held until the search is done: FAISS keeps bare pointers
        bits = np.packbits(inside, bitorder="little")
        selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
        parameters = faiss.SearchParameters(sel=selector) if count < len(inside) else None  # type: ignore[call-arg]
        # One more than asked for, and more while the last ties with the k-th: FAISS keeps any of
        # those that tie at the cut, and the cut must fall by key.
        asked = min(k + 1, count)
        while True:
            scores, positions = (found[0] for found in self._exact.search(row, asked, params=parameters))
            if asked == count or scores[-1] < scores[k - 1]:
                return self._found(scores, positions)
            asked = min(2 * asked, count)

    def _found(self, scores: Vectors, positions: npt.NDArray[np.int64]) -> list[Found]:
        return list(map(Found, self.keys[positions].tolist(), scores.tolist()))

    def _positions(self, span: KeyRange) -> slice:
        return slice(*np.searchsorted(self.keys, [span[0], span[1] + 1]))


def _kind(index: Any) -> Any:
    """An index as what it is: FAISS hands out members as of the base class."""
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
    # FAISS's own choice, codes of 8 bits, takes ten times as long to learn and serves these less. It keeps a bare
    # pointer to ours, which must live until all is trained.
    learned = faiss.ProductQuantizer(coded, parts, _BITS)
    rotation.pq = learned
    codes = faiss.IndexPQFastScan(coded, parts, _BITS, faiss.METRIC_INNER_PRODUCT)
    index = faiss.IndexIDMap(faiss.IndexRefine(faiss.IndexPreTransform(rotation, codes), _exactly(dimension)))
    index.train(sample)
    rotation.pq = None
    return index
