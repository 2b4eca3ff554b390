"""A model of which a bit has changed on disk is not used, and `check` says so."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from indexer.encoding.answer_reader import OnnxReader, ReaderInput, check_reader
from indexer.encoding.onnx import DETAILS_FILE, MODEL_FILE, TOKENIZER_FILE, checked_details, write_details
from indexer.errors import ModelError
from indexer.library import Library

FACTS = {"fingerprint": "f00d", "max_tokens": 224, "scales": {"texts": [0.25, 1.0]}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / MODEL_FILE).write_bytes(bytes(range(256)))
    (tmp_path / TOKENIZER_FILE).write_text("{}")
    write_details(tmp_path, FACTS)
    return tmp_path


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE, DETAILS_FILE])
def test_no_bit_changes_unnoticed(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    told = 0
    for bit in range(8 * len(whole)):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        (folder / name).write_bytes(data)
        try:
            details = checked_details(folder)
        except (ValueError, RecursionError):
            told += 1
        else:  # a blank that became another blank
            assert {fact: details[fact] for fact in FACTS} == FACTS
    assert told > 7.5 * len(whole)


def test_a_reader_that_changed_reads_nothing(folder: Path) -> None:
    check_reader(folder)
    check_reader(folder / "none")
    (folder / MODEL_FILE).write_bytes(b"another")
    for use in (
        lambda: check_reader(folder),
        lambda: OnnxReader(folder).read("how many?", [ReaderInput("", "forty kilns", [(0, 11)])]),
    ):
        with pytest.raises(ModelError, match=r"not those that were exported.*Install Plancite again"):
            use()


def test_check_looks_at_the_models(
    open_library: Callable[..., Library], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANCITE_CACHE", str(folder / "cache"))
    monkeypatch.setattr("indexer.library.facade.check_reader", partial(check_reader, folder))
    library = open_library()
    (folder / "anhui.txt").write_text("Cement kilns close by 2025.")
    library.add(folder / "anhui.txt")
    cached = folder / "cache" / library.encoder.fingerprint
    cached.mkdir(parents=True)
    for name in (MODEL_FILE, TOKENIZER_FILE):
        (cached / name).write_text("exported")
    facts = {"source": "", "dimension": 3, "max_tokens": 9, "runtime": "1", "recipe": 6, "prompts": {}, "scales": {}}
    write_details(cached, {"fingerprint": library.encoder.fingerprint, **facts})
    assert library.check() == []
    for place in (folder, cached):
        (place / MODEL_FILE).write_bytes(b"another")
    encoder, reader = library.check()
    assert str(cached) in encoder and "Delete that folder" in encoder
    assert f"The reader in {folder}" in reader
