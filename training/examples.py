"""What the reader learns from: questions with passages, and the files that hold them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from indexer.errors import SourceError
from indexer.types import Span

#: Train learns; dev is looked at while training; held is measured once, by ``training.evaluate``.
SPLITS = ("train", "dev", "held")


class Kind(StrEnum):
    """Where an example comes from: given in the sets, or mined."""

    ANSWERED = "answered"
    JUDGED = "judged"  # people found that the passage does not answer
    DISTRACTOR = "distractor"
    RETRIEVED = "retrieved"
    SAME_ARTICLE = "same article"
    YEAR = "year swapped"
    NAME = "name swapped"
    ENTITY = "entity of the passage"
    ROLES = "roles reversed"
    PLAN = "document swapped"
    NEGATION = "negated"
    NUMBER = "number swapped"
    ATTRIBUTE = "attribute swapped"
    OPPOSITE = "opposite asked"


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a passage.

    ``passage[start:end]`` is the answer; both are None where there is none, or where the set does not
    say which part answers (``relevant`` separates the two). ``context`` is what the passage is
    from, its article's title. ``article`` is the same for all that must stay on one side of a split.
    """

    question: str
    passage: str
    relevant: bool
    start: int | None
    end: int | None
    context: str
    article: str
    kind: Kind
    source: str
    licence: str

    @property
    def span(self) -> Span | None:
        return None if self.start is None or self.end is None else (self.start, self.end)

    @property
    def answer(self) -> str:
        """The text of the span; empty without one."""
        return self.passage[self.start : self.end] if self.span else ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an article, to be found as a negative."""

    passage: str
    context: str
    article: str


def write_lines(file: Path, rows: Iterable[Example | Piece | dict[str, Any]]) -> None:
    """Write ``rows`` to ``file``, one JSON object a line."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as target:
        for row in rows:
            plain = row if isinstance(row, dict) else asdict(row)
            target.write(json.dumps(plain, ensure_ascii=False) + "\n")


def read_examples(*files: Path) -> list[Example]:
    """The examples of ``files``, in order. Raises SourceError for a file that is not there."""
    return [Example(**(row | {"kind": Kind(row["kind"])})) for file in files for row in _rows(file)]


def read_pieces(file: Path) -> list[Piece]:
    """The pieces of ``file``. Raises SourceError when it is not there."""
    return [Piece(**row) for row in _rows(file)]


def read_split(work: Path, split: str) -> list[Example]:
    """All examples of ``split``: given, and mined. Raises SourceError when either is not there."""
    return read_examples(work / f"{split}.jsonl", work / f"mined-{split}.jsonl")


def _rows(file: Path) -> list[dict[str, Any]]:
    try:
        # not splitlines(), which also cuts at marks that JSON leaves as they are within a string
        return [json.loads(line) for line in file.read_text("utf-8").split("\n") if line]
    except OSError as error:
        raise SourceError(
            f"{file} cannot be read ({error.strerror}). Run training.prepare and training.mine with this work folder."
        ) from error


def fold(text: str) -> str:
    """``text`` in lower case, its words parted by one space, without punctuation: what makes two texts one."""
    return " ".join(re.findall(r"\w+", text.lower()))


def draw(seed: int, *parts: object) -> float:
    """A pseudo-random number between 0 and 1 that depends on ``seed`` and ``parts`` alone."""
    digest = hashlib.blake2b("\x1f".join([str(seed), *map(str, parts)]).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
