"""The answer reader: a model that reads a question with a passage and predicts the answer's span, or none.

Callers see an ``AnswerReader``; ``open_reader`` opens the one in the package, which ``training`` makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from indexer.types import Span

#: Where the package keeps the reader's files, and its model card.
WEIGHTS = Path(__file__).with_name("weights")


@dataclass(frozen=True, slots=True)
class SpanPrediction:
    """What the reader predicts for a passage, or for one part of it.

    ``span`` is the likeliest answer, None where there is no token to choose. ``margin`` is its logits minus those of no
    answer; ``relevance`` is the logit that the whole passage answers.
    """

    span: Span | None
    margin: float
    relevance: float

    @property
    def score(self) -> float:
        """The evidence that the passage answers: relevance plus the mean of the span's two logits over no answer's."""
        return self.margin / 2 + self.relevance


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """A passage to read: ``text``, the ``context`` before it, and the ``parts`` of the text that are judged."""

    context: str
    text: str
    parts: Sequence[Span]


class AnswerReader(Protocol):
    """A model that reads a question with a passage. ``fingerprint`` identifies its weights."""

    @property
    def fingerprint(self) -> str: ...

    def read(self, question: str, inputs: Sequence[ReaderInput]) -> list[list[SpanPrediction]]:
        """For each of ``inputs`` the prediction for each of its parts; spans are offsets into its text."""
        ...


def open_reader(folder: Path = WEIGHTS) -> AnswerReader | None:
    """The reader in ``folder``; None where no weights are installed. Raises ModelError when they are damaged."""
    if not folder.is_dir():
        return None
    from indexer.encoding.answer_reader.onnx import OnnxReader

    return OnnxReader(folder)
