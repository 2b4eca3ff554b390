"""Bigram and proximity boosts, against figures worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from fakes import FakeEncoder

from indexer.asking import ranking as module
from indexer.asking.interaction import QuestionWords, embed_words
from indexer.asking.question import read_question
from indexer.asking.ranking import (
    BIGRAM_WEIGHT,
    INVERSE_TEMPERATURE,
    PROXIMITY_DECAY,
    PROXIMITY_WEIGHT,
    bigram_boost,
    proximity_boost,
)
from indexer.asking.retrieval import Candidate
from indexer.types import Passage


def words_of(text: str) -> QuestionWords:
    question = read_question(text)
    return embed_words(question, FakeEncoder(), lambda words: [1.0] * len(words))


def candidate(key: int, text: str) -> Candidate:
    return Candidate(key, Passage("henan", "Plan", 100 * key, 100 * key + len(text), text), 0.5, 0.5, 0.5)


def gains(question: str, *candidates: Candidate) -> dict[int, float]:
    """What each candidate gains, by key."""
    return bigram_boost(words_of(question), candidates)


def test_a_passage_gains_by_the_share_of_pairs_that_stand_side_by_side_in_it() -> None:
    # pairs: (emission, permit), (permit, fees), (fees, kilns)
    asked = "What are emission permit fees of kilns?"
    both = "An emission permit costs more; permit fees fall."
    apart = "A permit for every emission, and fees. Kilns pay them."
    reverse = "The fees of a permit of emission."
    assert gains(asked, candidate(1, both), candidate(11, apart), candidate(21, reverse)) == pytest.approx(
        {1: BIGRAM_WEIGHT * 2 / 3, 11: BIGRAM_WEIGHT / 3, 21: 0.0}
    )


def test_endings_spelling_and_stop_words_between_do_not_part_a_pair() -> None:
    text = "PERMITS of the fee for programs of labour."
    assert gains("permit fees? programme of labor?", candidate(1, text)) == pytest.approx({1: BIGRAM_WEIGHT})


def test_figures_and_chinese_make_pairs() -> None:
    assert gains("by 13.5 percent", candidate(1, "It falls by 13.5 percent.")) == pytest.approx({1: BIGRAM_WEIGHT})
    assert gains("by 13.5 percent", candidate(1, "It falls by 3.5 percent.")) == pytest.approx({1: 0.0})
    assert gains("水泥产能", candidate(1, "严控水泥产能。")) == pytest.approx({1: BIGRAM_WEIGHT})


def test_a_passage_in_another_script_gains_what_the_best_does_by_its_own_score() -> None:
    here = candidate(1, "Cement kilns close.")
    there = replace(candidate(11, "水泥窑关闭。"), fused=0.25, same_script=False)
    found = gains("cement kilns", here, there)
    assert found == pytest.approx({1: BIGRAM_WEIGHT, 11: BIGRAM_WEIGHT * 0.25 / 0.5})
    assert gains("cement kilns", there) == pytest.approx({11: 0.0})


def test_a_word_alone_makes_no_pair() -> None:
    assert gains("cement?", candidate(1, "cement cement")) == {}
    assert gains("What is it?", candidate(1, "What is it")) == {}


def share_of(score: float, *scores: float) -> float:
    """Of the gain that passages with these ``scores`` share, what goes by the one with this ``score``."""
    return math.exp(INVERSE_TEMPERATURE * score) / sum(math.exp(INVERSE_TEMPERATURE * s) for s in scores)


def test_a_passage_gains_by_how_near_it_stands_to_the_likeliest_other() -> None:
    # the first is so sure that it has all of the share: beside it, two from it and five from it
    places = [("henan", 5), ("henan", 6), ("henan", 3), ("henan", 10)]
    gained = proximity_boost(places, [100.0, 1.0, 1.0, 1.0])
    assert gained == pytest.approx(
        [0.0, *(PROXIMITY_WEIGHT * math.exp((1 - apart) / PROXIMITY_DECAY) for apart in (1, 2, 5))]
    )


def test_two_that_are_likely_share_the_gain_by_how_sure_they_are() -> None:
    first, second, between = proximity_boost([("henan", 4), ("henan", 6), ("henan", 5)], [2.0, 1.5, -50.0])
    two_apart = math.exp(-1 / PROXIMITY_DECAY)
    everyone = (2.0, 1.5, -50.0)
    assert between == pytest.approx(PROXIMITY_WEIGHT)
    assert first == pytest.approx(PROXIMITY_WEIGHT * two_apart * share_of(1.5, *everyone))
    assert second == pytest.approx(PROXIMITY_WEIGHT * two_apart * share_of(2.0, *everyone))


def test_a_passage_of_another_plan_is_not_near() -> None:
    assert proximity_boost([("henan", 5), ("anhui", 6), ("henan", 6)], [9.0, 1.0, 1.0])[:2] == pytest.approx(
        [PROXIMITY_WEIGHT * share_of(1.0, 9.0, 1.0, 1.0), 0.0]
    )


def test_whose_company_counts_is_only_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SEEDS", 2)
    # the third stands beside the fourth, which is not among the best two
    places = [("henan", 1), ("henan", 2), ("anhui", 8), ("anhui", 9)]
    assert proximity_boost(places, [3.0, 3.0, 2.0, 2.9]) == pytest.approx(
        [PROXIMITY_WEIGHT / 2, PROXIMITY_WEIGHT / 2, 0.0, 0.0]
    )


@pytest.mark.parametrize("places", [[], [("henan", 5)]])
def test_alone_or_none_at_all_there_is_nothing_to_gain(places: list[tuple[str, int]]) -> None:
    assert proximity_boost(places, [0.5] * len(places)) == [0.0] * len(places)
