"""The vectors of passages' content words: stored with the library, or fresh from the encoder.

A passage is read once, when it is added, in the text that is indexed: its own vector and those of its words come from
one pass through the model. What a library does not store is embedded when it is asked: every passage that an earlier
version wrote or that is on Milvus, and the end of passages longer than the model reads.
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
from indexer.language.stopwords import FUNCTION_WORDS, is_function_word
from indexer.reading.passages import indexed_context, indexed_text
from indexer.types import Passage, Span

#: Gives the packed content vectors that a library stores of the passages with these keys; the others are left out.
StoredVectors: TypeAlias = Callable[[Sequence[int]], Mapping[int, bytes]]

#: Characters embedded at once of what the model cut off, so that with its context it fits the model's 256 tokens.
BLOCK = 800
#: Characters of context, the section's label, before such a block.
CONTEXT = 120
#: Words, and signs with a meaning: "share" matches the sign of "25%".
_WORD = re.compile(r"\w+|[%‰°§&+<>≤≥±×$€£¥]")


def pack_words(indexed: str, before: int, tokens: TokenVectors) -> bytes:
    """The content vectors of a passage, packed to be stored with it.

    ``tokens`` are of its ``indexed`` text, whose first ``before`` characters are context. Spans are stored as within
    the rest, which is the passage's text with spaces folded.
    """
    return pack(_content_tokens(indexed, before, tokens))


def content_vectors(
    passages: Mapping[int, Passage], stored_vectors: StoredVectors, encoder: Encoder
) -> list[TokenVectors]:
    """For each passage, by key, its content words; spans are within its text, in order."""
    packed = stored_vectors(list(passages))
    missing = {key: indexed_text(p) for key, p in passages.items() if key not in packed}
    fresh = dict(zip(missing, encoder.embed_tokens(list(missing.values())) if missing else (), strict=True))
    folded = (
        unpack(packed[key], encoder.dimension)
        if key in packed
        else _content_tokens(missing[key], len(indexed_context(p)), fresh[key])
        for key, p in passages.items()
    )
    found = [_unfold(p.text, tokens) for p, tokens in zip(passages.values(), folded, strict=True)]
    _embed_ends(list(passages.values()), found, encoder)
    return found


def _content_tokens(text: str, before: int, tokens: TokenVectors) -> TokenVectors:
    """Of the ``tokens`` of ``text`` those of content words from the offset ``before`` on; spans count from there."""
    pieces = Counter(tokens.words)
    rows = [
        row
        for row, ((a, b), word) in enumerate(zip(tokens.spans, tokens.words, strict=True))
        if a >= before and _is_content(text[a:b], pieces[word] == 1)
    ]
    spans = tuple((tokens.spans[row][0] - before, tokens.spans[row][1] - before) for row in rows)
    return TokenVectors(tokens.vectors[rows], spans, tuple(tokens.words[row] for row in rows))


@lru_cache(maxsize=2**15)  # called for each token of everything that is added
def _is_content(piece: str, whole: bool) -> bool:
    """Whether ``piece`` of a word, or the ``whole`` of one, has a meaning; the empty one before a word has none."""
    return bool(_WORD.search(piece)) and not (whole and is_function_word(piece.strip()))


def _unfold(text: str, tokens: TokenVectors, shift: int = 0) -> TokenVectors:
    """``tokens``, whose spans are within ``text`` folded, with spans within ``text``, plus ``shift``."""
    places = folded_places(text, fold_space(text))
    spans = tuple((shift + places[a], shift + places[b - 1] + 1) for a, b in tokens.spans)
    return replace(tokens, spans=spans)


def _embed_ends(passages: Sequence[Passage], found: list[TokenVectors], encoder: Encoder) -> None:
    """Add to each of ``found`` what its passage says after the last token, a block of sentences at a time."""
    blocks = [
        (i, block) for i, (p, tokens) in enumerate(zip(passages, found, strict=True)) for block in _ends(p.text, tokens)
    ]
    if not blocks:
        return
    contexts = [_context(passages[i]) for i, _ in blocks]
    texts = [c + fold_space(passages[i].text[slice(*b)]) for (i, b), c in zip(blocks, contexts, strict=True)]
    for (i, (start, end)), context, text, tokens in zip(
        blocks, contexts, texts, encoder.embed_tokens(texts), strict=True
    ):
        more = _unfold(passages[i].text[start:end], _content_tokens(text, len(context), tokens), start)
        found[i] = _join(found[i], more, start)


def _ends(text: str, tokens: TokenVectors) -> Iterator[Span]:
    """Spans of sentences not wholly covered by ``tokens``, of BLOCK characters at most, one sentence at least."""
    end = tokens.spans[-1][1] if tokens.spans else 0
    if not _has_content(text[end:]):
        return
    block: Span | None = None
    for start, stop in split_sentences(text):
        if not _has_content(text[max(start, end) : stop]):
            continue
        if block and stop - block[0] <= BLOCK:
            block = block[0], stop
        else:
            if block:
                yield block
            block = start, stop
    if block:
        yield block


def _has_content(text: str) -> bool:
    return any(word.lower() not in FUNCTION_WORDS for word in _WORD.findall(text))


def _join(tokens: TokenVectors, more: TokenVectors, start: int) -> TokenVectors:
    """``tokens`` before the offset ``start``, then ``more``."""
    count = sum(span[0] < start for span in tokens.spans)
    words = tokens.words[:count]
    shift = words[-1] + 1 if words else 0
    return TokenVectors(
        np.concatenate([tokens.vectors[:count], more.vectors]),
        tokens.spans[:count] + more.spans,
        words + tuple(word + shift for word in more.words),
    )


def _context(passage: Passage) -> str:
    labels = " ".join(label[:CONTEXT] for label in passage.section[-1:])
    return f"{labels}. " if labels else ""


# The packed form: a row a token, its vector in levels of 4 bits.

#: The largest level; the smallest is its negative.
_TOP = 7
#: The two levels of each byte, as shares of the largest.
_PAIRS = np.array([((byte & 15) - _TOP, (byte >> 4) - _TOP) for byte in range(256)], np.float32) / _TOP


@lru_cache(maxsize=4)
def row_type(dimension: int) -> np.dtype[Any]:
    """The row of a token; its level of dimension 2i is in the lower half of byte i, shifted to 0 … 14."""
    levels = ("levels", "u1", ((dimension + 1) // 2,))
    return np.dtype([("start", "<u4"), ("end", "<u4"), ("word", "<u2"), ("largest", "<f2"), levels])


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
        levels = scaled.astype(np.uint8)  # truncation rounds, since nothing is negative
        if dimension % 2:
            levels = np.pad(levels, ((0, 0), (0, 1)))
        pairs = levels.view("<u2")  # two levels, the first in the lower byte
        rows["levels"] = pairs | pairs >> 4  # the lower byte is stored
    return rows.tobytes()


def unpack(packed: bytes, dimension: int) -> TokenVectors:
    """The packed tokens, their vectors (n, dimension) rounded."""
    rows = np.frombuffer(packed, row_type(dimension))
    pairs: npt.NDArray[np.float32] = _PAIRS[rows["levels"]]
    vectors = pairs.reshape(len(rows), 2 * pairs.shape[1])[:, :dimension]
    spans = tuple(zip(rows["start"].tolist(), rows["end"].tolist(), strict=True))
    return TokenVectors(vectors * rows["largest"].astype(np.float32)[:, None], spans, tuple(rows["word"].tolist()))
