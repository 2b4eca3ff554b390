"""Likeness of two plans' sentences, block by block: the plain formula's numbers, in a stated amount of memory."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
import pytest
from fakes import FakeEncoder, make_content, make_plan

from indexer.comparing import counterparts
from indexer.comparing.counterparts import WORDS_WEIGHT, Sentences, likeness, passages_of, read_sentences
from indexer.comparing.sections import _scores, align_sections
from indexer.comparing.unique import ALIKE, _hold_against, unique_content
from indexer.storage import Backend, PlanContent, Scope, ScoredKey
from indexer.types import Passage, Plan, Section

ENCODER = FakeEncoder(dimension=64)
Matrix = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]
T = TypeVar("T")


class Held:
    """Of a backend what comparing asks, over two plans of random sentences; words that begin with "a" weigh nothing."""

    def __init__(self, passages: int, words: int, longest: int = 1) -> None:
        draw = random.Random(7)

        def sentence() -> str:
            chosen = (draw.randrange(words) for _ in range(draw.randint(3, 9)))
            return " ".join("".join(chr(97 + int(d)) for d in f"{n:04}") for n in chosen).capitalize() + "."

        self.plans: dict[str, Plan] = {}
        self.held: dict[str, list[Passage]] = {}
        self.contents: dict[str, PlanContent] = {}
        for plan in ("anhui", "henan"):
            texts = [" ".join(sentence() for _ in range(draw.randint(1, longest))) for _ in range(passages)]
            self.contents[plan] = make_content(plan, texts, ENCODER)
            self.held[plan] = list(self.contents[plan].passages)
            starts = [passage.start for passage in self.held[plan]]
            third, half, end = starts[passages // 3], starts[passages // 2], self.held[plan][-1].end
            sections = (
                Section(0, 1, end, 1, "1.", f"Whole {plan}", None),
                Section(0, 1, third, 2, "(1)", "First part", 0),
                Section(third, third, third, 2, "(2)", "Nothing", 0),
                Section(third, third, half, 2, "(3)", "Second part", 0),
                Section(half, half, end, 2, "(4)", "Third part", 0),
            )
            self.plans[plan] = make_plan(plan, texts, sections=sections)

    def plan(self, plan: str) -> Plan:
        return self.plans[plan]

    def targets(self, plan: str) -> list[object]:
        return []

    def content(self, plan: str) -> PlanContent:
        return self.contents[plan]

    def snapshot(self, read: Callable[[], T]) -> T:
        return read()

    def count(self, scope: Scope) -> int:
        return len(self.keys(scope))

    def keys(self, scope: Scope) -> list[int]:
        first = {"anhui": 0, "henan": len(self.held["anhui"])}
        return [first[plan] + i for plan in scope.plans for i in range(len(self.held[plan]))]

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        numbered = self.held["anhui"] + self.held["henan"]
        return {key: numbered[key] for key in keys}

    def word_vectors(self, keys: Sequence[int]) -> dict[int, bytes]:
        return {}

    def search_dense(self, vector: Vectors, k: int, scope: Scope) -> list[ScoredKey]:
        (plan,) = scope.plans
        found = self.contents[plan].vectors @ vector
        first = 0 if plan == "anhui" else len(self.held["anhui"])
        return [ScoredKey(first + int(i), float(found[i])) for i in np.argsort(-found, kind="stable")[:k]]

    def idf(self, words: Sequence[str]) -> list[float]:
        return [float(ord(word[0]) - 97) for word in words]

    def read(self) -> list[Sentences]:
        backend = cast(Backend, self)
        return [read_sentences(backend, ENCODER, passages_of(backend, plan)) for plan in self.held]


def plainly(held: Held, one: Sentences, other: Sentences) -> Matrix:
    """The cosine of vectors and the weighted one of words, all sentences by all, as the formula has it."""
    vocabulary = sorted(frozenset().union(*one.words, *other.words))
    roots = np.sqrt(held.idf(vocabulary))
    rows = [np.array([[word in words for word in vocabulary] * roots for words in s.words]) for s in (one, other)]
    lengths = [np.maximum(np.linalg.norm(each, axis=1), 1e-12) for each in rows]
    cosines = one.vectors.astype(np.float64) @ other.vectors.T.astype(np.float64)
    return cosines + WORDS_WEIGHT * (rows[0] @ rows[1].T) / np.outer(*lengths)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Held:
    monkeypatch.setattr(counterparts, "_BLOCK", 4)
    return Held(passages=23, words=1200, longest=3)


def test_blocks_say_what_the_plain_formula_says(small: Held) -> None:
    one, other = small.read()
    assert likeness(cast(Backend, small), one, other) == pytest.approx(plainly(small, one, other), abs=1e-5)
    firsts = [first for first, _ in counterparts.likeness_blocks(cast(Backend, small), one, other)]
    assert len(firsts) > 5
    assert all(one.owners[first - 1] < one.owners[first] for first in firsts[1:])  # no passage in two blocks


def test_passages_and_sections_are_held_against_all_blocks(small: Held) -> None:
    one, other = small.read()
    alike = plainly(small, one, other) / (1 + WORDS_WEIGHT)

    def rows(read: Sentences, passage: int) -> list[int]:
        return [row for row, owner in enumerate(read.owners) if owner == passage]

    def mean(read: Sentences, passage: int, values: Matrix) -> float:
        return float(np.average(values, weights=[len(read.texts[row]) for row in rows(read, passage)]))

    for plan, other_plan, own, theirs, held in (
        ("anhui", "henan", one, other, alike),
        ("henan", "anhui", other, one, alike.T),
    ):
        told = list(_hold_against(cast(Backend, small), ENCODER, plan, [other_plan]))
        assert [each.passage for each in told] == own.passages
        for i, each in enumerate(told):
            of_passage = held[rows(own, i)]
            means = [mean(own, i, of_passage[:, rows(theirs, j)].max(axis=1)) for j in range(23)]
            assert each.nearest == pytest.approx(mean(own, i, of_passage.max(axis=1)), abs=1e-5)
            nearest = theirs.passages[int(np.argmax(means))]
            assert list(each.alike.values()) == ([nearest] if max(means) >= ALIKE else [])

    plans = [small.plan(plan) for plan in ("anhui", "henan")]
    scores = _scores(cast(Backend, small), ENCODER, plans[0], plans[1])
    for i, mine in enumerate(plans[0].sections):
        for j, yours in enumerate(plans[1].sections):
            labels = ENCODER.embed([mine.title, yours.title])
            under = [
                [row for row, n in enumerate(read.owners) if section.start < read.passages[n].end <= section.end]
                for read, section in ((one, mine), (other, yours))
            ]
            both = alike[np.ix_(*under)]
            contents = (both.max(axis=1).mean() + both.max(axis=0).mean()) / 2 if both.size else 0.0
            assert scores[i, j] == pytest.approx((float(labels[0] @ labels[1]) + contents) / 2, abs=1e-5)


@pytest.mark.parametrize(
    "compare",
    [
        lambda held: unique_content(held, ENCODER, ["anhui", "henan"]),
        lambda held: align_sections(held, ENCODER, "anhui", "henan"),
    ],
)
def test_all_sentences_of_two_plans_are_never_held_against_each_other_at_once(
    compare: Callable[[Backend], object],
) -> None:
    held = Held(passages=3000, words=5000)
    tracemalloc.start()
    try:
        compare(cast(Backend, held))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 30 * 2**20  # 3,000 x 3,000 float32 are 34 MB, 3,000 x 5,000 float64 of words 114 MB a plan
