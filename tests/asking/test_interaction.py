"""Figures of the question: each one word, matched by itself alone."""

from __future__ import annotations

import pytest
from fakes import FakeEncoder, nothing_kept

from indexer.asking.interaction import OTHER_FIGURE, _shown, embed_words, match_sentences
from indexer.asking.question import read_question
from indexer.encoding.word_vectors import content_vectors
from indexer.types import Passage


def test_a_figure_with_a_point_is_one_word_and_matches_only_itself() -> None:
    encoder = FakeEncoder()
    question = read_question("Kilns with 13.5 tons and 10,000 ships, not 5?")
    words = embed_words(question, encoder, lambda some: [1.0] * len(some))
    assert words.words == ("Kilns", "13.5", "tons", "10,000", "ships", "5")
    text = "The 13.5 tons go to 10,000 ships. The 13 tons go to 15 ships."
    passage = Passage("p", "P", 0, len(text), text)
    ((own, other),) = match_sentences(words, [passage], content_vectors({1: passage}, nothing_kept, encoder))
    figures = [1, 3, 5]
    assert own.matches[figures].tolist() == [1.0, 1.0, pytest.approx(OTHER_FIGURE)]
    assert all(other.matches[figures] <= OTHER_FIGURE)


def test_a_chinese_character_is_marked_beside_another_only() -> None:
    text = "取水工程 water 2025 —"
    assert _shown(text, [(1, 2)]) == ()
    assert _shown(text, [(0, 1), (1, 2), (3, 4)]) == ((0, 1), (1, 2))
    assert _shown(text, [(2, 4), (5, 10), (11, 15), (16, 17)]) == ((2, 4), (5, 10), (11, 15))
