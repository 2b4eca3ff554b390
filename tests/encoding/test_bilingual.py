"""The model for English and Chinese as the package carries it: whole, ready, without torch, of one mind in both."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer.encoding import Encoder, for_questions
from indexer.encoding.adapting import PAIRS
from indexer.encoding.loading import DEFAULT_MODEL, WEIGHTS, load_encoder
from indexer.encoding.onnx import MODEL_FILE, TOKENIZER_FILE
from indexer.encoding.reference import load_sentence_transformer
from indexer.errors import ModelError

#: Questions and what answers them, in the other language.
ACROSS = (
    ("How much cement may be produced?", "水泥产量不得超过九千万吨。"),
    ("When do small coal boilers close?", "2024年底前，淘汰城市建成区内的燃煤小锅炉。"),
    ("Who checks the drinking water?", "卫生部门每学期检查学校饮用水。"),
    ("How large is the forest cover to be?", "到2030年，森林覆盖率达到41%。"),
    ("Which companies report methane?", "油气企业每季度报告甲烷泄漏情况。"),
    ("新能源汽车的比例是多少？", "Electric cars make up half of all cars sold."),
    ("医院床位增加多少？", "The region plans 1,200 new hospital beds."),
    ("谁可以申请捕鱼许可证？", "Residents over sixteen may apply for a fishing licence."),
)


def test_its_files_are_those_of_its_card() -> None:
    encoder = load_encoder()
    assert encoder.source == DEFAULT_MODEL and encoder.dimension == 384
    card = (WEIGHTS / "README.md").read_text("utf-8")
    assert all(
        hashlib.sha256((WEIGHTS / name).read_bytes()).hexdigest() in card for name in (MODEL_FILE, TOKENIZER_FILE)
    )


@pytest.mark.parametrize("pairs", [ACROSS[:5], ACROSS[5:]], ids=["English", "Chinese"])
def test_each_question_is_nearest_to_its_passage_in_the_other_language(pairs: Sequence[tuple[str, str]]) -> None:
    encoder = load_encoder(DEFAULT_MODEL)
    questions, passages = zip(*pairs, strict=True)
    cosines = for_questions(encoder).embed(questions) @ encoder.embed(passages).T
    assert cosines.argmax(axis=1).tolist() == list(range(len(pairs)))


def test_it_is_ready_without_torch() -> None:
    code = (
        "import sys; from indexer.encoding.loading import DEFAULT_MODEL, load_encoder; "
        "vectors = load_encoder(DEFAULT_MODEL).embed(['wind']); "
        "print(vectors.shape, {'torch', 'onnx', 'sentence_transformers'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "(1, 384) set()"


@pytest.mark.parametrize("damage", ["flipped", "missing"])
def test_a_damaged_one_is_not_used(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shutil.copytree(WEIGHTS, tmp_path / "weights")
    monkeypatch.setattr("indexer.encoding.loading.WEIGHTS", folder)
    file = folder / MODEL_FILE
    changed = bytearray(file.read_bytes())
    changed[len(changed) // 2] ^= 1
    file.unlink()
    if damage == "flipped":
        file.write_bytes(changed)
    with pytest.raises(ModelError, match="Install Plancite again"):
        load_encoder(DEFAULT_MODEL)


def test_its_recipe_makes_an_encoder_that_agrees(tiny_model: Path, tmp_path: Path) -> None:
    from training.encoder import export_encoder

    reference = load_sentence_transformer(str(tiny_model))
    texts = ["kilns close by 2030", "peat bogs are wet", "a levy pays", "twelve new beds"]
    wanted = reference.embed(texts)
    exported = export_encoder(reference, tmp_path / "made", texts[:2])
    assert np.sum(exported.embed(texts) * wanted, axis=1).min() > 0.99
    assert exported.fingerprint.startswith(f"{DEFAULT_MODEL}@")


@pytest.mark.real
def test_it_agrees_with_the_model_it_is_made_of(data: Path) -> None:
    reference: Encoder = load_sentence_transformer(str(data / "models" / DEFAULT_MODEL))
    encoder = load_encoder(DEFAULT_MODEL)
    texts = [text for pair in (*PAIRS, *ACROSS) for text in pair]
    # cosines of e5 lie between 0.7 and 1; as wide apart as those of other models
    apart = (1 - np.sum(encoder.embed(texts) * reference.embed(texts), axis=1)) * encoder.scales.texts.slope
    assert 1 - apart.mean() > 0.97
    assert 1 - apart.max() > 0.9
