"""MiniLM as sentence-transformers runs it and as it is exported, and a tiny model of random weights."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from indexer.encoding import Encoder
from indexer.encoding.loading import load_encoder
from indexer.encoding.reference import MINILM, SentenceTransformerEncoder, load_sentence_transformer


@pytest.fixture(scope="session")
def reference() -> SentenceTransformerEncoder:
    return load_sentence_transformer(MINILM)


@pytest.fixture(scope="session")
def encoder(shared_folder: Path) -> Encoder:
    """MiniLM, exported once into the user's cache."""
    with FileLock(shared_folder / "encoder.lock"):
        return load_encoder(MINILM)


def make_model(folder: Path, seed: int) -> Path:
    """A BERT of two layers with random weights over single letters, saved as a sentence-transformers model."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,?"
    folder.mkdir(parents=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    BertModel(config).save_pretrained(folder / "bert")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    modules = [Transformer(str(folder / "bert"), max_seq_length=64), Pooling(32)]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder / "tiny"))
    return folder / "tiny"


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("model") / "one", seed=0)


@pytest.fixture(scope="session")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Like the tiny one, with other weights."""
    return make_model(tmp_path_factory.mktemp("model") / "two", seed=1)
