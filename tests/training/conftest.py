"""A tiny reader of random weights over whole words, and tiny data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from made import make_example

from indexer.encoding.answer_reader import Pair, encode_pairs, load_tokenizer
from training.examples import Example
from training.model import new_reader

PLACES = "harbin lhasa xian jinan wuhan kunming nanning hefei guiyang taiyuan".split()
THINGS = "bridges schools ferries kilns".split()
FIGURES = "seven nine eleven twelve forty".split()
WORDS = [*PLACES, *THINGS, *FIGURES, *"how many has in the city built are there . ?".split()]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """A model as small as this is slower on more threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a BERT of two layers, as transformers saves it."""
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("base")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(WORDS)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=256,
    )
    BertModel(config).save_pretrained(folder)
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tokenizer(base: Path) -> Any:
    return load_tokenizer(base)


@pytest.fixture
def reader(base: Path) -> Any:
    return new_reader(base, seed=3)


@pytest.fixture
def pairs(tokenizer: Any, twenty: list[Example]) -> list[Pair]:
    return encode_pairs(
        tokenizer, [e.question for e in twenty], [e.context for e in twenty], [e.passage for e in twenty]
    )


@pytest.fixture(scope="session")
def twenty() -> list[Example]:
    """Ten cities, each asked how many of a thing it has: of a passage that says it, and of one that does not."""
    found = []
    for number, place in enumerate(PLACES):
        thing, figure = THINGS[number % 4], FIGURES[number % 5]
        question = f"how many {thing} are there in {place} ?"
        found.append(make_example(question, f"the city {place} has built {figure} {thing} .", figure))
        found.append(make_example(question, f"there are {thing} in the city {place} ."))
    return found
