"""Prompts by declaration, weights and family; scales that take a model's cosines to the default model's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from fakes import FakeEncoder

from indexer.encoding import Encoder, Progress, Prompts, Scale, Scales, TokenVectors, Vectors, scales_of
from indexer.encoding.adapting import DEFAULT_MODELS, find_scales, measure, prompts_of
from indexer.encoding.onnx import tokens_of


@pytest.mark.parametrize(
    ("name", "declared", "weights", "expected"),
    [
        ("intfloat/multilingual-e5-small", {}, "", Prompts("query: ", "passage: ")),
        ("intfloat/e5-base-v2", {"query": "", "document": ""}, "", Prompts("query: ", "passage: ")),
        ("intfloat/multilingual-e5-large-instruct", {}, "", Prompts()),
        ("BAAI/bge-small-zh-v1.5", {}, "", Prompts("为这个句子生成表示以用于检索相关文章：")),
        ("any/e5-small", {"query": "ask: ", "passage": "say: "}, "", Prompts("ask: ", "say: ")),
        ("", {}, "0c92733d4c2c08d1", Prompts("query: ", "passage: ")),
        ("all-MiniLM-L6-v2", {}, "", Prompts()),
    ],
)
def test_prompts(name: str, declared: dict[str, str], weights: str, expected: Prompts) -> None:
    assert prompts_of(name, declared, weights) == expected


class Crowded(FakeEncoder):
    """The fake encoder with a number added to every vector, so that all texts are alike."""

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._crowd(super().embed(texts, progress))

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        return [TokenVectors(self._crowd(t.vectors), t.spans, t.words) for t in super().embed_tokens(texts)]

    def _crowd(self, vectors: Vectors) -> Vectors:
        moved = np.hstack([vectors, np.full((len(vectors), 1), 2.0, dtype=np.float32)])
        return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def test_scaled_cosines_lie_where_the_default_model_has_them() -> None:
    encoder = Crowded()
    scales = find_scales(encoder)
    for scale, own, wanted in zip((scales.texts, scales.words), measure(encoder), DEFAULT_MODELS, strict=True):
        assert own[0] > 0.75  # all alike
        assert (scale(own[0]), scale(own[1])) == pytest.approx(wanted, abs=2e-3)
        assert scale.slope > 1  # the order stays


def test_the_default_model_is_the_measure(encoder: Encoder) -> None:
    assert scales_of(encoder) == Scales()
    for own, wanted in zip(measure(encoder), DEFAULT_MODELS, strict=True):
        assert own == pytest.approx(wanted, abs=0.01)


def test_a_scale_of_one_changes_nothing() -> None:
    cosines = np.array([0.1, 0.9], dtype=np.float32)
    assert Scale()(cosines) is cosines
    assert Scale(2.0, -1.0)(0.75) == 0.5


class Tokens:
    """The tokens of a text as SentencePiece gives them: each owns the space before it."""

    def __init__(self, *tokens: tuple[str, int, int]) -> None:
        ends = [("<s>", 0, 0), *tokens, ("</s>", 0, 0)]
        self.tokens = [t for t, _, _ in ends]
        self.offsets = [(a, b) for _, a, b in ends]
        self.special_tokens_mask = [1, *[0] * len(tokens), 1]


def test_tokens_with_the_space_before_them_are_words_without_it() -> None:
    text = "query: 到2025年, co2"
    pieces: Any = Tokens(
        ("▁query", 0, 5), (":", 5, 6), ("▁", 6, 8), ("到", 7, 8), ("20", 8, 10), ("25", 10, 12), ("年", 12, 13),
        (",", 13, 14), ("▁co", 14, 17), ("2", 17, 18),
    )  # fmt: skip
    rows = np.arange(12, dtype=np.float32)[:, None]
    found = tokens_of(pieces, rows, text, len("query: "))
    asked = text[len("query: ") :]
    assert [asked[a:b] for a, b in found.spans] == ["到", "20", "25", "年", ",", "co", "2"]
    assert found.words == (0, 1, 1, 2, 3, 4, 4)
    assert found.vectors[:, 0].tolist() == [4, 5, 6, 7, 8, 9, 10]
