"""A passage of one plan -> the passages of another that say the same, mutual nearest first.

Passages are compared sentence by sentence: one of two sentences often has its counterparts in two places, and its mean
would be near neither. The vector of a sentence is the mean of those of its content words, which are stored with its
passage: nothing is embedded. The similarity of two sentences is the cosine of their vectors plus their common words,
weighted by idf. Of forty passages aligned by hand in two plans it ranks the counterpart first for 36.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from indexer.asking.retrieval import retrieve
from indexer.comparing.differences import mark_differences
from indexer.encoding import UNSCALED, Encoder, Scale, Vectors, scales_of
from indexer.encoding.word_vectors import content_vectors
from indexer.errors import QuestionError
from indexer.language.matching import words
from indexer.language.sentences import fold_space, is_heading_like, split_sentences
from indexer.storage import Backend, Scope
from indexer.types import Counterpart, Hit, Passage, Role, Span

#: Weight of the common words relative to the cosine.
WORDS_WEIGHT = 0.8
#: Weight of each further sentence of the picked passage relative to the one before.
NEXT_SENTENCE = 0.5
#: Likeness below which a passage of the other plan is no counterpart, and below which it is none even where each is the
#: other's nearest. Between the 40 pairs aligned by hand, of which the least alike have 1.03 and 1.05, and the nearest
#: passages in two plans to those of documents on other subjects, at most 0.86 and 0.85 (benchmarks/compare.py).
FLOOR = 0.92
LEAST = 0.89
#: Passages retrieved for a sentence, and how many of them are compared with it.
_DEPTH = 50
_COMPARED = 15
#: Sentences compared with another plan's at once. A plan at the limit of 3 million characters has some 23,000
#: sentences: 128 of one by all of another are 12 MB, all by all 2 GB.
_BLOCK = 128


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences with their passages (indices), vectors (n, dim) and words."""

    passages: Sequence[Passage]
    owners: tuple[int, ...]
    texts: tuple[str, ...]
    vectors: Vectors
    words: tuple[frozenset[str], ...]
    scale: Scale = UNSCALED  # of the model's cosines

    def part(self, rows: Sequence[int]) -> Sentences:
        """Of the sentences those in ``rows``."""
        owners, texts = tuple(self.owners[row] for row in rows), tuple(self.texts[row] for row in rows)
        held = tuple(self.words[row] for row in rows)
        return Sentences(self.passages, owners, texts, self.vectors[list(rows)], held, self.scale)


def similar(backend: Backend, encoder: Encoder, plan: str, start: int, other: str, top_k: int = 5) -> list[Counterpart]:
    """Counterparts in ``other`` of the passage of ``plan`` at the offset ``start``, ``top_k`` at most; maybe none.

    The sentence at ``start`` weighs most, those after it in the passage less. Mutual nearest passages come first, then
    by likeness. Raises QuestionError for an offset outside the plan and for the same plan twice, UnknownPlanError.
    """
    if plan == other:
        raise QuestionError(f"Counterparts of a passage of {plan} are sought in another plan. Name it with `other`.")
    key, picked = passage_at(backend, plan, start)
    own = _read_from(backend, encoder, key, picked, start)
    theirs = read_sentences(backend, encoder, _candidates(backend, encoder, own.texts[0], other))
    if not theirs.texts:
        return []
    alike = likeness(backend, own, theirs)  # (own sentences, theirs)
    weights = NEXT_SENTENCE ** np.arange(len(own.texts))
    best = np.stack([alike[:, _rows(theirs, i)].max(axis=1) for i in range(len(theirs.passages))])
    scores = best @ weights / weights.sum()
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[: max(1, top_k)]
    names = [name for held in backend.names().values() for name in held]
    found = []
    for i in order:
        if scores[i] < LEAST:
            break
        rows = _rows(theirs, i)
        nearest = theirs.part([rows[int(alike[0, rows].argmax())]])
        passage = theirs.passages[i]
        mutual = _nearest(backend, encoder, nearest, plan) == picked
        if not mutual and scores[i] < FLOOR:
            continue
        own_marks, marks = mark_differences(picked.text, passage.text, names)
        found.append(Counterpart(Hit(passage, round(float(scores[i]), 6)), mutual, own_marks, marks))
    return sorted(found, key=lambda c: not c.mutual)


def passages_of(backend: Backend, plan: str) -> dict[int, Passage]:
    """All passages of ``plan`` by key, in reading order. Raises UnknownPlanError."""
    keys = backend.keys(Scope((plan,)))
    held = backend.passages(keys)
    return {key: held[key] for key in keys if key in held}


def passage_at(backend: Backend, plan: str, start: int) -> tuple[int, Passage]:
    """The passage of ``plan`` that holds the offset ``start``, or the first after it, with its key."""
    passages = list(passages_of(backend, plan).items())
    last = passages[-1][1].end if passages else 0
    if not 0 <= start < last:
        raise QuestionError(f"{plan} has no passage at {start}: it ends at {last}. Give an offset before that.")
    return passages[bisect_right([p.end for _, p in passages], start)]


