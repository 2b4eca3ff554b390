"""Long passages -> pieces of a few sentences, as long as those that the app reads."""

from __future__ import annotations

import re

from indexer.language.sentences import split_sentences
from indexer.types import Span

#: Characters of a piece. The app's passages are 150 to 700 with their neighbours; the reader sees 224
#: tokens, some 900 characters, of which the question takes up to a tenth.
SHORTEST, LONGEST = 200, 800
#: The same of a Chinese piece, whose tokens have 1.5 characters rather than 4.
SHORTEST_CHINESE, LONGEST_CHINESE = 70, 270


def length_of(drawn: float, *, chinese: bool = False) -> int:
    """The length for a number between 0 and 1."""
    shortest, longest = (SHORTEST_CHINESE, LONGEST_CHINESE) if chinese else (SHORTEST, LONGEST)
    return shortest + round(drawn * (longest - shortest))


def cut_around(passage: str, inner: Span, length: int, drawn: float, longest: int = LONGEST) -> Span | None:
    """The span of whole sentences around ``inner``, as long as ``length`` allows; None where they are too long.

    ``drawn``, between 0 and 1, is the share of the room that goes before ``inner``.
    """
    spans = split_sentences(passage)
    first = max((i for i, s in enumerate(spans) if s[0] <= inner[0]), default=0)
    last = next((i for i, s in enumerate(spans) if s[1] >= inner[1]), len(spans) - 1)
    start, end = min(spans[first][0], inner[0]), max(spans[last][1], inner[1])
    if end - start > longest:
        return None
    room = max(0, length - (end - start)) * drawn
    before = [s[0] for s in spans[:first] if start - s[0] <= room]
    start = min([start, *before])
    after = [s[1] for s in spans[last + 1 :] if s[1] - start <= length]
    return start, max([end, *after])


def cut_nearest(passage: str, question: str, length: int, drawn: float, longest: int = LONGEST) -> Span | None:
    """The span around the sentence that shares the most words with ``question``: the hardest negative."""
    wanted = set(re.findall(r"\w{4,}", question.lower()))
    spans = split_sentences(passage)
    shared = [len(wanted & set(re.findall(r"\w{4,}", passage[a:b].lower()))) for a, b in spans]
    return cut_around(passage, spans[shared.index(max(shared))], length, drawn, longest) if spans else None


def cut_all(passage: str, length: int) -> list[Span]:
    """Spans of sentences in a row, ``length`` characters at most, that cover the passage; a longer sentence is left."""
    found: list[Span] = []
    for start, end in split_sentences(passage):
        if end - start > length:
            continue
        if found and end - found[-1][0] <= length:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
