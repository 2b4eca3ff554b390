"""What was read once is not read again, and what is cached is what would be read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import FakeEncoder

from indexer.encoding.caching import CachingEncoder


def test_what_was_read_once_is_not_read_again(fake_encoder: FakeEncoder) -> None:
    read: list[str] = []

    class Counting(FakeEncoder):
        def embed_tokens(self, texts):  # type: ignore[no-untyped-def]
            read.extend(texts)
            return super().embed_tokens(texts)

    encoder = CachingEncoder(Counting(), max_tokens=4)
    plain = fake_encoder.embed_tokens(["kilns close", "wind grows"])
    for _ in range(2):
        again = encoder.embed_tokens(["kilns close", "wind grows"])
    assert read == ["kilns close", "wind grows"]
    for one, other in zip(plain, again, strict=True):
        assert one.spans == other.spans
        np.testing.assert_allclose(one.vectors, other.vectors, atol=1e-3)
    encoder.embed_tokens(["wind grows", "rail"])  # the first is the one longest unused
    encoder.embed_tokens(["wind grows", "kilns close"])
    assert read == ["kilns close", "wind grows", "rail", "kilns close"]


def test_vectors_are_the_encoders_own(fake_encoder: FakeEncoder) -> None:
    encoder = CachingEncoder(fake_encoder)
    texts = ["kilns", "wind", "kilns"]
    expected = FakeEncoder().embed(texts)
    np.testing.assert_array_equal(encoder.embed(texts), expected)
    np.testing.assert_array_equal(encoder.embed(texts), expected)
    assert fake_encoder.embedded == ["kilns", "wind"]
    assert encoder.embed([]).shape == (0, fake_encoder.dimension)


@pytest.mark.parametrize("words_first", [False, True])
def test_a_question_is_read_once_for_its_vector_and_its_words(fake_encoder: FakeEncoder, words_first: bool) -> None:
    passes: list[str] = []

    class Counting(FakeEncoder):
        def embed_with_tokens(self, texts):  # type: ignore[no-untyped-def]
            passes.extend(texts)
            for index, vector, tokens in super().embed_with_tokens(texts):
                yield index, vector, replace(tokens, vectors=3 * tokens.vectors)  # of any length

    encoder, steps = CachingEncoder(Counting()), list[int]()
    if words_first:
        encoder.embed_tokens(["which kilns close?"])
    np.testing.assert_array_equal(
        encoder.embed(["which kilns close?"], steps.append), fake_encoder.embed(["which kilns close?"])
    )
    (expected,) = fake_encoder.embed_tokens(["which kilns close?"])
    (read,) = encoder.embed_tokens(["which kilns close?"])
    assert (read.spans, read.words) == (expected.spans, expected.words)
    np.testing.assert_allclose(read.vectors, expected.vectors, atol=1e-3)
    assert passes == ["which kilns close?"]
    assert steps == ([] if words_first else [1])


def test_the_cache_stays_within_its_bounds(fake_encoder: FakeEncoder) -> None:
    encoder = CachingEncoder(fake_encoder, max_tokens=10, max_vectors=3)
    for n in range(20):
        encoder.embed_tokens([f"kiln number {n} closes", f"kiln number {n} opens"])
        encoder.embed([f"kiln {n}"])
        assert encoder._tokens.currsize == sum(len(t.words) for t in encoder._tokens.values()) <= 10
        assert len(encoder._vectors) <= 3
    # a text larger than the whole cache is still read
    assert len(encoder.embed_tokens(["one two three four five six seven eight nine ten eleven"])[0].words) == 11
    assert len(encoder.embed([str(n) for n in range(9)])) == 9
