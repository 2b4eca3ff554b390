"""The fast path against sentence-transformers, which it must agree with."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.encoding import Encoder, Vectors
from indexer.encoding.export import LOWEST_COSINE, MEAN_COSINE, check_agreement
from indexer.encoding.onnx import OnnxEncoder, of_unit_length
from indexer.encoding.reference import MINILM, SentenceTransformerEncoder
from indexer.errors import ModelError

# Not the texts by which the export is checked.
TEXTS = [
    "Which kilns have to close?",
    "a",
    "By 2030, installed wind and solar capacity exceeds 1.2 billion kilowatts.",
    "Ban new cement clinker capacity; where it is replaced, less is built than is closed. " * 3,
    "The share of electric buses in cities reaches 80 percent, the provincial government says. " * 12,
    "严禁新增水泥熟料产能。",
    "tonnes of CO2-equivalent/GWh (2025–2030)",
    "",
    "Forests, wetlands & grasslands store carbon… don't they?",
]


def cosines(one: Vectors, other: Vectors) -> Vectors:
    lengths = np.linalg.norm(one, axis=-1) * np.linalg.norm(other, axis=-1)
    return np.sum(one * other, axis=-1) / np.maximum(lengths, 1e-12)


def test_an_exported_model_is_the_fast_one(encoder: Encoder, reference: SentenceTransformerEncoder) -> None:
    assert isinstance(encoder, OnnxEncoder)
    assert encoder.source == reference.source == MINILM
    assert encoder.dimension == reference.dimension == 384
    assert encoder.fingerprint == f"{reference.fingerprint}-int8"
    assert reference.fingerprint.startswith(f"{MINILM}@")


def test_vectors_agree_with_sentence_transformers(encoder: Encoder, reference: SentenceTransformerEncoder) -> None:
    found = cosines(encoder.embed(TEXTS), reference.embed(TEXTS))
    assert found.min() >= LOWEST_COSINE
    assert found.mean() >= MEAN_COSINE


def test_what_is_alike_stays_alike(encoder: Encoder, reference: SentenceTransformerEncoder) -> None:
    ours, theirs = encoder.embed(TEXTS), reference.embed(TEXTS)
    assert np.abs(ours @ ours.T - theirs @ theirs.T).max() < 0.08


@pytest.mark.parametrize("which", ["encoder", "reference"])
def test_vectors_are_of_unit_length_and_in_order(which: str, request: pytest.FixtureRequest) -> None:
    model: Encoder = request.getfixturevalue(which)
    vectors = model.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), model.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    turned = model.embed(TEXTS[::-1])[::-1]
    assert np.abs(vectors - turned).max() < 1e-5
    # each is nearest to itself: none has taken the place of another
    assert (vectors @ turned.T).argmax(axis=1).tolist() == list(range(len(TEXTS)))


@pytest.mark.parametrize("which", ["encoder", "reference"])
def test_nothing_to_embed(which: str, request: pytest.FixtureRequest) -> None:
    model: Encoder = request.getfixturevalue(which)
    assert model.embed([]).shape == (0, 384)
    assert model.embed([]).dtype == np.float32
    assert model.embed_tokens([]) == []


@pytest.mark.parametrize("which", ["encoder", "reference"])
def test_one_pass_gives_what_two_give(which: str, request: pytest.FixtureRequest) -> None:
    model: Encoder = request.getfixturevalue(which)
    vectors, of_tokens = model.embed(TEXTS), model.embed_tokens(TEXTS)
    found = {index: (vector, of_unit_length(tokens)) for index, vector, tokens in model.embed_with_tokens(TEXTS)}
    assert sorted(found) == list(range(len(TEXTS)))
    for i, tokens in enumerate(of_tokens):
        assert found[i][0].dtype == np.float32
        np.testing.assert_allclose(found[i][0], vectors[i], atol=0 if which == "encoder" else 1e-5)
        np.testing.assert_allclose(found[i][1].vectors, tokens.vectors, atol=0 if which == "encoder" else 1e-5)
        assert (found[i][1].spans, found[i][1].words) == (tokens.spans, tokens.words)
    assert list(model.embed_with_tokens([])) == []


def test_a_vector_is_the_same_to_the_last_bit_in_any_company(encoder: Encoder) -> None:
    # the scales of int8 are a text's own; were texts run together, those of the loudest would serve all
    alone = [encoder.embed([text])[0] for text in TEXTS]
    together = encoder.embed(TEXTS * 3)
    assert all((vector == alone[i % len(TEXTS)]).all() for i, vector in enumerate(together))
    of_tokens = encoder.embed_tokens(TEXTS)
    assert all((encoder.embed_tokens([t])[0].vectors == of_tokens[i].vectors).all() for i, t in enumerate(TEXTS))


def test_the_reference_is_hardly_changed_by_batches(reference: SentenceTransformerEncoder) -> None:
    words = ["wind", "Forests cover a fifth of it.", "", "Which kilns have to close by 2025, and which later?"]
    alone = np.concatenate([reference.embed([text]) for text in words])
    assert np.abs(reference.embed(words) - alone).max() < 1e-5


@pytest.mark.parametrize("which", ["encoder", "reference"])
def test_progress_adds_up(which: str, request: pytest.FixtureRequest) -> None:
    model: Encoder = request.getfixturevalue(which)
    counts: list[int] = []
    model.embed(["wind farms", "kilns close by 2025 in every city of it"] * 60, counts.append)
    assert sum(counts) == 120
    assert len(counts) > 1


def test_texts_beyond_the_models_length_are_cut(encoder: Encoder) -> None:
    long = "wind " * 5000
    assert cosines(encoder.embed([long])[0], encoder.embed(["wind " * 400])[0]) > 0.999
    assert len(encoder.embed_tokens([long])[0].spans) == 254


# -- tokens --------------------------------------------------------------------------------------


def test_spans_are_slices_of_the_text(encoder: Encoder) -> None:
    for text, tokens in zip(TEXTS, encoder.embed_tokens(TEXTS), strict=True):
        assert tokens.vectors.shape == (len(tokens.spans), encoder.dimension)
        assert len(tokens.words) == len(tokens.spans)
        assert list(tokens.spans) == sorted(tokens.spans)
        assert all(text[a:b].strip() == text[a:b] != "" for a, b in tokens.spans)
        covered = "".join(text[a:b] for a, b in tokens.spans)
        whole = "".join(text.split())
        assert whole.startswith(covered) if len(whole) > 900 else whole == covered


def test_tokens_by_hand(encoder: Encoder) -> None:
    text = "Kilns close: 13.7 GW."
    (tokens,) = encoder.embed_tokens([text])
    pieces = [text[a:b] for a, b in tokens.spans]
    assert pieces == ["Ki", "ln", "s", "close", ":", "13", ".", "7", "G", "W", "."]
    assert tokens.words == (0, 0, 0, 1, 2, 3, 4, 5, 6, 6, 7)


def test_token_vectors_agree_with_sentence_transformers(
    encoder: Encoder, reference: SentenceTransformerEncoder
) -> None:
    found = []
    for ours, theirs in zip(encoder.embed_tokens(TEXTS), reference.embed_tokens(TEXTS), strict=True):
        assert ours.spans == theirs.spans
        assert ours.words == theirs.words
        assert np.allclose(np.linalg.norm(ours.vectors, axis=1), 1, atol=1e-5)
        assert np.allclose(np.linalg.norm(theirs.vectors, axis=1), 1, atol=1e-5)
        found.append(cosines(ours.vectors, theirs.vectors))
    every = np.concatenate(found)
    assert every.mean() > 0.97
    assert np.quantile(every, 0.05) > 0.9


def test_a_word_has_its_own_vector_in_its_context(encoder: Encoder) -> None:
    (bank, money, river) = encoder.embed_tokens(["the bank lends", "the bank of money", "the bank of the river"])
    assert float(bank.vectors[1] @ money.vectors[1]) > float(bank.vectors[1] @ river.vectors[1])


# -- the check of an export ------------------------------------------------------------------------


def unit(rows: list[list[float]]) -> Vectors:
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def at_cosine(value: float) -> list[float]:
    return [value, (1 - value**2) ** 0.5]


def test_agreement() -> None:
    reference = unit([[1, 0]] * 4)
    check_agreement(reference, reference)
    check_agreement(reference, unit([at_cosine(0.975), *[at_cosine(0.99)] * 3]))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([0.96, 1, 1, 1], "cosine 0.960 at worst, 0.990 on average"),
        ([0.98, 0.98, 0.98, 0.98], "cosine 0.980 at worst, 0.980 on average"),
        ([-1, 1, 1, 1], "cosine -1.000 at worst"),
    ],
)
def test_wrong_vectors_do_not_agree(values: list[float], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        check_agreement(unit([[1, 0]] * 4), unit([at_cosine(v) for v in values]))


def test_shapes_that_differ_do_not_agree() -> None:
    with pytest.raises(ModelError, match=r"\(4, 3\), the model \(4, 2\)"):
        check_agreement(np.ones((4, 2), dtype=np.float32), np.ones((4, 3), dtype=np.float32))


def test_no_numbers_do_not_agree() -> None:
    wrong = unit([[1, 0]] * 4)
    wrong[2, 0] = np.nan
    with pytest.raises(ModelError, match="does not agree"):
        check_agreement(unit([[1, 0]] * 4), wrong)
