"""Questions in the words of the other language, from a dictionary of a few words."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from training.examples import Example, Kind
from training.switching import Dictionary, read_dictionary, switched, to_chinese, to_english

ENTRIES = [
    ("水泥", ["cement", "CL:吨"]),
    ("产能", ["capacity", "production capacity"]),
    ("扩大", ["to expand (production)", "to enlarge"]),
    ("禁止", ["to prohibit", "to forbid"]),
    ("炮", ["variant of 泡"]),
    ("洋灰", ["cement"]),
]
TEXTS = ["禁止扩大水泥产能。" * 6, "洋灰。"]
ASKED = Example("谁禁止扩大水泥产能？", "省政府禁止扩大水泥产能。", True, 0, 3, "", "a", Kind.ANSWERED, "made", "none")


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return read_dictionary(ENTRIES, TEXTS)


def test_remarks_are_no_meanings(dictionary: Dictionary) -> None:
    assert dictionary.english["水泥"] == ["cement"]
    assert dictionary.english["扩大"] == ["expand", "enlarge"]
    assert dictionary.english["炮"] == []


def test_the_usual_word_of_a_meaning_comes_first_and_a_rare_one_not_at_all(dictionary: Dictionary) -> None:
    assert dictionary.chinese["cement"] == ["水泥"]


def test_what_is_asked_for_stands_first_and_unknown_names_stay(dictionary: Dictionary) -> None:
    made = to_english("谁禁止扩大水泥产能？", dictionary, random.Random(1))
    words = made.rstrip("?").split()
    assert words[0] == "who" and words[1] in {"prohibit", "forbid"} and words[2] in {"expand", "enlarge"}
    assert words[3] == "cement" and made.endswith("capacity?")
    assert "攀枝花" in to_english("攀枝花水泥产能是多少？", dictionary, random.Random(1))


def test_english_words_that_the_dictionary_has_are_exchanged(dictionary: Dictionary) -> None:
    made = {to_chinese("Who may expand cement capacity?", dictionary, random.Random(seed)) for seed in range(20)}
    assert any("水泥产能" in question for question in made)
    assert all(question.endswith("?") for question in made)


def test_passages_of_one_question_are_asked_in_the_same_words(dictionary: Dictionary) -> None:
    other = replace(ASKED, passage="市政府鼓励使用水泥。", relevant=False, start=None, end=None)
    first, second = switched([ASKED, other], dictionary)
    assert first.question == second.question != ASKED.question
    assert (first.passage, first.span, second.relevant) == (ASKED.passage, (0, 3), False)
