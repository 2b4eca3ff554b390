"""Figures of the question: each one word, matched by itself alone."""

from __future__ import annotations

import pytest
from fakes import FakeEncoder, nothing_kept

from indexer.asking.interaction import OTHER_FIGURE, holds_figure, match_sentences, read_words
from indexer.asking.question import read_question
from indexer.encoding.word_vectors import words_of
from indexer.types import Passage


@pytest.mark.parametrize(
    ("figure", "text", "holds"),
    [
        ("20", "by 2025", False),
        ("5", "15 kilns", False),
        ("5", "13.5 kilns, 1,500 ships", False),
        ("13", "13.5 kilns", False),
        ("13.5", "It is 13.5.", True),
        ("13.5", "113.5 or 13.52", False),
        ("5%", "up by 15%", False),
        ("5%", "up by 5%, at least", True),
        ("10,000", "10000 ships", True),
        ("000", "10,000 ships", False),
        ("2025", "in 2025, 2026", True),
        ("5G", "a 5g network", True),
        ("37 million kW", "137 million kW", False),
        ("panda", "3 Pandas", True),
    ],
)
def test_a_figure_stands_as_a_whole_or_not_at_all(figure: str, text: str, holds: bool) -> None:
    assert holds_figure(text, figure) is holds


def test_a_figure_with_a_point_is_one_word_and_matches_only_itself() -> None:
    encoder = FakeEncoder()
    question = read_question("Kilns with 13.5 tons and 10,000 ships, not 5?", {})
    words = read_words(question, encoder, lambda some: [1.0] * len(some))
    assert words.words == ("Kilns", "13.5", "tons", "10,000", "ships", "5")
    text = "The 13.5 tons go to 10,000 ships. The 13 tons go to 15 ships."
    passage = Passage("p", "P", 0, len(text), text)
    ((own, other),) = match_sentences(words, [passage], words_of({1: passage}, nothing_kept, encoder))
    figures = [1, 3, 5]
    assert own.matches[figures].tolist() == [1.0, 1.0, pytest.approx(OTHER_FIGURE)]
    assert all(other.matches[figures] <= OTHER_FIGURE)
