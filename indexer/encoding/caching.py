"""An encoder that caches what it read, keyed by the text itself, so that nothing cached is ever stale."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np
from cachetools import LRUCache

from indexer.encoding import Encoder, Progress, Scales, TokenVectors, Vectors, for_questions, scales_of
from indexer.encoding.onnx import of_unit_length

#: Tokens whose vectors are cached: 230 MB of the default model's, in some 3,000 passages.
MAX_TOKENS = 300_000
#: Texts whose one vector is cached: 1.5 KB each.
MAX_VECTORS = 20_000
_T = TypeVar("_T")


class CachingEncoder:
    """``encoder`` with an LRU cache. Safe for threads.

    Token vectors are cached as float16, which moves a cosine by less than 0.001.
    """

    def __init__(self, encoder: Encoder, max_tokens: int = MAX_TOKENS, max_vectors: int = MAX_VECTORS) -> None:
        self._encoder = encoder
        self._tokens: LRUCache[str, TokenVectors] = LRUCache(max_tokens, lambda read: max(1, len(read.words)))
        self._vectors: LRUCache[str, Vectors] = LRUCache(max_vectors)
        self._lock = threading.Lock()
        asking = for_questions(encoder)
        #: With a cache of its own, since the same text has other vectors as a question.
        self.for_questions = self if asking is encoder else CachingEncoder(asking, max_tokens, max_vectors)

    @property
    def scales(self) -> Scales:
        return scales_of(self._encoder)

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
        known = self._cached(self._vectors, texts)
        new = list(dict.fromkeys(t for t in texts if t not in known))
        if len(new) == 1:
            known[new[0]] = self._read(new[0])[0]
            if progress:
                progress(1)
        elif new:
            read = dict(zip(new, self._encoder.embed(new, progress), strict=True))
            self._cache(self._vectors, read)
            known |= read
        return np.stack([known[t] for t in texts]) if texts else np.zeros((0, self.dimension), dtype=np.float32)

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        known = self._cached(self._tokens, texts)
        new = list(dict.fromkeys(t for t in texts if t not in known))
        if len(new) == 1:
            known[new[0]] = self._read(new[0])[1]
        elif new:
            read = dict(zip(new, map(_halved, self._encoder.embed_tokens(new)), strict=True))
            self._cache(self._tokens, read)
            known |= read
        return [TokenVectors(known[t].vectors.astype(np.float32), known[t].spans, known[t].words) for t in texts]

    def embed_with_tokens(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors, TokenVectors]]:
        """Passed on: a text added to a library is read once, and its vectors are stored there."""
        return self._encoder.embed_with_tokens(texts)

    def _read(self, text: str) -> tuple[Vectors, TokenVectors]:
        """Vector and token vectors of a text from one pass, both cached: a question needs both."""
        ((_, vector, read),) = self._encoder.embed_with_tokens([text])
        tokens = _halved(of_unit_length(read))
        self._cache(self._vectors, {text: vector})
        self._cache(self._tokens, {text: tokens})
        return vector, tokens

    def _cached(self, cache: LRUCache[str, _T], texts: Sequence[str]) -> dict[str, _T]:
        with self._lock:
            return {t: cache[t] for t in texts if t in cache}

    def _cache(self, cache: LRUCache[str, _T], read: Mapping[str, _T]) -> None:
        with self._lock:
            for text, entry in read.items():
                with contextlib.suppress(ValueError):  # larger than the whole cache
                    cache[text] = entry


def _halved(read: TokenVectors) -> TokenVectors:
    """``read`` in the precision of the cache."""
    return TokenVectors(read.vectors.astype(np.float16), read.spans, read.words)
