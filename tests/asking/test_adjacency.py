"""What adjacency adds to candidates, against figures worked out by hand."""

from __future__ import annotations

import pytest
from fakes import FakeEncoder

from indexer.asking import adjacency as module
from indexer.asking.adjacency import BESIDE_WEIGHT, PAIRS_WEIGHT, adjacency
from indexer.asking.interaction import QuestionWords, read_words
from indexer.asking.question import read_question
from indexer.asking.retrieval import Candidate
from indexer.types import Passage


def words_of(text: str) -> QuestionWords:
    question = read_question(text, {"henan": ("Henan",)})
    return read_words(question, FakeEncoder(), lambda words: [1.0] * len(words))


def candidate(key: int, text: str, score: float = 0.5, plan: str = "henan") -> Candidate:
    return Candidate(key, Passage(plan, "Plan", 100 * key, 100 * key + len(text), text), score, 0.5)


def gains(question: str, *candidates: Candidate) -> dict[int, float]:
    """What each candidate gains, by key."""
    return adjacency(words_of(question), candidates)


def test_a_passage_gains_by_the_share_of_pairs_that_stand_side_by_side_in_it() -> None:
    # pairs: (emission, permit), (permit, fees), (fees, kilns)
    asked = "What are emission permit fees of kilns?"
    both = "An emission permit costs more; permit fees fall."
    apart = "A permit for every emission, and fees. Kilns pay them."
    reverse = "The fees of a permit of emission."
    assert gains(asked, candidate(1, both), candidate(11, apart), candidate(21, reverse)) == pytest.approx(
        {1: PAIRS_WEIGHT * 2 / 3, 11: PAIRS_WEIGHT / 3, 21: 0.0}
    )


def test_endings_spelling_and_stop_words_between_do_not_part_a_pair() -> None:
    text = "PERMITS of the fee for programs of labour."
    assert gains("permit fees? programme of labor?", candidate(1, text)) == pytest.approx({1: PAIRS_WEIGHT})


def test_a_name_of_the_plan_parts_no_pair_and_makes_none() -> None:
    text = "The cement capacity is cut."
    assert gains("Which cement Henan capacity?", candidate(1, text)) == pytest.approx({1: PAIRS_WEIGHT})


def test_figures_and_chinese_make_pairs() -> None:
    assert gains("by 13.5 percent", candidate(1, "It falls by 13.5 percent.")) == pytest.approx({1: PAIRS_WEIGHT})
    assert gains("by 13.5 percent", candidate(1, "It falls by 3.5 percent.")) == pytest.approx({1: 0.0})
    assert gains("水泥产能", candidate(1, "严控水泥产能。")) == pytest.approx({1: PAIRS_WEIGHT})


def test_a_word_alone_makes_no_pair() -> None:
    assert gains("cement?", candidate(1, "cement cement")) == pytest.approx({1: 0.0})
    assert gains("What is it?", candidate(1, "What is it")) == pytest.approx({1: 0.0})


def test_a_passage_gains_by_the_better_of_the_two_beside_it() -> None:
    low, middle, high = candidate(4, "a", 0.2), candidate(5, "b", 0.3), candidate(6, "c", 0.9)
    assert gains("cement?", low, middle, high) == pytest.approx(
        {4: BESIDE_WEIGHT * 0.3, 5: BESIDE_WEIGHT * 0.9, 6: BESIDE_WEIGHT * 0.3}
    )


def test_neither_another_plan_nor_furniture_lifts_what_stands_beside_it() -> None:
    mine, theirs = candidate(5, "b"), candidate(6, "c", plan="anhui")
    furniture = candidate(4, "a", score=-8.5)
    assert gains("cement?", mine, theirs, furniture) == pytest.approx({4: BESIDE_WEIGHT * 0.5, 5: 0.0, 6: 0.0})


def test_only_the_best_candidates_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOKED_AT", 2)
    every = [candidate(key, "cement kilns", score) for key, score in ((1, 0.9), (11, 0.8), (21, 0.7))]
    assert gains("cement kilns?", *every) == pytest.approx({1: PAIRS_WEIGHT, 11: PAIRS_WEIGHT})
