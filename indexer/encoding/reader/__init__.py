"""The reader: question and passage read together -> where the answer stands, and whether it does.

Everything above sees a ``Reader``; ``open_reader`` opens the one that comes with the package, which
``training`` made.
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
class Reading:
    """What the reader says of a passage, or of one part of it.

    ``span`` is the likeliest answer, None where there is no token to choose. ``margin`` is how far its
    logits stand above those of no answer; ``relevance`` the logit that the whole passage answers.
    """

    span: Span | None
    margin: float
    relevance: float

    @property
    def score(self) -> float:
        """Both signs that the passage answers, the span's two logits counting as one each."""
        return self.margin / 2 + self.relevance


@dataclass(frozen=True, slots=True)
class Page:
    """A passage to be read: ``text``, the ``context`` that stands before it, and its ``parts`` to judge."""

    context: str
    text: str
    parts: Sequence[Span]


class Reader(Protocol):
    """A model that reads a question with a passage. ``fingerprint`` names its weights."""

    @property
    def fingerprint(self) -> str: ...

    def read(self, question: str, pages: Sequence[Page]) -> list[list[Reading]]:
        """For each page the reading of each of its parts, spans being offsets into the page's text."""
        ...


def open_reader(folder: Path = WEIGHTS) -> Reader | None:
    """The reader in ``folder``; None where no weights are installed. Raises ModelError when they are damaged."""
    if not folder.is_dir():
        return None
    from indexer.encoding.reader.onnx import OnnxReader

    return OnnxReader(folder)
