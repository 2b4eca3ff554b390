"""Texts -> unit vectors. Everything above this package sees an ``Encoder`` and no model runtime.

This module holds only the protocol, so that importing the type costs nothing; ``loading`` opens a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from indexer.types import Span

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


@dataclass(frozen=True, slots=True)
class Prompts:
    """What a model wants in front of a question, and of a passage."""

    question: str = ""
    passage: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """``offset + slope * cosine``: cosines of one model as another has them."""

    slope: float = 1.0
    offset: float = 0.0

    def __call__(self, cosines: Cosines) -> Cosines:
        return cosines if self == UNSCALED else self.slope * cosines + self.offset


UNSCALED = Scale()
Cosines = TypeVar("Cosines", float, npt.NDArray[np.float32])


@dataclass(frozen=True, slots=True)
class Scales:
    """The scales of a model's cosines, of ``texts`` and of ``words``, to those of all-MiniLM-L6-v2.

    Weights and thresholds hold for that model; another may give any two texts a cosine of 0.8.
    """

    texts: Scale = UNSCALED
    words: Scale = UNSCALED


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


def for_questions(encoder: Encoder) -> Encoder:
    """The encoder of questions: ``encoder.for_questions`` of a model that embeds them unlike passages, else itself."""
    found: Encoder = getattr(encoder, "for_questions", encoder)
    return found


def scales_of(encoder: Encoder) -> Scales:
    """``encoder.scales``; an encoder without any has cosines like the default model's."""
    found: Scales = getattr(encoder, "scales", Scales())
    return found
