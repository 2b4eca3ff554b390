"""An encoder that keeps what it has read: word vectors of one question serve the next.

Kept by the text itself, so that nothing kept is ever stale, whatever becomes of the library.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from indexer.encoding import Encoder, Progress, TokenVectors, Vectors
from indexer.encoding.onnx import of_unit_length

#: Tokens whose vectors are kept: 230 MB of the default model's, in some 3,000 passages.
MOST_TOKENS = 300_000
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
        self._held = 0  # tokens in ``_tokens``
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
        if len(new) == 1:
            known[new[0]] = self._read(new[0])[0]
            if progress:
                progress(1)
        elif new:
            known.update(zip(new, self._encoder.embed(new, progress), strict=True))
        self._keep_vectors({t: known[t] for t in texts})
        return np.stack([known[t] for t in texts]) if texts else np.zeros((0, self.dimension), dtype=np.float32)

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        known = self._recall(self._tokens, texts)
        new = list(dict.fromkeys(t for t in texts if t not in known))
        if len(new) == 1:
            known[new[0]] = self._read(new[0])[1]
        elif new:
            known.update(zip(new, map(_halved, self._encoder.embed_tokens(new)), strict=True))
        self._keep_tokens({t: known[t] for t in texts})
        return [TokenVectors(known[t].vectors.astype(np.float32), known[t].spans, known[t].words) for t in texts]

    def embed_with_tokens(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors, TokenVectors]]:
        """Passed on: what is added to a library is read once, and kept there."""
        return self._encoder.embed_with_tokens(texts)

    def _read(self, text: str) -> tuple[Vectors, TokenVectors]:
        """The vector of a text and those of its words, from one pass and both kept: of a question both are asked."""
        ((_, vector, read),) = self._encoder.embed_with_tokens([text])
        tokens = _halved(of_unit_length(read))
        self._keep_vectors({text: vector})
        self._keep_tokens({text: tokens})
        return vector, tokens

    def _keep_vectors(self, used: dict[str, Vectors]) -> None:
        with self._guard:
            _renew(self._vectors, used)
            while len(self._vectors) > self._most_vectors:
                self._vectors.popitem(last=False)

    def _keep_tokens(self, used: dict[str, TokenVectors]) -> None:
        with self._guard:
            self._held += sum(len(entry.words) for entry in _renew(self._tokens, used))
            while self._held > self._most_tokens:
                self._held -= len(self._tokens.popitem(last=False)[1].words)

    def _recall(self, store: OrderedDict[str, _T], texts: Sequence[str]) -> dict[str, _T]:
        with self._guard:
            return {t: store[t] for t in texts if t in store}


def _halved(read: TokenVectors) -> TokenVectors:
    """``read`` as it is kept."""
    return TokenVectors(read.vectors.astype(np.float16), read.spans, read.words)


def _renew(store: OrderedDict[str, _T], used: dict[str, _T]) -> list[_T]:
    """Put ``used`` behind all else in ``store``; gives those that were not there."""
    new = [entry for text, entry in used.items() if text not in store]
    for text, entry in used.items():
        store[text] = entry
        store.move_to_end(text)
    return new
