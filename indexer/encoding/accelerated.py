"""A model as it is, in fp32: questions on the CPU without torch, the texts of many plans on a GPU where there is one.

Both give the same vectors but for rounding, so a library may be embedded on one machine and asked on another.
int8 has no such twin: its scales depend on the text, and no GPU computes them alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from indexer.encoding import Progress, TokenVectors, Vectors
from indexer.encoding.onnx import OnnxEncoder
from indexer.encoding.reference import (
    SentenceTransformerEncoder,
    exported_fingerprint,
    load_sentence_transformer,
    named_precision,
)
from indexer.errors import ModelError

#: Texts after which a process looks for a GPU: that takes as many seconds as these do without one.
MANY = 500


class AcceleratedEncoder(OnnxEncoder):
    """An ``Encoder`` over an exported fp32 model, which hands many texts to the model itself on a GPU."""

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
        """The model on a GPU, once there were ``MANY`` texts, these ``count`` with them."""
        self._embedded += count
        return self._on_gpu if self._embedded >= MANY else None

    @cached_property
    def _on_gpu(self) -> SentenceTransformerEncoder | None:
        """The model itself, where torch sees a GPU and the model is here and still the one that was exported."""
        if not sees_gpu():
            return None
        try:
            model = load_sentence_transformer(named_precision(self.source)[0])
        except ModelError:
            return None
        return model if exported_fingerprint(model.fingerprint, "fp32") == self.fingerprint else None


def sees_gpu() -> bool:
    """Whether torch is here and sees a GPU."""
    if find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())
