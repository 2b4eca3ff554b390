"""Words in common by hand counts, and figures and words met whatever their ending."""

from __future__ import annotations

import pytest

from indexer.language.matching import (
    absent_words,
    containment,
    count_words,
    holds_figure,
    jaccard,
    overlap,
    shingles,
    stem,
    words,
)


def test_figures_are_whole_and_chinese_characters_are_words() -> None:
    assert words("Reach 13.7%, or 10,000 kW: 碳达峰2030年") == "reach 13.7 or 10,000 kw 碳 达 峰 2030 年".split()


def test_words_are_counted_as_word_processors_do() -> None:
    assert count_words("Coal use peaks, by 2025.\n") == 5
    assert count_words("到2030年，非化石能源占比达到25%左右。") == 17
    assert count_words("") == 0


def test_shares_of_words_are_as_counted_by_hand() -> None:
    one, other = words("a b c d"), words("b c c e f g")
    assert containment(one, set(other)) == 2 / 4
    assert containment(other, set(one)) == 3 / 6  # a word counts as often as it is there
    assert overlap(one, other) == 2 / 4
    assert jaccard(one, other) == 2 / 7
    assert containment([], {"a"}) == overlap([], "a") == jaccard([], []) == 0.0


def test_shingles_are_runs_of_words() -> None:
    assert shingles("The wind, the sun.", 3) == [("the", "wind", "the"), ("wind", "the", "sun")]
    assert shingles("Two words", 3) == []


@pytest.mark.parametrize(
    ("word", "kept"),
    [("Policies", "polic"), ("policy", "polic"), ("closing", "clos"), ("ties", "ties"), ("gas", "gas")],
)
def test_a_stem_is_what_stays_of_a_word_without_its_ending(word: str, kept: str) -> None:
    assert stem(word) == kept


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


def test_words_are_met_in_any_ending_and_figures_as_they_are() -> None:
    assert absent_words(["Centre", "harbors", "programmes"], ["The center's harbour program."]) == set()
    assert absent_words(["20", "2025", "13.5"], ["20.5 by 2025, 13.5 after"]) == {"20"}
    assert absent_words([], ["a"]) == set()


def test_a_chinese_word_is_there_where_its_characters_stand_in_either_script() -> None:
    text = "禁止新增水泥熟料和平板玻璃产能。減少CO2排放。"
    assert absent_words(("允许", "新增", "水泥", "产能", "CO2"), [text]) == {"允许"}
    assert absent_words(["產能", "减少", "水電"], [text]) == {"水電"}
    assert absent_words(["port", "CO", "O2"], ["airport, 减少CO2排放"]) == {"port", "O2"}
