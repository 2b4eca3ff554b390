"""Texts -> unit vectors. Everything above this package sees an ``Encoder`` and no model runtime.

Loading is in ``indexer.encoding.loading``; this module holds the protocol alone, so that naming the
type costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from indexer.types import Span

Vectors: TypeAlias = npt.NDArray[np.float32]
#: Called with the number of texts embedded since the last call.
Progress: TypeAlias = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """The tokens of one text: ``vectors`` (n, dim) of unit length, ``spans`` of each in the text.

    Tokens that the model adds (its start and end marks) are left out. ``words`` numbers the word
    that each token is a piece of.
    """

    vectors: Vectors
    spans: tuple[Span, ...]
    words: tuple[int, ...]


class Encoder(Protocol):
    """A sentence embedding model.

    ``fingerprint`` names weights and precision: two encoders with the same one give the same
    vectors. ``dimension`` is the length of a vector. ``source`` is what to pass to load it again.
    """

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def source(self) -> str: ...

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Unit vectors of ``texts``, shape (len(texts), dimension), float32."""
        ...

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """The token vectors of each text, in its context, cut at the model's longest input."""
        ...

    def embed_with_tokens(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors, TokenVectors]]:
        """Each text's index, its vector (dimension,) and its token vectors, of one pass, in the order they are done.

        The token vectors may have any length here; most are dropped (``indexer.encoding.word_vectors``).
        """
        ...
