"""The fast path: an exported model on onnxruntime, without torch.

Each text runs by itself, one per core, or a single one on two cores. The int8 scales are then the text's own,
so that its vector does not depend on the texts embedded with it, and nothing is padding, so that attention
needs no mask and is one fused operator. Batches would save a tenth of the time at most, and lose both.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import re
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from indexer.encoding import Progress, Prompts, Scales, TokenVectors, Vectors
from indexer.errors import ModelError
from indexer.types import Span

if TYPE_CHECKING:
    import numpy.typing as npt
    from tokenizers import Encoding

#: One text per core is a third faster than all cores on one text.
WORKERS = os.cpu_count() or 1
#: Cores for a single text: a question takes a quarter less time on two.
_FOR_ONE = min(2, WORKERS)
#: Texts in the queue of the workers; a stop waits for these.
_AHEAD = 8 * WORKERS
MODEL_FILE = "model.onnx"
INPUT = "input_ids"
_OF_TEXT, _OF_TOKENS = "sentence_embedding", "token_embeddings"
TOKENIZER_FILE = "tokenizer.json"
DETAILS_FILE = "details.json"
#: Raised when the export changes, so that older exports are made again.
RECIPE = 6


@dataclass(frozen=True, slots=True)
class ExportDetails:
    """Facts about an exported model, stored in its folder as ``details.json``."""

    fingerprint: str
    source: str
    dimension: int
    max_tokens: int
    runtime: str  # the onnxruntime that optimized the graph; another version may lack its operators
    recipe: int  # RECIPE when it was exported
    prompts: Prompts
    scales: Scales
    files: dict[str, str]  # SHA-256 of each file and of these facts: what is damaged or exchanged is not used


class OnnxEncoder:
    """An ``Encoder`` over a folder that ``indexer.encoding.export`` wrote."""

    def __init__(self, folder: Path) -> None:
        """Open ``folder``; the model loads in a thread, which the first text waits for.

        Raises ModelError when a file is missing, damaged or not the exported one.
        """
        self._folder = folder
        self.details = export_details(folder)
        self._prompt = self.details.prompts.passage
        loader = ThreadPoolExecutor(1)
        self._single = loader.submit(self._load, _FOR_ONE)
        loader.shutdown(wait=False)

    @cached_property
    def for_questions(self) -> OnnxEncoder:
        """The same model with the prompt of questions before each text."""
        if self._prompt == self.details.prompts.question:
            return self
        asking = copy.copy(self)
        asking._prompt = self.details.prompts.question
        return asking

    @property
    def scales(self) -> Scales:
        return self.details.scales

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
        for index, (row,) in self._run([_OF_TEXT], self._encode(texts)[1]):
            vectors[index] = row
            if progress:
                progress(1)
        return vectors

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        prompted, encodings = self._encode(texts)
        read = self._run([_OF_TOKENS], encodings)
        lead = len(self._prompt)
        found = {i: of_unit_length(tokens_of(encodings[i], rows, prompted[i], lead)) for i, (rows,) in read}
        return [found[i] for i in range(len(texts))]

    def embed_with_tokens(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors, TokenVectors]]:
        prompted, encodings = self._encode(texts)
        for index, (vector, rows) in self._run([_OF_TEXT, _OF_TOKENS], encodings):
            yield index, vector, tokens_of(encodings[index], rows, prompted[index], len(self._prompt))

    def _encode(self, texts: Sequence[str]) -> tuple[list[str], list[Encoding]]:
        """``texts`` with the prompt, and their tokens."""
        prompted = [self._prompt + text for text in texts]
        return prompted, self._tokenizer.encode_batch(prompted)

    def _run(
        self, outputs: list[str], encodings: Sequence[Encoding]
    ) -> Iterator[tuple[int, list[npt.NDArray[np.float32]]]]:
        """(index of the text, the model's ``outputs`` for it) in order of completion, the longest texts first."""
        session = self._single.result() if len(encodings) < 2 else self._bulk

        def run(index: int) -> list[npt.NDArray[np.float32]]:
            ids = np.array([encodings[index].ids], dtype=np.int64)
            return [rows[0] for rows in session.run(outputs, {INPUT: ids})]

        order = sorted(range(len(encodings)), key=lambda i: -len(encodings[i]))
        if len(order) < 2:
            yield from ((index, run(index)) for index in order)
            return
        waiting: deque[tuple[int, Future[list[npt.NDArray[np.float32]]]]] = deque()
        with ThreadPoolExecutor(WORKERS) as pool:
            for index in order:
                waiting.append((index, pool.submit(run, index)))
                if len(waiting) == _AHEAD:
                    done, rows = waiting.popleft()
                    yield done, rows.result()
            yield from ((done, rows.result()) for done, rows in waiting)

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

    @cached_property
    def _bulk(self) -> Any:
        """A second session, with one core per text."""
        return self._load(1) if _FOR_ONE > 1 else self._single.result()

    def _load(self, threads: int) -> Any:
        try:
            return open_session(self._folder / MODEL_FILE, threads)
        except Exception as error:  # onnxruntime has no exception base of its own
            raise self._unreadable(MODEL_FILE, error) from error

    def _unreadable(self, name: str, error: Exception) -> ModelError:
        return ModelError(
            f"The exported model {self._folder / name} cannot be loaded ({error}). "
            "Delete that folder; it is exported again at the next start."
        )


def export_details(folder: Path) -> ExportDetails:
    """Facts about the exported encoder in ``folder``. Raises ModelError when a file is missing or changed."""
    try:
        return msgspec.convert(checked_details(folder), ExportDetails)
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(
            f"The exported model in {folder} cannot be read ({error}). "
            "Delete that folder; it is exported again at the next start."
        ) from error


def write_details(folder: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Write ``facts`` about the exported model in ``folder`` with the SHA-256 of its files and of the facts."""
    details = {**facts, "files": {**_file_hashes(folder), DETAILS_FILE: _hash_of(facts)}}
    (folder / DETAILS_FILE).write_text(json.dumps(details, indent=1) + "\n", "utf-8")
    return details


def checked_details(folder: Path) -> dict[str, Any]:
    """The details of the exported model in ``folder``.

    Raises OSError, ValueError and RecursionError when a file is missing or not as ``write_details`` found it.
    """
    details: Any = json.loads((folder / DETAILS_FILE).read_bytes())
    if not isinstance(details, dict) or not isinstance(noted := details.get("files"), dict):
        raise ValueError("it does not say which files belong to it")
    # earlier exports have no hash of the facts
    own = {DETAILS_FILE: _hash_of(details)} if DETAILS_FILE in noted else {}
    if noted != {**_file_hashes(folder), **own}:
        raise ValueError("its files are not those that were exported")
    return details


def _file_hashes(folder: Path) -> dict[str, str]:
    hashes = {}
    for name in (MODEL_FILE, TOKENIZER_FILE):
        with (folder / name).open("rb") as file:
            hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return hashes


def _hash_of(details: dict[str, Any]) -> str:
    facts = {name: value for name, value in details.items() if name != "files"}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def open_session(file: Path, threads: int = 1) -> Any:
    """A session over the model in ``file`` with so many threads. Raises onnxruntime's own errors."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # threads that keep spinning after a text would double its processor time
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # done at export
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


#: A token that is a space alone, as SentencePiece writes it; it shares its offsets with the token after it.
SPACE = "▁"
#: A word in a script with spaces; tokens of other scripts are words by themselves.
_RUN = re.compile(r"[^\W\u3040-\u30ff\u3400-\u9fff]+")


def tokens_of(encoding: Encoding, rows: npt.NDArray[np.float32], text: str, lead: int = 0) -> TokenVectors:
    """A model's output ``rows`` (tokens, dim) for ``text`` without special tokens, not normalized.

    The first ``lead`` characters, its prompt, are left out, and spans count from there.
    """
    kept: list[int] = []
    spans: list[Span] = []
    words: list[int] = []
    end_of_word, word = 0, -1
    tokens = encoding.tokens
    for i, ((start, end), special) in enumerate(zip(encoding.offsets, encoding.special_tokens_mask, strict=True)):
        if special or tokens[i] == SPACE:
            continue
        while start < end and text[start].isspace():  # a SentencePiece token owns the space before it
            start += 1  # noqa: PLW2901
        if not lead <= start < end:
            continue
        if start >= end_of_word:
            word += 1
            run = _RUN.match(text, start)
            end_of_word = run.end() if run else end
        kept.append(i)
        spans.append((start - lead, end - lead))
        words.append(word)
    gapless = bool(kept) and kept[-1] - kept[0] + 1 == len(kept)  # the usual case, without a copy
    own = rows[kept[0] : kept[-1] + 1] if gapless else rows[kept]
    return TokenVectors(own.astype(np.float32, copy=False), tuple(spans), tuple(words))


def of_unit_length(tokens: TokenVectors) -> TokenVectors:
    """``tokens`` with their vectors normalized in place."""
    vectors = tokens.vectors
    vectors *= (1 / np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), 1e-12))[:, None]
    return tokens
