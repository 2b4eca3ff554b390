"""The fast path: an exported model on onnxruntime, without torch.

Texts are sorted by length and packed into batches of a token budget, so that little is padding.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from indexer.encoding import Progress, TokenVectors, Vectors
from indexer.errors import ModelError

if TYPE_CHECKING:
    import numpy.typing as npt
    from tokenizers import Encoding

#: Tokens in one batch, padding included: what a core keeps in its cache; 640 and more are a tenth slower.
BATCH_TOKENS = 256
_WORKERS = os.cpu_count() or 1
MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
DETAILS_FILE = "details.json"
#: Goes up when the export changes, so that models exported before are exported anew.
RECIPE = 2


@dataclass(frozen=True, slots=True)
class ExportDetails:
    """What is known of an exported model; stored beside it as ``details.json``."""

    fingerprint: str
    source: str
    dimension: int
    max_tokens: int
    inputs: tuple[str, ...]
    pad_id: int
    runtime: str  # the onnxruntime that fused the graph; another one may not know its operators
    recipe: int  # RECIPE when it was exported


class OnnxEncoder:
    """An ``Encoder`` over a folder that ``indexer.encoding.export`` wrote."""

    def __init__(self, folder: Path) -> None:
        """Open ``folder``; the model itself is loaded meanwhile, in a thread, and waited for at the first text.

        Raises ModelError when the folder lacks a file or holds one that cannot be read.
        """
        self._folder = folder
        try:
            for name in (MODEL_FILE, TOKENIZER_FILE):
                (folder / name).stat()
            stored = json.loads((folder / DETAILS_FILE).read_text("utf-8"))
            self.details = ExportDetails(**{**stored, "inputs": tuple(stored["inputs"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ModelError(
                f"The exported model in {folder} cannot be read ({error}). "
                "Delete that folder; it is exported again at the next start."
            ) from error
        loader = ThreadPoolExecutor(1)
        self._loading = loader.submit(self._load)
        loader.shutdown(wait=False)

    @property
    def fingerprint(self) -> str:
        return self.details.fingerprint

    @property
    def dimension(self) -> int:
        return self.details.dimension

    @property
    def source(self) -> str:
        return self.details.source

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        encodings = self._tokenizer.encode_batch(list(texts))
        for batch, rows in self._run("sentence_embedding", encodings):
            vectors[batch] = rows
            if progress:
                progress(len(batch))
        return vectors

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        encodings = self._tokenizer.encode_batch(list(texts))
        found: dict[int, TokenVectors] = {}
        for batch, rows in self._run("token_embeddings", encodings):
            found.update((i, token_vectors(encodings[i], row)) for i, row in zip(batch, rows, strict=True))
        return [found[i] for i in range(len(texts))]

    def _run(self, output: str, encodings: Sequence[Encoding]) -> Iterator[tuple[list[int], npt.NDArray[np.float32]]]:
        """Batches of indices with the model's ``output`` for them, as they are done."""
        session = self._loading.result()
        batches = list(_batches([len(e) for e in encodings]))

        def run(batch: list[int]) -> npt.NDArray[np.float32]:
            rows: npt.NDArray[np.float32] = session.run([output], self._feed([encodings[i] for i in batch]))[0]
            return rows

        if len(batches) < 2:
            yield from ((batch, run(batch)) for batch in batches)
            return
        # A batch on each core beats all cores on one batch: 9.4 tokens/ms against 6.8 on two cores.
        # Handed out a few at a time, so that a stop does not wait for all of them.
        with ThreadPoolExecutor(_WORKERS) as pool:
            for first in range(0, len(batches), _WORKERS * 4):
                step = batches[first : first + _WORKERS * 4]
                yield from zip(step, pool.map(run, step), strict=True)

    def _feed(self, encodings: Sequence[Encoding]) -> dict[str, npt.NDArray[np.int64]]:
        longest = max(len(e) for e in encodings)
        shape = (len(encodings), longest)
        ids = np.full(shape, self.details.pad_id, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding)] = encoding.ids
            mask[row, : len(encoding)] = 1
        feed = {"input_ids": ids, "attention_mask": mask}
        if "token_type_ids" in self.details.inputs:
            feed["token_type_ids"] = np.zeros(shape, dtype=np.int64)
        return feed

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER_FILE))
        except Exception as error:  # tokenizers raises bare ones
            raise self._unreadable(TOKENIZER_FILE, error) from error
        tokenizer.enable_truncation(self.details.max_tokens)
        tokenizer.no_padding()
        return tokenizer

    def _load(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # done at export
        try:
            return onnxruntime.InferenceSession(self._folder / MODEL_FILE, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has no exception base of its own
            raise self._unreadable(MODEL_FILE, error) from error

    def _unreadable(self, name: str, error: Exception) -> ModelError:
        return ModelError(
            f"The exported model {self._folder / name} cannot be loaded ({error}). "
            "Delete that folder; it is exported again at the next start."
        )


def token_vectors(encoding: Encoding, rows: npt.NDArray[np.float32]) -> TokenVectors:
    """Unit token vectors from a model's output ``rows`` (tokens, dim), without special tokens."""
    kept = [i for i, special in enumerate(encoding.special_tokens_mask) if not special]
    spans = encoding.offsets  # made anew at each access
    vectors = rows[kept].astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    word_ids = cast("list[int]", encoding.word_ids)
    return TokenVectors(
        vectors,
        tuple(spans[i] for i in kept),
        tuple(word_ids[i] for i in kept),
    )


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices of texts in batches of like length, each ``BATCH_TOKENS`` at most when padded.

    A few texts make smaller batches, so that every core has one.
    """
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    most = min(BATCH_TOKENS, math.ceil(sum(lengths) / (2 * _WORKERS)))
    batch: list[int] = []
    for index in order:
        if batch and lengths[batch[0]] * (len(batch) + 1) > most:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
