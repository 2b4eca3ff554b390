"""Texts -> unit vectors. Everything above this package sees an ``Encoder`` and no model runtime.

This module holds only the protocol, so that importing the type costs nothing; ``loading`` opens a model.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from indexer.types import Span

# Read when onnxruntime and huggingface_hub are imported: neither may report anything to anyone.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

Vectors: TypeAlias = npt.NDArray[np.float32]
#: Called with the number of texts embedded since the last call.
Progress: TypeAlias = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """The tokens of one text without special ones: ``vectors`` (n, dim) of unit length, ``spans`` in the text.

    ``words`` holds the number of the word that each token is a piece of.
    """

    vectors: Vectors
    spans: tuple[Span, ...]
    words: tuple[int, ...]


class Encoder(Protocol):
    """A sentence embedding model.

    ``fingerprint`` names weights and precision: two encoders with the same one give the same
    vectors. ``dimension`` is the length of a vector. ``source`` loads the encoder again.
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
        """The contextual token vectors of each text, truncated at the model's longest input."""
        ...

    def embed_with_tokens(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors, TokenVectors]]:
        """(index of the text, its vector (dimension,), its token vectors) from one pass, in order of completion.

        The token vectors are not normalized here, because most are dropped (``indexer.encoding.word_vectors``).
        """
        ...
