"""A word or a phrase within one plan -> the spans in which it stands."""

from __future__ import annotations

import re
from itertools import pairwise

from indexer.language.sentences import is_wide
from indexer.types import Span

_SOFT_BREAK = r"(?:[\u00ad\x02]\s*)?"
_LINE_END = r"(?:[ \t]*\n[ \t]*)?"


def find_words(text: str, words: str) -> list[Span]:
    """The spans of ``text`` in which ``words`` stand, in order, none within another; none for no words.

    Upper and lower case are one, as is any white space. A word that a line end broke is found whole, and
    so is Chinese that goes on over a line end.
    """
    words = " ".join(words.split())
    if not words:
        return []
    pattern = re.escape(words[0]) + "".join(_between(a, b) + _character(b) for a, b in pairwise(words))
    return [found.span() for found in re.finditer(pattern, text, re.IGNORECASE)]


def _character(character: str) -> str:
    return r"\s+" if character == " " else re.escape(character)


def _between(before: str, after: str) -> str:
    """What may stand in the text between two characters that are typed one behind the other."""
    if before == " " or after == " ":
        return ""
    if is_wide(before) or is_wide(after):
        return _LINE_END
    if before == "-":
        return r"\n?"
    return _SOFT_BREAK
