"""Words of a page -> runs, which a wide gap ends; lines are made of runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import TypeVar

from indexer.language.sentences import is_wide
from indexer.reading.formats.blocks import CELL
from indexer.reading.formats.pdf.words import Word
from indexer.reading.hyphens import SOFT_HYPHEN

# Gaps are measured in heights of the line. A justified line in a narrow column has wide ones, all alike.
_GAP = 1.0  # ends a run where it is also unusual in its line
_UNUSUAL = 1.8  # times the line's median gap
_WIDEST_GAP = 2.5  # ends a run anyhow
_BACK = 2.0
_MOST_BOLD = 0.9  # of a line's letters: its number or its stop may be set otherwise
_FEWEST_CAPITALS = 4  # letters; fewer are an abbreviation


@dataclass(frozen=True)
class Run:
    """Words of one line without a wide gap between, or of one cell; its measures are kept for the layout."""

    words: tuple[Word, ...]

    @cached_property
    def left(self) -> float:
        return min(word.left for word in self.words)

    @cached_property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @cached_property
    def top(self) -> float:
        return max(word.top for word in self.words)

    @cached_property
    def bottom(self) -> float:
        return min(word.bottom for word in self.words)

    @property
    def height(self) -> float:
        return max(self.top - self.bottom, 1.0)

    @cached_property
    def text(self) -> str:
        return "".join(between + word.text for between, word in zip(_between(self.words), self.words, strict=True))

    def offsets(self) -> Iterator[int]:
        """Where each word begins in ``text``."""
        position = 0
        for between, word in zip(_between(self.words), self.words, strict=True):
            yield position + len(between)
            position += len(between) + len(word.text)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell is in its table: its first column from 0, and how many columns and rows it spans."""

    column: int
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True)
class Line:
    """A line of the canonical text: a line of the page, or a row of a table whose cells are ``runs``.

    A cell without words is an empty run. ``places`` are those of the cells; ``opens`` says that a table begins.
    """

    runs: tuple[Run, ...]
    row: bool = False
    column: int = 0  # the column's number in reading order; one page may have several, one below another
    places: tuple[Place, ...] = ()
    opens: bool = False

    @cached_property
    def text(self) -> str:
        return self._glue.join(run.text for run in self.runs)

    def placed(self) -> Iterator[tuple[int, int, Word]]:
        """Each word with the number of its run and where it begins in ``text``."""
        position = 0
        for number, run in enumerate(self.runs):
            for offset, word in zip(run.offsets(), run.words, strict=True):
                yield number, position + offset, word
            position += len(run.text) + len(self._glue)

    @property
    def _glue(self) -> str:
        return CELL if self.row else " "

    @property
    def words(self) -> Iterable[Word]:
        return (word for run in self.runs for word in run.words)

    @cached_property
    def left(self) -> float:
        return min(run.left for run in self.runs if run.words)

    @cached_property
    def right(self) -> float:
        return max(run.right for run in self.runs if run.words)

    @cached_property
    def top(self) -> float:
        return max(run.top for run in self.runs if run.words)

    @cached_property
    def bottom(self) -> float:
        return min(run.bottom for run in self.runs if run.words)

    @property
    def height(self) -> float:
        return max(self.top - self.bottom, 1.0)

    @cached_property
    def size(self) -> float:
        """The type size of most of its characters; 0 where it was recognized in an image."""
        return _most((word.size, len(word.text)) for word in self.words)

    @cached_property
    def bold(self) -> bool:
        """Whether all of its letters but for a few are bold."""
        letters = sum(len(word.text) for word in self.words)
        return sum(len(word.text) for word in self.words if word.type.bold) >= _MOST_BOLD * letters

    @cached_property
    def font(self) -> str:
        """The font of most of its characters."""
        return _most((word.type.font, len(word.text)) for word in self.words)

    @cached_property
    def capital(self) -> bool:
        """Whether it is set in capitals, small ones too."""
        return sum(character.isalpha() for character in self.text) >= _FEWEST_CAPITALS and self.text.isupper()


_T = TypeVar("_T")


def _most(weighed: Iterable[tuple[_T, int]]) -> _T:
    """What weighs most, the first of those that weigh as much."""
    weights: dict[_T, int] = {}
    for thing, weight in weighed:
        weights[thing] = weights.get(thing, 0) + weight
    return max(weights, key=lambda thing: weights[thing])


def make_runs(lines: Iterable[Sequence[Word]], *, gap: float = 0.0) -> list[Run]:
    """Runs of words, parted at wide gaps and where the line jumps back.

    ``gap``: times the height, from which any gap is wide.
    """
    runs = []
    for words in lines:
        gaps = [following.left - word.right for word, following in pairwise(words)]
        usual = _UNUSUAL * median(gaps) if gaps else 0.0
        start = 0
        for i, (word, following) in enumerate(pairwise(words), 1):
            room = gaps[i - 1] / max(word.height, following.height)
            close = is_wide(word.text[-1:]) and is_wide(following.text[:1])
            wide = room > _GAP and not close and gaps[i - 1] > usual
            apart = following.bottom > word.top or following.top < word.bottom
            if wide or room > (gap or _WIDEST_GAP) or room < -_BACK or apart:
                runs.append(Run(tuple(words[start:i])))
                start = i
        runs.append(Run(tuple(words[start:])))
    return runs


def _between(words: Sequence[Word]) -> list[str]:
    """What stands before each word: a space, or nothing at the beginning and between Chinese characters."""
    glue = [""] if words else []
    for word, following in pairwise(words):
        close = is_wide(word.text[-1:]) and is_wide(following.text[:1])
        glue.append("" if close or not following.spaced or word.text.endswith(SOFT_HYPHEN) else " ")
    return glue