def read_sentences(backend: Backend, encoder: Encoder, passages: Mapping[int, Passage]) -> Sentences:
    """The sentences of ``passages``, which are by key, with their vectors and words."""
    owners, texts, vectors = [], [], []
    content = content_vectors(passages, backend.word_vectors, encoder)
    for i, (passage, tokens) in enumerate(zip(passages.values(), content, strict=True)):
        starts = [start for start, _ in tokens.spans]
        for first, last in split_sentences(passage.text):
            owners.append(i)
            texts.append(fold_space(passage.text[first:last]))
            vectors.append(tokens.vectors[bisect_left(starts, first) : bisect_left(starts, last)].sum(axis=0))
    summed = np.array(vectors, dtype=np.float32).reshape(len(vectors), encoder.dimension)
    summed /= np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-12)
    held = tuple(_words(t) for t in texts)
    return Sentences(list(passages.values()), tuple(owners), tuple(texts), summed, held, scales_of(encoder).words)


def likeness(backend: Backend, one: Sentences, other: Sentences) -> npt.NDArray[np.float32]:
    """Similarity of the sentences of ``one`` and ``other``, (len(one), len(other)), 1 + WORDS_WEIGHT at most.

    Common words count by their idf in the library, divided by the geometric mean of both sentences' sums.
    """
    return np.concatenate([alike for _, alike in likeness_blocks(backend, one, other)])


def likeness_blocks(
    backend: Backend, one: Sentences, other: Sentences
) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
    """(first row, rows) of ``likeness`` in blocks of whole passages of ``one``: the whole matrix may take GB."""
    vocabulary = sorted(frozenset().union(*one.words, *other.words))
    index = {word: i for i, word in enumerate(vocabulary)}
    idf = np.array(backend.idf(vocabulary), dtype=np.float64)
    own, theirs = ([np.array(sorted(index[w] for w in held), dtype=np.intp) for held in s.words] for s in (one, other))
    own_norms, norms = (np.sqrt([idf[held].sum() for held in rows]) for rows in (own, theirs))
    holders = _holders(theirs, len(vocabulary))
    for first, last in _blocks(one.owners):
        alike: npt.NDArray[np.float32] = one.scale(one.vectors[first:last] @ other.vectors.T)
        for row in range(first, last):
            if own_norms[row]:
                found = [holders[word] for word in own[row]]
                weights = np.repeat(idf[own[row]], [len(rows) for rows in found])
                common = np.bincount(np.concatenate(found), weights, minlength=len(theirs))
                alike[row - first] += WORDS_WEIGHT * common / np.maximum(own_norms[row] * norms, 1e-12)
        yield first, alike


def _holders(rows: Sequence[npt.NDArray[np.intp]], words: int) -> list[npt.NDArray[np.intp]]:
    """Inverted index: for each of ``words`` words the rows that hold it; ``rows`` are the words of each row."""
    held = np.concatenate(rows)
    order = np.argsort(held, kind="stable")
    owners = np.repeat(np.arange(len(rows)), [len(each) for each in rows])[order]
    return np.split(owners, np.cumsum(np.bincount(held, minlength=words))[:-1])


def _blocks(owners: Sequence[int]) -> Iterator[Span]:
    """Spans of whole passages, each of about ``_BLOCK`` sentences; ``owners`` are the sentences' passages."""
    first = last = 0
    for _, passage in groupby(owners):
        last += len(list(passage))
        if last - first >= _BLOCK:
            yield first, last
            first = last
    if last > first:
        yield first, last


def _read_from(backend: Backend, encoder: Encoder, key: int, picked: Passage, start: int) -> Sentences:
    """The sentences of ``picked`` from the one at ``start`` on, without the headings before the first statement."""
    spans = split_sentences(picked.text)
    last = len(spans) - 1
    at = next((i for i, (_, b) in enumerate(spans) if picked.start + b > start), last)
    first = next((i for i in range(at, last + 1) if not is_heading_like(picked.text[slice(*spans[i])])), at)
    return read_sentences(backend, encoder, {key: picked}).part(range(first, last + 1))


def _candidates(backend: Backend, encoder: Encoder, text: str, plan: str) -> dict[int, Passage]:
    found = retrieve(backend, encoder, text, Scope((plan,)), _DEPTH)
    # a leading summary repeats a passage of the body
    body = [c for c in found if c.passage.role is Role.BODY][:_COMPARED]
    return {c.key: c.passage for c in body}


def _nearest(backend: Backend, encoder: Encoder, one: Sentences, plan: str) -> Passage | None:
    """The passage of ``plan`` with the sentence nearest to the only one of ``one``."""
    theirs = read_sentences(backend, encoder, _candidates(backend, encoder, one.texts[0], plan))
    if not theirs.texts:
        return None
    return theirs.passages[theirs.owners[int(likeness(backend, one, theirs)[0].argmax())]]


def _rows(sentences: Sentences, passage: int) -> list[int]:
    return [row for row, owner in enumerate(sentences.owners) if owner == passage]


def _words(text: str) -> frozenset[str]:
    return frozenset(words(text))
