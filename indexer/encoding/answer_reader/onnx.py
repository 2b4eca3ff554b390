"""An exported reader on onnxruntime, without torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from indexer.encoding.answer_reader import ReaderInput, SpanPrediction
from indexer.encoding.answer_reader.pairs import Logits, Pair, load_tokenizer, read_inputs
from indexer.encoding.onnx import DETAILS_FILE, INPUT, MODEL_FILE, TOKENIZER_FILE, WORKERS, open_session
from indexer.errors import ModelError

TYPES = "token_type_ids"
OUTPUTS = ("spans", "relevance")


class OnnxReader:
    """An ``AnswerReader`` over a folder that ``training.export`` wrote."""

    def __init__(self, folder: Path) -> None:
        """Open ``folder`` and load the model in a thread. Raises ModelError when a file is missing."""
        self._folder = folder
        try:
            for name in (MODEL_FILE, TOKENIZER_FILE):
                (folder / name).stat()
            self._details = json.loads((folder / DETAILS_FILE).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error
        loader = ThreadPoolExecutor(1)
        self._loading = loader.submit(self._load)
        loader.shutdown(wait=False)

    @property
    def fingerprint(self) -> str:
        return str(self._details["fingerprint"])

    def read(self, question: str, inputs: Sequence[ReaderInput]) -> list[list[SpanPrediction]]:
        return read_inputs(self._tokenizer, question, inputs, lambda pairs: read_pairs(self._loading.result(), pairs))

    @cached_property
    def _tokenizer(self) -> Any:
        try:
            return load_tokenizer(self._folder)
        except Exception as error:  # tokenizers raises bare ones
            raise self._unreadable(error) from error

    def _load(self) -> Any:
        try:
            return open_session(self._folder / MODEL_FILE)
        except Exception as error:  # onnxruntime has no exception base of its own
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> ModelError:
        return ModelError(
            f"The reader in {self._folder} cannot be read ({error}). Install Plancite again; without that folder "
            "it works with less certainty."
        )


def read_pairs(session: Any, pairs: Sequence[Pair]) -> list[tuple[Logits, float]]:
    """Span logits (tokens, 2) and relevance of each pair, each run by itself: int8 scales depend on nothing else."""

    def run(pair: Pair) -> tuple[Logits, float]:
        inputs = {INPUT: np.array([pair.ids], dtype=np.int64), TYPES: np.array([pair.types], dtype=np.int64)}
        spans, relevance = session.run(list(OUTPUTS), inputs)
        return spans[0], float(relevance[0])

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(run, pairs))
