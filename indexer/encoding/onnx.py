"""The fast path: an exported model on onnxruntime, without torch.

Each text is run by itself, one on each core. The scales of int8 are then the text's own, so that its
vector is the same whatever else is embedded with it; nothing is padding, so that attention needs no
mask and is one fused operator. Batches would save a tenth of the time at most, and lose both.
"""

from __future__ import annotations

import json
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

#: A text on each core beats all cores on one text by a third.
WORKERS = os.cpu_count() or 1
#: Texts handed out at once: a stop waits for these, and no more.
_STEP = 16 * WORKERS
MODEL_FILE = "model.onnx"
INPUT = "input_ids"
TOKENIZER_FILE = "tokenizer.json"
DETAILS_FILE = "details.json"
#: Goes up when the export changes, so that models exported before are exported anew.
RECIPE = 3


@dataclass(frozen=True, slots=True)
class ExportDetails:
    """What is known of an exported model; stored beside it as ``details.json``."""

    fingerprint: str
    source: str
    dimension: int
    max_tokens: int
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
            self.details = ExportDetails(**stored)
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
        for index, row in self._run("sentence_embedding", self._tokenizer.encode_batch(list(texts))):
            vectors[index] = row
            if progress:
                progress(1)
        return vectors

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        encodings = self._tokenizer.encode_batch(list(texts))
        found = {i: token_vectors(encodings[i], rows) for i, rows in self._run("token_embeddings", encodings)}
        return [found[i] for i in range(len(texts))]

    def _run(self, output: str, encodings: Sequence[Encoding]) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
        """Each text's index with the model's ``output`` for it, as they are done, the longest first."""
        session = self._loading.result()

        def run(index: int) -> npt.NDArray[np.float32]:
            ids = np.array([encodings[index].ids], dtype=np.int64)
            rows: npt.NDArray[np.float32] = session.run([output], {INPUT: ids})[0][0]
            return rows

        order = sorted(range(len(encodings)), key=lambda i: -len(encodings[i]))
        if len(order) < 2:
            yield from ((index, run(index)) for index in order)
            return
        with ThreadPoolExecutor(WORKERS) as pool:
            for first in range(0, len(order), _STEP):
                step = order[first : first + _STEP]
                yield from zip(step, pool.map(run, step), strict=True)

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
        try:
            return open_session(self._folder / MODEL_FILE)
        except Exception as error:  # onnxruntime has no exception base of its own
            raise self._unreadable(MODEL_FILE, error) from error

    def _unreadable(self, name: str, error: Exception) -> ModelError:
        return ModelError(
            f"The exported model {self._folder / name} cannot be loaded ({error}). "
            "Delete that folder; it is exported again at the next start."
        )


def open_session(file: Path) -> Any:
    """The model in ``file``, as the export optimized it, on one core; raises what onnxruntime does."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # done at export
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


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
