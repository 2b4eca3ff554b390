"""Large libraries by a seeded recipe: texts of the sample plans recombined, vectors clustered like theirs.

A made passage is a sentence of one sample passage and one of another, at a place with a made-up name (the
n-th place as often as one in n). Its vector lies between those of the two passages, with noise of the
sample's own covariance.
Its words' vectors are those that its sentences have by themselves.
Nothing is embedded but the sample, so that a million passages take minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from quality import sample_set

from indexer.encoding import Encoder, Vectors
from indexer.encoding.word_vectors import pack_words, row_type
from indexer.language.sentences import fold_space, split_sentences
from indexer.reading.loading import load_plan
from indexer.reading.passages import chunk_plan, indexed_text
from indexer.storage import PlanContent
from indexer.storage.local import LocalBackend
from indexer.types import Passage, Plan

SEED = 20261121
PASSAGES_A_PLAN = 500
PLACES = 20_000
#: Length of the noise, beside vectors of length 1: a passage's tenth neighbour then has a cosine of 0.77, among the
#: sample's own 0.88, and 0.63 among the regulations of ObliQA.
NOISE = 0.8
#: What is said of a place in a passage's last sentence.
PLACE = "This holds in {}."
_SYLLABLES = ("ka", "lo", "mi", "ren", "sha", "tu", "vel", "wo", "yin", "zar", "bei", "dro", "fen", "gu", "hal", "jin")


class Recipe:
    """Makes the ``n``-th plan, always the same."""

    def __init__(self, encoder: Encoder) -> None:
        held = [p for path in sample_set()[0] for p in chunk_plan(load_plan(path))]
        self.model = (encoder.source, encoder.fingerprint)
        self.vectors = encoder.embed([indexed_text(p) for p in held])
        sentences = [[fold_space(p.text[a:b]) for a, b in split_sentences(p.text)] for p in held]
        self._firsts, self._lasts = [s[0] for s in sentences], [s[-1] for s in sentences]
        self._first_words, self._last_words = (self._words(encoder, s) for s in (self._firsts, self._lasts))
        (self._place_words,) = self._words(encoder, [PLACE.format(place_name(1))])
        weights, axes = np.linalg.eigh(np.cov(self.vectors.T))
        self._root = (axes * np.sqrt(np.maximum(weights, 0))).astype(np.float32)

    def plan(self, n: int) -> PlanContent:
        draw = np.random.default_rng((SEED, n))
        one, other = draw.integers(0, len(self.vectors), (2, PASSAGES_A_PLAN))
        places = (PLACES ** draw.random(PASSAGES_A_PLAN)).astype(int)
        texts = [
            f"{self._firsts[i]} {self._lasts[j]} {PLACE.format(place_name(p))}"
            for i, j, p in zip(one, other, places, strict=True)
        ]
        name = place_name(n)
        title = f"Action plan of {name}"
        plan = Plan(f"plan{n}", title, "\n".join(texts), f"/plans/{n}.txt", f"{n:064}")
        starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
        spans = [(int(a), int(a) + len(text)) for a, text in zip(starts, texts, strict=False)]
        held = [Passage(plan.id, title, a, b, plan.text[a:b]) for a, b in spans]
        words = [
            self._words_of(i, j, len(PLACE.format(place_name(p)))) for i, j, p in zip(one, other, places, strict=True)
        ]
        vectors = self._near(one, other, draw)
        return PlanContent(plan, held, [indexed_text(p) for p in held], vectors, (name,), (), word_vectors=words)

    def _words(self, encoder: Encoder, texts: Sequence[str]) -> list[np.ndarray]:
        """The packed words of each text as rows that can be moved."""
        read = zip(texts, encoder.embed_tokens(texts), strict=True)
        return [np.frombuffer(pack_words(text, 0, tokens), row_type(encoder.dimension)) for text, tokens in read]

    def _words_of(self, i: int, j: int, place: int) -> bytes:
        """The packed words of the first sentence of ``i``, the last of ``j``, and a place's of so many characters."""
        found = np.concatenate([self._first_words[i], self._last_words[j], self._place_words])
        at = word = 0
        for part, length in (
            (found[: len(self._first_words[i])], len(self._firsts[i])),
            (found[len(self._first_words[i]) : -len(self._place_words)], len(self._lasts[j])),
            (found[-len(self._place_words) :], place),
        ):
            part["start"] += at
            part["end"] += at
            part["word"] += word
            at += length + 1
            word += 500
        found["end"][-1] = at - 2  # a name is as long as it is, and a full stop stands behind it
        return found.tobytes()

    def _near(self, one: np.ndarray, other: np.ndarray, draw: np.random.Generator) -> Vectors:
        share = draw.uniform(0.5, 1, (len(one), 1)).astype(np.float32)
        noise = draw.standard_normal((len(one), len(self._root)), dtype=np.float32) @ self._root.T
        noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        mixed = share * self.vectors[one] + (1 - share) * self.vectors[other] + noise
        rows: Vectors = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        return rows


def place_name(n: int) -> str:
    """A made-up name of four syllables, another one for each ``n`` below 65,536."""
    return "".join(_SYLLABLES[(n * 40503 >> shift) & 15] for shift in (0, 4, 8, 12)).capitalize()


def fill(folder: Path, passages: int, recipe: Recipe) -> None:
    """Make a library of so many passages in ``folder``, in one transaction, plan by plan."""

    def contents() -> Iterator[PlanContent]:
        return (recipe.plan(n) for n in range(passages // PASSAGES_A_PLAN))

    backend = LocalBackend(folder, create=True)
    backend.replace_all(contents(), recipe.model)
    backend.close()
