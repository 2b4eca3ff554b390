"""Sentence spans, broken figures and folding, on text as it comes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.language.sentences import (
    BROKEN_WORD,
    broken_figures,
    fold_space,
    folded_places,
    is_heading_like,
    split_sentences,
)

_PIECES = st.sampled_from(
    [
        "We act. ",
        "By 2025, 13.7% ",
        "fields.We ",
        "\n",
        "\n\n",
        "(1) ",
        "1. ",
        "will reach 1.",
        "到2025年。",
        "“end.” ",
        "e.g. ",
        "- item\n",
    ]
)
messy_text = st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=30).map("".join))


def sentences(text: str) -> list[str]:
    return [text[a:b] for a, b in split_sentences(text)]


@given(messy_text)
def test_every_character_that_is_not_space_lies_in_exactly_one_sentence(text: str) -> None:
    covered = [0] * len(text)
    for start, end in split_sentences(text):
        assert text[start:end] == text[start:end].strip()
        for i in range(start, end):
            covered[i] += 1
    assert all(n == 1 or (n == 0 and c.isspace()) for n, c in zip(covered, text, strict=True) if not c.isspace() or n)
    assert all(n <= 1 for n in covered)


@given(messy_text)
def test_spans_come_in_order(text: str) -> None:
    spans = split_sentences(text)
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We act. They wait.", ["We act.", "They wait."]),
        ("in these fields.We will go on.", ["in these fields.", "We will go on."]),
        ("about 13.7% of it. Then more.", ["about 13.7% of it.", "Then more."]),
        ("e.g. wind, i.e. air. Done.", ["e.g. wind, i.e. air.", "Done."]),
        ("He said “enough.” Then he left.", ["He said “enough.”", "Then he left."]),
        ("到2025年达到20%。力争更多。", ["到2025年达到20%。", "力争更多。"]),
        ("1. Build dams. 2 more follow.", ["1. Build dams.", "2 more follow."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_sentence_goes_on_over_a_broken_paragraph() -> None:
    text = "Peak in time. During\n\nthe 15th period, coal falls.\n\nOther matters come next."
    assert sentences(text) == ["Peak in time.", "During\n\nthe 15th period, coal falls.", "Other matters come next."]


@pytest.mark.parametrize("number", ["五", "一百零五", "一百一十一", "二百〇三"])
def test_a_chinese_article_begins_a_sentence(number: str) -> None:
    text = f"推进水泥错峰生产\n第{number}条 各市按年报告。"
    assert sentences(text) == ["推进水泥错峰生产", f"第{number}条 各市按年报告。"]


def test_a_heading_broken_from_its_sentence_stays_with_it() -> None:
    text = "(4) Green transformation\n\nof transport, optimize the structure.\n\n1. Ships first."
    assert sentences(text) == ["(4) Green transformation\n\nof transport, optimize the structure.", "1. Ships first."]


def test_a_wrapped_line_is_one_sentence_and_a_new_mark_is_not() -> None:
    text = "The share of rail\nfreight grows\n(2) Roads\nRoads come after."
    assert sentences(text)[0] == "The share of rail\nfreight grows"
    assert sentences(text)[1].startswith("(2)")


def test_a_broken_figure_stays_with_its_sentence() -> None:
    text = "It will be lower than that in 2020. 14. The increase is controlled."
    first, second = sentences(text)
    assert first.endswith("2020. 14.")
    assert second == "The increase is controlled."


@pytest.mark.parametrize(
    ("sentence", "figures"),
    [
        ("capacity will reach 1.", ["1."]),
        ("lower than that in 2020. 9.", ["9."]),
        ("and by 2030, it will reach", ["will reach"]),
        ("and legacy by 1.3 compared with 2020.", ["1.3"]),
        ("capacity will reach 1.2 billion kilowatts.", []),
        ("the peak comes by 2030.", []),
        ("at least 50%.", []),
        ("a total of 12 projects.", []),
    ],
)
def test_broken_figures_are_found_and_whole_ones_are_not(sentence: str, figures: list[str]) -> None:
    assert [sentence[a:b] for a, b in broken_figures(sentence)] == figures


@given(st.text(alphabet="ab1- \n\t\x02\u00ad\u6c34\uff0c.", max_size=40))
def test_broken_words_are_those_that_the_plain_pattern_finds(text: str) -> None:
    wide = r"[\u3001-\u30ff\u3400-\u9fff\uff01-\uff60]"
    plain = rf"(?<=\w)(?:[\x02\u00ad]\s*)+|(?<=\w-)\n(?=\w)|(?<={wide})[ \t]*\n[ \t]*(?={wide})"
    assert [m.span() for m in BROKEN_WORD.finditer(text)] == [m.span() for m in re.finditer(plain, text)]


def test_fold_space_joins_lines_and_soft_hyphens() -> None:
    assert fold_space("low\u00ad\ncarbon  and\n clean") == "lowcarbon and clean"


def test_a_heading_is_short_and_has_no_stop() -> None:
    assert is_heading_like("2. Key actions")
    assert not is_heading_like("We act now.")
    assert not is_heading_like("word " * 20)


@given(st.text(st.sampled_from("ab-- \t\n\x02\u00ad水泥，1"), max_size=60) | messy_text)
def test_folded_text_knows_where_each_character_stood(text: str) -> None:
    folded, places = fold_space(text), list(folded_places(text, fold_space(text)))
    assert len(places) == len(folded)
    assert all(text[place] == character for character, place in zip(folded, places, strict=True) if character != " ")
    assert places == sorted(places)
