"""The vectors of passages' words that carry meaning: kept by the library, or fresh from the encoder.

A passage is read once, when it is added, in the text that is indexed: its vector and those of its words come
from the same pass through the model. What a library does not keep is read when it is asked: all of one that
an earlier version wrote or that is on Milvus, and what the model cuts off at the end of long passages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from indexer.encoding import Encoder, TokenVectors
from indexer.language.sentences import fold_space, folded_places, split_sentences
from indexer.language.stopwords import FUNCTION_WORDS
from indexer.reading.passages import indexed_context, indexed_text
from indexer.types import Passage, Span

#: Gives what a library keeps of the passages with these keys, packed; those it keeps nothing of are left out.
Kept: TypeAlias = Callable[[Sequence[int]], Mapping[int, bytes]]

#: Characters read at once of what the model cut off, so that with its context it fits the model's 256 tokens.
BLOCK = 800
#: Characters of context (the section's label) put before such a block.
CONTEXT = 120
#: Words, and the signs that say something by themselves: "share" is met by the sign of "25%".
_WORD = re.compile(r"\w+|[%‰°§&+<>≤≥±×$€£¥]")


def pack_words(indexed: str, before: int, tokens: TokenVectors) -> bytes:
    """What a library keeps of a passage whose ``indexed`` text was read as ``tokens``.

    ``before`` characters of that text are its context. Spans are kept as within the rest, the passage's text folded.
    """
    return pack(_carrying(indexed, before, tokens))


def words_of(passages: Mapping[int, Passage], kept: Kept, encoder: Encoder) -> list[TokenVectors]:
    """For each passage, by key, its words that carry meaning; spans are within its text, and go forward."""
    packed = kept(list(passages))
    new = {key: indexed_text(p) for key, p in passages.items() if key not in packed}
    fresh = dict(zip(new, encoder.embed_tokens(list(new.values())) if new else (), strict=True))
    read = (
        unpack(packed[key], encoder.dimension)
        if key in packed
        else _carrying(new[key], len(indexed_context(p)), fresh[key])
        for key, p in passages.items()
    )
    found = [_placed(p.text, tokens) for p, tokens in zip(passages.values(), read, strict=True)]
    _read_on(list(passages.values()), found, encoder)
    return found


def _carrying(read: str, before: int, tokens: TokenVectors) -> TokenVectors:
    """Of the ``tokens`` of ``read``, those that carry meaning behind ``before`` characters; spans count from there."""
    pieces = Counter(tokens.words)
    rows = [
        row
        for row, ((a, b), word) in enumerate(zip(tokens.spans, tokens.words, strict=True))
        if a >= before and _carries(read[a:b], pieces[word] == 1)
    ]
    spans = tuple((tokens.spans[row][0] - before, tokens.spans[row][1] - before) for row in rows)
    return TokenVectors(tokens.vectors[rows], spans, tuple(tokens.words[row] for row in rows))


@lru_cache(maxsize=2**15)  # asked for each token of all that is added
def _carries(piece: str, whole: bool) -> bool:
    """Whether ``piece`` of a word, or the ``whole`` of one, says something; the empty one before a word does not."""
    return bool(_WORD.search(piece)) and not (whole and piece.strip().lower() in FUNCTION_WORDS)


def _placed(text: str, words: TokenVectors, shift: int = 0) -> TokenVectors:
    """``words`` with their spans, which are within ``text`` folded, as they are in ``text``, plus ``shift``."""
    places = folded_places(text, fold_space(text))
    spans = tuple((shift + places[a], shift + places[b - 1] + 1) for a, b in words.spans)
    return replace(words, spans=spans)


def _read_on(passages: Sequence[Passage], found: list[TokenVectors], encoder: Encoder) -> None:
    """Put what stands behind the last word of each passage's entry into ``found``, a block of sentences at a time."""
    left = [
        (i, block) for i, (p, read) in enumerate(zip(passages, found, strict=True)) for block in _unread(p.text, read)
    ]
    if not left:
        return
    contexts = [_context(passages[i]) for i, _ in left]
    texts = [c + fold_space(passages[i].text[slice(*b)]) for (i, b), c in zip(left, contexts, strict=True)]
    for (i, (start, end)), context, text, tokens in zip(
        left, contexts, texts, encoder.embed_tokens(texts), strict=True
    ):
        more = _placed(passages[i].text[start:end], _carrying(text, len(context), tokens), start)
        found[i] = _joined(found[i], more, start)


