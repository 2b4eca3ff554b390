"""Token vectors in half a byte a number: what comes back, and how near it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from indexer.encoding import Encoder, TokenVectors
from indexer.encoding.word_vectors import pack, unpack

_NUMBERS = st.floats(-8, 8, width=32).map(lambda x: x if abs(x) > 1e-3 else 0.0)


def tokens_with(vectors: np.ndarray) -> TokenVectors:
    count = len(vectors)
    return TokenVectors(vectors, tuple((70_000 + 3 * i, 70_002 + 3 * i) for i in range(count)), tuple(range(count)))


@given(arrays.arrays(np.float32, arrays.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=_NUMBERS))
def test_each_number_is_within_half_a_level_of_what_it_was(vectors: np.ndarray) -> None:
    given_tokens = tokens_with(vectors)
    packed = pack(given_tokens)
    back = unpack(packed, vectors.shape[1])
    assert len(packed) == len(vectors) * (12 + (vectors.shape[1] + 1) // 2)
    assert (back.spans, back.words) == (given_tokens.spans, given_tokens.words)
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    largest = np.abs(unit).max(axis=1, keepdims=True)
    # half of one of 14 steps from -largest to largest, and what float16 makes of the largest
    assert (np.abs(back.vectors - unit) <= largest * (1 / 14 + 2**-10) + 1e-6).all()


def test_a_vector_along_an_axis_comes_back_as_it_was() -> None:
    vectors = np.zeros((3, 512), np.float32)
    vectors[0, 5], vectors[1, 510], vectors[2, 511] = 1, -1, 1
    np.testing.assert_array_equal(unpack(pack(tokens_with(vectors)), 512).vectors, vectors)


def test_a_text_without_tokens_is_no_bytes() -> None:
    nothing = TokenVectors(np.zeros((0, 384), np.float32), (), ())
    assert pack(nothing) == b""
    back = unpack(b"", 384)
    assert (back.vectors.shape, back.vectors.dtype, back.spans, back.words) == ((0, 384), np.float32, (), ())


def test_cosines_of_the_models_words_stay_what_they_were(encoder: Encoder) -> None:
    one, other = encoder.embed_tokens(
        [
            "Ban new cement clinker capacity; where it is replaced, less is built than is closed.",
            "By 2030, installed wind and solar capacity exceeds 1.2 billion kilowatts in 水泥 provinces.",
        ]
    )
    back = unpack(pack(other), encoder.dimension)
    moved = one.vectors @ back.vectors.T - one.vectors @ other.vectors.T
    assert moved.std() < 0.01
    assert np.abs(moved).max() < 0.04
    lengths = np.linalg.norm(back.vectors, axis=1)
    assert lengths == pytest.approx(np.ones(len(lengths)), abs=0.03)
