"""Token vectors <-> bytes, half a byte a number, so that a library can keep those of its passages.

Each number becomes one of 15 levels between the largest of its vector and that one's opposite, nought among
them. A cosine moves by less than 0.01 (one standard deviation, 384 dimensions), rankings by nothing that is
measured, and the vectors take an eighth of what they take as float32.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.encoding import TokenVectors

#: The largest level, and minus it the smallest.
_TOP = 7


@lru_cache(maxsize=4)
def row_type(dimension: int) -> np.dtype[Any]:
    """A token as it is kept; its level of dimension 2i is in the lower half of byte i, shifted to 0 … 14."""
    levels = ("levels", "u1", ((dimension + 1) // 2,))
    return np.dtype([("start", "<u4"), ("end", "<u4"), ("word", "<u2"), ("largest", "<f2"), levels])


#: What the two levels of a byte stand for.
_PAIRS = np.array([((byte & 15) - _TOP, (byte >> 4) - _TOP) for byte in range(256)], np.float32) / _TOP


def pack(tokens: TokenVectors) -> bytes:
    """The tokens of one text, of at most 65,536 words, their vectors made unit."""
    vectors = tokens.vectors
    count, dimension = vectors.shape
    rows = np.zeros(count, row_type(dimension))
    if count:
        rows["start"], rows["end"] = np.array(tokens.spans).T
        rows["word"] = tokens.words
        largest = np.maximum(np.abs(vectors).max(axis=1), 1e-12)
        rows["largest"] = largest / np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), 1e-12)
        scaled = vectors * (_TOP / largest)[:, None]
        scaled += _TOP + 0.5
        levels = scaled.astype(np.uint8)  # cut off, which rounds what is never negative
        if dimension % 2:
            levels = np.pad(levels, ((0, 0), (0, 1)))
        pairs = levels.view("<u2")  # two levels, the first in the lower byte
        rows["levels"] = pairs | pairs >> 4  # of which the lower byte is kept
    return rows.tobytes()


def unpack(packed: bytes, dimension: int) -> TokenVectors:
    """What was packed, its vectors (n, dimension) but for rounding."""
    rows = np.frombuffer(packed, row_type(dimension))
    pairs: npt.NDArray[np.float32] = _PAIRS[rows["levels"]]
    vectors = pairs.reshape(len(rows), 2 * pairs.shape[1])[:, :dimension]
    spans = tuple(zip(rows["start"].tolist(), rows["end"].tolist(), strict=True))
    return TokenVectors(vectors * rows["largest"].astype(np.float32)[:, None], spans, tuple(rows["word"].tolist()))
