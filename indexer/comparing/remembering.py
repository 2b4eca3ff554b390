"""An encoder that keeps what it has read: word vectors of one cell serve the next.

Kept by the text itself, so that nothing kept is ever stale, whatever becomes of the library.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from indexer.encoding import Encoder, Progress, TokenVectors, Vectors

#: Texts whose word vectors are kept: 100 KB each, so 400 MB when full.
MOST_TOKENS = 4_000
#: Texts whose one vector is kept: 1.5 KB each.
MOST_VECTORS = 20_000


_T = TypeVar("_T")


class RememberingEncoder:
    """``encoder`` with a memory, least recently used texts forgotten first. Safe for threads.

    Word vectors are kept as float16, which moves a cosine by less than 0.001.
    """

    def __init__(self, encoder: Encoder, most_tokens: int = MOST_TOKENS, most_vectors: int = MOST_VECTORS) -> None:
        self._encoder = encoder
        self._most_tokens = most_tokens
        self._most_vectors = most_vectors
        self._tokens: OrderedDict[str, TokenVectors] = OrderedDict()
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._guard = threading.Lock()

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    @property
    def source(self) -> str:
        return self._encoder.source

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        known = self._recall(self._vectors, texts)
        new = list(dict.fromkeys(t for t in texts if t not in known))
        if new:
            known.update(zip(new, self._encoder.embed(new, progress), strict=True))
        self._keep(self._vectors, {t: known[t] for t in texts}, self._most_vectors)
        return np.stack([known[t] for t in texts]) if texts else np.zeros((0, self.dimension), dtype=np.float32)

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        known = self._recall(self._tokens, texts)
        new = list(dict.fromkeys(t for t in texts if t not in known))
        if new:
            for text, read in zip(new, self._encoder.embed_tokens(new), strict=True):
                known[text] = TokenVectors(read.vectors.astype(np.float16), read.spans, read.words)
        self._keep(self._tokens, {t: known[t] for t in texts}, self._most_tokens)
        return [TokenVectors(known[t].vectors.astype(np.float32), known[t].spans, known[t].words) for t in texts]

    def _recall(self, store: OrderedDict[str, _T], texts: Sequence[str]) -> dict[str, _T]:
        with self._guard:
            return {t: store[t] for t in texts if t in store}

    def _keep(self, store: OrderedDict[str, _T], read: dict[str, _T], most: int) -> None:
        with self._guard:
            for text, entry in read.items():
                store[text] = entry
                store.move_to_end(text)
            while len(store) > most:
                store.popitem(last=False)
