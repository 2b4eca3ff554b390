"""Models in fp32: the same vectors with onnxruntime and with torch, which takes over for many texts where a GPU is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer.encoding import Progress, Prompts, TokenVectors, Vectors, for_questions
from indexer.encoding import reference as reference_module
from indexer.encoding.caching import CachingEncoder
from indexer.encoding.loading import load_encoder
from indexer.encoding.onnx import OnnxEncoder, write_details
from indexer.encoding.reference import (
    PROMPTED,
    AcceleratedEncoder,
    SentenceTransformerEncoder,
    load_sentence_transformer,
    weights_fingerprint,
)
from indexer.library import Library

MANY = [f"kiln {n} closes in {2000 + n}, and wind grows by {n} kW" for n in range(reference_module.GPU_AFTER)]


@pytest.fixture(scope="session")
def exported(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache that the tiny model is exported to as it is."""
    cache = tmp_path_factory.mktemp("exact") / "plancite"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANCITE_CACHE", str(cache))
        load_encoder(f"{tiny_model}@fp32")
    return cache


@pytest.fixture
def encoder(exported: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> AcceleratedEncoder:
    monkeypatch.setenv("PLANCITE_CACHE", str(exported))
    found = load_encoder(f"{tiny_model}@fp32")
    assert isinstance(found, AcceleratedEncoder)
    return found


@pytest.fixture
def on_torch(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many texts sentence-transformers embeds, call by call."""
    counts: list[int] = []
    embed, with_tokens = SentenceTransformerEncoder.embed, SentenceTransformerEncoder.embed_with_tokens

    def counting(self: SentenceTransformerEncoder, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        counts.append(len(texts))
        return embed(self, texts, progress)

    def counting_too(
        self: SentenceTransformerEncoder, texts: Sequence[str]
    ) -> Iterator[tuple[int, Vectors, TokenVectors]]:
        counts.append(len(texts))
        return with_tokens(self, texts)

    monkeypatch.setattr(SentenceTransformerEncoder, "embed", counting)
    monkeypatch.setattr(SentenceTransformerEncoder, "embed_with_tokens", counting_too)
    return counts


def test_in_fp32_the_export_is_the_model_but_for_rounding(encoder: AcceleratedEncoder, tiny_model: Path) -> None:
    reference = load_sentence_transformer(str(tiny_model))
    assert encoder.fingerprint == f"tiny@{weights_fingerprint(tiny_model)}-fp32"
    assert encoder.source == f"{tiny_model}@fp32"
    np.testing.assert_allclose(encoder.embed(MANY[:50]), reference.embed(MANY[:50]), atol=1e-5)
    for ours, theirs in zip(encoder.embed_tokens(MANY[:3]), reference.embed_tokens(MANY[:3]), strict=True):
        np.testing.assert_allclose(ours.vectors, theirs.vectors, atol=1e-5)


def test_int8_is_another_model(encoder: AcceleratedEncoder, exported: Path, tiny_model: Path) -> None:
    other = load_encoder(str(tiny_model))
    assert other.fingerprint == encoder.fingerprint.replace("fp32", "int8")
    assert not isinstance(other, AcceleratedEncoder)
    assert np.abs(other.embed(MANY[:50]) - encoder.embed(MANY[:50])).max() > 1e-4


def test_many_texts_go_to_the_gpu_and_a_question_does_not(
    encoder: AcceleratedEncoder, on_torch: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = OnnxEncoder.embed(encoder, MANY)  # what onnxruntime says of them all, without counting them
    monkeypatch.setattr(reference_module, "sees_gpu", lambda: True)
    told: list[int] = []
    one = encoder.embed(MANY[:1])
    assert on_torch == []
    found = encoder.embed(MANY, told.append)
    assert on_torch == [len(MANY)]
    assert sum(told) == len(MANY)
    np.testing.assert_allclose(found, vectors, atol=1e-5)
    np.testing.assert_allclose(found[:1], one, atol=1e-5)


def test_what_is_added_goes_to_the_gpu_too_with_its_words(
    encoder: AcceleratedEncoder, on_torch: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {i: (vector, tokens) for i, vector, tokens in OnnxEncoder.embed_with_tokens(encoder, MANY)}
    monkeypatch.setattr(reference_module, "sees_gpu", lambda: True)
    found = {i: (vector, tokens) for i, vector, tokens in encoder.embed_with_tokens(MANY)}
    assert on_torch == [len(MANY)]
    assert sorted(found) == sorted(here) == list(range(len(MANY)))
    for i in (0, 7, len(MANY) - 1):
        np.testing.assert_allclose(found[i][0], here[i][0], atol=1e-5)
        np.testing.assert_allclose(found[i][1].vectors, here[i][1].vectors, atol=1e-5)
        assert (found[i][1].spans, found[i][1].words) == (here[i][1].spans, here[i][1].words)


def test_without_a_gpu_all_goes_to_onnxruntime(encoder: AcceleratedEncoder, on_torch: list[int]) -> None:
    encoder.embed(MANY)
    assert on_torch == []


@pytest.mark.parametrize("left", ["nothing", "other weights"])
def test_a_model_that_is_gone_or_another_by_now_is_not_used(
    exported: Path,
    tiny_model: Path,
    other_model: Path,
    tmp_path: Path,
    on_torch: list[int],
    monkeypatch: pytest.MonkeyPatch,
    left: str,
) -> None:
    monkeypatch.setenv("PLANCITE_CACHE", str(exported))
    monkeypatch.setattr(reference_module, "sees_gpu", lambda: True)
    (folder,) = (each for each in exported.iterdir() if each.name.endswith("-fp32"))
    moved = tmp_path / folder.name
    shutil.copytree(folder, moved)
    facts = json.loads((moved / "details.json").read_text("utf-8").replace(str(tiny_model), str(tmp_path / "tiny")))
    del facts["files"]
    write_details(moved, facts)
    if left == "other weights":
        shutil.copytree(other_model, tmp_path / "tiny")
    assert AcceleratedEncoder(moved).embed(MANY).shape == (len(MANY), 32)
    assert on_torch == []


def test_a_library_in_fp32_is_asked_as_it_was_made(
    encoder: AcceleratedEncoder, tiny_model: Path, tmp_path: Path, on_torch: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plan.txt").write_text("\n\n".join(f"{text}." for text in MANY), "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(reference_module, "sees_gpu", lambda: True)
        patch.setattr(reference_module, "GPU_AFTER", 10)
        with Library.open(tmp_path / "library", create=True, model=f"{tiny_model}@fp32") as library:
            library.add([tmp_path / "plan.txt"])
    embedded = sum(on_torch)
    assert embedded > 10
    with Library.open(tmp_path / "library") as library:
        assert library.encoder.fingerprint == encoder.fingerprint
        assert library.ask("When does kiln 7 close?").hits
        assert library.check() == []
    assert sum(on_torch) == embedded


@pytest.fixture(scope="session")
def prompted(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model, declaring that it wants prompts."""
    folder = tmp_path_factory.mktemp("prompted") / "tiny"
    shutil.copytree(tiny_model, folder)
    file = folder / "config_sentence_transformers.json"
    declared = json.loads(file.read_text("utf-8")) | {"prompts": {"query": "ask: ", "document": "say: "}}
    file.write_text(json.dumps(declared), "utf-8")
    return folder


def test_prompts_go_before_questions_and_passages_and_count_for_no_token(prompted: Path, tiny_model: Path) -> None:
    bare, encoder = load_sentence_transformer(str(tiny_model)), load_sentence_transformer(str(prompted))
    assert encoder.prompts == Prompts("ask: ", "say: ")
    assert encoder.fingerprint.endswith(PROMPTED)
    text = "kilns close"
    for prompt, way in (("say: ", encoder), ("ask: ", for_questions(encoder))):
        vectors, (tokens,), (whole,) = (
            bare.embed([prompt + text]),
            way.embed_tokens([text]),
            bare.embed_tokens([prompt + text]),
        )
        assert way.embed([text]) == pytest.approx(vectors, abs=1e-5)
        assert [text[a:b] for a, b in tokens.spans] == [c for c in text if c != " "]
        assert tokens.vectors == pytest.approx(whole.vectors[-len(tokens.spans) :], abs=1e-5)
    ((_, vector, tokens),) = encoder.embed_with_tokens([text])
    assert vector == pytest.approx(encoder.embed([text])[0], abs=1e-5)
    assert tokens.spans == encoder.embed_tokens([text])[0].spans


def test_an_exported_model_keeps_its_prompts(prompted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANCITE_CACHE", str(tmp_path))
    encoder, reference = load_encoder(f"{prompted}@fp32"), load_sentence_transformer(str(prompted))
    assert isinstance(encoder, OnnxEncoder)
    for ours, theirs in ((encoder, reference), (for_questions(encoder), for_questions(reference))):
        assert ours.embed(["kilns close"]) == pytest.approx(theirs.embed(["kilns close"]), abs=1e-4)
        assert ours.embed_tokens(["kilns close"])[0].spans == theirs.embed_tokens(["kilns close"])[0].spans
    assert load_encoder(f"{prompted}@fp32").fingerprint == encoder.fingerprint  # from the cache
    cached = CachingEncoder(encoder)
    assert cached.for_questions.embed(["kilns"]) == pytest.approx(for_questions(encoder).embed(["kilns"]))
    assert not np.allclose(cached.for_questions.embed(["kilns"]), cached.embed(["kilns"]))
