"""Pages that read badly, found without knowing what they say.

Words out of order are seen where lines seldom follow one another as the file draws them, and would join better if
they did; letters apart, glued words and unknown glyphs by their share of the page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from indexer.language.sentences import is_wide
from indexer.reading.doubts import doubt_warning
from indexer.reading.formats.pdf.headings import ITEM
from indexer.reading.formats.pdf.lines import Line

_FEWEST_LINES = 8
_FEWEST_WORDS = 25
_FEWEST_LETTERS = 200
_LEANING = 0.3  # share of a page's letters that neither lie nor stand
_JUMPS = 0.35  # share of the line ends of a page behind which the file draws another line next
_WORSE = 0.12  # by which the share of broken joins must be higher than in the order of the file
_APART = 0.3  # share of words that are one letter
_GLUED = 0.15  # share of words that are longer than any
_LONGEST_WORD = 28  # letters
_UNKNOWN = 0.08  # share of characters that no letter is known for
_TERMINAL = ".!?:;。！？：；"


def page_warnings(pages: Sequence[Sequence[Line]], unmapped: Sequence[float]) -> Iterator[str]:
    """A sentence for each way in which some of ``pages`` read badly, with their numbers from 1.

    ``unmapped`` is of each page the share of its characters whose font says no letter for them.
    """
    for what, bad in (
        ("words may be out of order", map(_is_shuffled, pages)),
        ("letters stand apart or words are glued together", map(_is_cut_or_glued, pages)),
        ("characters have no known letter", map(_has_unknown, pages, unmapped)),
    ):
        if numbers := [number for number, is_bad in enumerate(bad, 1) if is_bad]:
            yield doubt_warning(what, numbers)


def _is_shuffled(lines: Sequence[Line]) -> bool:
    letters = sum(len(line.text) for line in lines)
    leaning = sum(len(line.text) for line in lines if next(iter(line.words)).type.angle % 90)
    if letters >= _FEWEST_LETTERS and leaning > _LEANING * letters:
        return True
    plain = [line for line in lines if not line.row and next(iter(line.words)).first >= 0]
    if len(plain) < _FEWEST_LINES:
        return False
    drawn = sorted(plain, key=_first)
    place = {id(line): i for i, line in enumerate(drawn)}
    jumps = sum(place[id(b)] != place[id(a)] + 1 for a, b in pairwise(plain))
    if jumps < _JUMPS * (len(plain) - 1):
        return False
    return _broken_joins(plain) > _broken_joins(drawn) + _WORSE


def _first(line: Line) -> int:
    return min(word.first for word in line.words)


def _broken_joins(lines: Sequence[Line]) -> float:
    """Share of the line ends at which a sentence neither ends nor goes on: a stop before a small letter, or none
    before a capital. The items of a list do either."""
    below = [(a, b.text) for a, b in pairwise(lines) if not ITEM.match(b.text)]
    ends = [(a.text[-1:], text[:1]) for a, text in below if text[:1].isalpha() and not is_wide(text[0])]
    return sum((a in _TERMINAL) == b.islower() for a, b in ends) / len(ends) if ends else 0.0


def _is_cut_or_glued(lines: Sequence[Line]) -> bool:
    words = [word for line in lines if not line.row for word in re.findall(r"[^\W\d_]+", line.text)]
    words = [word for word in words if not is_wide(word[0])]
    if len(words) < _FEWEST_WORDS:
        return False
    apart = sum(len(word) == 1 and word not in "aAIoyeéà" for word in words)
    return apart > _APART * len(words) or sum(len(word) > _LONGEST_WORD for word in words) > _GLUED * len(words)


def _has_unknown(lines: Sequence[Line], unmapped: float) -> bool:
    if unmapped > _UNKNOWN:
        return True
    text = "".join("".join(line.text.split()) for line in lines)
    unknown = sum(c == "\ufffd" or unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs") for c in text)
    return unknown > _UNKNOWN * max(len(text), _FEWEST_WORDS)
