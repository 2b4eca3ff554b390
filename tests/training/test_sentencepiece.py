"""A base whose tokenizer is SentencePiece's, as XLM-R's: offsets, padding, one type, packed word embeddings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import WORDS
from hypothesis import given
from hypothesis import strategies as st

from indexer.encoding.answer_reader import (
    LONGEST,
    LONGEST_QUESTION,
    ReaderInput,
    encode_pairs,
    load_tokenizer,
    open_reader,
)
from indexer.encoding.onnx import open_session, write_details
from indexer.errors import ModelError
from training.examples import Example
from training.export import export_reader
from training.items import encode, to_items
from training.model import load_reader, new_reader, read, save_reader
from training.packing import BLOCK, pack, unpack
from training.train import Run

CHINESE = "一二三十年月人口渡船码头学校。，？"


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a BERT of two layers over SentencePiece tokens, its word embeddings numbers of 4 bits."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("pieces")
    vocabulary = ["<s>", "<pad>", "</s>", "<unk>", "▁", *(f"▁{w}" for w in dict.fromkeys(WORDS)), "渡船", *CHINESE, "s"]
    scores = [0.0] * 4 + [-float(len(vocabulary) - len(token)) for token in vocabulary[4:]]
    tokenizer = Tokenizer(models.Unigram(list(zip(vocabulary, scores, strict=True)), unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=256,
        pad_token_id=1,
    )
    model = BertModel(config)
    words = model.embeddings.word_embeddings.weight
    numbers = np.random.default_rng(0).integers(-8, 8, words.shape)
    numbers[:, 0] = -8
    with torch.no_grad():
        words.copy_(torch.from_numpy(numbers * 0.01))
    model.save_pretrained(folder)
    return folder


def test_a_token_does_not_own_the_space_before_it(pieces: Path) -> None:
    passage = "the city harbin has built  forty bridges ."
    (pair,) = encode_pairs(load_tokenizer(pieces), ["how many bridges ?"], ["wuhan"], [passage])
    assert [passage[slice(*span)] for span in pair.spans if span] == passage.split()
    assert set(pair.types) == {0}
    span = (passage.index("forty"), passage.index("forty") + 5)
    first, last = pair.tokens_of(span) or (0, 0)
    assert first == last and pair.spans[first] == span


def test_a_lone_space_is_no_answer(pieces: Path) -> None:
    passage = "渡船一三十年。"
    tokenizer = load_tokenizer(pieces)
    (pair,) = encode_pairs(tokenizer, ["人口？"], [""], [passage])
    assert tokenizer.encode("人口？", passage).tokens.count("▁") == 2
    assert [passage[slice(*span)] for span in pair.spans if span] == ["渡船", *"一三十年。"]


@pytest.mark.parametrize("question", ["人口" * 202, "how many bridges " * 100, "人" * (LONGEST_QUESTION - 3)])
def test_a_question_is_cut_at_tokens(pieces: Path, question: str) -> None:
    passage = "渡船三十年。"
    tokenizer = load_tokenizer(pieces)
    (pair,) = encode_pairs(tokenizer, [question], [""], [passage])
    assert len(pair.ids) <= LONGEST_QUESTION + len(tokenizer.encode("", passage))
    assert [passage[slice(*span)] for span in pair.spans if span] == ["渡船", *"三十年。"], "the passage is whole"
    whole = tokenizer.encode(question, passage).ids
    own = pair.ids.index(2)
    assert list(pair.ids[:own]) == whole[:own] and own > LONGEST_QUESTION - 3


def test_a_passage_is_cut_at_tokens(pieces: Path) -> None:
    (pair,) = encode_pairs(load_tokenizer(pieces), ["人口？"], [""], ["渡船" * 400])
    assert len(pair.ids) == LONGEST and pair.ids[-1] == 2 and pair.spans[-1] is None
    kept = LONGEST - len(["<s>", "▁", "人", "口", "?", "</s>", "</s>", "▁", "</s>"])
    assert pair.spans[-2] == (2 * kept - 2, 2 * kept)


def test_padding_is_the_bases(pieces: Path, twenty: list[Example]) -> None:
    reader = new_reader(pieces, 3)
    assert reader.padding == 1
    pairs = encode(load_tokenizer(pieces), twenty[:6])
    for one, pair in zip(read(reader, pairs), pairs, strict=True):
        (alone,) = read(reader, [pair])
        assert (one.relevance, one.margin) == pytest.approx((alone.relevance, alone.margin), abs=1e-5)


def test_it_is_trained_and_exported_with_packed_words(pieces: Path, twenty: list[Example], tmp_path: Path) -> None:
    tokenizer = load_tokenizer(pieces)
    run = Run(new_reader(pieces, 3), to_items(twenty, tokenizer), tmp_path, epochs=60, batch=10, rate=3e-3)
    for _ in run.advance():
        pass
    save_reader(run.reader, tmp_path)
    trained, pairs = load_reader(tmp_path, pieces), encode(tokenizer, twenty)
    found = export_reader(trained, pieces / "tokenizer.json", tmp_path / "out", pairs, pairs)
    assert (found.same_span, found.same_verdict) == (1.0, 1.0)
    stored = {i.name: i.type for i in open_session(tmp_path / "out/model.onnx").get_inputs()}
    assert set(stored) == {"input_ids", "token_type_ids"}
    write_details(tmp_path / "out", {"fingerprint": "f00d"})
    app = open_reader(tmp_path / "out")
    assert app
    for example in twenty:
        ((reading,),) = app.read(example.question, [ReaderInput("", example.passage, [(0, len(example.passage))])])
        assert (reading.relevance > 0) is example.relevant
        if example.relevant:
            assert reading.span == example.span
    back = load_reader(tmp_path / "out", pieces).encoder.embeddings.word_embeddings.weight
    torch.testing.assert_close(back, trained.encoder.embeddings.word_embeddings.weight, rtol=0, atol=1e-7)


@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_what_is_packed_comes_back(rows: int, blocks: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = rng.integers(-8, 8, (rows, blocks, BLOCK))
    numbers[:, :, rng.integers(BLOCK)] = -8
    scales = rng.uniform(-2, 2, (rows, blocks, 1)).astype(np.float16)
    weights = (numbers * scales.astype(np.float32)).reshape(rows, -1).astype(np.float16).astype(np.float32)
    packed = pack(weights)
    assert packed is not None
    np.testing.assert_allclose(unpack(*packed), weights, rtol=0, atol=2e-3 * np.abs(weights).max())
    assert packed[0].min() >= -8 and packed[0].max() <= 7


def test_what_is_not_of_4_bits_is_not_packed() -> None:
    assert pack(np.random.default_rng(0).normal(size=(3, BLOCK)).astype(np.float32)) is None
    assert pack(np.zeros((3, BLOCK + 1), dtype=np.float32)) is None
    packed = pack(np.zeros((3, BLOCK), dtype=np.float32))
    assert packed is not None and not packed[0].any()


def test_words_that_cannot_be_packed_are_not_written(
    pieces: Path, twenty: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.export.pack_embeddings", lambda file, name: False)
    pairs: Any = encode(load_tokenizer(pieces), twenty)
    with pytest.raises(ModelError, match="cannot be packed"):
        export_reader(new_reader(pieces, 3), pieces / "tokenizer.json", tmp_path, pairs, pairs)