def _unread(text: str, read: TokenVectors) -> Iterator[Span]:
    """Spans of sentences that are not wholly read, of ``BLOCK`` characters at most, one sentence at the least."""
    end = read.spans[-1][1] if read.spans else 0
    if not _says_something(text[end:]):
        return
    block: Span | None = None
    for start, stop in split_sentences(text):
        if not _says_something(text[max(start, end) : stop]):
            continue
        if block and stop - block[0] <= BLOCK:
            block = block[0], stop
        else:
            if block:
                yield block
            block = start, stop
    if block:
        yield block


def _says_something(text: str) -> bool:
    return any(word.lower() not in FUNCTION_WORDS for word in _WORD.findall(text))


def _joined(read: TokenVectors, more: TokenVectors, start: int) -> TokenVectors:
    """``read`` up to ``start``, then ``more``."""
    count = sum(span[0] < start for span in read.spans)
    words = read.words[:count]
    shift = words[-1] + 1 if words else 0
    return TokenVectors(
        np.concatenate([read.vectors[:count], more.vectors]),
        read.spans[:count] + more.spans,
        words + tuple(word + shift for word in more.words),
    )


def _context(passage: Passage) -> str:
    labels = " ".join(label[:CONTEXT] for label in passage.section[-1:])
    return f"{labels}. " if labels else ""


#: The largest level, and minus it the smallest.
_TOP = 7


@lru_cache(maxsize=4)
def row_type(dimension: int) -> np.dtype[Any]:
    """A token as it is kept; its level of dimension 2i is in the lower half of byte i, shifted to 0 … 14."""
    levels = ("levels", "u1", ((dimension + 1) // 2,))
    return np.dtype([("start", "<u4"), ("end", "<u4"), ("word", "<u2"), ("largest", "<f2"), levels])


#: What the two levels of a byte stand for.
_PAIRS = np.array([((byte & 15) - _TOP, (byte >> 4) - _TOP) for byte in range(256)], np.float32) / _TOP


def pack(tokens: TokenVectors) -> bytes:
    """The tokens of one text, of at most 65,536 words, their vectors made unit."""
    vectors = tokens.vectors
    count, dimension = vectors.shape
    rows = np.zeros(count, row_type(dimension))
    if count:
        rows["start"], rows["end"] = np.array(tokens.spans).T
        rows["word"] = tokens.words
        largest = np.maximum(np.abs(vectors).max(axis=1), 1e-12)
        rows["largest"] = largest / np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), 1e-12)
        scaled = vectors * (_TOP / largest)[:, None]
        scaled += _TOP + 0.5
        levels = scaled.astype(np.uint8)  # cut off, which rounds what is never negative
        if dimension % 2:
            levels = np.pad(levels, ((0, 0), (0, 1)))
        pairs = levels.view("<u2")  # two levels, the first in the lower byte
        rows["levels"] = pairs | pairs >> 4  # of which the lower byte is kept
    return rows.tobytes()


def unpack(packed: bytes, dimension: int) -> TokenVectors:
    """What was packed, its vectors (n, dimension) but for rounding."""
    rows = np.frombuffer(packed, row_type(dimension))
    pairs: npt.NDArray[np.float32] = _PAIRS[rows["levels"]]
    vectors = pairs.reshape(len(rows), 2 * pairs.shape[1])[:, :dimension]
    spans = tuple(zip(rows["start"].tolist(), rows["end"].tolist(), strict=True))
    return TokenVectors(vectors * rows["largest"].astype(np.float32)[:, None], spans, tuple(rows["word"].tolist()))
